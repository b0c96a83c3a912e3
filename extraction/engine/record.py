"""The record that is read out of a document, in EN 16931 terms: fields, tax breakdown, line items, problems.

All values are frozen. Money is ``Decimal``, dates are ``date``; they are parsed once, in ``values.py``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from dataclasses import field as default
from datetime import date
from decimal import Decimal
from typing import Any

from .document import Box, Document

Value = str | Decimal | date
NOT_AN_INVOICE = "not_an_invoice"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place on a page that may hold a field's value.

    ``text`` is what is printed there, ``value`` what it means. ``score`` (0..1) orders candidates of one field.
    ``reason`` is for people: "right of label 'Total'". ``features`` are what ranking learns from (``evidence.py``).
    """

    field: str
    value: Value
    text: str
    page: int
    box: Box | None
    score: float
    reason: str
    certainty: float = 1.0  # the recogniser's lowest score of the words
    other: Candidate | None = None  # a date's other reading, where it is open which is the day
    features: Mapping[str, float] = default(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Field:
    """The chosen value of one field. ``confidence`` is meant as the probability that ``value`` is right.

    ``page`` is None, and so is ``box``, for a value that stands nowhere on a page (a computed one, or an e-invoice's
    that its pages do not print).
    """

    name: str
    value: Value
    text: str
    confidence: float
    page: int | None
    box: Box | None
    reason: str
    alternatives: tuple[Candidate, ...] = ()


@dataclass(frozen=True, slots=True)
class LineItem:
    """One invoiced line (BG-25). What is not printed is None."""

    position: int
    description: str | None = None
    quantity: Decimal | None = None
    unit: str | None = None
    unit_price: Decimal | None = None
    discount: Decimal | None = None
    tax_rate: Decimal | None = None
    amount: Decimal | None = None
    item_code: str | None = None
    gtin: str | None = None
    po_line: str | None = None
    date: date | None = None
    page: int | None = None
    box: Box | None = None
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class TaxLine:
    """One row of the VAT breakdown (BG-23); ``rate`` in percent."""

    rate: Decimal | None
    base: Decimal | None
    amount: Decimal | None
    category: str | None = None
    exemption_reason: str | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """Something a person should look at. It warns; it never blocks saving."""

    code: str
    fields: tuple[str, ...]
    message: str

    def to_dict(self) -> dict[str, Any]:
        return {"code": self.code, "fields": list(self.fields), "message": self.message}


@dataclass(frozen=True, slots=True)
class InvoiceRecord:
    """All that was found. A field that is not in the document is absent from ``fields``.

    ``confidence`` is meant as the probability that all required fields are right; None where nobody asked.
    """

    fields: Mapping[str, Field] = default(default_factory=dict)
    tax_breakdown: tuple[TaxLine, ...] = ()
    line_items: tuple[LineItem, ...] = ()
    problems: tuple[Problem, ...] = ()
    confidence: float | None = None

    @property
    def is_invoice(self) -> bool:
        """False where the document was recognised as something else; it has no fields then."""
        return all(problem.code != NOT_AN_INVOICE for problem in self.problems)

    def on_later_pages(self, by: int) -> InvoiceRecord:
        """The same record, found ``by`` pages further on in the file."""

        def moved(page: int | None) -> int | None:
            return None if page is None else page + by

        fields = {
            name: replace(
                found,
                page=moved(found.page),
                alternatives=tuple(replace(other, page=other.page + by) for other in found.alternatives),
            )
            for name, found in self.fields.items()
        }
        items = tuple(replace(item, page=moved(item.page)) for item in self.line_items)
        return replace(self, fields=fields, line_items=items)

    def value(self, name: str) -> Value | None:
        found = self.fields.get(name)
        return found.value if found else None


@dataclass(frozen=True, slots=True)
class Reading:
    """What ``read_invoice`` returns: the words with their places, and the record made of them.

    Where a file surely holds several invoices, ``parts`` are their own readings, each with its ``page_range``: the
    first and the last of its pages, as the file counts them. This reading is then that of the file as one document.
    ``proposed`` are the pages of invoices that it may hold, where a person should be asked.
    """

    document: Document
    record: InvoiceRecord
    sha256: str
    seconds: float
    engine_version: str
    page_range: tuple[int, int] | None = None
    parts: tuple[Reading, ...] = ()
    proposed: tuple[tuple[int, int], ...] = ()

    def to_dict(self, file: str) -> dict[str, Any]:
        """The public JSON of one file (see docs/record.md)."""
        kind = self.record.value("document_type")
        return {
            "file": file,
            **({} if self.page_range is None else {"page_range": list(self.page_range)}),
            "sha256": self.sha256,
            "document_type": kind if isinstance(kind, str) else "invoice" if self.record.is_invoice else "other",
            "language": self.document.language,
            "source": self.document.source,
            "pages": len(self.document.pages),
            "seconds": round(self.seconds, 3),
            "engine_version": self.engine_version,
            **({} if self.record.confidence is None else {"confidence": round(self.record.confidence, 4)}),
            "fields": {name: _field_dict(found) for name, found in self.record.fields.items()},
            "tax_breakdown": [_without_none(row, _TAX) for row in self.record.tax_breakdown],
            "line_items": [_without_none(row, _ITEM) for row in self.record.line_items],
            "problems": [problem.to_dict() for problem in self.record.problems],
        }


_TAX = ("rate", "base", "amount", "category", "exemption_reason")
_ITEM = (
    "position",
    "description",
    "quantity",
    "unit",
    "unit_price",
    "discount",
    "tax_rate",
    "amount",
    "item_code",
    "gtin",
    "po_line",
    "date",
    "page",
    "box",
    "confidence",
)


def canonical(value: Value) -> str:
    """A field's value as text in storage and JSON: ISO 8601 dates, decimals with a dot and no exponent.

    No currency has one decimal: 12.6, as some e-invoices write it, becomes 12.60.
    """
    if isinstance(value, Decimal):
        text = f"{value:f}"
        return f"{text}0" if text[-2:-1] == "." else text
    return value.isoformat() if isinstance(value, date) else value


def _field_dict(found: Field) -> dict[str, Any]:
    row: dict[str, Any] = {
        "value": canonical(found.value),
        "confidence": round(found.confidence, 4),
        "text": found.text,
        "reason": found.reason,
        "alternatives": [candidate_to_dict(other) for other in found.alternatives],
    }
    if found.page is not None:
        row["page"] = found.page
    if found.box is not None:
        row["box"] = found.box.to_list()
    return row


def candidate_to_dict(candidate: Candidate) -> dict[str, Any]:
    row: dict[str, Any] = {
        "value": canonical(candidate.value),
        "confidence": round(candidate.score, 4),
        "text": candidate.text,
        "page": candidate.page,
    }
    if candidate.box is not None:
        row["box"] = candidate.box.to_list()
    return row


def _without_none(row: TaxLine | LineItem, names: tuple[str, ...]) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in names}
    return {name: _jsonable(value) for name, value in values.items() if value is not None}


def _jsonable(value: object) -> object:
    if isinstance(value, Box):
        return value.to_list()
    if isinstance(value, Decimal):
        return f"{value:f}"  # a quantity of 2.5 stays one
    return canonical(value) if isinstance(value, date) else value
