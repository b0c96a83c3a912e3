"""Other programs: the tokens by which they come in, and the webhooks by which they are told."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .people import User, Workspace


class Scope(models.TextChoices):
    """What a token may be used for, at most; its person's role is the other limit."""

    INVOICES_READ = "invoices:read", _("See documents and vendors")
    INVOICES_WRITE = "invoices:write", _("Upload, correct, reject, delete")
    INVOICES_APPROVE = "invoices:approve", _("Approve and reopen")
    EXPORTS_READ = "exports:read", _("Download exports")
    EXPORTS_WRITE = "exports:write", _("Mark as exported")
    WEBHOOKS_MANAGE = "webhooks:manage", _("Manage webhooks")
    BI_READ = "bi:read", _("Read the OData feed")


class ApiToken(models.Model):
    """Acts as its person in one workspace. Only a hash is kept; ``start`` is what people recognise it by.

    ``window_*`` count the requests of the minute that began at ``window_at``, in whichever process they arrived.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="api_tokens")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=100)
    start = models.CharField(max_length=12)
    sha256 = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    window_at = models.DateTimeField(null=True, blank=True)
    window_used = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["workspace", "-created_at"], name="token_by_age")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= timezone.now()


class ApiAnswer(models.Model):
    """What was answered to a request with an Idempotency-Key. ``status`` is None while it is being dealt with."""

    token = models.ForeignKey(ApiToken, on_delete=models.CASCADE, related_name="answers")
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    body = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["token", "key"], name="answer_once_per_key")]
        indexes = [models.Index(fields=["created_at"], name="answer_by_age")]

    def __str__(self) -> str:
        return self.key


class Event(models.TextChoices):
    """What webhooks are told."""

    RECEIVED = "invoice.received", _("A document came in")
    READ = "invoice.read", _("It was read")
    FAILED = "invoice.failed", _("It could not be read")
    CORRECTED = "invoice.corrected", _("A value was corrected or confirmed")
    APPROVED = "invoice.approved", _("It was approved")
    REOPENED = "invoice.reopened", _("It was opened for changes again")
    REJECTED = "invoice.rejected", _("It was rejected")
    EXPORTED = "invoice.exported", _("It was exported")
    DELETED = "invoice.deleted", _("It was deleted")
    RESTORED = "invoice.restored", _("It was restored")
    TEST = "webhook.test", _("A test")


class Webhook(models.Model):
    """An address that is told. ``secret`` is sealed (``extraction.sealing``). No ``events``: all of them.

    ``sending_until`` is the lease of the one process that sends to it; after a failure nothing is sent before
    ``next_try_at``. ``error`` says why the last try failed, or why it was switched off.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="webhooks")
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    url = models.CharField(max_length=1000)
    events = models.JSONField(default=list, blank=True)
    secret = models.TextField()
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now)
    next_try_at = models.DateTimeField(default=timezone.now)
    sending_until = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0)
    failing_since = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=500, blank=True)

    class Meta:
        indexes = [models.Index(fields=["workspace"], condition=Q(is_active=True), name="webhook_to_tell")]

    def __str__(self) -> str:
        return self.url


class WebhookDelivery(models.Model):
    """One message to one address, written in the transaction of what it tells of: an outbox and a log."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        DELIVERED = "delivered", _("delivered")
        FAILED = "failed", _("given up")

    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    message_id = models.CharField(max_length=40, unique=True)
    event = models.CharField(max_length=40)
    invoice_id = models.BigIntegerField(null=True, blank=True)
    payload = models.JSONField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    next_try_at = models.DateTimeField(default=timezone.now)
    tried_at = models.DateTimeField(null=True, blank=True)
    status_code = models.PositiveSmallIntegerField(null=True, blank=True)
    milliseconds = models.PositiveIntegerField(null=True, blank=True)
    response = models.CharField(max_length=1000, blank=True)
    error = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "delivered", "failed"]), name="delivery_state_is_known"
            ),
        ]
        indexes = [
            models.Index(fields=["webhook", "-id"], name="delivery_by_age"),
            models.Index(fields=["next_try_at"], condition=Q(state="waiting"), name="delivery_to_send"),
        ]

    def __str__(self) -> str:
        return self.message_id
