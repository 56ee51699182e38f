"""PostgreSQL, Redis and SMTP, all named by the environment; .env.example lists every variable."""

import os

import environ

from emulation_portal.settings.base import *  # noqa: F403 - settings modules extend one another
from emulation_portal.settings.base import BASE_DIR, CELERY_TASK_TIME_LIMIT, STORAGES, VAR_DIR
from emulation_portal.settings.environment import require_complete

env = environ.Env()
env.read_env(BASE_DIR / ".env")  # absent where the service manager sets the variables itself
require_complete(os.environ)

DEBUG = False
SECRET_KEY = env.str("SECRET_KEY")
# While the key is being changed, links and sessions signed with the former one stay good.
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS")
PORTAL_URL = env.str("PORTAL_URL").rstrip("/")
CSRF_TRUSTED_ORIGINS = [PORTAL_URL]

# --- Data --------------------------------------------------------------------------------
# wsgi.py says "web": a page that cannot be had in two seconds must not hold a connection that
# others wait for. Commands and the worker, with their imports and exports, may take their time.
_web = os.environ.get("PORTAL_PROCESS") == "web"
_database = env.db("DATABASE_URL")
_statement_timeout = env.int("STATEMENT_TIMEOUT_MS", default=2000) if _web else 0
DATABASES = {
    "default": {
        **_database,
        "CONN_MAX_AGE": env.int("CONN_MAX_AGE", default=60),
        "CONN_HEALTH_CHECKS": True,  # a restarted database costs one check, not one error page
        "OPTIONS": {
            **_database.get("OPTIONS", {}),  # ?sslmode=verify-full and the like
            "connect_timeout": 3,
            # A migration or a writer that cannot get its lock gives up before others pile up
            # behind it. JIT costs more than it gains on queries this short.
            "options": f"-c statement_timeout={_statement_timeout} -c lock_timeout=5000"
            " -c idle_in_transaction_session_timeout=60000 -c jit=off",
        },
    }
}
REDIS_URL = env.str("REDIS_URL")
REDIS_KEY_PREFIX = env.str("REDIS_KEY_PREFIX", default="portal:")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": env.str("REDIS_CACHE_URL", default=REDIS_URL),
        "KEY_PREFIX": REDIS_KEY_PREFIX.rstrip(":"),
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1, "health_check_interval": 30},
    }
}
MEDIA_ROOT = env.str("ATTACHMENTS_DIR", default=str(VAR_DIR / "attachments"))
# In place of that folder, where several hosts share the files: a bucket of an S3-compatible store.
if _bucket := env.str("ATTACHMENTS_BUCKET", default=""):
    STORAGES = {
        **STORAGES,
        "default": {
            "BACKEND": "emulation_portal.core.object_store.ObjectStore",
            "OPTIONS": {
                "bucket_name": _bucket,
                "endpoint_url": env.str("ATTACHMENTS_ENDPOINT"),
                "access_key": env.str("ATTACHMENTS_ACCESS_KEY"),
                "secret_key": env.str("ATTACHMENTS_SECRET_KEY"),
                "region_name": env.str("ATTACHMENTS_REGION", default="us-east-1"),
            },
        },
    }
CLAMD_SOCKET = env.str("CLAMD_SOCKET", default="")
STATIC_ROOT = env.str("STATIC_DIR", default=str(VAR_DIR / "static"))
CELERY_BEAT_SCHEDULE_FILENAME = env.str(
    "BEAT_SCHEDULE_FILE", default=str(VAR_DIR / "beat" / "schedule")
)

# --- Celery on Redis ---------------------------------------------------------------------
CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_CONNECTION_TIMEOUT = (
    2  # with the publish policy: a lost broker delays a page by seconds
)
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # Redis hands a task out again when nobody has confirmed it for this long. Below the longest
    # task's limit the same task would run twice at once; far above, a dead worker's task waits.
    "visibility_timeout": CELERY_TASK_TIME_LIMIT + 300,
    # Look for such tasks every five seconds; interval × throttle is 100 seconds by default.
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    # A connection that went silent is noticed instead of waited upon.
    "socket_keepalive": True,
    "health_check_interval": 30,
    "global_keyprefix": REDIS_KEY_PREFIX,
}
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True  # they will be handed out again

# --- Mail --------------------------------------------------------------------------------
vars().update(env.email("EMAIL_URL"))
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("DEFAULT_FROM_EMAIL")

# --- Who answers -------------------------------------------------------------------------
# Not as `default=`: that would translate it before there are translations.
SUPPORT_OFFICE = env.str("SUPPORT_OFFICE", default="") or SUPPORT_OFFICE  # noqa: F405
SUPPORT_PHONE = env.str("SUPPORT_PHONE", default="")
SUPPORT_EMAIL = env.str("SUPPORT_EMAIL", default="")

# --- HTTPS -------------------------------------------------------------------------------
# How many reverse proxies of yours stand in front. With one or more, the portal believes their
# X-Forwarded-Proto and takes the caller's address from X-Forwarded-For; the outermost proxy must
# set both anew, or a caller could invent them.
PROXY_COUNT = env.int("PROXY_COUNT", default=0)
if PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = True
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]  # asked over plain HTTP from inside
SECURE_HSTS_SECONDS = 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
# The prefix makes browsers refuse these cookies from a neighbouring host or over plain HTTP.
SESSION_COOKIE_NAME = "__Host-session"
CSRF_COOKIE_NAME = "__Host-csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = True
