"""What the engine says, in the language of whoever reads it.

Sentences are kept in English, in the database as in the API. Here the template of one is found (``engine.wording``),
translated, and filled with the same parts: amounts and dates as that language writes them. A sentence without a
template, as an older version may have left it, stays English.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import lru_cache

from django.utils.formats import date_format, number_format
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _

from .engine.wording import PARTS, TEMPLATES, Part

# The same for what services store.
SITE_TEMPLATES: tuple[str, ...] = (
    gettext_noop("No invoice data was found. If this is an invoice, type in what it says; otherwise reject it."),
    gettext_noop("This may be the same invoice as “{text}”, uploaded on {day}."),
    gettext_noop("The text is nearly the same as that of “{text}”, uploaded on {day}."),
    gettext_noop("Duplicate of {text} (no. {n})"),
    gettext_noop(
        "This vendor's approved invoices name another bank account. Call the vendor on a number you already know "
        "before you pay."
    ),
    gettext_noop("This reading was taken over or cancelled."),
    gettext_noop("The reading was cancelled."),
    gettext_noop("The stored file could not be opened. Check that the file storage can be reached, then retry."),
    gettext_noop("This file could not be stored; the disk may be full. Tell your administrator, then upload it again."),
    gettext_noop("Reading this document took too long and was stopped. Split it into smaller files and upload those."),
    gettext_noop("Something went wrong while reading this file. Retry; if it happens again, tell your administrator."),
    gettext_noop(
        "Reading this file stopped its worker several times, so it was given up. Print it to a new PDF or scan it "
        "again, and upload that."
    ),
    gettext_noop("This file stopped the program that opened it. Print it to a new PDF and upload that."),
    gettext_noop(
        "Reading this file took too long and was stopped. Print it to a new PDF, or split it, and upload that."
    ),
    gettext_noop("Reading this file would take too much memory. Print it to a new PDF, or split it, and upload that."),
    gettext_noop("Type the password of this PDF."),
    gettext_noop("page {n}"),
    gettext_noop("pages {n}-{most}"),
    gettext_noop("Writing this file stopped its worker several times. Choose a shorter range of dates."),
    # mailboxes and watched folders
    gettext_noop("A password is not sent without encryption. Choose TLS or STARTTLS."),
    gettext_noop(
        "{host} refuses the user name {user} with this password. Check both; many providers want an app password."
    ),
    gettext_noop("There is no folder “{folder}” in this mailbox. Check its name."),
    gettext_noop(
        "The certificate of {host} is not trusted ({why}). Check the server's name, or have its certificate renewed."
    ),
    gettext_noop("{host} does not speak TLS on port {port}. Check the port and the kind of security."),
    gettext_noop("{host}:{port} does not answer. It is tried again."),
    gettext_noop("{host}:{port} cannot be reached ({why}). Check name and port; it is tried again."),
    gettext_noop("{host} answered with an error: {why}. It is tried again."),
    gettext_noop("Something went wrong here; the log says what. It is tried again."),
    gettext_noop("The password cannot be read any more: SECRET_KEY has changed. Type it again."),
    gettext_noop(
        "The folder {path} cannot be read ({why}). Make it, or check that its share is mounted; its files are taken as "
        "soon as it is back."
    ),
    gettext_noop("The file {path} may not be read. Give the product's user the right to."),
    gettext_noop("{path} cannot be moved away ({why}). Give the product's user the right to write there."),
    gettext_noop("Something in this mail could not be dealt with. Save its documents and upload them yourself."),
    gettext_noop("1 document was here already."),
    gettext_noop("{n} documents were here already."),
    gettext_noop("{file}: {reason}"),
)

_BRACES = re.compile(r"\{(\w+)\}")
_PATTERNS = {
    Part.TEXT: ".+?",
    Part.SAID: ".+?",
    Part.PAGES: ".+?",
    Part.GLYPH: r"'?\S'?",
    Part.WHOLE: r"\d+",
    Part.AMOUNT: r"-?\d+(?:\.\d+)?",
    Part.DATE: r"\d{4}-\d\d-\d\d",
}


def told(text: str) -> str:
    """The sentence in the language of this request."""
    language = get_language() or "en"
    return text if not text or language.split("-")[0] == "en" else _told(text, language)


@lru_cache(maxsize=4096)
def _told(text: str, language: str) -> str:
    """``language`` is the active one; it is here for the cache."""
    return _translated(text) or text


def _translated(text: str) -> str | None:
    """None where nothing is known of the sentence."""
    for separator in ("\n", "; ", ", "):  # several reasons in a row, each with a template of its own
        head, found, rest = text.partition(separator)
        while found:
            first = _of_one(head)
            others = _translated(rest) if first else None
            if others:
                return f"{first}{separator}{others}"
            more, found, rest = rest.partition(separator)  # the separator was part of a printed label
            head += separator + more
    return _of_one(text)


def _of_one(text: str) -> str | None:
    if text in _constants():
        return _(text)
    for template, pattern in _patterns():
        match = pattern.fullmatch(text)
        filled = match and _filled(template, match.groupdict())
        if filled:
            return filled
    return None


def _filled(template: str, parts: dict[str, str]) -> str | None:
    """None where a part that should be known is not: another template fits better."""
    words: dict[str, str] = {}
    for name, part in parts.items():
        kind = PARTS.get(name, Part.TEXT)
        if kind is Part.SAID:
            known = _translated(part) or _translated(part[:1].upper() + part[1:])  # a label inside a sentence
            if known is None:
                return None
            words[name] = known
        else:
            words[name] = _shown(kind, part)
    return _(template).format(**words)


def _shown(kind: Part, part: str) -> str:
    if kind is Part.AMOUNT:
        number = Decimal(part)
        return number_format(number, len(part.partition(".")[2]), force_grouping=True)
    if kind is Part.PAGES:
        return _page_words(part)
    if kind is Part.DATE:
        return date_format(date.fromisoformat(part), "SHORT_DATE_FORMAT")
    return part


def _page_words(part: str) -> str:
    """page 1, pages 2-3 and page 4"""
    parts, _and, last = part.rpartition(" and ")
    words = [_translated(piece) or piece for piece in (*filter(None, parts.split(", ")), last)]
    return _("{list} and {last}").format(list=", ".join(words[:-1]), last=words[-1]) if parts else words[-1]


@lru_cache(maxsize=1)
def _constants() -> frozenset[str]:
    return frozenset(template for template in (*TEMPLATES, *SITE_TEMPLATES) if "{" not in template)


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Those with the most words of their own first: they say most about a sentence."""
    templates = [template for template in (*TEMPLATES, *SITE_TEMPLATES) if "{" in template]
    templates.sort(key=lambda template: -len(_BRACES.sub("", template)))
    return tuple((template, re.compile("".join(_pieces(template)), re.DOTALL)) for template in templates)


def _pieces(template: str) -> Iterator[str]:
    for index, piece in enumerate(_BRACES.split(template)):
        yield f"(?P<{piece}>{_PATTERNS[PARTS.get(piece, Part.TEXT)]})" if index % 2 else re.escape(piece)


def is_known(text: str) -> bool:
    """Whether a sentence has a template: what tests ask."""
    return _translated(text) is not None
