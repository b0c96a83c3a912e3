"""Who did what when. Details carry names of fields and statuses, never values or file contents."""

from __future__ import annotations

from typing import Any

from extraction.models import AuditEvent, Invoice, User


def event_record(*, invoice: Invoice, action: str, user: User | None = None, **detail: Any) -> None:
    AuditEvent.objects.create(
        workspace_id=invoice.workspace_id, invoice_id=invoice.pk, user=user, action=action, detail=detail
    )
