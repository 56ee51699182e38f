"""One search over a campaign's plans, tasks and deliverables, of what the reader may read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Window
from django.urls import reverse

from campaigns.plans.listing import (
    ROW_COLUMNS,
    PlanRow,
    PlanStatus,
    listed_units,
    plan_row,
    sees_every_unit,
)
from campaigns.plans.task_listing import (
    BEST,
    TASK_COLUMNS,
    TaskFilter,
    TaskLine,
    listed_tasks,
    task_line,
)
from campaigns.programme.models import Campaign, Deliverable, Phase
from campaigns.programme.queries import DeliverableFilter, deliverables
from emulation_portal.core.searching import words_of
from units.models import Mandate

SHOWN = 5


@dataclass(frozen=True)
class Found:
    """The first of the objects found, how many there are, and the list that has them all."""

    rows: Sequence[Any]
    total: int
    url: str
    # Where one kind of object stands in several lists.
    of: str = ""


@dataclass(frozen=True)
class Results:
    """What a search has found; plans by phase, because each phase has its list."""

    words: tuple[str, ...]
    plans: list[Found]
    tasks: Found
    deliverables: Found

    @property
    def plan_total(self) -> int:
        return sum(found.total for found in self.plans)

    @property
    def total(self) -> int:
        return self.plan_total + self.tasks.total + self.deliverables.total


def search(
    mandate: Mandate, campaign: Campaign, phases: Sequence[Phase], typed: str, *, on: date
) -> Results:
    """Look for the words of `typed`, in any order and with or without accents.

    The rows and numbers are those of the lists at the same words, so that a number and the list
    it leads to agree. One query for each phase, three more.
    """
    words = words_of(typed)
    tasks_url = reverse("campaigns:task-list", args=[campaign.code])
    deliverables_url = reverse("campaigns:deliverable-list", args=[campaign.code])
    query = urlencode({"q": typed})
    if not words:
        empty = Found([], 0, "")
        return Results(words, [], empty, empty)
    wanted = TaskFilter(text=typed, order=BEST)
    tasks = listed_tasks(mandate, campaign, wanted, on=on)
    lines: list[TaskLine] = [
        task_line(row, mandate=mandate, words=words) for row in tasks.values(*TASK_COLUMNS)[:SHOWN]
    ]
    total = tasks.order_by().count()
    named: list[Deliverable] = list(deliverables(campaign, DeliverableFilter(text=typed)))
    return Results(
        words=words,
        plans=[
            found
            for phase in phases
            if (found := _plans(mandate, campaign, phase, typed, on=on)).total
        ],
        tasks=Found(lines, total, f"{tasks_url}?{query}"),
        deliverables=Found(named[:SHOWN], len(named), f"{deliverables_url}?{query}"),
    )


def _plans(mandate: Mandate, campaign: Campaign, phase: Phase, typed: str, *, on: date) -> Found:
    status = PlanStatus.RECEIVED.value if sees_every_unit(mandate) else ""
    units = listed_units(mandate, phase, on=on, status=status, search=typed)
    values = list(units.annotate(total=Window(Count("pk"))).values("total", *ROW_COLUMNS)[:SHOWN])
    rows: list[PlanRow] = [plan_row(row, phase=phase, on=on, mandate=mandate) for row in values]
    query = {"phase": phase.pk, "q": typed, **({"status": status} if status else {})}
    url = reverse("campaigns:plan-list", args=[campaign.code])
    return Found(rows, values[0]["total"] if values else 0, f"{url}?{urlencode(query)}", phase.name)
