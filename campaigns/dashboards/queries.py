"""What the dashboard shows: five figures, the heat map of areas, deliverables by state."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet

from campaigns.plans.listing import STATUS_CONDITIONS, PlanStatus
from campaigns.plans.models import PlanSection
from campaigns.programme.models import Campaign, DeliverableState
from units.models import Unit


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


def deliverable_counts(campaign: Campaign, area_id: int | None = None) -> dict[str, int]:
    """How many of the campaign's deliverables stand in each state; every state has a figure."""
    deliverables = campaign.deliverables.filter(Q() if area_id is None else Q(area_id=area_id))
    found = dict(deliverables.order_by().values_list("state").annotate(Count("pk")))
    return {state: found.get(state, 0) for state in DeliverableState.values}


def plan_deadline_note(deadline: date | None, go_live: date) -> str:
    """ "unknown", "before_go_live" or "": what must be said beside on-time figures."""
    if deadline is None:
        return "unknown"
    return "before_go_live" if deadline < go_live else ""
