"""Every setting. What an operator may change comes from the environment; .env.example lists it all."""

import os
import secrets
from pathlib import Path
from typing import Any

import dj_database_url
from celery.schedules import crontab
from kombu import Queue

from .env import env_bool, env_choice, env_int, env_list, env_path, env_str

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = env_path("DATA_DIR", BASE_DIR / "data")
DATA_DIR.mkdir(parents=True, exist_ok=True)


def stored_secret(path: Path) -> str:
    """A key made at the first start and kept; of two processes that start together, the first one's link wins."""
    if not path.exists():
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(50))
        try:
            path.hardlink_to(draft)
            draft.unlink()
        except FileExistsError:
            draft.unlink()
        except OSError:  # a file system without links: the last one to start wins
            draft.replace(path)
    return path.read_text().strip()


DEBUG = env_bool("DEBUG", default=False)
SECRET_KEY = env_str("SECRET_KEY") or stored_secret(DATA_DIR / "secret_key")
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = env_list("CSRF_TRUSTED_ORIGINS")
HTTPS = env_bool("HTTPS", default=False)

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "axes",
    "extraction",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "ocrsite.middleware.server_timing",
    "ocrsite.middleware.content_security_policy",
    "ocrsite.middleware.api_problems",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "ocrsite.middleware.upload_limit",  # before CsrfViewMiddleware, which reads the whole body
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "ocrsite.middleware.LoginRequired",
    "ocrsite.middleware.own_language",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "ocrsite.urls"
WSGI_APPLICATION = "ocrsite.wsgi.application"
ASGI_APPLICATION = "ocrsite.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# --- database: SQLite in WAL mode unless DATABASE_URL names another ---------------------------------------------------

DATABASES: dict[str, Any] = {
    "default": dj_database_url.parse(
        env_str("DATABASE_URL", f"sqlite:///{DATA_DIR / 'invoicelens.sqlite3'}"),
        conn_max_age=60,
        conn_health_checks=True,
    )
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        # Writers queue at BEGIN instead of failing in the middle of a transaction.
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        # The file is read as memory, up to 256 MB of it, instead of being copied page by page for each connection.
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; "
        "PRAGMA mmap_size=268435456; PRAGMA cache_size=-16000; PRAGMA temp_store=MEMORY;",
    }

# --- serving: what `manage.py run` and `manage.py setup` start with ---------------------------------------------------

HOST = env_str("HOST", "127.0.0.1")
PORT = env_int("PORT", 8000, least=1)
ADMIN_EMAIL = env_str("INVOICELENS_ADMIN_EMAIL")
ADMIN_PASSWORD = env_str("INVOICELENS_ADMIN_PASSWORD")

# --- people -----------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "extraction.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "inbox"
LOGOUT_REDIRECT_URL = "login"
AXES_FAILURE_LIMIT = env_int("LOGIN_FAILURE_LIMIT", 10, least=1)
AXES_COOLOFF_TIME = 0.25  # hours
AXES_USERNAME_CALLABLE = "ocrsite.lockout.counted_name"
AXES_CLIENT_IP_CALLABLE = "ocrsite.lockout.client_address"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "registration/locked_out.html"
AXES_VERBOSE = False

# How long the links that set a password work: invitations, and what an admin makes for a forgotten one.
LINK_DAYS = env_int("LINK_DAYS", 7, least=1)
PASSWORD_RESET_TIMEOUT = LINK_DAYS * 86_400

# --- mail: none without EMAIL_HOST; links are then passed on by whoever made them -------------------------------------

EMAIL_HOST = env_str("EMAIL_HOST")
EMAIL_SECURITY = env_choice("EMAIL_SECURITY", "starttls", ("starttls", "tls", "none"))
EMAIL_USE_TLS, EMAIL_USE_SSL = EMAIL_SECURITY == "starttls", EMAIL_SECURITY == "tls"
EMAIL_PORT = env_int("EMAIL_PORT", {"starttls": 587, "tls": 465, "none": 25}[EMAIL_SECURITY], least=1)
EMAIL_HOST_USER = env_str("EMAIL_USER")
EMAIL_HOST_PASSWORD = env_str("EMAIL_PASSWORD")
DEFAULT_FROM_EMAIL = env_str("EMAIL_FROM", "invoicelens@localhost")
EMAIL_TIMEOUT = 10

# --- what the browser is told -----------------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
)
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
# Only behind a proxy that sets the headers itself (lockout.py reads another): a client could forge them otherwise.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env_bool("BEHIND_PROXY", default=False) else None

# --- language and time ------------------------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = env_str("TIME_ZONE", "UTC")
USE_I18N = True
FORMAT_MODULE_PATH = ["ocrsite.formats"]  # dates where people read them; what is typed or exported is ISO 8601
USE_TZ = True

# --- files ------------------------------------------------------------------------------------------------------------

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = DATA_DIR / "static"
MEDIA_ROOT = DATA_DIR / "files"  # never served by URL: views check who asks
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
FILE_UPLOAD_PERMISSIONS = 0o600

MAX_UPLOAD_MB = env_int("MAX_UPLOAD_MB", 50, least=1)
MAX_PAGES = env_int("MAX_PAGES", 200, least=1)
MAX_MEGAPIXELS = env_int("MAX_MEGAPIXELS", 100, least=1)
# A request holds one file; the form's own fields are small.
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
# Folders in it are watched where an administrator asks for it: a scanner's share, for example.
WATCH_DIR = env_path("WATCH_DIR", DATA_DIR / "watched")
DELETED_KEPT_DAYS = env_int("DELETED_KEPT_DAYS", 30, least=0)

# --- other programs ---------------------------------------------------------------------------------------------------

# Requests that one API token may make in a minute; 0: as many as it likes.
API_RATE_LIMIT = env_int("API_RATE_LIMIT", 600, least=0)
# Webhooks reach only the public internet, and only by https, unless the operator wants it otherwise.
WEBHOOK_ALLOW_PRIVATE = env_bool("WEBHOOK_ALLOW_PRIVATE", default=False)
WEBHOOK_ALLOW_HTTP = env_bool("WEBHOOK_ALLOW_HTTP", default=False)

# --- reading ----------------------------------------------------------------------------------------------------------

OCR_ENGINE = env_choice(
    "OCR_ENGINE", "onnxruntime", ("onnxruntime", "onnxruntime-fast", "onnxruntime-thorough", "paddle")
)
WORKERS = env_int("WORKERS", min(4, os.cpu_count() or 1), least=1)
OCR_THREADS = env_int("OCR_THREADS", 1, least=1)
# The function that reads a file: (path, *, options, ocr, on_page, on_image) -> Reading.
INVOICE_READER = "extraction.engine.read_invoice"
# In a child of the worker, which survives what a file does to it.
READ_ISOLATED = env_bool("READ_ISOLATED", default=True)
READ_MEMORY_MB = env_int("READ_MEMORY_MB", 2000, least=500)
PAGE_THREADS = env_int("PAGE_THREADS", 1, least=1)
LEASE_SECONDS = env_int("LEASE_SECONDS", 120, least=5)
MAX_ATTEMPTS = env_int("MAX_ATTEMPTS", 3, least=1)
SWEEP_SECONDS = env_int("SWEEP_SECONDS", 60, least=1)
READ_TIME_LIMIT = env_int("READ_TIME_LIMIT", 1800, least=10)

# --- the queue: Redis if REDIS_URL names one, else folders under DATA_DIR ---------------------------------------------

REDIS_URL = env_str("REDIS_URL")
QUEUE_DIR = DATA_DIR / "queue"
if REDIS_URL:
    CELERY_BROKER_URL = REDIS_URL
    # Redis redelivers after this long; it must exceed the hard time limit.
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {"visibility_timeout": READ_TIME_LIMIT + 600}
else:
    CELERY_BROKER_URL = "folder://localhost/"  # see folder_queue.py
    CELERY_BROKER_TRANSPORT_OPTIONS = {"folder": str(QUEUE_DIR)}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CONCURRENCY = WORKERS
CELERY_WORKER_MAX_TASKS_PER_CHILD = 200
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_SOFT_TIME_LIMIT = READ_TIME_LIMIT
CELERY_TASK_TIME_LIMIT = READ_TIME_LIMIT + 60
CELERY_TASK_DEFAULT_QUEUE = "invoices"
CELERY_TASK_QUEUES = [Queue("invoices")]
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "celerybeat-schedule")
CELERY_BEAT_SCHEDULE = {
    # Expires: sweeps that piled up while no worker ran are dropped instead of done one after the other.
    "sweep": {
        "task": "extraction.tasks.sweep",
        "schedule": float(SWEEP_SECONDS),
        "options": {"expires": SWEEP_SECONDS},
    },
    "inbound": {"task": "extraction.tasks.check_sources", "schedule": 10.0, "options": {"expires": 10}},
    "webhooks": {"task": "extraction.tasks.send_webhooks", "schedule": 5.0, "options": {"expires": 5}},
    "purge": {"task": "extraction.tasks.purge_deleted", "schedule": crontab(hour=3, minute=17)},
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env_str("LOG_LEVEL", "INFO")},
    # Two lines a minute about the sweep, four about each sign-in, one that pikepdf is there; the services say what was
    # done to which invoice.
    "loggers": {
        name: {"level": "WARNING"} for name in ("celery.app.trace", "celery.worker.strategy", "axes", "pikepdf")
    },
}
