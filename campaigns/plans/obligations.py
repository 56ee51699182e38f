"""Who owes a plan: each expected unit of a phase until the department has its plan in hand."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from django.db.models import Q
from django.urls import reverse
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from campaigns.plans.models import Plan
from campaigns.plans.states import PlanState
from campaigns.programme.models import Phase
from campaigns.programme.queries import expected_units
from emulation_portal.core.obligations import Obligation, register_provider
from units.api import mandates_for_units
from units.models import Role, Unit

KIND = "plan"
# A plan due before its phase begins is owed from this long before its deadline.
OWED_BEFORE_DEADLINE = timedelta(days=31)


def key_of(phase: Phase, unit: Unit) -> str:
    return f"{KIND}:{phase.pk}:{unit.pk}"


def plans_owed(
    *, on: date, campaign_id: int | None = None, key: str | None = None
) -> Iterator[Obligation]:
    """Yield the plans owed on the day `on`, three statements a phase whatever its size.

    Told are the unit's officers; where it has none, its head and deputies. A unit with nobody
    at all is yielded with no person, so that the department sees it.
    """
    phases = Phase.objects.select_related("campaign").filter(
        Q(starts_on__lte=on) | Q(plan_deadline__lte=on + OWED_BEFORE_DEADLINE),
        plan_deadline__isnull=False,
        ends_on__gt=on,
    )
    if campaign_id is not None:
        phases = phases.filter(campaign_id=campaign_id)
    unit_id = None
    if key is not None:
        _kind, phase_id, unit_id = key.split(":")
        phases = phases.filter(pk=phase_id)
    for phase in phases:
        yield from _owed_in(phase, on=on, unit_id=unit_id)


def _owed_in(phase: Phase, *, on: date, unit_id: str | None) -> Iterator[Obligation]:
    received: dict[int, str] = dict(
        Plan.objects.filter(phase=phase, current__isnull=False).values_list(
            "unit_id", "current__state"
        )
    )
    expected = expected_units(phase, on)
    if unit_id is not None:
        expected = expected.filter(pk=unit_id)
    owing = [
        unit
        for unit in expected
        if received.get(unit.pk) not in (PlanState.SENT, PlanState.ACCEPTED)
    ]
    told = _people_of([unit.pk for unit in owing], on=on)
    url = reverse("campaigns:plan-start", args=[phase.pk])
    for unit in owing:
        yield Obligation(
            kind=KIND,
            key=key_of(phase, unit),
            unit_id=unit.pk,
            label=_label(unit, phase, returned=received.get(unit.pk) == PlanState.RETURNED),
            due_date=phase.plan_deadline,  # type: ignore[arg-type]  # filtered above
            person_ids=tuple(told[unit.pk]),
            url=url,
            campaign_id=phase.campaign_id,
            state=_state(phase, on),
        )


def _people_of(unit_ids: Iterable[int], *, on: date) -> dict[int, list[int]]:
    officers: dict[int, list[int]] = defaultdict(list)
    heads: dict[int, list[int]] = defaultdict(list)
    roles = (Role.UNIT_OFFICER, Role.UNIT_HEAD, Role.UNIT_DEPUTY)
    for mandate in mandates_for_units(unit_ids, roles, on):
        people = officers if mandate.role == Role.UNIT_OFFICER else heads
        if mandate.person_id not in people[mandate.unit_id]:
            people[mandate.unit_id].append(mandate.person_id)
    return defaultdict(list, {**heads, **{unit: ids for unit, ids in officers.items() if ids}})


def _state(phase: Phase, on: date) -> str:
    deadline = phase.plan_deadline
    assert deadline is not None  # noqa: S101 - plans_owed leaves such phases out
    if deadline >= on:
        return "due"
    return "recorded_afterwards" if deadline < phase.campaign.go_live_date else "late"


def _label(unit: Unit, phase: Phase, *, returned: bool) -> object:
    """A sentence that is written in the language of whoever reads it."""
    sentence = (
        _("Additions to the plan of %(unit)s for %(phase)s")
        if returned
        else _("The plan of %(unit)s for %(phase)s")
    )
    return lazy(lambda: str(sentence) % {"unit": unit.name, "phase": phase.name}, str)()


def register() -> None:
    """Called from the app's `ready()`."""
    register_provider(KIND, plans_owed)
