"""Reads about extra days: what a unit has asked for and been given, and what waits for a word."""

from dataclasses import dataclass
from datetime import date

from django.db import models

from campaigns.plans.models import ExtensionState, PlanExtension
from campaigns.programme.models import Campaign, Holiday, Phase
from campaigns.programme.working_days import add_working_days
from units.models import Unit

# What one click grants, in working days.
USUAL_DAYS = 5
LONGEST_DAYS = 365


@dataclass(frozen=True)
class ExtraDays:
    """How a unit stands with a phase: its open request, what is in force, and what came last."""

    asked: PlanExtension | None = None
    in_force: PlanExtension | None = None
    expired: PlanExtension | None = None
    declined: PlanExtension | None = None


def extra_days_of(unit: Unit, phase: Phase, *, on: date) -> ExtraDays:
    """Return how `unit` stands on the day `on`. One query.

    Of several grants the one that lasts longest counts; a refusal only while nothing newer was
    asked or granted.
    """
    rows = list(
        PlanExtension.objects.of(unit.pk, phase.pk)
        .select_related("asked_by__person", "decided_by__person", "decided_by__unit")
        .order_by("-pk")
    )
    granted = [row for row in rows if row.state == ExtensionState.GRANTED]
    longest = max(granted, key=lambda row: (row.valid_until, row.pk), default=None)
    lasts = longest is not None and longest.is_in_force(on)
    newest = rows[0] if rows else None
    return ExtraDays(
        asked=next((row for row in rows if row.state == ExtensionState.ASKED), None),
        in_force=longest if lasts else None,
        expired=None if lasts else longest,
        declined=newest if newest and newest.state == ExtensionState.DECLINED else None,
    )


def usual_last_day(campaign: Campaign, *, on: date) -> date:
    """Return the last day of what one click grants: USUAL_DAYS working days after `on`."""
    holidays = set(Holiday.objects.filter(campaign=campaign).values_list("day", flat=True))
    return add_working_days(on, USUAL_DAYS, holidays)


def requests_of(campaign: Campaign) -> models.QuerySet[PlanExtension]:
    """Return the requests that wait for the department, the oldest first."""
    return _told(PlanExtension.objects.waiting(), campaign).order_by("asked_at", "pk")


def decisions_of(campaign: Campaign) -> models.QuerySet[PlanExtension]:
    """Return what the department has granted and declined, the latest first."""
    decided = PlanExtension.objects.exclude(state=ExtensionState.ASKED)
    return _told(decided, campaign).order_by("-decided_at", "-pk")


def _told(
    rows: models.QuerySet[PlanExtension], campaign: Campaign
) -> models.QuerySet[PlanExtension]:
    return rows.filter(phase__campaign=campaign).select_related(
        "phase", "unit", "asked_by__person", "decided_by__person"
    )
