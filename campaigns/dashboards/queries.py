"""What the dashboard and the home pages count, in as many statements as there are tables."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Min, Q, QuerySet

from campaigns.plans import review_queue
from campaigns.plans.listing import STATUS_CONDITIONS, PlanStatus
from campaigns.plans.models import PlanSection, PlanVersion
from campaigns.plans.review_queue import QueueView
from campaigns.plans.states import PlanState
from campaigns.programme.models import (
    Campaign,
    ContentArea,
    DeliverableState,
    Holiday,
    ReportingPeriod,
)
from emulation_portal.core.models import Message
from emulation_portal.core.outbox import MessageState
from units.models import Mandate, Unit


@dataclass(frozen=True)
class PlanFigures:
    """Expected units of a phase and what came of their plans; all counts of units."""

    expected: int
    received: int
    on_time: int
    returned: int
    accepted: int
    missing: int
    late: int
    sent: int


def plan_figures(units: QuerySet[Unit, Any]) -> PlanFigures:
    """Count the units of `plans.listing.units_with_plans` by status, in one statement."""
    counted = ("received", "on_time", "returned", "accepted", "missing", "late", "sent")
    row = units.order_by().aggregate(
        expected=Count("pk"),
        **{name: Count("pk", filter=STATUS_CONDITIONS[PlanStatus(name)]) for name in counted},
    )
    return PlanFigures(**row)


def target_counts(version_ids: Iterable[int]) -> dict[tuple[int, int], tuple[int, int]]:
    """By version and content area: (targets set, indicators that apply). One statement."""
    sections = PlanSection.objects.filter(version__in=list(version_ids), area__isnull=False)
    rows = sections.order_by().values_list(
        "version_id", "area_id", "target_count", "applicable_count"
    )
    return {(version, area): (targets, applicable) for version, area, targets, applicable in rows}


@dataclass(frozen=True)
class AreaDeliverables:
    """A content area with how many of its deliverables stand in each state."""

    area: ContentArea
    counts: dict[str, int]


def areas_with_deliverables(campaign: Campaign) -> list[AreaDeliverables]:
    """The campaign's areas in order, each with a figure for every state. One statement."""
    counted = {
        f"deliverables_{state}": Count("deliverables", filter=Q(deliverables__state=state))
        for state in DeliverableState.values
    }
    return [
        AreaDeliverables(
            area,
            {state: getattr(area, f"deliverables_{state}") for state in DeliverableState.values},
        )
        # Said here: Django drops the default order of a query that groups.
        for area in campaign.areas.annotate(**counted).order_by("number")
    ]


@dataclass(frozen=True)
class QueueFigures:
    """What waits for the department in one campaign, for one reviewer."""

    waiting: int = 0
    overdue: int = 0
    mine: int = 0
    oldest: datetime | None = None


def queue_figures(
    campaigns: Collection[Campaign], mandate: Mandate, *, on: date
) -> dict[int, QueueFigures]:
    """By campaign id, what its review queue holds; a campaign without any is left out.

    Two statements; the views are those of the queue itself, so that the numbers agree.
    """
    days_off = Holiday.objects.filter(campaign__in=campaigns).values_list("day", flat=True)
    views = review_queue.conditions(mandate, on=on, holidays=frozenset(days_off))
    rows = (
        PlanVersion.objects.filter(state=PlanState.SENT, plan__phase__campaign__in=campaigns)
        .order_by()
        .values("plan__phase__campaign")
        .annotate(
            waiting=Count("pk"),
            overdue=Count("pk", filter=views[QueueView.OVERDUE]),
            mine=Count("pk", filter=views[QueueView.MINE]),
            oldest=Min("sent_at"),
        )
    )
    return {
        row["plan__phase__campaign"]: QueueFigures(
            row["waiting"], row["overdue"], row["mine"], row["oldest"]
        )
        for row in rows
    }


def held_letters(campaigns: Collection[Campaign]) -> dict[int, int]:
    """By campaign id, how many letters wait for the department's release. One statement.

    Reminders are the only mail that is ever held.
    """
    rows = (
        Message.objects.filter(
            state=MessageState.HELD, context__campaign__in=[campaign.pk for campaign in campaigns]
        )
        .order_by()
        .values_list("context__campaign")
        .annotate(Count("pk"))
    )
    return dict(rows)


def remark_counts(version_ids: Iterable[int]) -> dict[int, int]:
    """By version id, how many remarks the department has pinned to it. One statement."""
    versions = PlanVersion.objects.filter(pk__in=list(version_ids))
    return dict(versions.order_by().values_list("pk").annotate(Count("remarks")))


def next_periods(unit: Unit, *, on: date, limit: int = 3) -> list[ReportingPeriod]:
    """The reporting periods of the unit's campaigns that fall due next. One statement."""
    periods = ReportingPeriod.objects.filter(
        campaign__participants__unit=unit, deadline__gte=on
    ).select_related("campaign")
    return list(periods.order_by("deadline", "starts_on", "kind", "pk")[:limit])


def longest_waiting(
    campaigns: Collection[Campaign], *, not_reviewed: Collection[int], limit: int = 5
) -> list[PlanVersion]:
    """The versions that have waited longest for the department, the oldest first, without those
    of the units `not_reviewed`. One statement.
    """
    versions = PlanVersion.objects.filter(
        state=PlanState.SENT, plan__phase__campaign__in=campaigns
    ).select_related("plan__unit", "plan__phase", "reviewer__person")
    versions = versions.exclude(plan__unit__in=not_reviewed)
    return list(versions.order_by("sent_at", "pk")[:limit])


def failed_letters() -> int:
    """How many mails could not be sent and wait for somebody to look. One statement."""
    return Message.objects.filter(state=MessageState.FAILED).count()
