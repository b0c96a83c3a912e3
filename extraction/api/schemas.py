"""What goes in and out: snake_case, amounts as strings with a dot, dates and instants as ISO 8601."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, Literal

from ninja import Schema
from pydantic import AfterValidator, ConfigDict, Field, StringConstraints, WithJsonSchema

from extraction.models import Channel, Event, Status
from extraction.services.columns import storable

if TYPE_CHECKING:  # the values stand in the models alone, where type checkers do not look
    StatusName = str
    ChannelName = str
    EventName = str
else:
    StatusName, ChannelName, EventName = (Literal[tuple(kind.values)] for kind in (Status, Channel, Event))
Sort = Literal[
    "created_at", "-created_at", "updated_at", "-updated_at", "issue_date", "-issue_date", "gross_total",
    "-gross_total", "vendor_name", "-vendor_name",
]  # fmt: skip


def _in_utc(moment: datetime) -> datetime:
    """Without a zone it is meant in UTC."""
    try:
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("out of range") from None


Text = Annotated[str, StringConstraints(max_length=200), AfterValidator(storable)]
Long = Annotated[str, StringConstraints(max_length=10_000), AfterValidator(storable)]
Instant = Annotated[datetime, AfterValidator(_in_utc)]
Amount = Annotated[
    Decimal,
    Field(max_digits=18, decimal_places=4),
    WithJsonSchema({"type": "string", "pattern": r"^-?[0-9]{1,14}(\.[0-9]{1,4})?$"}),
]
Limit = Annotated[int, Field(ge=1, le=200)]
Id = Annotated[int, Field(ge=1, le=2**63 - 1)]


class ProblemDocument(Schema):
    """RFC 9457. ``code`` is for programs, ``detail`` for people, ``errors`` for each field that is wrong."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    errors: list[FieldError] = Field(default_factory=list)


class FieldError(Schema):
    field: str
    message: str


class Me(Schema):
    """The token that asks."""

    name: str
    workspace_id: int
    workspace: str
    user: str
    role: str
    scopes: list[str]
    expires_at: datetime | None
    requests_a_minute: int = Field(description="0: as many as it likes")


class InvoiceFilter(Schema):
    """Which documents; all that is given must hold."""

    status: list[StatusName] = Field(default_factory=list, description="one of these")
    vendor: Text = Field("", description="part of the vendor's name, or its whole tax id")
    issued_from: date | None = None
    issued_to: date | None = None
    amount_from: Amount | None = Field(None, description="smallest gross total")
    amount_to: Amount | None = None
    currency: Annotated[str, StringConstraints(pattern="^[A-Z]{3}$")] | None = Field(None, description="ISO 4217")
    changed_since: Instant | None = Field(None, description="changed at or after this instant")
    problem: Annotated[str, StringConstraints(pattern="^[a-z0-9_]{1,40}$")] | None = Field(
        None, description="code of a problem that it has"
    )
    channel: ChannelName | None = None
    q: Text = Field("", description="words, each of which occurs in a main value, the file's name or its pages")


class Listing(InvoiceFilter):
    sort: Sort = Field("-created_at", description="a minus: largest first")
    cursor: Annotated[str, StringConstraints(max_length=1000)] = Field("", description="from `next` of the page before")
    limit: Limit = 50


class Problem(Schema):
    code: str
    fields: list[str]
    message: str


class ReadingError(Schema):
    code: str
    message: str


class InvoiceRow(Schema):
    """A document and its main values. ``revision`` counts its changes; ``error`` says why it failed."""

    id: int
    url: str = Field(description="the review page")
    status: StatusName
    revision: int
    file: str
    page_range: list[int] | None = Field(description="its pages, where the file holds several invoices")
    document_type: str | None
    vendor_name: str | None
    vendor_tax_id: str | None
    invoice_number: str | None
    issue_date: date | None
    due_date: date | None
    currency: str | None
    iban: str | None
    net_total: str | None
    tax_total: str | None
    gross_total: str | None
    amount_due: str | None
    confidence: float | None = Field(description="that all required fields were read right")
    problems: list[Problem]
    channel: ChannelName
    sender: str
    created_at: datetime
    updated_at: datetime
    read_at: datetime | None
    approved_at: datetime | None
    approved_by: str | None
    exported_at: datetime | None
    error: ReadingError | None


class Value(Schema):
    """A header field. ``value`` is what holds, null where a person says that there is none."""

    value: str | None
    read_value: str | None = Field(description="what the machine read")
    text: str = Field(description="as it is printed")
    confidence: float | None
    reason: str
    page: int | None
    box: list[float] | None = Field(description="x0, y0, x1, y1 in fractions of the page")
    alternatives: list[dict[str, Any]]
    confirmed_by: str | None
    confirmed_at: datetime | None


class TaxRow(Schema):
    rate: str | None
    base: str | None
    amount: str | None
    category: str | None
    exemption_reason: str | None


class Line(Schema):
    position: int
    description: str | None
    quantity: str | None
    unit: str | None
    unit_price: str | None
    discount: str | None
    tax_rate: str | None
    amount: str | None
    item_code: str | None
    gtin: str | None
    po_line: str | None
    date: date | None
    page: int | None
    box: list[float] | None
    confidence: float | None


class Invoice(InvoiceRow):
    """The whole record. A field that the document does not have is absent from ``fields``."""

    sha256: str
    size: int
    media_type: str
    language: str | None
    source: str | None
    pages: int
    seconds: float | None
    engine_version: str | None
    fields: dict[str, Value]
    tax_breakdown: list[TaxRow]
    line_items: list[Line]


class InvoicePageOf(Schema):
    """``next`` is the address of the next page, null on the last one."""

    items: list[InvoiceRow]
    next: str | None


class Received(Schema):
    """What became of one document: ``invoice``, or ``error`` that says why not."""

    file: str
    duplicate: bool
    invoice: InvoiceRow | None
    error: ReadingError | None


class Upload(Schema):
    """A mail, an archive or a portfolio (``packed``) brings several documents."""

    packed: bool
    documents: list[Received]


class Corrections(Schema):
    """``fields``: values as people type them, null or "" where there is none. ``confirm``: those that are right."""

    model_config = ConfigDict(extra="forbid")
    fields: dict[Annotated[str, StringConstraints(max_length=40)], Long | None] = Field(default_factory=dict)
    confirm: list[Annotated[str, StringConstraints(max_length=40)]] = Field(default_factory=list)


class Rejection(Schema):
    model_config = ConfigDict(extra="forbid")
    reason: Annotated[str, StringConstraints(min_length=1, max_length=500), AfterValidator(storable)]


class PageRow(Schema):
    number: int
    width: float
    height: float
    rotation: int
    source: str
    image: str | None
    words: str


class Word(Schema):
    text: str
    box: list[float]
    confidence: float | None


class Words(Schema):
    lines: list[list[Word]]


class Vendor(Schema):
    key: str
    name: str | None
    tax_id: str | None
    documents: int
    first_issue_date: date | None
    last_issue_date: date | None


class Vendors(Schema):
    items: list[Vendor]
    next: str | None


class Format(Schema):
    format: str
    label: str
    media_type: str
    extension: str


class NewWebhook(Schema):
    model_config = ConfigDict(extra="forbid")
    url: Annotated[str, StringConstraints(max_length=1000)]
    events: list[EventName] = Field(default_factory=list, description="none: all of them")


class WebhookChange(Schema):
    model_config = ConfigDict(extra="forbid")
    url: Annotated[str, StringConstraints(max_length=1000)] | None = None
    events: list[EventName] | None = None
    is_active: bool | None = None


class Webhook(Schema):
    """``error`` says why the last try failed; null while all is well."""

    id: int
    url: str
    events: list[str]
    is_active: bool
    created_at: datetime
    failing_since: datetime | None
    error: str | None


class WebhookWithSecret(Webhook):
    secret: str = Field(description="shown only now: by it messages are checked")


class Delivery(Schema):
    id: int
    message_id: str
    event: str
    state: str
    attempts: int
    created_at: datetime
    tried_at: datetime | None
    next_try_at: datetime | None
    status_code: int | None
    milliseconds: int | None
    error: str | None
    response: str
    payload: dict[str, Any]


class Deliveries(Schema):
    items: list[Delivery]
    next: str | None
