"""The queue and the review page: views, taking, remarks, the decision, and everything that fails."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from campaigns.models import PlanVersion, Remark
from campaigns.plans import actions
from campaigns.plans.actions.reviewing import accept_plan, return_plan, take_review
from campaigns.plans.queries import draft_of
from campaigns.plans.states import PlanState
from emulation_portal.core import audit
from tests.campaigns.plans.scenes import AT, Scene, make_scene, record_issue
from tests.factories.campaigns import (
    PlanFactory,
    PlanVersionFactory,
    make_draft,
    send,
)
from tests.factories.units import MandateFactory, UnitFactory
from units.models import Mandate, Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    return make_scene(areas=1)


@pytest.fixture
def sent(scene: Scene) -> PlanVersion:
    return scene.sent()


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


class Page:
    """The review page of one version and its forms."""

    def __init__(self, client: Any, version: PlanVersion) -> None:
        self.client, self.version = client, version

    def get(self) -> Any:
        return self.client.get(reverse("campaigns:review", args=[self.version.pk]))

    def post(self, name: str, *args: str, **data: str) -> Any:
        address = reverse(f"campaigns:review-{name}", args=[self.version.pk, *args])
        return self.client.post(address, data)

    def decide(self, **data: str) -> Any:
        return self.post("decide", **data)


@pytest.fixture
def page(reviewer, sent) -> Page:
    return Page(reviewer, sent)


class TestReviewPage:
    def test_shows_the_document_and_the_forms(self, page):
        content = page.get().content.decode()
        for text in ("part-area-1", "id_remark_area-1_body", "id_decision_0", "12/KH-DSVH"):
            assert text in content, text

    def test_ids_are_unique(self, page):
        content = page.get().content.decode()
        ids = [part.split('"')[0] for part in content.split(' id="')[1:]]
        assert len(ids) == len(set(ids))

    def test_one_h1_and_labels_for_each_field(self, page):
        content = page.get().content.decode()
        assert content.count("<h1") == 1
        assert content.count('name="body"') == content.count('for="id_remark_')

    def test_taken_by_somebody_else_can_be_read_but_not_written(self, page, scene, sent, other):
        take_review(version=sent, by=other.actor, at=AT)
        content = page.get().content.decode()
        assert other.person.full_name in content
        assert 'name="decision"' not in content
        assert 'name="body"' not in content
        assert "take_over" not in content

    def test_the_head_may_take_it_over(self, client, sign_in, scene, sent, other):
        take_review(version=sent, by=other.actor, at=AT)
        head = MandateFactory(unit=scene.campaign.host_unit, role=Role.DEPARTMENT_HEAD)
        page = Page(sign_in(client, head), sent)
        assert "take_over" in page.get().content.decode()
        assert page.post("take", take_over="on").status_code == 302
        sent.refresh_from_db()
        assert sent.reviewer == head

    def test_a_reviewer_cannot_take_over(self, page, sent, other):
        take_review(version=sent, by=other.actor, at=AT)
        response = page.post("take", take_over="on")
        assert response.status_code == 409
        assert other.person.full_name in response.content.decode()
        sent.refresh_from_db()
        assert sent.reviewer == other

    def test_ones_own_units_plan_is_refused_with_the_reason(self, reviewer, scene):
        own = Page(reviewer, waiting(scene, unit=scene.campaign.host_unit))
        for response in (own.get(), own.post("take"), own.decide(decision="accept")):
            assert response.status_code == 403
            assert scene.campaign.host_unit.name in response.content.decode()

    @pytest.mark.parametrize("role", [r for r in Role if "department" not in r])
    def test_is_for_the_department(self, role, client, sign_in, scene, sent):
        page = Page(sign_in(client, MandateFactory(unit=scene.campaign.host_unit, role=role)), sent)
        for response in (
            page.get(), page.post("take"), page.post("release"),
            page.post("remark", "purpose", body="x"), page.decide(decision="accept"),
        ):  # fmt: skip
            assert response.status_code == 403

    def test_of_another_campaign_and_drafts_are_not_found(self, client, sign_in, scene, sent):
        elsewhere = Page(sign_in(client, make_scene(areas=1).reviewer), sent)
        assert elsewhere.get().status_code == 404
        assert elsewhere.decide(decision="accept").status_code == 404
        draft = make_draft(phase=scene.phase, unit=UnitFactory())
        assert Page(sign_in(client, scene.reviewer), draft).get().status_code == 404

    def test_decided_leads_to_reading_and_withdrawn_to_the_queue(self, page, scene, sent):
        return_plan(version=sent, reason="Bổ sung", by=scene.reviewer.actor, at=AT)
        assert page.get().url == sent.get_absolute_url()
        gone = waiting(scene)
        PlanVersion.objects.filter(pk=gone.pk).update(state=PlanState.WITHDRAWN)
        address = reverse("campaigns:review-queue", args=[scene.campaign.code])
        assert Page(page.client, gone).get().url == address

    @pytest.mark.parametrize("name", ["take", "release", "decide"])
    def test_what_changes_something_wants_a_post(self, name, reviewer, sent):
        address = reverse(f"campaigns:review-{name}", args=[sent.pk])
        assert reviewer.get(address).status_code == 405

    def test_a_resubmission_shows_what_was_asked_and_what_changed(self, reviewer, scene, sent):
        return_plan(version=sent, reason="Bổ sung mục tiêu 2027", by=scene.reviewer.actor, at=AT)
        actions.amend_plan(plan=sent.plan, by=scene.officer.actor, at=AT)
        draft = draft_of(sent.plan)
        record_issue(draft, by=scene.officer, number_symbol="77/KH-DSVH")
        again = actions.send_plan(version=draft, by=scene.officer.actor, at=AT)
        response = Page(reviewer, again).get()
        assert [change.anchor for change in response.context["changes"]] == ["issue"]
        assert "Bổ sung mục tiêu 2027" in response.content.decode()

    @pytest.mark.parametrize("count", [1, 3, 200])
    def test_query_count(self, count, reviewer, scene, sent):
        section = sent.sections.get(kind="purpose")
        Remark.objects.bulk_create(
            Remark(version=sent, section=section, author=scene.reviewer, body="Thêm", created_at=AT)
            for _ in range(count)
        )
        page = Page(reviewer, sent)
        page.get()
        with CaptureQueriesContext(connection) as queries:
            assert page.get().status_code == 200
        assert len(queries) == 20


class TestTakeAndRelease:
    def test_take_leads_to_the_page_and_release_to_the_queue(self, page, scene, sent):
        assert page.post("take").url == reverse("campaigns:review", args=[sent.pk])
        assert page.post("take").status_code == 302
        assert page.post("release").url == reverse(
            "campaigns:review-queue", args=[scene.campaign.code]
        )
        sent.refresh_from_db()
        assert sent.reviewer is None

    def test_what_is_no_longer_under_review_is_refused(self, page, scene, sent):
        actions.withdraw_plan(version=sent, by=scene.officer.actor, at=AT)
        for name in ("take", "release"):
            response = page.post(name)
            assert response.status_code == 409
            assert "/versions/1/" not in response.content.decode()

    def test_releasing_what_somebody_else_holds_is_refused(self, page, sent, other):
        take_review(version=sent, by=other.actor, at=AT)
        assert page.post("release").status_code == 409


class TestRemarking:
    def test_stands_beside_its_section(self, page, sent):
        response = page.post("remark", "area-1", body="Nêu rõ sản phẩm", form_key="remark-key-1")
        assert response.url.endswith("#part-area-1")
        content = page.get().content.decode()
        assert "Nêu rõ sản phẩm" in content
        assert sent.remarks.get().section.key == "area-1"

    def test_twice_by_a_double_click_is_one(self, page, sent):
        for _ in range(2):
            response = page.post("remark", "purpose", body="Thêm", form_key="remark-key-1")
            assert response.status_code == 302
        assert sent.remarks.count() == 1

    def test_an_empty_one_is_refused_at_its_section(self, page):
        response = page.post("remark", "purpose", body="   ")
        assert response.status_code == 422
        content = response.content.decode()
        assert 'href="#id_remark_purpose_body"' in content
        assert len(re.findall('<details class="more doc-write"[^>]* open>', content)) == 1

    def test_one_that_is_too_long_comes_back_whole(self, page, sent):
        body = "Dài " * 2_000_000
        response = page.post("remark", "purpose", body=body)
        assert response.status_code == 422
        assert body.strip() in response.content.decode()
        assert not sent.remarks.exists()

    @pytest.mark.parametrize("key", ["area-9", "khong-co", "area-", "area-99999999999999999999"])
    def test_on_a_section_that_is_not_there_is_not_found(self, key, page):
        response = page.post("remark", key, body="Nhận xét rất dài " * 10)
        assert response.status_code == 404
        assert "Nhận xét rất dài" in response.content.decode()

    def test_after_somebody_else_took_it_the_text_is_kept(self, page, sent, other):
        take_review(version=sent, by=other.actor, at=AT)
        response = page.post("remark", "purpose", body="Tôi đã viết <nhiều>")
        assert response.status_code == 409
        content = response.content.decode()
        assert "Tôi đã viết &lt;nhiều&gt;" in content
        assert other.person.full_name in content

    @pytest.mark.parametrize("body", ["Tôi đã viết nhiều", "Tôi đã viết " * 1000])
    def test_after_the_unit_withdrew_the_text_is_kept(self, body, page, scene, sent):
        actions.withdraw_plan(version=sent, by=scene.officer.actor, at=AT)
        response = page.post("remark", "purpose", body=body)
        assert response.status_code == 409
        assert body.strip() in response.content.decode()


class TestDeciding:
    def test_accepting(self, page, scene, sent):
        response = page.decide(decision="accept", reason="", form_key="decision-1")
        assert response.url == reverse("campaigns:review-queue", args=[scene.campaign.code])
        assert scene.plan.in_force == sent

    def test_returning(self, page, sent):
        page.decide(decision="return", reason="Bổ sung mục tiêu")
        sent.refresh_from_db()
        assert (sent.state, sent.decision_reason) == (PlanState.RETURNED, "Bổ sung mục tiêu")

    def test_a_double_click_decides_once_and_leads_to_the_same_place(self, page, scene, sent):
        answers = [page.decide(decision="accept", form_key="decision-1") for _ in range(2)]
        assert answers[0].url == answers[1].url
        assert audit.entries_of(sent.plan).filter(action="plan.accepted").count() == 1

    def test_returning_without_a_reason_leads_to_the_field(self, page, sent):
        response = page.decide(decision="return", reason="  ")
        assert response.status_code == 422
        content = response.content.decode()
        assert 'href="#id_reason"' in content
        assert re.search(r'value="return"[^>]* checked', content)
        sent.refresh_from_db()
        assert sent.state == PlanState.SENT

    @pytest.mark.parametrize("decision", ["", "x", "sent"])
    def test_without_a_decision_the_reason_is_kept(self, decision, page, sent):
        response = page.decide(decision=decision, reason="Lý do đã viết")
        assert response.status_code == 422
        content = response.content.decode()
        assert "Lý do đã viết" in content
        assert 'href="#id_decision_0"' in content

    def test_a_reason_that_is_too_long_comes_back_whole(self, page, sent):
        reason = "Dài " * 3000
        response = page.decide(decision="return", reason=reason)
        assert response.status_code == 422
        assert reason.strip() in response.content.decode()
        sent.refresh_from_db()
        assert sent.state == PlanState.SENT

    @pytest.mark.parametrize("decision", ["accept", "return", ""])
    def test_after_the_unit_withdrew_the_text_is_kept(self, decision, page, scene, sent):
        actions.withdraw_plan(version=sent, by=scene.officer.actor, at=AT)
        response = page.decide(decision=decision, reason="Lý do đã viết")
        assert response.status_code == 409
        assert "Lý do đã viết" in response.content.decode()

    def test_after_somebody_else_decided_the_text_is_kept(self, page, sent, other):
        accept_plan(version=sent, by=other.actor, at=AT)
        response = page.decide(decision="return", reason="Lý do đã viết")
        assert response.status_code == 409
        content = response.content.decode()
        assert "Lý do đã viết" in content
        assert sent.get_absolute_url() in content

    def test_what_somebody_else_holds_is_refused(self, page, sent, other):
        take_review(version=sent, by=other.actor, at=AT)
        assert page.decide(decision="accept").status_code == 409

    def test_after_a_refusal_the_same_form_can_be_sent_again(self, page, scene, sent, other):
        take_review(version=sent, by=other.actor, at=AT)
        assert page.decide(decision="accept", form_key="decision-1").status_code == 409
        Mandate.objects.filter(pk=other.pk).update(valid_to=other.valid_from)
        assert page.decide(decision="accept", form_key="decision-1").status_code == 302
        assert scene.plan.in_force == sent
