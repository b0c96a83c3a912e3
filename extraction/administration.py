"""The queries of the settings pages and of the first steps: members, settings, the trail of what was done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from .activity import SETTINGS, action_words
from .engine.fields import BY_NAME
from .models import SETTLED, AuditEvent, Invoice, Membership, Role, Status, User, Workspace
from .permissions import actions_in


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
