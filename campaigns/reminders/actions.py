"""Queueing reminders, and releasing those of duties older than the portal."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from campaigns.programme.models import Campaign
from campaigns.reminders.models import ReminderRelease
from campaigns.reminders.queries import (
    KIND,
    PlannedReminder,
    next_sending,
    release_of,
    reminders_due,
)
from emulation_portal.core import audit
from emulation_portal.core.models import Message
from emulation_portal.core.outbox import MessageDraft, queue_messages, release_held
from units.models import Mandate


@dataclass(frozen=True)
class ReminderCount:
    """Letters the calendar asked for on a day, and how many of them were not queued before."""

    planned: int
    queued: int


def send_due_reminders(*, today: date, at: datetime) -> ReminderCount:
    """Queue the reminders of every campaign for the day `today`; each campaign by itself.

    One letter per person, campaign and occasion: the dedupe key makes running it twice, or
    four at once, queue nothing twice. Delivery asks once more whether it is still owed, and
    waits for the next working day.
    """
    planned = queued = 0
    for campaign_id in Campaign.objects.order_by("pk").values_list("pk", flat=True):
        count = _send_due_reminders_of(campaign_id, today=today, at=at)
        planned += count.planned
        queued += count.queued
    return ReminderCount(planned, queued)


@transaction.atomic
def _send_due_reminders_of(campaign_id: int, *, today: date, at: datetime) -> ReminderCount:
    campaign = _lock(campaign_id)
    letters = reminders_due(campaign, on=today)
    return ReminderCount(len(letters), _queue(letters, campaign, at=at))


def _lock(campaign_id: int) -> Campaign:
    """Lock the campaign: a letter held while somebody releases the list would stay in the drawer."""
    return Campaign.objects.select_for_update(no_key=True).get(pk=campaign_id)


def _queue(letters: Iterable[PlannedReminder], campaign: Campaign, *, at: datetime) -> int:
    leaves = next_sending(campaign, at=at)
    drafts = [
        MessageDraft(
            kind=KIND,
            recipient_id=letter.person_id,
            dedupe_key=letter.dedupe_key,
            context={
                "campaign": campaign.pk,
                "obligations": [[o.kind, o.key] for o in letter.obligations],
            },
            held=letter.held,
            not_before=leaves,
        )
        for letter in letters
    ]
    return queue_messages(drafts, at=at)


@dataclass(frozen=True)
class Released:
    """The release in force, how many letters this call let go, and when they leave."""

    release: ReminderRelease
    letters: int
    leaves_at: datetime


@transaction.atomic
def release_reminders(*, campaign: Campaign, by: Mandate, at: datetime) -> Released:
    """Let the reminders of duties due before go-live go.

    From then on such duties are recalled by the calendar like all others. Releasing again (a
    double click, a second reviewer) changes nothing and returns the release that stands.

    Side effects, in order: the campaign is locked; letters are written for whoever owes
    something today and has none yet; the release row is stored; the held letters are queued for
    the next working day; "reminders.released" is audited under the campaign.
    """
    campaign = _lock(campaign.pk)
    leaves = next_sending(campaign, at=at)
    standing = release_of(campaign)
    if standing is not None:
        return Released(standing, 0, leaves)
    letters = [
        letter for letter in reminders_due(campaign, on=timezone.localdate(at)) if letter.held
    ]
    _queue(letters, campaign, at=at)
    release = ReminderRelease.objects.create(campaign=campaign, released_at=at, released_by=by)
    held = Message.objects.held(KIND).filter(context__campaign=campaign.pk)
    freed = release_held(kind=KIND, at=leaves, only=held.values_list("pk", flat=True))
    audit.record("reminders.released", root=campaign, by=by.actor, at=at, data={"letters": freed})
    return Released(release, freed, leaves)
