"""The virus check of files: at once while somebody uploads, otherwise by the sweep."""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import IO
from uuid import UUID

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.files.storage import Storage
from django.db import models, transaction
from django.utils import timezone

from emulation_portal.core import audit, outbox
from emulation_portal.core.actors import Actor
from emulation_portal.core.attachments import scanner
from emulation_portal.core.attachments.audience import people_told
from emulation_portal.core.attachments.errors import Infected
from emulation_portal.core.attachments.inspection import Inspection
from emulation_portal.core.attachments.models import Attachment, AttachmentScan
from emulation_portal.core.attachments.scanner import ScannerUnavailable, Verdict
from emulation_portal.core.attachments.states import SCAN_TRANSITIONS, ScanState
from emulation_portal.core.transitions import IllegalTransition, advance

logger = logging.getLogger(__name__)

FILE_INFECTED = "file_infected"
QUARANTINE = "quarantine"
_BATCH = 50
# A file the scanner cannot digest is asked about less and less often, at least once a day.
_FIRST_WAIT = timedelta(minutes=1)
_LONGEST_WAIT = timedelta(days=1)


# --- While somebody uploads -----------------------------------------------------------------


def check_upload(
    stream: IO[bytes], inspection: Inspection, *, by: Actor, at: datetime
) -> ScanState:
    """Ask the scanner about an upload of which nothing has been kept yet; return its state.

    NOT_SCANNED where no scanner is set up; PENDING when it did not answer within
    `CLAMD_UPLOAD_SECONDS`. Raises Infected, also for bytes the scanner has condemned before.

    Side effects: an infected upload is audited under its person, and logged.
    """
    if not scanner.is_configured():
        return ScanState.NOT_SCANNED
    known = AttachmentScan.objects.filter(
        attachment__sha256=inspection.sha256, state=ScanState.INFECTED
    ).first()
    if known is not None:
        verdict = Verdict(known.signature)
    else:
        try:
            verdict = scanner.scan(stream, seconds=settings.CLAMD_UPLOAD_SECONDS)
        except ScannerUnavailable as fault:
            logger.warning("virus check put off: %s", fault)
            return ScanState.PENDING
    if verdict.is_infected:
        _record_refusal(inspection, verdict, by=by, at=at)
        raise Infected(name=inspection.name, signature=verdict.signature)
    return ScanState.CLEAN


def _record_refusal(inspection: Inspection, verdict: Verdict, *, by: Actor, at: datetime) -> None:
    logger.error("infected upload refused: %s", verdict.signature)
    if by.person_id is None:
        return
    person = get_user_model()._default_manager.get(pk=by.person_id)
    audit.record(
        "attachment.infected_refused",
        root=person,
        by=by,
        at=at,
        data={"sha256": inspection.sha256, "signature": verdict.signature},
        personal=inspection.name,
    )


def begin_scan(attachment: Attachment, state: ScanState, *, at: datetime) -> None:
    """Write the first line about a file just taken in. Called in the transaction of its row.

    A file found clean passes through "being checked" as every other does.
    """
    first = ScanState.PENDING if state == ScanState.CLEAN else state
    tried = None if state == ScanState.NOT_SCANNED else at
    scan = AttachmentScan.objects.create(
        attachment=attachment, state=first, attempts=0 if tried is None else 1, tried_at=tried
    )
    if state == ScanState.CLEAN:
        _settle(scan, Verdict(), at=at)


# --- The sweep -------------------------------------------------------------------------------


def scan_waiting(*, clock: Callable[[], datetime]) -> int:
    """Check the files nobody has answered for yet; return how many got an answer.

    Also those taken in before a scanner was set up. Does nothing without one. Stops at the first
    file about which the scanner cannot be reached at all; two sweeps at once harm nobody.

    Side effects, per file and in order: state and attempts are written ("attachment.scanned" is
    audited), mails about an infected one are queued, its bytes are moved to the quarantine.
    """
    if not scanner.is_configured():
        return 0
    now = clock()
    _list_unlisted()
    done = 0
    for scan in _due(now):
        if not scanner.ping():
            logger.error("virus scanner does not answer: files stay unserved")
            break
        done += _scan_one(scan, at=clock())
    for scan in AttachmentScan.objects.filter(
        state=ScanState.INFECTED, quarantined_at__isnull=True
    ).select_related("attachment"):
        _quarantine(scan, at=clock())
    return done


def _list_unlisted() -> None:
    """Give each file that is older than the checks its line."""
    unlisted = Attachment.objects.filter(scan__isnull=True).order_by("uploaded_at")
    AttachmentScan.objects.bulk_create(
        [
            AttachmentScan(attachment_id=pk, state=ScanState.NOT_SCANNED)
            for pk in unlisted.values_list("pk", flat=True)[: 10 * _BATCH]
        ],
        ignore_conflicts=True,
    )


def _due(now: datetime) -> list[AttachmentScan]:
    rows = AttachmentScan.objects.filter(state__in=[ScanState.PENDING, ScanState.NOT_SCANNED])
    rows = rows.select_related("attachment").order_by(
        models.F("tried_at").asc(nulls_first=True), "attachment__uploaded_at"
    )
    return [scan for scan in rows[: 4 * _BATCH] if _is_due(scan, now)][:_BATCH]


def _is_due(scan: AttachmentScan, now: datetime) -> bool:
    if scan.tried_at is None:
        return True
    # Doubling beyond this many attempts is a day in any case.
    wait = _FIRST_WAIT * 2 ** min(max(scan.attempts - 1, 0), 11)
    return bool(scan.tried_at + min(wait, _LONGEST_WAIT) <= now)


def _scan_one(scan: AttachmentScan, *, at: datetime) -> bool:
    try:
        with scan.attachment.file.open("rb") as stream:
            verdict = scanner.scan(stream)
    except FileNotFoundError:
        _not_answered(scan, "the stored file is missing", at=at)
        return False
    except ScannerUnavailable as fault:
        _not_answered(scan, str(fault), at=at)
        return False
    try:
        _settle(scan, verdict, at=at)
    except IllegalTransition:
        return False  # another sweep was faster
    return True


def _not_answered(scan: AttachmentScan, problem: str, *, at: datetime) -> None:
    logger.error("virus check without an answer: %s", problem)
    AttachmentScan.objects.filter(
        pk=scan.pk, state__in=[ScanState.PENDING, ScanState.NOT_SCANNED]
    ).update(attempts=models.F("attempts") + 1, tried_at=at, problem=problem[:300])


@transaction.atomic
def _settle(scan: AttachmentScan, verdict: Verdict, *, at: datetime) -> None:
    """Write what the scanner has said, and tell people of malware. Raises IllegalTransition."""
    attachment = scan.attachment
    advance(
        scan,
        to=ScanState.INFECTED if verdict.is_infected else ScanState.CLEAN,
        table=SCAN_TRANSITIONS,
        by=Actor.system(),
        at=at,
        action="attachment.scanned",
        root=attachment,
        data={"sha256": attachment.sha256, "signature": verdict.signature},
        changes={
            "signature": verdict.signature,
            "scanned_at": at,
            "tried_at": at,
            "attempts": scan.attempts if scan.tried_at == at else scan.attempts + 1,
            "problem": "",
        },
    )
    if verdict.is_infected:
        logger.error("stored file is infected: %s", verdict.signature)
        _tell(attachment, at=at)


def _tell(attachment: Attachment, *, at: datetime) -> None:
    people = people_told(attachment.pk, timezone.localdate(at))
    if attachment.uploaded_by_id is not None:
        people.add(attachment.uploaded_by_id)
    outbox.queue_messages(
        [
            outbox.MessageDraft(
                kind=FILE_INFECTED,
                recipient_id=person,
                dedupe_key=f"{FILE_INFECTED}:{attachment.pk}:{person}",
                context={"attachment": str(attachment.pk)},
            )
            for person in people
        ],
        at=at,
    )


def _quarantine(scan: AttachmentScan, *, at: datetime) -> None:
    """Move the bytes where nothing serves them. A move cut short is repeated by the next sweep."""
    stored: Storage = scan.attachment.file.storage
    name = str(scan.attachment.file.name)
    kept = f"{QUARANTINE}/{name.rpartition('/')[2]}"
    if stored.exists(name):
        stored.delete(kept)  # half of it, from a move cut short
        with stored.open(name, "rb") as stream:
            stored.save(kept, stream)
        stored.delete(name)
    AttachmentScan.objects.filter(pk=scan.pk).update(quarantined_at=at)


# --- What waits ------------------------------------------------------------------------------


def not_served(attachment_ids: Iterable[UUID]) -> list[Attachment]:
    """Return those of the files that nobody may open at present: being checked, or infected."""
    rows = Attachment.objects.filter(pk__in=list(attachment_ids)).select_related("scan")
    return [attachment for attachment in rows.order_by("uploaded_at") if not attachment.is_served]
