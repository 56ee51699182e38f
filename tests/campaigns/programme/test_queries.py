"""Which units owe a plan: no rate may ever exceed one hundred per cent."""

from datetime import date, timedelta

import pytest
from django.http import Http404
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from campaigns.programme.queries import (
    campaign_or_404,
    current_campaigns_for,
    expected_units,
    possible_leads,
)
from tests.factories.campaigns import CampaignFactory, ParticipantFactory, PhaseFactory
from tests.factories.units import MandateFactory, UnitFactory

TODAY = date(2026, 11, 22)
DEADLINE = date(2025, 9, 30)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("valid_from", "valid_to", "owes_plan", "expected"),
    [
        (date(2025, 3, 1), None, True, True),
        (DEADLINE, None, True, True),
        (DEADLINE + timedelta(days=1), None, True, False),
        (date(2025, 3, 1), DEADLINE, True, False),
        (date(2025, 3, 1), DEADLINE + timedelta(days=1), True, True),
        (date(2025, 3, 1), None, False, False),
    ],
)
def test_a_unit_owes_a_plan_if_it_exists_on_the_day_of_the_deadline(
    valid_from: date, valid_to: date | None, owes_plan: bool, expected: bool
) -> None:
    phase = PhaseFactory(plan_deadline=DEADLINE)
    unit = UnitFactory(valid_from=valid_from, valid_to=valid_to, owes_plan=owes_plan)
    ParticipantFactory(campaign=phase.campaign, unit=unit)
    assert (unit in expected_units(phase, TODAY)) is expected


@pytest.mark.django_db
def test_without_a_deadline_the_day_asked_about_decides() -> None:
    phase = PhaseFactory(plan_deadline=None)
    new = UnitFactory(valid_from=TODAY)
    ParticipantFactory(campaign=phase.campaign, unit=new)
    assert list(expected_units(phase, TODAY)) == [new]
    assert list(expected_units(phase, TODAY - timedelta(days=1))) == []


@pytest.mark.django_db
def test_only_participants_of_the_phases_own_campaign_owe_it_a_plan() -> None:
    phase, other = PhaseFactory(), PhaseFactory()
    unit = UnitFactory()
    ParticipantFactory(campaign=other.campaign, unit=unit)
    UnitFactory()
    assert list(expected_units(phase, TODAY)) == []
    assert list(expected_units(other, TODAY)) == [unit]


@pytest.mark.django_db
def test_a_lead_that_has_ended_stays_choosable_where_it_leads() -> None:
    phase = PhaseFactory()
    ended = UnitFactory(valid_to=date(2026, 1, 1))
    here = UnitFactory()
    for unit in (ended, here):
        ParticipantFactory(campaign=phase.campaign, unit=unit)
    UnitFactory()
    assert list(possible_leads(phase.campaign, TODAY)) == [here]
    assert set(possible_leads(phase.campaign, TODAY, keep=ended.pk)) == {here, ended}


_days = st.dates(date(2025, 1, 1), date(2026, 12, 31))


@pytest.mark.django_db
def test_without_a_code_the_latest_visible_campaign_is_meant() -> None:
    mandate = MandateFactory()
    with pytest.raises(Http404):
        campaign_or_404(mandate, None)
    old = CampaignFactory(host_unit=mandate.unit, starts_on=date(2020, 1, 1))
    new = CampaignFactory(host_unit=mandate.unit, starts_on=date(2025, 7, 1))
    CampaignFactory(starts_on=date(2026, 7, 1))
    assert campaign_or_404(mandate, None) == new
    assert current_campaigns_for(mandate) == [new, old]


class AnyLifetimes(TestCase):
    @given(
        st.lists(st.tuples(_days, st.one_of(st.none(), st.integers(1, 900))), max_size=6),
        st.one_of(st.none(), _days),
        _days,
    )
    def test_whoever_is_expected_takes_part_once_and_exists_on_one_day(
        self, lives: list[tuple[date, int | None]], deadline: date | None, on: date
    ) -> None:
        phase = PhaseFactory(plan_deadline=deadline)
        units = [
            UnitFactory(valid_from=first, valid_to=first + timedelta(days) if days else None)
            for first, days in lives
        ]
        for unit in units:
            ParticipantFactory(campaign=phase.campaign, unit=unit)
        found = list(expected_units(phase, on))
        assert len(found) == len(set(found)) <= len(units)
        assert set(found) == {unit for unit in units if unit.exists_on(deadline or on)}
