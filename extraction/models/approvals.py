"""What a person vouched for before an approval."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from .invoices import Invoice
from .people import User


class BankVerification(models.Model):
    """Somebody checked with the vendor that this account is theirs. Bound to the IBAN: another one needs its own."""

    invoice = models.ForeignKey(Invoice, on_delete=models.CASCADE, related_name="bank_verifications")
    iban = models.CharField(max_length=34)
    user = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["invoice", "iban"], name="iban_verified_once_per_invoice"),
            models.CheckConstraint(condition=~Q(iban=""), name="verified_iban_is_not_empty"),
        ]

    def __str__(self) -> str:
        return f"{self.iban} verified by {self.user}"
