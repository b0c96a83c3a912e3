"""CSV: a header row, then one row an invoice. UTF-8, CRLF, quotes as in RFC 4180, ISO dates; ``DIALECTS`` differ."""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from django.utils import timezone

from extraction.engine.fields import FIELDS, Kind
from extraction.models import Invoice

BEFORE = ("id", "file", "status", "uploaded_at")
AFTER = ("approved_at", "approved_by", "exported_at", "language", "problems")
HEADER = (*BEFORE, *(spec.name for spec in FIELDS), *AFTER)

# A spreadsheet takes a cell that starts with one of these for a formula (OWASP, "CSV injection").
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# Opened with another separator than it was written with, a file has cells that start in the middle of a text.
FORMULA_INSIDE = re.compile(r"""[,;\t\r\n]"*(?=[=+\-@＝＋－＠])""")


@dataclass(frozen=True, slots=True)
class Dialect:
    """``bom``: a byte order mark always stands in front."""

    separator: str
    decimal: str
    bom: bool = False


# Excel splits a file at its own country's list separator: a semicolon where the comma is the decimal mark.
DIALECTS: dict[str, Dialect] = {"comma": Dialect(",", "."), "semicolon": Dialect(";", ",", bom=True)}


class _Line:
    """The file that csv.writer wants: it hands each line back instead of keeping it."""

    def write(self, text: str) -> str:
        return text


def write_csv(invoices: Iterable[Invoice], *, bom: bool = False, dialect: str = "comma") -> Iterator[bytes]:
    """``dialect`` is a key of ``DIALECTS``. ``bom`` puts a byte order mark in front, by which Excel knows UTF-8."""
    chosen = DIALECTS[dialect]
    writer = csv.writer(_Line(), delimiter=chosen.separator)
    if bom or chosen.bom:
        yield codecs.BOM_UTF8
    yield _encode(writer.writerow(HEADER))
    for invoice in invoices:
        yield _encode(writer.writerow(_row(invoice, chosen.decimal)))


def _encode(line: object) -> bytes:
    return str(line).encode("utf-8", errors="replace")


def _row(invoice: Invoice, decimal: str) -> list[str]:
    values = {row.name: row.value for row in invoice.field_values.all()}
    codes = sorted({str(problem.get("code", "")) for problem in invoice.problems})
    approver = invoice.approved_by
    return [
        str(invoice.pk),
        defused(invoice.document_name),
        invoice.status,
        _instant(invoice.created_at),
        *(cell(spec.kind, values.get(spec.name, ""), decimal=decimal) for spec in FIELDS),
        _instant(invoice.approved_at),
        defused(approver.email if approver else ""),
        _instant(invoice.exported_at),
        invoice.language,
        " ".join(codes),
    ]


def cell(kind: Kind, value: str, *, decimal: str = ".") -> str:
    """Amounts and dates go out as they are, also negative ones; all else is text and cannot become a formula."""
    if kind is Kind.AMOUNT and _is_number(value):
        return value.replace(".", decimal)
    if kind is Kind.DATE and _is_date(value):
        return value
    return defused(value)


def defused(text: str) -> str:
    inside = FORMULA_INSIDE.sub(r"\g<0>'", text)
    return f"'{inside}" if inside.startswith(FORMULA_STARTS) else inside


def _is_number(value: str) -> bool:
    try:
        return Decimal(value).is_finite()
    except InvalidOperation:
        return False


def _is_date(value: str) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _instant(moment: datetime | None) -> str:
    return timezone.localtime(moment).isoformat(timespec="seconds") if moment else ""
