"""The doubt sheet: the doubtful values of one kind over many invoices, each with its piece of the page."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from extraction import crops, selectors, services
from extraction.doubts import MISSING, PER_SHEET, After, doubt_counts, doubt_sheet, invoice_is_clear, missing_sheet
from extraction.engine.fields import BY_NAME, DOCUMENT_TYPES, Kind
from extraction.models import FieldValue, Invoice, InvoicePage, User
from extraction.permissions import NotAllowed

from .common import own_invoice, signed_in
from .fields import FieldView

MOST_CHANGES = 200  # in one request
ID_DIGITS = 19  # of the largest number that databases hold
# Of these, no value begins with the letters that are commands: x, o and z.
NUMERIC = (Kind.AMOUNT, Kind.DATE)


@dataclass(frozen=True, slots=True)
class Cell:
    """One value on the sheet. ``crop`` is the address of its picture, "" where the document has none."""

    view: FieldView
    invoice: Invoice
    crop: str
    choices: Sequence[Mapping[str, str]] = ()

    @property
    def stamp(self) -> str:
        return services.Seen.of(self.view.row).stamp

    @property
    def shown(self) -> str:
        return dict(self.view.choices).get(self.view.value, self.view.value)

    @property
    def letters(self) -> bool:
        return self.view.kind in NUMERIC


@dataclass(frozen=True, slots=True)
class Tab:
    name: str
    label: str
    count: int
    query: str
    current: bool


@require_GET
def doubts(request: HttpRequest) -> HttpResponse:
    """``field`` names the kind, ``by=doubt`` the order, ``after`` and ``pk`` where the next sheet goes on."""
    user = signed_in(request)
    counts = doubt_counts(user)
    by_doubt = request.GET.get("by") == "doubt"
    field = request.GET.get("field", "") or next(iter(counts), "")
    if field and field != MISSING and field not in BY_NAME:
        raise Http404
    cells, following = sheet(user, field, by_doubt=by_doubt, after=after_of(request, by_doubt=by_doubt))
    context = {
        "workspace": selectors.workspace_for(user),
        "tabs": tabs(counts, field, by_doubt),
        "field": field,
        "label": label_of(field),
        "cells": cells,
        "by_doubt": by_doubt,
        "sortable": field != MISSING,
        "further": bool(request.GET.get("after") or request.GET.get("pk")),
        "orders": [(query(field, by_doubt=way), way == by_doubt, label) for way, label in orders()],
        "next": following and query(field, by_doubt=by_doubt, after=following),
        "total": counts.get(field, 0),
    }
    response = render(request, "doubts/doubts.html", context)
    response["Cache-Control"] = "private, no-store"  # going back shows what is left, not what was settled
    return response


def orders() -> tuple[tuple[bool, str], ...]:
    return (False, _("By vendor")), (True, _("Most doubtful first"))


def label_of(field: str) -> str:
    if field == MISSING:
        return _("Missing")
    return _(BY_NAME[field].label) if field else ""


def tabs(counts: Mapping[str, int], current: str, by_doubt: bool) -> list[Tab]:
    shown = dict(counts) if not current or current in counts else {**counts, current: 0}
    return [
        Tab(name, label_of(name), count, query(name, by_doubt=by_doubt), name == current)
        for name, count in shown.items()
    ]


def query(field: str, *, by_doubt: bool, after: After | None = None) -> str:
    parts = {"field": field, "by": "doubt" if by_doubt and field != MISSING else ""}
    more = {"after": after.place, "pk": str(after.pk)} if after else {}
    return urlencode({name: value for name, value in (parts | more).items() if value})


def after_of(request: HttpRequest, *, by_doubt: bool) -> After | None:
    """None, the start, also for an address that makes no sense."""
    pk, place = request.GET.get("pk", ""), request.GET.get("after", "").replace("\x00", "")
    if not (pk.isdecimal() and len(pk) < ID_DIGITS):
        return None
    try:
        return After(place, int(pk)) if not by_doubt or 0 <= float(place) <= 1 else None
    except ValueError:
        return None


# --- the cells --------------------------------------------------------------------------------------------------------


def sheet(user: User, field: str, *, by_doubt: bool, after: After | None) -> tuple[list[Cell], After | None]:
    """The cells, and where the next sheet begins if there are more."""
    if not field:
        return [], None
    if field == MISSING:
        found = missing_sheet(user, after=after)
        rows = [(invoice, name, None) for invoice, names in found[:PER_SHEET] for name in names]
        last = (
            After(found[PER_SHEET - 1][0].vendor_name, found[PER_SHEET - 1][0].pk) if len(found) > PER_SHEET else None
        )
        return cells_of(rows), last
    values = doubt_sheet(user, field, by_doubt=by_doubt, after=after)
    shown = values[:PER_SHEET]
    last = None
    if len(values) > PER_SHEET:
        place = repr(shown[-1].confidence) if by_doubt else shown[-1].invoice.vendor_name
        last = After(place, shown[-1].pk)
    return cells_of([(row.invoice, field, row) for row in shown]), last


def cells_of(rows: Sequence[tuple[Invoice, str, FieldValue | None]]) -> list[Cell]:
    pictures = pages_with_pictures(invoice.pk for invoice, _name, _row in rows)
    return [cell_of(invoice, name, row, pictures) for invoice, name, row in rows]


def cell_of(invoice: Invoice, name: str, row: FieldValue | None, pictures: set[tuple[int, int]]) -> Cell:
    problems = tuple(problem for problem in invoice.problems if row and name in problem["fields"])
    view = FieldView(BY_NAME[name], row, problems, from_einvoice=invoice.source == "e_invoice")
    picture = crop_address(invoice, *split_place(view.place), pictures) if row else thumbnail(invoice, pictures)
    return Cell(view, invoice, picture, choices(view, invoice, pictures))


def choices(view: FieldView, invoice: Invoice, pictures: set[tuple[int, int]]) -> list[dict[str, str]]:
    """What the keys 1 to 4 take: other values that were read; of a fixed choice, all the others."""
    if view.kind is Kind.CHOICE:
        others = [value for value in DOCUMENT_TYPES if value != view.value]
        return [{"value": value, "label": _(DOCUMENT_TYPES[value]), "crop": ""} for value in others[:4]]
    return [
        {
            "value": other["value"],
            "label": other["label"],
            "crop": crop_address(invoice, *split_place(other["place"]), pictures),
        }
        for other in view.alternatives
    ]


def pages_with_pictures(invoice_ids: Iterable[int]) -> set[tuple[int, int]]:
    rows = InvoicePage.objects.filter(invoice__in=set(invoice_ids)).exclude(image="")
    return set(rows.order_by().values_list("invoice_id", "number"))


def split_place(place: str) -> tuple[int, list[float]]:
    number, *box = place.split() or ["0"]
    return int(number), [float(edge) for edge in box]


def crop_address(invoice: Invoice, number: int, box: Sequence[float], pictures: set[tuple[int, int]]) -> str:
    if not box or (invoice.pk, number) not in pictures:
        return ""
    version = int(invoice.read_at.timestamp()) if invoice.read_at else 0
    return f"{reverse('page-crop', args=[invoice.pk, number])}?box={crops.box_text(box)}&v={version}"


def thumbnail(invoice: Invoice, pictures: set[tuple[int, int]]) -> str:
    """The first page: what is missing may stand anywhere on it."""
    if (invoice.pk, 1) not in pictures:
        return ""
    version = int(invoice.read_at.timestamp()) if invoice.read_at else 0
    return f"{reverse('page-crop', args=[invoice.pk, 1])}?v={version}"


# --- settling ---------------------------------------------------------------------------------------------------------


@require_POST
def settle(request: HttpRequest) -> JsonResponse:
    """Several changes at once, each for itself: ``{"changes": [{invoice, field, act, seen, stamp, text}]}``.

    ``act`` is confirm, correct or reset. Answers with one result a change, in their order: what became of it, and the
    value as it is now. Sending the same again does no harm.
    """
    try:
        changes = json.loads(request.body)["changes"]
    except (ValueError, KeyError, TypeError):
        changes = None
    if not isinstance(changes, list) or len(changes) > MOST_CHANGES:
        return JsonResponse({"error": _("This could not be understood. Reload the page and try again.")}, status=400)
    return JsonResponse({"results": [result(request, change) for change in changes]})


def is_change(change: Any) -> bool:
    texts = ("field", "act", "seen", "stamp", "text")
    return (
        isinstance(change, dict)
        and isinstance(change.get("invoice"), int)
        and all(isinstance(change.get(name, ""), str) for name in texts)
    )


def result(request: HttpRequest, change: Any) -> dict[str, Any]:
    """``outcome``: saved, changed (somebody else was first), invalid (the text is no such value) or refused."""
    if not is_change(change):
        return {"outcome": "refused", "message": _("This could not be understood. Reload the page and try again.")}
    name = change.get("field", "")
    try:
        invoice = own_invoice(request, change["invoice"])
    except (Http404, OverflowError):
        return {"outcome": "refused", "message": _("This document was deleted, or is no longer yours to see.")}
    outcome, message = "saved", ""
    try:
        apply(invoice, signed_in(request), name, change)
    except services.ValueChanged as error:
        outcome, message = "changed", error.message
    except services.InvalidValue as error:
        outcome, message = "invalid", error.message
    except (NotAllowed, services.ServiceError) as error:
        outcome, message = "refused", error.message
    return {"outcome": outcome, "message": message, **(state_of(invoice, name) if name in BY_NAME else {})}


def apply(invoice: Invoice, user: User, name: str, change: Mapping[str, Any]) -> None:
    seen = services.Seen(change.get("seen", ""), change.get("stamp", ""))
    if change.get("act") == "reset":
        services.doubt_reset(invoice=invoice, user=user, name=name, seen=seen)
    else:
        text = change.get("text", "") if change.get("act") == "correct" else None
        services.doubt_settle(invoice=invoice, user=user, name=name, seen=seen, text=text)


def state_of(invoice: Invoice, name: str) -> dict[str, Any]:
    """The value as it is stored now, in the words of the sheet."""
    row = FieldValue.objects.filter(invoice=invoice, name=name).first()
    view = FieldView(BY_NAME[name], row, from_einvoice=invoice.source == "e_invoice")
    seen = services.Seen.of(row)
    tone, words = view.state
    return {
        "value": seen.value,
        "shown": dict(view.choices).get(seen.value, seen.value),
        "stamp": seen.stamp,
        "settled": view.human,
        "tone": tone,
        "words": words,
        "by": str(row.confirmed_by) if row and row.confirmed_by else "",
        "clear": invoice_is_clear(invoice),
    }
