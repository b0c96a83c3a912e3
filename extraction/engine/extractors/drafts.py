"""A row that may be a line item, and what tells that one is or is not. For the modules that read rows.

Nothing is decided here but what a row says; which rows are invoiced lines is decided in ``line_items.py``, by sums.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from stdnum import ean
from stdnum.exceptions import ValidationError

from ..dating import find_dates
from ..document import Box
from ..language import label_key
from ..layout import Layout, Row
from ..money import CODES, SYMBOLS, find_amounts
from .figures import Figure

CLOSING = frozenset(
    [
        "gross_total", "total", "rounded_total", "amount_due", "net_total", "subtotal", "line_total", "tax_total",
        "amount_paid", "cash", "change", "rounding", "withholding", "commission",
    ]
)  # fmt: skip
CENT = Decimal("0.01")
CURRENCY = "|".join(re.escape(mark) for mark in sorted([*SYMBOLS, *CODES], key=len, reverse=True))
_NUMBER = r"\d{1,6}(?:[.,]\d{1,4})?"
TIMES = re.compile(
    rf"""
    (?<![\w.,])\(?(?P<quantity>{_NUMBER})\s?
    (?P<unit>[^\W\d_]{{1,6}}\.?)??\s?
    (?:[xX×*@]|à|á)\s?
    (?:(?:{CURRENCY})\s?)?(?P<price>\d{{1,6}}\s?[.,]\s?\d{{2,4}})(?![\d])
    (?:\s?(?:{CURRENCY}))?(?:\s?/\s?\w+)?\)?
    """,
    re.VERBOSE,
)
AT = re.compile(rf"(?:^|\s|\()@\s?(?:(?:{CURRENCY})\s?)?(?P<price>\d{{1,6}}[.,]\d{{2,4}})\W*$")
_BRACKETED = re.compile(r"^[\[*(#](?P<code>[\w./-]{2,})[\])*]?$")
_CODE = re.compile(r"^(?=(?:.*\d){4})[A-Z0-9][A-Z0-9./-]{4,}$")
_NUMBERED = re.compile(r"^\d{1,3}[.)]\s?(?=\w)")  # "1)Apples"
_GTIN = re.compile(r"(?<!\d)(\d{13,14}|\d{12})(?!\d)")
DATED = re.compile(r"\d{1,4}([./-])\d{1,2}\1\d{2,4}(?:\s+|$)")
LETTERS = re.compile(r"[^\W\d_]")


@dataclass(slots=True)
class Draft:
    """A row that may be a line item. ``sums`` are the figures that may be its amount, by column; a half has none."""

    page: int
    row: int
    boxes: list[Box]
    figures: list[Figure]
    sums: dict[str, Figure]
    description: list[str] = field(default_factory=list)
    quantity: Decimal | None = None
    unit: str | None = None
    unit_price: Decimal | None = None
    per: Decimal | None = None
    discount: Decimal | None = None
    percent_off: Decimal | None = None
    tax_rate: Decimal | None = None
    item_code: str | None = None
    gtin: str | None = None
    po_line: str | None = None
    date: date | None = None
    counted: bool = False  # the table has a column of quantities
    label: str = ""  # "discount" or "charge_total": a row that may belong to the totals
    right: float = 1.0  # how far the name might have gone
    name_box: Box | None = None  # the last line of the name


Entry = Draft | Row | None  # None: a row of totals, which parts a table


def closes(layout: Layout, row: Row, figures: Sequence[Figure], keys: frozenset[str] = CLOSING) -> bool:
    """Whether a row is one of totals, taxes or payments: words for these make up most of its text."""
    labels = [label for label in layout.labels_in_row(row.index) if label.key in keys and label.quality > 0.8]
    if not labels or not (figures or len(row.words) <= 3) or TIMES.search(row.text):
        return False
    starts = {figure.start for figure in figures if figure.is_money}
    if any(label.starts_cell and label.end in starts for label in labels):
        return True  # whatever stands before it: "Payment within 30 days    Total 12.00"
    covered = {index for label in labels for index in range(label.start, label.end)}
    counted = covered | {index for figure in figures for index in range(figure.start, figure.end)}
    others = [word.text for index, word in enumerate(row.words) if index not in counted]
    named = sum(len(LETTERS.findall(row.words[index].text)) for index in covered)
    rest = sum(len(LETTERS.findall(text)) for text in others if text not in SYMBOLS and text not in CODES)
    at_rate = any(figure.percent for figure in figures)
    return named >= (rest / 3 if at_rate else rest)


def is_carried(layout: Layout, row: Row) -> bool:
    """Whether a row carries a sum from one page to the next."""
    words = [word.text for word in row.words[:6] if not any(char.isdigit() for char in word.text)]
    for size in range(min(4, len(words)), 0, -1):
        found = layout.language.columns.exact.get("".join(map(label_key, words[:size])), ())
        if any(key == "carried" for key, _ in found):
            return True
    return False


def label_of(layout: Layout, row: Row) -> str:
    """Whether a row is called a discount or a charge: most of its letters are."""
    letters = len(LETTERS.findall(row.text))
    for label in layout.labels_in_row(row.index):
        called = label.key in ("discount", "charge_total") and label.quality > 0.8
        if called and 2 * len(LETTERS.findall(label.text)) >= letters:
            return label.key
    return ""


def is_text(text: str, *, least: int = 3) -> bool:
    """Whether something is named: some letters, and not only those of currencies."""
    words = [word for word in text.split() if word not in SYMBOLS and word not in CODES]
    return sum(len(LETTERS.findall(word)) for word in words) >= least


def times(text: str, decimal: str) -> tuple[Decimal, str | None, Decimal, int, int] | None:
    """(quantity, unit, price, start, end) of "2 x 4,60" in a text."""
    match = TIMES.search(text)
    if not match:
        return None
    quantity = Decimal(match["quantity"].replace(",", "."))  # of weights, three digits are decimals
    price = find_amounts(match["price"], decimal=decimal)
    return (quantity, match["unit"], price[0].value, match.start(), match.end()) if len(price) == 1 else None


def agrees(product: Decimal, amount: Decimal) -> bool:
    return abs(abs(product) - abs(amount)) <= CENT


def without_code(draft: Draft, words: list[str]) -> str:
    words = _NUMBERED.sub("", " ".join(words)).split() or words
    head, bar, tail = " ".join(words).rpartition("|")
    if bar and is_text(tail) and sum(char.isdigit() for char in head) > 3:  # fiscal printers: "code|name"
        draft.item_code, words = head.rpartition("|")[2].strip(" |") or None, tail.split()
    if len(words) > 1 and (match := _BRACKETED.match(words[0]) or _CODE.match(words[0])):
        draft.item_code = match.groupdict().get("code") or words[0]
        words = words[1:]
    return " ".join(words).strip(" :|")


def gtin_in(text: str) -> str | None:
    for match in _GTIN.finditer(text):
        try:
            return str(ean.validate(match[1]))
        except ValidationError:
            continue
    return None


def date_in(text: str, layout: Layout) -> date | None:
    """The date of a row. English is written by those who put the day first and by those who do not: then none."""
    found = find_dates(text, layout.language.code, compact=False) if text else []
    if len(found) != 1 or (found[0].ambiguous and layout.language.code == "en"):
        return None
    return found[0].reading(day_first=layout.language.day_first)
