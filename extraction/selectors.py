"""The queries that pages, exports and the API share. All start from what the person may see."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q
from django.shortcuts import get_object_or_404
from django.utils import timezone

from .engine.fields import FIELDS, FieldSpec
from .models import (
    SETTLED,
    Arrangement,
    Change,
    FieldValue,
    Invoice,
    InvoicePage,
    InvoiceQuerySet,
    Status,
    User,
    Workspace,
)

SEARCHED = (
    "file_name",
    "package__file_name",
    "package__sender",
    "package__subject",
    "vendor_name",
    "invoice_number",
    "vendor_tax_id",
    "iban",
    "gross_total",
    "issue_date",
)


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
    """Newest first. Each word of ``search`` must occur in a main value, the file's name or the pages' text."""
    found = Invoice.objects.for_user(user).select_related("package").order_by("-created_at", "-pk")
    if status in Status.values:
        found = found.filter(status=status)
    for word in search.replace("\x00", "").split():
        on_pages = InvoicePage.objects.filter(invoice=OuterRef("pk"), text__icontains=word)
        anywhere = Q(Exists(on_pages))
        for column in SEARCHED:
            anywhere |= Q(**{f"{column}__icontains": word})
        found = found.filter(anywhere)
    return found


def status_counts(user: User) -> dict[str, int]:
    """How many invoices stand in each status; every status is there."""
    rows = Invoice.objects.for_user(user).order_by().values_list("status").annotate(Count("pk"))
    return dict.fromkeys(Status.values, 0) | dict(rows)


def invoice_get(user: User, invoice_id: int) -> Invoice:
    """The one owner-scoped fetch; Http404 for what is deleted, absent or somebody else's."""
    return get_object_or_404(Invoice.objects.for_user(user).select_related("workspace", "package"), pk=invoice_id)


def siblings_of(user: User, invoice: Invoice) -> list[Invoice]:
    """The other invoices with pages of the same files, where these were divided or arranged."""
    if invoice.last_page is None:
        return []
    own = [invoice.sha256, *invoice.sources.values_list("sha256", flat=True)]
    shares = Q(sha256__in=own) | Q(pk__in=Invoice.objects.filter(sources__sha256__in=own))
    same = Invoice.objects.for_user(user).filter(shares, workspace_id=invoice.workspace_id)
    return list(same.exclude(pk=invoice.pk).order_by("created_at", "first_page", "pk"))


def arrangeable(
    user: User, *, workspace_id: int, search: str, without: Iterable[int], limit: int = 20
) -> list[Invoice]:
    """Documents whose pages could be added to an arrangement, newest first."""
    open_to_change = (Status.REVIEW, Status.FAILED, Status.REJECTED)
    found = invoices_for(user, search=search).filter(workspace_id=workspace_id, status__in=open_to_change)
    return list(found.filter(page_count__gt=0).exclude(pk__in=without)[:limit])


def arrangements_of(user: User, invoice: Invoice) -> list[Arrangement]:
    """What was arranged with this document, newest first."""
    mine = Arrangement.objects.filter(workspace__memberships__user=user, changes__invoice=invoice)
    return list(mine.select_related("user", "undone_by").distinct()[:20])


def arrangement_get(user: User, arrangement_id: int) -> Arrangement:
    """Http404 for one of another workspace."""
    return get_object_or_404(Arrangement, workspace__memberships__user=user, pk=arrangement_id)


def arranged_lately(user: User, invoice: Invoice) -> Arrangement | None:
    """What was arranged with this document in the last day, while it can be undone at all."""
    if invoice.status in SETTLED or not invoice.sources.exists():
        return None
    latest = next(iter(arrangements_of(user, invoice)), None)
    lately = latest is not None and latest.created_at > timezone.now() - timedelta(days=1)
    return latest if latest and lately and latest.undone_at is None else None


def results_of(user: User, arrangement: Arrangement) -> InvoiceQuerySet:
    """The documents of an arrangement, or of what was before it, that are there now."""
    mine = Invoice.objects.for_user(user).filter(arrangement_changes__arrangement=arrangement)
    return mine.distinct().order_by("created_at", "first_page", "pk")


def arrangement_away(user: User, deleted: Invoice) -> Arrangement | None:
    """The one that moved the pages of a deleted document into others, while it was not undone."""
    changes = {"changes__invoice": deleted, "changes__kind": Change.DISSOLVED}
    mine = Arrangement.objects.filter(workspace__memberships__user=user, undone_at__isnull=True, **changes)
    return mine.first()


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
