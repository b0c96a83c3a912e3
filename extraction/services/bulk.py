"""One act on many documents: each is done or refused by itself, and the whole can be taken back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from extraction.models import BulkAct, Invoice, Status, User
from extraction.permissions import NotAllowed

from .approving import first_approval_withdraw, invoice_approve
from .errors import InvalidState, InvalidValue, ServiceError
from .housekeeping import invoice_delete, invoice_restore
from .review import invoice_reject, invoice_reopen, invoice_retry
from .working import invoice_assign, invoice_hold, invoice_unhold

MOST = 1000  # documents: what is answered within seconds
AT_ONCE = 50  # in one transaction, so that others come in between

Do = Callable[[Invoice, User, Mapping[str, Any]], None]
Undo = Callable[[Invoice, User, Any], None]


@dataclass(frozen=True, slots=True)
class Act:
    """``undo`` gets what ``before`` had noted; without, the act cannot be taken back."""

    do: Do
    undo: Undo | None = None
    before: Callable[[Invoice], Any] = lambda invoice: None


def invoices_act(
    *, action: str, ids: Sequence[int], user: User, reason: str = "", assignee: User | None = None
) -> BulkAct:
    """Approve, reject, assign, hold, unhold, retry or delete each of these; what is refused is noted with its reason.

    ``reason`` goes to reject and hold, ``assignee`` to assign. InvalidValue when an act is not known, a reason is
    missing, or there are none or more than ``MOST``: then nothing was done.
    """
    act = ACTS.get(action)
    if act is None:
        raise InvalidValue(_("There is no such action. Reload the page."))
    if action in ("reject", "hold") and not reason.strip():
        raise InvalidValue(_("Say in a few words why."))
    if not ids:
        raise InvalidValue(_("Choose at least one document."))
    if len(ids) > MOST:
        text = _("You chose %(n)d documents. At most %(most)d can be changed at once: narrow the list first.")
        raise InvalidValue(text % {"n": len(ids), "most": MOST})
    done: list[list[Any]] = []
    refused: list[list[Any]] = []
    options = {"reason": reason, "assignee": assignee}
    for start in range(0, len(ids), AT_ONCE):
        _part(act, ids[start : start + AT_ONCE], user, options, done, refused)
    return BulkAct.objects.create(user=user, action=action, done=done, refused=refused)


@transaction.atomic
def _part(
    act: Act, ids: Sequence[int], user: User, options: Mapping[str, Any], done: list[Any], refused: list[Any]
) -> None:
    rows = Invoice.objects.for_user(user).filter(pk__in=ids).select_related("workspace").in_bulk()
    for pk in ids:
        invoice = rows.get(pk)
        if invoice is None:  # gone, or never theirs: there is nothing to tell about it
            continue
        before = act.before(invoice)
        reason = _tried(lambda: act.do(invoice, user, options))  # noqa: B023 - called at once
        if reason:
            refused.append([pk, reason])
        else:
            done.append([pk, invoice.revision, before])


def bulk_undo(*, act_id: int, user: User) -> tuple[int, list[tuple[int, str]]]:
    """Take back an act on many: (how many were, [(id, why it was not)]). What somebody changed since stays.

    Raises BulkAct.DoesNotExist for somebody else's, InvalidState for one that was or cannot be taken back.
    """
    bulk = BulkAct.objects.get(pk=act_id, user=user)
    undo = ACTS[bulk.action].undo
    claimed = BulkAct.objects.filter(pk=act_id, undone_at=None).update(undone_at=timezone.now()) if undo else 0
    if undo is None or claimed != 1:
        raise InvalidState(_("This was taken back already, or cannot be."))
    count, kept = 0, []
    for start in range(0, len(bulk.done), AT_ONCE):
        with transaction.atomic():
            for pk, revision, before in bulk.done[start : start + AT_ONCE]:
                reason = _undone(undo, pk, revision, before, user)
                if reason:
                    kept.append((pk, reason))
                else:
                    count += 1
    return count, kept


def _undone(undo: Undo, pk: int, revision: int, before: Any, user: User) -> str:
    invoice = Invoice.objects.select_related("workspace").filter(pk=pk, workspace__memberships__user=user).first()
    if invoice is None:
        return _("It is gone.")
    if invoice.revision != revision:
        return _("It was changed since.")
    return _tried(lambda: undo(invoice, user, before))


def _tried(do: Callable[[], None]) -> str:
    """Why it was refused, or "". A savepoint: a refusal takes nothing else with it."""
    try:
        with transaction.atomic():
            do()
    except (ServiceError, NotAllowed) as error:
        return error.message
    return ""


def _undo_reject(invoice: Invoice, user: User, before: Any) -> None:
    (invoice_reopen if invoice.read_at else invoice_retry)(invoice=invoice, user=user)


def _undo_assign(invoice: Invoice, user: User, before: Any) -> None:
    invoice_assign(invoice=invoice, user=user, assignee=User.objects.filter(pk=before).first() if before else None)


def _undo_delete(invoice: Invoice, user: User, before: Any) -> None:
    invoice_restore(invoice_id=invoice.pk, user=user)


def _undo_approve(invoice: Invoice, user: User, before: Any) -> None:
    if invoice.status == Status.REVIEW:  # the first of two approvals
        first_approval_withdraw(invoice=invoice, user=user)
    else:
        invoice_reopen(invoice=invoice, user=user)


ACTS: dict[str, Act] = {
    "approve": Act(lambda invoice, user, _: invoice_approve(invoice=invoice, user=user, bulk=True), _undo_approve),
    "reject": Act(
        lambda invoice, user, it: invoice_reject(invoice=invoice, user=user, reason=it["reason"]), _undo_reject
    ),
    "assign": Act(
        lambda invoice, user, it: invoice_assign(invoice=invoice, user=user, assignee=it["assignee"]),
        _undo_assign,
        before=lambda invoice: invoice.assignee_id,
    ),
    "hold": Act(
        lambda invoice, user, it: invoice_hold(invoice=invoice, user=user, reason=it["reason"]),
        lambda invoice, user, _: invoice_unhold(invoice=invoice, user=user),
    ),
    "unhold": Act(
        lambda invoice, user, _: invoice_unhold(invoice=invoice, user=user),
        lambda invoice, user, reason: invoice_hold(invoice=invoice, user=user, reason=reason),
        before=lambda invoice: invoice.hold_reason,
    ),
    "retry": Act(lambda invoice, user, _: invoice_retry(invoice=invoice, user=user)),
    "delete": Act(
        lambda invoice, user, _: invoice_delete(invoice=invoice, user=user),
        _undo_delete,
    ),
}
