"""Files that jobs make for one person: under a random name, for a day, served through a view.

They lie in the attachments' storage, which web and workers of every host reach, and belong to no
register: whoever asked can ask again.
"""

import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from tempfile import TemporaryFile
from typing import IO

from django.core.files.base import File
from django.core.files.storage import default_storage

KEPT = timedelta(days=1)
FOLDER = "prepared"
_TOKEN = re.compile(r"[0-9a-f]{32}")


@contextmanager
def new_file(token: str, *, at: datetime) -> Iterator[IO[bytes]]:
    """Open the file of `token` for writing; it can be read once the block has ended well.

    Its day begins `at`.
    When the block fails (a job that was called off, a full disk) nothing is left behind.
    """
    name = f"{FOLDER}/{_checked(token)}"
    with TemporaryFile() as stream:
        yield stream
        stream.seek(0)
        try:
            default_storage.save(name, File(stream))
        except OSError:
            with suppress(OSError):  # a store that is away deletes nothing: the sweep will
                default_storage.delete(name)
            raise
    with suppress(NotImplementedError):  # a remote store dates its files itself
        os.utime(default_storage.path(name), (at.timestamp(), at.timestamp()))


def new_token() -> str:
    """Return a name nobody can guess."""
    return secrets.token_hex(16)


def open_file(token: str, *, at: datetime) -> IO[bytes] | None:
    """Return the file for reading, or None when it is not there, or older than a day."""
    if not _TOKEN.fullmatch(token):
        return None
    name = f"{FOLDER}/{token}"
    with suppress(FileNotFoundError):
        if not _is_old(name, at):
            return default_storage.open(name, "rb")
    return None


def sweep(*, at: datetime) -> int:
    """Delete the files older than a day, finished or not; return how many."""
    swept = 0
    with suppress(FileNotFoundError):  # no folder yet
        for name in default_storage.listdir(FOLDER)[1]:
            with suppress(FileNotFoundError):  # another sweep was faster
                if _is_old(f"{FOLDER}/{name}", at):
                    default_storage.delete(f"{FOLDER}/{name}")
                    swept += 1
    return swept


def _checked(token: str) -> str:
    if not _TOKEN.fullmatch(token):
        raise ValueError("not a token of new_token()")
    return token


def _is_old(name: str, at: datetime) -> bool:
    return default_storage.get_modified_time(name) < at - KEPT
