"""Arranging pages: the page with all pages of a file, what it sends when it is applied, and the way back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from io import BytesIO
from typing import Any

from django.contrib import messages
from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST
from PIL import Image

from extraction import arrangements, selectors, services
from extraction.models import UNREAD, Arrangement, Invoice, InvoicePage, User
from extraction.permissions import actions_in

from .common import explains_refusals, own_invoice, signed_in
from .files import KEEP

THUMB = 320  # pixels of the longer side: sharp on a screen with two pixels a point
MAX_ADDED = 50


@require_GET
def arrange(request: HttpRequest, invoice_id: int) -> HttpResponse:
    invoice, user = own_invoice(request, invoice_id), signed_in(request)
    siblings = selectors.siblings_of(user, invoice)
    documents = sorted([invoice, *siblings], key=lambda one: (one.created_at, one.first_page, one.pk))
    may = actions_in(invoice.workspace_id, user)
    shown = [shown_document(document) for document in documents]
    context = {
        "invoice": invoice,
        "workspace": invoice.workspace,
        "may": may,
        "editable": {"retry", "delete"} <= may and any(not document["locked"] for document in shown),
        "has_pages": any(document["pages"] for document in shown),
        "data": {"invoice": invoice.pk, "documents": [document for document in shown if document["pages"]]},
        "carries_data": any(document.source == "e_invoice" for document in documents),
        "earlier": arrangements.arrangements_of(user, invoice),
    }
    response = render(request, "arrange/arrange.html", context)
    response["Cache-Control"] = "private, no-cache"
    return response


def shown_document(invoice: Invoice) -> dict[str, Any]:
    """A document for the page's script; ``locked`` says why its pages cannot be moved, or is empty."""
    locked = ""
    if invoice.status in UNREAD:
        locked = _("Being read")
    elif invoice.status not in services.OPEN:
        locked = _("Approved: reopen it to move its pages")
    rows = invoice.pages.only("number", "image", "width", "height").order_by("number")
    return {
        "id": invoice.pk,
        "name": invoice.vendor_name or invoice.document_name,
        "detail": " · ".join(
            filter(None, (invoice.invoice_number, invoice.document_name if invoice.vendor_name else ""))
        ),
        "url": reverse("review", args=[invoice.pk]),
        "state": services.state_of(invoice),
        "locked": locked,
        "pages": [shown_page(invoice, row) for row in rows],
    }


def shown_page(invoice: Invoice, row: InvoicePage) -> dict[str, Any]:
    version = f"?v={services.state_of(invoice)}"
    addresses = [reverse(name, args=[invoice.pk, row.number]) + version for name in ("page-thumb", "page-image")]
    file, number = invoice.file_name, row.number
    if invoice.arranged_pages:
        entry = invoice.arranged_pages[row.number - 1]
        file, number = entry["file"], entry["page"]
    thumb, image = addresses if row.image else ("", "")
    return {"number": row.number, "file": file, "page": number, "thumb": thumb, "image": image}


@require_GET
def arrange_documents(request: HttpRequest, invoice_id: int) -> HttpResponse:
    """Documents to add, by a search (``q``) or those of a draft by their ids (``id``)."""
    invoice, user = own_invoice(request, invoice_id), signed_in(request)
    ids = [int(text) for text in request.GET.getlist("id")[:MAX_ADDED] if text.isdigit()]
    if ids:
        found = list(Invoice.objects.for_user(user).filter(workspace_id=invoice.workspace_id, pk__in=ids))
    else:
        without = [int(text) for text in request.GET.getlist("without") if text.isdigit()]
        search = request.GET.get("q", "")[:200]
        found = arrangements.arrangeable(
            user, workspace_id=invoice.workspace_id, search=search, without=[invoice.pk, *without]
        )
    return JsonResponse({"documents": [shown_document(document) for document in found]})


@require_POST
@explains_refusals
def arrange_apply(request: HttpRequest, invoice_id: int) -> HttpResponse:
    """``arrangement`` is JSON: ``seen`` {document id: state} and ``groups`` of pages {invoice, number, turn}."""
    invoice, user = own_invoice(request, invoice_id), signed_in(request)
    groups, seen = asked_arrangement(request.POST.get("arrangement", ""))
    made = services.pages_arrange(user=user, groups=groups, seen=seen)
    if made is None:
        return JsonResponse({"url": reverse("review", args=[invoice.pk])})
    told(request, made)
    return JsonResponse({"url": reverse("review", args=[shown_after(user, invoice, made)])})


def asked_arrangement(text: str) -> tuple[list[list[services.PageMove]], dict[int, str]]:
    try:
        asked = json.loads(text)
        groups = [[move_of(page) for page in group] for group in asked["groups"]]
        seen = {int(pk): str(state) for pk, state in asked["seen"].items()}
    except (ValueError, TypeError, KeyError, AttributeError):
        raise services.InvalidValue(_("The arrangement did not arrive whole. Reload the page; it is kept.")) from None
    if not {move.invoice_id for group in groups for move in group} <= set(seen):
        raise services.InvalidValue(_("The arrangement did not arrive whole. Reload the page; it is kept."))
    return groups, seen


def move_of(page: Mapping[str, Any]) -> services.PageMove:
    return services.PageMove(int(page["invoice"]), int(page["number"]), int(page.get("turn", 0)))


def told(request: HttpRequest, made: Arrangement) -> None:
    count = len(made.after)
    text = ngettext(
        "The pages were arranged: %(n)d document is being read.",
        "The pages were arranged: %(n)d documents are being read.",
        count,
    )
    if not count:
        text = _("The pages were arranged.")
    messages.success(request, text % {"n": count} if count else text, extra_tags=f"undo arrange-undo {made.pk}")


def shown_after(user: User, invoice: Invoice, made: Arrangement) -> int:
    """The document itself, where it is still there, else the first that has pages of it."""
    if Invoice.objects.for_user(user).filter(pk=invoice.pk).exists():
        return invoice.pk
    first = arrangements.results_of(user, made).first()
    return first.pk if first else invoice.pk


@require_POST
@explains_refusals
def arrange_undo(request: HttpRequest, arrangement_id: int) -> HttpResponse:
    user = signed_in(request)
    made = arrangements.arrangement_get(user, arrangement_id)
    services.arrangement_undo(arrangement=made, user=user)
    messages.success(request, _("The pages are as they were before."))
    first = arrangements.results_of(user, made).first()
    return redirect("review", first.pk) if first else redirect("inbox")


@require_POST
@explains_refusals
def split_accept(request: HttpRequest, invoice_id: int) -> HttpResponse:
    invoice = own_invoice(request, invoice_id)
    told(request, services.split_accept(invoice=invoice, user=signed_in(request)))
    return redirect("review", invoice.pk)


@require_POST
@explains_refusals
def split_decline(request: HttpRequest, invoice_id: int) -> HttpResponse:
    invoice = own_invoice(request, invoice_id)
    services.split_decline(invoice=invoice, user=signed_in(request))
    messages.success(request, _("%(file)s stays one document.") % {"file": invoice.file_name})
    return redirect("review", invoice.pk)


@require_GET
def page_thumb(request: HttpRequest, invoice_id: int, number: int) -> HttpResponse:
    """A page's picture, small. Made each time: a JPEG is decoded at a fraction of its size in some ms."""
    page = get_object_or_404(InvoicePage, invoice=own_invoice(request, invoice_id), number=number)
    try:
        with default_storage.open(str(page.image.name), "rb") as stored, Image.open(stored) as image:
            image.draft("RGB", (THUMB, THUMB))
            small = image.convert("RGB")
    except (OSError, ValueError) as error:  # removed, or never there
        raise Http404 from error
    small.thumbnail((THUMB, THUMB))
    out = BytesIO()
    small.save(out, "JPEG", quality=80)
    response = HttpResponse(out.getvalue(), content_type="image/jpeg")
    response["Cache-Control"] = KEEP
    response["X-Content-Type-Options"] = "nosniff"
    return response
