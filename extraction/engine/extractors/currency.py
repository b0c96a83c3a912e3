"""The document's currency: the mark most amounts carry; "$" and "kr" and silence are settled by its country."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache

from babel import Locale
from babel.numbers import get_territory_currencies

from ..language import Language, fold
from ..layout import Layout
from ..money import find_currencies
from ..record import Candidate
from .figures import AMOUNT_KEYS, Figure

DOLLARS = {"US": "USD", "CA": "CAD", "AU": "AUD", "NZ": "NZD", "HK": "HKD", "SG": "SGD", "TW": "TWD"}
CROWNS = {"SE": "SEK", "DK": "DKK", "NO": "NOK"}
BY_LANGUAGE = {
    "de": "EUR", "fr": "EUR", "es": "EUR", "it": "EUR", "nl": "EUR", "pt": "EUR", "el": "EUR", "fi": "EUR", "sl": "EUR",
    "sk": "EUR", "pl": "PLN", "cs": "CZK", "sv": "SEK", "da": "DKK", "hr": "EUR", "hu": "HUF", "ro": "RON", "ja": "JPY",
    "no": "NOK", "nb": "NOK",
}  # fmt: skip
DIAL = {
    "49": "DE", "43": "AT", "41": "CH", "33": "FR", "34": "ES", "39": "IT", "31": "NL", "32": "BE", "351": "PT",
    "44": "GB", "353": "IE", "45": "DK", "46": "SE", "47": "NO", "48": "PL", "420": "CZ", "385": "HR", "30": "GR",
    "60": "MY", "65": "SG", "852": "HK", "61": "AU", "64": "NZ", "91": "IN", "81": "JP", "372": "EE", "36": "HU",
}  # fmt: skip
VAT_PREFIX = re.compile(
    r"\b(AT)U\d{8}\b|\b(DE|EE|PT)\d{9}\b|\b(FR)[A-Z0-9]{2}\d{9}\b|\b(NL)\d{9}B\d\d\b|\b(BE)[01]\d{9}\b|\b(IT|HR)\d{11}\b"
    r"|\b(PL)\d{10}\b|\b(CZ)\d{8,10}\b|\b(SE)\d{12}\b|\b(DK|FI|SI|HU)\d{8}\b|\b(GB)\d{9}\b|\b(ES)[A-Z]\d{7}[A-Z0-9]\b"
)
_US_PLACE = re.compile(r"\b[A-Z]{2}\.?,?\s+\d{5}(?:-\d{4})?\b")
_CA_PLACE = re.compile(r"\b[ABCEGHJ-NPRSTVXY]\d[A-Z]\s?\d[A-Z]\d\b")
_UK_PLACE = re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]?\s\d[A-Z]{2}\b")
_DIAL = re.compile(r"(?:\+|\b00)\s?(\d{2,3})")
# Companies' legal forms and taxes that exist in one country only.
_SIGNS = {
    "MY": re.compile(
        r"\bsdn\.?\s*bhd|\bmalaysia\b|\bkuala lumpur\b|\bselangor\b|\bjohor\b|\bringgit\b|\bjalan\b|\b6?%? ?gst id"
    ),
    "IN": re.compile(r"\bgstin\b|\bpvt\.? ltd\b|\bcgst\b|\bsgst\b|\bigst\b"),
    "AU": re.compile(r"\babn\b|\bpty\.? ltd\b"),
    "GB": re.compile(r"\blondon\b|\bunited kingdom\b"),
    "US": re.compile(r"\bstate tax\b|\bsales tax\b|\bllc\b|\bused?\b(?=\s*dollars)"),
}  # fmt: skip


def find_currency(layout: Layout, language: Language, figures: Sequence[Sequence[Figure]]) -> list[Candidate]:
    """At most three candidates; none where nothing speaks for a currency."""
    text = layout.document.text
    countries = country_votes(text)
    votes: Counter[str] = Counter()
    for row in figures:
        for figure in row:
            if figure.currency:
                votes[_settle(figure.currency, countries)] += 3
    for mark in _standing_alone(layout):
        votes[_settle(mark, countries)] += 1
    if votes:
        return _ranked(layout, votes)
    if countries:
        country, weight = countries.most_common(1)[0]
        return _found(layout, _currency_of(country), min(0.9, 0.5 + 0.1 * weight), f"the country is {country}")
    guess = BY_LANGUAGE.get(language.code)
    return _found(layout, guess, 0.6, f"usual where '{language.code}' is spoken") if guess else []


def _standing_alone(layout: Layout) -> list[str]:
    """Marks in rows that speak of amounts: three letters elsewhere are more often part of a name."""
    rows = {label.row for label in layout.all_labels if label.key in AMOUNT_KEYS or label.key == "currency"}
    return [mark for row in sorted(rows) for mark, _ in find_currencies(layout.rows[row].text)]


def _ranked(layout: Layout, votes: Mapping[str, int]) -> list[Candidate]:
    total = sum(votes.values())
    found = []
    for code, count in Counter(votes).most_common(3):
        odds = 0.5 + 0.49 * count / total - 0.2 / (1 + total)
        odds = odds if count == max(votes.values()) else 0.5 * count / total
        found.extend(_found(layout, code, odds, f"printed {count // 3 or count} times"))
    return found


def _found(layout: Layout, code: str | None, odds: float, reason: str) -> list[Candidate]:
    if not code or not layout.rows:
        return []
    return [Candidate("currency", code, code, layout.rows[0].page, None, odds, reason)]


def _settle(mark: str, countries: Counter[str]) -> str:
    """A mark that several countries use means the one the document speaks of."""
    table, default = {"$": (DOLLARS, "USD"), "kr": (CROWNS, "SEK")}.get(mark, ({}, mark))
    return next((table[country] for country, _ in countries.most_common() if country in table), default)


def country_votes(text: str) -> Counter[str]:
    """ISO 3166 countries that addresses, phone numbers, VAT numbers and names in the text speak for."""
    votes: Counter[str] = Counter()
    for match in VAT_PREFIX.finditer(text):
        votes[next(group for group in match.groups() if group)] += 3
    for match in _DIAL.finditer(text):
        digits = match[1]
        country = DIAL.get(digits) or DIAL.get(digits[:2])
        if country:
            votes[country] += 1
    for country, pattern in (("US", _US_PLACE), ("CA", _CA_PLACE), ("GB", _UK_PLACE)):
        votes[country] += 2 * min(2, len(pattern.findall(text)))
    folded = fold(text)
    for country, pattern in _SIGNS.items():
        votes[country] += 2 * min(2, len(pattern.findall(folded)))
    names = _country_names()
    for word in re.findall(r"[^\W\d_]{4,}", folded):
        if word in names:
            votes[names[word]] += 2
    return +votes


@cache
def _country_names() -> Mapping[str, str]:
    """One-word country names in the languages of the product -> ISO 3166."""
    names: dict[str, str] = {}
    for language in ("en", "de", "fr", "es", "it", "nl", "pt", "pl", "cs", "sv", "da", "hr"):
        for code, name in Locale.parse(language).territories.items():
            if len(code) == 2 and code.isalpha() and name.isalpha():
                names.setdefault(fold(name), code)
    for other in ("georgia", "jersey", "guinea", "turkey", "niger", "chad", "man"):
        names.pop(other, None)
    return names


def _currency_of(country: str) -> str | None:
    current = get_territory_currencies(country)
    return current[0] if current else None
