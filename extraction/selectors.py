"""The queries that pages, exports and the API share. All start from what the person may see."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Count, Q
from django.db.models.expressions import RawSQL
from django.shortcuts import get_object_or_404

from .engine.fields import FIELDS, FieldSpec
from .models import FieldValue, Invoice, InvoiceQuerySet, SavedView, Status, User, Workspace
from .words import typed


@dataclass(frozen=True, slots=True)
class ReviewField:
    """One row of the review form. ``value`` is None until a reading or a person gave one."""

    spec: FieldSpec
    value: FieldValue | None
    problems: tuple[dict[str, Any], ...]


def workspace_for(user: User) -> Workspace | None:
    """The workspace this person works in; None for somebody who was not added to one yet."""
    return Workspace.objects.filter(memberships__user=user).order_by("memberships__pk").first()


def invoices_for(user: User, *, status: str = "", search: str = "") -> InvoiceQuerySet:
    """Newest first. Each word of ``search`` must begin a word of a value, of the file's name or of the pages."""
    found = Invoice.objects.for_user(user).select_related("package").order_by("-created_at", "-pk")
    if status in Status.values:
        found = found.filter(status=status)
    return found_by(found, search) if search else found


def found_by(invoices: InvoiceQuerySet, search: str) -> InvoiceQuerySet:
    """Those that have all words; the rules are in ``extraction.words``, the index in the database's own language."""
    words = list(typed(search))
    if not words:
        return invoices.none()
    if connection.vendor == "postgresql":
        sql = (
            "SELECT invoice_id FROM extraction_searchtext WHERE "
            "array_to_tsvector(string_to_array(btrim(value_words || ' ' || page_words), ' ')) @@ %s::tsquery"
        )
        start, both, either = "'{}':*", " & ", " | "
    else:
        sql = "SELECT rowid FROM extraction_searchwords WHERE extraction_searchwords MATCH %s"
        start, both, either = '"{}"*', " AND ", " OR "
    ways = ([both.join(start.format(part) for part in way) for way in word] for word in words)
    query = both.join("(" + either.join(f"({way})" for way in word) + ")" for word in ways)
    return invoices.filter(pk__in=RawSQL(sql, [query]))  # noqa: S611 - letters and figures only, as a parameter


def state_counts(invoices: InvoiceQuerySet) -> Counter[tuple[str, bool]]:
    """How many of these stand in each status, apart those that are on hold."""
    counts: Counter[tuple[str, bool]] = Counter()
    for status, every, held in invoices.order_by().values_list("status").annotate(Count("pk"), Count("held_at")):
        counts[status, False], counts[status, True] = every - held, held
    return counts


def status_counts(user: User) -> dict[str, int]:
    """How many invoices stand in each status; every status is there."""
    rows = Invoice.objects.for_user(user).order_by().values_list("status").annotate(Count("pk"))
    return dict.fromkeys(Status.values, 0) | dict(rows)


def members_of(workspace: Workspace | None) -> list[User]:
    """Who works there, by name."""
    active = User.objects.filter(memberships__workspace=workspace, is_active=True) if workspace else User.objects.none()
    return sorted(active, key=lambda user: str(user).casefold())


def vendors_like(user: User, text: str, *, most: int = 12) -> list[str]:
    """Names of vendors that contain ``text``, the commonest first: completion while somebody types."""
    named = Invoice.objects.for_user(user).filter(vendor_name__icontains=text).exclude(vendor_name="").order_by()
    counted = named.values_list("vendor_name").annotate(n=Count("pk")).order_by("-n", "vendor_name")
    return [name for name, _n in counted[:most]]


def saved_views(user: User, workspace: Workspace | None) -> list[SavedView]:
    """Theirs and what colleagues share, by name."""
    if workspace is None:
        return []
    theirs = Q(owner=user) | Q(shared=True)
    return list(SavedView.objects.filter(theirs, workspace=workspace).select_related("owner"))


def saved_view_get(user: User, view_id: int) -> SavedView:
    """One they may see; Http404 for all others."""
    seen = SavedView.objects.filter(Q(owner=user) | Q(shared=True), workspace__memberships__user=user)
    return get_object_or_404(seen.select_related("workspace", "owner"), pk=view_id)


def invoice_get(user: User, invoice_id: int) -> Invoice:
    """The one owner-scoped fetch; Http404 for what is deleted, absent or somebody else's."""
    return get_object_or_404(Invoice.objects.for_user(user).select_related("workspace", "package"), pk=invoice_id)


def siblings_of(user: User, invoice: Invoice) -> list[Invoice]:
    """The other invoices of the same file, where it was divided."""
    if invoice.page_range is None:
        return []
    same = Invoice.objects.for_user(user).filter(workspace_id=invoice.workspace_id, sha256=invoice.sha256)
    return list(same.exclude(pk=invoice.pk).order_by("first_page"))


def deleted_invoice_get(user: User, invoice_id: int) -> Invoice:
    """One of their workspaces' that was deleted and not purged yet; Http404 for all others."""
    return get_object_or_404(Invoice, workspace__memberships__user=user, deleted_at__isnull=False, pk=invoice_id)


def review_fields(invoice: Invoice) -> list[ReviewField]:
    """The main fields, and others that have a value, in the order of the catalogue."""
    rows = {row.name: row for row in invoice.field_values.all()}
    return [
        ReviewField(
            spec, rows.get(spec.name), tuple(problem for problem in invoice.problems if spec.name in problem["fields"])
        )
        for spec in FIELDS
        if spec.main or spec.name in rows
    ]
