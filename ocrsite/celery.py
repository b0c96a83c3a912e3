"""The Celery app; everything it is told is in settings (``CELERY_*``)."""

import os

from celery import Celery
from celery.signals import worker_init, worker_process_init

from .folder_queue import register
from .processes import exit_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ocrsite.settings")

register()
app = Celery("invoicelens")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


_worker = 0  # the process that the pool is forked from, which pool processes know by inheritance


@worker_init.connect
def _remember_worker(**_: object) -> None:
    global _worker
    _worker = os.getpid()


@worker_process_init.connect
def _exit_with_worker(**_: object) -> None:
    # A pool process would finish its document after its worker was killed, beside the one that took it over. Asking
    # here for the parent would come too late where the worker was killed while this process started.
    exit_with_parent(_worker)
