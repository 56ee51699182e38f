"""Pinned remarks, answers to them, and the list “fix here” of the draft that answers them."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from campaigns.models import Remark, RemarkReply, RemarkTick
from campaigns.plans import actions
from campaigns.plans.actions.answering import (
    NotDecidedYet,
    NothingToTick,
    reply_to_remark,
    tick_remark,
)
from campaigns.plans.actions.reviewing import PlaceMissing, accept_plan, return_plan
from campaigns.plans.document import document_of
from campaigns.plans.fixing import fixes_for
from campaigns.plans.models import PinKind, PlanTask
from campaigns.plans.pins import Pin
from campaigns.plans.queries import section_by_key
from campaigns.plans.remarks import pin_remarks, remarks_on
from campaigns.plans.rows import TaskRow
from emulation_portal.core import audit
from tests.campaigns.plans.remark_scenes import (
    PARAGRAPHS,
    TASKS,
    amended,
    remark,
    returned_with_pins,
    sent_again,
    sent_with_words,
    task_identity,
    three_pins,
)
from tests.campaigns.plans.scenes import AT, Scene, make_scene, save
from tests.factories.campaigns import PlanTaskFactory, make_draft, send
from tests.factories.reviewing import RemarkReplyFactory
from tests.factories.units import MandateFactory, UnitFactory
from units.models import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    return make_scene(areas=2)


class TestPinning:
    def test_keeps_place_and_words(self, scene):
        version = sent_with_words(scene)
        paragraph, task, target = (remark(scene, version, pin) for pin in three_pins(version))
        assert (paragraph.paragraph, paragraph.quote) == (2, PARAGRAPHS[1])
        assert (task.row, task.quote) == (task_identity(version, TASKS[1]), TASKS[1])
        assert target.quote == version.targets.get(identity=target.row).indicator.name_vi
        assert audit.entries_of(scene.plan).last().data["pin"] == f"i-{target.row}"

    def test_a_place_that_is_not_there_is_refused_and_takes_nothing(self, scene):
        version = sent_with_words(scene)
        with pytest.raises(PlaceMissing):
            remark(scene, version, Pin(PinKind.PARAGRAPH, paragraph=4))
        version.refresh_from_db()
        assert version.reviewer is None

    def test_issue_and_papers_stand_beside_the_sections(self, scene):
        version = sent_with_words(scene)
        for kind in (PinKind.ISSUE, PinKind.PAPERS):
            assert remark(scene, version, Pin(kind)).section is None

    @pytest.mark.parametrize(
        "fields",
        [
            {"pin_kind": "paragraph"},
            {"pin_kind": "paragraph", "paragraph": 1, "quote": ""},
            {"pin_kind": "task", "quote": "x"},
            {"pin_kind": "section", "paragraph": 1},
            {"pin_kind": "issue"},
            {"section": None},
        ],
    )
    def test_the_database_refuses_half_a_pin(self, fields, scene):
        version = sent_with_words(scene)
        section = section_by_key(version, "area-1")
        values = {"version": version, "section": section, "author": scene.reviewer, "body": "x",
                  "created_at": AT, **fields}  # fmt: skip
        with pytest.raises(IntegrityError, match=r"(?i)check"), transaction.atomic():
            Remark.objects.create(**values)


class TestOnThePage:
    def pinned(self, scene, shown, versions):
        parts = document_of(shown)
        views = remarks_on(versions, shown=shown)
        beside = pin_remarks(parts, views)
        (area,) = (part for part in parts if part.section.key == "area-1")
        return area, views, beside

    def test_each_stands_at_its_place(self, scene):
        version = sent_with_words(scene)
        made = [remark(scene, version, pin) for pin in three_pins(version)]
        remark(scene, version, Pin(PinKind.ISSUE))
        area, views, beside = self.pinned(scene, version, [version])
        assert set(area.pinned) == {pin.token for pin in three_pins(version)}
        assert [view.remark for view in area.remarks] == made
        assert views[0].anchor == "part-area-1-p2"
        assert [view.anchor for view in beside] == ["issue"]

    def test_follows_its_row_and_its_words_into_the_next_version(self, scene):
        returned, _made = returned_with_pins(scene)
        draft = amended(scene)
        kept = PlanTask.objects.get(version=draft, title=TASKS[1])
        save(
            section_by_key(draft, "area-1"), by=scene.officer,
            narrative=f"Câu mới.\n{PARAGRAPHS[0]}\nSố hóa hồ sơ di sản theo từng năm, có số lượng.",
            tasks=[TaskRow("Việc mới"), TaskRow("Kết nối, chia sẻ dữ liệu", identity=kept.identity)],
        )  # fmt: skip
        area, views, _beside = self.pinned(scene, draft, [returned])
        anchors = {view.pin.kind: view.anchor for view in views}
        assert anchors == {
            PinKind.PARAGRAPH: "part-area-1-p3",
            PinKind.TASK: f"row-{kept.identity}",
            PinKind.TARGET: "",
        }
        assert [view.pin.kind for view in area.general] == [PinKind.TARGET]
        assert all(view.is_earlier for view in views)

    def test_where_the_words_are_gone_it_stands_with_its_section(self, scene):
        returned, _made = returned_with_pins(scene)
        draft = amended(scene)
        save(section_by_key(draft, "area-1"), by=scene.officer, narrative="Viết lại hoàn toàn.")
        area, views, _beside = self.pinned(scene, draft, [returned])
        assert len(area.general) == 3
        assert {view.anchor for view in views} == {""}
        assert views[0].remark.quote == PARAGRAPHS[1]


class TestAnswering:
    def test_both_sides_answer_and_nothing_is_changed_later(self, scene):
        _returned, made = returned_with_pins(scene)
        for author in (scene.officer, scene.reviewer):
            reply_to_remark(remark=made[0], body="Đã bổ sung", by=author.actor, at=AT)
        reply = made[0].replies.first()
        with pytest.raises(DatabaseError), transaction.atomic():
            RemarkReply.objects.filter(pk=reply.pk).update(body="Khác")
        assert audit.entries_of(scene.plan).last().action == "plan.remark_answered"

    def test_before_the_decision_there_is_nothing_to_answer(self, scene):
        version = sent_with_words(scene)
        made = remark(scene, version)
        with pytest.raises(NotDecidedYet):
            reply_to_remark(remark=made, body="Đã bổ sung", by=scene.officer.actor, at=AT)


class TestThread:
    def page(self, client, sign_in, mandate, made, **post):
        sign_in(client, mandate)
        address = reverse("campaigns:remark", args=[made.pk])
        return client.post(address, post) if post else client.get(address)

    def test_the_unit_answers_and_the_reviewer_reads_it(self, client, sign_in, scene):
        _returned, made = returned_with_pins(scene)
        answer = {"body": "Đã bổ sung số liệu", "form_key": "answer-key-1"}
        for _ in range(2):
            response = self.page(client, sign_in, scene.officer, made[0], **answer)
            assert response.status_code == 302
        assert made[0].replies.count() == 1
        content = self.page(client, sign_in, scene.reviewer, made[0]).content.decode()
        assert "Đã bổ sung số liệu" in content
        assert 'name="body"' in content

    def test_an_empty_answer_is_refused_at_the_field(self, client, sign_in, scene):
        _returned, made = returned_with_pins(scene)
        response = self.page(client, sign_in, scene.officer, made[0], body=" ")
        assert response.status_code == 422
        assert 'href="#id_body"' in response.content.decode()

    def test_before_the_decision_the_unit_knows_of_none(self, client, sign_in, scene):
        made = remark(scene, sent_with_words(scene))
        assert self.page(client, sign_in, scene.officer, made).status_code == 404
        assert self.page(client, sign_in, scene.officer, made, body="x").status_code == 404
        content = self.page(client, sign_in, scene.reviewer, made).content.decode()
        assert 'name="body"' not in content
        response = self.page(client, sign_in, scene.reviewer, made, body="Tôi đã viết")
        assert response.status_code == 409
        assert "Tôi đã viết" in response.content.decode()

    def test_it_is_nobody_elses_affair(self, client, sign_in, scene):
        _returned, made = returned_with_pins(scene)
        for mandate in (
            MandateFactory(unit=UnitFactory()),
            MandateFactory(unit=scene.campaign.host_unit, role=Role.OBSERVER),
            make_scene(areas=1).reviewer,
        ):
            assert self.page(client, sign_in, mandate, made[0]).status_code == 404

    def test_a_reviewer_who_also_acts_for_the_unit_does_not_answer_for_the_department(
        self, client, sign_in, scene
    ):
        _returned, made = returned_with_pins(scene)
        MandateFactory(person=scene.reviewer.person, unit=scene.unit)
        response = self.page(client, sign_in, scene.reviewer, made[0], body="Trả lời")
        assert response.status_code == 403
        assert not made[0].replies.exists()


class TestTicking:
    def test_on_and_off_with_who_and_when(self, scene):
        _returned, made = returned_with_pins(scene)
        amended(scene)
        assert tick_remark(remark=made[0], done=True, by=scene.officer.actor, at=AT)
        assert not tick_remark(remark=made[0], done=True, by=scene.head.actor, at=AT)
        assert RemarkTick.objects.get().ticked_by == scene.officer
        assert tick_remark(remark=made[0], done=False, by=scene.head.actor, at=AT)
        assert not tick_remark(remark=made[0], done=False, by=scene.head.actor, at=AT)
        assert not RemarkTick.objects.exists()
        assert audit.entries_of(scene.plan).last().action == "plan.remark_unticked"

    def test_stands_as_it_was_from_the_sending_on(self, scene):
        _returned, made = returned_with_pins(scene)
        draft = amended(scene)
        tick_remark(remark=made[0], done=True, by=scene.officer.actor, at=AT)
        again = sent_again(scene, draft)
        for done in (True, False):
            with pytest.raises(NothingToTick):
                tick_remark(remark=made[0], done=done, by=scene.officer.actor, at=AT)
        return_plan(version=again, reason="Thêm", by=scene.reviewer.actor, at=AT)
        amended(scene)
        with pytest.raises(NothingToTick):
            tick_remark(remark=made[1], done=True, by=scene.officer.actor, at=AT)

    def test_a_version_withdrawn_meanwhile_loses_no_tick(self, scene):
        _returned, made = returned_with_pins(scene)
        again = sent_again(scene, amended(scene))
        draft = actions.withdraw_plan(version=again, by=scene.officer.actor, at=AT)
        assert [fix.remark for fix in fixes_for(draft).fixes] == made
        tick_remark(remark=made[0], done=True, by=scene.officer.actor, at=AT)
        assert fixes_for(draft).done == 1


class TestFixList:
    def test_leads_to_the_field_of_each(self, scene):
        _returned, made = returned_with_pins(scene)
        draft = amended(scene)
        urls = {fix.remark.pin_kind: fix.url for fix in fixes_for(draft).fixes}
        page = reverse("campaigns:plan-section", args=[draft.plan_id, "area-1"])
        indicator = draft.targets.get(identity=made[2].row).indicator
        assert urls == {
            "paragraph": f"{page}#id_narrative",
            "task": f"{page}#id_tasks-1-title",
            "target": f"{page}#id_target-{indicator.pk}-y2025",
        }

    def test_the_anchors_stand_on_the_page(self, client, sign_in, scene):
        _returned, _made = returned_with_pins(scene)
        draft = amended(scene)
        sign_in(client, scene.officer)
        for fix in fixes_for(draft).fixes:
            page, _hash, anchor = fix.url.partition("#")
            assert f'id="{anchor}"' in client.get(page).content.decode(), anchor

    def test_beside_the_sections(self, client, sign_in, scene):
        version = sent_with_words(scene)
        for kind in (PinKind.ISSUE, PinKind.PAPERS):
            remark(scene, version, Pin(kind))
        return_plan(version=version, reason="Bổ sung", by=scene.reviewer.actor, at=AT)
        draft = amended(scene)
        sign_in(client, scene.officer)
        for fix in fixes_for(draft).fixes:
            page, _hash, anchor = fix.url.partition("#")
            assert f'id="{anchor}"' in client.get(page).content.decode(), fix.url

    def test_a_row_that_is_gone_leads_to_the_tasks(self, scene):
        _returned, _made = returned_with_pins(scene)
        draft = amended(scene)
        save(section_by_key(draft, "area-1"), by=scene.officer)
        (task,) = (fix for fix in fixes_for(draft).fixes if fix.remark.pin_kind == "task")
        assert task.is_gone
        assert task.url.endswith("#tasks")

    def test_a_first_draft_and_an_amendment_have_none(self, scene):
        draft = scene.start()
        assert fixes_for(draft).total == 0
        version = make_draft(phase=scene.phase, unit=UnitFactory())
        send(version)
        accept_plan(version=version, by=scene.reviewer.actor, at=AT)
        draft = actions.amend_plan(plan=version.plan, by=scene.officer.actor, at=AT)
        assert fixes_for(draft).total == 0

    @pytest.mark.parametrize("count", [1, 3, 200])
    def test_query_count(self, count, scene):
        version = sent_with_words(scene)
        section = section_by_key(version, "area-1")
        Remark.objects.bulk_create(
            Remark(version=version, section=section, author=scene.reviewer, body="Thêm",
                   created_at=AT, pin_kind=pin.kind, paragraph=pin.paragraph, row=pin.row, quote="x")
            for pin in three_pins(version) for _ in range(count)
        )  # fmt: skip
        return_plan(version=version, reason="Bổ sung", by=scene.reviewer.actor, at=AT)
        draft = amended(scene)
        assert draft.plan.phase.years
        for made in Remark.objects.all()[:2]:
            RemarkReplyFactory(remark=made)
        with CaptureQueriesContext(connection) as queries:
            fixes = fixes_for(draft)
            assert fixes.total == 3 * count
            assert sum(fix.replies for fix in fixes.fixes) == 2
        assert len(queries) == 3


class TestFixPages:
    @pytest.fixture
    def draft(self, scene):
        self.made = returned_with_pins(scene)[1]
        return amended(scene)

    @pytest.fixture
    def officer(self, client, sign_in, scene, draft):
        return sign_in(client, scene.officer)

    def post(self, client, draft, **data):
        return client.post(reverse("campaigns:plan-fixes", args=[draft.plan_id]), data)

    def test_the_hub_lists_them_with_the_progress(self, officer, draft):
        hub = reverse("campaigns:plan-detail", args=[draft.plan_id])
        assert self.post(officer, draft, tick=self.made[0].pk).url == (
            f"{hub}#fix-{self.made[0].pk}"
        )
        response = officer.get(hub)
        assert (response.context["fixes"].done, response.context["fixes"].total) == (1, 3)
        content = response.content.decode()
        assert 'name="untick"' in content
        assert content.count('name="tick"') == 2
        self.post(officer, draft, untick=self.made[0].pk)
        assert not RemarkTick.objects.exists()

    def test_the_section_shows_its_own(self, officer, draft):
        page = reverse("campaigns:plan-section", args=[draft.plan_id, "area-1"])
        assert officer.get(page).content.decode().count('class="fix"') == 3
        back = self.post(officer, draft, **{"tick": self.made[1].pk, "from": "section"})
        assert back.url == f"{page}#fix-{self.made[1].pk}"
        other = reverse("campaigns:plan-section", args=[draft.plan_id, "purpose"])
        assert 'class="fix"' not in officer.get(other).content.decode()

    def test_scripts_get_the_progress(self, officer, draft):
        response = officer.post(
            reverse("campaigns:plan-fixes", args=[draft.plan_id]),
            {"tick": self.made[0].pk}, headers={"X-Quiet": "1"},
        )  # fmt: skip
        assert (response.json()["done"], response.json()["total"]) == (1, 3)

    def test_the_check_page_warns_and_does_not_block(self, officer, draft, scene):
        page = reverse("campaigns:plan-check", args=[draft.plan_id])
        assert officer.get(page).context["fixes_left"] == 3
        assert "#fixes" in officer.get(page).content.decode()
        for made in self.made:
            tick_remark(remark=made, done=True, by=scene.officer.actor, at=AT)
        assert "#fixes" not in officer.get(page).content.decode()

    @pytest.mark.parametrize("value", ["", "x", "٣", "9" * 30, "999999", "-1"])
    def test_nonsense_is_not_found(self, value, officer, draft):
        assert self.post(officer, draft, tick=value).status_code == 404

    def test_a_remark_of_another_plan_is_not_found(self, officer, draft):
        other = make_scene(areas=1)
        _returned, made = returned_with_pins(other)
        amended(other)
        assert self.post(officer, draft, tick=made[0].pk).status_code == 404
        assert not RemarkTick.objects.exists()

    def test_after_the_plan_was_sent_it_is_a_conflict(self, officer, draft, scene):
        sent_again(scene, draft)
        assert self.post(officer, draft, tick=self.made[0].pk).status_code == 409

    def test_reviewers_tick_nothing_off(self, client, sign_in, draft, scene):
        sign_in(client, scene.reviewer)
        assert self.post(client, draft, tick=self.made[0].pk).status_code in (403, 404)
        assert not RemarkTick.objects.exists()

    def test_wants_a_post(self, officer, draft):
        address = reverse("campaigns:plan-fixes", args=[draft.plan_id])
        assert officer.get(address).status_code == 405


class TestReviewPage:
    def address(self, version, **query):
        return reverse("campaigns:review", args=[version.pk]), query

    def test_a_link_opens_the_form_with_the_place_chosen(self, client, sign_in, scene):
        version = sent_with_words(scene)
        sign_in(client, scene.reviewer)
        for pin in three_pins(version):
            address, query = self.address(version, pin=f"area-1:{pin.token}")
            content = client.get(address, query).content.decode()
            assert content.count("data-remark-form") == len(document_of(version)) + 2
            assert f'name="pin" value="{pin.token}"' in content
        response = client.post(
            reverse("campaigns:review-remark", args=[version.pk, "area-1"]),
            {"pin": "p2", "body": "Nêu số lượng", "form_key": "remark-key-1"},
        )
        made = version.remarks.get()
        assert response.url.endswith(f"#remark-{made.pk}")
        assert made.quote == PARAGRAPHS[1]
        content = client.get(response.url).content.decode()
        assert f'id="remark-{made.pk}"' in content
        assert 'href="#part-area-1-p2"' in content

    @pytest.mark.parametrize(
        "pin", ["area-1:p99", "area-9:p1", "x", "area-1:t-1", ":", "area-1:٣", "purpose:p" * 40]
    )
    def test_nonsense_in_the_address_opens_nothing(self, pin, client, sign_in, scene):
        version = sent_with_words(scene)
        sign_in(client, scene.reviewer)
        address, query = self.address(version, pin=pin)
        content = client.get(address, query).content.decode()
        assert "doc-write" in content
        assert 'write" open' not in content

    def test_a_place_that_is_not_there_is_not_found(self, client, sign_in, scene):
        version = sent_with_words(scene)
        sign_in(client, scene.reviewer)
        for pin in ("p99", "zz", f"t-{PlanTaskFactory.build().identity}"):
            address = reverse("campaigns:review-remark", args=[version.pk, "area-1"])
            assert client.post(address, {"pin": pin, "body": "x"}).status_code == 404
        assert not version.remarks.exists()

    def test_on_issue_and_papers(self, client, sign_in, scene):
        version = sent_with_words(scene)
        sign_in(client, scene.reviewer)
        for name in ("issue", "papers"):
            address = reverse("campaigns:review-remark", args=[version.pk, name])
            assert client.post(address, {"body": f"Về {name}"}).status_code == 302
        content = client.get(self.address(version)[0]).content.decode()
        assert "Về issue" in content
        assert "Về papers" in content

    def test_two_hundred_tasks_stay_light(self, client, sign_in, scene):
        version = make_draft(phase=scene.phase, unit=scene.unit)
        section = section_by_key(version, "area-1")
        sizes, counts = [], []
        for more in (1, 199):
            PlanTask.objects.bulk_create(
                PlanTaskFactory.build_batch(more, section=section, version=version)
            )
            sizes.append(version.tasks.count())
        send(version)
        sign_in(client, scene.reviewer)
        address = self.address(version)[0]
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            response = client.get(address)
        counts.append(len(queries))
        content = response.content.decode()
        assert sizes[-1] == 200
        assert content.count("<textarea") == len(document_of(version)) + 3
        assert content.count('class="doc-pin"') == 200
        assert len(response.content) < 350_000
        assert counts == [17]


def test_remarks_before_go_unchanged_when_the_reviewer_answers_back(scene):
    """A reviewer's word after the decision is an answer, not a second remark."""
    returned, made = returned_with_pins(scene)
    reply_to_remark(
        remark=made[0], body="Chưa đủ", by=scene.reviewer.actor, at=AT + timedelta(days=2)
    )
    views = remarks_on([returned], shown=returned)
    assert [len(view.replies) for view in views] == [1, 0, 0]
    assert Remark.objects.count() == 3
