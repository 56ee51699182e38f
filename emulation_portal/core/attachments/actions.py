"""Taking a file in, and clearing what a crash left behind."""

import contextlib
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
from django.db.models import QuerySet, Sum

from emulation_portal.core import audit
from emulation_portal.core.actors import Actor
from emulation_portal.core.attachments.errors import NoRoom, QuotaReached
from emulation_portal.core.attachments.inspection import Inspection, inspect_upload, shown_limit
from emulation_portal.core.attachments.models import Attachment
from emulation_portal.core.attachments.scanning import begin_scan, check_upload
from emulation_portal.core.attachments.states import ScanState

logger = logging.getLogger(__name__)

_FOLDER = re.compile(r"[0-9a-f]{2}")
_FILE = re.compile(r"[0-9a-f]{32}")
_ORPHAN_AGE = timedelta(days=1)  # no upload takes longer from file to row


def accept_upload(
    upload: UploadedFile,
    *,
    by: Actor,
    at: datetime,
    reuse_from: QuerySet[Attachment] | None = None,
) -> Attachment:
    """Keep `upload` byte for byte and return its register row.

    Where a file among `reuse_from` holds the very same bytes, that one is returned, under the
    name it came with, and nothing is stored a second time: its `uploaded_at` lies before `at`.

    Raises a subclass of UploadRefused, having kept nothing.

    Side effects, in order: the virus scanner is asked, where one is set up; the file is written
    under a random name and flushed to disk; then, in one transaction, the register row, what is
    known of its harmlessness and the audit entry are written. When that fails the file is
    deleted. When a surrounding transaction is rolled back later, `sweep_orphans` deletes it.
    """
    inspection = inspect_upload(upload)
    same = _same_bytes(inspection, reuse_from)
    if same is not None:
        return same
    _check_quota(inspection, by=by, at=at)
    assert upload.file is not None  # noqa: S101 - the inspection has read it
    scan_state = check_upload(upload.file, inspection, by=by, at=at)
    storage: Storage = Attachment._meta.get_field("file").storage
    token = secrets.token_hex(16)
    stored_as = _write(storage, f"{token[:2]}/{token}", upload, inspection)
    try:
        return _register(inspection, stored_as, scan_state, by=by, at=at)
    except BaseException:
        storage.delete(stored_as)
        raise


@transaction.atomic
def _register(
    inspection: Inspection, stored_as: str, scan_state: ScanState, *, by: Actor, at: datetime
) -> Attachment:
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
            "scan": str(scan_state),
        },
        personal=inspection.name,
    )
    begin_scan(attachment, scan_state, at=at)
    return attachment


def _same_bytes(
    inspection: Inspection, reuse_from: QuerySet[Attachment] | None
) -> Attachment | None:
    """The newest of the files with these bytes that anybody may open."""
    if reuse_from is None:
        return None
    same = reuse_from.filter(sha256=inspection.sha256, size=inspection.size)
    for attachment in same.select_related("scan").order_by("-uploaded_at"):
        if attachment.is_served:
            return attachment
    return None


def sweep_orphans(*, at: datetime) -> int:
    """Delete stored files older than a day that no register row names; return how many.

    They come from a process killed between file and row, or from a rolled-back transaction.
    """
    storage: Storage = Attachment._meta.get_field("file").storage
    try:
        folders = storage.listdir(".")[0]
    except FileNotFoundError:  # nothing was ever stored
        return 0
    swept = 0
    for folder in filter(_FOLDER.fullmatch, folders):
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
        with contextlib.suppress(OSError):  # a store that is away deletes nothing: the sweep will
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
