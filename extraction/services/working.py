"""Whose work an invoice is, and whether it is set aside."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from extraction.models import Invoice, Membership, Notice, Notification, Status, User
from extraction.permissions import require

from .audit import event_record
from .changing import refusal
from .columns import storable
from .errors import InvalidState, InvalidValue


@transaction.atomic
def invoice_assign(*, invoice: Invoice, user: User, assignee: User | None) -> None:
    """Give it to a member of its workspace, or to nobody. They are told, unless they took it themselves."""
    require("assign", workspace=invoice.workspace_id, user=user)
    if assignee is not None and not _is_member(invoice, assignee):
        raise InvalidValue(_("%(person)s is not a member of this workspace.") % {"person": assignee})
    rows = Invoice.objects.filter(pk=invoice.pk, deleted_at__isnull=True)
    # Not a change of its values or status: people who edit it meanwhile need not hear of it.
    changed = rows.exclude(assignee=assignee) if assignee else rows.filter(assignee__isnull=False)
    if changed.update(assignee=assignee, updated_at=timezone.now()) == 1:
        Notification.objects.filter(invoice=invoice, kind=Notice.ASSIGNED, read_at__isnull=True).delete()
        if assignee is not None and assignee.pk != user.pk:
            Notification.objects.create(user=assignee, invoice=invoice, actor=user, kind=Notice.ASSIGNED)
        event_record(invoice=invoice, user=user, action="assigned", assignee=assignee.pk if assignee else None)
    elif not rows.exists():
        raise InvalidState(refusal(invoice, "assigned"))
    invoice.refresh_from_db()


@transaction.atomic
def invoice_hold(*, invoice: Invoice, user: User, reason: str) -> None:
    """Set it aside, and say why: it leaves the work list until somebody takes it off hold.

    InvalidValue without a reason.
    """
    require("hold", workspace=invoice.workspace_id, user=user)
    why = storable(reason).strip()[:500]
    if not why:
        raise InvalidValue(_("Say in a few words what this invoice waits for."))
    rows = Invoice.objects.filter(pk=invoice.pk, status=Status.REVIEW, deleted_at__isnull=True)
    if rows.update(held_at=timezone.now(), held_by=user, hold_reason=why, updated_at=timezone.now()) != 1:
        raise InvalidState(refusal(invoice, "held"))
    event_record(invoice=invoice, user=user, action="held", reason=why)
    invoice.refresh_from_db()


@transaction.atomic
def invoice_unhold(*, invoice: Invoice, user: User) -> None:
    """Back to the work list. Done already, by somebody else or twice, is done."""
    require("hold", workspace=invoice.workspace_id, user=user)
    rows = Invoice.objects.filter(pk=invoice.pk, held_at__isnull=False, deleted_at__isnull=True)
    if rows.update(held_at=None, held_by=None, hold_reason="", updated_at=timezone.now()) == 1:
        event_record(invoice=invoice, user=user, action="unheld")
    invoice.refresh_from_db()


def _is_member(invoice: Invoice, person: User) -> bool:
    members = Membership.objects.filter(workspace_id=invoice.workspace_id, user=person, user__is_active=True)
    return members.exists()
