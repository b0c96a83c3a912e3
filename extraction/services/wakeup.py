"""Wake-up calls to the workers. The database row is the truth; a message that is lost is sent again by the sweep."""

from __future__ import annotations

import logging
from functools import partial
from typing import Any

from celery import current_app
from django.conf import settings
from django.db import transaction
from kombu import Connection

logger = logging.getLogger(__name__)

TASK = "extraction.tasks.extract_invoice"


def wake_worker(*, invoice_id: int) -> bool:
    """Tell the workers that an invoice waits. A broker that is down must not fail the upload: False, and a warning."""
    try:
        current_app.send_task(TASK, args=[invoice_id], retry=False)
    except Exception as error:  # each transport raises its own kinds
        logger.warning("invoice %s: no wake-up call (%s); the sweep sends it again", invoice_id, type(error).__name__)
        return False
    return True


def wake_on_commit(*, invoice_id: int) -> None:
    transaction.on_commit(partial(wake_worker, invoice_id=invoice_id))


def waiting_messages() -> int:
    """How many wake-up calls the broker holds. It also declares the queue again after the broker was wiped."""
    connection: Connection = current_app.connection_for_write()
    with connection:
        queue = current_app.amqp.queues[settings.CELERY_TASK_DEFAULT_QUEUE]
        bound = queue(connection.default_channel)
        bound.declare()
        declared: Any = bound.queue_declare()  # not passive: an empty queue is no queue to Redis
        return int(declared.message_count)
