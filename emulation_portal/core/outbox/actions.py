"""Queueing mail and deciding about what is held back. Nothing here talks to a mail server."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.contrib.auth import get_user_model
from django.db import models, transaction

from emulation_portal.core.actors import Actor
from emulation_portal.core.outbox.models import Message, search_key
from emulation_portal.core.outbox.states import MESSAGE_TRANSITIONS, MessageState, Reason
from emulation_portal.core.transitions import advance

_BATCH = 500  # SQLite takes a limited number of parameters per statement


@dataclass(frozen=True)
class MessageDraft:
    """A message to queue. Its context holds ids and dates, not sentences: text is written at
    delivery, in the language the recipient reads then.
    """

    kind: str
    recipient_id: int
    dedupe_key: str
    context: dict[str, Any] = field(default_factory=dict)
    held: bool = False
    not_before: datetime | None = None


def queue_message(
    *,
    kind: str,
    recipient: models.Model,
    dedupe_key: str,
    context: dict[str, Any],
    at: datetime,
    held: bool = False,
) -> Message | None:
    """Queue one mail of `kind` to the person `recipient`, in the caller's transaction.

    Returns the new message, or None when one with the same `dedupe_key` exists, whatever has
    become of it. A `held` message waits for `release_held`.
    """
    draft = MessageDraft(
        kind=kind, recipient_id=recipient.pk, dedupe_key=dedupe_key, context=context, held=held
    )
    message = _row(draft, recipient, batch=uuid4(), at=at)
    Message.objects.bulk_create([message], ignore_conflicts=True)
    return Message.objects.filter(dedupe_key=dedupe_key, batch=message.batch).first()


@transaction.atomic
def queue_messages(drafts: Iterable[MessageDraft], *, at: datetime) -> int:
    """Queue many mails in few statements; return how many were new.

    Drafts whose `dedupe_key` is in the outbox already are left out by the unique key itself, so
    that any number of callers at once queue each message once.
    """
    # In one order everywhere, or two callers inserting the same keys could wait for each other.
    ordered = sorted(
        {draft.dedupe_key: draft for draft in drafts}.values(), key=lambda d: d.dedupe_key
    )
    batch = uuid4()
    for start in range(0, len(ordered), _BATCH):
        chunk = ordered[start : start + _BATCH]
        people = get_user_model()._default_manager.in_bulk({d.recipient_id for d in chunk})
        rows = [_row(d, people[d.recipient_id], batch=batch, at=at) for d in chunk]
        Message.objects.bulk_create(rows, ignore_conflicts=True)
    return Message.objects.filter(batch=batch).count()


def _row(draft: MessageDraft, recipient: Any, *, batch: Any, at: datetime) -> Message:
    address = getattr(recipient, recipient.get_email_field_name()) or ""
    return Message(
        dedupe_key=draft.dedupe_key,
        batch=batch,
        kind=draft.kind,
        recipient=recipient,
        address=address,
        context=draft.context,
        state=MessageState.HELD if draft.held else MessageState.QUEUED,
        not_before=draft.not_before or at,
        search_key=search_key(recipient, address),
        created_at=at,
    )


def release_held(*, kind: str, at: datetime, only: Collection[int] | None = None) -> int:
    """Let the held messages of `kind` go (of those, the ids in `only`); return how many.

    The caller's action audits the decision, under the object it was taken about.
    """
    return _held(kind, only).update(state=MessageState.QUEUED, not_before=at)


def discard_held(*, kind: str, only: Collection[int] | None = None) -> int:
    """Decide that the held messages of `kind` (of those, the ids in `only`) are never sent;
    return how many. The caller's action audits the decision.
    """
    return _held(kind, only).update(state=MessageState.SUPPRESSED, reason=Reason.DISCARDED)


def _held(kind: str, only: Collection[int] | None) -> models.QuerySet[Message]:
    held = Message.objects.held(kind)
    return held if only is None else held.filter(pk__in=only)


@transaction.atomic
def retry(message: Message, *, by: Actor, at: datetime) -> Message:
    """Queue a failed message again, with all its attempts before it; return it.

    Raises IllegalTransition when it has not failed (any more). Audited under the message.
    """
    return advance(
        message,
        to=MessageState.QUEUED,
        table=MESSAGE_TRANSITIONS,
        by=by,
        at=at,
        action="message.retried",
        changes={"attempts": 0, "not_before": at, "reason": Reason.NONE, "reason_detail": ""},
    )
