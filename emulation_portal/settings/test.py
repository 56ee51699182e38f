"""The test suite: the same application on the database that DATABASE_URL names.

Without DATABASE_URL the suite runs on SQLite, opened as the embedded installation opens it, and
without REDIS_URL on an in-memory broker. `make test` runs it both ways.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

import environ

from emulation_portal.settings.base import *  # noqa: F403 - settings modules extend one another
from emulation_portal.settings.base import INSTALLED_APPS, STORAGES
from emulation_portal.settings.sqlite import sqlite_database

env = environ.Env()

DEBUG = False
SECRET_KEY = "for tests only; nothing signed with it leaves the machine"  # noqa: S105 - no secret
ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
PORTAL_URL = "http://testserver"
INSTALLED_APPS = [*INSTALLED_APPS, "django_linear_migrations"]

# Each process of a parallel run, and each of several runs, has its own files and Redis numbers.
TEST_DIR = Path(tempfile.mkdtemp(prefix="portal-test-"))
atexit.register(shutil.rmtree, TEST_DIR, ignore_errors=True)
_number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))

# A file, not :memory:, because threads must meet in one database; nothing outlives the run, so
# nothing waits for the disk.
_file = TEST_DIR / "portal.sqlite3"
DATABASES = {
    "default": env.db("DATABASE_URL")
    if env.str("DATABASE_URL", default="")
    else {**sqlite_database(_file, synchronous="OFF"), "TEST": {"NAME": _file}}
}

REDIS_URL = env.str("REDIS_URL", default="")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": f"{REDIS_URL}/{2 * _number + 1}",
    }
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}
CELERY_BROKER_URL = f"{REDIS_URL}/{2 * _number}" if REDIS_URL else "memory://"

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # ten times faster suite
STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_AUTOREFRESH = True  # serves static/ itself, so that tests need no collectstatic
WHITENOISE_USE_FINDERS = True
MEDIA_ROOT = TEST_DIR / "attachments"
STATIC_ROOT = TEST_DIR / "static"
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
EMAIL_FILE_PATH = TEST_DIR / "mail"
CELERY_BEAT_SCHEDULE_FILENAME = str(TEST_DIR / "beat-schedule")
