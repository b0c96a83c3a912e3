"""How cells look: the formats that a column may have, the options of a text file, and texts that cannot do harm."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .records import Record, as_amount, as_date, plain
from .tables import Cell, Column, Source

# --- options of a file ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Options:
    """``bom``: a byte order mark stands in front. ``dates``: key of ``DATES``; ``encoding``: of ``ENCODINGS``."""

    delimiter: str = ","
    decimal: str = "."
    bom: bool = False
    dates: str = "iso"
    encoding: str = "utf-8"


# Excel splits a file at its own country's list separator: a semicolon where the comma is the decimal mark.
DIALECTS: dict[str, Options] = {
    "comma": Options(),
    "semicolon": Options(";", ",", bom=True),
    "tab": Options("\t", "."),
}
DELIMITERS: dict[str, Any] = {",": _("Comma"), ";": _("Semicolon"), "\t": _("Tab")}
DECIMALS: dict[str, Any] = {".": _("Point, 1234.56"), ",": _("Comma, 1234,56")}
ENCODINGS: dict[str, Any] = {"utf-8": "UTF-8", "cp1252": "Windows-1252"}
# key -> (label, for strftime, for spreadsheets)
DATES: dict[str, tuple[str, str, str]] = {
    "iso": ("2026-12-31", "%Y-%m-%d", "yyyy-mm-dd"),
    "dotted": ("31.12.2026", "%d.%m.%Y", "dd.mm.yyyy"),
    "british": ("31/12/2026", "%d/%m/%Y", "dd/mm/yyyy"),
    "american": ("12/31/2026", "%m/%d/%Y", "mm/dd/yyyy"),
    "compact": ("20261231", "%Y%m%d", "yyyymmdd"),
}

# --- formats of a column ----------------------------------------------------------------------------------------------

PLACES = {"places0": 0, "places2": 2, "places4": 4}
_NUMBERS = {
    "": _("as it is"),
    "signed": _("credit notes negative"),
    "places0": _("whole numbers"),
    "places2": _("two decimals"),
    "places4": _("four decimals"),
}
_DATES = {"": _("as the file writes dates"), **{name: label for name, (label, _text, _sheet) in DATES.items()}}
FORMATS: dict[Cell, dict[str, Any]] = {
    Cell.TEXT: {"": _("as it is"), "upper": _("capital letters"), "alnum": _("letters and digits only")},
    Cell.DATE: _DATES,
    Cell.MOMENT: {"": _("date and time"), **{name: label for name, label in _DATES.items() if name}},
    Cell.AMOUNT: _NUMBERS,
    Cell.NUMBER: _NUMBERS,
    Cell.INTEGER: {"": _("as it is")},
}


def shaped(source: Source, title: str, format: str) -> Column:
    """The column with its values changed as the format says. What is only shown otherwise is left to the writer."""
    column = source.column(title, format)
    change = _changes(format)
    if change is None:
        return column
    get = column.get
    return replace(column, get=lambda record, row: change(get(record, row), record))


def _changes(format: str) -> Callable[[Any, Record], Any] | None:
    if format == "signed":
        return _signed
    if format in PLACES:
        unit = Decimal(1).scaleb(-PLACES[format])
        return lambda value, record: _rounded(value, unit)
    if format == "upper":
        return lambda value, record: str(value or "").upper()
    if format == "alnum":
        return lambda value, record: "".join(letter for letter in str(value or "") if letter.isalnum())
    return None


def _signed(value: Any, record: Record) -> Any:
    number = as_amount(value) if isinstance(value, str) else value
    if not isinstance(number, Decimal) or record.text("document_type") != "credit_note":
        return value
    return -abs(number)


def _rounded(value: Any, unit: Decimal) -> Any:
    number = as_amount(value) if isinstance(value, str) else value
    return number.quantize(unit, ROUND_HALF_UP) if isinstance(number, Decimal) else value


# --- cells as text ----------------------------------------------------------------------------------------------------


def text_writer(column: Column, options: Options) -> Callable[[Any], str]:
    """A function that gives a cell of this column as text. Numbers and dates go out as such, all else is defused."""
    if column.kind in (Cell.AMOUNT, Cell.NUMBER):
        least = 2 if column.kind is Cell.AMOUNT else 0
        return lambda value: _number(value, options.decimal, PLACES.get(column.format, least))
    if column.kind is Cell.DATE:
        pattern = DATES[column.format or options.dates][1]
        return lambda value: _day(value, pattern)
    if column.kind is Cell.MOMENT:
        pattern = DATES[column.format][1] if column.format else ""
        return lambda value: _moment(value, pattern)
    if column.kind is Cell.INTEGER:
        return lambda value: "" if value is None else str(value)
    return lambda value: defused(value) if value else ""


def _number(value: Any, decimal: str, least: int) -> str:
    if not value and value != 0:
        return ""
    if isinstance(value, Decimal):
        text = plain(value, least)
        return text if decimal == "." else text.replace(".", decimal)
    text = str(value)
    return text.replace(".", decimal) if as_amount(text) is not None else defused(text)


def _day(value: Any, pattern: str) -> str:
    if not value:
        return ""
    day = value if isinstance(value, date) else as_date(value)
    if day is None:
        return defused(str(value))
    return day.isoformat() if pattern == "%Y-%m-%d" else day.strftime(pattern)


def _moment(value: datetime | None, pattern: str) -> str:
    if value is None:
        return ""
    here = timezone.localtime(value)
    return here.strftime(pattern) if pattern else here.isoformat(timespec="seconds")


# A spreadsheet takes a cell that starts with one of these for a formula (OWASP, "CSV injection").
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# Opened with another separator than it was written with, a file has cells that start in the middle of a text.
FORMULA_INSIDE = re.compile(r"""[,;\t\r\n]"*(?=[=+\-@＝＋－＠])""")
_RISKY = re.compile(r"[=+\-@\t\r\n＝＋－＠]")  # most texts have none of these, and are done with


def defused(text: str) -> str:
    if _RISKY.search(text) is None:
        return text
    inside = FORMULA_INSIDE.sub(r"\g<0>'", text)
    return f"'{inside}" if inside.startswith(FORMULA_STARTS) else inside


# What XML, and so a spreadsheet, cannot hold.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\s]+")
LONGEST_CELL = 32_767
_LETTERS = str.maketrans({"ß": "ss", "Ø": "O", "ø": "o", "Ł": "L", "ł": "l", "Đ": "D", "đ": "d", "ı": "i"})


def sheet_text(text: str) -> str:
    """Text without what a spreadsheet file cannot hold."""
    return _UNWRITABLE.sub("", text)[:LONGEST_CELL]


def one_line(text: str, length: int) -> str:
    """Without line breaks and control characters, cut at ``length``."""
    return _CONTROL.sub(" ", text).strip()[:length].strip()


def latin(text: str) -> str:
    """Text in the letters of Windows-1252; others become their plain letter (ł -> l), or a question mark."""
    return "".join(letter if _in_cp1252(letter) else _nearest(letter) for letter in text)


def _in_cp1252(letter: str) -> bool:
    try:
        letter.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True


def _nearest(letter: str) -> str:
    base = unicodedata.normalize("NFKD", letter).translate(_LETTERS)
    return base.encode("cp1252", "ignore").decode("cp1252") or "?"


def encoded(text: str, encoding: str) -> bytes:
    if encoding == "cp1252":
        try:
            return text.encode("cp1252")
        except UnicodeEncodeError:
            return latin(text).encode("cp1252")
    return text.encode("utf-8", errors="replace")
