"""What every installation shares. Servers, secrets and addresses stand in the sibling modules."""

import os
from pathlib import Path
from typing import Any

from celery.schedules import crontab
from csp.constants import NONCE, NONE, SELF
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parents[2]
# All that the running portal writes: database, attachments, mail, logs of its own making.
VAR_DIR = Path(os.environ.get("PORTAL_VAR", BASE_DIR / "var"))

INSTALLED_APPS = [
    "emulation_portal.core",
    "units",
    "campaigns",
    "awards",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_htmx",
    "axes",
    "csp",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
]

# Order matters: the outermost catches a database that goes away, and nobody passes
# AccessMiddleware to a view that does not say who may use it.
MIDDLEWARE = [
    "emulation_portal.core.middleware.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "emulation_portal.core.middleware.NoStoreMiddleware",
    "emulation_portal.core.middleware.DatabaseOutageMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "emulation_portal.core.middleware.LanguageMiddleware",
    "emulation_portal.core.middleware.RefusalMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "units.middleware.MandateMiddleware",
    "units.middleware.AccessMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "emulation_portal.urls"
WSGI_APPLICATION = "emulation_portal.wsgi.application"

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
                "csp.context_processors.nonce",
                "emulation_portal.core.context_processors.portal",
                "units.context_processors.mandate",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "emulation_portal.core.templatetags.portal",
            ],
        },
    }
]

# The user name is unique whatever its case: a constraint on Lower(), which this check overlooks.
SILENCED_SYSTEM_CHECKS = ["auth.W004"]

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "units.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "units.people.backends.UsernameOrEmailBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "full_name", "email")},
    },
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "units.people.passwords.MinistryWordsValidator"},
]
LOGIN_URL = "units:sign-in"
LOGIN_REDIRECT_URL = "campaigns:home"
LOGOUT_REDIRECT_URL = "units:sign-in"
# Invitations and password resets share Django's signed, single-use link: three days
# bridge a weekend, after which the page offers a fresh one.
PASSWORD_RESET_TIMEOUT = 3 * 24 * 3600

SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_COOKIE_AGE = 12 * 3600  # absolute; SessionLimit ends idle ones after half an hour
SESSION_IDLE_SECONDS = 30 * 60
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "emulation_portal.core.views.stale_form"

AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]  # a rival cannot lock out somebody else
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "units.people.views.locked_out"
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
# User name and email address are one account: otherwise each spelling gave five more guesses.
AXES_USERNAME_CALLABLE = "units.people.backends.account_key"
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # the page says until when; that stands
AXES_CLIENT_IP_CALLABLE = "emulation_portal.core.addresses.client_address"
PROXY_COUNT = 0  # reverse proxies of ours in front of the portal; each appends one address

LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", "Tiếng Việt"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_NAME = "language"
USE_I18N = True
USE_THOUSAND_SEPARATOR = True
FORMAT_MODULE_PATH = ["emulation_portal.formats"]
USE_TZ = True
TIME_ZONE = "Asia/Ho_Chi_Minh"

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
MEDIA_ROOT = (
    VAR_DIR / "attachments"
)  # never served by a web server: only through the permission check
FILE_UPLOAD_PERMISSIONS = 0o640

# A narrative of ten megabytes must come back to its writer with a sentence, not be cut off; sent
# by an ordinary form, each byte of a Vietnamese letter takes three.
DATA_UPLOAD_MAX_MEMORY_SIZE = 40 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
ATTACHMENT_MAX_BYTES = 20 * 1024 * 1024
ATTACHMENT_DAILY_BYTES = 500 * 1024 * 1024  # per person
# Where clamd (ClamAV) listens: the path of its unix socket, or host:port. Empty: no virus checks.
CLAMD_SOCKET = ""
CLAMD_UPLOAD_SECONDS = 2.0  # how long an upload waits for it; what takes longer is swept up
FILE_UPLOAD_HANDLERS = [
    "emulation_portal.core.attachments.uploads.CappedUploadHandler",  # first: it drops the excess
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
FORM_RENDERER = "django.forms.renderers.DjangoTemplates"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"

# A plan that has waited longer for the department than this many days is overdue in its queue.
PLAN_REVIEW_DAYS = 10

# Who answers the phone; shown in the footer, at sign-in and on error pages.
SUPPORT_OFFICE = _(
    "Department of Organization and Personnel, Ministry of Culture, Sports and Tourism"
)
SUPPORT_PHONE = ""
SUPPORT_EMAIL = ""
PORTAL_URL = "http://127.0.0.1:8000"  # mails carry whole addresses
DEFAULT_FROM_EMAIL = "phongtraothidua@localhost"
DEMO = False

# --- Celery -----------------------------------------------------------------------------
# The truth about jobs and messages is in the database: a lost broker loses nothing.
CELERY_TASK_ACKS_LATE = True  # a killed worker's task is taken again …
CELERY_TASK_REJECT_ON_WORKER_LOST = True  # … also when only the pool child dies
CELERY_WORKER_PREFETCH_MULTIPLIER = 1  # nothing waits in a worker that may die
CELERY_TASK_SOFT_TIME_LIMIT = 25 * 60  # a job is told to end …
CELERY_TASK_TIME_LIMIT = 30 * 60  # … and is ended, before a broker hands it to somebody else
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 4  # what is not done by then goes back into the queue
CELERY_WORKER_ENABLE_SOFT_SHUTDOWN_ON_IDLE = False
CELERY_TASK_IGNORE_RESULT = True  # results stand in Job and Message rows
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = TIME_ZONE
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A page must not hang because the broker is away: the sweep dispatches later what this loses.
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0.1, "interval_max": 0.5}

# The schedule is part of the code, so that every installation runs the same one. Each task may
# run twice or late without harm; a tick that waited longer than its interval is dropped.
CELERY_BEAT_SCHEDULER = "emulation_portal.celery:HeartbeatScheduler"
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat" / "schedule")
CELERY_BEAT_SYNC_EVERY = 1  # or a killed beat repeats what it ran a minute ago
CELERY_BEAT_MAX_LOOP_INTERVAL = 10  # wakes often enough to show that it lives
CELERY_BEAT_SCHEDULE = {
    "deliver messages": {
        "task": "emulation_portal.core.tasks.deliver_messages",
        "schedule": 15.0,
        "options": {"expires": 15},
    },
    "sweep jobs": {
        "task": "emulation_portal.core.tasks.sweep_jobs",
        "schedule": 5.0,  # dispatches every job: how long somebody looks at "waiting"
        "options": {"expires": 5},
    },
    "show that the worker lives": {
        "task": "emulation_portal.core.tasks.heartbeat",
        "schedule": 15.0,
        "options": {"expires": 15},
    },
    "check files for viruses": {
        "task": "emulation_portal.core.tasks.scan_attachments",
        "schedule": 20.0,  # how long an honest file may stay closed after a slow upload check
        "options": {"expires": 20},
    },
    "seal the audit day": {
        "task": "emulation_portal.core.tasks.seal_audit_day",
        "schedule": crontab(hour="0", minute="10"),
    },
    "tidy up": {
        "task": "emulation_portal.core.tasks.tidy_up",
        "schedule": crontab(hour="2", minute="30"),
    },
    "send reminders": {
        "task": "campaigns.tasks.send_due_reminders",
        "schedule": crontab(hour="8", minute="0"),
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "emulation_portal.core.logs.JsonFormatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {"django.request": {"level": "ERROR"}, "axes": {"level": "WARNING"}},
}
