"""Taking a file in, and clearing what a crash left behind."""

import errno
import logging
import os
import re
import secrets
import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.core.files.storage import Storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Sum

from emulation_portal.core import audit
from emulation_portal.core.actors import Actor
from emulation_portal.core.attachments.errors import NoRoom, QuotaReached
from emulation_portal.core.attachments.inspection import Inspection, inspect_upload, shown_limit
from emulation_portal.core.attachments.models import Attachment

logger = logging.getLogger(__name__)

_FOLDER = re.compile(r"[0-9a-f]{2}")
_FILE = re.compile(r"[0-9a-f]{32}")
_ORPHAN_AGE = timedelta(days=1)  # no upload takes longer from file to row


def accept_upload(upload: UploadedFile, *, by: Actor, at: datetime) -> Attachment:
    """Keep `upload` byte for byte and return its register row.

    Raises a subclass of UploadRefused, having kept nothing.

    Side effects, in order: the file is written under a random name and flushed to disk; then, in
    one transaction, the register row and the audit entry are written. When that fails the file
    is deleted. When a surrounding transaction is rolled back later, `sweep_orphans` deletes it.
    """
    inspection = inspect_upload(upload)
    _check_quota(inspection, by=by, at=at)
    storage: Storage = Attachment._meta.get_field("file").storage
    token = secrets.token_hex(16)
    stored_as = _write(storage, f"{token[:2]}/{token}", upload, inspection)
    try:
        with transaction.atomic():
            attachment = Attachment(
                id=uuid.uuid4(),
                original_name=inspection.name,
                kind=inspection.kind,
                size=inspection.size,
                sha256=inspection.sha256,
                file=stored_as,
                uploaded_by_id=by.person_id,
                mandate_id=by.mandate_id,
                uploaded_at=at,
            )
            attachment.save(force_insert=True)
            audit.record(
                "attachment.accepted",
                root=attachment,
                by=by,
                at=at,
                data={
                    "kind": str(inspection.kind),
                    "size": inspection.size,
                    "sha256": inspection.sha256,
                },
                personal=inspection.name,
            )
    except BaseException:
        storage.delete(stored_as)
        raise
    return attachment


def sweep_orphans(*, at: datetime) -> int:
    """Delete stored files older than a day that no register row names; return how many.

    They come from a process killed between file and row, or from a rolled-back transaction.
    """
    storage: Storage = Attachment._meta.get_field("file").storage
    if not storage.exists("."):
        return 0
    swept = 0
    for folder in filter(_FOLDER.fullmatch, storage.listdir(".")[0]):
        files = [f"{folder}/{name}" for name in storage.listdir(folder)[1] if _FILE.fullmatch(name)]
        known = set(Attachment.objects.filter(file__in=files).values_list("file", flat=True))
        for path in set(files) - known:
            if storage.get_modified_time(path) < at - _ORPHAN_AGE:
                storage.delete(path)
                swept += 1
    return swept


def _check_quota(inspection: Inspection, *, by: Actor, at: datetime) -> None:
    if by.person_id is None:
        return
    recent = Attachment.objects.filter(
        uploaded_by_id=by.person_id, uploaded_at__gt=at - timedelta(days=1)
    )
    used = recent.aggregate(total=Sum("size"))["total"] or 0
    if used + inspection.size > settings.ATTACHMENT_DAILY_BYTES:
        raise QuotaReached(name=inspection.name, limit=shown_limit(settings.ATTACHMENT_DAILY_BYTES))


def _write(storage: Storage, path: str, upload: UploadedFile, inspection: Inspection) -> str:
    """Write the file once and return the name it is stored under. Raises NoRoom."""
    stored_as = path
    try:
        stored_as = storage.save(path, upload)
        if storage.size(stored_as) != inspection.size:
            raise OSError(errno.EIO, "stored size differs from the size received")
        _flush(storage, stored_as)
    except OSError as fault:
        logger.exception("attachment could not be stored")
        storage.delete(stored_as)
        raise NoRoom(name=inspection.name) from fault
    return stored_as


def _flush(storage: Storage, stored_as: str) -> None:
    """Force the file to disk before a row speaks of it. Remote storages answer only when done."""
    try:
        path = storage.path(stored_as)
    except NotImplementedError:
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
