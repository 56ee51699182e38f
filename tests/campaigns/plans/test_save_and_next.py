"""From plan to plan: the next one of the saved view, what is skipped, and where one stands."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from campaigns.plans.actions.reviewing import take_review
from campaigns.plans.states import PlanState
from tests.campaigns.plans.scenes import AT, Scene, make_scene
from tests.factories.campaigns import PlanFactory, PlanVersionFactory, give_back, send
from tests.factories.units import MandateFactory, UnitFactory
from units.models import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    return make_scene(areas=1)


@pytest.fixture
def reviewer(client, sign_in, scene):
    return sign_in(client, scene.reviewer)


def waiting(scene, *, days, unit=None):
    plan = PlanFactory(phase=scene.phase, unit=unit or UnitFactory())
    at = timezone.now() - timedelta(days=days)
    return send(PlanVersionFactory(plan=plan), at=at)


def decide(client, version, query="", **data):
    address = reverse("campaigns:review-decide", args=[version.pk]) + query
    return client.post(address, {"decision": "accept", **data})


def review(version, query=""):
    return reverse("campaigns:review", args=[version.pk]) + query


def queue(scene, query=""):
    return reverse("campaigns:review-queue", args=[scene.campaign.code]) + query


class TestNext:
    def test_the_one_behind_follows_and_after_the_last_the_first(self, reviewer, scene):
        oldest, middle, newest = (waiting(scene, days=days) for days in (9, 8, 7))
        assert decide(reviewer, middle, then="next").url == review(newest)
        assert decide(reviewer, newest, then="next").url == review(oldest)
        assert decide(reviewer, oldest, then="next").url == queue(scene)

    def test_without_it_the_queue_follows(self, reviewer, scene):
        first = waiting(scene, days=2)
        waiting(scene, days=1)
        assert decide(reviewer, first).url == queue(scene)

    def test_stays_in_the_saved_view(self, reviewer, scene):
        first, other, mine = (waiting(scene, days=days) for days in (9, 8, 7))
        for version in (first, mine):
            take_review(version=version, by=scene.reviewer.actor, at=AT)
        assert decide(reviewer, first, "?view=mine", then="next").url == review(mine, "?view=mine")
        assert decide(reviewer, mine, "?view=mine", then="next").url == queue(scene, "?view=mine")
        other.refresh_from_db()
        assert other.state == PlanState.SENT

    def test_resubmissions_follow_resubmissions(self, reviewer, scene):
        rounds = []
        for days in (6, 5):
            version = waiting(scene, days=days)
            give_back(version)
            again = PlanVersionFactory(plan=version.plan, number=2, based_on=version)
            rounds.append(send(again, at=timezone.now() - timedelta(days=days - 1)))
        waiting(scene, days=3)
        response = decide(reviewer, rounds[0], "?view=resubmitted", then="next")
        assert response.url == review(rounds[1], "?view=resubmitted")

    def test_never_leads_to_ones_own_unit_or_what_others_hold(self, reviewer, scene):
        first = waiting(scene, days=9)
        waiting(scene, days=8, unit=scene.reviewer.unit)
        MandateFactory(person=scene.reviewer.person, unit=(second := UnitFactory()))
        waiting(scene, days=7, unit=second)
        other = MandateFactory(unit=scene.campaign.host_unit, role=Role.DEPARTMENT_REVIEWER)
        take_review(version=waiting(scene, days=6), by=other.actor, at=AT)
        assert decide(reviewer, first, then="next").url == queue(scene)

    def test_a_double_click_leads_to_the_same_next(self, reviewer, scene):
        first, second = waiting(scene, days=2), waiting(scene, days=1)
        answers = [
            decide(reviewer, first, then="next", form_key="decision-1").url for _ in range(2)
        ]
        assert answers == [review(second)] * 2

    def test_skipping_keeps_the_view(self, reviewer, scene):
        first, second = waiting(scene, days=2), waiting(scene, days=1)
        for version in (first, second):
            take_review(version=version, by=scene.reviewer.actor, at=AT)
        address = reverse("campaigns:review-next", args=[scene.campaign.code])
        response = reviewer.get(address, {"view": "mine", "after": first.pk})
        assert response.url == review(second, "?view=mine")
        content = reviewer.get(review(first, "?view=mine")).content.decode()
        assert f"{address}?view=mine&amp;after={first.pk}" in content
        assert "view=mine" in content.split('name="decision"')[0]


class TestWhereOneStands:
    def test_counts_the_saved_view(self, reviewer, scene):
        versions = [waiting(scene, days=days) for days in (9, 8, 7)]
        take_review(version=versions[2], by=scene.reviewer.actor, at=AT)
        response = reviewer.get(review(versions[1]))
        assert (response.context["place"], response.context["total"]) == (2, 3)
        response = reviewer.get(review(versions[2], "?view=mine"))
        assert (response.context["place"], response.context["total"]) == (1, 1)
        # A plan that does not stand in the view has no place there.
        response = reviewer.get(review(versions[0], "?view=mine"))
        assert (response.context["place"], response.context["total"]) == (0, 1)

    def test_sent_at_the_same_moment_each_has_a_place(self, reviewer, scene):
        plans = [PlanFactory(phase=scene.phase, unit=UnitFactory()) for _ in range(3)]
        versions = [send(PlanVersionFactory(plan=plan), at=AT) for plan in plans]
        places = [reviewer.get(review(version)).context["place"] for version in versions]
        assert places == [1, 2, 3]
