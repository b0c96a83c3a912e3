"""The Celery app; everything it is told is in settings (``CELERY_*``)."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ocrsite.settings")

app = Celery("invoicelens")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
