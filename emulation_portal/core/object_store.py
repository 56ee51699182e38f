"""Attachments in a bucket of an S3-compatible object store, for portals of several hosts.

Needs the extra "s3" (requirements-s3.txt). Nothing else of the portal knows where files lie.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.base import File
from storages.backends.s3 import S3Storage

_ONE_REQUEST_UP_TO = 64 * 1024 * 1024  # an attachment is whole or not there; archives may be parts


class ObjectStore(S3Storage):  # type: ignore[misc] # django-storages carries no types
    """django-storages' S3 storage with the manners of a folder.

    What goes wrong is an OSError, as with a disk, so that who stores a file need not know where;
    a name is written once; nothing is ever public; and a store that hangs is given up in seconds.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(
            **{
                "file_overwrite": False,
                "default_acl": None,
                "transfer_config": TransferConfig(
                    multipart_threshold=_ONE_REQUEST_UP_TO, use_threads=False
                ),
                "client_config": Config(
                    # Names like bucket.host need certificates and DNS that few own stores have.
                    s3={"addressing_style": "path"},
                    signature_version="s3v4",
                    connect_timeout=3,
                    read_timeout=20,
                    retries={"mode": "standard", "total_max_attempts": 3},
                    # Amazon's newer checksums are refused by many other stores; the register
                    # keeps a checksum of each file of its own.
                    request_checksum_calculation="when_required",
                    response_checksum_validation="when_required",
                ),
                **options,
            }
        )

    def _open(self, name: str, mode: str = "rb") -> File:
        with _as_os_error():
            stream: File = super()._open(name, mode)
            if "r" in mode:
                stream.file  # noqa: B018 - fetches it now: a lost connection shows here
            return stream

    def _save(self, name: str, content: Any) -> str:
        with _as_os_error():
            return str(super()._save(name, content))

    def delete(self, name: str) -> None:
        with _as_os_error():
            super().delete(name)

    def exists(self, name: str) -> bool:
        with _as_os_error():
            return bool(super().exists(name))

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        with _as_os_error():
            folders, files = super().listdir(path)
            return folders, files

    def size(self, name: str) -> int:
        with _as_os_error():
            return int(super().size(name))

    def get_modified_time(self, name: str) -> datetime:
        with _as_os_error():
            found: datetime = super().get_modified_time(name)
            return found


@contextmanager
def _as_os_error() -> Iterator[None]:
    """Raise what the store complains of as OSError; a missing file stays FileNotFoundError."""
    try:
        yield
    except ClientError as fault:
        code = str(fault.response.get("Error", {}).get("Code", ""))
        kind = FileNotFoundError if code in {"404", "NoSuchKey"} else OSError
        raise kind(f"object store: {code or 'refused'}") from fault
    except BotoCoreError as fault:
        raise OSError(f"object store: {type(fault).__name__}") from fault
