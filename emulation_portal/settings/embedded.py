"""One machine, no server: SQLite, a file broker and mail kept as files, all under var/."""

import os

from emulation_portal.settings.base import *  # noqa: F403 - settings modules extend one another
from emulation_portal.settings.base import BASE_DIR, VAR_DIR
from emulation_portal.settings.local_secret import local_secret_key
from emulation_portal.settings.sqlite import sqlite_database

DEBUG = False
DEMO = os.environ.get("DEMO", "1") != "0"
SECRET_KEY = local_secret_key(VAR_DIR / "secret_key")
HOST, PORT = os.environ.get("HOST", "127.0.0.1"), os.environ.get("PORT", "8000")
# Whoever listens on every address of the machine may be called by any of its names.
ALLOWED_HOSTS = ["*"] if HOST in {"0.0.0.0", "::"} else ["127.0.0.1", "localhost", "[::1]", HOST]  # noqa: S104 - compared, not bound
PORTAL_URL = os.environ.get("PORTAL_URL", f"http://{f'[{HOST}]' if ':' in HOST else HOST}:{PORT}")

DATABASES = {"default": sqlite_database(VAR_DIR / "portal.sqlite3")}
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": VAR_DIR / "cache",
    }
}

EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = VAR_DIR / "mail"

CLAMD_SOCKET = os.environ.get("CLAMD_SOCKET", "")

CELERY_BROKER_URL = "filesystem://localhost"
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "data_folder_in": str(VAR_DIR / "broker" / "queue"),
    "data_folder_out": str(VAR_DIR / "broker" / "queue"),
    "processed_folder": str(VAR_DIR / "broker" / "processed"),
    "control_folder": str(VAR_DIR / "broker" / "control"),
    "store_processed": False,
    "polling_interval": 0.2,  # the default of a second makes thirty small jobs take fifteen
}

# What `manage.py up` loads into an empty database, once; afterwards the database is the truth.
_units = BASE_DIR / "units" / "data"
FIRST_RUN_COMMANDS = [
    [
        *("import_units", str(_units / "units.csv")),
        *("--blocks", str(_units / "blocks.csv")),
        *("--successions", str(_units / "successions.csv")),
    ],
    ["load_campaign", str(BASE_DIR / "campaigns" / "data" / "bvhttdl.yaml")],
]
DEMO_COMMAND = ["load_demo"]
# Without the demo nobody can sign in yet; `up` says which command lets the first person in.
FIRST_PERSON_COMMAND = "create_administrator --username NAME --full-name 'FULL NAME'"
