"""How a row of an invoice is changed: counted, and refused in words when it is not as expected."""

from __future__ import annotations

from typing import Any

from django.db.models import F, QuerySet
from django.utils import timezone

from extraction.models import Invoice


def counted_update(rows: QuerySet[Invoice], **changes: Any) -> int:
    """Every change counts as a revision, by which a page knows that what it shows is old."""
    return rows.update(updated_at=timezone.now(), revision=F("revision") + 1, **changes)


def refusal(invoice: Invoice, action: str) -> str:
    current = Invoice.objects.filter(pk=invoice.pk, deleted_at__isnull=True).first()
    if current is None:
        return "This invoice was deleted in the meantime. Restore it first."
    status = current.get_status_display().lower()
    return f"This invoice cannot be {action} while its status is “{status}”. Reload the page to see how it stands."
