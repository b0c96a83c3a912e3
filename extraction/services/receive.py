"""A file comes in."""

from __future__ import annotations

import hashlib
import logging
import re
import uuid
from dataclasses import dataclass
from pathlib import Path, PurePath
from tempfile import TemporaryDirectory

from django.core.files.base import File
from django.db import IntegrityError, transaction

from extraction.engine.files import detect
from extraction.models import Invoice, User, Workspace
from extraction.permissions import require
from extraction.reading import read_options

from .audit import event_record
from .errors import NotStored
from .storing import file_store
from .wakeup import wake_on_commit

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Received:
    """``duplicate``: the very same file is already there, and ``invoice`` is the one that holds it."""

    invoice: Invoice
    duplicate: bool


def invoice_receive(*, workspace: Workspace, user: User, file: File[bytes], file_name: str) -> Received:
    """Keep the file and queue it. Only what is cheap is checked here; the worker finds what is wrong inside.

    Raises InvoiceError for a file that is empty, too large or of an unknown kind and for one that cannot be stored,
    NotAllowed for a stranger.
    """
    require("upload", workspace=workspace, user=user)
    try:
        invoice = _stored(workspace, user, file, _clean_name(file_name))
    except OSError as error:
        logger.error("an upload could not be stored (%s)", error)
        raise NotStored from error
    return _insert(invoice, user)


def _stored(workspace: Workspace, user: User, file: File[bytes], name: str) -> Invoice:
    """Its file is in the storage, its row not yet in the database."""
    with TemporaryDirectory(prefix="invoicelens-") as folder:
        path = Path(folder) / f"document{PurePath(name).suffix}"
        sha256 = _copy_hashed(file, path)
        kind = detect(path, read_options().limits)
        invoice = Invoice(
            workspace=workspace,
            uploaded_by=user,
            file_name=name,
            media_type=kind.mime_type,
            size=path.stat().st_size,
            sha256=sha256,
        )
        # A name of our own: what people call their files is not for the storage.
        stored = invoice.file.field.generate_filename(invoice, f"{uuid.uuid4().hex}{kind.suffixes[0]}")
        invoice.file = file_store(path, stored)
    return invoice


def _copy_hashed(file: File[bytes], path: Path) -> str:
    """One pass in chunks: the upload may be a file in memory, on disk or elsewhere, and as large as the limit."""
    digest = hashlib.sha256()
    file.seek(0)
    with path.open("wb") as copy:
        for chunk in file.chunks():
            digest.update(chunk)
            copy.write(chunk)
    return digest.hexdigest()


def _insert(invoice: Invoice, user: User) -> Received:
    """The unique constraint decides who was first, also between two uploads of one file at the same moment."""
    stored = invoice.file.name
    try:
        with transaction.atomic():
            invoice.save(force_insert=True)
            event_record(invoice=invoice, user=user, action="received")
            wake_on_commit(invoice_id=invoice.pk)
    except Exception as error:
        invoice.file.storage.delete(str(stored))
        same = Invoice.objects.filter(workspace=invoice.workspace, sha256=invoice.sha256, deleted_at__isnull=True)
        existing = same.first() if isinstance(error, IntegrityError) else None
        if existing is None:
            raise
        return Received(existing, duplicate=True)
    logger.info("invoice %s: received, %s, %s bytes", invoice.pk, invoice.media_type, invoice.size)
    return Received(invoice, duplicate=False)


def _clean_name(name: str) -> str:
    """What people see: no folders, no control characters, at most 255 characters and still with its ending."""
    base = re.sub(r"[\x00-\x1f\x7f]", "", name.replace("\\", "/").rsplit("/", 1)[-1]).strip() or "document"
    suffix = PurePath(base).suffix[:20]
    return base if len(base) <= 255 else base[: 255 - len(suffix)] + suffix
