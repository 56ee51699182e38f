"""Races of reviewers, with threads on the real database of the run, each with its control."""

import pytest

from campaigns.models import Plan, PlanVersion
from campaigns.plans import actions
from campaigns.plans.actions import reviewing
from campaigns.plans.actions.reviewing import (
    NotUnderReview,
    TakenByAnother,
    accept_plan,
    return_plan,
    take_review,
)
from campaigns.plans.states import PlanState
from emulation_portal.core import audit
from emulation_portal.core.models import Message
from tests.campaigns.plans.scenes import AT, Scene, make_scene
from tests.concurrency import at_once
from tests.factories.units import MandateFactory
from units.models import Role

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def scene() -> Scene:
    return make_scene(areas=1)


@pytest.fixture
def sent(scene: Scene) -> PlanVersion:
    return scene.sent()


def take_at_once(scene, sent):
    reviewers = [scene.reviewer] + [
        MandateFactory(unit=scene.campaign.host_unit, role=Role.DEPARTMENT_REVIEWER)
        for _ in range(3)
    ]

    def take(mandate):
        version = PlanVersion.objects.get(pk=sent.pk)
        return take_review(version=version, by=mandate.actor, at=AT)

    return at_once(*(lambda mandate=mandate: take(mandate) for mandate in reviewers))


def winners(results):
    return [result for result in results if not isinstance(result, Exception)]


def test_of_reviewers_who_take_at_once_one_wins(scene, sent):
    results = take_at_once(scene, sent)
    (winner,) = winners(results)
    assert sum(isinstance(result, TakenByAnother) for result in results) == 3
    sent.refresh_from_db()
    assert sent.reviewer_id == winner.reviewer_id


def test_control_without_the_check_under_the_lock_everybody_wins(monkeypatch, scene, sent):
    monkeypatch.setattr(reviewing, "_check_not_held_by_another", lambda *_, **__: None)
    monkeypatch.setattr(reviewing, "holder_of", lambda *_, **__: None)
    assert len(winners(take_at_once(scene, sent))) == 4


def test_one_reviewer_who_accepts_twice_at_once_accepts_once(scene, sent):
    def accept():
        version = PlanVersion.objects.get(pk=sent.pk)
        return accept_plan(version=version, by=scene.reviewer.actor, at=AT)

    results = at_once(accept, accept, accept)
    assert len(winners(results)) == 1
    assert sum(isinstance(result, NotUnderReview) for result in results) == 2
    assert audit.entries_of(sent.plan).filter(action="plan.accepted").count() == 1
    assert audit.verify_chain(sent.plan)
    people = Message.objects.filter(kind="plan_decided").values_list("recipient", flat=True)
    assert len(people) == len(set(people))


def test_accepting_and_returning_at_once_has_one_outcome(scene, sent):
    def version():
        return PlanVersion.objects.get(pk=sent.pk)

    by = scene.reviewer.actor
    results = at_once(
        lambda: accept_plan(version=version(), by=by, at=AT),
        lambda: return_plan(version=version(), reason="Bổ sung", by=by, at=AT),
    )
    assert len(winners(results)) == 1
    sent.refresh_from_db()
    is_accepted = sent.state == PlanState.ACCEPTED
    assert (Plan.objects.get(pk=sent.plan_id).in_force_id == sent.pk) == is_accepted


def test_taking_and_withdrawing_at_once_has_one_outcome(scene, sent):
    results = at_once(
        lambda: take_review(
            version=PlanVersion.objects.get(pk=sent.pk), by=scene.reviewer.actor, at=AT
        ),
        lambda: actions.withdraw_plan(
            version=PlanVersion.objects.get(pk=sent.pk), by=scene.officer.actor, at=AT
        ),
    )
    assert len(winners(results)) == 1
    sent.refresh_from_db()
    assert (sent.state == PlanState.WITHDRAWN) == (sent.reviewer_id is None)
