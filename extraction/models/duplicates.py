"""Invoices that look like one another: what their texts share, and which are two all the same."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from .invoices import Invoice
from .people import User


class DistinctPair(models.Model):
    """Two invoices that look like one and are two, as a person said. ``first`` has the smaller id."""

    first = models.ForeignKey(Invoice, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(Invoice, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="distinct_pair_once"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="distinct_pair_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} and {self.second_id} are two"


class TextBand(models.Model):
    """A part of the signature of an invoice's text: invoices that share one may have nearly the same text."""

    invoice = models.ForeignKey(Invoice, on_delete=models.CASCADE, related_name="text_bands")
    value = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["value"], name="text_band_by_value")]

    def __str__(self) -> str:
        return f"{self.value:x} of {self.invoice_id}"
