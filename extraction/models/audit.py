"""Who did what when."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from .people import User, Workspace


class AuditEvent(models.Model):
    """Who did what when; append-only. ``invoice_id`` is kept as a number, so that it outlives the invoice."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="audit_events")
    invoice_id = models.BigIntegerField(null=True, blank=True)
    user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    action = models.CharField(max_length=40)
    detail = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(fields=["workspace", "-created_at"], name="audit_by_age"),
            models.Index(fields=["invoice_id", "created_at"], name="audit_by_invoice"),
        ]

    def __str__(self) -> str:
        return f"{self.action} at {self.created_at:%Y-%m-%d %H:%M}"
