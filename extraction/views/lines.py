"""The line items and tax lines on the review page: a table to edit like a spreadsheet."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models.functions import Lower
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from extraction import services
from extraction.engine import guided
from extraction.engine.cells import TABLES, cell_text, decimal_mark
from extraction.engine.guided import GuidedRow
from extraction.models import EditedTable, Invoice, InvoiceQuerySet, LineItem, TaxLine, User

from .common import explains_refusals, own_invoice, refused, signed_in
from .fields import field_views, place

LABELS = {
    "description": _("Description"),
    "quantity": _("Quantity"),
    "unit": _("Unit"),
    "unit_price": _("Unit price"),
    "discount": _("Discount"),
    "tax_rate": _("Tax %"),
    "item_code": _("Item code"),
    "gtin": _("GTIN"),
    "po_line": _("PO line"),
    "date": _("Date"),
    "rate": _("Rate %"),
    "base": _("Base"),
    "amount": _("Amount"),
    "category": _("Category"),
    "exemption_reason": _("Exemption"),
}


@dataclass(frozen=True, slots=True)
class ColumnView:
    name: str
    label: str
    numeric: bool
    shown: bool


@dataclass(frozen=True, slots=True)
class RowView:
    """``by`` and ``at`` say which person touched the row last, if one did."""

    key: str
    position: int
    texts: dict[str, str]
    place: str
    by: str
    at: str

    def cells(self) -> Iterable[str]:
        return self.texts.values()

    def to_dict(self) -> dict[str, Any]:
        return {"key": self.key, "cells": self.texts, "place": self.place, "by": self.by, "at": self.at}


@dataclass(frozen=True, slots=True)
class TableView:
    """All rows and columns of a table. ``cells`` of a row pairs its texts with the columns."""

    name: str
    columns: list[ColumnView]
    rows: list[RowView]
    revision: int
    decimal: str

    def body(self) -> Iterable[tuple[RowView, list[tuple[ColumnView, str]]]]:
        for row in self.rows:
            yield row, [(column, row.texts[column.name]) for column in self.columns]


def table_view(invoice: Invoice, user: User, name: str) -> TableView:
    rows = row_views(invoice, name)
    chosen = user.preferences.get("table_columns", {}).get(name, {})
    columns = [
        ColumnView(
            name=spec.name,
            label=str(LABELS[spec.name]),
            numeric=spec.is_number,
            shown=chosen.get(spec.name, spec.main) or any(row.texts[spec.name] for row in rows),
        )
        for spec in TABLES[name]
    ]
    table = invoice.edited_tables.filter(name=name).first()
    return TableView(name, columns, rows, table.revision if table else 0, decimal_mark(invoice.language))


def row_views(invoice: Invoice, name: str) -> list[RowView]:
    rows = invoice.line_items if name == "line_items" else invoice.tax_lines
    return [row_view(invoice, name, row) for row in rows.select_related("confirmed_by")]


def row_view(invoice: Invoice, name: str, row: LineItem | TaxLine) -> RowView:
    texts = {spec.name: cell_text(spec, getattr(row, spec.name), language=invoice.language) for spec in TABLES[name]}
    where = place(row.page, row.box) if isinstance(row, LineItem) else ""
    at = row.confirmed_at.isoformat() if row.confirmed_at else ""
    return RowView(str(row.key), row.position, texts, where, str(row.confirmed_by or ""), at)


@require_POST
@explains_refusals
def table_save(request: HttpRequest, invoice_id: int, name: str) -> HttpResponse:
    """What a person did to a table, as JSON (``TableChanges`` and the ``revision`` they had before them).

    Answers with the rows that are different now; with all rows, in order, when others changed the table as well.
    """
    invoice, user = own_invoice(request, invoice_id), signed_in(request)
    data = _json(request)
    if name not in TABLES or data is None:
        raise Http404
    try:
        changes = services.TableChanges.from_dict(name, data)
        revision = data.get("revision")
        update = services.table_update(
            invoice=invoice,
            user=user,
            name=name,
            changes=changes,
            revision=revision if isinstance(revision, int) else None,
        )
    except services.InvalidValue as error:
        return refused(request, error.message, status=422)
    return JsonResponse({**_told(invoice, name, update), "problems": _problems_html(request, invoice)})


def _told(invoice: Invoice, name: str, update: services.TableUpdate) -> dict[str, Any]:
    table, told = update.table, {}
    if update.stale or update.conflicts:
        told["rows"] = [row.to_dict() for row in row_views(invoice, name)]
    return {
        **told,
        "revision": table.revision,
        "saved": [row_view(invoice, name, row).to_dict() for row in update.saved.values()],
        "refused": [[str(key), column, message] for (key, column), message in update.refused.items()],
        "conflicts": [[str(key), column] for key, column in update.conflicts],
        "by": str(table.changed_by or ""),
        "at": table.changed_at.isoformat() if table.changed_at else "",
    }


def _problems_html(request: HttpRequest, invoice: Invoice) -> str:
    """The page's list of problems, and those beside the fields that have some."""
    views = [view for view in field_views(invoice).values() if view.problems]
    context = {"invoice": invoice, "editable": True}
    parts = [render_to_string("review/_problems.html", context, request)]
    parts += [render_to_string("review/_field_problems.html", {**context, "field": view}, request) for view in views]
    return "".join(parts)


@require_GET
def guides(request: HttpRequest, invoice_id: int) -> HttpResponse:
    """The guides to start from: this invoice's, those last drawn for its vendor, or what the engine proposes."""
    invoice = own_invoice(request, invoice_id)
    own = invoice.edited_tables.filter(name="line_items", guides__isnull=False).first()
    if own:
        return JsonResponse({"guides": own.guides, "from": "own"})
    last = _of_vendor(invoice, signed_in(request))
    if last and any(page.number == last["page"] for page in invoice.pages.only("number")):
        return JsonResponse({"guides": last, "from": "vendor"})
    found = guided.proposed(services.stored_document(invoice))
    return JsonResponse({"guides": found.to_dict() if found else None, "from": "engine"})


def _of_vendor(invoice: Invoice, user: User) -> Mapping[str, Any] | None:
    if not invoice.vendor_name:
        return None
    theirs: InvoiceQuerySet = Invoice.objects.for_user(user).filter(workspace_id=invoice.workspace_id)
    theirs = theirs.annotate(vendor=Lower("vendor_name")).filter(vendor=invoice.vendor_name.lower())
    drawn = EditedTable.objects.filter(invoice__in=theirs, name="line_items", guides__isnull=False)
    return drawn.order_by("-pk").values_list("guides", flat=True).first()


@require_POST
@explains_refusals
def guides_preview(request: HttpRequest, invoice_id: int) -> HttpResponse:
    """The lines as the guides read them; nothing of the invoice changes until a person takes them over."""
    invoice = own_invoice(request, invoice_id)
    data = _json(request)
    if data is None:
        raise Http404
    try:
        found = services.guides_apply(invoice=invoice, user=signed_in(request), data=data)
    except services.InvalidValue as error:
        return refused(request, error.message, status=422)
    return JsonResponse({"rows": [_guided(key, row) for key, row in found]})


def _guided(key: str, row: GuidedRow) -> dict[str, Any]:
    return {"key": key, "cells": row.cells, "place": place(row.page, row.box.to_list())}


@require_POST
@explains_refusals
def table_columns(request: HttpRequest, name: str) -> HttpResponse:
    """Which columns the person switched on or off: ``{"gtin": true}``."""
    data = _json(request)
    if name not in TABLES or data is None:
        raise Http404
    shown = {str(column): bool(on) for column, on in data.items()}
    try:
        services.columns_choose(user=signed_in(request), name=name, shown=shown)
    except services.InvalidValue as error:
        return refused(request, error.message, status=422)
    return HttpResponse(status=204)


def _json(request: HttpRequest) -> dict[str, Any] | None:
    try:
        data = json.loads(request.body)
    except ValueError:
        return None
    return data if isinstance(data, dict) else None
