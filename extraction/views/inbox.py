"""The inbox: every document of the person's workspaces, with its state."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from extraction import selectors, services
from extraction.exports.profiles import BUILT_IN
from extraction.models import UNREAD, Invoice, Status, User
from extraction.permissions import NotAllowed, actions_in
from extraction.templatetags.ui import progress_state

from .common import explains_refusals, is_htmx, signed_in
from .fields import doubtful_fields
from .listing import Listing

PER_PAGE = 50
ID_DIGITS = 19  # of the largest number that databases hold


@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """The page; for htmx, just its list."""
    user, listing = signed_in(request), Listing.of(request.GET)
    workspace = selectors.workspace_for(user)
    counts = selectors.status_counts(user)
    page = Paginator(listing.invoices(user), PER_PAGE).get_page(request.GET.get("page"))
    invoices = with_notes(user, page.object_list)
    context = {
        "listing": listing,
        "tabs": listing.tabs(counts),
        "columns": listing.columns(),
        "page": page,
        "pages": page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1),
        "invoices": invoices,
        "working": working(invoices),
        "total": sum(counts.values()),
        "first": page_query(listing, page),
        "may": actions_in(workspace, user) if workspace else frozenset(),
        "workspace": workspace,
        "export_formats": BUILT_IN,
        "max_mb": settings.MAX_UPLOAD_MB,
    }
    partial = is_htmx(request) and not request.headers.get("HX-History-Restore-Request")
    response = render(request, "inbox/_results.html" if partial else "inbox/inbox.html", context)
    # The same address gives the page or its list: a cache must not mix them up.
    patch_vary_headers(response, ["HX-Request"])
    response["Cache-Control"] = "private, no-cache"
    return response


@require_GET
def live(request: HttpRequest) -> HttpResponse:
    """The rows that waited or were read when the page last asked (``id=12:STATE``), if there is news of them.

    Rows that are not replaced keep what is done in them: a button pressed half, a bar on its way.
    """
    user, listing = signed_in(request), Listing.of(request.GET)
    asked = [part.partition(":") for part in request.GET.getlist("id")]
    seen = {int(pk): state for pk, _, state in asked if pk.isdecimal() and len(pk) < ID_DIGITS}
    shown = selectors.invoices_for(user).filter(pk__in=[*seen][:PER_PAGE]).order_by("pk")
    invoices = with_notes(user, shown)
    workspace = selectors.workspace_for(user)
    context = {
        "listing": listing,
        "tabs": listing.tabs(selectors.status_counts(user)),
        "invoices": [invoice for invoice in invoices if seen[invoice.pk] != progress_state(invoice)],
        "working": working(invoices),
        "may": actions_in(workspace, user) if workspace else frozenset(),
    }
    response = render(request, "inbox/_live.html", context)
    if any(invoice.page_range and seen[invoice.pk] != progress_state(invoice) for invoice in invoices):
        response["HX-Trigger"] = "refresh"  # a file was divided: the list gets rows that it does not know yet
    return response


@require_POST
@explains_refusals
def samples(request: HttpRequest) -> HttpResponse:
    """Load the documents that come with the product, to try it."""
    user = signed_in(request)
    workspace = selectors.workspace_for(user)
    if workspace is None:
        raise NotAllowed(_("You are not a member of any workspace yet. Ask your administrator to add you."))
    loaded = len(list(services.samples_load(workspace=workspace, user=user)))
    text = ngettext("%(n)d sample document is being read.", "%(n)d sample documents are being read.", loaded)
    messages.success(request, text % {"n": loaded})
    return redirect("inbox")


def with_notes(user: User, invoices: Iterable[Invoice]) -> list[Invoice]:
    """Adds ``doubts``, how many values of each a person should look at, and ``may``, what they may do with it."""
    rows = list(invoices)
    found = doubtful_fields().filter(invoice__in=[row.pk for row in rows if row.status == Status.REVIEW])
    counts: Counter[int] = Counter(dict(found.values_list("invoice").annotate(n=Count("pk"))))
    may = {workspace_id: actions_in(workspace_id, user) for workspace_id in {row.workspace_id for row in rows}}
    for row in rows:  # as annotations do: for the template only, so the model does not declare them
        row.doubts = counts[row.pk]  # type: ignore[attr-defined]
        row.may = may[row.workspace_id]  # type: ignore[attr-defined]
    return rows


def working(invoices: Iterable[Invoice]) -> list[str]:
    """What to ask about next time."""
    return [f"{row.pk}:{progress_state(row)}" for row in invoices if row.status in UNREAD]


def page_query(listing: Listing, page: Page[Any]) -> str:
    query = listing.query()
    number = f"page={page.number}" if page.number > 1 else ""
    return "&".join(part for part in (query, number) if part)
