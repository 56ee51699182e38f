"""How long each side took, in working days: the department to answer, the unit to send again."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import mean, median

from django.db.models import OuterRef, Subquery
from django.utils.timezone import localdate

from campaigns.plans.models import PlanVersion
from campaigns.plans.states import PlanState
from campaigns.programme.models import Campaign
from campaigns.programme.working_days import working_days_between

# The queue's head tells how it goes at present, not how it went years ago.
LOOKED_BACK = timedelta(days=365)


@dataclass(frozen=True)
class TurnRound:
    """Working days from sending to the decision, and from the return before to sending.

    `department` counts up to today while nobody has decided; `unit` is None where the version
    answers no returned one.
    """

    department: int | None
    is_decided: bool
    unit: int | None


@dataclass(frozen=True)
class Spread:
    """How many working days it took, over several plans."""

    count: int
    mean: float
    median: float


@dataclass(frozen=True)
class Pace:
    """The spread for each side; None where nothing has been answered yet."""

    department: Spread | None
    unit: Spread | None


def holidays_of(campaign: Campaign) -> frozenset[date]:
    """Return the days off of the campaign's calendar. One query."""
    return frozenset(campaign.holidays.values_list("day", flat=True))


def turn_round_of(
    version: PlanVersion, before: PlanVersion | None, *, holidays: Collection[date], on: date
) -> TurnRound:
    """Return how long both sides took about `version`; `before` is what was decided before it."""
    if version.sent_at is None:
        return TurnRound(None, is_decided=False, unit=None)
    sent = localdate(version.sent_at)
    until: date | None = on if version.state == PlanState.SENT else None
    if version.decided_at is not None:
        until = localdate(version.decided_at)
    answered = None
    if before is not None and before.state == PlanState.RETURNED and before.decided_at is not None:
        answered = working_days_between(localdate(before.decided_at), sent, holidays)
    return TurnRound(
        None if until is None else working_days_between(sent, until, holidays),
        is_decided=version.decided_at is not None,
        unit=answered,
    )


def pace_of(campaign: Campaign, *, holidays: Collection[date], on: date) -> Pace:
    """Return how long answers took in the last year, on both sides. One query.

    What was sent before the portal's go-live day counts for nobody: it was only recorded here.
    """
    earlier = PlanVersion.objects.filter(
        plan=OuterRef("plan"),
        number__lt=OuterRef("number"),
        state__in=(PlanState.RETURNED, PlanState.ACCEPTED),
    ).order_by("-number")
    rows = (
        PlanVersion.objects.filter(
            plan__phase__campaign=campaign,
            sent_at__date__gte=max(on - LOOKED_BACK, campaign.go_live_date),
        )
        .exclude(state=PlanState.WITHDRAWN)
        .annotate(
            state_before=Subquery(earlier.values("state")[:1]),
            decided_before=Subquery(earlier.values("decided_at")[:1]),
        )
        .order_by()
        .values_list("sent_at", "decided_at", "state_before", "decided_before")
    )
    department, unit = [], []
    for sent_at, decided_at, state_before, decided_before in rows:
        sent = localdate(sent_at)
        if decided_at is not None:
            department.append(working_days_between(sent, localdate(decided_at), holidays))
        if state_before == PlanState.RETURNED and decided_before is not None:
            unit.append(working_days_between(localdate(decided_before), sent, holidays))
    return Pace(_spread(department), _spread(unit))


def _spread(days: Sequence[int]) -> Spread | None:
    return Spread(len(days), mean(days), median(days)) if days else None
