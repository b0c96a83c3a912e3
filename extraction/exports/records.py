"""Invoices as records to write: read in parts, so that an export of any length needs the memory of one part.

No model instances: four queries a part give plain tuples, which is what makes a hundred thousand invoices quick.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import QuerySet
from django.db.models.functions import Coalesce

from extraction.engine.fields import BY_NAME
from extraction.engine.record import canonical
from extraction.engine.splitting import pages_text
from extraction.models import FieldValue, Invoice, LineItem, TaxLine

if TYPE_CHECKING:
    from .codes import CodeBook

AT_ONCE = 500


class LineRow(NamedTuple):
    """One line item, with the names of the record."""

    position: int
    description: str
    quantity: Decimal | None
    unit: str
    unit_price: Decimal | None
    discount: Decimal | None
    tax_rate: Decimal | None
    amount: Decimal | None
    item_code: str
    gtin: str
    po_line: str
    date: date | None


class TaxRow(NamedTuple):
    """One line of the tax breakdown; ``rate`` in percent."""

    position: int
    rate: Decimal | None
    base: Decimal | None
    amount: Decimal | None
    category: str
    exemption_reason: str


class ValueDetail(NamedTuple):
    """Where a value comes from; only read for formats that tell."""

    machine_value: str
    machine_text: str
    confidence: float | None
    reason: str
    page: int | None
    box: list[float] | None
    human_value: str | None
    confirmed_at: datetime | None


@dataclass(slots=True)
class Record:
    """One invoice as it holds now: ``fields`` are canonical texts by name, a person's value before the machine's."""

    # In the order of ``HEAD``, of which records are made.
    pk: int
    workspace_id: int
    updated_at: datetime
    status: str
    file_name: str
    first_page: int
    last_page: int | None
    created_at: datetime
    approved_at: datetime | None
    approved_by: str | None
    exported_at: datetime | None
    language: str
    problems: list[dict[str, Any]]
    extra: tuple[Any, ...] = ()
    fields: dict[str, str] = field(default_factory=dict)
    details: dict[str, ValueDetail] = field(default_factory=dict)
    lines: list[LineRow] = field(default_factory=list)
    taxes: list[TaxRow] = field(default_factory=list)
    book: CodeBook | None = None

    @property
    def page_range(self) -> tuple[int, int] | None:
        return None if self.last_page is None else (self.first_page, self.last_page)

    @property
    def document_name(self) -> str:
        return f"{self.file_name}, {pages_text(self.page_range)}" if self.page_range else self.file_name

    def text(self, name: str) -> str:
        return self.fields.get(name, "")

    def amount(self, name: str) -> Decimal | None:
        return as_amount(self.fields.get(name, ""))

    def day(self, name: str) -> date | None:
        return as_date(self.fields.get(name, ""))


def as_amount(text: str) -> Decimal | None:
    """None for what is no finite number."""
    if not text:
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def as_date(text: str) -> date | None:
    """None for what is no date in canonical form."""
    if len(text) != 10:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be read of each invoice. ``fields`` None: all of them; ``details``: also where each comes from."""

    fields: Collection[str] | None = None
    lines: bool = False
    taxes: bool = False
    details: bool = False


HEAD = (
    *("pk", "workspace_id", "updated_at", "status", "file_name", "first_page", "last_page", "created_at"),
    *("approved_at", "approved_by__email", "exported_at", "language", "problems"),
)
EXTRA = ("sha256", "document_type", "source", "page_count", "seconds", "engine_version", "confidence")


def read_records(
    ids: Sequence[int],
    *,
    base: QuerySet[Invoice],
    wanted: Wanted,
    book: CodeBook | None = None,
    at_once: int = AT_ONCE,
) -> Iterator[list[Record]]:
    """Parts of at most ``at_once`` records in the order of ``ids``; those that ``base`` does not hold are left out."""
    for start in range(0, len(ids), at_once):
        part = ids[start : start + at_once]
        found = _heads(part, base, wanted)
        for record in found.values():
            record.book = book
        _add_fields(found, wanted)
        if wanted.lines:
            for pk, *values in _rows(LineItem, LineRow._fields, found):
                found[pk].lines.append(LineRow._make(values))
        if wanted.taxes:
            for pk, *values in _rows(TaxLine, TaxRow._fields, found):
                found[pk].taxes.append(TaxRow._make(values))
        yield [found[pk] for pk in part if pk in found]


def _heads(part: Sequence[int], base: QuerySet[Invoice], wanted: Wanted) -> dict[int, Record]:
    columns = HEAD + EXTRA if wanted.details else HEAD
    found: dict[int, Record] = {}
    rows: Any = base.filter(pk__in=part).order_by().values_list(*columns)
    for row in rows:
        values: Any = (*row[: len(HEAD)], row[len(HEAD) :])
        found[row[0]] = Record(*values)
    return found


def _add_fields(found: dict[int, Record], wanted: Wanted) -> None:
    rows = FieldValue.objects.filter(invoice_id__in=found)
    if wanted.fields is not None and len(wanted.fields) < len(BY_NAME):  # else the filter costs more than it saves
        rows = rows.filter(name__in=wanted.fields)
    if not wanted.details:
        for pk, name, value in rows.values_list("invoice_id", "name", Coalesce("human_value", "machine_value")):
            if value:
                found[pk].fields[name] = value
        return
    for pk, name, *detail in rows.values_list("invoice_id", "name", *ValueDetail._fields):
        made = ValueDetail._make(detail)
        value = made.machine_value if made.human_value is None else made.human_value
        if value:
            found[pk].fields[name] = value
            found[pk].details[name] = made


def _rows(model: type[LineItem] | type[TaxLine], names: tuple[str, ...], found: dict[int, Record]) -> Any:
    rows = model.objects.filter(invoice_id__in=found).order_by("invoice_id", "position")
    return rows.values_list("invoice_id", *names)


def record_dict(record: Record) -> dict[str, Any]:
    """The public JSON of one invoice (docs/record.md): what ``read_invoice --jsonl`` prints, with people's values."""
    sha256, document_type, source, pages, seconds, version, confidence = record.extra
    head: dict[str, Any] = {"id": record.pk, "file": record.file_name}
    if record.page_range:
        head["page_range"] = list(record.page_range)
    head |= {
        "sha256": sha256,
        "status": record.status,
        "document_type": record.fields.get("document_type") or document_type or "invoice",
        "language": record.language,
        "source": source,
        "pages": pages,
        "seconds": None if seconds is None else round(seconds, 3),
        "engine_version": version,
    }
    if confidence is not None:
        head["confidence"] = round(confidence, 4)
    return head | {
        "fields": {name: _field(record.fields[name], detail) for name, detail in record.details.items()},
        "tax_breakdown": [_present(row, skip=("position",)) for row in record.taxes],
        "line_items": [_present(row) for row in record.lines],
        "problems": [{key: one.get(key) for key in ("code", "fields", "message")} for one in record.problems],
    }


def record_json(record: Record) -> bytes:
    return json.dumps(record_dict(record), ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _field(value: str, detail: ValueDetail) -> dict[str, Any]:
    """A person's value was not read anywhere: its place and confidence are the machine's, and told only where equal."""
    row: dict[str, Any] = {"value": value}
    if value == detail.machine_value:
        row |= {"confidence": detail.confidence, "text": detail.machine_text, "reason": detail.reason}
        row |= {"page": detail.page, "box": detail.box}
    elif detail.machine_value:
        row["machine_value"] = detail.machine_value
    if detail.confirmed_at:
        row["confirmed_at"] = detail.confirmed_at.isoformat(timespec="seconds")
    return {name: given for name, given in row.items() if given is not None}


def _present(row: LineRow | TaxRow, skip: tuple[str, ...] = ()) -> dict[str, Any]:
    """What is there; decimals as text without the zeros that only the column's four places made."""
    return {
        name: _json_value(value)
        for name, value in zip(row._fields, row, strict=True)
        if value not in (None, "") and name not in skip
    }


def _json_value(value: Any) -> Any:
    if isinstance(value, Decimal):
        return plain(value)
    return canonical(value) if isinstance(value, date) else value


def plain(number: Decimal, least: int = 0) -> str:
    """2.0000 -> 2; with ``least`` 2: 20.0000 -> 20.00, 1.2500 -> 1.25, 0.1234 -> 0.1234."""
    text = str(number)
    if "E" in text:
        text = f"{number:f}"
    whole, point, places = text.partition(".")
    if not point:
        return f"{whole}.{'0' * least}" if least else whole
    places = places.rstrip("0")
    if len(places) < least:
        places = places.ljust(least, "0")
    return f"{whole}.{places}" if places else whole
