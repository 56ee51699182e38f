"""The embedded installation's secret key: made once, kept beside its database."""

import os
import secrets
from pathlib import Path


def local_secret_key(path: Path) -> str:
    """Return the key kept in `path`, making the file (mode 600) on first use.

    `O_EXCL` decides between two processes that start at once: the loser reads the winner's key.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii")
    with os.fdopen(descriptor, "w", encoding="ascii") as stream:
        stream.write(secrets.token_urlsafe(50))
    return path.read_text(encoding="ascii")
