"""What people did with a table of an invoice as a whole."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from .invoices import Invoice
from .people import User

TABLE_NAMES = ("line_items", "tax_lines")


class EditedTable(models.Model):
    """One table of one invoice that a person worked on; another reading leaves its rows as they are.

    ``revision`` counts the changes: of two people who edit, the second is told what the first did. It is 0 while a
    person only drew ``guides`` (``engine.guided.Guides``) and took nothing over.
    """

    invoice = models.ForeignKey(Invoice, on_delete=models.CASCADE, related_name="edited_tables")
    name = models.CharField(max_length=16)
    revision = models.PositiveIntegerField(default=0)
    changed_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    changed_at = models.DateTimeField(null=True, blank=True)
    guides = models.JSONField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["invoice", "name"], name="edited_table_once_per_invoice"),
            models.CheckConstraint(condition=Q(name__in=TABLE_NAMES), name="edited_table_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.name} of {self.invoice_id}"
