"""The one way this portal opens SQLite, for the embedded installation and the tests alike."""

from pathlib import Path
from typing import Any


def sqlite_database(path: Path, *, synchronous: str = "NORMAL") -> dict[str, Any]:
    """Return the `DATABASES` entry for the file `path`.

    WAL lets readers go on while somebody writes; IMMEDIATE with a long timeout makes writers
    wait for one another. With Django's defaults two of three simultaneous writes fail with
    «database is locked».
    """
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": f"PRAGMA journal_mode=WAL;PRAGMA synchronous={synchronous};",
        },
    }
