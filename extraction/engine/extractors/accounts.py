"""Bank accounts that are no IBAN, and whose accounts they are."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..language import Language
from ..layout import Label, Layout, TextMap
from ..record import Candidate
from .beside import box_of, text_of, value_of
from .formats import is_date
from .names import clean_name, looks_like_address, looks_like_name
from .roles import buyer_places

if TYPE_CHECKING:
    from ..options import ReadOptions

_ACCOUNT = re.compile(r"[\s:.#]*((?:\d[\d -]{4,30}\d|\d{5,})(?:\s?/\s?\d{4})?)(?![\w,]|\.\d)")
_CODE = re.compile(r"[\s:.#]*(\d[\d -]{2,10}\d)(?![\w/]|[.,]\d)")
_NEAR = 2  # rows between the number of a bank and that of the account
_BANK_KEYS = frozenset({"bank_code", "bic", "iban", "account_name", "payment_reference"})
_GIRO = re.compile(r"(?:bank|plus|post)\s?giro|^[bp]g\b", re.IGNORECASE)


def find_accounts(layout: Layout, language: Language, options: ReadOptions) -> list[Candidate]:
    return [*_accounts(layout), *_account_names(layout)]


def _accounts(layout: Layout) -> Iterable[Candidate]:
    buyers = buyer_places(layout)
    codes = list(_bank_codes(layout))
    for label in layout.labels("bank_account"):
        found = value_of(layout, label)
        if not found or buyers.holds(label.page, label.box):
            continue
        chars = TextMap(found[0])
        match = _ACCOUNT.match(chars.text)
        if match is None or is_date(match[1]):
            continue
        number, score = match[1].strip(" -"), _likely(layout, label)
        near = [code for row, page, code in codes if page == label.page and abs(row - label.row) <= _NEAR]
        value = f"{near[0]} {number}" if near and "/" not in number else number
        if near:
            score = max(score, 0.85)
        if score:
            box = chars.box(*match.span(1))
            reason = f"{found[1]} label '{label.text}'" + (f", with the bank's number {near[0]}" if near else "")
            yield Candidate("bank_account", value, match[1], label.page, box, round(score * label.quality, 4), reason)


def _likely(layout: Layout, label: Label) -> float:
    """An "account number" is a bank's beside other bank details; a customer's may be called so, too."""
    own = {other.key for other in layout.labels_in_row(label.row) if other.start == label.start}
    if "customer_number" not in own:
        return 0.85 if "iban" not in own else 0.8
    rows = range(label.row - _NEAR, label.row + _NEAR + 1)
    near = {other.key for row in rows for other in layout.labels_in_row(row) if other.page == label.page}
    return 0.8 if near & _BANK_KEYS else 0.0


def _bank_codes(layout: Layout) -> Iterable[tuple[int, int, str]]:
    """(row, page, number) of sort codes, routing numbers and their like."""
    for label in layout.labels("bank_code"):
        found = value_of(layout, label)
        match = _CODE.match(TextMap(found[0]).text) if found else None
        if match:
            yield label.row, label.page, match[1].strip(" -")


def _account_names(layout: Layout) -> Iterable[Candidate]:
    for label in layout.labels("account_name"):
        found = value_of(layout, label)
        name = clean_name(text_of(found[0])) if found else ""
        if found and looks_like_name(name) and name[:1].isupper() and not looks_like_address(name):
            score = 0.85 * label.quality * (1.0 if label.starts_cell else 0.85)
            reason = f"{found[1]} label '{label.text}'"
            box = box_of(found[0])
            yield Candidate("account_name", name, text_of(found[0]), label.page, box, round(score, 4), reason)
