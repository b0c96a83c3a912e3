"""Buttons: each is one service call, then back to where the work goes on."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from extraction import services
from extraction.engine.errors import InvoiceError
from extraction.forms import RejectForm
from extraction.models import Invoice, Status
from extraction.wording import told

from .common import explains_refusals, is_htmx, own_invoice, refused, signed_in, wants_json, where_from
from .listing import Listing


@require_POST
@explains_refusals
def approve(request: HttpRequest, invoice_id: int) -> HttpResponse:
    invoice, user, listing = own_invoice(request, invoice_id), signed_in(request), Listing.of(request.GET)
    reading = str(int(invoice.read_at.timestamp())) if invoice.read_at else ""
    if request.POST.get("reading", reading) != reading:
        raise services.InvalidState(_("This document was read again since you opened it. Look at its values anew."))
    # Found before it is approved: a filter may drop it from the list afterwards.
    waiting = listing.neighbours(user, invoice)[2]
    seen = request.POST.get("seen", "")
    try:
        services.invoice_approve(invoice=invoice, user=user, seen=int(seen) if seen.isdecimal() else None)
    except services.ChangedMeanwhile:
        shown = listing.address("review", invoice.pk)  # with what was changed on top, and ready to approve
        return led(request, redirect(f"{shown}{'&' if '?' in shown else '?'}changed={seen}"))
    if invoice.status == Status.APPROVED:
        done(request, _("Approved %(file)s."), invoice, undo="reopen")
    else:
        done(request, _("First approval of %(file)s given; another person approves it next."), invoice, undo="withdraw")
    return led(request, go_on(listing, waiting))


@require_POST
@explains_refusals
def reject(request: HttpRequest, invoice_id: int) -> HttpResponse:
    invoice, user, listing = own_invoice(request, invoice_id), signed_in(request), Listing.of(request.GET)
    form = RejectForm(request.POST)
    if not form.is_valid():
        return refused(request, " ".join(str(error) for error in form.errors["reason"]), status=422)
    waiting = listing.neighbours(user, invoice)[2]
    services.invoice_reject(invoice=invoice, user=user, reason=form.cleaned_data["reason"])
    done(request, _("Rejected %(file)s."), invoice, undo="reopen" if invoice.read_at else "retry")
    return go_on(listing, waiting)


@require_POST
@explains_refusals
def reopen(request: HttpRequest, invoice_id: int) -> HttpResponse:
    invoice = own_invoice(request, invoice_id)
    services.invoice_reopen(invoice=invoice, user=signed_in(request))
    messages.success(request, _("%(file)s is open for changes again.") % {"file": invoice.document_name})
    return redirect("review", invoice.pk)


@require_POST
@explains_refusals
def retry(request: HttpRequest, invoice_id: int) -> HttpResponse:
    invoice = own_invoice(request, invoice_id)
    services.invoice_retry(invoice=invoice, user=signed_in(request))
    messages.success(request, _("%(file)s is being read again.") % {"file": invoice.document_name})
    return refreshed() if is_htmx(request) else redirect(where_from(request))


@require_POST
@explains_refusals
def rejoin(request: HttpRequest, invoice_id: int) -> HttpResponse:
    """The file was divided wrongly: read it as one document."""
    invoice = services.file_rejoin(invoice=own_invoice(request, invoice_id), user=signed_in(request))
    messages.success(request, _("%(file)s is being read as one document.") % {"file": invoice.file_name})
    return redirect("review", invoice.pk)


@require_POST
@explains_refusals
def cancel(request: HttpRequest, invoice_id: int) -> HttpResponse:
    """Stop waiting or reading."""
    invoice = own_invoice(request, invoice_id)
    services.invoice_cancel(invoice=invoice, user=signed_in(request))
    done(request, _("Cancelled the reading of %(file)s."), invoice, undo="retry")
    return refreshed() if is_htmx(request) else redirect(where_from(request))


@require_POST
@explains_refusals
def unlock(request: HttpRequest, invoice_id: int) -> HttpResponse:
    invoice = own_invoice(request, invoice_id)
    try:
        services.invoice_unlock(invoice=invoice, user=signed_in(request), password=request.POST.get("password", ""))
    except InvoiceError as error:
        messages.error(request, told(error.message))
    else:
        messages.success(request, _("%(file)s is open and is being read.") % {"file": invoice.document_name})
    return redirect("review", invoice.pk)


@require_POST
@explains_refusals
def delete(request: HttpRequest, invoice_id: int) -> HttpResponse:
    invoice = own_invoice(request, invoice_id)
    services.invoice_delete(invoice=invoice, user=signed_in(request))
    done(request, _("Deleted %(file)s."), invoice, undo="restore")
    if is_htmx(request):
        return refreshed()
    return redirect(Listing.of(request.GET).address("inbox"))


@require_POST
@explains_refusals
def restore(request: HttpRequest, invoice_id: int) -> HttpResponse:
    """The deleted are not theirs to see any more, so the service looks for itself whose it was."""
    try:
        invoice = services.invoice_restore(invoice_id=invoice_id, user=signed_in(request))
    except Invoice.DoesNotExist as error:
        raise Http404 from error
    messages.success(request, _("%(file)s is back.") % {"file": invoice.document_name})
    return redirect(where_from(request))


def done(request: HttpRequest, text: str, invoice: Invoice, *, undo: str) -> None:
    """A message with an Undo button; base.html makes it of the tag."""
    messages.success(request, text % {"file": invoice.document_name}, extra_tags=f"undo {undo} {invoice.pk}")


def go_on(listing: Listing, waiting: int | None) -> HttpResponse:
    return redirect(listing.address("review", waiting) if waiting else listing.address("inbox"))


def led(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """A script is told where to go instead of being redirected: it would fetch that page twice."""
    return JsonResponse({"next": response["Location"]}) if wants_json(request) else response


def refreshed() -> HttpResponse:
    """The list fetches itself, and with it the message."""
    return HttpResponse(status=204, headers={"HX-Trigger": "refresh"})
