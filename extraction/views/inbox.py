"""The inbox: every document of the person's workspaces, with its state."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_GET

from extraction import selectors
from extraction.doubts import doubtful_fields
from extraction.engine.fields import DOCUMENT_TYPES
from extraction.exports.profiles import BUILT_IN
from extraction.models import UNREAD, BulkAct, Invoice, SavedView, Status, User
from extraction.permissions import actions_in
from extraction.templatetags.inbox import view_query
from extraction.templatetags.nav import place_of
from extraction.templatetags.ui import progress_state

from . import columns
from .common import is_htmx, signed_in
from .filters import PERIODS, PROBLEMS
from .listing import TABS, Listing

PER_PAGE = 50
ID_DIGITS = 19  # of the largest number that databases hold


@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """The page; for htmx, just its list. Without anything in the address, the person's own first view."""
    user, listing = signed_in(request), Listing.of(request.GET)
    place = place_of(request)
    workspace, may = place.workspace, place.may
    views = selectors.saved_views(user, workspace)
    partial = is_htmx(request) and not request.headers.get("HX-History-Restore-Request")
    own = next((view for view in views if view.pk == user.preferences.get("view")), None)
    if own and not request.GET and not partial:
        return redirect(f"{reverse('inbox')}?{view_query(own)}")
    context = results(user, listing, views, request.GET.get("page"))
    context |= {
        "workspace": workspace,
        "may": may,
        "members": selectors.colleagues_in(workspace.pk) if workspace else [],
    }
    if not partial:  # what the filters offer
        context |= {"periods": PERIODS, "problems": PROBLEMS, "types": DOCUMENT_TYPES, "export_formats": BUILT_IN}
    response = render(request, "inbox/_results.html" if partial else "inbox/inbox.html", context)
    # The same address gives the page or its list: a cache must not mix them up.
    patch_vary_headers(response, ["HX-Request"])
    response["Cache-Control"] = "private, no-cache"
    if request.headers.get("HX-Trigger") == "filters":  # without the filters that were left empty
        response["HX-Push-Url"] = f"{reverse('inbox')}?{listing.link()}"
    return response


class Counted(Paginator):  # type: ignore[type-arg]
    """Ids of documents, of which there are ``known``: the tabs counted them already."""

    def __init__(self, ids: Any, per_page: int, *, known: int) -> None:
        super().__init__(ids, per_page)
        self.known = known

    @cached_property
    def count(self) -> int:
        return self.known


def results(user: User, listing: Listing, views: Sequence[SavedView], number: str | None) -> dict[str, Any]:
    """What the list itself shows."""
    now, view = timezone.now(), current(views, listing)
    found, errors = listing.everywhere(user)
    counts = selectors.state_counts(found)
    tab = TABS[listing.tab]
    ids = listing.ordered(tab.narrow(found)).values_list("pk", flat=True)
    known = sum(count for state, count in counts.items() if tab.holds(state))
    page = Counted(ids, PER_PAGE, known=known).get_page(number)
    keys = columns_of(user, view)
    invoices = with_notes(user, in_order(user, list(page.object_list)), keys, listing)
    return {
        "listing": listing,
        "errors": errors,
        "chips": listing.chips(user),
        "tabs": listing.tabs(counts),
        "views": views,
        "view": view,
        "view_changed": view is not None and listing.query(view=0) != view.query,
        "heads": columns.heads(keys, listing),
        "menu": columns.menu(keys),
        "room": columns.room(keys),
        "page": page,
        "pages": page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1),
        "invoices": invoices,
        "working": working(invoices),
        "now": now,
        "total": sum(counts.values()) or selectors.invoices_here(user).exists(),
        "first": page_query(listing, page),
    }


@require_GET
def live(request: HttpRequest) -> HttpResponse:
    """The rows that waited or were read when the page last asked (``id=12:STATE``), if there is news of them.

    Rows that are not replaced keep what is done in them: a button pressed half, a bar on its way.
    """
    user, listing = signed_in(request), Listing.of(request.GET)
    asked = [part.partition(":") for part in request.GET.getlist("id")]
    seen = {int(pk): state for pk, _, state in asked if pk.isdecimal() and len(pk) < ID_DIGITS}
    shown = sorted(in_order(user, [*seen][:PER_PAGE]), key=lambda row: row.pk)
    context, invoices = news_context(request, listing, shown)
    context |= {
        "invoices": [invoice for invoice in invoices if seen[invoice.pk] != progress_state(invoice)],
        "working": working(invoices),
    }
    response = render(request, "inbox/_live.html", context)
    if any(invoice.page_range and seen[invoice.pk] != progress_state(invoice) for invoice in invoices):
        response["HX-Trigger"] = "refresh"  # a file was divided: the list gets rows that it does not know yet
    return response


@require_GET
def news(request: HttpRequest) -> HttpResponse:
    """What came or changed elsewhere since the list was made: changed rows at their places, new ones only counted.

    ``since`` is when the list was made, ``looked`` when this was last asked, ``rows`` the ids that are shown.
    """
    user, listing, now = signed_in(request), Listing.of(request.GET), timezone.now()
    since, looked = moment(request.GET.get("since")), moment(request.GET.get("looked"))
    rows = [int(pk) for pk in request.GET.get("rows", "").split(",")[:PER_PAGE] if pk.isdecimal()]
    if since is None or looked is None or any(pk >= 10**ID_DIGITS for pk in rows):
        return HttpResponse(status=204)
    came = Q(created_at__gt=since) | Q(read_at__gt=since)
    new = TABS[listing.tab].narrow(listing.everywhere(user)[0]).filter(came).exclude(pk__in=rows).count()
    changed = selectors.invoices_here(user).filter(pk__in=rows, updated_at__gt=looked).values_list("pk", flat=True)
    changed_ids = list(changed)
    if not changed_ids and str(new) == request.GET.get("told", "0"):
        return HttpResponse(status=204)
    context, invoices = news_context(request, listing, in_order(user, changed_ids))
    context |= {"invoices": invoices, "new": new, "rows": rows, "since": since, "now": now, "looked_again": True}
    return render(request, "inbox/_news.html", context)


def moment(text: str | None) -> datetime | None:
    try:
        found = parse_datetime(text or "")
    except ValueError:
        return None
    return found if found and timezone.is_aware(found) else None


def news_context(
    request: HttpRequest, listing: Listing, shown: Iterable[Invoice]
) -> tuple[dict[str, Any], list[Invoice]]:
    user, place = signed_in(request), place_of(request)
    workspace, may = place.workspace, place.may
    views = selectors.saved_views(user, workspace) if listing.view else []
    keys = columns_of(user, current(views, listing))
    context = {
        "listing": listing,
        "tabs": listing.tabs(selectors.state_counts(listing.everywhere(user)[0])),
        "may": may,
    }
    return context, with_notes(user, shown, keys, listing)


# --- rows -------------------------------------------------------------------------------------------------------------


def in_order(user: User, ids: Sequence[int]) -> list[Invoice]:
    """The documents with these ids, with all that a row shows. Sorting was done without it: it is much to carry."""
    rows = Invoice.objects.for_user(user).select_related(*columns.RELATED).in_bulk(ids)
    return [rows[pk] for pk in ids if pk in rows]


def with_notes(user: User, invoices: Iterable[Invoice], keys: Sequence[str], listing: Listing) -> list[Invoice]:
    """Adds what a row needs: ``cells``, ``doubts`` (how many values to look at), ``may`` (what the person may do)."""
    rows = list(invoices)
    found = doubtful_fields().filter(invoice__in=[row.pk for row in rows if row.status == Status.REVIEW])
    counts: Counter[int] = Counter(dict(found.values_list("invoice").annotate(n=Count("pk"))))
    may = {workspace_id: actions_in(workspace_id, user) for workspace_id in {row.workspace_id for row in rows}}
    reasons = left_out(user, listing)
    for row in rows:  # as annotations do: for the template only, so the model does not declare them
        row.doubts = counts[row.pk]  # type: ignore[attr-defined]
        row.may = may[row.workspace_id]  # type: ignore[attr-defined]
        row.cells = columns.cells(keys, row)  # type: ignore[attr-defined]
        row.left_out = reasons.get(row.pk, "")  # type: ignore[attr-defined]
    return rows


def left_out(user: User, listing: Listing) -> dict[int, str]:
    """Why an act on many documents left some out, where these are what is listed."""
    asked = listing.typed.get("bulk", "")
    act = BulkAct.objects.filter(user=user, pk=int(asked)).first() if asked.isdecimal() and len(asked) < 19 else None
    return dict(act.refused) if act else {}


def working(invoices: Iterable[Invoice]) -> list[str]:
    """What to ask about next time."""
    return [f"{row.pk}:{progress_state(row)}" for row in invoices if row.status in UNREAD]


def page_query(listing: Listing, page: Page[Any]) -> str:
    query = listing.query()
    number = f"page={page.number}" if page.number > 1 else ""
    return "&".join(part for part in (query, number) if part)


# --- saved views ------------------------------------------------------------------------------------------------------


def current(views: Iterable[SavedView], listing: Listing) -> SavedView | None:
    return next((view for view in views if view.pk == listing.view), None)


def columns_of(user: User, view: SavedView | None) -> list[str]:
    """Those of the view, if it has its own, else those the person chose."""
    return columns.known(view.columns) if view and view.columns else columns.chosen_of(user.preferences)
