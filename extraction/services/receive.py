"""A file comes in."""

from __future__ import annotations

import hashlib
import logging
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path, PurePath
from tempfile import TemporaryDirectory

from django.core.files.base import File
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from extraction import isolation
from extraction.engine import containers, pdfaccess
from extraction.engine.containers import Contents
from extraction.engine.errors import EncryptedPdf, InvoiceError, NoDocuments, PackedDocuments, WrongPassword
from extraction.engine.files import Limits, detect
from extraction.engine.names import shown
from extraction.models import Channel, Invoice, Package, Status, User, Workspace
from extraction.permissions import require

from .audit import event_record
from .columns import storable
from .errors import InvalidState, NotStored
from .limits import workspace_options
from .reading import NO_ERROR
from .searching import search_index
from .storing import file_store, files_delete
from .wakeup import wake_on_commit

logger = logging.getLogger(__name__)

UNPACK_SECONDS, UNPACK_MEGABYTES = 120, 4096  # of address space; what a process uses of it is far less


@dataclass(frozen=True, slots=True)
class Origin:
    """How a document came, and from whom: the mail's sender, the folder's name, the token's."""

    channel: Channel = Channel.BROWSER
    sender: str = ""


BY_BROWSER = Origin()
UNATTENDED = (Channel.MAIL, Channel.FOLDER, Channel.COMMAND)  # set up by somebody who may; nobody is there now


@dataclass(frozen=True, slots=True)
class Received:
    """``duplicate``: the very same file is already there, and ``invoice`` is the one that holds it."""

    invoice: Invoice
    duplicate: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one document: ``received``, or the ``error`` that says why not. ``name`` is what people see."""

    name: str
    received: Received | None = None
    error: InvoiceError | None = None


@dataclass(frozen=True, slots=True)
class Reception:
    """``packed``: the file held documents, one outcome each; otherwise its own outcome is the only one."""

    packed: bool
    outcomes: tuple[Outcome, ...]


def documents_receive(
    *, workspace: Workspace, user: User | None, file: File[bytes], file_name: str, origin: Origin = BY_BROWSER
) -> Reception:
    """Keep a document, or all documents in a mail, an archive or a portfolio, each as an invoice of its own.

    Nobody (``user`` None) is behind what comes by mail, folder or command line.

    What is bad inside is refused by name and takes nothing with it. Raises as ``invoice_receive`` when nothing of the
    file can be used.
    """
    if user is not None or origin.channel not in UNATTENDED:
        require("upload", workspace=workspace, user=user)
    name, sent = _clean_name(file_name), _Sent(workspace, user, origin)
    with _disk_may_be_full(), TemporaryDirectory(prefix="invoicelens-") as folder:
        path = Path(folder) / f"document{PurePath(name).suffix[:20]}"
        sha256 = _copy_hashed(file, path)
        contents = _contents(path, Path(folder), workspace_options(sent.workspace).limits)
        if contents is None:
            received = _insert(_stored(sent, path, name, sha256), user)
            return Reception(packed=False, outcomes=(Outcome(name, received),))
        package = _package(sent, path, name, sha256, contents)
        return Reception(packed=True, outcomes=tuple(_receive_contents(package, sent, path, contents)))


def invoice_receive(*, workspace: Workspace, user: User, file: File[bytes], file_name: str) -> Received:
    """Keep the file and queue it. Only what is cheap is checked here; the worker finds what is wrong inside.

    Raises InvoiceError for a file that is empty, too large or of an unknown kind, that holds other documents, or that
    cannot be stored, NotAllowed for a stranger.
    """
    require("upload", workspace=workspace, user=user)
    name = _clean_name(file_name)
    with _disk_may_be_full(), TemporaryDirectory(prefix="invoicelens-") as folder:
        path = Path(folder) / f"document{PurePath(name).suffix[:20]}"
        sha256 = _copy_hashed(file, path)
        return _insert(_stored(_Sent(workspace, user, BY_BROWSER), path, name, sha256), user)


@dataclass(frozen=True, slots=True)
class _Sent:
    """To whom, by whom and how: what all documents of one file share."""

    workspace: Workspace
    user: User | None
    origin: Origin


@contextmanager
def _disk_may_be_full() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        logger.error("an upload could not be stored (%s)", error)
        raise NotStored from error


def _stored(sent: _Sent, path: Path, name: str, sha256: str) -> Invoice:
    """Its file is in the storage, its row not yet in the database."""
    kind = detect(path, workspace_options(sent.workspace).limits)
    if kind.packs:
        raise PackedDocuments
    invoice = Invoice(
        workspace=sent.workspace,
        uploaded_by=sent.user,
        channel=sent.origin.channel,
        sender=storable(sent.origin.sender)[:255],
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


def _insert(invoice: Invoice, user: User | None) -> Received:
    """The unique constraint decides who was first, also between two uploads of one file at the same moment."""
    stored = invoice.file.name
    live = Invoice.objects.filter(workspace=invoice.workspace, deleted_at__isnull=True)
    # Its pages may be in documents whose first page is of another file, or another one of this.
    arranged = live.filter(sources__sha256=invoice.sha256).order_by("first_page", "pk").first()
    if arranged is not None:
        invoice.file.storage.delete(str(stored))
        return Received(arranged, duplicate=True)
    try:
        with transaction.atomic():
            invoice.save(force_insert=True)
            search_index(invoice=invoice)
            event_record(invoice=invoice, user=user, action="received", channel=invoice.channel)
            wake_on_commit(invoice_id=invoice.pk)
    except Exception as error:
        invoice.file.storage.delete(str(stored))
        existing = (
            live.filter(sha256=invoice.sha256).order_by("first_page").first()
            if isinstance(error, IntegrityError)
            else None
        )
        if existing is None:
            raise
        return Received(existing, duplicate=True)
    logger.info("invoice %s: received, %s, %s bytes", invoice.pk, invoice.media_type, invoice.size)
    return Received(invoice, duplicate=False)


# --- what holds documents ---------------------------------------------------------------------------------------------


def _contents(path: Path, folder: Path, limits: Limits) -> Contents | None:
    """What is inside, unpacked into ``folder`` by a process that may die; None for a document."""
    if not containers.holds_documents(path, limits):
        return None
    inside = folder / "inside"
    inside.mkdir()
    try:
        contents = isolation.call(
            containers.unpack, path, inside, limits, seconds=UNPACK_SECONDS, megabytes=UNPACK_MEGABYTES
        )
    except NoDocuments:
        if detect(path, limits).name == "pdf":
            return None
        raise
    # A PDF with nothing else than tables and notes attached is the document itself.
    return None if not contents.documents and detect(path, limits).name == "pdf" else contents


def _package(sent: _Sent, path: Path, name: str, sha256: str, contents: Contents) -> Package:
    """The row that there is, or a new one; neither a new row nor its file is stored yet."""
    known = Package.objects.filter(workspace=sent.workspace, sha256=sha256).first()
    return known or Package(
        workspace=sent.workspace,
        uploaded_by=sent.user,
        file_name=name,
        media_type=detect(path, workspace_options(sent.workspace).limits).mime_type,
        sha256=sha256,
        sender=storable(contents.sender)[:255],
        subject=storable(contents.subject)[:255],
        sent_at=_aware(contents.sent_at),
    )


def _aware(moment: datetime | None) -> datetime | None:
    """A mail's date without a zone is meant in UTC (RFC 5322, 3.3)."""
    return moment.replace(tzinfo=UTC) if moment is not None and moment.tzinfo is None else moment


def _receive_contents(package: Package, sent: _Sent, path: Path, contents: Contents) -> list[Outcome]:
    """All rows in one transaction, the package's own only when a document of it is new."""
    if contents.sender and not sent.origin.sender:
        sent = replace(sent, origin=replace(sent.origin, sender=contents.sender))
    stored: list[str] = []
    try:
        outcomes, invoices = [], []
        for document in contents.documents:
            with document.path.open("rb") as stream:
                sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
            name = _clean_name(document.name)
            invoices.append(_stored(sent, document.path, name, sha256))
            stored.append(str(invoices[-1].file.name))
        with transaction.atomic():
            if package.pk is None and invoices:
                wanted = package.file.field.generate_filename(package, f"{uuid.uuid4().hex}{path.suffix}")
                package.file = file_store(path, wanted)
                stored.append(str(package.file.name))
                package.save(force_insert=True)
            for invoice in invoices:
                invoice.package = package
                outcomes.append(Outcome(invoice.file_name, _insert(invoice, sent.user)))
            if invoices and not package.invoices.exists():
                files_delete([str(package.file.name)])
                package.delete()
    except BaseException:
        files_delete(stored)
        raise
    return [*outcomes, *(Outcome(refused.name, error=refused.error) for refused in contents.refused)]


# --- passwords --------------------------------------------------------------------------------------------------------


def invoice_unlock(*, invoice: Invoice, user: User, password: str) -> None:
    """Open a PDF that failed for its password, and queue it. The password is used once and kept nowhere.

    Raises WrongPassword, NotAllowed, and InvalidState when it is not, or no longer, a password that it lacks.
    """
    require("upload", workspace=invoice.workspace_id, user=user)
    if not password:
        raise WrongPassword("Type the password of this PDF.")
    with _disk_may_be_full(), TemporaryDirectory(prefix="invoicelens-") as folder:
        path, target = Path(folder) / "locked.pdf", Path(folder) / "open.pdf"
        with invoice.file.open("rb") as locked:
            _copy_hashed(locked, path)
        isolation.call(pdfaccess.unlock, path, target, password, seconds=UNPACK_SECONDS, megabytes=UNPACK_MEGABYTES)
        name = file_store(target, invoice.file.field.generate_filename(invoice, f"{uuid.uuid4().hex}.pdf"))
    try:
        with transaction.atomic():
            waiting = Invoice.objects.filter(
                pk=invoice.pk, status=Status.FAILED, error_code=EncryptedPdf.code, deleted_at__isnull=True
            )
            now = timezone.now()
            if waiting.update(
                unlocked_file=name, status=Status.QUEUED, attempts=0, pages_done=0, queued_at=now, updated_at=now,
                **NO_ERROR,
            ) != 1:  # fmt: skip
                raise InvalidState(_("This document does not wait for a password any more. Reload the page."))
            event_record(invoice=invoice, user=user, action="unlocked")
            wake_on_commit(invoice_id=invoice.pk)
    except BaseException:
        files_delete([name])
        raise
    invoice.refresh_from_db()


def _clean_name(name: str) -> str:
    """What people see: no folders, no control characters, at most 255 characters and still with its ending."""
    base = shown(name).rsplit("/", 1)[-1].strip() or "document"
    suffix = PurePath(base).suffix[:20]
    return base if len(base) <= 255 else base[: 255 - len(suffix)] + suffix
