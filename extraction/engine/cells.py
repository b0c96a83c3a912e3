"""The tables of an invoice as a person edits them: their columns, and text <-> value for each cell.

``parse_cell`` and ``cell_text`` go together: what one prints the other reads back, whatever the language.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from .fields import Kind
from .record import Value, canonical
from .values import parse_value


@dataclass(frozen=True, slots=True)
class CellSpec:
    """One column. ``longest`` counts the characters of a text; a ``percent`` is a number from -100 to 100.

    ``main`` columns are always shown, the others while they hold something or a person switched them on.
    """

    name: str
    kind: Kind = Kind.TEXT
    longest: int = 0
    percent: bool = False
    main: bool = False

    @property
    def is_number(self) -> bool:
        return self.kind is Kind.AMOUNT


_A = Kind.AMOUNT

TABLES: Mapping[str, tuple[CellSpec, ...]] = {
    "line_items": (
        CellSpec("description", longest=1000, main=True),
        CellSpec("quantity", _A, main=True),
        CellSpec("unit", longest=32),
        CellSpec("unit_price", _A, main=True),
        CellSpec("discount", _A),
        CellSpec("tax_rate", _A, percent=True, main=True),
        CellSpec("amount", _A, main=True),
        CellSpec("item_code", longest=128),
        CellSpec("gtin", longest=14),
        CellSpec("po_line", longest=64),
        CellSpec("date", Kind.DATE),
    ),
    "tax_lines": (
        CellSpec("rate", _A, percent=True, main=True),
        CellSpec("base", _A, main=True),
        CellSpec("amount", _A, main=True),
        CellSpec("category", longest=8, main=True),
        CellSpec("exemption_reason", longest=255),
    ),
}
_THREE_DECIMALS = re.compile(r"[-+]?\d{1,3}\.\d{3}")


def parse_cell(spec: CellSpec, text: str, *, language: str = "") -> Value | None:
    """What a person typed, pasted or picked; None for an empty cell. ValueError with a message for people."""
    text = " ".join(text.split())
    if not text:
        return None
    if spec.percent:
        text = text.rstrip("%％ ") or text
    value = parse_value(spec.kind, text, language=language)
    if spec.longest and isinstance(value, str) and len(value) > spec.longest:
        raise ValueError(f"This is too long. Use at most {spec.longest} characters.")
    if spec.percent and isinstance(value, Decimal) and abs(value) > 100:
        raise ValueError("Enter a percentage from 0 to 100.")
    return value


def cell_text(spec: CellSpec, value: Value | None, *, language: str = "") -> str:
    """How a cell shows a value: money with two decimals at least, other numbers without needless zeros.

    1.234 with a decimal comma gets a fourth decimal, because typed there it would mean a thousand.
    """
    if value is None or value == "":
        return ""
    if not isinstance(value, Decimal):
        return canonical(value)
    text = f"{value.normalize():f}"
    if not spec.percent and spec.name != "quantity":
        text = text if len(text.partition(".")[2]) > 2 else f"{value:.2f}"
    return f"{text}0" if decimal_mark(language) == "," and _THREE_DECIMALS.fullmatch(text) else text


def decimal_mark(language: str) -> str:
    """What parts whole and decimals where a number alone does not tell, as ``parse_value`` takes it."""
    return "." if language in ("", "en", "ja") else ","
