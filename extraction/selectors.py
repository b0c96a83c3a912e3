"""The queries that pages, exports and the API share. All start from what the person may see."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Count, Max, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.shortcuts import get_object_or_404

from .engine.fields import FIELDS, FieldSpec
from .models import (
    AuditEvent,
    Correction,
    FieldValue,
    Invoice,
    InvoiceQuerySet,
    Notification,
    SavedView,
    Status,
    User,
    Workspace,
)
from .services.limits import main_fields
from .words import typed


@dataclass(frozen=True, slots=True)
class ReviewField:
    """One row of the review form. ``value`` is None until a reading or a person gave one."""

    spec: FieldSpec
    value: FieldValue | None
    problems: tuple[dict[str, Any], ...]


def workspace_for(user: User) -> Workspace | None:
    """The workspace this person works in: the one they chose, else the first that they were added to, else None."""
    return chosen_of(workspaces_of(user), user)


def chosen_of(workspaces: Sequence[Workspace], user: User) -> Workspace | None:
    chosen = user.preferences.get("workspace")
    first = workspaces[0] if workspaces else None
    return next((workspace for workspace in workspaces if workspace.pk == chosen), first)


def workspaces_of(user: User) -> list[Workspace]:
    """All that they belong to, in the order in which they were added."""
    return list(Workspace.objects.filter(memberships__user=user).order_by("memberships__pk"))


def invoices_here(user: User) -> InvoiceQuerySet:
    """Those of the workspace they work in: what lists show. A document's own address works in all of theirs."""
    return Invoice.objects.for_user(user).filter(workspace=workspace_for(user))


def invoices_for(user: User, *, status: str = "", search: str = "") -> InvoiceQuerySet:
    """Those of the workspace they work in, newest first.

    Each word of ``search`` must begin a word of a value, of the file's name or of the pages.
    """
    found = invoices_here(user).select_related("package").order_by("-created_at", "-pk")
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
    """How many invoices of the workspace they work in stand in each status; every status is there."""
    rows = invoices_here(user).order_by().values_list("status").annotate(Count("pk"))
    return dict.fromkeys(Status.values, 0) | dict(rows)


def vendors_like(user: User, text: str, *, most: int = 12) -> list[str]:
    """Names of vendors that contain ``text``, the commonest first: completion while somebody types."""
    named = invoices_here(user).filter(vendor_name__icontains=text).exclude(vendor_name="").order_by()
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
    """The other invoices with pages of the same files, where these were divided or arranged."""
    if invoice.last_page is None:
        return []
    own = [invoice.sha256, *invoice.sources.values_list("sha256", flat=True)]
    shares = Q(sha256__in=own) | Q(pk__in=Invoice.objects.filter(sources__sha256__in=own))
    same = Invoice.objects.for_user(user).filter(shares, workspace_id=invoice.workspace_id)
    return list(same.exclude(pk=invoice.pk).order_by("created_at", "first_page", "pk"))


def deleted_invoice_get(user: User, invoice_id: int) -> Invoice:
    """One of their workspaces' that was deleted and not purged yet; Http404 for all others."""
    return get_object_or_404(Invoice, workspace__memberships__user=user, deleted_at__isnull=False, pk=invoice_id)


def review_fields(invoice: Invoice) -> list[ReviewField]:
    """The main fields, and others that have a value, in the order of the catalogue."""
    rows = {row.name: row for row in invoice.field_values.all()}
    main = main_fields(invoice.workspace)
    return [
        ReviewField(
            spec, rows.get(spec.name), tuple(problem for problem in invoice.problems if spec.name in problem["fields"])
        )
        for spec in FIELDS
        if spec.name in main or spec.name in rows
    ]


def colleagues_in(workspace_id: int) -> list[User]:
    """Who works in a workspace now, by name."""
    people = User.objects.filter(memberships__workspace=workspace_id, is_active=True)
    return sorted(people, key=lambda person: str(person).casefold())


def awaiting_second_approval(user: User) -> InvoiceQuerySet:
    """Approved by one of two, whoever that was."""
    return Invoice.objects.for_user(user).awaiting_second_approval()


def notifications_for(user: User) -> QuerySet[Notification]:
    """Newest first; only about what they may still see."""
    # By joins, as Invoice.objects.for_user says it: a list of all they may see would cost every page time.
    found = Notification.objects.filter(
        user=user, invoice__deleted_at__isnull=True, invoice__workspace__memberships__user=user
    )
    return found.select_related("invoice", "comment", "actor").order_by("-created_at", "-pk")


def unread_count(user: User) -> int:
    return notifications_for(user).filter(read_at__isnull=True).count()


def suspected_duplicates(user: User) -> InvoiceQuerySet:
    """In review, and told to look like another one."""
    found = Invoice.objects.for_user(user).filter(status=Status.REVIEW, problems__icontains="possible_duplicate")
    return found.order_by("-created_at", "-pk")


# --- what happened to values ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Change:
    """A person's act on a field. ``action`` is that of the audit; ``old`` and ``new`` are None where none is kept."""

    who: User | None
    when: datetime
    action: str
    field: str
    old: str | None = None
    new: str | None = None


def last_event_id(invoice: Invoice) -> int:
    """What a page shows is as new as this; 0 before anybody did anything."""
    return AuditEvent.objects.filter(invoice_id=invoice.pk).aggregate(Max("pk"))["pk__max"] or 0


def changes_since(invoice: Invoice, event_id: int, *, by_others_than: User) -> list[Change]:
    """What others changed in the values after that audit event, oldest first. Lines are named without their values."""
    changed = Q(action__in=["field_corrected", "field_unconfirmed", "table_changed"])
    events = AuditEvent.objects.filter(changed, invoice_id=invoice.pk, pk__gt=event_id).exclude(user=by_others_than)
    found = list(events.select_related("user").order_by("pk"))
    values = _correction_values(invoice, found)
    return [
        Change(event.user, event.created_at, event.action, event.detail.get("field", ""), *values.get(event.pk, ()))
        for event in found
    ]


def field_history(invoice: Invoice, name: str) -> list[Change]:
    """Everything that people did to one field, newest first."""
    events = AuditEvent.objects.filter(invoice_id=invoice.pk, action__startswith="field_", detail__field=name)
    found = list(events.select_related("user").order_by("-pk"))
    values = _correction_values(invoice, found)
    return [Change(event.user, event.created_at, event.action, name, *values.get(event.pk, ())) for event in found]


def _correction_values(invoice: Invoice, events: list[AuditEvent]) -> dict[int, tuple[str, str]]:
    """Event id -> (old, new). Its values stand in the correction that the same person wrote just before it."""
    fields = {event.detail.get("field") for event in events if event.action == "field_corrected"}
    rows = list(Correction.objects.filter(invoice=invoice, field__in=fields).order_by("-pk")) if fields else []
    found = {}
    for event in sorted(events, key=lambda event: -event.pk):
        same = (row for row in rows if (row.field, row.user_id) == (event.detail.get("field"), event.user_id))
        row = next((row for row in same if row.created_at <= event.created_at), None)
        if event.action == "field_corrected" and row is not None:
            rows.remove(row)
            found[event.pk] = (row.old_value, row.new_value)
    return found
