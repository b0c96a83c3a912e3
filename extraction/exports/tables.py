"""Which columns a file has, and the rows that a record gives in each level.

``SOURCES`` is the catalogue: every column that an export or a profile may have. A row's cells are raw values (canonical
text, Decimal, date, datetime, int, None); each format writes them in its own way by the column's ``kind``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _

from extraction.engine.fields import BY_NAME, FIELDS, Kind

from .codes import codes_of
from .records import LineRow, Record, TaxRow, Wanted

Row = LineRow | TaxRow | None
Get = Callable[[Record, Row], Any]


class Level(StrEnum):
    """What one row of a table stands for."""

    HEADER = "header"
    LINE = "line"
    TAX = "tax"


LEVELS: dict[Level, Any] = {
    Level.HEADER: _("One row an invoice"),
    Level.LINE: _("One row a line item"),
    Level.TAX: _("One row a tax rate"),
}


class Cell(StrEnum):
    """How a cell is written: what a spreadsheet or a schema calls its type."""

    TEXT = "text"
    DATE = "date"
    MOMENT = "moment"
    AMOUNT = "amount"
    NUMBER = "number"
    INTEGER = "integer"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table. ``format`` is a key of ``FORMATS`` for its kind, "" for the plain value."""

    name: str
    title: str
    kind: Cell
    get: Get
    format: str = ""

    @property
    def of_row(self) -> bool:
        """Whether it differs between the rows of one invoice."""
        return self.name.startswith(("line.", "tax."))


@dataclass(frozen=True, slots=True)
class Source:
    """What a column can be made of. ``levels`` are the tables that may have it."""

    name: str
    label: Any
    group: Any
    kind: Cell
    levels: frozenset[Level]
    get: Get

    def column(self, title: str = "", format: str = "") -> Column:
        return Column(self.name, title or self.name.rpartition(".")[2], self.kind, self.get, format)


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet or file: its name, its level and its columns."""

    name: str
    level: Level
    columns: tuple[Column, ...]

    def rows(self, record: Record) -> Iterator[list[Any]]:
        """What this invoice adds to the table: one row, or one for each of its lines or tax rates.

        It is the same list each time, with other cells: take what is needed before the next.
        """
        parts = self.parts(record)
        if not parts:
            return
        row = [column.get(record, None) for column in self.columns]
        changing = [(at, column.get) for at, column in enumerate(self.columns) if column.of_row]
        for part in parts:
            for at, get in changing:
                row[at] = get(record, part)
            yield row

    def parts(self, record: Record) -> tuple[None] | list[LineRow] | list[TaxRow]:
        if self.level is Level.HEADER:
            return (None,)
        return record.lines if self.level is Level.LINE else record.taxes

    def wanted(self) -> Wanted:
        """What must be read of each invoice for this table."""
        names = {column.name for column in self.columns}
        fields = {name for name in names if name in BY_NAME}
        fields |= {"vendor_name", "vendor_tax_id"} if any(name.startswith("code.") for name in names) else set()
        fields |= {"document_type"} if any(column.format == "signed" for column in self.columns) else set()
        return Wanted(fields, lines=self.level is Level.LINE, taxes=self.level is Level.TAX)


def wanted_by(tables: tuple[Table, ...]) -> Wanted:
    """Everything that some of these tables need."""
    each = [table.wanted() for table in tables]
    return Wanted(
        {name for one in each for name in one.fields or ()},
        lines=any(one.lines for one in each),
        taxes=any(one.taxes for one in each),
    )


# --- the catalogue ----------------------------------------------------------------------------------------------------

ALL = frozenset(Level)
CELLS = {Kind.AMOUNT: Cell.AMOUNT, Kind.DATE: Cell.DATE}
_INVOICE, _LINE, _TAX, _LEDGER = _("Invoice"), _("Line item"), _("Tax rate"), _("Ledger codes")


def _header(name: str) -> Get:
    return lambda record, row: record.fields.get(name, "")


def _attribute(name: str) -> Get:
    return lambda record, row: getattr(record, name)


def _of_row(at: int) -> Get:
    return lambda record, row: row[at] if row is not None else None


def _code(name: str) -> Get:
    return lambda record, row: getattr(codes_of(record), name)


def _problems(record: Record, row: Row) -> str:
    return " ".join(sorted({str(problem.get("code", "")) for problem in record.problems}))


_BEFORE = (
    Source("id", _("Number in Invoicelens"), _INVOICE, Cell.INTEGER, ALL, _attribute("pk")),
    Source("file", _("File"), _INVOICE, Cell.TEXT, ALL, _attribute("document_name")),
    Source("status", _("State"), _INVOICE, Cell.TEXT, ALL, _attribute("status")),
    Source("uploaded_at", _("Uploaded at"), _INVOICE, Cell.MOMENT, ALL, _attribute("created_at")),
)
_AFTER = (
    Source("approved_at", _("Approved at"), _INVOICE, Cell.MOMENT, ALL, _attribute("approved_at")),
    Source("approved_by", _("Approved by"), _INVOICE, Cell.TEXT, ALL, _attribute("approved_by")),
    Source("exported_at", _("Exported at"), _INVOICE, Cell.MOMENT, ALL, _attribute("exported_at")),
    Source("language", _("Language"), _INVOICE, Cell.TEXT, ALL, _attribute("language")),
    Source("problems", _("Problems"), _INVOICE, Cell.TEXT, ALL, _problems),
)
_FIELDS = tuple(
    Source(spec.name, _(spec.label), _(spec.group.capitalize()), CELLS.get(spec.kind, Cell.TEXT), ALL,
           _header(spec.name))
    for spec in FIELDS
)  # fmt: skip
_LINE_KINDS = {
    "position": (_("Position"), Cell.INTEGER),
    "description": (_("Description"), Cell.TEXT),
    "quantity": (_("Quantity"), Cell.NUMBER),
    "unit": (_("Unit"), Cell.TEXT),
    "unit_price": (_("Unit price"), Cell.AMOUNT),
    "discount": (_("Discount"), Cell.AMOUNT),
    "tax_rate": (_("Tax rate"), Cell.NUMBER),
    "amount": (_("Amount"), Cell.AMOUNT),
    "item_code": (_("Item code"), Cell.TEXT),
    "gtin": (_("GTIN"), Cell.TEXT),
    "po_line": (_("Order line"), Cell.TEXT),
    "date": (_("Date"), Cell.DATE),
}
_TAX_KINDS = {
    "position": (_("Position"), Cell.INTEGER),
    "rate": (_("Rate"), Cell.NUMBER),
    "base": (_("Base"), Cell.AMOUNT),
    "amount": (_("Amount"), Cell.AMOUNT),
    "category": (_("Category"), Cell.TEXT),
    "exemption_reason": (_("Exemption reason"), Cell.TEXT),
}
_LINES = tuple(
    Source(f"line.{name}", *_LINE_KINDS[name][:1], _LINE, _LINE_KINDS[name][1], frozenset({Level.LINE}), _of_row(at))
    for at, name in enumerate(LineRow._fields)
)
_TAXES = tuple(
    Source(f"tax.{name}", *_TAX_KINDS[name][:1], _TAX, _TAX_KINDS[name][1], frozenset({Level.TAX}), _of_row(at))
    for at, name in enumerate(TaxRow._fields)
)
_CODES = (
    Source("code.vendor_account", _("Vendor account"), _LEDGER, Cell.TEXT, ALL, _code("vendor_account")),
    Source("code.account", _("Account"), _LEDGER, Cell.TEXT, ALL, _code("account")),
    Source("code.tax_code", _("Tax code"), _LEDGER, Cell.TEXT, ALL, _code("tax_code")),
    Source("code.cost_centre", _("Cost centre"), _LEDGER, Cell.TEXT, ALL, _code("cost_centre")),
)

SOURCES: dict[str, Source] = {
    source.name: source for source in (*_BEFORE, *_FIELDS, *_AFTER, *_LINES, *_TAXES, *_CODES)
}
KEYS = ("id", "file", "document_type", "vendor_name", "vendor_tax_id", "invoice_number", "issue_date", "currency")


def sources_for(level: Level) -> list[Source]:
    return [source for source in SOURCES.values() if level in source.levels]


def constant(title: str, value: str) -> Column:
    """A column that says the same in every row."""
    return Column("constant", title, Cell.TEXT, lambda record, row: value)


def _table(name: str, level: Level, sources: tuple[Source, ...]) -> Table:
    return Table(name, level, tuple(source.column() for source in sources))


_KEYS = tuple(SOURCES[name] for name in KEYS)
# What is written where nobody chose columns.
TABLES: dict[Level, Table] = {
    Level.HEADER: _table("invoices", Level.HEADER, (*_BEFORE, *_FIELDS, *_AFTER)),
    Level.LINE: _table("lines", Level.LINE, (*_KEYS, *_LINES)),
    Level.TAX: _table("taxes", Level.TAX, (*_KEYS, *_TAXES)),
}


def renamed(table: Table, name: str) -> Table:
    return replace(table, name=name)
