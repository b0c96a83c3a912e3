"""What people say to each other about an invoice, and what waits for somebody because of it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .invoices import Invoice
from .people import User


class Comment(models.Model):
    """Words of one person. A deleted one leaves its row without the text: that something was said stays visible."""

    invoice = models.ForeignKey(Invoice, on_delete=models.CASCADE, related_name="comments")
    user = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    text = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=(Q(deleted_at__isnull=True) & ~Q(text="")) | Q(deleted_at__isnull=False, text=""),
                name="comment_has_text_unless_deleted",
            ),
        ]
        indexes = [models.Index(fields=["invoice", "created_at"], name="comment_by_invoice")]

    def __str__(self) -> str:
        return f"{self.user}: {self.text[:40]}"


class Notice(models.TextChoices):
    MENTION = "mention", _("Mentioned you")
    ASSIGNED = "assigned", _("Assigned to you")


class Notification(models.Model):
    """Somebody mentioned ``user``, or gave them an invoice to work on. Read once they opened that invoice."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notifications")
    invoice = models.ForeignKey(Invoice, on_delete=models.CASCADE, related_name="notifications")
    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, null=True, blank=True, related_name="notifications")
    actor = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    kind = models.CharField(max_length=16, choices=Notice.choices)
    created_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=Notice.values), name="notification_kind_is_known"),
            models.CheckConstraint(
                condition=Q(kind=Notice.MENTION, comment__isnull=False)
                | (~Q(kind=Notice.MENTION) & Q(comment__isnull=True)),
                name="notification_of_a_comment_iff_mention",
            ),
            models.UniqueConstraint(fields=["user", "comment"], name="mentioned_once_per_comment"),
        ]
        indexes = [
            models.Index(fields=["user", "-created_at"], name="notification_by_age"),
            models.Index(fields=["user", "invoice"], condition=Q(read_at__isnull=True), name="notification_unread"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} for {self.user}"
