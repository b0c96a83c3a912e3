"""The Celery app; everything it is told is in settings (``CELERY_*``)."""

import os

from celery import Celery
from celery.signals import worker_process_init

from .folder_queue import register
from .processes import exit_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ocrsite.settings")

register()
app = Celery("invoicelens")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_process_init.connect
def _exit_with_worker(**_: object) -> None:
    # A pool process would finish its document after its worker was killed, beside the one that took it over.
    exit_with_parent()
