"""The review page: the document on one side, what was read out of it on the other."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from extraction import selectors, services
from extraction.engine.fields import BY_NAME
from extraction.models import UNREAD, Invoice, Status
from extraction.permissions import actions_in
from extraction.searchable import searchable_offered
from extraction.templatetags.ui import progress_state

from .common import explains_refusals, is_htmx, own_invoice, signed_in
from .fields import FieldView, field_views, grouped
from .listing import Listing


@require_GET
def review(request: HttpRequest, invoice_id: int) -> HttpResponse:
    try:
        invoice = own_invoice(request, invoice_id)
    except Http404:
        return render_deleted(request, selectors.deleted_invoice_get(signed_in(request), invoice_id))
    return render_review(request, invoice, field_views(invoice))


def render_deleted(request: HttpRequest, invoice: Invoice) -> HttpResponse:
    user = signed_in(request)
    context: dict[str, Any] = {"invoice": invoice, "may": actions_in(invoice.workspace_id, user)}
    arranged = selectors.arrangement_away(user, invoice)
    if arranged is not None:
        context |= {"arranged": arranged, "moved_to": selectors.results_of(user, arranged)}
    return render(request, "review/deleted.html", context, status=410)


def render_review(
    request: HttpRequest, invoice: Invoice, views: dict[str, FieldView], *, status: int = 200
) -> HttpResponse:
    user, listing = signed_in(request), Listing.of(request.GET)
    before, after, waiting = listing.neighbours(user, invoice)
    may = actions_in(invoice.workspace_id, user)
    groups, pages = grouped(views), list(invoice.pages.defer("lines", "text"))
    context: dict[str, Any] = {
        "invoice": invoice,
        "workspace": invoice.workspace,
        "query": listing.query(),
        "before": before and listing.address("review", before),
        "after": after and listing.address("review", after),
        "waiting": waiting,
        "may": may,
        "editable": invoice.status == Status.REVIEW and "correct" in may,
        "unread": invoice.status in UNREAD,
        "groups": groups,
        "more_filled": sum(1 for group in groups for view in group.more if view.value),
        "pages": pages,
        "siblings": selectors.siblings_of(user, invoice),
        "proposed": services.proposed_parts(invoice),
        "arranged": selectors.arranged_lately(user, invoice),
        "searchable": searchable_offered(invoice, pages),
        "line_items": list(invoice.line_items.all()),
        "tax_lines": list(invoice.tax_lines.all()),
    }
    response = render(request, "review/review.html", context, status=status)
    response["Cache-Control"] = "private, no-cache"
    return response


@require_GET
def progress(request: HttpRequest, invoice_id: int) -> HttpResponse:
    """How far the reading is, if that changed; when it is over, or the document was deleted, the page loads anew."""
    invoice = selectors.invoices_for(signed_in(request)).filter(pk=invoice_id).first()
    if invoice is None or invoice.status not in UNREAD:
        return HttpResponse(status=200 if invoice else 404, headers={"HX-Refresh": "true"})
    if request.GET.get("seen") == progress_state(invoice):
        return HttpResponse(status=204)
    return render(request, "review/_progress.html", {"invoice": invoice})


@require_POST
@explains_refusals
def field_save(request: HttpRequest, invoice_id: int, name: str) -> HttpResponse:
    """One field: typed text (``value``), a suggestion that was clicked (``pick``), or a ``confirm``.

    Answers with what stands beside the input, and with all problems anew. A text that is no value of the field is
    answered with the reason, and stays as typed.
    """
    invoice, user = own_invoice(request, invoice_id), signed_in(request)
    if name not in BY_NAME:
        raise Http404
    text = request.POST.get("pick", request.POST.get("value", ""))
    try:
        if "confirm" in request.POST and shows_what_holds(request, invoice, name):
            services.field_confirm(invoice=invoice, user=user, name=name)
        else:
            services.field_correct(invoice=invoice, user=user, name=name, text=text)
    except services.InvalidValue as error:
        return answer(request, invoice, name, error=error.message, typed=text)
    return answer(request, invoice, name)


def shows_what_holds(request: HttpRequest, invoice: Invoice, name: str) -> bool:
    """Whether the value that was confirmed is the one that is stored: another tab may have changed it since."""
    row = invoice.field_values.filter(name=name).first()
    stored = row.value if row else ""
    return request.POST.get("value", stored).split() == stored.split()


def answer(request: HttpRequest, invoice: Invoice, name: str, *, error: str = "", typed: str = "") -> HttpResponse:
    views = field_views(invoice)
    views[name] = replace(views[name], error=error, typed=typed if error else None, saved=not error)
    status = 422 if error else 200
    if not is_htmx(request):
        target = Listing.of(request.GET).address("review", invoice.pk) + f"#field-{name}"
        return render_review(request, invoice, views, status=status) if error else redirect(target)
    context = {"field": views[name], "invoice": invoice, "editable": True, "fields": views.values()}
    return render(request, "review/_field_saved.html", context, status=status)
