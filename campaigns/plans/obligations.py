"""Who owes a plan: each expected unit of a phase until the department has its plan in hand."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from campaigns.plans.models import Plan
from campaigns.plans.states import PlanState
from campaigns.programme.models import Phase, PlanFlow
from campaigns.programme.queries import expected_units
from emulation_portal.core.obligations import Obligation, register_provider
from units.api import UNIT_ROLES
from units.models import Mandate, Role, Unit

KIND = "plan"
# A plan due before its phase begins is owed from this long before its deadline.
OWED_BEFORE_DEADLINE = timedelta(days=31)


class _Owed(StrEnum):
    """What a unit still has to do."""

    PLAN = "plan"
    ADDITIONS = "additions"
    ISSUE = "issue"


# As the letter names it.
_SENTENCES = {
    _Owed.PLAN: _("The plan of %(unit)s for %(phase)s"),
    _Owed.ADDITIONS: _("Additions to the plan of %(unit)s for %(phase)s"),
    _Owed.ISSUE: _("Issuing the accepted plan of %(unit)s for %(phase)s"),
}


def key_of(phase_id: int, unit_id: int) -> str:
    """Return the name of the obligation of a unit to plan for a phase."""
    return f"{KIND}:{phase_id}:{unit_id}"


def is_asked_for(phase: Phase, *, on: date) -> bool:
    """Whether units are asked for a plan of `phase` on the day `on`: while it runs, and in the
    weeks before a deadline that lies before its first day.
    """
    if on >= phase.ends_on:
        return False
    near = phase.plan_deadline is not None and phase.plan_deadline <= on + OWED_BEFORE_DEADLINE
    return phase.starts_on <= on or near


def plans_owed(
    *, on: date, campaign_id: int | None = None, key: str | None = None
) -> Iterator[Obligation]:
    """Yield the plans owed on the day `on`, three statements a phase whatever its size.

    A plan is owed by the units that were expected to plan and still exist: one that has been
    merged away owes nothing any more. An accepted plan is in, also while an amendment of it is
    being written; where the department reviews first, it still has to be issued. A phase whose
    deadline nobody has set asks nobody.

    Told are the unit's officers; where it has none, its head and deputies. A unit with nobody
    at all is yielded with no person, so that the department sees it.
    """
    phases = Phase.objects.select_related("campaign").filter(
        Q(starts_on__lte=on) | Q(plan_deadline__lte=on + OWED_BEFORE_DEADLINE),
        plan_deadline__isnull=False,
        ends_on__gt=on,
    )
    unit_id: int | None = None
    if campaign_id is not None:
        phases = phases.filter(campaign_id=campaign_id)
    if key is not None:
        phase_id, unit_id = map(int, key.split(":")[1:])
        phases = phases.filter(pk=phase_id)
    for phase in phases:
        yield from _owed_in(phase, on=on, only_unit=unit_id)


def _owed_in(phase: Phase, *, on: date, only_unit: int | None) -> Iterator[Obligation]:
    plans = Plan.objects.filter(phase=phase)
    expected = expected_units(phase, on).only("pk", "name_vi", "name_en", "valid_from", "valid_to")
    if only_unit is not None:
        plans, expected = plans.filter(unit=only_unit), expected.filter(pk=only_unit)
    columns = ("unit_id", "current__state", "in_force_id", "in_force__issue__pk")
    known = {row["unit_id"]: row for row in plans.values(*columns)}
    review_first = phase.campaign.plan_flow == PlanFlow.REVIEW_FIRST
    owing = [
        (unit, owed)
        for unit in expected
        if unit.exists_on(on)
        and (owed := _owed_after(known.get(unit.pk), review_first=review_first))
    ]
    told = _people_of([unit.pk for unit, _owed in owing], on=on)
    url = reverse("campaigns:plan-start", args=[phase.pk])
    state = _state(phase, on)
    for unit, owed in owing:
        yield Obligation(
            kind=KIND,
            key=key_of(phase.pk, unit.pk),
            unit_id=unit.pk,
            label=_label(owed, unit, phase),
            due_date=phase.plan_deadline,  # type: ignore[arg-type]  # filtered above
            person_ids=tuple(told.get(unit.pk, ())),
            url=url,
            campaign_id=phase.campaign_id,
            state=state,
        )


def _owed_after(plan: dict[str, Any] | None, *, review_first: bool) -> _Owed | None:
    """What is left to do when the plan stands as the columns say; None when nothing is."""
    if plan is None:
        return _Owed.PLAN
    if plan["in_force_id"] is not None:
        to_issue = review_first and plan["in_force__issue__pk"] is None
        return _Owed.ISSUE if to_issue else None
    if plan["current__state"] == PlanState.SENT:
        return None
    return _Owed.ADDITIONS if plan["current__state"] == PlanState.RETURNED else _Owed.PLAN


def _people_of(unit_ids: Iterable[int], *, on: date) -> dict[int, list[int]]:
    """By unit, whom to tell; columns only, for ten thousand units are asked about at once."""
    wanted = set(unit_ids)
    mandates = Mandate.objects.valid_on(on).in_roles(*UNIT_ROLES)
    if len(wanted) == 1:
        mandates = mandates.filter(unit__in=wanted)
    officers: dict[int, list[int]] = defaultdict(list)
    leaders: dict[int, list[int]] = defaultdict(list)
    rows = mandates.order_by("person__name_sort_key", "pk")
    for unit_id, role, person_id in rows.values_list("unit_id", "role", "person_id"):
        people = (officers if role == Role.UNIT_OFFICER else leaders)[unit_id]
        if unit_id in wanted and person_id not in people:
            people.append(person_id)
    return {unit: officers.get(unit) or leaders.get(unit) or [] for unit in wanted}


def _state(phase: Phase, on: date) -> str:
    deadline = phase.plan_deadline
    assert deadline is not None  # noqa: S101 - plans_owed leaves such phases out
    if deadline >= on:
        return "due"
    return "recorded_afterwards" if deadline < phase.campaign.go_live_date else "late"


def _written(owed: _Owed, unit: Unit, phase: Phase) -> str:
    return str(_SENTENCES[owed]) % {"unit": unit.name, "phase": phase.name}


# In the language of whoever reads it. Made once: each call of `lazy` builds a class.
_label = lazy(_written, str)


def register() -> None:
    """Called from the app's `ready()`."""
    register_provider(KIND, plans_owed)
