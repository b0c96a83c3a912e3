"""Approval and its rules: what stands in the way, two people where the amount asks for it, changed bank details."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from extraction import selectors
from extraction.engine.fields import BY_NAME, FIELDS
from extraction.models import BankVerification, Invoice, Status, User
from extraction.permissions import require

from .audit import event_record
from .changing import counted_update, refusal
from .columns import COLUMNS, invoice_values
from .errors import ChangedMeanwhile, InvalidState
from .problems import bank_details_changed

NO_FIRST_APPROVAL: dict[str, Any] = {"first_approved_at": None, "first_approved_by": None}


class ApprovalBlocked(InvalidState):
    """One or more rules forbid it; ``blockers`` are their sentences."""

    def __init__(self, blockers: list[str]) -> None:
        self.blockers = blockers
        super().__init__(" ".join(blockers))


def approval_blockers(invoice: Invoice, *, bulk: bool, user: User | None = None) -> list[str]:
    """Why it cannot be approved as it stands, a sentence each; empty when it can.

    Several at once (``bulk``) means that nobody looks at each: changed bank details and missing fields always block it.
    With ``user``, also what keeps this person from it.
    """
    found = []
    if invoice.held_at is not None:
        found.append(_("It is on hold: %(reason)s Take it off hold first.") % {"reason": _ended(invoice.hold_reason)})
    if bank_change_unverified(invoice, bulk=bulk):
        found.append(
            _("Its bank details changed: open it, call the vendor on a number you already know, and confirm that.")
        )
    if bulk and (missing := _missing_fields(invoice)):
        found.append(
            _("These fields are missing: %(fields)s. Open it and enter them.") % {"fields": ", ".join(missing)}
        )
    if user is not None and invoice.awaits_second_approval and invoice.first_approved_by_id == user.pk:
        found.append(_("You gave the first approval. Another person must give the second one."))
    return found


def bank_change_unverified(invoice: Invoice, *, bulk: bool = False) -> bool:
    """Whether the account is not one of those approved for this vendor, and nobody checked it (in bulk: even then)."""
    if not invoice.iban:
        return False
    # Asked anew: what was approved since this invoice was read may be what contradicts it.
    stored = any(problem["code"] == "bank_details_changed" for problem in invoice.problems)
    if not stored and not bank_details_changed(invoice, _bank_values(invoice)):
        return False
    return bulk or bank_verification(invoice) is None


def bank_verification(invoice: Invoice) -> BankVerification | None:
    """Who checked the account that the invoice names now."""
    return invoice.bank_verifications.filter(iban=invoice.iban).select_related("user").first()


@transaction.atomic
def bank_details_verify(*, invoice: Invoice, user: User, iban: str) -> None:
    """A person asked the vendor about this account. ``iban`` is what they saw: InvalidState when it is another now."""
    require("approve", workspace=invoice.workspace_id, user=user)
    _lock_in_review(invoice)
    if not iban or iban != invoice.iban:
        raise InvalidState(_("The account number was changed in the meantime. Check the one that is shown now."))
    _row, made = BankVerification.objects.get_or_create(invoice=invoice, iban=iban, defaults={"user": user})
    if made:
        event_record(invoice=invoice, user=user, action="bank_details_verified", field="iban")


def needs_second_approval(invoice: Invoice) -> bool:
    """By the workspace's rule: the amount as printed, whatever its currency or sign.

    Where neither a total nor an amount due is known, the rule applies: emptying a field must not get around it.
    """
    limit: Decimal | None = invoice.workspace.second_approval_from
    if limit is None:
        return False
    amount = invoice.gross_total if invoice.gross_total is not None else invoice.amount_due
    return amount is None or abs(amount) >= limit


@transaction.atomic
def invoice_approve(*, invoice: Invoice, user: User, bulk: bool = False, seen: int | None = None) -> None:
    """Warnings do not block it, rules do (ApprovalBlocked): the person has the document before them.

    Where two people must approve, the first one's approval leaves it in review. ``invoice`` is refreshed. ``seen`` is
    the latest audit event (its id, 0 for none) when the values were shown to the approver: ChangedMeanwhile when others
    changed values since.
    """
    require("approve", workspace=invoice.workspace_id, user=user)
    _lock_in_review(invoice)
    if seen is not None and (changed := selectors.changes_since(invoice, seen, by_others_than=user)):
        raise ChangedMeanwhile(changed)
    if blockers := approval_blockers(invoice, bulk=bulk, user=user):
        raise ApprovalBlocked(blockers)
    now = timezone.now()
    rows = Invoice.objects.filter(pk=invoice.pk, status=Status.REVIEW, deleted_at__isnull=True)
    if needs_second_approval(invoice) and not invoice.awaits_second_approval:
        rows = rows.filter(first_approved_at__isnull=True)
        action, changes = "first_approved", {"first_approved_at": now, "first_approved_by": user}
    else:
        rows = rows.exclude(first_approved_at__isnull=False, first_approved_by=user)
        action, changes = "approved", {"status": Status.APPROVED, "approved_at": now, "approved_by": user}
    if counted_update(rows, **changes) != 1:
        raise InvalidState(refusal(invoice, "approved"))
    event_record(invoice=invoice, user=user, action=action)
    invoice.refresh_from_db()


@transaction.atomic
def first_approval_withdraw(*, invoice: Invoice, user: User) -> None:
    """Take back the first of two approvals: one's own, or as somebody who may reopen."""
    if invoice.first_approved_by_id != user.pk:
        require("reopen", workspace=invoice.workspace_id, user=user)
    require("approve", workspace=invoice.workspace_id, user=user)
    rows = Invoice.objects.filter(pk=invoice.pk, deleted_at__isnull=True, status=Status.REVIEW)
    rows = rows.filter(first_approved_at__isnull=False)
    if counted_update(rows, **NO_FIRST_APPROVAL) != 1:
        raise InvalidState(_("There is no first approval to take back. Reload the page to see how it stands."))
    event_record(invoice=invoice, user=user, action="first_approval_withdrawn")
    invoice.refresh_from_db()


def first_approval_void(*, invoice: Invoice, user: User | None) -> None:
    """Call it with every change of a value: what the first person approved is not what the second would see."""
    rows = Invoice.objects.filter(pk=invoice.pk, first_approved_at__isnull=False, status=Status.REVIEW)
    if rows.update(**NO_FIRST_APPROVAL) == 1:
        event_record(invoice=invoice, user=user, action="first_approval_voided")


def _lock_in_review(invoice: Invoice) -> None:
    """Decide by what holds now, and let nobody change it meanwhile."""
    rows = Invoice.objects.filter(pk=invoice.pk, deleted_at__isnull=True, status=Status.REVIEW)
    if not rows.select_for_update().exists():
        raise InvalidState(refusal(invoice, "approved"))
    invoice.refresh_from_db()


def _missing_fields(invoice: Invoice) -> list[str]:
    asked = invoice.workspace.required_fields or [spec.name for spec in FIELDS if spec.required]
    there = invoice_values(invoice.field_values.all())
    return [_(BY_NAME[name].label) for name in asked if name in BY_NAME and name not in there]


def _bank_values(invoice: Invoice) -> dict[str, Any]:
    return {name: value for name in COLUMNS if (value := getattr(invoice, name)) not in ("", None)}


def _ended(sentence: str) -> str:
    return sentence if sentence.endswith((".", "!", "?")) else f"{sentence}."
