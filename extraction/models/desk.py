"""What people keep about their lists, what they did to many documents at once, and the words that a search looks in."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from .invoices import Invoice
from .people import User, Workspace


class SavedView(models.Model):
    """A list with a name: filters, search, tab and order as ``query``, the query part of its address; its columns.

    Without ``columns`` each person sees the ones they chose for themselves.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="saved_views")
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="saved_views")
    name = models.CharField(max_length=60)
    query = models.TextField(blank=True)
    columns = models.JSONField(default=list, blank=True)
    shared = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["workspace", "owner", "name"], name="view_name_once_per_person"),
            models.CheckConstraint(condition=~Q(name=""), name="view_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name


class BulkAct(models.Model):
    """What one person did to many documents at once: what is told of it, and what its undo needs.

    ``done`` lists ``[invoice id, its revision afterwards, what was before]``, ``refused`` ``[invoice id, reason]``.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    action = models.CharField(max_length=16)
    done = models.JSONField(default=list)
    refused = models.JSONField(default=list)
    created_at = models.DateTimeField(default=timezone.now)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["user", "-created_at"], name="bulk_by_user")]

    def __str__(self) -> str:
        return f"{self.action}: {len(self.done)} done, {len(self.refused)} refused"


class SearchText(models.Model):
    """The words by which a document is found, normalised and each once (``extraction.words``), with spaces between.

    The database keeps its own index over them (migration 0010): full text on SQLite, inverted lists on PostgreSQL.
    ``revision`` is the invoice's when they were taken: another one says that they may be old.
    """

    invoice = models.OneToOneField(Invoice, on_delete=models.CASCADE, primary_key=True, related_name="search_text")
    value_words = models.TextField(blank=True)
    page_words = models.TextField(blank=True)
    revision = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"words of invoice {self.invoice_id}"
