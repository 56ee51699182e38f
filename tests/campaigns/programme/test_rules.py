"""May this mandate? Every role against every act."""

import pytest

from campaigns.programme.rules import (
    may_confirm_facts,
    may_manage_window,
    may_update_deliverables,
)
from tests.factories.campaigns import PhaseFactory
from tests.factories.units import MandateFactory
from units.models import Role

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", Role.values)
def test_each_role_at_the_body_that_leads(role: str) -> None:
    phase = PhaseFactory()
    mandate = MandateFactory(role=role, unit=phase.campaign.host_unit)
    assert may_update_deliverables(mandate, phase.campaign) == (
        role in {"department_reviewer", "department_head"}
    )
    assert may_manage_window(mandate, phase) == (role == "department_head")
    assert may_confirm_facts(mandate, phase.campaign) == (role == "administrator")


@pytest.mark.parametrize("role", Role.values)
def test_no_role_elsewhere_keeps_deliverables_or_windows(role: str) -> None:
    phase = PhaseFactory()
    mandate = MandateFactory(role=role)
    assert not may_update_deliverables(mandate, phase.campaign)
    assert not may_manage_window(mandate, phase)
