"""The life of one reading in the database: claim, lease, heartbeat, failure, sweep.

Every step is one conditional UPDATE, so that the database decides races: who updates no row has lost.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from extraction.engine.errors import InvoiceError
from extraction.models import Invoice, Status

from .audit import event_record
from .errors import LeaseLost, WorkerLost
from .wakeup import waiting_messages, wake_worker

logger = logging.getLogger(__name__)

NO_LEASE = {"run_token": None, "lease_until": None}
NO_ERROR = {"error_code": "", "error_message": ""}


def invoice_claim(*, invoice_id: int) -> UUID | None:
    """A token for the one run that may read this invoice now; None when it is taken, finished or gone."""
    token, now = uuid4(), timezone.now()
    claimed = Invoice.objects.filter(pk=invoice_id, status=Status.QUEUED, deleted_at__isnull=True).update(
        status=Status.READING,
        run_token=token,
        lease_until=now + _lease(),
        started_at=now,
        attempts=F("attempts") + 1,
        pages_done=0,
        page_count=0,
        updated_at=now,
    )
    return token if claimed == 1 else None


def invoice_heartbeat(*, invoice_id: int, token: UUID, done: int, total: int) -> None:
    """Progress, lease renewal and fencing in one UPDATE; LeaseLost when the run may not go on."""
    now = timezone.now()
    if held(invoice_id, token).update(
        pages_done=min(done, total), page_count=total, lease_until=now + _lease(), updated_at=now
    ) != 1:  # fmt: skip
        raise LeaseLost


def lease_renew(*, invoice_id: int, token: UUID) -> bool:
    """Keep a lease while one page takes long; False when it is lost."""
    return held(invoice_id, token).update(lease_until=timezone.now() + _lease()) == 1


def held(invoice_id: int, token: UUID | None) -> models.QuerySet[Invoice]:
    """The row, only while this run holds it."""
    return Invoice.objects.filter(pk=invoice_id, status=Status.READING, run_token=token)


def invoice_fail(*, invoice_id: int, token: UUID, error: InvoiceError) -> None:
    """End a run with an error. A retryable one waits for the next sweep until its attempts are used up."""
    if error.retryable and held(invoice_id, token).filter(attempts__lt=settings.MAX_ATTEMPTS).update(**_queued()) == 1:
        logger.warning("invoice %s: %s, will be tried again", invoice_id, error.code)
        return
    if held(invoice_id, token).update(**_failed(error)) != 1:
        logger.info("invoice %s: %s, but the run no longer holds it", invoice_id, error.code)
        return
    logger.warning("invoice %s: failed, %s", invoice_id, error.code)
    event_record(invoice=Invoice.objects.get(pk=invoice_id), action="failed", code=error.code)


def invoices_sweep() -> None:
    """What makes it lose nothing: end or queue again what lost its worker, and repeat lost wake-up calls."""
    expired = Invoice.objects.filter(status=Status.READING, lease_until__lt=timezone.now())
    for invoice in expired.only("pk", "run_token"):
        _sweep_expired(invoice)
    _resend_lost_wakeups()


def leases_release() -> None:
    """Let every running lease expire now. Only for a start at which no worker of this database can be alive."""
    Invoice.objects.filter(status=Status.READING).update(lease_until=timezone.now() - timedelta(seconds=1))


def _sweep_expired(invoice: Invoice) -> None:
    invoice_id = invoice.pk
    # Asked again in the UPDATE itself: the worker may have renewed its lease in the meantime.
    expired = held(invoice_id, invoice.run_token).filter(lease_until__lt=timezone.now())
    if expired.filter(attempts__gte=settings.MAX_ATTEMPTS).update(**_failed(WorkerLost())) == 1:
        logger.error("invoice %s: gave up, its worker was lost %s times", invoice_id, settings.MAX_ATTEMPTS)
        event_record(invoice=Invoice.objects.get(pk=invoice_id), action="failed", code=WorkerLost.code)
    elif expired.update(**_queued()) == 1:
        logger.warning("invoice %s: its worker was lost, queued again", invoice_id)
        wake_worker(invoice_id=invoice_id)


def _resend_lost_wakeups() -> None:
    """Send again as many calls as are missing, oldest first.

    Counting keeps the broker from filling up with repeats while a long queue is worked off. Repeats are harmless (a
    claim that comes too late gets None) and leave the queue quickly, so a wrong guess is put right by a later sweep.
    """
    stale = timezone.now() - timedelta(seconds=settings.SWEEP_SECONDS)
    queued = Q(status=Status.QUEUED, deleted_at__isnull=True)
    waiting = list(
        Invoice.objects.filter(queued, queued_at__lt=stale).order_by("queued_at").values_list("pk", flat=True)
    )
    if not waiting:
        return
    try:
        missing = Invoice.objects.filter(queued).count() - waiting_messages()
    except Exception as error:  # each transport raises its own kinds
        logger.warning("the broker cannot be reached (%s); %s invoices wait", type(error).__name__, len(waiting))
        return
    for invoice_id in waiting[: max(missing, 0)]:
        logger.warning("invoice %s: its wake-up call was lost, sent again", invoice_id)
        wake_worker(invoice_id=invoice_id)


def _lease() -> timedelta:
    return timedelta(seconds=settings.LEASE_SECONDS)


def _queued() -> dict[str, object]:
    return {"status": Status.QUEUED, **NO_LEASE, "queued_at": timezone.now(), "updated_at": timezone.now()}


def _failed(error: InvoiceError) -> dict[str, object]:
    return {
        "status": Status.FAILED,
        **NO_LEASE,
        "error_code": error.code,
        "error_message": error.message[:500],
        "updated_at": timezone.now(),
    }
