"""Where documents come from by themselves: mailboxes and folders that are watched, and the mails that were taken."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .people import Workspace


class Source(models.Model):
    """What is looked at again and again. ``error`` tells an administrator why the last look failed; "" when it did not.

    ``checking_until`` is the lease of the one process that looks.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="%(class)s_set")
    is_active = models.BooleanField(_("Active"), default=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    next_check_at = models.DateTimeField(default=timezone.now)
    checking_until = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=500, blank=True)
    failing_since = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        abstract = True


class Security(models.TextChoices):
    TLS = "tls", _("TLS (port 993)")
    STARTTLS = "starttls", _("STARTTLS (port 143)")
    NONE = "none", _("None: only within this machine")


class Mailbox(Source):
    """An IMAP folder whose mails become documents. ``password`` is sealed (``extraction.sealing``)."""

    address = models.EmailField(_("E-mail address"))
    host = models.CharField(_("IMAP server"), max_length=255)
    port = models.PositiveIntegerField(
        _("Port"), default=993, validators=[MinValueValidator(1), MaxValueValidator(65535)]
    )
    security = models.CharField(_("Security"), max_length=8, choices=Security.choices, default=Security.TLS)
    username = models.CharField(_("User name"), max_length=255)
    password = models.TextField()
    folder = models.CharField(_("Folder"), max_length=255, default="INBOX")
    done_folder = models.CharField(_("Move taken mails to"), max_length=255, default="Invoicelens/Processed")
    failed_folder = models.CharField(_("Move refused mails to"), max_length=255, default="Invoicelens/Failed")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["host", "username", "folder"], name="mailbox_folder_watched_once"),
            models.CheckConstraint(condition=Q(security__in=Security.values), name="mailbox_security_is_known"),
        ]

    def __str__(self) -> str:
        return self.address


class Letter(models.Model):
    """A mail that was looked at, by the number its server gave it, so that no restart takes it twice or loses it."""

    class State(models.TextChoices):
        TAKEN = "taken", _("Taken")
        REFUSED = "refused", _("Refused")
        FAILED = "failed", _("To be tried again")

    mailbox = models.ForeignKey(Mailbox, on_delete=models.CASCADE, related_name="letters")
    uid_validity = models.BigIntegerField()
    uid = models.BigIntegerField()
    sender = models.CharField(max_length=255, blank=True)
    subject = models.CharField(max_length=255, blank=True)
    state = models.CharField(max_length=8, choices=State.choices)
    documents = models.PositiveIntegerField(default=0)
    note = models.CharField(max_length=1000, blank=True)
    attempts = models.PositiveSmallIntegerField(default=1)
    moved = models.BooleanField(default=False)
    taken_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-taken_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["mailbox", "uid_validity", "uid"], name="letter_once_per_mailbox"),
            models.CheckConstraint(condition=Q(state__in=["taken", "refused", "failed"]), name="letter_state_is_known"),
        ]

    def __str__(self) -> str:
        return self.subject or str(self.uid)


class WatchFolder(Source):
    """A folder of ``WATCH_DIR`` by its name. ``seen``: size and time of each file at the last look."""

    name = models.CharField(_("Folder"), max_length=100)
    seen = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name"], name="folder_watched_once")]

    def __str__(self) -> str:
        return self.name
