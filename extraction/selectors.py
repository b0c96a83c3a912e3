"""The queries that pages, exports and the API share. All start from what the person may see."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from .activity import SETTINGS, action_words
from .engine.fields import BY_NAME, FIELDS, FieldSpec
from .models import (
    SETTLED,
    AuditEvent,
    FieldValue,
    Invoice,
    InvoicePage,
    InvoiceQuerySet,
    Membership,
    Role,
    Status,
    User,
    Workspace,
)
from .permissions import actions_in
from .services.limits import main_fields

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
    """The workspace this person works in: the one they chose, else the first that they were added to, else None."""
    return chosen_of(workspaces_of(user), user)


def chosen_of(workspaces: Sequence[Workspace], user: User) -> Workspace | None:
    chosen = user.preferences.get("workspace")
    first = workspaces[0] if workspaces else None
    return next((workspace for workspace in workspaces if workspace.pk == chosen), first)


def workspaces_of(user: User) -> list[Workspace]:
    """All that they belong to, in the order in which they were added."""
    return list(Workspace.objects.filter(memberships__user=user).order_by("memberships__pk"))


def invoices_for(user: User, *, status: str = "", search: str = "") -> InvoiceQuerySet:
    """Those of the workspace they work in, newest first.

    Each word of ``search`` must occur in a main value, the file's name or the pages' text.
    """
    here = Invoice.objects.for_user(user).filter(workspace=workspace_for(user))
    found = here.select_related("package").order_by("-created_at", "-pk")
    if status in Status.values:
        found = found.filter(status=status)
    return searched(found, search)


def searched(found: InvoiceQuerySet, search: str) -> InvoiceQuerySet:
    """Those in which each word occurs: in a main value, the file's name or the pages' text."""
    for word in search.replace("\x00", "").split():
        on_pages = InvoicePage.objects.filter(invoice=OuterRef("pk"), text__icontains=word)
        anywhere = Q(Exists(on_pages))
        for column in SEARCHED:
            anywhere |= Q(**{f"{column}__icontains": word})
        found = found.filter(anywhere)
    return found


def status_counts(user: User) -> dict[str, int]:
    """How many invoices of the workspace they work in stand in each status; every status is there."""
    here = Invoice.objects.for_user(user).filter(workspace=workspace_for(user))
    rows = here.order_by().values_list("status").annotate(Count("pk"))
    return dict.fromkeys(Status.values, 0) | dict(rows)


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
    main = main_fields(invoice.workspace)
    return [
        ReviewField(
            spec, rows.get(spec.name), tuple(problem for problem in invoice.problems if spec.name in problem["fields"])
        )
        for spec in FIELDS
        if spec.name in main or spec.name in rows
    ]


# --- settings ---------------------------------------------------------------------------------------------------------


def members_of(workspace: Workspace) -> list[Membership]:
    return list(workspace.memberships.select_related("user").order_by("user__email"))


def waiting_for_review(workspace: Workspace) -> int:
    return Invoice.objects.filter(workspace=workspace, status=Status.REVIEW, deleted_at__isnull=True).count()


def audit_events(
    workspace: Workspace,
    *,
    person: int | None = None,
    action: str = "",
    first: date | None = None,
    last: date | None = None,
) -> QuerySet[AuditEvent]:
    """Newest first; ``first`` and ``last`` are days of the site's time zone, both included."""
    found = AuditEvent.objects.filter(workspace=workspace).select_related("user").order_by("-created_at", "-pk")
    if person is not None:
        found = found.filter(user=person)
    if action:
        found = found.filter(action=action)
    if first is not None:
        found = found.filter(created_at__date__gte=first)
    return found if last is None else found.filter(created_at__date__lte=last)


def people_in(workspace: Workspace) -> list[User]:
    """Members, and whoever left a trace here before they left."""
    traces = AuditEvent.objects.filter(workspace=workspace).values("user")
    return list(
        User.objects.filter(Q(memberships__workspace=workspace) | Q(pk__in=traces)).distinct().order_by("email")
    )


def actions_in_trail(workspace: Workspace) -> list[tuple[str, str]]:
    """Every action that happened here, with its words, in the order of these."""
    names = AuditEvent.objects.filter(workspace=workspace).order_by().values_list("action", flat=True).distinct()
    return sorted(((name, action_words(name)) for name in names), key=lambda row: row[1].casefold())


@dataclass(frozen=True, slots=True)
class ToldEvent:
    """An event for people. ``about`` names field, settings or member; ``name`` the document, "" where there is none."""

    event: AuditEvent
    words: str
    about: str
    name: str
    is_there: bool


def events_told(workspace: Workspace, events: Iterable[AuditEvent]) -> list[ToldEvent]:
    rows = list(events)
    invoices = Invoice.objects.filter(workspace=workspace).in_bulk({row.invoice_id for row in rows if row.invoice_id})
    people = User.objects.in_bulk({row.detail["member"] for row in rows if "member" in row.detail})
    told = []
    for row in rows:
        invoice = invoices.get(row.invoice_id or 0)
        name = invoice.document_name if invoice else f"#{row.invoice_id}" if row.invoice_id else ""
        is_there = invoice is not None and invoice.deleted_at is None
        told.append(ToldEvent(row, action_words(row.action), _about(row, people), name, is_there))
    return told


def _about(event: AuditEvent, people: Mapping[int, User]) -> str:
    detail = event.detail
    if "settings" in detail:
        return ", ".join(str(SETTINGS.get(name, name)) for name in detail["settings"])
    if "member" in detail:
        role = f" ({Role(detail['role']).label})" if detail.get("role") in Role.values else ""
        return f"{people.get(detail['member'], detail['member'])}{role}"
    return _(BY_NAME[detail["field"]].label) if detail.get("field") in BY_NAME else ""


# --- first steps ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do at the start. ``done`` is a fact of the database, whoever did it."""

    view: str
    label: str
    hint: str
    done: bool


def first_steps(user: User, workspace: Workspace) -> list[Step]:
    """What is worth doing first, as far as this person may."""
    may = actions_in(workspace, user)
    invoices = Invoice.objects.filter(workspace=workspace)
    reviewed = invoices.filter(status__in=[*SETTLED, Status.REJECTED]) | invoices.filter(
        field_values__human_value__isnull=False
    )
    steps = [
        ("manage", Step(
            "settings-company", _("Say what your company is called"),
            _("Its names and VAT IDs on invoices, so that it is never taken for the vendor."),
            bool(workspace.own_names or workspace.own_tax_ids),
        )),
        ("manage", Step(
            "settings-members", _("Invite a colleague"), _("By e-mail address; you choose what they may do."),
            workspace.memberships.count() > 1,
        )),
        ("upload", Step(
            "inbox", _("Upload the first documents"), _("Drop files on the inbox, or try the samples."),
            invoices.exists(),
        )),
        ("correct", Step(
            "inbox", _("Review one of them"), _("Compare what is marked, correct it, approve it."), reviewed.exists(),
        )),
        ("export", Step(
            "inbox", _("Export what is approved"), _("From the inbox, and mark it as exported on the way."),
            invoices.filter(status=Status.EXPORTED).exists(),
        )),
    ]  # fmt: skip
    return [step for action, step in steps if action in may]
