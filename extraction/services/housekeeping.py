"""Delete with undo, the purge after it, sample documents, and the mark of an export."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from django.conf import settings
from django.core.files import File
from django.db import IntegrityError, transaction
from django.db.models import Case, F, Q, Value, When
from django.utils import timezone
from django.utils.translation import gettext as _

from extraction.models import SETTLED, BulkAct, Invoice, Package, SourceFile, Status, User, Workspace
from extraction.permissions import require

from .arranging import arranged_away
from .audit import event_record
from .errors import InvalidState
from .limits import kept_days
from .reading import NO_LEASE
from .receive import Received, invoice_receive
from .storing import files_delete, images_delete
from .wakeup import wake_on_commit

logger = logging.getLogger(__name__)

SAMPLES = Path(__file__).resolve().parent.parent / "samples"


@transaction.atomic
def invoice_delete(*, invoice: Invoice, user: User) -> None:
    """Out of sight, and gone for good after some days. A reading in progress stops at its next page."""
    require("delete", workspace=invoice.workspace_id, user=user)
    rows = Invoice.objects.filter(pk=invoice.pk, deleted_at__isnull=True)
    # Locked and asked anew: somebody may have approved it since it was fetched.
    status = rows.select_for_update().values_list("status", flat=True).first()
    if status in SETTLED:
        require("approve", workspace=invoice.workspace_id, user=user)
    deleted = rows.update(
        deleted_at=timezone.now(),
        updated_at=timezone.now(),
        # Restored, an interrupted reading starts anew.
        status=Case(When(status=Status.READING, then=Value(Status.QUEUED)), default=F("status")),
        **NO_LEASE,
    )
    if deleted == 1:
        event_record(invoice=invoice, user=user, action="deleted")
    invoice.refresh_from_db()


def invoice_restore(*, invoice_id: int, user: User) -> Invoice:
    """Undo a deletion. Raises Invoice.DoesNotExist for a stranger, InvalidState when the file is back already."""
    invoice = Invoice.objects.get(pk=invoice_id, workspace__memberships__user=user)
    require("delete", workspace=invoice.workspace_id, user=user)
    if arranged_away(invoice):
        raise InvalidState(
            _("The pages of this document are in others now. Undo the arrangement of its pages instead.")
        )
    try:
        with transaction.atomic():
            now = timezone.now()
            restored = Invoice.objects.filter(pk=invoice_id, deleted_at__isnull=False).update(
                deleted_at=None, queued_at=now, updated_at=now
            )
            if restored == 1:
                event_record(invoice=invoice, user=user, action="restored")
            invoice.refresh_from_db()
            if invoice.status == Status.QUEUED:
                wake_on_commit(invoice_id=invoice_id)
    except IntegrityError:
        # The constraint invoice_file_once_per_workspace: the same file was uploaded again.
        text = _("The same file was uploaded again after this one was deleted. Delete the new one first, then restore.")
        raise InvalidState(text) from None
    return invoice


def invoices_purge() -> int:
    """Remove for good what was deleted long enough ago: rows first, then files, so that no row lacks its file."""
    now = timezone.now()
    due = Q(pk__in=[])
    for workspace in Workspace.objects.filter(invoices__deleted_at__isnull=False).distinct():
        due |= Q(workspace=workspace, deleted_at__lt=now - timedelta(days=kept_days(workspace)))
    ids = list(Invoice.objects.filter(due).values_list("pk", flat=True))
    for invoice_id in ids:
        with transaction.atomic():
            invoice = Invoice.objects.select_for_update().filter(due, pk=invoice_id).first()
            if invoice is None:
                continue
            names = [*invoice.pages.exclude(image="").values_list("image", flat=True)]
            stored = (invoice.file, invoice.unlocked_file, invoice.arranged_file)
            shared = [str(file.name) for file in stored if file]
            event_record(invoice=invoice, action="purged")
            invoice.delete()
            shared += _sources_purge()
        # The last invoice of a file takes it along.
        names += [name for name in shared if not _is_needed(name)]
        files_delete(names)
        images_delete(invoice_id)
        logger.info("invoice %s: purged", invoice_id)
    _packages_purge()
    # What was done to many at once cannot be undone once the deleted are gone.
    BulkAct.objects.filter(created_at__lt=now - timedelta(days=settings.DELETED_KEPT_DAYS)).delete()
    return len(ids)


def _sources_purge() -> list[str]:
    """Uploads of which no document has pages any more; returns their files."""
    names: list[str] = []
    for source in SourceFile.objects.filter(invoices__isnull=True):
        names += [str(file.name) for file in (source.file, source.unlocked_file) if file]
        source.delete()
    return names


def _is_needed(name: str) -> bool:
    of_invoice = Q(file=name) | Q(unlocked_file=name) | Q(arranged_file=name)
    of_source = Q(file=name) | Q(unlocked_file=name)
    return Invoice.objects.filter(of_invoice).exists() or SourceFile.objects.filter(of_source).exists()


def _packages_purge() -> None:
    """A mail or archive goes with the last document that came in it."""
    for package in Package.objects.filter(invoices__isnull=True):
        package.delete()
        files_delete([str(package.file.name)])


def samples_load(*, workspace: Workspace, user: User) -> list[Received]:
    """Upload the sample documents that come with the product; those already there are not doubled."""
    received = []
    for path in sorted(path for path in SAMPLES.iterdir() if path.suffix in {".pdf", ".png", ".jpg", ".tif", ".xml"}):
        with path.open("rb") as sample:
            received.append(invoice_receive(workspace=workspace, user=user, file=File(sample), file_name=path.name))
    return received


class Seen(Protocol):
    """An invoice as it was when somebody looked at it: the row itself, or a record of an export."""

    @property
    def pk(self) -> int: ...
    @property
    def workspace_id(self) -> int: ...
    @property
    def updated_at(self) -> datetime: ...


@transaction.atomic
def invoices_mark_exported(*, invoices: Iterable[Seen], user: User) -> int:
    """Approved ones become exported, unless they changed since they were fetched. Returns how many were marked."""
    chosen = list(invoices)
    for workspace_id in {invoice.workspace_id for invoice in chosen}:
        require("export", workspace=workspace_id, user=user)
    marked = 0
    for invoice in chosen:
        now = timezone.now()
        approved = Invoice.objects.filter(pk=invoice.pk, status=Status.APPROVED, deleted_at__isnull=True)
        # What was reopened, corrected and approved again while the file was written is not what the file says.
        approved = approved.filter(updated_at=invoice.updated_at)
        if approved.update(status=Status.EXPORTED, exported_at=now, updated_at=now) == 1:
            event_record(invoice=invoice, user=user, action="exported")
            marked += 1
    return marked
