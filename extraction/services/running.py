"""One run of a worker: claim, read, store. Whatever happens, the row says how it ended."""

from __future__ import annotations

import logging
import shutil
import threading
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from uuid import UUID

from billiard.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import DatabaseError, connection
from PIL import Image

from extraction.engine.errors import InvoiceError
from extraction.engine.read import ReadOptions
from extraction.models import Invoice
from extraction.reading import Reader, stored_page, worker_reader

from .errors import FileUnavailable, InternalError, LeaseLost, TookTooLong
from .habits import vendor_date_orders
from .limits import workspace_options
from .reading import held, invoice_claim, invoice_fail, invoice_heartbeat, lease_renew
from .storing import invoice_store

logger = logging.getLogger(__name__)

IMAGE_SIDE = 2200  # pixels: sharp at full width on a large screen, some 300 KB a page


def invoice_read(*, invoice_id: int, reader: Reader | None = None) -> bool:
    """Read an invoice if it waits for it; False when there was nothing to do (taken, finished or gone)."""
    token = invoice_claim(invoice_id=invoice_id)
    if token is None:
        return False
    try:
        _read_and_store(invoice_id, token, reader or worker_reader(on_wait=partial(_check_lease, invoice_id, token)))
    except LeaseLost:
        logger.info("invoice %s: this run was taken over or cancelled, nothing stored", invoice_id)
    except InvoiceError as error:
        invoice_fail(invoice_id=invoice_id, token=token, error=error)
    except SoftTimeLimitExceeded:
        invoice_fail(invoice_id=invoice_id, token=token, error=TookTooLong())
    except Exception:
        logger.exception("invoice %s: unexpected error", invoice_id)
        invoice_fail(invoice_id=invoice_id, token=token, error=InternalError())
    return True


def _read_and_store(invoice_id: int, token: UUID, reader: Reader) -> None:
    invoice = Invoice.objects.select_related("workspace").get(pk=invoice_id)
    with TemporaryDirectory(prefix="invoicelens-") as name, LeaseKeeper(invoice_id, token):
        folder = Path(name)
        images: dict[int, Path] = {}
        reading = reader(
            _local_copy(invoice, folder),
            options=_options(invoice),
            on_page=partial(_report, invoice_id, token),
            on_image=partial(_keep_image, folder, images),
        )
        invoice_store(invoice_id=invoice_id, token=token, reading=reading, images=images)


def _options(invoice: Invoice) -> ReadOptions:
    workspace = invoice.workspace
    typed = invoice.field_values.filter(name="document_type", human_value__isnull=False).exclude(human_value="")
    return replace(
        workspace_options(workspace),
        own_names=tuple(workspace.own_names),
        own_tax_ids=tuple(workspace.own_tax_ids),
        pages=invoice.page_range,
        one_document=bool(invoice.arranged_file),
        known={} if invoice.read_at else {row.number: stored_page(row) for row in invoice.pages.all()},
        upright=frozenset(
            number for number, entry in enumerate(invoice.arranged_pages, start=1) if entry["turn"] is not None
        ),
        is_invoice=typed.exists(),
        date_orders=vendor_date_orders(workspace),
    )


def _report(invoice_id: int, token: UUID, done: int, total: int) -> None:
    invoice_heartbeat(invoice_id=invoice_id, token=token, done=done, total=total)


def _check_lease(invoice_id: int, token: UUID) -> None:
    """LeaseLost when a person or another run took the invoice away, so that a long page ends as well."""
    try:
        lost = not held(invoice_id, token).exists()
    except DatabaseError as error:  # away for a moment; the next heartbeat asks again
        logger.warning("invoice %s: lease not checked (%s)", invoice_id, type(error).__name__)
        connection.close()
        return
    if lost:
        raise LeaseLost


def _local_copy(invoice: Invoice, folder: Path) -> Path:
    """The engine wants a path; the storage may be a bucket."""
    path = folder / f"document{Path(str(invoice.readable_file.name)).suffix}"
    try:
        with invoice.readable_file.open("rb") as stored, path.open("wb") as copy:
            shutil.copyfileobj(stored, copy)
    except OSError as error:
        logger.warning("invoice %s: stored file cannot be opened (%s)", invoice.pk, type(error).__name__)
        raise FileUnavailable from error
    return path


def _keep_image(folder: Path, images: dict[int, Path], number: int, image: Image.Image) -> None:
    """On disk at once: the pages of a long scan do not fit into memory together."""
    path = folder / f"page-{number}.jpg"
    small = image.convert("RGB")
    small.thumbnail((IMAGE_SIDE, IMAGE_SIDE))
    small.save(path, quality=82, optimize=False)
    images[number] = path


class LeaseKeeper:
    """Renews the lease in a thread, so that one long page does not lose it.

    It keeps alive what hangs, too, but no longer than the task's time limit, which kills the process and this thread.
    """

    def __init__(self, invoice_id: int, token: UUID) -> None:
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._renew, args=(invoice_id, token), daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        self._thread.join(timeout=5)

    def _renew(self, invoice_id: int, token: UUID) -> None:
        try:
            while not self._done.wait(settings.LEASE_SECONDS / 3):
                try:
                    if not lease_renew(invoice_id=invoice_id, token=token):
                        return  # the next heartbeat stops the reading
                except Exception as error:  # a database that is away for a moment: the next round may succeed
                    logger.warning("invoice %s: lease not renewed (%s)", invoice_id, type(error).__name__)
                    connection.close()
        finally:
            connection.close()
