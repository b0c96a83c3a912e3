"""Two invoices that may be one, side by side."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from extraction import selectors, services
from extraction.duplicates import compared, duplicates_of
from extraction.models import Invoice, Status, User
from extraction.permissions import actions_in
from extraction.services.columns import invoice_values

from .common import explains_refusals, own_invoice, signed_in

REJECTABLE = (Status.REVIEW, Status.FAILED)


@require_GET
def duplicates(request: HttpRequest, invoice_id: int) -> HttpResponse:
    """``with`` chooses one of several; without, it is the oldest."""
    invoice, user = own_invoice(request, invoice_id), signed_in(request)
    matches = duplicates_of(invoice, invoice_values(invoice.field_values.all()))
    asked = request.GET.get("with", "")
    shown = next((match for match in matches if str(match.invoice.pk) == asked), matches[0] if matches else None)
    rows = compared([invoice, shown.invoice]) if shown else []
    context = {
        "invoice": invoice,
        "workspace": invoice.workspace,
        "may": actions_in(invoice.workspace_id, user),
        "matches": matches,
        "shown": shown,
        "sides": [side(row) for row in (invoice, shown.invoice)] if shown else [],
        "rows": rows,
        "differing": sum(1 for row in rows if row["differs"]),
        "next": next_pair(user, invoice, after=shown.invoice if shown else None),
    }
    return render(request, "duplicates/duplicates.html", context)


def side(invoice: Invoice) -> dict[str, object]:
    return {
        "invoice": invoice,
        "pages": list(invoice.pages.defer("lines", "text")),
        "rejectable": invoice.status in REJECTABLE,
    }


@require_POST
@explains_refusals
def duplicate_reject(request: HttpRequest, invoice_id: int, number: int) -> HttpResponse:
    """``invoice_id`` is the same as ``number`` and goes; the other stays."""
    invoice, original = own_invoice(request, invoice_id), the_other(request, invoice_id, number)
    services.duplicate_reject(invoice=invoice, original=original, user=signed_in(request))
    text = _("Rejected %(file)s as a duplicate.") % {"file": invoice.document_name}
    messages.success(request, text, extra_tags=f"undo reopen {invoice.pk}")
    return on(request, original)


@require_POST
@explains_refusals
def duplicate_keep(request: HttpRequest, invoice_id: int, number: int) -> HttpResponse:
    invoice, other = own_invoice(request, invoice_id), the_other(request, invoice_id, number)
    services.duplicates_keep(invoice=invoice, other=other, user=signed_in(request))
    text = _("Kept both; they will not be shown as duplicates again.")
    messages.success(request, text, extra_tags=f"undo duplicate-unkeep {invoice.pk} {other.pk}")
    return on(request, invoice)


@require_POST
@explains_refusals
def duplicate_unkeep(request: HttpRequest, invoice_id: int, number: int) -> HttpResponse:
    invoice, other = own_invoice(request, invoice_id), the_other(request, invoice_id, number)
    services.duplicates_unkeep(invoice=invoice, other=other, user=signed_in(request))
    return redirect(pair_address(invoice, other))


def the_other(request: HttpRequest, invoice_id: int, number: int) -> Invoice:
    if number == invoice_id:
        raise Http404
    return own_invoice(request, number)


def on(request: HttpRequest, invoice: Invoice) -> HttpResponse:
    """To the next pair; where there is none, to what was decided about."""
    address = next_pair(signed_in(request), invoice)
    return redirect(address) if address else redirect("review", invoice.pk)


def next_pair(user: User, invoice: Invoice, *, after: Invoice | None = None) -> str:
    """The address of another pair: with this invoice, or else of the next one that looks like another; "" for none."""
    matches = [match.invoice for match in duplicates_of(invoice, invoice_values(invoice.field_values.all()))]
    ids = [other.pk for other in matches]
    later = matches[ids.index(after.pk) + 1 :] if after is not None and after.pk in ids else matches
    if later:
        return pair_address(invoice, later[0])
    seen = {invoice.pk, *ids}
    waiting = [other for other in selectors.suspected_duplicates(user)[:200] if other.pk not in seen]
    # In a circle, so that "next" reaches all of them.
    following = next((other for other in waiting if other.pk < invoice.pk), waiting[0] if waiting else None)
    return reverse("duplicates", args=[following.pk]) if following else ""


def pair_address(invoice: Invoice, other: Invoice) -> str:
    return reverse("duplicates", args=[invoice.pk]) + f"?with={other.pk}"
