"""Plan windows: refusals of the actions themselves, below the pages."""

from datetime import datetime

import pytest

from campaigns.programme import actions
from emulation_portal.core.audit import entries_of
from tests.factories.campaigns import PhaseFactory
from tests.factories.units import MandateFactory
from units.models import Role

pytestmark = pytest.mark.django_db


def test_a_window_is_closed_and_reopened_once_each(at: datetime) -> None:
    phase = PhaseFactory()
    head = MandateFactory(role=Role.DEPARTMENT_HEAD, unit=phase.campaign.host_unit)
    closed = actions.close_plan_window(phase=phase, reason="Đang sơ kết", by=head.actor, at=at)
    assert (closed.plans_closed_at, closed.plans_closed_by) == (at, head)
    with pytest.raises(actions.WindowAlreadyClosed):
        actions.close_plan_window(phase=phase, reason="Lại", by=head.actor, at=at)
    actions.reopen_plan_window(phase=phase, reason="Đã xong", by=head.actor, at=at)
    with pytest.raises(actions.WindowNotClosed):
        actions.reopen_plan_window(phase=phase, reason="Lại", by=head.actor, at=at)
    told = [(e.action, e.data["reason"]) for e in entries_of(phase.campaign)]
    assert told == [("phase.plans_closed", "Đang sơ kết"), ("phase.plans_reopened", "Đã xong")]
