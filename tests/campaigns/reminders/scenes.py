"""What the tests of reminders begin with: a campaign whose one unit owes a plan."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from campaigns.models import Campaign, Phase
from tests.factories.campaigns import ParticipantFactory, make_campaign
from tests.factories.units import MandateFactory, UnitFactory
from units.models import Mandate, Role, Unit

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
SUNDAY = datetime(2026, 11, 22, 9, 0, tzinfo=HANOI)
MONDAY = datetime(2026, 11, 23, 8, 0, tzinfo=HANOI)
# A quarterly day, a Tuesday.
QUARTER = datetime(2027, 1, 5, 8, 0, tzinfo=HANOI)
NEXT_QUARTER = datetime(2027, 4, 5, 8, 0, tzinfo=HANOI)


@dataclass
class Owing:
    """A campaign that went live on 01/11/2026 and a unit whose plan is not in."""

    campaign: Campaign
    phase: Phase
    unit: Unit
    officer: Mandate
    reviewer: Mandate

    def another_unit(self, **mandate: Any) -> Mandate:
        """Another unit that owes its plan, with an officer."""
        unit = UnitFactory()
        ParticipantFactory(campaign=self.campaign, unit=unit)
        return MandateFactory(unit=unit, **mandate)


def make_owing(*, deadline: date | None = date(2026, 12, 21), **campaign: Any) -> Owing:
    """The deadline lies after go-live, so that reminders need no release; 30/09/2025 does not."""
    unit, host = UnitFactory(), UnitFactory(owes_plan=False)
    made = make_campaign(areas=1, units=[unit], host_unit=host, **campaign)
    phase = made.phases.get(number=1)
    phase.plan_deadline = deadline
    phase.save()
    return Owing(
        campaign=made,
        phase=phase,
        unit=unit,
        officer=MandateFactory(unit=unit),
        reviewer=MandateFactory(unit=host, role=Role.DEPARTMENT_REVIEWER),
    )


OLD = date(2025, 9, 30)
