"""Pages are arranged into other documents, and back.

A document whose pages change keeps its row, and with it its address, comments and history; what it was is put aside in
a row among the deleted, whole, so that undoing is to take that back. All of it happens in one transaction.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryDirectory
from typing import Any

from django.db import IntegrityError, models, transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from extraction import isolation
from extraction.engine.arranging import PageChoice, compose
from extraction.engine.errors import InvoiceError
from extraction.models import (
    SETTLED,
    Arrangement,
    ArrangementChange,
    Change,
    EditedTable,
    FieldValue,
    Invoice,
    InvoicePage,
    LineItem,
    SourceFile,
    Status,
    TaxLine,
    TextBand,
    User,
)
from extraction.permissions import require
from extraction.reading import read_options
from extraction.wording import told

from .audit import event_record
from .columns import column_values, invoice_values
from .errors import FileUnavailable, InvalidState, InvalidValue
from .pageplan import PageMove, Plan, PlannedPage, Target, check_open, check_state, plan_made, state_of
from .reading import NO_ERROR, NO_LEASE
from .storing import file_store, files_delete
from .wakeup import wake_on_commit

logger = logging.getLogger(__name__)

SECONDS, MEGABYTES = 120, 4096  # for strangers' files; two hundred scanned pages take some 2 s
# What a reading and people filled.
READ: tuple[type[models.Model], ...] = (FieldValue, LineItem, TaxLine, EditedTable, InvoicePage, TextBand)
# What a document keeps whatever its pages are. All other columns belong to the pages.
LASTING = frozenset({
    "id", "workspace", "uploaded_by", "package", "created_at", "updated_at", "deleted_at", "revision", "assignee",
    "held_at", "held_by", "hold_reason", "channel", "sender",
})  # fmt: skip
LIKE_THE_FIRST_PAGE = ("workspace_id", "uploaded_by_id", "package_id", "created_at", "channel", "sender")
UNREAD_YET: dict[str, Any] = {
    "status": Status.QUEUED, "attempts": 0, "page_count": 0, "pages_done": 0, "read_at": None, "started_at": None,
    "rejected_reason": "", "first_approved_at": None, "first_approved_by": None, "language": "", "source": "",
    "seconds": None, "confidence": None, "problems": [], **NO_LEASE, **NO_ERROR,
}  # fmt: skip


def pages_arrange(*, user: User, groups: Sequence[Sequence[PageMove]], seen: Mapping[int, str]) -> Arrangement | None:
    """Make one document of each group of pages; None when everything is so already.

    ``seen`` are all documents in question, with ``state_of`` each as the person saw it. Pages in no group are left out;
    the uploads keep them. Documents whose pages change are read again, with what people typed; others stay as they are.
    Raises InvalidState or InvalidValue, with nothing changed, also for a file whose pages cannot be copied.
    """
    documents = list(Invoice.objects.for_user(user).filter(pk__in=seen).order_by("created_at", "first_page", "pk"))
    check_state(documents, seen)
    _check_workspace(documents, user)
    plan = plan_made(documents, groups)
    check_open(plan.changed)
    if not plan.targets and not plan.dissolved:
        return None
    with _composed(plan) as files:
        try:
            with transaction.atomic():
                current = list(_locked(seen))
                check_state(current, seen)
                check_open([row for row in current if row.pk in {changed.pk for changed in plan.changed}])
                return _carry_out(plan, files, user, documents)
        except IntegrityError:
            raise InvalidState(
                _("A page is in another document as well, because its file was uploaded twice. Delete one of the two.")
            ) from None


def _check_workspace(documents: Sequence[Invoice], user: User) -> None:
    workspaces = {document.workspace_id for document in documents}
    if len(workspaces) != 1:
        raise InvalidValue(_("Only documents of one workspace can be arranged together."))
    for action in ("retry", "delete"):
        require(action, workspace=workspaces.copy().pop(), user=user)


def _locked(ids: Iterable[int]) -> QuerySet[Invoice]:
    return Invoice.objects.filter(pk__in=ids, deleted_at__isnull=True).select_for_update().order_by("pk")


# --- files of our own making ------------------------------------------------------------------------------------------


@contextmanager
def _composed(plan: Plan) -> Iterator[dict[int, str]]:
    """Names in the storage by the target's place; removed again when the transaction does not commit."""
    names: dict[int, str] = {}
    try:
        for place, target in enumerate(plan.targets):
            if not target.is_range:
                names[place] = _compose(target)
        yield names
    except BaseException:
        files_delete(list(names.values()))
        raise


def _compose(target: Target) -> str:
    uploads = list({id(page.upload): page.upload for page in target.pages}.values())
    places = {id(upload): place for place, upload in enumerate(uploads)}
    choices = [PageChoice(places[id(page.upload)], page.number, page.turn or 0) for page in target.pages]
    with TemporaryDirectory(prefix="invoicelens-") as name:
        folder = Path(name)
        paths = {place: _local_copy(upload, folder / f"source-{place}") for place, upload in enumerate(uploads)}
        made = folder / "arranged.pdf"
        try:
            isolation.call(compose, paths, choices, made, read_options().limits, seconds=SECONDS, megabytes=MEGABYTES)
            wanted = Invoice().arranged_file.field.generate_filename(Invoice(), f"{uuid.uuid4().hex}.pdf")
            return file_store(made, wanted)
        except InvoiceError as error:
            raise InvalidState(told(error.message)) from error
        except OSError as error:
            logger.error("arranged pages could not be stored (%s)", error)
            raise InvalidState(_("The arranged pages could not be stored; the disk may be full.")) from error


def _local_copy(upload: SourceFile, path: Path) -> Path:
    stored = upload.unlocked_file or upload.file
    try:
        with stored.open("rb") as source, path.open("wb") as copy:
            copyfileobj(source, copy)
    except OSError as error:
        raise InvalidState(told(FileUnavailable.default)) from error
    return path


# --- carrying it out --------------------------------------------------------------------------------------------------


def _carry_out(plan: Plan, files: Mapping[int, str], user: User, documents: Sequence[Invoice]) -> Arrangement:
    size = len(plan.changed) + sum(1 for target in plan.targets if target.heir is None)
    arrangement = Arrangement.objects.create(workspace_id=documents[0].workspace_id, user=user, size=size)
    now = timezone.now()
    # Copied before anything changes: two documents may exchange pages.
    known = [_known_pages(target) for target in plan.targets]
    typed = [_typed(target) for target in plan.targets]
    for document in plan.dissolved:
        _update(document.pk, deleted_at=now)
        _note(arrangement, document, Change.DISSOLVED)
    heirs = [target.heir for target in plan.targets if target.heir is not None]
    for heir in heirs:
        _note(arrangement, heir, Change.CHANGED, former=_put_aside(heir, now))
    results = []
    for place, target in enumerate(plan.targets):
        invoice = target.heir or _new_row(target, arrangement)
        _become(invoice, target, files.get(place, ""), known[place], typed[place])
        results.append(invoice)
    arrangement.before = [document.document_name for document in plan.changed]
    for invoice in results:
        invoice.refresh_from_db()
        event_record(invoice=invoice, user=user, action="pages_arranged", arrangement=arrangement.pk)
        wake_on_commit(invoice_id=invoice.pk)
    for document in plan.dissolved:
        event_record(invoice=document, user=user, action="pages_moved_away", arrangement=arrangement.pk)
    arrangement.after = [invoice.document_name for invoice in results]
    arrangement.save(update_fields=["before", "after"])
    return arrangement


def _note(arrangement: Arrangement, invoice: Invoice, kind: Change, former: Invoice | None = None) -> None:
    ArrangementChange.objects.create(arrangement=arrangement, invoice=invoice, kind=kind, former=former)


def _put_aside(invoice: Invoice, now: Any) -> Invoice:
    """What the document is, moved into a row of its own among the deleted."""
    former = Invoice.objects.get(pk=invoice.pk)
    former.pk, former.deleted_at = None, now
    former.run_token = former.lease_until = None
    former.status = Status.QUEUED if former.status == Status.READING else former.status
    former.save(force_insert=True)
    former.sources.set(invoice.sources.all())
    _move_rows(invoice, former)
    return former


def _move_rows(source: Invoice, target: Invoice) -> None:
    for model in READ:
        model._default_manager.filter(invoice=source).update(invoice=target)


def _new_row(target: Target, arrangement: Arrangement) -> Invoice:
    """It came when and how its first page came."""
    origin = target.pages[0].document
    row = Invoice(
        **{name: getattr(origin, name) for name in LIKE_THE_FIRST_PAGE},
        **_place_of(target),
    )
    row.save(force_insert=True)
    _note(arrangement, row, Change.MADE)
    return row


def _become(
    invoice: Invoice, target: Target, composed: str, known: list[InvoicePage], typed: dict[str, FieldValue]
) -> None:
    """The document of these pages, which waits to be read; what people typed stays, and so do words known already."""
    sources = {id(page.upload): _source_row(page.upload) for page in target.pages}
    entries = [] if target.is_range else [_entry(page, sources[id(page.upload)]) for page in target.pages]
    invoice.sources.set(sources.values())
    for value in typed.values():
        value.pk, value.invoice = None, invoice
    for page in known:
        page.invoice = invoice
    rows = FieldValue.objects.bulk_create(typed.values())
    InvoicePage.objects.bulk_create(known)
    _update(
        invoice.pk,
        arranged_file=composed,
        arranged_pages=entries,
        queued_at=timezone.now(),
        **_place_of(target),
        **UNREAD_YET,
        **column_values(invoice_values(rows)),
    )


def _place_of(target: Target) -> dict[str, Any]:
    upload = target.pages[0].upload
    names = ("file", "unlocked_file", "file_name", "media_type", "size", "sha256")
    place = {name: getattr(upload, name) for name in names}
    return place | {"first_page": target.first_page, "last_page": target.last_page, "file_pages": upload.pages}


def _source_row(upload: SourceFile) -> SourceFile:
    if upload.pk is None:
        same = SourceFile.objects.filter(workspace_id=upload.workspace_id, file=upload.file.name).first()
        if same is None:
            upload.save(force_insert=True)
        return same or upload
    return upload


def _entry(page: PlannedPage, source: SourceFile) -> dict[str, Any]:
    return {"source": source.pk, "file": source.file_name, "page": page.number, "turn": page.turn}


def _known_pages(target: Target) -> list[InvoicePage]:
    """Pages that need not be recognised again. Their pictures stay with the former document and are drawn anew."""
    names = [column.name for column in InvoicePage._meta.concrete_fields]
    kept = [name for name in names if name not in {"id", "invoice", "number", "image"}]
    return [
        InvoicePage(number=target.number_of(place), **{name: getattr(page.row, name) for name in kept})
        for place, page in enumerate(target.pages)
        if not page.turned_now
    ]


def _typed(target: Target) -> dict[str, FieldValue]:
    """What people typed or confirmed in the documents that end in this one; the one in front comes first."""
    typed: dict[str, FieldValue] = {}
    for document in [*([target.heir] if target.heir else []), *target.absorbed]:
        for row in document.field_values.filter(human_value__isnull=False):
            value = FieldValue(name=row.name, human_value=row.human_value)
            value.confirmed_by_id, value.confirmed_at = row.confirmed_by_id, row.confirmed_at
            typed.setdefault(row.name, value)
    return typed


def _update(pk: int, **changes: Any) -> None:
    Invoice.objects.filter(pk=pk).update(updated_at=timezone.now(), revision=F("revision") + 1, **changes)


# --- and back ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def arrangement_undo(*, arrangement: Arrangement, user: User) -> Arrangement:
    """All documents as they were before, with their values. What was typed since lies among the deleted.

    InvalidState when a result was approved or arranged again, when it was undone already, or when it is too long ago.
    """
    require("retry", workspace=arrangement.workspace_id, user=user)
    require("delete", workspace=arrangement.workspace_id, user=user)
    now = timezone.now()
    if Arrangement.objects.filter(pk=arrangement.pk, undone_at__isnull=True).update(
        undone_at=now, undone_by=user
    ) != 1:  # fmt: skip
        raise InvalidState(_("This arrangement was undone already. Reload the page."))
    changes = list(arrangement.changes.select_related("invoice", "former").order_by("pk"))
    locked = {
        row.pk: row
        for row in Invoice.objects.filter(pk__in=[change.invoice_id for change in changes]).select_for_update()
    }
    _check_undoable(arrangement, changes, locked)
    for change in changes:
        if change.kind == Change.MADE:
            _update(change.invoice_id, deleted_at=now, **_released(locked[change.invoice_id]))
    for change in changes:
        if change.kind == Change.CHANGED:
            _take_back(change, now)
    for change in changes:
        if change.kind == Change.DISSOLVED:
            _update(change.invoice_id, deleted_at=None)
    for change in changes:
        event_record(invoice=change.invoice, user=user, action="arrangement_undone", arrangement=arrangement.pk)
    arrangement.refresh_from_db()
    return arrangement


def _check_undoable(
    arrangement: Arrangement, changes: Sequence[ArrangementChange], locked: Mapping[int, Invoice]
) -> None:
    if len(changes) != arrangement.size:
        raise InvalidState(_("This is too long ago: the former documents were removed for good."))
    results = [locked[change.invoice_id] for change in changes if change.kind != Change.DISSOLVED]
    for row in results:
        if row.status in SETTLED:
            text = _("“%(document)s” was approved since. Reopen it first, then undo the arrangement.")
            raise InvalidState(text % {"document": row.document_name})
    if any(locked[change.invoice_id].deleted_at for change in changes if change.kind == Change.CHANGED):
        raise InvalidState(_("One of these documents was deleted since. Restore it first, then undo the arrangement."))
    later = Arrangement.objects.filter(pk__gt=arrangement.pk, undone_at__isnull=True)
    if later.filter(changes__invoice__in=[change.invoice_id for change in changes]).exists():
        raise InvalidState(_("These pages were arranged again since. Undo that arrangement first."))


def _released(invoice: Invoice) -> dict[str, Any]:
    """Out of the hands of a worker, who then stores nothing."""
    return {**NO_LEASE, "status": Status.QUEUED} if invoice.status == Status.READING else {}


def _take_back(change: ArrangementChange, now: Any) -> None:
    """Change places: what the document has become is put aside, and what it was comes back."""
    invoice, former = change.invoice, change.former
    assert former is not None  # the constraint former_document_iff_changed
    aside = _put_aside(invoice, now)
    ArrangementChange.objects.filter(pk=change.pk).update(former=aside)
    columns = [column for column in Invoice._meta.concrete_fields if column.name not in LASTING]
    # A reading that had not ended when the pages were arranged cannot be: such documents are refused.
    _update(invoice.pk, **{column.attname: getattr(former, column.attname) for column in columns})
    invoice.sources.set(former.sources.all())
    _move_rows(former, invoice)
    former.delete()


def arranged_away(invoice: Invoice) -> bool:
    """Whether a deleted row must stay so: its pages are in other documents, or it keeps what one was."""
    if ArrangementChange.objects.filter(former=invoice).exists():
        return True
    changes = ArrangementChange.objects.filter(invoice=invoice)
    return (
        changes.filter(kind=Change.DISSOLVED, arrangement__undone_at__isnull=True).exists()
        or changes.filter(kind=Change.MADE, arrangement__undone_at__isnull=False).exists()
    )


def arranged_elsewhere(invoice: Invoice) -> bool:
    """Whether pages of this document's file are in one that has pages in an order of our own."""
    live = Invoice.objects.filter(workspace_id=invoice.workspace_id, deleted_at__isnull=True)
    return live.filter(sources__sha256=invoice.sha256).exclude(arranged_file="").exists()


# --- what the reading proposes ----------------------------------------------------------------------------------------


def split_accept(*, invoice: Invoice, user: User) -> Arrangement:
    """Divide the document as its reading proposed."""
    proposed = proposed_parts(invoice)
    numbers = list(invoice.pages.values_list("number", flat=True))
    groups = [[PageMove(invoice.pk, page) for page in numbers if first <= page <= last] for first, last in proposed]
    arrangement = pages_arrange(user=user, groups=groups, seen={invoice.pk: state_of(invoice)}) if proposed else None
    if arrangement is None:
        raise InvalidState(_("This document is not proposed to be split any more. Reload the page."))
    return arrangement


@transaction.atomic
def split_decline(*, invoice: Invoice, user: User) -> None:
    """A person says that it is one document: it is not asked again, also when it is read again."""
    require("retry", workspace=invoice.workspace_id, user=user)
    current = _locked([invoice.pk]).first()
    if current is None or current.status != Status.REVIEW or not proposed_parts(current):
        raise InvalidState(_("This document is not proposed to be split any more. Reload the page."))
    problems = [problem for problem in current.problems if not problem.get("parts")]
    whole = {} if current.last_page else {"last_page": current.page_count, "file_pages": current.page_count}
    _update(current.pk, problems=problems, **whole)
    event_record(invoice=invoice, user=user, action="kept_as_one_document")
    invoice.refresh_from_db()


def proposed_parts(invoice: Invoice) -> list[tuple[int, int]]:
    """First and last pages of the invoices that the reading took the document for; none where it did not."""
    return [(int(first), int(last)) for problem in invoice.problems for first, last in problem.get("parts", [])]
