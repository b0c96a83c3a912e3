"""The documents: files as they came, the invoices in them, and their pages."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from extraction.engine.record import NOT_AN_INVOICE
from extraction.engine.splitting import pages_text
from extraction.wording import told

from .arranging import origin_words
from .people import Membership, User, Workspace


class Status(models.TextChoices):
    QUEUED = "queued", _("Queued")
    READING = "reading", _("Reading")
    REVIEW = "review", _("To review")
    APPROVED = "approved", _("Approved")
    EXPORTED = "exported", _("Exported")
    FAILED = "failed", _("Failed")
    REJECTED = "rejected", _("Rejected")


class Channel(models.TextChoices):
    """How a document came."""

    BROWSER = "browser", _("Browser")
    MAIL = "mail", _("E-mail")
    FOLDER = "folder", _("Folder")
    API = "api", _("API")
    COMMAND = "command", _("Command line")


UNREAD = (Status.QUEUED, Status.READING)
SETTLED = (Status.APPROVED, Status.EXPORTED)


class InvoiceQuerySet(models.QuerySet["Invoice"]):
    def for_user(self, user: Any) -> InvoiceQuerySet:
        """What this person may see: their workspaces' invoices that are not deleted. Every page starts here."""
        if not user.is_authenticated:
            return self.none()
        # Not by a join: databases then begin at the filter that leaves least.
        theirs = Membership.objects.filter(user=user).values("workspace")
        return self.filter(workspace__in=theirs, deleted_at__isnull=True)

    def to_work_on(self, user: Any) -> InvoiceQuerySet:
        """What waits for this person's decision: in review, not set aside, and not approved first by themselves."""
        own = Q(first_approved_at__isnull=False, first_approved_by=user)
        return self.filter(status=Status.REVIEW, held_at__isnull=True).exclude(own)

    def awaiting_second_approval(self) -> InvoiceQuerySet:
        return self.filter(status=Status.REVIEW, first_approved_at__isnull=False)

    def on_hold(self) -> InvoiceQuerySet:
        return self.filter(status=Status.REVIEW, held_at__isnull=False)


def money(**options: Any) -> models.DecimalField[Any, Any]:
    return models.DecimalField(max_digits=18, decimal_places=4, null=True, blank=True, **options)


class Package(models.Model):
    """A mail, archive or portfolio as it was uploaded; the documents inside are invoices of their own.

    ``sender``, ``subject`` and ``sent_at`` are what a mail says of itself.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.PROTECT, related_name="packages")
    uploaded_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    file = models.FileField(upload_to="packages/%Y/%m/", max_length=255)
    file_name = models.CharField(max_length=255)
    media_type = models.CharField(max_length=100)
    sha256 = models.CharField(max_length=64)
    sender = models.CharField(max_length=255, blank=True)
    subject = models.CharField(max_length=255, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "sha256"], name="package_file_once_per_workspace"),
        ]

    def __str__(self) -> str:
        return self.file_name


class Invoice(models.Model):
    """One uploaded document, its place in the work, and its main values as typed columns for lists, sorting and BI.

    The row is the truth about the work to do; a queue message is only a wake-up call. ``run_token`` names the one
    worker run that may write to it, until ``lease_until``.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.PROTECT, related_name="invoices")
    uploaded_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    channel = models.CharField(max_length=16, choices=Channel.choices, default=Channel.BROWSER)
    sender = models.CharField(max_length=255, blank=True)  # of the mail; the folder's or the token's name
    status = models.CharField(max_length=16, choices=Status.choices, default=Status.QUEUED)

    file = models.FileField(upload_to="invoices/%Y/%m/", max_length=255)
    file_name = models.CharField(max_length=255)
    media_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    # The copy of an encrypted PDF that needs no password. ``file`` and ``sha256`` stay those of the upload.
    unlocked_file = models.FileField(upload_to="invoices/%Y/%m/", max_length=255, blank=True)
    package = models.ForeignKey(Package, on_delete=models.SET_NULL, null=True, blank=True, related_name="invoices")
    # Where one file holds several invoices: the pages that are this one. Without a ``last_page`` it is the whole file.
    first_page = models.PositiveIntegerField(default=1)
    last_page = models.PositiveIntegerField(null=True, blank=True)
    file_pages = models.PositiveIntegerField(null=True, blank=True)  # of the whole file, where it was divided
    # What people put together of pages that no file has in this order: a PDF of our own making, and for each of its
    # pages {"source": SourceFile id, "file": its name, "page": number, "turn": degrees that a person chose, or None}.
    # ``file`` is then the upload of the first page, and ``first_page`` and ``last_page`` are its number there: it
    # stands for the document in ``invoice_file_once_per_workspace``, because a page is in one document only.
    arranged_file = models.FileField(upload_to="invoices/%Y/%m/", max_length=255, blank=True)
    arranged_pages = models.JSONField(default=list, blank=True)
    sources: models.ManyToManyField[Any, Any] = models.ManyToManyField(
        "SourceFile", related_name="invoices", blank=True
    )

    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)
    queued_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True, blank=True)  # the latest reading, for the time that it will take
    read_at = models.DateTimeField(null=True, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    exported_at = models.DateTimeField(null=True, blank=True)
    rejected_reason = models.CharField(max_length=500, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    # Counts what happened to its values and status: of two people who edit, the second is told what the first did.
    revision = models.PositiveIntegerField(default=0)
    assignee = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="assigned")
    held_at = models.DateTimeField(null=True, blank=True)  # set aside, and why; not done, but nothing to do now
    hold_reason = models.CharField(max_length=500, blank=True)
    held_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    # The first of two approvals, where the workspace asks for two; ``approved_*`` is the one that counts.
    first_approved_at = models.DateTimeField(null=True, blank=True)
    first_approved_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    run_token = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    page_count = models.PositiveIntegerField(default=0)
    pages_done = models.PositiveIntegerField(default=0)
    error_code = models.CharField(max_length=40, blank=True)
    error_message = models.CharField(max_length=500, blank=True)

    language = models.CharField(max_length=8, blank=True)
    source = models.CharField(max_length=16, blank=True)
    engine_version = models.CharField(max_length=64, blank=True)
    seconds = models.FloatField(null=True, blank=True)
    confidence = models.FloatField(null=True, blank=True)  # that all required fields were read right
    problems = models.JSONField(default=list, blank=True)

    document_type = models.CharField(max_length=16, blank=True)
    vendor_name = models.CharField(max_length=255, blank=True)
    vendor_tax_id = models.CharField(max_length=64, blank=True)
    invoice_number = models.CharField(max_length=128, blank=True)
    issue_date = models.DateField(null=True, blank=True)
    due_date = models.DateField(null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    iban = models.CharField(max_length=34, blank=True)
    net_total = money()
    tax_total = money()
    gross_total = money()
    amount_due = money()

    objects: ClassVar[models.Manager[Invoice]] = InvoiceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "sha256", "first_page"],
                condition=Q(deleted_at__isnull=True),
                name="invoice_file_once_per_workspace",
            ),
            models.CheckConstraint(
                condition=Q(first_page__gte=1)
                & (Q(last_page__isnull=True, first_page=1) | Q(last_page__gte=F("first_page"))),
                name="invoice_pages_are_a_range_or_the_whole_file",
            ),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="invoice_status_is_known"),
            models.CheckConstraint(condition=Q(channel__in=Channel.values), name="invoice_channel_is_known"),
            models.CheckConstraint(
                condition=Q(status=Status.READING, run_token__isnull=False, lease_until__isnull=False)
                | (~Q(status=Status.READING) & Q(run_token__isnull=True, lease_until__isnull=True)),
                name="invoice_leased_iff_reading",
            ),
            models.CheckConstraint(
                condition=(Q(status=Status.FAILED) & ~Q(error_code=""))
                | (~Q(status=Status.FAILED) & Q(error_code="", error_message="")),
                name="invoice_error_iff_failed",
            ),
            models.CheckConstraint(
                condition=Q(status__in=[Status.APPROVED, Status.EXPORTED], approved_at__isnull=False)
                | (~Q(status__in=[Status.APPROVED, Status.EXPORTED]) & Q(approved_at__isnull=True)),
                name="invoice_approved_at_iff_approved",
            ),
            models.CheckConstraint(
                condition=Q(status=Status.EXPORTED, exported_at__isnull=False)
                | (~Q(status=Status.EXPORTED) & Q(exported_at__isnull=True)),
                name="invoice_exported_at_iff_exported",
            ),
            models.CheckConstraint(
                condition=Q(hold_reason="") | Q(held_at__isnull=False), name="invoice_hold_reason_only_while_held"
            ),
            models.CheckConstraint(
                condition=Q(first_approved_by__isnull=True) | Q(first_approved_at__isnull=False),
                name="invoice_first_approver_has_a_time",
            ),
            models.CheckConstraint(
                condition=Q(first_approved_by__isnull=True)
                | Q(approved_by__isnull=True)
                | ~Q(first_approved_by=F("approved_by")),
                name="invoice_approved_by_two_people",
            ),
            models.CheckConstraint(
                condition=Q(pages_done__lte=F("page_count")), name="invoice_pages_done_within_count"
            ),
        ]
        indexes = [
            models.Index(fields=["workspace", "status", "-created_at"], name="invoice_by_status"),
            models.Index(fields=["workspace", "deleted_at", "-created_at"], name="invoice_by_age"),
            models.Index(fields=["workspace", "vendor_name"], name="invoice_by_vendor"),
            # Who else has this vendor, asked with every value that is saved: ``duplicates.same_text``.
            models.Index("workspace", Upper("vendor_name"), name="invoice_by_vendor_letters"),
            models.Index(fields=["workspace", "vendor_tax_id"], name="invoice_by_vendor_tax_id"),
            models.Index(fields=["workspace", "issue_date"], name="invoice_by_issue_date"),
            models.Index(fields=["workspace", "gross_total"], name="invoice_by_gross_total"),
            models.Index(fields=["assignee", "status"], name="invoice_by_assignee"),
            models.Index(fields=["workspace", "status", "deleted_at", "held_at", "vendor_name"], name="invoice_to_do"),
            # All that counting a list by its state needs, so that no row is read for it; and the next one in its order.
            models.Index(fields=["workspace", "deleted_at", "status", "held_at", "created_at"], name="invoice_counts"),
            # The dashboard's: each holds all that its figures read, so that the rows themselves are left alone.
            models.Index(
                fields=[
                    "workspace",
                    "issue_date",
                    "deleted_at",
                    "status",
                    "currency",
                    "vendor_name",
                    "document_type",
                    "net_total",
                    "tax_total",
                    "gross_total",
                    "amount_due",
                ],
                name="invoice_for_spend",
            ),
            models.Index(
                fields=[
                    "workspace",
                    "status",
                    "deleted_at",
                    "due_date",
                    "issue_date",
                    "currency",
                    "document_type",
                    "gross_total",
                    "amount_due",
                ],
                name="invoice_for_dues",
            ),
            models.Index(
                fields=["workspace", "approved_at", "deleted_at", "status", "approved_by"], name="invoice_for_approvals"
            ),
            models.Index(fields=["workspace", "read_at", "deleted_at", "seconds"], name="invoice_for_reading_time"),
            models.Index(
                fields=["workspace", "created_at", "deleted_at", "status", "channel"], name="invoice_for_channels"
            ),
            models.Index(fields=["lease_until"], condition=Q(status=Status.READING), name="invoice_leases_to_sweep"),
            models.Index(fields=["queued_at"], condition=Q(status=Status.QUEUED), name="invoice_queue"),
            models.Index(fields=["deleted_at"], condition=Q(deleted_at__isnull=False), name="invoice_to_purge"),
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def page_range(self) -> tuple[int, int] | None:
        """First and last page of the file, where it is one of several invoices in it."""
        return None if self.last_page is None or self.arranged_file else (self.first_page, self.last_page)

    @property
    def document_name(self) -> str:
        """What people call it: the file, and which of its pages."""
        words = self.pages_words
        if self.arranged_pages:
            return words
        return f"{self.file_name}, {words}" if words else self.file_name

    @property
    def pages_words(self) -> str:
        """Which pages, where it is not a whole file: "pages 3-4", or "pages 1-2 of scan.pdf, page 1 of photo.jpg"."""
        if self.arranged_pages:
            return origin_words([(entry["file"], entry["page"]) for entry in self.arranged_pages])
        part = self.page_range is not None and self.page_range != (1, self.file_pages)
        return told(pages_text(self.page_range)) if part and self.page_range else ""

    @property
    def awaits_second_approval(self) -> bool:
        return self.status == Status.REVIEW and self.first_approved_at is not None

    @property
    def is_held(self) -> bool:
        return self.status == Status.REVIEW and self.held_at is not None

    @property
    def is_other_document(self) -> bool:
        """Whether it was recognised as something else than an invoice, and no person says otherwise."""
        return any(problem["code"] == NOT_AN_INVOICE for problem in self.problems)

    @property
    def readable_file(self) -> models.fields.files.FieldFile:
        """What to read: the upload, its copy without a password, or what was made of its pages and others."""
        return self.arranged_file or self.unlocked_file or self.file


class InvoicePage(models.Model):
    """An upright page: its picture for people, its words for search, boxes and the next reading.

    ``lines`` is a list of lines of words ``[text, x0, y0, x1, y1, confidence]`` in fractions of the page.
    ``homography`` leads from the page as read back to the page as the file shows it (``engine.document.Homography``).
    """

    invoice = models.ForeignKey(Invoice, on_delete=models.CASCADE, related_name="pages")
    number = models.PositiveIntegerField()
    image = models.FileField(upload_to="pages/", max_length=255, blank=True)
    width = models.FloatField()
    height = models.FloatField()
    rotation = models.PositiveSmallIntegerField(default=0)
    source = models.CharField(max_length=16)
    homography = models.JSONField(null=True, blank=True)
    lines = models.JSONField(default=list)
    text = models.TextField(blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["invoice", "number"], name="page_number_once_per_invoice"),
            models.CheckConstraint(condition=Q(number__gte=1), name="page_numbers_start_at_one"),
            models.CheckConstraint(condition=Q(rotation__in=[0, 90, 180, 270]), name="page_rotation_is_a_quarter_turn"),
        ]

    def __str__(self) -> str:
        return f"{self.invoice} page {self.number}"
