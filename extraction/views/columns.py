"""The columns of the inbox: which there are, and which somebody sees. To add one: a row in ``COLUMNS``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from extraction.engine.fields import DOCUMENT_TYPES
from extraction.models import Invoice
from extraction.templatetags.ui import SOURCES, amount, language_name, percent

from .listing import ORDERS, Listing

PIXELS = {
    "w-state": 148, "w-vendor": 260, "w-text": 170, "w-date": 104, "w-money": 150, "w-short": 92, "w-notes": 216,
    "w-moment": 138,
}  # fmt: skip
DEFAULT = ("state", "vendor", "number", "date", "total", "notes", "uploaded")
NEEDED = "vendor"  # it holds the link that opens the document


@dataclass(frozen=True, slots=True)
class Column:
    """``cell`` gives what stands in it; without, a template of its own does (inbox/_row.html).

    ``width`` is a class of inbox.css; a "num" column has figures of equal width, an "end" one is aligned at its end.
    """

    label: Any
    cell: Callable[[Invoice], Any] | None = None
    width: str = ""


def money(value: Decimal | None, currency: str) -> Any:
    if value is None:
        return ""
    return format_html('<span class="currency">{}</span> <span>{}</span>', currency, amount(value))


def day(value: date | None) -> str:
    return date_format(value, "SHORT_DATE_FORMAT") if value else ""


def moment(value: datetime | None) -> Any:
    if value is None:
        return ""
    local = timezone.localtime(value)
    return format_html('<time datetime="{}">{}</time>', local.isoformat(), date_format(local, "SHORT_DATETIME_FORMAT"))


def clipped(text: Any) -> Any:
    return format_html('<span class="truncate" title="{0}">{0}</span>', text) if text else ""


def total(row: Invoice) -> Any:
    return money(row.amount_due if row.gross_total is None else row.gross_total, row.currency)


COLUMNS: dict[str, Column] = {
    "state": Column(gettext_lazy("State"), width="w-state"),
    "vendor": Column(gettext_lazy("Vendor"), width="w-vendor"),
    "number": Column(gettext_lazy("Number"), lambda row: clipped(row.invoice_number), "w-text num"),
    "date": Column(gettext_lazy("Date"), lambda row: day(row.issue_date), "w-date num"),
    "due": Column(gettext_lazy("Due"), lambda row: day(row.due_date), "w-date num"),
    "total": Column(gettext_lazy("Total"), total, "w-money num end"),
    "net": Column(gettext_lazy("Net"), lambda row: money(row.net_total, row.currency), "w-money num end"),
    "tax": Column(gettext_lazy("Tax"), lambda row: money(row.tax_total, row.currency), "w-money num end"),
    "currency": Column(gettext_lazy("Currency"), lambda row: row.currency, "w-short"),
    "type": Column(
        gettext_lazy("Type"),
        lambda row: _(DOCUMENT_TYPES[row.document_type]) if row.document_type in DOCUMENT_TYPES else "",
        "w-date",
    ),
    "notes": Column(gettext_lazy("Notes"), width="w-notes"),
    "assignee": Column(gettext_lazy("Assigned to"), lambda row: clipped(row.assignee or ""), "w-text"),
    "confidence": Column(gettext_lazy("Confidence"), lambda row: percent(row.confidence), "w-short num end"),
    "pages": Column(gettext_lazy("Pages"), lambda row: row.page_count or "", "w-short num end"),
    "language": Column(
        gettext_lazy("Language"), lambda row: language_name(row.language) if row.language else "", "w-date"
    ),
    "source": Column(
        gettext_lazy("Read from"),
        lambda row: clipped(SOURCES.get(row.source, ("",))[0]),
        "w-text",
    ),
    "file": Column(gettext_lazy("File"), lambda row: clipped(row.document_name), "w-text"),
    "approved": Column(gettext_lazy("Approved"), lambda row: moment(row.approved_at), "w-moment num"),
    "approver": Column(gettext_lazy("Approved by"), lambda row: clipped(row.approved_by or ""), "w-text"),
    "uploaded": Column(gettext_lazy("Uploaded"), lambda row: moment(row.created_at), "w-moment num"),
    "uploader": Column(gettext_lazy("Uploaded by"), lambda row: clipped(row.uploaded_by or ""), "w-text"),
}
# What a row needs besides its own columns.
RELATED = ("package", "assignee", "approved_by", "uploaded_by")


def known(keys: Iterable[Any]) -> list[str]:
    """Of a stored choice, what there still is, each once; what must be there comes first where it lacks."""
    found = list(dict.fromkeys(key for key in keys if isinstance(key, str) and key in COLUMNS))
    return found if NEEDED in found else [NEEDED, *found]


def chosen_of(preferences: dict[str, Any]) -> list[str]:
    stored = preferences.get("columns")
    return known(stored) if isinstance(stored, list) and stored else list(DEFAULT)


def heads(keys: Iterable[str], listing: Listing) -> list[dict[str, Any]]:
    """A row for each ``<th>``."""
    return [
        {
            "key": key,
            "label": COLUMNS[key].label,
            "width": COLUMNS[key].width,
            "sort": listing.column(key) if key in ORDERS else None,
        }
        for key in keys
    ]


def cells(keys: Iterable[str], row: Invoice) -> list[tuple[str, str, Any]]:
    """(key, classes, content) for each ``<td>``; a content of None is for a template."""
    shown = []
    for key in keys:
        column = COLUMNS[key]
        shown.append((key, column.width, column.cell(row) if column.cell else None))
    return shown


def room(keys: list[str]) -> str:
    """A class of inbox.css for the table: how wide it must at least be for these columns, in steps."""
    if keys == list(DEFAULT):
        return "usual"
    pixels = 100 + sum(PIXELS[COLUMNS[key].width.split()[0]] for key in keys)
    return f"room room-{min(max(pixels // 200 * 200, 1200), 3200)}" if pixels > 1200 else "room"


def moved(order: list[str], *, up: str = "", down: str = "") -> list[str]:
    """The menu's order with one column a place higher or lower."""
    order = list(order)
    for key, by in ((up, -1), (down, 1)):
        if key in order:
            at = order.index(key)
            to = min(max(at + by, 0), len(order) - 1)
            order[at], order[to] = order[to], order[at]
    return order


def menu(shown: list[str]) -> list[dict[str, Any]]:
    """Every column for the menu: those that show, in their order, then the others."""
    keys = [*shown, *(key for key in COLUMNS if key not in shown)]
    return [{"key": key, "label": COLUMNS[key].label, "shown": key in shown, "needed": key == NEEDED} for key in keys]
