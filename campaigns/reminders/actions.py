"""Queueing reminders, and releasing those of duties older than the portal."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from campaigns.programme.models import Campaign
from campaigns.reminders.models import ReminderRelease
from campaigns.reminders.queries import PlannedReminder, reminders_due
from emulation_portal.core import audit
from emulation_portal.core.outbox import MessageDraft, queue_messages, release_held
from emulation_portal.core.outbox.models import Message
from units.models import Mandate

KIND = "reminder"


@dataclass(frozen=True)
class ReminderCount:
    """Letters the calendar asked for on a day, and how many of them were not queued before."""

    planned: int
    queued: int


def send_due_reminders(*, today: date, at: datetime) -> ReminderCount:
    """Queue the reminders of every campaign for the day `today`.

    One letter per person, campaign and occasion: the dedupe key makes running it twice, or
    four at once, queue nothing twice. Delivery asks once more whether it is still owed.
    """
    planned = queued = 0
    for campaign in Campaign.objects.select_related("reminder_rule"):
        letters = reminders_due(campaign, on=today)
        planned += len(letters)
        queued += queue_messages((_draft(letter) for letter in letters), at=at)
    return ReminderCount(planned, queued)


def _draft(letter: PlannedReminder) -> MessageDraft:
    # Held and free letters of one occasion are two: releasing the one must not block the other.
    kind = f"{KIND}-held" if letter.held else KIND
    return MessageDraft(
        kind=KIND,
        recipient_id=letter.person_id,
        dedupe_key=f"{kind}:{letter.campaign.pk}:{letter.person_id}:{letter.occasion.isoformat()}",
        context={
            "campaign": letter.campaign.pk,
            "obligations": [[o.kind, o.key] for o in letter.obligations],
        },
        held=letter.held,
    )


@transaction.atomic
def release_reminders(*, campaign: Campaign, by: Mandate, at: datetime) -> int:
    """Let the reminders of duties due before go-live go; return how many letters that frees.

    From then on such duties are recalled like all others. Releasing again frees nothing.
    Side effects, in order: the release row, the held letters queued, "reminders.released"
    audited under the campaign.
    """
    Campaign.objects.select_for_update().get(pk=campaign.pk)
    _release, first_time = ReminderRelease.objects.get_or_create(
        campaign=campaign, defaults={"released_at": at, "released_by": by}
    )
    held = Message.objects.held(KIND).filter(context__campaign=campaign.pk)
    freed = release_held(kind=KIND, at=at, only=list(held.values_list("pk", flat=True)))
    if first_time:
        audit.record(
            "reminders.released", root=campaign, by=by.actor, at=at, data={"letters": freed}
        )
    return freed


def context_keys(context: dict[str, Any]) -> list[tuple[str, str]]:
    """The (kind, key) pairs of the obligations a letter was queued about."""
    return [(kind, key) for kind, key in context["obligations"]]
