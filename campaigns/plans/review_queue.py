"""The department's queue: which versions wait, for how long, and which comes next."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.utils.timezone import localdate, make_aware
from django.utils.translation import gettext_lazy as _

from campaigns.plans.actions.reviewing import holder_of
from campaigns.plans.models import PlanVersion
from campaigns.plans.states import PlanState
from campaigns.programme.models import Campaign
from campaigns.programme.working_days import working_days_between
from units.models import Mandate


class QueueView(models.TextChoices):
    """The saved views, as they stand in the address."""

    ALL = "all", _("All")
    MINE = "mine", _("Mine")
    OVERDUE = "overdue", _("Overdue")
    RESUBMITTED = "resubmitted", _("Sent again")


class Arrival(models.TextChoices):
    """What kind of version came in."""

    FIRST = "first", _("First version")
    RESUBMITTED = "resubmitted", _("Sent again after additions")
    AMENDMENT = "amendment", _("Amendment of an accepted plan")


def waiting(campaign: Campaign) -> QuerySet[PlanVersion]:
    """Return the versions under review, the oldest first, each with `answered` (the state of the
    version the department decided before it, or None), its unit, phase and reviewer.
    """
    earlier = PlanVersion.objects.filter(
        plan=OuterRef("plan"),
        number__lt=OuterRef("number"),
        state__in=(PlanState.RETURNED, PlanState.ACCEPTED),
    )
    return (
        PlanVersion.objects.filter(plan__phase__campaign=campaign, state=PlanState.SENT)
        .annotate(answered=Subquery(earlier.order_by("-number").values("state")[:1]))
        .select_related("plan__unit", "plan__phase", "reviewer__person", "sent_by__person")
        .order_by("sent_at", "pk")
    )


def conditions(mandate: Mandate, *, on: date, holidays: Collection[date]) -> dict[str, Q]:
    """Return what each saved view holds, for the person acting under `mandate`."""
    return {
        QueueView.ALL: Q(),
        QueueView.MINE: Q(reviewer__person_id=mandate.person_id),
        QueueView.OVERDUE: Q(sent_at__lt=overdue_before(on, holidays)),
        QueueView.RESUBMITTED: Q(answered=PlanState.RETURNED),
    }


def overdue_before(on: date, holidays: Collection[date]) -> datetime:
    """Return the moment before which a version must have been sent to be overdue on `on`: what
    was sent earlier has waited more than PLAN_REVIEW_DAYS working days, as its receipt promised.
    """
    first_day = on
    while working_days_between(first_day - timedelta(days=1), on, holidays) <= (
        settings.PLAN_REVIEW_DAYS
    ):
        first_day -= timedelta(days=1)
    return make_aware(datetime.combine(first_day, time.min))


def counts_of(rows: QuerySet[PlanVersion], views: dict[str, Q]) -> dict[str, int]:
    """Return how many versions each view holds, in one statement."""
    wanted = {view: Count("pk", filter=condition) for view, condition in views.items() if condition}
    return rows.order_by().aggregate(**{QueueView.ALL.value: Count("pk")}, **wanted)


@dataclass(frozen=True)
class QueueRow:
    """A version in the queue as one reader sees it."""

    version: PlanVersion
    arrival: Arrival
    sent_on: date
    age_days: int
    is_overdue: bool
    reviewer: str
    is_mine: bool
    # The person holds a mandate in the plan's own unit: somebody else reviews it.
    is_own: bool

    @property
    def may_take(self) -> bool:
        return not (self.reviewer or self.is_own)

    @property
    def may_decide(self) -> bool:
        return self.is_mine or self.may_take


def queue_row(
    version: PlanVersion,
    *,
    mandate: Mandate,
    not_reviewed: set[int],
    overdue_before: datetime,
    on: date,
) -> QueueRow:
    """Make a row; `not_reviewed` are the units whose plans this person does not review."""
    assert version.sent_at is not None  # noqa: S101 - by constraint: it is under review
    sent_on = localdate(version.sent_at)
    age = (on - sent_on).days
    holder = holder_of(version, on=on)
    return QueueRow(
        version=version,
        arrival=arrival_of(version.answered),  # type: ignore[attr-defined]  # annotated
        sent_on=sent_on,
        age_days=age,
        is_overdue=version.sent_at < overdue_before,
        reviewer=holder.person.full_name if holder else "",
        is_mine=holder is not None and holder.person_id == mandate.person_id,
        is_own=version.plan.unit_id in not_reviewed,
    )


def arrival_of(answered: str | None) -> Arrival:
    """Return what kind of version follows one that was answered with the state `answered`."""
    if answered == PlanState.RETURNED:
        return Arrival.RESUBMITTED
    return Arrival.AMENDMENT if answered == PlanState.ACCEPTED else Arrival.FIRST


def view_named(name: str) -> QueueView:
    """Return the saved view an address names; all versions for a name that means nothing."""
    return QueueView(name) if name in QueueView.values else QueueView.ALL


def position_of(version: PlanVersion, rows: QuerySet[PlanVersion]) -> tuple[int, int]:
    """Return the version's place among `rows`, counted from 1, and how many there are.

    The place is 0 where the version is not among them. One statement.
    """
    upto = Q(sent_at__lt=version.sent_at) | Q(sent_at=version.sent_at, pk__lte=version.pk)
    counts = rows.order_by().aggregate(
        total=Count("pk"),
        place=Count("pk", filter=upto),
        here=Count("pk", filter=Q(pk=version.pk)),
    )
    return (counts["place"] if counts["here"] else 0), counts["total"]


def next_to_take(
    campaign: Campaign,
    *,
    mandate: Mandate,
    not_reviewed: set[int],
    holidays: Collection[date],
    on: date,
    view: QueueView = QueueView.ALL,
    after: int | None = None,
) -> PlanVersion | None:
    """Return the version of the saved view that has waited longest for this person, or None:
    one that nobody holds, or that the person does.

    `after` is the id of a version that is skipped: the next one behind it follows, and behind
    the last one the first.
    """
    others = Mandate.objects.valid_on(on).exclude(person_id=mandate.person_id)
    free = (
        waiting(campaign)
        .filter(conditions(mandate, on=on, holidays=holidays)[view])
        .exclude(plan__unit__in=not_reviewed)
        .exclude(reviewer__in=others.filter(person__is_active=True).values("pk"))
    )
    skipped = PlanVersion.objects.filter(pk=after).first() if after is not None else None
    if skipped is None or skipped.sent_at is None:
        return free.first()
    behind = Q(sent_at__gt=skipped.sent_at) | Q(sent_at=skipped.sent_at, pk__gt=skipped.pk)
    return free.filter(behind).first() or free.exclude(pk=skipped.pk).first()
