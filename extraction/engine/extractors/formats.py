"""Shapes of what stands on invoices, to keep one kind of value from being taken for another."""

from __future__ import annotations

import re

_DATE = re.compile(
    r"(?:\d{1,2}\s?[./-]\s?\d{1,2}\s?[./-]\s?(?:\d{4}|\d{2})|\d{4}[./-]\d{1,2}[./-]\d{1,2}"
    r"|\d{1,2}[ ./-]?[^\W\d_]{3,9}[.,]?[ ./'-]?(?:\d{4}|\d{2}))(?!\d)"
)
_TIME = re.compile(r"\d{1,2}[:.]\d{2}(?:[:.]\d{2})?\s?(?:am|pm|uhr|h)?", re.IGNORECASE)
_AMOUNT = re.compile(
    r"[-+]?(?:[$€£¥]|RM|EUR|USD|GBP|CHF)?\s?[-+]?\d{1,3}(?:[., '’]?\d{3})*[.,]\d{2}\s?(?:[$€£¥]|[A-Z]{3})?[-*]?"
)
_PHONE = re.compile(r"(?:\+\d[\d ()/.-]{6,}|\(\d{2,5}\)\s?[\d -]{5,}|0\d{1,4}[ /-]\d{3,4}[ -]?\d{3,4})")
_URL = re.compile(
    r"(?:https?:|www\.|[\w.-]+@)|\b[\w-]{2,}\.(?:com|net|org|info|biz|de|at|ch|fr|es|it|nl|be|pt|pl|se|no|dk|uk|ie|eu|my|sg|hk|us|ca|au|in|cz|hu|hr|gr|ro|tv)\b",
    re.IGNORECASE,
)
# Postal codes of the world before or after a town; digits alone need a word beside them.
_CODE = r"(?:\d{4,6}|\d{3} \d{2}|\d{2}-\d{3}|\d{4}-\d{3}|\d{4} ?[A-Z]{2})"
_POSTAL_LINE = re.compile(
    rf"(?<![\w/.-])(?:[A-Z]{{1,3}}[- ])?{_CODE}(?![\w/]|[.,]\d)[ ,]+[^\W\d_]"
    r"|[^\W\d_]\.?,? +(?:[A-Z]{2},? )?\d{5}(?:-\d{4})?(?![\w/]|[.,]\d)"
    r"|(?<!\w)[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}(?!\w)|(?<!\w)[A-Z]\d[\dW] ?[A-Z\d]{4}(?!\w)"
    r"|(?<!\w)[A-Z]\d[A-Z] ?\d[A-Z]\d(?!\w)|〒|(?<!\w)\d{5}(?=[^\W\d_]{3})"
)
# "Main Road 12", "12 Main Road", "c/ Mayor, 8", "P.O. Box 340": words with a house number at one end.
_HOUSE = r"\d{1,4}\s?(?:[a-zA-Z]|[-/+]\s?\d{1,4}\s?[a-zA-Z]?)?"
_STREET_LINE = re.compile(
    rf"^[^\W\d_][^\d:@€$£%]{{2,45}}[ ,]\s?(?:n[º°r.]*\s?)?{_HOUSE}(?:[ ,].{{0,30}})?$"
    r"|^\d{1,5}(?:\s?(?:[a-zA-Z]|bis|ter|[-/]\s?\d{1,4}))?,? +[^\W\d_][^\d:@€$£%]{3,45}$"
)


def has_postal_town(text: str) -> bool:
    """Whether a line holds a postal code with a town beside it, or a code of letters and digits."""
    return bool(_POSTAL_LINE.search(text))


def is_street_line(text: str) -> bool:
    """Whether a line has the form of a street with a house number; much else has, too: ask only inside addresses."""
    return bool(_STREET_LINE.match(text.strip()))


def is_date(text: str) -> bool:
    return bool(_DATE.fullmatch(text.strip(" .,;")))


def holds_date(text: str) -> bool:
    return bool(_DATE.search(text))


def holds_numeric_date(text: str) -> bool:
    """Names of months left out: "6 Jalan 19" has the form of a date."""
    return any(_DATE.fullmatch(part) for part in text.replace(",", " ").split() if not any(map(str.isalpha, part)))


def is_time(text: str) -> bool:
    return bool(_TIME.fullmatch(text.strip(" .,;")))


def is_amount(text: str) -> bool:
    return bool(_AMOUNT.fullmatch(text.strip()))


def holds_amount(text: str) -> bool:
    return any(_AMOUNT.fullmatch(part) for part in text.split())


def holds_phone(text: str) -> bool:
    return bool(_PHONE.search(text))


def holds_address_of_net(text: str) -> bool:
    """A web or e-mail address."""
    return bool(_URL.search(text))
