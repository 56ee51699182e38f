"""Who is to be told what on a day: obligations, gathered to one letter a person."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time

from django.utils import timezone

from campaigns.programme.models import Campaign
from campaigns.reminders.calendar import ReminderCalendar
from campaigns.reminders.models import ReminderRelease
from emulation_portal.core.models import Message
from emulation_portal.core.obligations import Obligation, due
from units.models import Unit

KIND = "reminder"
# When letters leave on the working day that a Sunday's or a holiday's ones wait for.
OFFICE_OPENS = time(8, 0)


@dataclass(frozen=True)
class PlannedReminder:
    """One letter: to whom, on which occasion, about which obligations (the oldest first).

    A `held` letter has no occasion: it waits for the department.
    """

    campaign: Campaign
    person_id: int
    occasion: date | None
    obligations: tuple[Obligation, ...]

    @property
    def held(self) -> bool:
        return self.occasion is None

    @property
    def dedupe_key(self) -> str:
        """What makes it the same letter as another. A person has one held letter a campaign,
        however long the department takes: the release sends it, and each occasion one more.
        """
        when = "before-go-live" if self.occasion is None else self.occasion.isoformat()
        return f"{KIND}:{self.campaign.pk}:{self.person_id}:{when}"


def calendar_of(campaign: Campaign) -> ReminderCalendar:
    """The campaign's reminder calendar; without a rule it has no days before, after or quarterly
    ones, but still its holidays.
    """
    rule = getattr(campaign, "reminder_rule", None)
    return ReminderCalendar(
        days_before=tuple(rule.days_before) if rule else (),
        days_after=tuple(rule.days_after) if rule else (),
        quarterly_day=rule.quarterly_day if rule else None,
        holidays=frozenset(campaign.holidays.values_list("day", flat=True)),
        go_live_date=campaign.go_live_date,
    )


def release_of(campaign: Campaign) -> ReminderRelease | None:
    """How the department released the reminders of duties older than the portal; None before."""
    rows = ReminderRelease.objects.select_related("released_by__person", "released_by__unit")
    return rows.filter(campaign=campaign).first()


def reminders_due(campaign: Campaign, *, on: date) -> list[PlannedReminder]:
    """The letters that the campaign's calendar asks for on `on`, one per person and occasion.

    Nothing before the go-live date. Duties older than the portal go into a letter that is held
    until the department has released the list; the release sends it, and from then on such
    duties are recalled by the calendar like all others.
    """
    if on < campaign.go_live_date:
        return []
    calendar, release = calendar_of(campaign), release_of(campaign)
    released_on = timezone.localdate(release.released_at) if release else None
    letters: dict[tuple[int, date | None], list[Obligation]] = defaultdict(list)
    for obligation in due(on=on, campaign_id=campaign.pk):
        is_old = obligation.due_date < campaign.go_live_date
        occasion = calendar.occasion(deadline=obligation.due_date, on=on)
        if is_old and released_on is None:
            occasion = None
        elif occasion is None or (is_old and released_on and occasion <= released_on):
            continue
        for person_id in obligation.person_ids:
            letters[(person_id, occasion)].append(obligation)
    return [
        PlannedReminder(campaign, person_id, occasion, tuple(obligations))
        for (person_id, occasion), obligations in letters.items()
    ]


def queued_keys(campaign: Campaign) -> set[str]:
    """The dedupe keys of the campaign's reminders that are in the outbox already."""
    queued = Message.objects.filter(kind=KIND, context__campaign=campaign.pk)
    return set(queued.values_list("dedupe_key", flat=True))


def owed_before_go_live(campaign: Campaign, *, on: date) -> list[Obligation]:
    """What units owe since before the portal existed: the list the department sees first.

    By name of the unit; a few statements, whatever the number of units.
    """
    owed = [o for o in due(on=on, campaign_id=campaign.pk) if o.due_date < campaign.go_live_date]
    return _by_unit_name(owed, campaign)


def _by_unit_name(owed: Iterable[Obligation], campaign: Campaign) -> list[Obligation]:
    units = Unit.objects.filter(participations__campaign=campaign).order_by("sort_key", "pk")
    places = {pk: place for place, pk in enumerate(units.values_list("pk", flat=True))}
    return sorted(owed, key=lambda o: (places.get(o.unit_id, len(places)), o.due_date, o.key))


def next_sending(campaign: Campaign, *, at: datetime) -> datetime:
    """When a letter that is ready `at` this moment may leave: at once on a working day, else in
    the morning of the next one.
    """
    today = timezone.localdate(at)
    day = calendar_of(campaign).working_day(today)
    if day == today:
        return at
    return timezone.make_aware(datetime.combine(day, OFFICE_OPENS))
