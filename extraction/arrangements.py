"""The queries of the arranging page: what was arranged with a document, and what could be."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.shortcuts import get_object_or_404
from django.utils import timezone

from .models import SETTLED, Arrangement, Change, Invoice, InvoiceQuerySet, Status, User
from .selectors import invoices_for


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
