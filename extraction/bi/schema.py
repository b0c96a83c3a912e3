"""What each column of the views is: for Parquet, the OData feed, the documentation and a test that none is renamed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

PLACES = Decimal("0.0001")


class Type(StrEnum):
    INTEGER = "integer"
    TEXT = "text"
    DECIMAL = "decimal"  # 18 digits, four of them after the point
    FLOAT = "float"
    DATE = "date"
    INSTANT = "instant"  # in UTC
    BOOLEAN = "boolean"  # 0 or 1 in SQL


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    type: Type
    about: str


@dataclass(frozen=True, slots=True)
class Table:
    """``key`` names one row; ``per_workspace``: it has a ``workspace_id``, by which readers see only their own."""

    name: str
    about: str
    key: str
    columns: tuple[Column, ...]

    @property
    def per_workspace(self) -> bool:
        return any(column.name == "workspace_id" for column in self.columns)


def _columns(*rows: tuple[str, str, str]) -> tuple[Column, ...]:
    return tuple(Column(name, Type(kind), about) for name, kind, about in rows)


_PLACE = (
    ("page", "integer", "page it was read on, from 1"),
    ("x0", "float", "left edge, in fractions of the page"),
    ("y0", "float", "upper edge"),
    ("x1", "float", "right edge"),
    ("y1", "float", "lower edge"),
)
_OWNER = (("invoice_id", "integer", "the invoice"), ("workspace_id", "integer", "the workspace"))

TABLES: tuple[Table, ...] = (
    Table(
        "fact_invoice",
        "One row a document, deleted ones left out. Amounts of credit notes are negative.",
        "invoice_id",
        _columns(
            ("invoice_id", "integer", "number of the document"),
            ("workspace_id", "integer", "the workspace"),
            ("workspace", "text", "its name"),
            ("status", "text", "queued, reading, review, approved, exported, failed, rejected"),
            ("is_approved", "boolean", "whether it is approved, exported ones included"),
            ("document_type", "text", "invoice, credit_note, receipt, debit_note, proforma"),
            ("vendor_key", "text", "leads to dim_vendor"),
            ("vendor_name", "text", "as it stands on this document"),
            ("invoice_number", "text", "number that the vendor gave"),
            ("issue_date", "date", "leads to dim_date"),
            ("due_date", "date", "when it is to be paid"),
            ("currency", "text", "ISO 4217"),
            ("net_amount", "decimal", "without tax"),
            ("tax_amount", "decimal", "tax"),
            ("gross_amount", "decimal", "with tax; the amount due where no total is printed"),
            ("due_amount", "decimal", "what is left to be paid"),
            ("file_name", "text", "the uploaded file"),
            ("channel", "text", "browser, mail, folder, api, command"),
            ("sender", "text", "of the mail; the folder, the API token"),
            ("page_count", "integer", "pages"),
            ("source", "text", "text_layer, ocr, mixed, e_invoice"),
            ("language", "text", "ISO 639-1"),
            ("confidence", "float", "that all required fields were read right"),
            ("reading_seconds", "float", "time the reading took"),
            ("uploaded_at", "instant", "when it came"),
            ("read_at", "instant", "when it was read"),
            ("approved_at", "instant", "when it was approved"),
            ("approved_by", "text", "e-mail address of who approved it"),
            ("exported_at", "instant", "when it was exported"),
            ("total_page", "integer", "page on which the gross total stands"),
            ("total_confidence", "float", "that the gross total was read right"),
            ("total_confirmed_by", "text", "who confirmed or corrected it"),
            ("upload_date", "date", "day it came, in UTC"),
            ("approval_date", "date", "day of approval, in UTC"),
        ),
    ),
    Table(
        "fact_line",
        "One row a line item.",
        "line_id",
        _columns(
            ("line_id", "integer", "number of the line"),
            *_OWNER,
            ("position", "integer", "place on the invoice, from 1"),
            ("description", "text", "what was sold"),
            ("quantity", "decimal", "how many"),
            ("unit", "text", "of what, as printed"),
            ("unit_price", "decimal", "price of one"),
            ("discount", "decimal", "taken off the line"),
            ("tax_rate", "decimal", "per cent"),
            ("amount", "decimal", "of the line; negative on credit notes"),
            ("item_code", "text", "the vendor's number of the article"),
            ("gtin", "text", "GTIN"),
            ("po_line", "text", "line of the purchase order"),
            ("line_date", "date", "date of the line"),
            *_PLACE,
            ("confidence", "float", "that the line was read right"),
        ),
    ),
    Table(
        "fact_tax",
        "One row a tax rate of an invoice.",
        "tax_id",
        _columns(
            ("tax_id", "integer", "number of the row"),
            *_OWNER,
            ("position", "integer", "place on the invoice, from 1"),
            ("rate", "decimal", "per cent"),
            ("base", "decimal", "taxed amount; negative on credit notes"),
            ("amount", "decimal", "tax; negative on credit notes"),
            ("category", "text", "UNCL5305: S, Z, E, AE ..."),
        ),
    ),
    Table(
        "fact_field",
        "One row a field of an invoice: what was read, where, how surely, and what a person made of it.",
        "field_id",
        _columns(
            ("field_id", "integer", "number of the row"),
            *_OWNER,
            ("field", "text", "name of the field (docs/record.md)"),
            ("value", "text", "what holds; empty: the document has none"),
            ("read_value", "text", "what the machine read"),
            ("is_confirmed", "boolean", "whether a person looked at it"),
            ("is_corrected", "boolean", "whether a person changed it"),
            ("confidence", "float", "of the reading"),
            *_PLACE,
            ("confirmed_by", "text", "e-mail address of that person"),
            ("confirmed_at", "instant", "when"),
        ),
    ),
    Table(
        "dim_vendor",
        "One row a vendor: those with a tax id by it, others by their name.",
        "vendor_key",
        _columns(
            ("vendor_key", "text", "stable key"),
            ("workspace_id", "integer", "the workspace"),
            ("vendor_name", "text", "one of the spellings"),
            ("vendor_tax_id", "text", "VAT id or tax number"),
            ("documents", "integer", "how many"),
            ("first_issue_date", "date", "of the oldest"),
            ("last_issue_date", "date", "of the newest"),
        ),
    ),
    Table(
        "dim_date",
        "One row a day, from 2000 to 2050.",
        "date_key",
        _columns(
            ("date_key", "date", "the day"),
            ("year", "integer", "year"),
            ("quarter", "integer", "1 to 4"),
            ("month", "integer", "1 to 12"),
            ("day_of_month", "integer", "1 to 31"),
            ("day_of_week", "integer", "0 is Sunday"),
            ("day_of_year", "integer", "1 to 366"),
        ),
    ),
)
BY_NAME = {table.name: table for table in TABLES}


def _date(value: Any) -> date:
    return value if type(value) is date else date.fromisoformat(str(value)[:10])


def _instant(value: Any) -> datetime:
    found = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


# A database's spelling of a value -> the value: SQLite knows neither dates nor decimals.
PYTHON: dict[Type, Callable[[Any], Any]] = {
    Type.INTEGER: int,
    Type.TEXT: str,
    Type.DECIMAL: lambda value: Decimal(str(value)).quantize(PLACES),
    Type.FLOAT: float,
    Type.DATE: _date,
    Type.INSTANT: _instant,
    Type.BOOLEAN: bool,
}


def python_row(table: Table, row: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(
        None if value is None else PYTHON[column.type](value) for column, value in zip(table.columns, row, strict=True)
    )
