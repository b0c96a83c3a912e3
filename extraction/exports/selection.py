"""Which invoices an export takes, and which stay out before anything is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from extraction.models import Invoice, Status, Workspace

from .records import as_date


class BadSelection(ValueError):
    """What was typed is no date; the text is for people."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Approved invoices whose date lies from ``since`` to ``until``; with ``again`` also those exported before."""

    since: date | None = None
    until: date | None = None
    again: bool = False

    @classmethod
    def of(cls, query: Mapping[str, Any]) -> Selection:
        """Raises BadSelection for a date that is none, or a range that ends before it begins."""
        since, until = (_typed_date(str(query.get(name) or "").strip()) for name in ("since", "until"))
        if since and until and since > until:
            raise BadSelection(_("The range ends before it begins. Exchange the two dates."))
        return cls(since, until, str(query.get("again", "")) in ("1", "on", "true", "True"))

    def to_dict(self) -> dict[str, str]:
        return {
            "since": self.since.isoformat() if self.since else "",
            "until": self.until.isoformat() if self.until else "",
            "again": "1" if self.again else "",
        }

    def invoices(self, workspace: Workspace | int) -> QuerySet[Invoice]:
        """Those that may be exported, oldest first."""
        statuses = [Status.APPROVED, Status.EXPORTED] if self.again else [Status.APPROVED]
        return self._dated(workspace).filter(status__in=statuses).order_by("issue_date", "pk")

    def others(self, workspace: Workspace | int) -> dict[str, int]:
        """How many of the same dates stay out: ``review`` waits for an approval, ``exported`` was exported before."""
        rows = self._dated(workspace).order_by()
        return rows.aggregate(
            review=Count("pk", filter=Q(status=Status.REVIEW)),
            exported=Count("pk", filter=Q(status=Status.EXPORTED)) if not self.again else Count("pk", filter=Q(pk=0)),
        )

    def _dated(self, workspace: Workspace | int) -> QuerySet[Invoice]:
        key = workspace if isinstance(workspace, int) else workspace.pk
        rows: QuerySet[Invoice] = Invoice.objects.filter(workspace_id=key, deleted_at__isnull=True)
        if self.since:
            rows = rows.filter(issue_date__gte=self.since)
        return rows.filter(issue_date__lte=self.until) if self.until else rows


def _typed_date(text: str) -> date | None:
    if not text:
        return None
    day = as_date(text)
    if day is None:
        raise BadSelection(_("“%(text)s” is no date. Type it as year-month-day, like 2026-12-31.") % {"text": text})
    return day
