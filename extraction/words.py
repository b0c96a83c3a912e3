"""Words for search: of a text, of a typed value, and of what somebody types to find them. One set of rules for both.

A word is letters and figures in lower case without accents. What is written together ("1.234,56", "RE-2024/7") is
one word without its marks, and its parts are words, too: so "1234.56" finds "1,234.56", and "0117" finds "2024-0117".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal, InvalidOperation

LONGEST = 40  # of a word: nobody types more, and no line of dashes or base64 fills the index
MOST_TYPED = 12
MOST_PER_DOCUMENT = 40_000
NO_SPACES = 8  # how much of a word is looked at in scripts that put none between words

_PARTS = re.compile(r"[^\W_]+")
# 1 234,56 and 1'234.56: one amount, although it has spaces
_SPACED = re.compile(r"(?<!\d)\d{1,3}(?:[ ']\d{3})+(?:[.,]\d{1,2})?(?!\d)")
_SPACED_CENTS = re.compile(r"(?<!\d)\d{1,3}(?: \d{3})+[.,]\d{1,2}(?!\d)")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def plain(text: str) -> str:
    """Lower case, without accents: Größe -> grosse, É -> e."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).casefold()


def words_of(text: str) -> set[str]:
    found: set[str] = set()
    cleaned = plain(text)
    for chunk in set(cleaned.split()):
        parts = _PARTS.findall(chunk)
        found.update(part[:LONGEST] for part in parts)
        if len(parts) > 1:
            found.add("".join(parts)[:LONGEST])
    found.update("".join(_PARTS.findall(match)) for match in _SPACED.findall(cleaned))
    for word in [word for word in found if _CJK.search(word)]:
        found.update(word[at : at + NO_SPACES] for at in range(len(word)))
    return found


def amount_words(text: str) -> set[str]:
    """Of a canonical amount: its figures, with and without cents."""
    try:
        value = abs(Decimal(text))
    except InvalidOperation:
        return words_of(text)
    return words_of(text) | {f"{value:.2f}".replace(".", "")} if value.is_finite() else words_of(text)


def date_words(text: str) -> set[str]:
    """Of an ISO date: the ways it is written in figures, and month and year."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return words_of(text)
    d, m, y = day.day, day.month, day.year
    both = {f"{d:02}{m:02}{y}", f"{m:02}{d:02}{y}", f"{d}{m}{y}", f"{m}{d}{y}", f"{d:02}{m:02}{y % 100:02}"}
    return both | {f"{m:02}{d:02}{y % 100:02}", f"{d}{m}{y % 100:02}", f"{m:02}{y}", f"{y}{m:02}{d:02}", f"{y}"}


def joined(words: Iterable[str]) -> str:
    """As it is stored: each once, sorted, with spaces between."""
    return " ".join(sorted(words)[:MOST_PER_DOCUMENT])


def typed(text: str) -> Iterator[tuple[tuple[str, ...], ...]]:
    """For each word that was typed, the ways to satisfy it; each way is starts of words that must all be there."""
    cleaned = _SPACED_CENTS.sub(lambda match: match[0].replace(" ", ""), plain(text))
    for chunk in cleaned.split()[:MOST_TYPED]:
        parts = _PARTS.findall(chunk)
        if not parts:
            continue
        whole = "".join(parts)
        ways = [(whole[: NO_SPACES if _CJK.search(whole) else LONGEST],)]
        # "Müller-Lüdenscheidt" may be printed in two words; figures must stand together, or each date finds the others.
        if len(parts) > 1 and all(part.isalpha() and len(part) > 1 for part in parts):
            ways.append(tuple(part[:LONGEST] for part in parts))
        yield tuple(ways)
