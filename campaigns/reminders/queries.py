"""Who is to be told what on a day: obligations, gathered to one letter a person."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from campaigns.programme.models import Campaign
from campaigns.reminders.calendar import ReminderCalendar
from campaigns.reminders.models import ReminderRelease
from emulation_portal.core.obligations import Obligation, due


@dataclass(frozen=True)
class PlannedReminder:
    """One letter: to whom, on which occasion, about which obligations (worst first)."""

    campaign: Campaign
    person_id: int
    occasion: date
    obligations: tuple[Obligation, ...]
    held: bool


def calendar_of(campaign: Campaign) -> ReminderCalendar | None:
    """The campaign's reminder calendar; None while it has no rule."""
    rule = getattr(campaign, "reminder_rule", None)
    if rule is None:
        return None
    return ReminderCalendar(
        days_before=tuple(rule.days_before),
        days_after=tuple(rule.days_after),
        quarterly_day=rule.quarterly_day,
        holidays=frozenset(campaign.holidays.values_list("day", flat=True)),
        go_live_date=campaign.go_live_date,
    )


def reminders_due(campaign: Campaign, *, on: date) -> list[PlannedReminder]:
    """The letters that the campaign's calendar asks for on `on`, one per person and occasion.

    Nothing before the go-live date. A letter about any duty older than the portal is `held`
    until the department has released the list.
    """
    calendar = calendar_of(campaign)
    if calendar is None or on < campaign.go_live_date:
        return []
    released = ReminderRelease.objects.filter(campaign=campaign).exists()
    letters: dict[tuple[int, date, bool], list[Obligation]] = defaultdict(list)
    for obligation in due(on=on, campaign_id=campaign.pk):
        occasion = calendar.occasion(deadline=obligation.due_date, on=on)
        if occasion is None:
            continue
        held = not released and obligation.due_date < campaign.go_live_date
        for person_id in obligation.person_ids:
            letters[(person_id, occasion, held)].append(obligation)
    return [
        PlannedReminder(campaign, person_id, occasion, tuple(obligations), held)
        for (person_id, occasion, held), obligations in sorted(
            letters.items(), key=lambda item: item[0]
        )
    ]


def owed_before_go_live(campaign: Campaign, *, on: date) -> list[Obligation]:
    """What units owe since before the portal existed: the list the department sees first."""
    return [o for o in due(on=on, campaign_id=campaign.pk) if o.due_date < campaign.go_live_date]
