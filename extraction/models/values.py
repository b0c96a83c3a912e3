"""What was read out of an invoice, and what people made of it."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils import timezone

from .invoices import Invoice, money
from .people import User


class FieldValue(models.Model):
    """One header field of one invoice: what the machine read, and beside it what a person made of it.

    Values are canonical text (ISO dates, decimals with a dot). ``human_value`` is None until a person touched the
    field; "" means that a person says the document does not have it.
    """

    invoice = models.ForeignKey(Invoice, on_delete=models.CASCADE, related_name="field_values")
    name = models.CharField(max_length=40)
    machine_value = models.TextField(blank=True)
    machine_text = models.TextField(blank=True)
    confidence = models.FloatField(null=True, blank=True)
    reason = models.CharField(max_length=255, blank=True)
    alternatives = models.JSONField(default=list, blank=True)
    page = models.PositiveIntegerField(null=True, blank=True)
    box = models.JSONField(null=True, blank=True)
    human_value = models.TextField(null=True, blank=True)
    confirmed_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["invoice", "name"], name="field_once_per_invoice"),
            models.CheckConstraint(
                condition=Q(confidence__isnull=True) | Q(confidence__gte=0, confidence__lte=1),
                name="field_confidence_is_a_probability",
            ),
        ]
        indexes = [
            # Of the values that nobody looked at, those of one kind, the most doubtful first.
            models.Index(
                fields=["name", "confidence", "invoice"], condition=Q(human_value__isnull=True), name="field_to_look_at"
            ),
            # The same by invoice: where something is doubtful.
            models.Index(
                fields=["invoice", "confidence"], condition=Q(human_value__isnull=True), name="field_unseen_by_doubt"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}={self.value}"

    @property
    def value(self) -> str:
        return self.machine_value if self.human_value is None else self.human_value


class TableRow(models.Model):
    """What the rows of an invoice's tables have in common.

    ``key`` names the row while it is edited: a row that a person deletes and brings back keeps it, and one that is
    added twice, because the first answer was lost, is added once. ``machine`` holds what had been read, as text by
    column, once a person touched the row; ``confirmed_by`` and ``confirmed_at`` say who that was, and when.
    """

    key = models.UUIDField(default=uuid4, editable=False)
    position = models.PositiveIntegerField()
    machine = models.JSONField(default=dict, blank=True)
    confirmed_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True


class LineItem(TableRow):
    invoice = models.ForeignKey(Invoice, on_delete=models.CASCADE, related_name="line_items")
    description = models.TextField(blank=True)
    quantity = money()
    unit = models.CharField(max_length=32, blank=True)
    unit_price = money()
    discount = money()
    tax_rate = models.DecimalField(max_digits=7, decimal_places=4, null=True, blank=True)
    amount = money()
    item_code = models.CharField(max_length=128, blank=True)
    gtin = models.CharField(max_length=14, blank=True)
    po_line = models.CharField(max_length=64, blank=True)
    date = models.DateField(null=True, blank=True)
    page = models.PositiveIntegerField(null=True, blank=True)
    box = models.JSONField(null=True, blank=True)
    confidence = models.FloatField(null=True, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["invoice", "position"], name="line_position_once_per_invoice"),
            models.UniqueConstraint(fields=["invoice", "key"], name="line_key_once_per_invoice"),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.description}"


class TaxLine(TableRow):
    invoice = models.ForeignKey(Invoice, on_delete=models.CASCADE, related_name="tax_lines")
    rate = models.DecimalField(max_digits=7, decimal_places=4, null=True, blank=True)
    base = money()
    amount = money()
    category = models.CharField(max_length=8, blank=True)
    exemption_reason = models.CharField(max_length=255, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["invoice", "position"], name="tax_position_once_per_invoice"),
            models.UniqueConstraint(fields=["invoice", "key"], name="tax_key_once_per_invoice"),
        ]
        indexes = [models.Index(fields=["invoice", "rate", "base", "amount"], name="tax_for_summary")]

    def __str__(self) -> str:
        return f"{self.rate} % of {self.base}"


class Correction(models.Model):
    """A value that a person changed, kept for good: what learning feeds on. The database refuses updates."""

    invoice = models.ForeignKey(Invoice, on_delete=models.CASCADE, related_name="corrections")
    field = models.CharField(max_length=40)
    machine_value = models.TextField(blank=True)
    old_value = models.TextField(blank=True)
    new_value = models.TextField(blank=True)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["created_at", "id"]
        indexes = [
            models.Index(fields=["invoice", "created_at"], name="correction_by_invoice"),
            models.Index(fields=["created_at", "field", "user", "invoice"], name="correction_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.field}: {self.old_value} -> {self.new_value}"
