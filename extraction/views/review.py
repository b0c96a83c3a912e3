"""The review page: the document on one side, what was read out of it on the other."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from extraction import arrangements, selectors, services
from extraction.engine.fields import BY_NAME, FieldSpec
from extraction.engine.record import canonical
from extraction.engine.values import parse_value
from extraction.models import UNREAD, Invoice, Status, User
from extraction.permissions import actions_in
from extraction.searchable import searchable_offered
from extraction.templatetags.ui import progress_state
from extraction.wording import told

from .common import explains_refusals, is_htmx, own_invoice, signed_in, where_from
from .fields import FieldView, field_views, grouped, to_check
from .lines import table_view
from .listing import Listing

ORDERS = ("doubt", "plain")  # of the fields; the first is everybody's until they choose
AHEAD = 2  # pages of the next document that are fetched while this one is looked at


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
    arranged = arrangements.arrangement_away(user, invoice)
    if arranged is not None:
        context |= {"arranged": arranged, "moved_to": arrangements.results_of(user, arranged)}
    return render(request, "review/deleted.html", context, status=410)


def render_review(
    request: HttpRequest, invoice: Invoice, views: dict[str, FieldView], *, status: int = 200
) -> HttpResponse:
    user, listing = signed_in(request), Listing.of(request.GET)
    before, after, waiting = listing.neighbours(user, invoice)
    may = actions_in(invoice.workspace_id, user)
    editable = invoice.status == Status.REVIEW and "correct" in may
    order = user.preferences.get("review_order", ORDERS[0])
    groups = grouped(views, by_doubt=editable and order == "doubt")
    pages = list(invoice.pages.defer("lines", "text"))
    context: dict[str, Any] = {
        "invoice": invoice,
        "workspace": invoice.workspace,
        "query": listing.query(),
        "before": before and listing.address("review", before),
        "after": after and listing.address("review", after),
        "waiting": waiting,
        "ahead": pages_ahead(user, waiting) if editable and waiting else [],
        "may": may,
        "editable": editable,
        "order": order,
        "seen": selectors.last_event_id(invoice),
        "changes": changes_missed(request, invoice),
        "unread": invoice.status in UNREAD,
        "groups": groups,
        "to_check": len(to_check(views)),
        "more_filled": sum(1 for group in groups for view in group.more if view.value),
        "pages": pages,
        "siblings": selectors.siblings_of(user, invoice),
        "proposed": services.proposed_parts(invoice),
        "arranged": arrangements.arranged_lately(user, invoice),
        "searchable": searchable_offered(invoice, pages),
        "line_items": table_view(invoice, user, "line_items"),
        "tax_lines": table_view(invoice, user, "tax_lines"),
    }
    response = render(request, "review/review.html", context, status=status)
    response["Cache-Control"] = "private, no-cache"
    return response


@require_GET
def progress(request: HttpRequest, invoice_id: int) -> HttpResponse:
    """How far the reading is, if that changed; when it is over, or the document was deleted, the page loads anew."""
    invoice = Invoice.objects.for_user(signed_in(request)).filter(pk=invoice_id).first()
    if invoice is None or invoice.status not in UNREAD:
        return HttpResponse(status=200 if invoice else 404, headers={"HX-Refresh": "true"})
    if request.GET.get("seen") == progress_state(invoice):
        return HttpResponse(status=204)
    return render(request, "review/_progress.html", {"invoice": invoice})


def pages_ahead(user: User, invoice_id: int) -> list[str]:
    """Addresses of what the next document shows first, so that the browser has it before it is asked for."""
    invoice = Invoice.objects.for_user(user).filter(pk=invoice_id).only("read_at").first()
    if invoice is None or invoice.read_at is None:
        return []
    numbers = invoice.pages.exclude(image="").values_list("number", flat=True)[:AHEAD]
    version = f"?v={int(invoice.read_at.timestamp())}"
    return [
        reverse(view, args=[invoice_id, number]) + version
        for number in numbers
        for view in ("page-image", "page-words")
    ]


def changes_missed(request: HttpRequest, invoice: Invoice) -> list[dict[str, Any]]:
    """What others changed while this person looked at older values: approving was refused for it (``?changed=``)."""
    seen = request.GET.get("changed", "")
    if not seen.isdecimal() or len(seen) > 18:
        return []
    changes = selectors.changes_since(invoice, int(seen), by_others_than=signed_in(request))
    return [described(change) for change in changes]


def described(change: selectors.Change) -> dict[str, Any]:
    spec = BY_NAME.get(change.field)
    return {"change": change, "label": FieldView(spec, None).label if spec else "", "name": change.field}


@require_POST
@explains_refusals
def presence(request: HttpRequest, invoice_id: int) -> HttpResponse:
    """The page is open. Answers with who else looks at the document, and whether its values are newer than ``seen``."""
    invoice, user = own_invoice(request, invoice_id), signed_in(request)
    others = [str(other) for other in services.presence_mark(invoice=invoice, user=user)]
    words = ""
    if others:
        words = ngettext("%(who)s is looking at this too.", "%(who)s are looking at this too.", len(others))
        words %= {"who": get_text_list(others, _("and"))}
    seen = request.POST.get("seen", "")
    newer = seen.isdecimal() and bool(selectors.changes_since(invoice, int(seen), by_others_than=user))
    return JsonResponse({"words": words, "newer": newer})


@require_POST
def field_order(request: HttpRequest) -> HttpResponse:
    """In which order this person wants the fields, from now on and everywhere."""
    order = request.POST.get("order")
    services.preference_set(user=signed_in(request), review_order=order if order in ORDERS else ORDERS[0])
    return redirect(where_from(request))


@require_GET
def field_preview(request: HttpRequest, invoice_id: int, name: str) -> HttpResponse:
    """What a text would become as a value of the field, without saving it: {"value"} or {"error"}, for people."""
    invoice = own_invoice(request, invoice_id)
    spec = spec_of(name)
    try:
        value = canonical(parse_value(spec.kind, request.GET.get("text", ""), language=invoice.language))
    except ValueError as error:
        return JsonResponse({"error": told(str(error))})
    return JsonResponse({"value": value})


@require_GET
def field_history(request: HttpRequest, invoice_id: int, name: str) -> HttpResponse:
    """Who made what of the field, and what was read in the first place."""
    invoice = own_invoice(request, invoice_id)
    spec_of(name)
    view = field_views(invoice)[name]
    context = {"field": view, "invoice": invoice, "changes": selectors.field_history(invoice, name)}
    return render(request, "review/_history.html", context)


def spec_of(name: str) -> FieldSpec:
    if name not in BY_NAME:
        raise Http404
    return BY_NAME[name]


@require_POST
@explains_refusals
def field_save(request: HttpRequest, invoice_id: int, name: str) -> HttpResponse:
    """One field: typed text (``value``), a suggestion that was clicked (``pick``), or a ``confirm``.

    ``base`` is the value that the editor saw; ``as_read`` gives the field back to the machine (an undo). Answers with
    what stands beside the input, and with all problems anew. A text that is no value of the field (422), or that would
    overwrite what somebody else entered meanwhile (409), is answered with the reason, and stays as typed.
    """
    invoice, user = own_invoice(request, invoice_id), signed_in(request)
    spec_of(name)
    text = request.POST.get("pick", request.POST.get("value", ""))
    try:
        if "confirm" in request.POST and shows_what_holds(request, invoice, name):
            services.field_confirm(invoice=invoice, user=user, name=name)
        else:
            base, as_read = request.POST.get("base"), "as_read" in request.POST
            services.field_correct(invoice=invoice, user=user, name=name, text=text, base=base, as_read=as_read)
    except services.InvalidValue as error:
        return answer(request, invoice, name, status=422, error=error.message, typed=text)
    except services.EditConflict as error:
        invoice.refresh_from_db()
        return answer(request, invoice, name, status=409, conflict=error, typed=text)
    return answer(request, invoice, name, saved=True)


def shows_what_holds(request: HttpRequest, invoice: Invoice, name: str) -> bool:
    """Whether the value that was confirmed is the one that is stored: another tab may have changed it since."""
    row = invoice.field_values.filter(name=name).first()
    stored = row.value if row else ""
    return request.POST.get("value", stored).split() == stored.split()


def answer(request: HttpRequest, invoice: Invoice, name: str, *, status: int = 200, **said: Any) -> HttpResponse:
    """``said``: columns of FieldView that tell how the saving went."""
    views = field_views(invoice)
    views[name] = replace(views[name], **said)
    if not is_htmx(request):
        target = Listing.of(request.GET).address("review", invoice.pk) + f"#field-{name}"
        return render_review(request, invoice, views, status=status) if status != 200 else redirect(target)
    context = {"field": views[name], "invoice": invoice, "editable": True, "fields": views.values()}
    return render(request, "review/_field_saved.html", context, status=status)
