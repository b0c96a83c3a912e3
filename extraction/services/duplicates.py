"""What a person decides about two invoices that look like one."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from extraction.models import DistinctPair, Invoice, User
from extraction.permissions import require

from .audit import event_record
from .columns import invoice_values
from .errors import InvalidState
from .problems import problems_found
from .review import invoice_reject


@transaction.atomic
def duplicate_reject(*, invoice: Invoice, original: Invoice, user: User) -> None:
    """``invoice`` is ``original`` again: rejected, with that as its reason. InvalidState where it is approved."""
    _require_both(invoice, original, user)
    reason = f"Duplicate of {original.document_name} (no. {original.pk})"
    invoice_reject(invoice=invoice, user=user, reason=reason)
    problems_refresh(original)


@transaction.atomic
def duplicates_keep(*, invoice: Invoice, other: Invoice, user: User) -> None:
    """They are two. Remembered for the pair, so that the problem does not come back."""
    _require_both(invoice, other, user)
    first, second = sorted((invoice, other), key=lambda row: row.pk)
    _pair, made = DistinctPair.objects.get_or_create(first=first, second=second, defaults={"user": user})
    if made:
        for row, beside in ((invoice, other), (other, invoice)):
            event_record(invoice=row, user=user, action="kept_as_distinct", other=beside.pk)
            problems_refresh(row)


@transaction.atomic
def duplicates_unkeep(*, invoice: Invoice, other: Invoice, user: User) -> None:
    """Take back that they are two: they are looked at again."""
    _require_both(invoice, other, user)
    first, second = sorted((invoice, other), key=lambda row: row.pk)
    if DistinctPair.objects.filter(first=first, second=second).delete()[0]:
        for row, beside in ((invoice, other), (other, invoice)):
            event_record(invoice=row, user=user, action="distinct_withdrawn", other=beside.pk)
            problems_refresh(row)


def problems_refresh(invoice: Invoice) -> None:
    """Check anew after something outside the invoice changed: not a change of the invoice itself."""
    lasting = [problem for problem in invoice.problems if problem.get("lasting")]
    values = invoice_values(invoice.field_values.all())
    problems = problems_found(invoice=invoice, values=values, lasting=lasting)
    Invoice.objects.filter(pk=invoice.pk).update(problems=problems)
    invoice.refresh_from_db()


def _require_both(invoice: Invoice, other: Invoice, user: User) -> None:
    require("reject", workspace=invoice.workspace_id, user=user)
    if other.workspace_id != invoice.workspace_id or other.pk == invoice.pk:
        raise InvalidState(_("These two cannot be compared. Go back to the inbox and open one of them again."))
