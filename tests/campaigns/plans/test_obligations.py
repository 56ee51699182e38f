"""Who owes a plan, from when until when, and who is told."""

from datetime import date

import pytest
from django.urls import resolve
from django.utils import translation

from campaigns.plans.obligations import KIND, is_asked_for, key_of, plans_owed
from emulation_portal.core.obligations import due, still_owed
from tests.factories.campaigns import (
    ParticipantFactory,
    PhaseFactory,
    PlanIssueFactory,
    accept,
    give_back,
    make_campaign,
    make_draft,
    send,
)
from tests.factories.units import MandateFactory, SuccessionFactory, UnitFactory
from units.models import Role

pytestmark = pytest.mark.django_db

ON = date(2027, 1, 5)


@pytest.fixture
def unit():
    return UnitFactory()


@pytest.fixture
def phase(unit):
    return make_campaign(areas=1, units=[unit]).phases.get(number=1)


def owed(phase, on=ON):
    return list(plans_owed(on=on, campaign_id=phase.campaign_id))


def test_a_unit_without_a_plan_owes_it(phase, unit):
    (obligation,) = owed(phase)
    assert obligation.key == key_of(phase.pk, unit.pk)
    assert obligation.due_date == phase.plan_deadline
    assert obligation.unit_id == unit.pk
    assert obligation.campaign_id == phase.campaign_id
    assert resolve(obligation.url).view_name == "campaigns:plan-start"


def test_what_is_owed_is_named_in_the_readers_language(phase, unit):
    (obligation,) = owed(phase)
    assert str(obligation.label) == f"Kế hoạch của {unit.name_vi}, {phase.name_vi}"
    with translation.override("en"):
        assert str(obligation.label) == f"The plan of {unit.name_en} for {phase.name_en}"


# --- Until the plan is in -----------------------------------------------------------------


def test_a_draft_is_not_in_yet(phase, unit):
    make_draft(phase=phase, unit=unit)
    assert len(owed(phase)) == 1


def test_a_plan_the_department_has_is_not_owed(phase, unit):
    version = send(make_draft(phase=phase, unit=unit))
    assert owed(phase) == []
    accept(version)
    assert owed(phase) == []


def test_a_plan_given_back_is_owed_until_it_is_sent_again(phase, unit):
    version = give_back(send(make_draft(phase=phase, unit=unit)))
    assert str(owed(phase)[0].label).startswith("Bổ sung kế hoạch của")
    send(make_draft(phase=phase, unit=unit, number=2, based_on=version))
    assert owed(phase) == []


def test_an_accepted_plan_stays_in_while_its_amendment_is_given_back(phase, unit):
    accept(send(make_draft(phase=phase, unit=unit)))
    give_back(send(make_draft(phase=phase, unit=unit, number=2)))
    assert owed(phase) == []


def test_where_review_comes_first_the_accepted_plan_has_to_be_issued(unit):
    phase = make_campaign(areas=1, units=[unit], plan_flow="review_first").phases.get(number=1)
    version = accept(send(make_draft(phase=phase, unit=unit)))
    assert str(owed(phase)[0].label).startswith("Ban hành kế hoạch")
    PlanIssueFactory(version=version)
    assert owed(phase) == []


# --- From when until when -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("on", "asked"),
    [
        (date(2027, 5, 29), False),
        (date(2027, 5, 30), True),  # 31 days before a deadline that precedes the phase
        (date(2027, 7, 1), True),
        (date(2029, 12, 31), True),
        (date(2031, 1, 1), False),  # the phase is over
    ],
)
def test_a_plan_is_owed_while_its_phase_runs_and_shortly_before(phase, on, asked):
    second = phase.campaign.phases.get(number=2)
    second.plan_deadline = date(2027, 6, 30)
    second.save()
    keys = [obligation.key for obligation in owed(phase, on)]
    assert any(key.startswith(f"{KIND}:{second.pk}:") for key in keys) == asked
    assert is_asked_for(second, on=on) == asked


def test_a_phase_without_a_deadline_asks_nobody_but_may_be_planned_for(phase):
    phase.plan_deadline = None
    phase.save()
    assert owed(phase) == []
    assert is_asked_for(phase, on=ON)


@pytest.mark.parametrize(
    ("deadline", "state"),
    [
        (date(2025, 9, 30), "recorded_afterwards"),  # the portal did not exist
        (date(2026, 12, 1), "late"),
        (ON, "due"),
    ],
)
def test_nothing_is_late_because_the_portal_did_not_exist(phase, deadline, state):
    phase.plan_deadline = deadline
    phase.save()
    assert [obligation.state for obligation in owed(phase)] == [state]


# --- Which units --------------------------------------------------------------------------


def test_a_merged_unit_owes_nothing_and_neither_does_its_younger_successor(phase, unit):
    unit.valid_to = date(2026, 6, 1)
    unit.save()
    successor = UnitFactory(valid_from=date(2026, 6, 1))
    SuccessionFactory(predecessor=unit, successor=successor)
    ParticipantFactory(campaign=phase.campaign, unit=successor)
    assert owed(phase) == []


def test_a_unit_that_takes_no_part_or_plans_nothing_owes_nothing(phase):
    UnitFactory()
    ParticipantFactory(campaign=phase.campaign, unit=UnitFactory(owes_plan=False))
    assert len(owed(phase)) == 1


# --- Who is told --------------------------------------------------------------------------


def test_officers_are_told_once_each(phase, unit):
    first, second = MandateFactory(unit=unit), MandateFactory(unit=unit)
    MandateFactory(unit=unit, person=first.person, valid_from=date(2026, 1, 1))
    MandateFactory(unit=unit, role=Role.UNIT_HEAD)
    assert set(owed(phase)[0].person_ids) == {first.person_id, second.person_id}
    assert len(owed(phase)[0].person_ids) == 2


def test_head_and_deputies_are_told_where_there_is_no_officer(phase, unit):
    head = MandateFactory(unit=unit, role=Role.UNIT_HEAD)
    deputy = MandateFactory(unit=unit, role=Role.UNIT_DEPUTY)
    MandateFactory(unit=unit, valid_to=ON)  # an officer until yesterday
    MandateFactory(unit=unit, role=Role.OBSERVER)
    assert set(owed(phase)[0].person_ids) == {head.person_id, deputy.person_id}


def test_a_unit_with_nobody_is_shown_with_nobody(phase):
    assert owed(phase)[0].person_ids == ()


# --- Asked one by one, and all at once ----------------------------------------------------


def test_one_obligation_is_asked_for_by_its_key(phase, unit):
    other = UnitFactory()
    ParticipantFactory(campaign=phase.campaign, unit=other)
    officer = MandateFactory(unit=unit)
    found = still_owed(KIND, key_of(phase.pk, unit.pk), on=ON)
    assert (found.unit_id, found.person_ids) == (unit.pk, (officer.person_id,))
    send(make_draft(phase=phase, unit=unit))
    assert still_owed(KIND, key_of(phase.pk, unit.pk), on=ON) is None
    assert still_owed(KIND, key_of(phase.pk, other.pk), on=ON) is not None


def test_another_campaigns_plans_are_left_out(phase):
    other = make_campaign(areas=1, units=[UnitFactory()])
    assert {o.campaign_id for o in due(on=ON)} == {phase.campaign_id, other.pk}
    assert {o.campaign_id for o in due(on=ON, campaign_id=other.pk)} == {other.pk}


@pytest.mark.parametrize("units", [1, 3, 200])
def test_the_statements_do_not_grow_with_the_units(units, django_assert_num_queries):
    phase = make_campaign(areas=1).phases.get(number=1)
    for _unit in range(units):
        ParticipantFactory(campaign=phase.campaign, unit=UnitFactory())
    with django_assert_num_queries(4):
        assert len(owed(phase)) == units


def test_two_phases_are_two_obligations(phase, unit):
    PhaseFactory(campaign=phase.campaign, number=3, plan_deadline=date(2026, 12, 1))
    assert len({o.key for o in owed(phase)}) == 2
