"""How a row of an invoice is changed: counted, and refused in words when it is not as expected."""

from __future__ import annotations

from typing import Any

from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from extraction.models import Invoice

# What cannot be done, as a participle.
DONE: dict[str, Any] = {
    "approved": gettext_lazy("approved"),
    "cancelled": gettext_lazy("cancelled"),
    "commented on": gettext_lazy("commented on"),
    "corrected": gettext_lazy("corrected"),
    "rejected": gettext_lazy("rejected"),
    "reopened": gettext_lazy("reopened"),
    "retried": gettext_lazy("read again"),
    "held": gettext_lazy("held"),
    "released": gettext_lazy("released"),
    "assigned": gettext_lazy("assigned"),
}


def counted_update(rows: QuerySet[Invoice], **changes: Any) -> int:
    """Every change counts as a revision, by which a page knows that what it shows is old."""
    return rows.update(updated_at=timezone.now(), revision=F("revision") + 1, **changes)


def refusal(invoice: Invoice, action: str) -> str:
    current = Invoice.objects.filter(pk=invoice.pk, deleted_at__isnull=True).first()
    if current is None:
        return _("This invoice was deleted in the meantime. Restore it first.")
    text = _(
        "This invoice cannot be %(action)s while its status is “%(status)s”. Reload the page to see how it stands."
    )
    return text % {"action": DONE.get(action, action), "status": current.get_status_display()}
