"""What the review page says about people: whose work it is, what an approval waits for, what is new for oneself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import template

from extraction import selectors
from extraction.forms import REJECT_REASONS
from extraction.mentions import handles
from extraction.models import AuditEvent, BankVerification, Invoice, Status, User
from extraction.permissions import actions_in
from extraction.services.approving import bank_change_unverified, bank_verification, needs_second_approval

register = template.Library()

FIRST_APPROVAL = ("first_approved", "first_approval_voided", "first_approval_withdrawn")


@dataclass(frozen=True, slots=True)
class Approval:
    """``voided``: there was a first approval, and a value changed since. ``bank``: who checked the account."""

    needs_second: bool
    own_first: bool
    voided: bool
    bank_unverified: bool
    bank: BankVerification | None


@register.simple_tag(takes_context=True)
def approval_of(context: dict[str, Any], invoice: Invoice) -> Approval | None:
    """None where nothing is to be approved."""
    if invoice.status != Status.REVIEW:
        return None
    user = context["request"].user
    needs = needs_second_approval(invoice)
    latest = AuditEvent.objects.filter(invoice_id=invoice.pk, action__in=FIRST_APPROVAL).order_by("-pk").first()
    return Approval(
        needs_second=needs,
        own_first=invoice.awaits_second_approval and invoice.first_approved_by_id == user.pk,
        voided=needs and latest is not None and latest.action == "first_approval_voided",
        bank_unverified=bank_change_unverified(invoice),
        bank=bank_verification(invoice) if invoice.iban else None,
    )


@register.simple_tag(takes_context=True)
def allowed(context: dict[str, Any], invoice: Invoice) -> frozenset[str]:
    """What the person may do with it: as the page hands it on (``may``), or asked anew where it does not."""
    may: frozenset[str] | None = context.get("may")
    return actions_in(invoice.workspace_id, context["request"].user) if may is None else may


@register.simple_tag
def members(invoice: Invoice) -> list[User]:
    return selectors.colleagues_in(invoice.workspace_id)


@register.simple_tag(takes_context=True)
def mention_names(context: dict[str, Any], invoice: Invoice) -> list[tuple[str, str]]:
    """What stands after the @ for each other member, and their address."""
    names = handles(selectors.colleagues_in(invoice.workspace_id))
    return [(name, person.email) for name, person in names.items() if person != context["request"].user]


@register.filter
def in_fours(iban: str) -> str:
    """DE89370400440532013000 -> DE89 3704 0044 0532 0130 00, as it is printed and read aloud."""
    return " ".join(iban[at : at + 4] for at in range(0, len(iban), 4))


@register.simple_tag(takes_context=True)
def unread(context: dict[str, Any]) -> int:
    return selectors.unread_count(context["request"].user)


@register.simple_tag(takes_context=True)
def news_of(context: dict[str, Any], invoice: Invoice) -> bool:
    """Whether something about this invoice is new for the person."""
    return invoice.notifications.filter(user=context["request"].user, read_at__isnull=True).exists()


@register.simple_tag
def reject_reasons() -> tuple[Any, ...]:
    return REJECT_REASONS
