"""Sending what waits in the outbox.

Mail itself is at least once: a worker that dies between the server's answer and the row's
update leaves a message that will be sent again. Everything short of that is exact. A message is
claimed by one conditional UPDATE (SQLite ignores SKIP LOCKED), marked before it is sent, given
the same Message-ID on every attempt, and no transaction is open while the server is talked to.
"""

import hashlib
import logging
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from email.utils import parseaddr
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.utils import translation

from emulation_portal.core.clock import RunningClock
from emulation_portal.core.outbox import kinds
from emulation_portal.core.outbox.models import Message
from emulation_portal.core.outbox.rendering import language_of
from emulation_portal.core.outbox.servers import MailServer, ServerUnreachable
from emulation_portal.core.outbox.states import MessageState, Reason

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 12  # with the back-off below, about a day
_CLAIM_SIZE = 25
# Long enough for a claim's worth of slow sends; each send renews it.
_LEASE = timedelta(minutes=10)
_FIRST_DELAY, _LONGEST_DELAY = timedelta(minutes=1), timedelta(hours=6)
_OUTAGE_DELAY = timedelta(minutes=1)


@dataclass
class DeliveryCount:
    """What a delivery run did. `retaken` were taken back from a worker that died: the mail
    server may get those twice.
    """

    sent: int = 0
    postponed: int = 0
    failed: int = 0
    suppressed: int = 0
    retaken: int = 0

    def __str__(self) -> str:
        return ", ".join(f"{f.name} {getattr(self, f.name)}" for f in fields(self))


def deliver_due(*, at: datetime, limit: int = 200) -> DeliveryCount:
    """Send up to `limit` messages that are due at `at`; return what became of them.

    Side effects, in order: messages of dead workers are taken back; then, claim by claim, each
    message is rendered in its recipient's language (which asks whether it is still owed), its
    text is stored, it is sent over the one connection of the run, and its outcome is stored.
    A server that cannot be reached ends the run; what it did not take waits and counts no attempt.
    """
    count, clock = DeliveryCount(), RunningClock(at)
    _take_back(at, count)
    server = MailServer()
    left = limit
    try:
        while left > 0:
            claim = uuid4()
            claimed = _claim(claim, size=min(left, _CLAIM_SIZE), clock=clock, at=at)
            if not claimed:
                break
            left -= len(claimed)
            for message in claimed:
                _deliver(message, claim, server, clock, count)
    except ServerUnreachable as outage:
        count.postponed += _release_claim(claim, clock.now() + _OUTAGE_DELAY, str(outage))
        logger.warning("mail server unreachable", extra={"event": "outbox.outage"})
    finally:
        server.close()
    return count


def _take_back(at: datetime, count: DeliveryCount) -> None:
    """Free the messages whose worker let its lease run out."""
    lost = Message.objects.filter(state=MessageState.SENDING, lease_until__lte=at)
    freed = {"claim": None, "lease_until": None}
    count.failed += lost.filter(attempts__gte=MAX_ATTEMPTS).update(
        state=MessageState.FAILED, reason=Reason.GAVE_UP, **freed
    )
    ids = list(lost.values_list("pk", flat=True))
    count.retaken += lost.filter(pk__in=ids).update(state=MessageState.QUEUED, **freed)
    if count.retaken:
        logger.warning(
            "messages of a dead worker will be sent again",
            extra={"event": "outbox.retaken", "messages": ids},
        )


def _claim(claim: UUID, *, size: int, clock: RunningClock, at: datetime) -> list[Message]:
    """Mark up to `size` due messages as ours; nobody else gets those, on either database."""
    while True:
        ids = list(
            Message.objects.deliverable(at)
            .order_by("not_before", "pk")
            .values_list("pk", flat=True)[:size]
        )
        if not ids:
            return []
        # The state stands in the WHERE: of two that chose the same rows, each gets what is left.
        taken = Message.objects.filter(pk__in=ids, state=MessageState.QUEUED).update(
            state=MessageState.SENDING, claim=claim, lease_until=clock.now() + _LEASE
        )
        if taken:
            mine = Message.objects.filter(claim=claim).select_related("recipient")
            return list(mine.order_by("not_before", "pk"))


def _deliver(
    message: Message, claim: UUID, server: MailServer, clock: RunningClock, count: DeliveryCount
) -> None:
    """Render, mark, send and settle one claimed message."""
    obstacle = _obstacle(message)
    if obstacle:
        count.suppressed += _settle(message, claim, MessageState.SUPPRESSED, reason=obstacle)
        return
    kind = kinds.find(message.kind)
    if kind is None:
        count.failed += _settle(message, claim, MessageState.FAILED, reason=Reason.UNKNOWN_KIND)
        return
    language = language_of(message)
    try:
        with translation.override(language):
            rendered = kind.render(message)
            mail = _mail(message, rendered) if rendered else None
    except Exception as error:
        logger.exception(
            "message could not be written", extra={"event": "outbox.unwritable", "mail": message.pk}
        )
        _postpone(message, claim, clock, count, Reason.UNWRITABLE, type(error).__name__)
        return
    if rendered is None or mail is None:
        count.suppressed += _settle(message, claim, MessageState.SUPPRESSED, reason=Reason.NOT_OWED)
        return
    server.open()  # before the attempt is counted: an outage is nobody's fault
    if not _mark(message, claim, language, mail, keep_text=not kind.secret, clock=clock):
        return  # the lease ran out and somebody else has it
    outcome = server.send(mail)
    if outcome.ok:
        count.sent += _settle(message, claim, MessageState.SENT, sent_at=clock.now())
    elif outcome.permanent:
        count.failed += _settle(
            message, claim, MessageState.FAILED, reason=Reason.REFUSED, reason_detail=outcome.detail
        )
    else:
        _postpone(message, claim, clock, count, Reason.GAVE_UP, outcome.detail, counted=True)


def _obstacle(message: Message) -> str:
    """Why nothing can be sent to the recipient as they are today; empty when it can."""
    recipient: Any = message.recipient
    if recipient is None:
        return "" if message.address else Reason.NO_ADDRESS
    message.address = getattr(recipient, recipient.get_email_field_name()) or ""
    if not recipient.is_active:
        return Reason.INACTIVE
    return "" if message.address else Reason.NO_ADDRESS


def _mail(message: Message, rendered: kinds.Rendered) -> EmailMultiAlternatives:
    mail = EmailMultiAlternatives(
        subject=" ".join(rendered.subject.split())[:255],
        body=rendered.text,
        to=[message.address],
        headers={
            "Message-ID": _message_id(message),
            "Auto-Submitted": "auto-generated",  # RFC 3834: no holiday replies, please
        },
    )
    if rendered.html:
        mail.attach_alternative(rendered.html, "text/html")
    return mail


def _message_id(message: Message) -> str:
    """The same on every attempt, so that a mail server or reader can drop a repetition."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    return f"<{hashlib.sha256(message.dedupe_key.encode()).hexdigest()[:40]}@{domain}>"


def _mark(
    message: Message,
    claim: UUID,
    language: str,
    mail: EmailMultiAlternatives,
    *,
    keep_text: bool,
    clock: RunningClock,
) -> bool:
    """Store what is about to be sent, if the message is still ours."""
    message.attempts += 1
    message.subject = str(mail.subject)
    message.refresh_search_key()
    return bool(
        _ours(message, claim).update(
            attempts=message.attempts,
            lease_until=clock.now() + _LEASE,
            address=message.address,
            language=language,
            subject=message.subject,
            body=str(mail.body) if keep_text else "",
            message_id=mail.extra_headers["Message-ID"],
            search_key=message.search_key,
        )
    )


def _ours(message: Message, claim: UUID) -> Any:
    return Message.objects.filter(pk=message.pk, claim=claim, state=MessageState.SENDING)


def _settle(message: Message, claim: UUID, state: str, **changes: Any) -> int:
    """Store the outcome; 1 when the message was still ours to decide about, otherwise 0."""
    changes.setdefault("reason", Reason.NONE)
    changes.setdefault("reason_detail", "")
    return int(_ours(message, claim).update(state=state, claim=None, lease_until=None, **changes))


def _postpone(
    message: Message,
    claim: UUID,
    clock: RunningClock,
    count: DeliveryCount,
    final_reason: str,
    detail: str,
    *,
    counted: bool = False,
) -> None:
    """Try again later, each time twice as much later; after MAX_ATTEMPTS give up."""
    attempts = message.attempts if counted else message.attempts + 1
    if attempts >= MAX_ATTEMPTS:
        count.failed += _settle(
            message,
            claim,
            MessageState.FAILED,
            attempts=attempts,
            reason=final_reason,
            reason_detail=detail,
        )
        return
    delay = min(_FIRST_DELAY * 2 ** (attempts - 1), _LONGEST_DELAY)
    count.postponed += _settle(
        message,
        claim,
        MessageState.QUEUED,
        attempts=attempts,
        not_before=clock.now() + delay,
        reason=Reason.POSTPONED if counted else final_reason,
        reason_detail=detail,
    )


def _release_claim(claim: UUID, not_before: datetime, detail: str) -> int:
    """Give back everything claimed and not settled, without counting an attempt."""
    return Message.objects.filter(claim=claim, state=MessageState.SENDING).update(
        state=MessageState.QUEUED,
        claim=None,
        lease_until=None,
        not_before=not_before,
        reason=Reason.POSTPONED,
        reason_detail=detail[:300],
    )
