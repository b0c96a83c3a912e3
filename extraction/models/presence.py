"""Who looks at which document now."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from .invoices import Invoice
from .people import User


class Presence(models.Model):
    """A person's page of an invoice says every few seconds that it is open; it does not say when it is closed."""

    invoice = models.ForeignKey(Invoice, on_delete=models.CASCADE, related_name="presences")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    seen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["invoice", "user"], name="presence_once_per_person")]

    def __str__(self) -> str:
        return f"{self.user} at {self.invoice}"
