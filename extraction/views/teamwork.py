"""People working on one invoice: what happened, comments, whose it is, on hold or not, two approvals."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from extraction import selectors, services, timeline
from extraction.models import Comment, Invoice, User

from .actions import done, go_on
from .common import explains_refusals, is_htmx, own_invoice, refused, signed_in, where_from
from .listing import Listing


@require_GET
def activity(request: HttpRequest, invoice_id: int) -> HttpResponse:
    """The timeline, unless the browser shows it already (``seen``); as a page of its own without JavaScript."""
    invoice = own_invoice(request, invoice_id)
    if not is_htmx(request):
        return render(request, "review/activity.html", timeline_context(invoice))
    if request.GET.get("seen") == timeline.state(invoice):
        return HttpResponse(status=204)
    return render_timeline(request, invoice, fresh="seen" not in request.GET)


@require_POST
@explains_refusals
def comment(request: HttpRequest, invoice_id: int) -> HttpResponse:
    invoice = own_invoice(request, invoice_id)
    try:
        services.comment_add(invoice=invoice, user=signed_in(request), text=request.POST.get("text", ""))
    except services.InvalidValue as error:
        return refused(request, error.message, status=422)
    return render_timeline(request, invoice) if is_htmx(request) else redirect(where_from(request))


@require_POST
@explains_refusals
def comment_delete(request: HttpRequest, invoice_id: int, number: int) -> HttpResponse:
    invoice = own_invoice(request, invoice_id)
    row = get_object_or_404(Comment.objects.select_related("invoice"), invoice=invoice, pk=number)
    services.comment_delete(comment=row, user=signed_in(request))
    return render_timeline(request, invoice) if is_htmx(request) else redirect(where_from(request))


@require_POST
@explains_refusals
def assign(request: HttpRequest, invoice_id: int) -> HttpResponse:
    """``assignee`` is a member's id, ``me``, or empty for nobody."""
    invoice, user = own_invoice(request, invoice_id), signed_in(request)
    services.invoice_assign(invoice=invoice, user=user, assignee=chosen(request.POST.get("assignee", ""), user))
    if is_htmx(request):
        return render(request, "review/_people.html", {"invoice": invoice, "oob": True})
    return redirect(where_from(request))


def chosen(text: str, user: User) -> User | None:
    if text in ("", "me"):
        return user if text else None
    if not text.isdigit():
        raise Http404
    return get_object_or_404(User, pk=int(text))


@require_POST
@explains_refusals
def hold(request: HttpRequest, invoice_id: int) -> HttpResponse:
    """Set aside; the work goes on with the next one."""
    invoice, user, listing = own_invoice(request, invoice_id), signed_in(request), Listing.of(request.GET)
    waiting = listing.neighbours(user, invoice)[2]
    services.invoice_hold(invoice=invoice, user=user, reason=request.POST.get("reason", ""))
    done(request, _("%(file)s is on hold."), invoice, undo="unhold")
    return go_on(listing, waiting)


@require_POST
@explains_refusals
def unhold(request: HttpRequest, invoice_id: int) -> HttpResponse:
    invoice = own_invoice(request, invoice_id)
    services.invoice_unhold(invoice=invoice, user=signed_in(request))
    messages.success(request, _("%(file)s is back in the work list.") % {"file": invoice.document_name})
    return redirect("review", invoice.pk)


@require_POST
@explains_refusals
def withdraw(request: HttpRequest, invoice_id: int) -> HttpResponse:
    """Take back the first of two approvals."""
    invoice = own_invoice(request, invoice_id)
    services.first_approval_withdraw(invoice=invoice, user=signed_in(request))
    messages.success(request, _("The first approval of %(file)s is taken back.") % {"file": invoice.document_name})
    return redirect("review", invoice.pk)


@require_POST
@explains_refusals
def verify_bank(request: HttpRequest, invoice_id: int) -> HttpResponse:
    """A person vouches: they asked the vendor. The box must be ticked, so that no key does it in passing."""
    invoice = own_invoice(request, invoice_id)
    if "called" not in request.POST:
        return refused(request, _("Tick that the vendor confirmed this account first."), status=422)
    services.bank_details_verify(invoice=invoice, user=signed_in(request), iban=request.POST.get("iban", ""))
    messages.success(request, _("Recorded: the vendor confirmed this account."))
    return redirect(where_from(request))


@require_POST
def seen(request: HttpRequest, invoice_id: int) -> HttpResponse:
    """The invoice was opened: what was new about it is not any more."""
    services.notifications_read(user=signed_in(request), invoice=own_invoice(request, invoice_id))
    return HttpResponse(status=204, headers={"HX-Trigger": "news"})


# --- the bell ---------------------------------------------------------------------------------------------------------

SHOWN = 100


@require_GET
def notifications(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    assigned = Invoice.objects.for_user(user).to_work_on(user).filter(assignee=user)
    context = {
        "workspace": selectors.workspace_for(user),
        "notifications": selectors.notifications_for(user)[:SHOWN],
        "assigned": assigned.order_by("-created_at", "-pk")[:SHOWN],
    }
    return render(request, "notifications/notifications.html", context)


@require_GET
def bell(request: HttpRequest) -> HttpResponse:
    """How much is new, if that changed."""
    if request.GET.get("seen") == str(selectors.unread_count(signed_in(request))):
        return HttpResponse(status=204)
    return render(request, "notifications/_bell.html")


@require_POST
def notifications_read(request: HttpRequest) -> HttpResponse:
    services.notifications_read(user=signed_in(request))
    return redirect(reverse("notifications"))


# --- parts ------------------------------------------------------------------------------------------------------------


def render_timeline(request: HttpRequest, invoice: Invoice, *, fresh: bool = False) -> HttpResponse:
    """With the notices beside it, except for a page that was made a moment ago (``fresh``)."""
    return render(request, "review/_timeline.html", timeline_context(invoice) | {"oob": not fresh})


def timeline_context(invoice: Invoice) -> dict[str, Any]:
    # The state first: what happens in between is fetched again.
    now = timeline.state(invoice)
    entries = timeline.timeline(invoice, selectors.colleagues_in(invoice.workspace_id))
    folded = max(0, len(entries) - timeline.UNFOLDED)
    folded = folded if folded > 2 else 0
    return {
        "invoice": invoice,
        "workspace": invoice.workspace,
        "state": now,
        "earlier": entries[:folded],
        "entries": entries[folded:],
    }
