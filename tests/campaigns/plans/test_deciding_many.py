"""Several plans decided at once: every letter first, each plan by itself, nothing twice."""

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from campaigns.models import PlanVersion
from campaigns.plans.actions.deciding_many import decide_many
from campaigns.plans.actions.reviewing import accept_plan, take_review
from campaigns.plans.forms.deciding_many import MOST_AT_ONCE
from campaigns.plans.review_mails import render_plan_decided
from campaigns.plans.states import PlanState
from emulation_portal.core import audit
from emulation_portal.core.fields import new_key
from emulation_portal.core.models import Message
from tests.campaigns.plans.crowd import crowd
from tests.campaigns.plans.scenes import AT, Scene, make_scene
from tests.factories.campaigns import PlanFactory, PlanVersionFactory, send
from tests.factories.reviewing import StockPhraseFactory
from tests.factories.units import MandateFactory, UnitFactory
from units.models import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    return make_scene(areas=1)


@pytest.fixture
def other(scene):
    return MandateFactory(unit=scene.campaign.host_unit, role=Role.DEPARTMENT_REVIEWER)


@pytest.fixture
def reviewer(client, sign_in, scene):
    return sign_in(client, scene.reviewer)


@pytest.fixture
def waiting(scene):
    """Two plans of two units, each with an officer who reads Vietnamese, one also English."""
    versions = []
    for languages in (["vi"], ["vi", "en"]):
        unit = UnitFactory()
        for language in languages:
            MandateFactory(unit=unit, person__language=language)
        versions.append(send(PlanVersionFactory(plan=PlanFactory(phase=scene.phase, unit=unit))))
    return versions


def address(scene):
    return reverse("campaigns:review-many", args=[scene.campaign.code])


def ids(*versions):
    return [version.pk for version in versions]


def preview(client, scene, versions, **data):
    data = {"do": "preview", "form_key": new_key(), "v": ids(*versions), **data}
    return client.post(address(scene), data)


def confirm(client, scene, shown, **changes):
    """Send the page that is shown, as its confirming button does."""
    form = shown.context["form"]
    data = {
        "do": "confirm",
        "form_key": form["form_key"].value(),
        "seen": shown.context["digest"],
        "v": [one.version.pk for one in shown.context["chosen"]],
        "decision": form["decision"].value(),
        "reason": form["reason"].value() or "",
    }
    for one in shown.context["chosen"]:
        data[one.field.html_name] = one.field.value() or ""
    return client.post(address(scene), data | changes)


class TestPreview:
    def test_the_letters_are_those_the_units_get(self, reviewer, scene, waiting):
        first, second = waiting
        shown = preview(
            reviewer, scene, waiting, decision="return", reason="Bổ sung chỉ tiêu",
            **{f"to-{second.pk}": "Nêu rõ kinh phí"},
        )  # fmt: skip
        letters = {one.version.pk: one.letters for one in shown.context["chosen"]}
        assert [letter.language for letter in letters[second.pk]] == ["vi", "en"]
        assert "Nêu rõ kinh phí" in letters[second.pk][0].rendered.text
        assert "Nêu rõ kinh phí" not in letters[first.pk][0].rendered.text
        assert confirm(reviewer, scene, shown).status_code == 200
        for version in waiting:
            version.refresh_from_db()
            assert version.state == PlanState.RETURNED
        assert second.decision_reason == "Bổ sung chỉ tiêu\n\nNêu rõ kinh phí"

    def test_shown_word_for_word_what_is_sent(self, reviewer, scene, waiting):
        with time_machine.travel(timezone.now(), tick=False):  # letters name the minute
            shown = preview(reviewer, scene, waiting, decision="accept", reason="Tốt")
            confirm(reviewer, scene, shown)
        for one in shown.context["chosen"]:
            for letter in one.letters:
                mails = Message.objects.filter(
                    context__version=one.version.pk, recipient__in=letter.recipients
                )
                assert mails.count() == len(letter.recipients)
                with translation.override(letter.language):
                    sent = render_plan_decided(mails.first())
                assert sent is not None
                assert (sent.subject, sent.text) == (letter.rendered.subject, letter.rendered.text)

    def test_accepting_shows_the_letters_at_once(self, reviewer, scene, waiting):
        shown = reviewer.get(address(scene), {"v": ids(*waiting), "decision": "accept"})
        assert shown.context["ready"]
        assert not Message.objects.exists()
        asked = reviewer.get(address(scene), {"v": ids(*waiting), "decision": "return"})
        assert not asked.context["ready"]

    def test_a_unit_without_any_reason_is_named(self, reviewer, scene, waiting):
        first, second = waiting
        shown = preview(reviewer, scene, waiting, decision="return", **{f"to-{first.pk}": "Thêm"})
        assert shown.status_code == 422
        assert second.plan.unit.name in str(shown.context["form"].errors["reason"])

    def test_each_may_have_a_reason_of_its_own(self, reviewer, scene, waiting):
        own = {f"to-{version.pk}": f"Riêng {version.pk}" for version in waiting}
        assert preview(reviewer, scene, waiting, decision="return", **own).context["ready"]

    def test_a_stock_phrase_is_inserted_and_nothing_decided(self, reviewer, scene, waiting):
        phrase = StockPhraseFactory(campaign=scene.campaign, kind="return")
        shown = reviewer.post(
            address(scene),
            {"do": "insert", "v": ids(*waiting), "phrase": phrase.pk, "reason": "Đã viết",
             "decision": "return"},
        )  # fmt: skip
        assert shown.context["form"]["reason"].value() == f"Đã viết\n{phrase.text_vi}"
        assert not shown.context["ready"]

    @pytest.mark.parametrize("data", [{}, {"v": []}, {"v": ["x", "-1", "٣", "9" * 30, "999999"]}])
    def test_nothing_ticked_leads_back(self, data, reviewer, scene):
        queue = reverse("campaigns:review-queue", args=[scene.campaign.code])
        for response in (reviewer.get(address(scene), data), reviewer.post(address(scene), data)):
            assert response.url == queue

    def test_more_than_the_limit_is_refused_with_the_numbers(self, reviewer, scene):
        many = list(range(1, MOST_AT_ONCE + 2))
        response = reviewer.get(address(scene), {"v": many}, follow=True)
        (message,) = response.context["messages"]
        assert str(MOST_AT_ONCE) in str(message)
        assert str(len(many)) in str(message)


class TestWhatCannotBe:
    def test_is_listed_with_the_reason_and_the_rest_goes_through(
        self, reviewer, scene, waiting, other
    ):
        taken, decided, own = (
            send(PlanVersionFactory(plan=PlanFactory(phase=scene.phase, unit=unit)))
            for unit in (UnitFactory(), UnitFactory(), scene.campaign.host_unit)
        )
        take_review(version=taken, by=other.actor, at=AT)
        accept_plan(version=decided, by=other.actor, at=AT)
        everything = [*waiting, taken, decided, own]
        shown = preview(reviewer, scene, everything, decision="accept")
        reasons = {version.pk: reason for version, reason in shown.context["refused"]}
        assert set(reasons) == {taken.pk, decided.pk, own.pk}
        assert other.person.full_name in reasons[taken.pk]
        assert own.plan.unit.name in reasons[own.pk]
        done = confirm(reviewer, scene, shown)
        assert {version.pk for version in done.context["decided"]} == set(ids(*waiting))

    def test_what_was_taken_between_preview_and_confirmation_is_left(
        self, reviewer, scene, waiting, other
    ):
        shown = preview(reviewer, scene, waiting, decision="accept")
        take_review(version=waiting[0], by=other.actor, at=AT)
        done = confirm(reviewer, scene, shown)
        ((left, reason),) = done.context["refused"]
        assert left.pk == waiting[0].pk
        assert other.person.full_name in reason
        assert [version.pk for version in done.context["decided"]] == [waiting[1].pk]

    def test_ones_own_units_plan_cannot_be_slipped_in(self, reviewer, scene, waiting):
        own = send(
            PlanVersionFactory(plan=PlanFactory(phase=scene.phase, unit=scene.reviewer.unit))
        )
        shown = preview(reviewer, scene, waiting, decision="accept")
        confirm(reviewer, scene, shown, v=ids(*waiting, own))
        own.refresh_from_db()
        assert own.state == PlanState.SENT

    def test_of_a_second_mandate_neither(self, reviewer, scene, waiting):
        MandateFactory(person=scene.reviewer.person, unit=waiting[0].plan.unit)
        shown = preview(reviewer, scene, waiting, decision="accept")
        assert [version.pk for version, _reason in shown.context["refused"]] == [waiting[0].pk]

    def test_plans_of_another_campaign_do_not_exist(self, client, sign_in, scene, waiting):
        elsewhere = make_scene(areas=1)
        sign_in(client, elsewhere.reviewer)
        assert client.get(address(scene), {"v": ids(*waiting)}).status_code == 404
        assert client.get(address(elsewhere), {"v": ids(*waiting)}).status_code == 302


class TestConfirming:
    def test_a_double_click_decides_once(self, reviewer, scene, waiting):
        shown = preview(reviewer, scene, waiting, decision="accept")
        answers = [confirm(reviewer, scene, shown) for _ in range(2)]
        for done in answers:
            assert {version.pk for version in done.context["decided"]} == set(ids(*waiting))
            assert done.context["refused"] == []
        for version in waiting:
            entries = audit.entries_of(version.plan).filter(action="plan.accepted")
            assert entries.count() == 1

    def test_other_words_than_those_looked_at_are_shown_again(self, reviewer, scene, waiting):
        shown = preview(reviewer, scene, waiting, decision="return", reason="Bổ sung")
        again = confirm(reviewer, scene, shown, reason="Bổ sung thêm nữa")
        assert again.context["stale"]
        assert not PlanVersion.objects.exclude(state=PlanState.SENT).exists()
        assert confirm(reviewer, scene, again).context["decided"]

    def test_without_looking_nothing_is_sent(self, reviewer, scene, waiting):
        shown = preview(reviewer, scene, waiting, decision="accept")
        assert confirm(reviewer, scene, shown, seen="").context["stale"]
        assert not PlanVersion.objects.exclude(state=PlanState.SENT).exists()

    def test_each_plan_stands_by_itself(self, scene, waiting):
        PlanVersion.objects.filter(pk=waiting[0].pk).update(state=PlanState.WITHDRAWN)
        outcome = decide_many(
            versions=waiting, accepts=True, reasons={}, key="key-of-this-form",
            by=scene.reviewer.actor, at=AT,
        )  # fmt: skip
        assert [version.pk for version in outcome.decided] == [waiting[1].pk]
        assert [version.pk for version, _reason in outcome.refused] == [waiting[0].pk]

    @pytest.mark.parametrize("count", [1, 3, 50])
    def test_preview_queries(self, count, reviewer, scene):
        versions = crowd(scene.phase, count)
        preview(reviewer, scene, versions, decision="accept")
        with CaptureQueriesContext(connection) as queries:
            assert preview(reviewer, scene, versions, decision="accept").context["ready"]
        assert len(queries) == 7


class TestQueuePage:
    def test_only_what_one_may_decide_can_be_ticked(self, reviewer, scene, waiting, other):
        own = send(
            PlanVersionFactory(plan=PlanFactory(phase=scene.phase, unit=scene.reviewer.unit))
        )
        take_review(version=waiting[0], by=other.actor, at=AT)
        queue = reverse("campaigns:review-queue", args=[scene.campaign.code])
        content = reviewer.get(queue).content.decode()
        assert f'name="v" value="{waiting[1].pk}"' in content
        for version in (waiting[0], own):
            assert f'name="v" value="{version.pk}"' not in content

    @pytest.mark.parametrize("role", [role for role in Role if "department" not in role])
    def test_is_for_the_department(self, role, client, sign_in, scene):
        sign_in(client, MandateFactory(unit=scene.campaign.host_unit, role=role))
        assert client.get(address(scene)).status_code == 403
        assert client.post(address(scene)).status_code == 403
