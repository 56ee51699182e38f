"""The department's queue: saved views, ages, who may take what, and which version comes next."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from campaigns.models import PlanVersion
from campaigns.plans.actions.reviewing import take_review
from campaigns.plans.states import PlanState
from tests.campaigns.plans.crowd import crowd
from tests.campaigns.plans.scenes import AT, Scene, make_scene
from tests.factories.campaigns import (
    HANOI,
    PlanFactory,
    PlanVersionFactory,
    give_back,
    send,
)
from tests.factories.units import MandateFactory, UnitFactory
from units.models import Mandate, Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    return make_scene(areas=1)


@pytest.fixture
def other(scene: Scene) -> Mandate:
    return MandateFactory(unit=scene.campaign.host_unit, role=Role.DEPARTMENT_REVIEWER)


@pytest.fixture
def reviewer(client, sign_in, scene):
    return sign_in(client, scene.reviewer)


def days_ago(days: int) -> datetime:
    return timezone.now() - timedelta(days=days)


def waiting(scene: Scene, *, days: int = 0, unit: Any = None, **fields: Any) -> PlanVersion:
    plan = PlanFactory(phase=scene.phase, unit=unit or UnitFactory())
    return send(PlanVersionFactory(plan=plan, **fields), at=days_ago(days))


def queue(client: Any, scene: Scene, **query: Any) -> Any:
    return client.get(reverse("campaigns:review-queue", args=[scene.campaign.code]), query)


def shown(response: Any) -> list[int]:
    return [row.version.pk for row in response.context["rows"]]


class TestQueue:
    def test_the_index_leads_to_the_campaign(self, reviewer, scene):
        address = reverse("campaigns:review-queue", args=[scene.campaign.code])
        assert reviewer.get(reverse("campaigns:reviews")).url == address

    def test_oldest_first_with_age_and_overdue(self, reviewer, scene):
        new, old, due = (waiting(scene, days=days) for days in (1, 30, 10))
        response = queue(reviewer, scene)
        assert shown(response) == [old.pk, due.pk, new.pk]
        rows = response.context["rows"]
        assert [row.age_days for row in rows] == [30, 10, 1]
        assert [row.is_overdue for row in rows] == [True, False, False]

    def test_saved_views_and_their_counts(self, reviewer, scene, other):
        mine, theirs, old = waiting(scene), waiting(scene), waiting(scene, days=17)
        take_review(version=mine, by=scene.reviewer.actor, at=AT)
        take_review(version=theirs, by=other.actor, at=AT)
        first = waiting(scene)
        give_back(first)
        again = send(PlanVersionFactory(plan=first.plan, number=2, based_on=first), at=days_ago(17))
        expected = {
            "all": {mine.pk, theirs.pk, old.pk, again.pk},
            "mine": {mine.pk},
            "overdue": {old.pk, again.pk},
            "resubmitted": {again.pk},
        }
        for view, versions in expected.items():
            response = queue(reviewer, scene, view=view)
            assert set(shown(response)) == versions, view
            counts = {choice: count for choice, _label, count in response.context["tabs"]}
            assert counts == {name: len(found) for name, found in expected.items()}

    def test_a_withdrawn_version_sent_anew_is_no_resubmission(self, reviewer, scene):
        version = waiting(scene)
        PlanVersion.objects.filter(pk=version.pk).update(state=PlanState.WITHDRAWN)
        send(PlanVersionFactory(plan=version.plan, number=2, based_on=version))
        assert shown(queue(reviewer, scene, view="resubmitted")) == []

    @pytest.mark.parametrize("query", [{"view": "x"}, {"view": ""}, {"page": "99"}, {"page": "-"}])
    def test_nonsense_in_the_address_shows_everything(self, query, reviewer, scene):
        version = waiting(scene)
        assert shown(queue(reviewer, scene, **query)) == [version.pk]

    @pytest.mark.parametrize("view", ["all", "mine", "overdue", "resubmitted"])
    def test_an_empty_view_says_what_comes_next(self, view, reviewer, scene):
        content = queue(reviewer, scene, view=view).content.decode()
        assert 'class="empty"' in content

    def test_who_may_take_what(self, reviewer, scene, other):
        free = waiting(scene)
        own = waiting(scene, unit=scene.campaign.host_unit)
        taken = waiting(scene)
        take_review(version=taken, by=other.actor, at=AT)
        mine = waiting(scene)
        take_review(version=mine, by=scene.reviewer.actor, at=AT)
        response = queue(reviewer, scene)
        may_take = {row.version.pk: row.may_take for row in response.context["rows"]}
        assert may_take == {free.pk: True, own.pk: False, taken.pk: False, mine.pk: False}
        content = response.content.decode()
        assert other.person.full_name in content
        assert reverse("campaigns:review-take", args=[free.pk]) in content
        assert reverse("campaigns:review-take", args=[own.pk]) not in content
        assert reverse("campaigns:review", args=[own.pk]) not in content

    def test_of_another_campaign_is_not_found(self, client, sign_in, scene):
        sign_in(client, make_scene(areas=1).reviewer)
        assert queue(client, scene).status_code == 404

    @pytest.mark.parametrize("count", [1, 3, 200])
    def test_query_count(self, count, reviewer, scene, other):
        taken = crowd(scene.phase, count)[::3]
        PlanVersion.objects.filter(pk__in=[version.pk for version in taken]).update(
            reviewer=other, taken_at=AT
        )
        waiting(scene)
        queue(reviewer, scene)
        with CaptureQueriesContext(connection) as queries:
            assert queue(reviewer, scene).status_code == 200
        assert len(queries) == 10


class TestNext:
    def address(self, scene: Scene) -> str:
        return reverse("campaigns:review-next", args=[scene.campaign.code])

    def test_is_the_oldest_that_nobody_holds_and_that_is_not_ones_own(self, reviewer, scene, other):
        waiting(scene, days=9, unit=scene.campaign.host_unit)
        take_review(version=waiting(scene, days=8), by=other.actor, at=AT)
        left = waiting(scene, days=7)
        take_review(version=left, by=other.actor, at=AT)
        oldest = waiting(scene, days=6)
        newest = waiting(scene, days=5)
        review = reverse("campaigns:review", args=[oldest.pk])
        assert reviewer.get(self.address(scene)).url == review
        skipped = {"after": oldest.pk}
        assert reviewer.get(self.address(scene), skipped).url.endswith(f"/{newest.pk}/")
        assert reviewer.get(self.address(scene), {"after": newest.pk}).url == review
        Mandate.objects.filter(pk=other.pk).update(valid_to=other.valid_from)
        assert reviewer.get(self.address(scene)).url != review

    @pytest.mark.parametrize("after", ["x", "", "-1", "٣", "9" * 30, "99999"])
    def test_nonsense_skips_nothing(self, after, reviewer, scene):
        version = waiting(scene)
        response = reviewer.get(self.address(scene), {"after": after})
        assert response.url.endswith(f"/{version.pk}/")

    def test_when_nothing_is_left_the_queue_says_so(self, reviewer, scene):
        response = reviewer.get(self.address(scene), follow=True)
        assert response.redirect_chain[0][0] == reverse(
            "campaigns:review-queue", args=[scene.campaign.code]
        )
        assert list(response.context["messages"])


def test_days_are_counted_in_the_portals_zone(reviewer, scene):
    """A version sent at half past eleven in the evening was sent that day, not the next."""
    evening = datetime(2026, 11, 10, 23, 30, tzinfo=HANOI)
    send(PlanVersionFactory(plan=PlanFactory(phase=scene.phase)), at=evening)
    (row,) = queue(reviewer, scene).context["rows"]
    assert row.sent_on == evening.date()
