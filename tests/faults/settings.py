"""A whole site of its own under DATA_DIR, impatient, with a reader that misbehaves on demand."""

from ocrsite.env import env_int, env_str
from ocrsite.settings import *  # noqa: F403 - settings are made to be starred

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
INVOICE_READER = env_str("FAULTS_READER", "tests.faults.readers.read")
CELERY_TASK_SOFT_TIME_LIMIT = env_int("FAULTS_TIME_LIMIT", 60)
CELERY_TASK_TIME_LIMIT = CELERY_TASK_SOFT_TIME_LIMIT + 3
LEASE_SECONDS = 2
SWEEP_SECONDS = 1
CELERY_BEAT_SCHEDULE = {"sweep": {"task": "extraction.tasks.sweep", "schedule": 1.0}}
# An idle scheduler otherwise looks at its plan every five minutes, a busy one when the next task is due.
CELERY_BEAT_MAX_LOOP_INTERVAL = 1
