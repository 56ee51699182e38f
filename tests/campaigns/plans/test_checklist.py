"""The department's checklist: asked per area, answered by the reviewer, frozen by the decision."""

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from campaigns.models import ChecklistAnswer, PlanVersion
from campaigns.plans import actions
from campaigns.plans.actions.reviewing import (
    TakenByAnother,
    accept_plan,
    answer_checklist,
    take_review,
)
from campaigns.plans.checklist import WHOLE_PLAN, checklist_of
from emulation_portal.core import audit
from tests.campaigns.plans.scenes import AT, Scene, make_scene
from tests.factories.campaigns import PlanFactory, PlanVersionFactory, send
from tests.factories.reviewing import ChecklistItemFactory
from tests.factories.units import MandateFactory
from units.models import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    return make_scene(areas=2)


@pytest.fixture
def sent(scene: Scene) -> PlanVersion:
    return scene.sent()


@pytest.fixture
def items(scene):
    areas = {area.number: area for area in scene.campaign.areas.all()}
    return [
        ChecklistItemFactory(campaign=scene.campaign, area=area)
        for area in (None, areas[1], areas[1], areas[2])
    ]


@pytest.fixture
def other(scene):
    return MandateFactory(unit=scene.campaign.host_unit, role=Role.DEPARTMENT_REVIEWER)


def answer(scene, version, **by_item):
    return answer_checklist(
        version=version, answers={int(key[1:]): value for key, value in by_item.items()},
        by=scene.reviewer.actor, at=AT,
    )  # fmt: skip


class TestAnswering:
    def test_takes_the_version_and_counts_what_is_open(self, scene, sent, items):
        assert answer(scene, sent, **{f"i{items[1].pk}": "yes", f"i{items[2].pk}": "no"}) == 2
        sent.refresh_from_db()
        assert sent.reviewer == scene.reviewer
        state = checklist_of(sent)
        assert (state.total, state.open) == (4, 2)
        assert [question.item for question in state.refused] == [items[2]]
        assert [question.item for question in state.about_plan] == [items[0]]
        assert audit.entries_of(scene.plan).last().action == "plan.checklist_answered"

    def test_may_change_and_be_taken_back(self, scene, sent, items):
        answer(scene, sent, **{f"i{items[1].pk}": "no"})
        assert answer(scene, sent, **{f"i{items[1].pk}": "no"}) == 0
        assert answer(scene, sent, **{f"i{items[1].pk}": "na"}) == 1
        assert ChecklistAnswer.objects.get().answer == "na"
        assert answer(scene, sent, **{f"i{items[1].pk}": ""}) == 1
        assert not ChecklistAnswer.objects.exists()

    def test_of_another_campaign_are_ignored(self, scene, sent):
        foreign = ChecklistItemFactory()
        assert answer(scene, sent, **{f"i{foreign.pk}": "yes"}) == 0

    def test_what_somebody_else_holds_is_refused(self, scene, sent, items, other):
        take_review(version=sent, by=other.actor, at=AT)
        with pytest.raises(TakenByAnother):
            answer(scene, sent, **{f"i{items[1].pk}": "yes"})

    def test_stands_from_the_decision_on(self, scene, sent, items):
        answer(scene, sent, **{f"i{items[1].pk}": "yes"})
        accept_plan(version=sent, by=scene.reviewer.actor, at=AT)
        for write in (
            lambda: ChecklistAnswer.objects.update(answer="no"),
            lambda: ChecklistAnswer.objects.all().delete(),
        ):
            with pytest.raises(DatabaseError, match="immutable"), transaction.atomic():
                write()
        ChecklistItemFactory(campaign=scene.campaign)
        sent = PlanVersion.objects.get(pk=sent.pk)
        assert [question.item for question in checklist_of(sent).questions] == [items[1]]


class TestPages:
    @pytest.fixture
    def reviewer(self, client, sign_in, scene):
        return sign_in(client, scene.reviewer)

    def save(self, client, version, part="area-1", **data):
        address = reverse("campaigns:review-checklist", args=[version.pk, part])
        return client.post(address, data)

    def test_each_part_asks_its_own(self, reviewer, sent, items):
        content = reviewer.get(reverse("campaigns:review", args=[sent.pk])).content.decode()
        for item in items:
            assert content.count(f'name="item-{item.pk}"') == 3
        assert 'id="part-area-1-checklist"' in content
        assert 'id="plan-checklist"' in content

    def test_saving_keeps_the_answers_and_comes_back(self, reviewer, sent, items):
        fields = {f"item-{items[1].pk}": "yes", f"item-{items[2].pk}": "no"}
        assert self.save(reviewer, sent, **fields).url.endswith("#part-area-1-checklist")
        content = reviewer.get(reverse("campaigns:review", args=[sent.pk])).content.decode()
        assert f'name="item-{items[2].pk}" value="no" checked' in content
        assert (
            self.save(reviewer, sent, WHOLE_PLAN, **{f"item-{items[0].pk}": "na"}).status_code
            == 302
        )
        assert checklist_of(sent).open == 1

    def test_scripts_get_the_summary(self, reviewer, sent, items):
        response = reviewer.post(
            reverse("campaigns:review-checklist", args=[sent.pk, "area-1"]),
            {f"item-{items[1].pk}": "yes"}, headers={"X-Quiet": "1"},
        )  # fmt: skip
        assert "3" in response.json()["summary"]

    def test_a_no_leads_to_a_remark_with_the_question(self, reviewer, sent, items):
        response = reviewer.get(
            reverse("campaigns:review", args=[sent.pk]), {"pin": "area-1:", "item": items[1].pk}
        )
        (form,) = (
            part.form for part in response.context["sections"] if part.section.key == "area-1"
        )
        assert form.is_open
        assert items[1].text_vi in form["body"].value()

    @pytest.mark.parametrize("item", ["x", "", "9" * 30, "999999", "٣"])
    def test_an_unknown_question_leaves_the_remark_empty(self, item, reviewer, sent, items):
        response = reviewer.get(
            reverse("campaigns:review", args=[sent.pk]), {"pin": "area-1:", "item": item}
        )
        assert response.status_code == 200

    def test_nonsense_is_refused(self, reviewer, sent, items):
        assert self.save(reviewer, sent, **{f"item-{items[1].pk}": "maybe"}).status_code == 422
        assert self.save(reviewer, sent, "area-9").status_code == 404
        assert not ChecklistAnswer.objects.exists()

    def test_after_the_unit_withdrew_it_is_a_conflict(self, reviewer, scene, sent, items):
        actions.withdraw_plan(version=sent, by=scene.officer.actor, at=AT)
        assert self.save(reviewer, sent, **{f"item-{items[1].pk}": "yes"}).status_code == 409

    def test_what_somebody_else_holds_is_shown_and_not_asked(self, reviewer, sent, items, other):
        take_review(version=sent, by=other.actor, at=AT)
        content = reviewer.get(reverse("campaigns:review", args=[sent.pk])).content.decode()
        assert items[1].text in content
        assert f'name="item-{items[1].pk}"' not in content
        assert self.save(reviewer, sent, **{f"item-{items[1].pk}": "yes"}).status_code == 409

    def test_ones_own_units_plan_is_refused(self, reviewer, scene, items):
        own = send(
            PlanVersionFactory(plan=PlanFactory(phase=scene.phase, unit=scene.reviewer.unit))
        )
        assert self.save(reviewer, own, **{f"item-{items[1].pk}": "yes"}).status_code == 403

    def test_the_department_reads_it_later_and_the_unit_does_not(
        self, client, sign_in, scene, sent, items
    ):
        answer(scene, sent, **{f"i{items[1].pk}": "yes"})
        accept_plan(version=sent, by=scene.reviewer.actor, at=AT)
        sign_in(client, scene.reviewer)
        assert items[1].text in client.get(sent.get_absolute_url()).content.decode()
        sign_in(client, scene.officer)
        assert items[1].text not in client.get(sent.get_absolute_url()).content.decode()
        trail = client.get(reverse("campaigns:plan-trail", args=[sent.plan_id]))
        actions_shown = {entry.action for entry in trail.context["page"]}
        assert "plan.checklist_answered" not in actions_shown
