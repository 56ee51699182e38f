"""What the dashboard shows: five figures, the heat map of areas, deliverables by state."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet

from campaigns.plans.listing import STATUS_CONDITIONS, PlanStatus
from campaigns.plans.models import PlanSection
from campaigns.programme.models import Campaign, ContentArea, DeliverableState
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


@dataclass(frozen=True)
class HeatCell:
    """Targets set ÷ indicators that apply, of one unit in one area; `received` is False where
    there is no plan, which is never drawn as zero."""

    area: ContentArea
    received: bool
    target_count: int = 0
    applicable_count: int = 0

    @property
    def share(self) -> float | None:
        """0–1; None where nothing was received or no indicator applies."""
        return self.target_count / self.applicable_count if self.applicable_count else None


@dataclass(frozen=True)
class HeatRow:
    unit: dict[str, Any]
    cells: tuple[HeatCell, ...]


def heat_rows(units: list[dict[str, Any]], areas: list[ContentArea]) -> list[HeatRow]:
    """The heat map's rows for one page of units (rows of `units_with_plans`), one statement."""
    versions = [unit["version_id"] for unit in units if unit["version_id"]]
    counts: dict[int, dict[int, tuple[int, int]]] = defaultdict(dict)
    sections = PlanSection.objects.filter(version__in=versions, area__isnull=False)
    for version_id, area_id, targets, applicable in sections.values_list(
        "version_id", "area_id", "target_count", "applicable_count"
    ):
        counts[version_id][area_id] = (targets, applicable)
    return [
        HeatRow(
            unit,
            tuple(
                HeatCell(area, True, *counts[unit["version_id"]][area.pk])
                if area.pk in counts.get(unit["version_id"], {})
                else HeatCell(area, received=False)
                for area in areas
            ),
        )
        for unit in units
    ]


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
