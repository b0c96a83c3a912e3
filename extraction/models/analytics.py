"""What the dashboard needs beside the documents: exchange rates, and the category of each vendor."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .people import Workspace


class RateSource(models.TextChoices):
    FILE = "file", _("File")
    TYPED = "typed", _("Typed")


class ExchangeRate(models.Model):
    """What one euro cost in ``currency`` on a day, as the European Central Bank publishes it.

    Without a workspace it holds for all; a workspace's own rate of the same day goes before it.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, null=True, blank=True, related_name="rates")
    date = models.DateField()
    currency = models.CharField(max_length=3)
    rate = models.DecimalField(max_digits=18, decimal_places=8)
    source = models.CharField(max_length=8, choices=RateSource.choices)
    saved_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "currency", "date"], name="rate_once_per_day_and_workspace"),
            models.UniqueConstraint(
                fields=["currency", "date"], condition=Q(workspace__isnull=True), name="rate_of_all_once_per_day"
            ),
            models.CheckConstraint(condition=Q(rate__gt=0), name="rate_is_positive"),
            models.CheckConstraint(condition=Q(source__in=RateSource.values), name="rate_source_is_known"),
        ]

    def __str__(self) -> str:
        return f"1 EUR = {self.rate} {self.currency} on {self.date}"


class VendorCategory(models.Model):
    """What a vendor's invoices are spent on. ``vendor_name`` is the name as it stands on the invoices."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="vendor_categories")
    vendor_name = models.CharField(max_length=255)
    category = models.CharField(max_length=60)

    class Meta:
        ordering = ["vendor_name"]
        constraints = [
            models.UniqueConstraint(fields=["workspace", "vendor_name"], name="category_once_per_vendor"),
            models.CheckConstraint(condition=~Q(vendor_name="") & ~Q(category=""), name="category_names_its_vendor"),
        ]

    def __str__(self) -> str:
        return f"{self.vendor_name}: {self.category}"
