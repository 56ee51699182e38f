"""How long each side took, in working days, and how it goes on the whole."""

from datetime import date, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from campaigns.plans.review_queue import overdue_before
from campaigns.plans.turn_round import holidays_of, pace_of, turn_round_of
from tests.campaigns.plans.scenes import Scene, make_scene
from tests.factories.campaigns import (
    HANOI,
    HolidayFactory,
    PlanFactory,
    PlanVersionFactory,
    accept,
    give_back,
    make_draft,
    send,
)
from tests.factories.units import UnitFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    return make_scene(areas=1)


def at(day: int, month: int = 11) -> datetime:
    return datetime(2026, month, day, 10, 0, tzinfo=HANOI)


def sent(scene, on: datetime, **fields):
    plan = PlanFactory(phase=scene.phase, unit=UnitFactory())
    return send(PlanVersionFactory(plan=plan, **fields), at=on)


class TestOneVersion:
    def test_counts_to_the_decision_without_holidays(self, scene):
        HolidayFactory(campaign=scene.campaign, day=date(2026, 11, 24))
        version = accept(sent(scene, at(20)), at=at(25))
        shown = turn_round_of(
            version, None, holidays=holidays_of(scene.campaign), on=date(2026, 12, 1)
        )
        assert (shown.department, shown.is_decided, shown.unit) == (2, True, None)

    def test_counts_to_today_while_nobody_has_decided(self, scene):
        shown = turn_round_of(sent(scene, at(20)), None, holidays=(), on=date(2026, 11, 26))
        assert (shown.department, shown.is_decided) == (4, False)

    def test_the_units_time_runs_from_the_return(self, scene):
        first = give_back(sent(scene, at(10)), at=at(12))
        again = send(PlanVersionFactory(plan=first.plan, number=2, based_on=first), at=at(18))
        assert turn_round_of(again, first, holidays=(), on=date(2026, 11, 18)).unit == 4
        amended = accept(sent(scene, at(10)), at=at(12))
        assert turn_round_of(again, amended, holidays=(), on=date(2026, 11, 18)).unit is None

    def test_a_draft_has_none(self, scene):
        draft = make_draft(phase=scene.phase, unit=scene.unit)
        assert turn_round_of(draft, None, holidays=(), on=date(2026, 11, 18)).department is None


class TestPace:
    def pace(self, scene, on=date(2026, 11, 22)):
        return pace_of(scene.campaign, holidays=(), on=on)

    def test_gives_median_and_mean_of_both_sides(self, scene):
        for days in (1, 2, 9):  # Tuesday the 10th: 1, 2 and 7 working days
            accept(sent(scene, at(10)), at=at(10 + days))
        first = give_back(sent(scene, at(10)), at=at(10))
        send(PlanVersionFactory(plan=first.plan, number=2, based_on=first), at=at(13))
        pace = self.pace(scene)
        assert pace.department is not None
        assert (pace.department.count, pace.department.median) == (4, 1.5)
        assert pace.department.mean == 2.5
        assert pace.unit is not None
        assert (pace.unit.count, pace.unit.median) == (1, 3)

    def test_nothing_answered_says_nothing(self, scene):
        sent(scene, at(10))
        assert self.pace(scene).department is None
        assert self.pace(scene).unit is None

    def test_what_was_sent_before_go_live_counts_for_nobody(self, scene):
        accept(sent(scene, at(20, month=10)), at=at(20))
        assert self.pace(scene).department is None

    def test_another_campaign_counts_for_itself(self, scene):
        accept(sent(make_scene(areas=1), at(10)), at=at(11))
        assert self.pace(scene).department is None

    def test_the_queue_shows_it(self, client, sign_in, scene):
        accept(sent(scene, timezone.now() - timedelta(days=7)), at=timezone.now())
        scene.campaign.go_live_date = date(2025, 7, 1)
        scene.campaign.save()
        sign_in(client, scene.reviewer)
        address = reverse("campaigns:review-queue", args=[scene.campaign.code])
        assert client.get(address).context["pace"].department.median == 5


@pytest.mark.parametrize(
    ("on", "first"),
    [
        (date(2026, 11, 20), date(2026, 11, 6)),  # a Friday: two weeks before
        (date(2026, 11, 22), date(2026, 11, 6)),  # the weekend adds nothing
        (date(2026, 11, 23), date(2026, 11, 9)),
    ],
)
def test_overdue_counts_working_days_as_the_receipt_promised(on, first):
    assert overdue_before(on, []).date() == first
    assert overdue_before(on, [first + timedelta(days=3)]).date() < first
