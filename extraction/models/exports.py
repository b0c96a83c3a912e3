"""What leaves the house: profiles that say how, codes that targets ask for, batches that remember what went when."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .invoices import Invoice
from .people import User, Workspace


class ExportProfile(models.Model):
    """How a file is written: either a table of chosen columns, or a ``preset`` with the settings of its target.

    ``columns`` is a list of ``{"source", "title", "format", "value"}``; ``options`` holds the options of the format or
    the settings of the preset, all as text. ``exports.profiles`` says what is valid.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="export_profiles")
    name = models.CharField(max_length=80)
    preset = models.CharField(max_length=20, blank=True)
    format = models.CharField(max_length=10)
    level = models.CharField(max_length=10)
    columns = models.JSONField(default=list, blank=True)
    options = models.JSONField(default=dict, blank=True)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["workspace", "name"], name="profile_name_once_per_workspace"),
        ]

    def __str__(self) -> str:
        return self.name


class VendorCode(models.Model):
    """What a vendor is called in the ledger: found by tax id, else by name (``exports.codes`` compares)."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="vendor_codes")
    vendor_name = models.CharField(max_length=255, blank=True)
    vendor_tax_id = models.CharField(max_length=64, blank=True)
    vendor_account = models.CharField(max_length=40, blank=True)
    account = models.CharField(max_length=40, blank=True)
    tax_code = models.CharField(max_length=60, blank=True)
    cost_centre = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering = ["vendor_name", "vendor_tax_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "vendor_name", "vendor_tax_id"], name="vendor_code_once_per_vendor"
            ),
            models.CheckConstraint(condition=~Q(vendor_name="", vendor_tax_id=""), name="vendor_code_names_its_vendor"),
        ]

    def __str__(self) -> str:
        return self.vendor_name or self.vendor_tax_id


class BatchStatus(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    WRITING = "writing", _("Being written")
    SEALED = "sealed", _("Exported")
    UNDONE = "undone", _("Undone")
    FAILED = "failed", _("Failed")


class ExportBatch(models.Model):
    """One export: the file that was handed out, kept byte for byte, and which invoices it holds.

    ``profile`` is a copy of the profile as it was. The row is the truth about the work; ``run_token`` names the one run
    that may write, until ``lease_until``. ``left_out`` is a list of ``{"invoice", "name", "reason"}``, cut at a length;
    ``left_out_count`` counts all.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="export_batches")
    number = models.PositiveIntegerField()
    status = models.CharField(max_length=10, choices=BatchStatus.choices, default=BatchStatus.WAITING)
    profile = models.JSONField()
    selection = models.JSONField(default=dict)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    queued_at = models.DateTimeField(default=timezone.now)

    run_token = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    error_message = models.CharField(max_length=500, blank=True)

    sealed_at = models.DateTimeField(null=True, blank=True)
    file = models.FileField(upload_to="exports/%Y/%m/", max_length=255, blank=True)
    file_name = models.CharField(max_length=120, blank=True)
    media_type = models.CharField(max_length=100, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    rows = models.PositiveIntegerField(default=0)
    invoice_count = models.PositiveIntegerField(default=0)
    left_out = models.JSONField(default=list, blank=True)
    left_out_count = models.PositiveIntegerField(default=0)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["workspace", "number"], name="batch_number_once_per_workspace"),
            models.CheckConstraint(condition=Q(status__in=BatchStatus.values), name="batch_status_is_known"),
            models.CheckConstraint(
                condition=Q(status=BatchStatus.WRITING, run_token__isnull=False, lease_until__isnull=False)
                | (~Q(status=BatchStatus.WRITING) & Q(run_token__isnull=True, lease_until__isnull=True)),
                name="batch_leased_iff_writing",
            ),
            models.CheckConstraint(
                condition=(
                    Q(status__in=[BatchStatus.SEALED, BatchStatus.UNDONE], sealed_at__isnull=False)
                    & ~Q(file="")
                    & ~Q(sha256="")
                )
                | (
                    ~Q(status__in=[BatchStatus.SEALED, BatchStatus.UNDONE])
                    & Q(sealed_at__isnull=True, file="", sha256="")
                ),
                name="batch_has_a_file_iff_sealed",
            ),
            models.CheckConstraint(
                condition=Q(status=BatchStatus.UNDONE, undone_at__isnull=False)
                | (~Q(status=BatchStatus.UNDONE) & Q(undone_at__isnull=True)),
                name="batch_undone_at_iff_undone",
            ),
        ]
        indexes = [
            models.Index(
                fields=["queued_at"],
                condition=Q(status__in=[BatchStatus.WAITING, BatchStatus.WRITING]),
                name="batches_to_write",
            ),
        ]

    def __str__(self) -> str:
        return f"export {self.number}"

    @property
    def is_open(self) -> bool:
        """Whether it still waits or is written."""
        return self.status in (BatchStatus.WAITING, BatchStatus.WRITING)


class ExportBatchItem(models.Model):
    """An invoice in a batch. The number is kept also when the invoice is gone for good."""

    batch = models.ForeignKey(ExportBatch, on_delete=models.CASCADE, related_name="items")
    invoice = models.ForeignKey(Invoice, on_delete=models.DO_NOTHING, db_constraint=False, related_name="export_items")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["batch", "invoice"], name="batch_holds_an_invoice_once"),
        ]

    def __str__(self) -> str:
        return f"invoice {self.invoice_id} in {self.batch}"
