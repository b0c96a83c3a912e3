"""Export batches: started, written, sealed, undone.

The file is written first. Then one transaction stores its name in the batch and marks its invoices, so that a process
which is killed in the middle leaves nothing marked. The row is the truth about the work, as with readings: a run claims
it with a token, renews its lease with every part, and stores nothing when the lease is lost.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from celery import current_app
from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Exists, F, Max, OuterRef, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from extraction.exports.codes import code_book
from extraction.exports.presets import Left, Taken
from extraction.exports.profiles import Job, job_of
from extraction.exports.records import Record, read_records
from extraction.exports.selection import Selection
from extraction.exports.writing import blocks, scratch
from extraction.models import (
    AuditEvent,
    BatchStatus,
    ExportBatch,
    ExportBatchItem,
    Invoice,
    Status,
    User,
    Workspace,
)
from extraction.permissions import require

from .errors import InvalidState
from .webhooks import webhooks_tell

logger = logging.getLogger(__name__)

TASK = "extraction.tasks.write_export"
AT_ONCE = 500  # an export of so many invoices is written while the person waits
TOLD = 1000  # of what was left out, so many are named
TRIES = 3  # of a file whose invoices people change meanwhile
NO_LEASE = {"run_token": None, "lease_until": None}


class Changed(Exception):
    """Somebody changed an invoice after it was written into the file."""


class RunLost(Exception):
    """Another run or the sweep took the batch away."""


def batch_start(
    *, workspace: Workspace, user: User | None, profile: Mapping[str, Any], selection: Selection
) -> ExportBatch:
    """A new batch with the next number; ``profile`` is what ``job_of`` takes. It still has to be written.

    InvalidState, and no batch, when there is nothing to export. Without a user: the command line.
    """
    if user is not None:
        require("export", workspace=workspace, user=user)
    chosen = selection.invoices(workspace)
    total = chosen.count()
    if total == 0:
        raise InvalidState(nothing_text(selection.others(workspace)))
    if total <= AT_ONCE:
        _require_one(workspace, profile, list(chosen.values_list("pk", flat=True)))
    with transaction.atomic():
        Workspace.objects.select_for_update().get(pk=workspace.pk)  # two who start at once get two numbers
        last = ExportBatch.objects.filter(workspace=workspace).aggregate(Max("number"))["number__max"] or 0
        batch = ExportBatch.objects.create(
            workspace=workspace,
            number=last + 1,
            profile=dict(profile),
            selection=selection.to_dict(),
            created_by=user,
            total=total,
        )
        _record(batch, user, "export_started")
    return batch


def nothing_text(others: Mapping[str, int]) -> str:
    """Why there is nothing to export, and what to do."""
    if others.get("review"):
        return _("There is nothing to export: no invoice of these dates is approved yet, %(n)d wait for a review.") % {
            "n": others["review"]
        }
    if others.get("exported"):
        return _(
            "There is nothing to export: all %(n)d invoices of these dates were exported before. "
            "Tick “also those exported before” to export them again."
        ) % {"n": others["exported"]}
    return _("There is nothing to export: no invoice has a date in this range. Choose other dates.")


def _require_one(workspace: Workspace, profile: Mapping[str, Any], ids: list[int]) -> None:
    """Of few invoices it is known at once whether the target takes any."""
    job = job_of(profile)
    reasons: dict[str, int] = {}
    book = code_book(workspace)
    for part in read_records(ids, base=Invoice.objects.all(), wanted=job.wanted, book=book):
        for record in part:
            found = job.reasons(record)
            if not found:
                return
            for reason in found:
                reasons[reason] = reasons.get(reason, 0) + 1
    most = sorted(reasons, key=lambda reason: -reasons[reason])[:3]
    raise InvalidState(
        _("There is nothing to export: this import takes none of the %(n)d invoices. %(reasons)s")
        % {"n": len(ids), "reasons": " ".join(f"{reason} ({reasons[reason]})" for reason in most)}
    )


def batch_wake(*, batch_id: int) -> None:
    """Tell the workers. A call that is lost is sent again by the sweep."""
    try:
        current_app.send_task(TASK, args=[batch_id], retry=False)
    except Exception as error:  # each transport raises its own kinds
        logger.warning("export %s: no wake-up call (%s); the sweep sends it again", batch_id, type(error).__name__)


# --- writing ----------------------------------------------------------------------------------------------------------


def batch_write(*, batch_id: int) -> None:
    """Write and seal a batch that waits. Does nothing when another run has it, or it is done."""
    token = _claim(batch_id)
    if token is None:
        return
    batch = ExportBatch.objects.get(pk=batch_id)
    language = batch.created_by.preferences.get("language") if batch.created_by else ""
    with translation.override(language or translation.get_language()):  # what it says is read by who started it
        _written(batch, token)


def _written(batch: ExportBatch, token: UUID) -> None:
    batch_id = batch.pk
    try:
        _write(batch, token)
    except RunLost:
        logger.info("export %s: another run has taken it over", batch_id)
    except InvalidState as error:
        _fail(batch_id, token, error.message)
    except Exception:
        logger.exception("export %s: failed", batch_id)
        _fail(batch_id, token, _("Something went wrong while the file was written. Start the export again."))


def _claim(batch_id: int) -> UUID | None:
    token = uuid4()
    claimed = ExportBatch.objects.filter(pk=batch_id, status=BatchStatus.WAITING).update(
        status=BatchStatus.WRITING, run_token=token, lease_until=_lease(), attempts=F("attempts") + 1, done=0
    )
    return token if claimed == 1 else None


def _write(batch: ExportBatch, token: UUID) -> None:
    """Again from the start when somebody changed an invoice meanwhile: the file and the marks must say the same."""
    book = code_book(batch.workspace_id)
    for _attempt in range(TRIES):
        job = job_of(batch.profile, stem=f"export-{batch.number}")
        rows = Selection.of(batch.selection).invoices(batch.workspace_id)
        ids = list(rows.values_list("pk", flat=True))
        with scratch() as folder:
            path = folder / "export"
            parts = read_records(ids, base=rows, wanted=job.wanted, book=book)
            job.write(_beating(parts, batch.pk, token), path)
            if not job.taken:
                raise InvalidState(_("There was nothing left to export: this import takes none of the invoices."))
            try:
                _seal(batch, token, job, path)
            except Changed:
                continue
        return
    raise InvalidState(_("The invoices were changed while the file was written. Start the export again."))


def _beating(parts: Iterator[list[Record]], batch_id: int, token: UUID) -> Iterator[list[Record]]:
    """Progress, lease and fence with every part."""
    done = 0
    for part in parts:
        yield part
        done += len(part)
        if _held(batch_id, token).update(done=done, lease_until=_lease()) != 1:
            raise RunLost


def _seal(batch: ExportBatch, token: UUID, job: Job, path: Path) -> None:
    now = timezone.now()
    with _stored(path, job, now) as name, transaction.atomic():
        # Taking the row first makes everybody else wait, so that the token is still ours when this commits.
        sealed = _held(batch.pk, token).update(
            status=BatchStatus.SEALED,
            sealed_at=now,
            file=name,
            file_name=job.file_name,
            media_type=job.media_type,
            size=path.stat().st_size,
            sha256=_sha256(path),
            rows=job.tally.rows,
            invoice_count=len(job.taken),
            left_out=[_told(left) for left in job.left[:TOLD]],
            left_out_count=len(job.left),
            done=F("total"),
            **NO_LEASE,
        )
        if sealed != 1:
            raise RunLost
        for start in range(0, len(job.taken), AT_ONCE):
            _mark(batch, job.taken[start : start + AT_ONCE], now)
    logger.info("export %s: sealed, %s invoices", batch.pk, len(job.taken))


def _mark(batch: ExportBatch, part: Sequence[Taken], now: datetime) -> None:
    """Exported, each of them, or none: what was changed since it was written is not what the file says."""
    seen = {taken.pk: taken.updated_at for taken in part}
    rows = Invoice.objects.filter(
        pk__in=seen, deleted_at__isnull=True, status__in=(Status.APPROVED, Status.EXPORTED)
    ).order_by("pk")
    if dict(rows.select_for_update().values_list("pk", "updated_at")) != seen:
        raise Changed
    rows.order_by().update(status=Status.EXPORTED, exported_at=now, updated_at=now, revision=F("revision") + 1)
    ExportBatchItem.objects.bulk_create([ExportBatchItem(batch=batch, invoice_id=pk) for pk in seen])
    _record_all(batch, batch.created_by, "exported", list(seen))


@contextmanager
def _stored(path: Path, job: Job, now: datetime) -> Iterator[str]:
    """The file in the storage, gone again when the transaction does not commit."""
    folder = f"exports/{now:%Y/%m}"
    with path.open("rb") as file:
        name = default_storage.save(f"{folder}/{uuid4().hex}{Path(job.file_name).suffix}", File(file))
    try:
        yield name
    except BaseException:
        default_storage.delete(name)
        raise


def _told(left: Left) -> dict[str, Any]:
    return {"invoice": left.pk, "name": left.name, "reasons": left.reasons}


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    for block in blocks(path):
        digest.update(block)
    return digest.hexdigest()


def _fail(batch_id: int, token: UUID, message: str) -> None:
    _held(batch_id, token).update(status=BatchStatus.FAILED, error_message=message[:500], **NO_LEASE)


def _held(batch_id: int, token: UUID) -> QuerySet[ExportBatch]:
    return ExportBatch.objects.filter(pk=batch_id, status=BatchStatus.WRITING, run_token=token)


def _lease() -> datetime:
    return timezone.now() + timedelta(seconds=settings.LEASE_SECONDS)


# --- afterwards -------------------------------------------------------------------------------------------------------


@transaction.atomic
def batch_undo(*, batch: ExportBatch, user: User) -> int:
    """Its invoices are approved again, unless a later batch holds them, too. Returns how many.

    What was reopened or exported anew since then is left as it is. The file stays; the batch says that it is undone.
    """
    require("export", workspace=batch.workspace_id, user=user)
    now = timezone.now()
    undone = ExportBatch.objects.filter(pk=batch.pk, status=BatchStatus.SEALED).update(
        status=BatchStatus.UNDONE, undone_at=now, undone_by=user
    )
    if undone != 1:
        raise InvalidState(_("This export cannot be undone: it was undone already, or never finished."))
    elsewhere = ExportBatchItem.objects.filter(
        invoice=OuterRef("pk"), batch__status=BatchStatus.SEALED, batch__sealed_at__gte=OuterRef("approved_at")
    )
    ids = list(batch.items.values_list("invoice_id", flat=True))
    returned: list[int] = []
    for start in range(0, len(ids), AT_ONCE):
        rows = Invoice.objects.filter(
            pk__in=ids[start : start + AT_ONCE], status=Status.EXPORTED, deleted_at__isnull=True,
            approved_at__lte=batch.sealed_at,
        )  # fmt: skip
        part = list(rows.filter(~Exists(elsewhere)).values_list("pk", flat=True))
        Invoice.objects.filter(pk__in=part).update(
            status=Status.APPROVED, exported_at=None, updated_at=now, revision=F("revision") + 1
        )
        _record_all(batch, user, "export_undone", part)
        returned += part
    _record(batch, user, "batch_undone")
    batch.refresh_from_db()
    return len(returned)


def batches_sweep() -> None:
    """Queue again what lost its worker, give up what lost it too often, and repeat lost wake-up calls."""
    now = timezone.now()
    expired = ExportBatch.objects.filter(status=BatchStatus.WRITING, lease_until__lt=now)
    expired.filter(attempts__gte=settings.MAX_ATTEMPTS).update(
        status=BatchStatus.FAILED,
        error_message="Writing this file stopped its worker several times. Choose a shorter range of dates.",
        **NO_LEASE,
    )
    expired.update(status=BatchStatus.WAITING, queued_at=now - timedelta(days=1), **NO_LEASE)
    stale = now - timedelta(seconds=settings.SWEEP_SECONDS)
    waiting = ExportBatch.objects.filter(status=BatchStatus.WAITING, queued_at__lt=stale).order_by("queued_at")
    for batch_id in waiting.values_list("pk", flat=True)[:20]:
        batch_wake(batch_id=batch_id)


def _record(batch: ExportBatch, user: User | None, action: str) -> None:
    AuditEvent.objects.create(workspace_id=batch.workspace_id, user=user, action=action, detail={"batch": batch.number})


def _record_all(batch: ExportBatch, user: User | None, action: str, ids: Sequence[int]) -> None:
    AuditEvent.objects.bulk_create(
        [
            AuditEvent(
                workspace_id=batch.workspace_id,
                invoice_id=pk,
                user=user,
                action=action,
                detail={"batch": batch.number},
            )
            for pk in ids
        ]
    )
    detail = {"batch": batch.number}
    webhooks_tell(workspace_id=batch.workspace_id, invoice_ids=ids, action=action, detail=detail)
