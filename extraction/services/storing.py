"""What a reading found goes into the database: all of it or nothing, and only while the run holds its lease."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from extraction.engine import resolve
from extraction.engine.document import Page, word_to_list
from extraction.engine.fields import BY_NAME
from extraction.engine.record import Field, InvoiceRecord, Problem, Reading, candidate_to_dict, canonical
from extraction.models import FieldValue, Invoice, InvoicePage, LineItem, Status, TaxLine, TextBand
from extraction.similarity import signature

from .approving import NO_FIRST_APPROVAL
from .audit import event_record
from .columns import column_values, invoice_values, row_values, storable
from .errors import LeaseLost
from .problems import lasting_problems, problems_found
from .reading import NO_LEASE, held
from .searching import search_index

logger = logging.getLogger(__name__)

SHARED = (
    *("workspace_id", "uploaded_by_id", "file", "file_name", "media_type", "size", "sha256", "unlocked_file"),
    *("package_id", "created_at", "queued_at", "started_at", "channel", "sender", "file_pages"),
)  # what invoices of one file have in common
SEVERAL = "several_invoices"
NOTHING_FOUND = Problem(
    "nothing_found",
    (),
    "No invoice data was found. If this is an invoice, type in what it says; otherwise reject it.",
)


def invoice_store(*, invoice_id: int, token: UUID, reading: Reading, images: Mapping[int, Path]) -> Invoice:
    """Store a reading and hand the invoice to review. ``images``: JPEG files by page number.

    Where the file holds several invoices, this one becomes the first of them, and the others get rows of their own in
    the same transaction. Raises LeaseLost, with nothing stored, when the run no longer holds the invoice.
    """
    with _stored_images(invoice_id, images) as names, transaction.atomic():
        # Taking the row first makes everybody else wait, so that the token is still ours when this commits.
        if held(invoice_id, token).update(status=Status.REVIEW, **NO_LEASE) != 1:
            raise LeaseLost
        invoice = Invoice.objects.get(pk=invoice_id)
        old = list(invoice.pages.exclude(image="").values_list("image", flat=True))
        invoice.pages.all().delete()
        for row, part in _parted(invoice, reading):
            _store_one(row, part, names)
        transaction.on_commit(lambda: files_delete(old))
        invoice.refresh_from_db()
    logger.info("invoice %s: read, %s pages, %.1f s", invoice_id, len(reading.document.pages), reading.seconds)
    return invoice


def _parted(invoice: Invoice, reading: Reading) -> list[tuple[Invoice, Reading]]:
    """Each invoice in the file with its reading; the file as one where a person or an earlier reading divided it."""
    first, *others = reading.parts or (reading,)
    if not others or not _may_split(invoice):
        return [(invoice, reading)]
    assert first.page_range is not None  # what every part has
    invoice.first_page, invoice.last_page = first.page_range
    invoice.file_pages = len(reading.document.pages)
    invoice.save(update_fields=["first_page", "last_page", "file_pages"])
    event_record(invoice=invoice, action="split", pages=[list(part.page_range or ()) for part in reading.parts])
    return [(invoice, first), *((_part_row(invoice, part), part) for part in others)]


def _may_split(invoice: Invoice) -> bool:
    """Not what a person has worked on or arranged, nor a file of which parts are there already."""
    touched = invoice.field_values.filter(human_value__isnull=False).exists()
    touched = touched or invoice.edited_tables.filter(revision__gt=0).exists()
    same = Invoice.objects.filter(workspace=invoice.workspace_id, sha256=invoice.sha256, deleted_at__isnull=True)
    return invoice.last_page is None and not touched and not same.exclude(pk=invoice.pk).exists()


def _part_row(invoice: Invoice, part: Reading) -> Invoice:
    """Another invoice of the same file; it shares the file, and came when the file came."""
    assert part.page_range is not None
    row = Invoice(
        **{name: getattr(invoice, name) for name in SHARED},
        status=Status.REVIEW,
        first_page=part.page_range[0],
        last_page=part.page_range[1],
    )
    row.save(force_insert=True)
    event_record(invoice=row, action="split_off", file_of=invoice.pk, pages=list(part.page_range))
    return row


def _store_one(invoice: Invoice, reading: Reading, names: Mapping[int, str]) -> None:
    InvoicePage.objects.bulk_create(
        [_page_row(invoice, page, names.get(page.number, "")) for page in reading.document.pages]
    )
    _replace_rows(invoice, reading.record)
    rows = _replace_fields(invoice, reading.record)
    text_bands_store(invoice=invoice, text="\n".join(page.text for page in reading.document.pages))
    _fill_row(invoice, reading, rows)
    search_index(invoice=invoice)
    event_record(invoice=invoice, action="read", pages=len(reading.document.pages), fields=len(rows))


def text_bands_store(*, invoice: Invoice, text: str) -> None:
    """The signature by which other invoices of nearly the same text are found."""
    invoice.text_bands.all().delete()
    TextBand.objects.bulk_create(TextBand(invoice=invoice, value=value) for value in signature(text))


@contextmanager
def _stored_images(invoice_id: int, images: Mapping[int, Path]) -> Iterator[dict[int, str]]:
    """Names in the storage, written before the transaction and removed again when it does not commit."""
    names: dict[int, str] = {}
    try:
        for number, path in images.items():
            names[number] = file_store(path, f"{_folder(invoice_id)}/{uuid4().hex}{path.suffix}")
        yield names
    except BaseException:
        for name in names.values():
            default_storage.delete(name)
        raise


def file_store(path: Path, name: str) -> str:
    """Copy a local file into the storage. Where that fails, as on a full disk, no part of it stays."""
    try:
        with path.open("rb") as file:
            return default_storage.save(name, File(file))
    except BaseException:
        with suppress(OSError):
            default_storage.delete(name)
        raise


def images_delete(invoice_id: int) -> None:
    """Remove all page images of an invoice that is gone, also those that a killed worker left without a row.

    Those of other invoices in the same file stay.
    """
    folder = _folder(invoice_id)
    with suppress(FileNotFoundError):
        names = {f"{folder}/{name}" for name in default_storage.listdir(folder)[1]}
        kept = set(InvoicePage.objects.filter(image__startswith=f"{folder}/").values_list("image", flat=True))
        files_delete([*sorted(names - kept), *([] if kept else [folder])])


def _folder(invoice_id: int) -> str:
    return f"pages/{invoice_id}"


def files_delete(names: list[str]) -> None:
    """Remove stored files; one that cannot be removed is logged, because the rows are already gone."""
    for name in names:
        try:
            default_storage.delete(name)
        except OSError as error:
            logger.warning("stored file %s could not be removed (%s)", name, type(error).__name__)


def _page_row(invoice: Invoice, page: Page, image: str) -> InvoicePage:
    return InvoicePage(
        invoice=invoice,
        number=page.number,
        image=image,
        width=page.width,
        height=page.height,
        rotation=page.rotation,
        source=page.source,
        homography=None if page.homography is None else list(page.homography),
        lines=storable([[word_to_list(word) for word in line.words] for line in page.lines]),
        text=storable(page.text),
    )


def _replace_fields(invoice: Invoice, record: InvoiceRecord) -> list[FieldValue]:
    """Machine values anew; what a person typed or confirmed stays beside them."""
    human = {row.name: row for row in invoice.field_values.filter(human_value__isnull=False)}
    invoice.field_values.all().delete()
    names = [name for name in BY_NAME if name in record.fields or name in human]
    rows = [_field_row(invoice, name, record.fields.get(name), human.get(name)) for name in names]
    return FieldValue.objects.bulk_create(rows)


def _field_row(invoice: Invoice, name: str, found: Field | None, human: FieldValue | None) -> FieldValue:
    row = FieldValue(invoice=invoice, name=name)
    if found is not None:
        row.machine_value = storable(canonical(found.value))
        row.machine_text = storable(found.text)
        row.confidence = min(max(found.confidence, 0.0), 1.0)
        row.reason = storable(found.reason)[:255]
        row.alternatives = [storable(candidate_to_dict(other)) for other in found.alternatives]
        row.page = found.page
        row.box = found.box.to_list() if found.box else None
    if human is not None:
        row.human_value = human.human_value
        row.confirmed_by_id, row.confirmed_at = human.confirmed_by_id, human.confirmed_at
    return row


def _replace_rows(invoice: Invoice, record: InvoiceRecord) -> None:
    """The tables anew, but for those that a person worked on."""
    kept = set(invoice.edited_tables.filter(revision__gt=0).values_list("name", flat=True))
    if "line_items" not in kept:
        invoice.line_items.all().delete()
        items = [
            LineItem(**{**row_values(LineItem, item), "invoice": invoice, "position": position})
            for position, item in enumerate(record.line_items, start=1)
        ]
        LineItem.objects.bulk_create(items)
    if "tax_lines" not in kept:
        invoice.tax_lines.all().delete()
        taxes = [
            TaxLine(invoice=invoice, position=position, **row_values(TaxLine, row))
            for position, row in enumerate(record.tax_breakdown, start=1)
        ]
        TaxLine.objects.bulk_create(taxes)


def _with_parts(problem: dict[str, Any], reading: Reading) -> dict[str, Any]:
    """Where the file may hold several invoices: their first and last pages, for people to accept or decline."""
    parts = reading.proposed or tuple(part.page_range for part in reading.parts if part.page_range)
    return {**problem, "parts": [list(part) for part in parts]} if problem["code"] == SEVERAL and parts else problem


def _fill_row(invoice: Invoice, reading: Reading, rows: list[FieldValue]) -> None:
    record, document = reading.record, reading.document
    machine = {name: found.value for name, found in record.fields.items()}
    checked = resolve.check(machine, tax_breakdown=record.tax_breakdown, line_items=record.line_items)
    unread = () if rows or not record.is_invoice else (NOTHING_FOUND,)
    lasting = [_with_parts(problem, reading) for problem in lasting_problems((*unread, *record.problems), checked)]
    values = invoice_values(rows)
    pages = len(document.pages)
    Invoice.objects.filter(pk=invoice.pk).update(
        read_at=timezone.now(),
        updated_at=timezone.now(),
        revision=F("revision") + 1,
        **NO_FIRST_APPROVAL,
        page_count=pages,
        pages_done=pages,
        language=document.language[:8],
        source=document.source,
        engine_version=reading.engine_version[:64],
        seconds=reading.seconds,
        confidence=record.confidence,
        problems=problems_found(invoice=invoice, values=values, lasting=lasting),
        **column_values(values),
    )
    invoice.refresh_from_db()
