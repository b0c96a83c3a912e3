"""Who did what when. Details carry names of fields and statuses, never values or file contents."""

from __future__ import annotations

from typing import Any, Protocol

from extraction.models import AuditEvent, User, Workspace


class Known(Protocol):
    """An invoice's row, or a record of it."""

    @property
    def pk(self) -> int: ...
    @property
    def workspace_id(self) -> int: ...


def event_record(*, invoice: Known, action: str, user: User | None = None, **detail: Any) -> None:
    AuditEvent.objects.create(
        workspace_id=invoice.workspace_id, invoice_id=invoice.pk, user=user, action=action, detail=detail
    )


def workspace_event_record(*, workspace: Workspace, action: str, user: User, **detail: Any) -> None:
    """What concerns no single invoice: members and settings. People stand in details by their ids."""
    AuditEvent.objects.create(workspace=workspace, user=user, action=action, detail=detail)
