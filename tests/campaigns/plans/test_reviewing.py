"""What the department does with a sent plan: actions, their refusals, the mail, who may."""

from datetime import date, timedelta

import pytest
from django.utils.translation import gettext

from campaigns.models import Plan, PlanVersion, Remark
from campaigns.plans import actions, rules
from campaigns.plans.actions.reviewing import (
    NotUnderReview,
    ReasonMissing,
    TakenByAnother,
    accept_plan,
    add_remark,
    holder_of,
    release_review,
    return_plan,
    take_over_review,
    take_review,
)
from campaigns.plans.changes import answered_before, changes_since
from campaigns.plans.models import PlanPaper
from campaigns.plans.queries import draft_of, section_by_key, sections_of
from campaigns.plans.rows import Measure, TargetRow, TaskRow
from campaigns.plans.states import PlanState
from campaigns.programme.models import PlanFlow
from emulation_portal.core import audit, obligations, outbox
from emulation_portal.core.actors import Actor
from emulation_portal.core.errors import NotAllowed
from emulation_portal.core.models import Message
from tests.campaigns.plans.scenes import AT, Scene, make_scene, record_issue, save
from tests.factories.campaigns import PlanPaperFactory, make_draft, send
from tests.factories.units import MandateFactory, UnitFactory
from units.models import Mandate, Role

pytestmark = pytest.mark.django_db

TODAY = AT.date()


@pytest.fixture
def scene() -> Scene:
    return make_scene(areas=1)


@pytest.fixture
def sent(scene: Scene) -> PlanVersion:
    return scene.sent()


@pytest.fixture
def other(scene: Scene) -> Mandate:
    return MandateFactory(unit=scene.campaign.host_unit, role=Role.DEPARTMENT_REVIEWER)


def last_action(plan: Plan) -> str:
    return audit.entries_of(plan).last().action


class TestTaking:
    def test_makes_the_person_the_reviewer(self, scene, sent):
        take_review(version=sent, by=scene.reviewer.actor, at=AT)
        sent.refresh_from_db()
        assert (sent.reviewer, sent.taken_at) == (scene.reviewer, AT)
        assert last_action(sent.plan) == "plan.review_taken"

    def test_again_changes_nothing(self, scene, sent):
        take_review(version=sent, by=scene.reviewer.actor, at=AT)
        before = audit.entries_of(sent.plan).count()
        take_review(version=sent, by=scene.reviewer.actor, at=AT + timedelta(hours=1))
        sent.refresh_from_db()
        assert sent.taken_at == AT
        assert audit.entries_of(sent.plan).count() == before

    def test_from_somebody_else_is_refused_by_name(self, scene, sent, other):
        take_review(version=sent, by=scene.reviewer.actor, at=AT)
        with pytest.raises(TakenByAnother, match=scene.reviewer.person.full_name):
            take_review(version=sent, by=other.actor, at=AT)
        sent.refresh_from_db()
        assert sent.reviewer == scene.reviewer

    @pytest.mark.parametrize("gone", ["ended", "inactive"])
    def test_from_somebody_who_has_left_is_possible(self, gone, scene, sent, other):
        take_review(version=sent, by=scene.reviewer.actor, at=AT)
        if gone == "ended":
            Mandate.objects.filter(pk=scene.reviewer.pk).update(valid_to=TODAY)
        else:
            scene.reviewer.person.is_active = False
            scene.reviewer.person.save()
        sent = PlanVersion.objects.get(pk=sent.pk)
        assert holder_of(sent, on=TODAY) is None
        assert take_review(version=sent, by=other.actor, at=AT).reviewer_id == other.pk

    def test_blocks_withdrawal_until_released(self, scene, sent):
        take_review(version=sent, by=scene.reviewer.actor, at=AT)
        with pytest.raises(actions.WithdrawalTooLate):
            actions.withdraw_plan(version=sent, by=scene.officer.actor, at=AT)
        release_review(version=sent, by=scene.reviewer.actor, at=AT)
        assert last_action(sent.plan) == "plan.review_released"
        actions.withdraw_plan(version=sent, by=scene.officer.actor, at=AT)

    def test_release_of_what_nobody_holds_changes_nothing(self, scene, sent):
        before = audit.entries_of(sent.plan).count()
        release_review(version=sent, by=scene.reviewer.actor, at=AT)
        assert audit.entries_of(sent.plan).count() == before

    def test_release_of_what_somebody_else_holds_is_refused(self, scene, sent, other):
        take_review(version=sent, by=other.actor, at=AT)
        with pytest.raises(TakenByAnother):
            release_review(version=sent, by=scene.reviewer.actor, at=AT)

    def test_over_names_whom_it_was_taken_from(self, scene, sent, other):
        take_review(version=sent, by=scene.reviewer.actor, at=AT)
        take_over_review(version=sent, by=other.actor, at=AT)
        sent.refresh_from_db()
        assert sent.reviewer == other
        entry = audit.entries_of(sent.plan).last()
        assert entry.action == "plan.review_taken_over"
        assert entry.data["from_mandate"] == scene.reviewer.pk
        take_over_review(version=sent, by=other.actor, at=AT)
        assert audit.entries_of(sent.plan).last() == entry

    def test_over_from_nobody_is_taking(self, scene, sent):
        take_over_review(version=sent, by=scene.reviewer.actor, at=AT)
        assert last_action(sent.plan) == "plan.review_taken"

    def test_one_person_with_two_mandates_is_one_reviewer(self, scene, sent):
        take_review(version=sent, by=scene.reviewer.actor, at=AT)
        second = MandateFactory(
            person=scene.reviewer.person, unit=scene.campaign.host_unit, role=Role.DEPARTMENT_HEAD
        )
        accepted = accept_plan(version=sent, by=second.actor, at=AT)
        assert (accepted.reviewer, accepted.decided_by) == (scene.reviewer, second)


class TestRemarks:
    def test_are_pinned_to_a_section_and_take_the_version(self, scene, sent):
        section = section_by_key(sent, "area-1")
        remark = add_remark(
            version=sent, section=section, body="Nêu rõ sản phẩm", by=scene.reviewer.actor, at=AT
        )
        assert (remark.section, remark.author) == (section, scene.reviewer)
        sent.refresh_from_db()
        assert sent.reviewer == scene.reviewer
        entry = audit.entries_of(sent.plan).last()
        assert (entry.action, entry.data["section"]) == ("plan.remarked", "area-1")

    def test_on_what_somebody_else_holds_are_refused(self, scene, sent, other):
        take_review(version=sent, by=other.actor, at=AT)
        with pytest.raises(TakenByAnother):
            add_remark(
                version=sent, section=section_by_key(sent, "purpose"), body="Thêm",
                by=scene.reviewer.actor, at=AT,
            )  # fmt: skip
        assert not Remark.objects.exists()

    def test_reach_the_next_draft(self, scene, sent):
        section = section_by_key(sent, "purpose")
        add_remark(version=sent, section=section, body="Thêm", by=scene.reviewer.actor, at=AT)
        return_plan(version=sent, reason="Bổ sung", by=scene.reviewer.actor, at=AT)
        draft = actions.amend_plan(plan=sent.plan, by=scene.officer.actor, at=AT)
        assert draft.based_on == sent
        assert answered_before(draft) == sent


class TestDeciding:
    def test_accepting_puts_the_version_in_force(self, scene, sent):
        accepted = accept_plan(version=sent, note=" Tốt ", by=scene.reviewer.actor, at=AT)
        assert accepted.state == PlanState.ACCEPTED
        assert (accepted.decided_by, accepted.decided_at) == (scene.reviewer, AT)
        assert (accepted.reviewer, accepted.decision_reason) == (scene.reviewer, "Tốt")
        assert scene.plan.in_force == accepted
        assert last_action(sent.plan) == "plan.accepted"

    def test_returning_keeps_what_is_in_force(self, scene, sent):
        accept_plan(version=sent, by=scene.reviewer.actor, at=AT)
        actions.amend_plan(plan=sent.plan, by=scene.officer.actor, at=AT)
        draft = draft_of(sent.plan)
        record_issue(draft, by=scene.officer)
        amendment = actions.send_plan(version=draft, by=scene.officer.actor, at=AT)
        returned = return_plan(version=amendment, reason="Thêm", by=scene.reviewer.actor, at=AT)
        assert returned.state == PlanState.RETURNED
        assert scene.plan.in_force == sent
        assert scene.plan.current == amendment

    @pytest.mark.parametrize("reason", ["", "  \n\t "])
    def test_returning_without_a_reason_is_refused(self, reason, scene, sent):
        with pytest.raises(ReasonMissing):
            return_plan(version=sent, reason=reason, by=scene.reviewer.actor, at=AT)
        sent.refresh_from_db()
        assert sent.state == PlanState.SENT

    @pytest.mark.parametrize("state", ["draft", "returned", "accepted", "withdrawn"])
    def test_only_what_is_under_review(self, state, scene):
        version = make_draft(phase=scene.phase, unit=scene.unit)
        if state != PlanState.DRAFT:
            send(version)
            PlanVersion.objects.filter(pk=version.pk).update(state=state, decision_reason="Thêm")
        by = scene.reviewer.actor
        section = section_by_key(version, "purpose")
        for act in (
            lambda: take_review(version=version, by=by, at=AT),
            lambda: take_over_review(version=version, by=by, at=AT),
            lambda: release_review(version=version, by=by, at=AT),
            lambda: add_remark(version=version, section=section, body="Thêm", by=by, at=AT),
            lambda: accept_plan(version=version, by=by, at=AT),
            lambda: return_plan(version=version, reason="Thêm", by=by, at=AT),
        ):
            with pytest.raises(NotUnderReview):
                act()
        version.refresh_from_db()
        assert version.state == state
        assert not Remark.objects.exists()

    def test_what_somebody_else_holds_is_theirs(self, scene, sent, other):
        take_review(version=sent, by=other.actor, at=AT)
        with pytest.raises(TakenByAnother):
            accept_plan(version=sent, by=scene.reviewer.actor, at=AT)
        with pytest.raises(TakenByAnother):
            return_plan(version=sent, reason="Thêm", by=scene.reviewer.actor, at=AT)
        sent.refresh_from_db()
        assert (sent.state, sent.reviewer) == (PlanState.SENT, other)

    def test_twice_is_refused(self, scene, sent):
        accept_plan(version=sent, by=scene.reviewer.actor, at=AT)
        with pytest.raises(NotUnderReview):
            accept_plan(version=sent, by=scene.reviewer.actor, at=AT)
        assert audit.entries_of(sent.plan).filter(action="plan.accepted").count() == 1

    def test_whoever_waits_for_the_unit_still_waits_after_a_return(self, scene, sent):
        key = f"plan:{scene.phase.pk}:{scene.unit.pk}"
        assert obligations.still_owed("plan", key, on=TODAY) is None
        return_plan(version=sent, reason="Thêm", by=scene.reviewer.actor, at=AT)
        assert obligations.still_owed("plan", key, on=TODAY) is not None


class TestMail:
    def decided(self) -> list[Message]:
        return list(Message.objects.filter(kind="plan_decided"))

    def test_goes_to_each_of_the_units_people_once(self, scene, sent):
        MandateFactory(unit=scene.unit, person=scene.officer.person, role=Role.UNIT_DEPUTY)
        MandateFactory(unit=scene.unit, valid_to=TODAY)
        MandateFactory(unit=scene.unit, role=Role.OBSERVER)
        accept_plan(version=sent, by=scene.reviewer.actor, at=AT)
        people = {message.recipient_id for message in self.decided()}
        assert people == {scene.officer.person_id, scene.head.person_id}

    def test_goes_to_whoever_sent_it_on_the_units_behalf(self, scene, other):
        version = make_draft(phase=scene.phase, unit=scene.unit, entered_on_behalf=True)
        send(version, by=other)
        accept_plan(version=version, by=scene.reviewer.actor, at=AT)
        assert other.person_id in {message.recipient_id for message in self.decided()}

    def test_says_what_was_decided_and_where_to_go_on(self, scene, sent):
        section = section_by_key(sent, "purpose")
        add_remark(version=sent, section=section, body="Thêm", by=scene.reviewer.actor, at=AT)
        return_plan(version=sent, reason="Bổ sung <mục tiêu>", by=scene.reviewer.actor, at=AT)
        outbox.deliver_due(at=AT)
        message = self.decided()[0]
        assert message.state == "sent"
        assert scene.unit.name in message.subject
        assert "Bổ sung <mục tiêu>" in message.body
        assert sent.get_absolute_url() in message.body

    def test_tells_the_unit_to_issue_what_was_accepted_first(self, scene):
        scene.campaign.plan_flow = PlanFlow.REVIEW_FIRST
        scene.campaign.save()
        version = make_draft(phase=scene.phase, unit=scene.unit)
        send(version)
        accept_plan(version=version, by=scene.reviewer.actor, at=AT)
        outbox.deliver_due(at=AT)
        assert self.task() in self.decided()[0].body

    def test_does_not_ask_to_issue_what_is_issued(self, scene, sent):
        accept_plan(version=sent, by=scene.reviewer.actor, at=AT)
        outbox.deliver_due(at=AT)
        assert self.task() not in self.decided()[0].body

    def task(self) -> str:
        return gettext(
            "Now issue the plan and record its number, date, signer and scan in the portal."
        )

    def test_is_not_sent_once_a_newer_version_is_on_its_way(self, scene, sent):
        return_plan(version=sent, reason="Bổ sung", by=scene.reviewer.actor, at=AT)
        actions.amend_plan(plan=sent.plan, by=scene.officer.actor, at=AT)
        draft = draft_of(sent.plan)
        record_issue(draft, by=scene.officer)
        actions.send_plan(version=draft, by=scene.officer.actor, at=AT)
        outbox.deliver_due(at=AT)
        assert {message.state for message in self.decided()} == {"suppressed"}


class TestWhoReviews:
    @pytest.mark.parametrize("own", [True, False], ids=["own", "foreign"])
    @pytest.mark.parametrize("role", Role)
    def test_by_role(self, role, own, scene, sent):
        unit = scene.unit if own else scene.campaign.host_unit
        mandate = MandateFactory(unit=unit, role=role)
        is_department = role in (Role.DEPARTMENT_REVIEWER, Role.DEPARTMENT_HEAD)
        assert bool(rules.may_review(mandate, sent, on=TODAY)) == (is_department and not own)

    @pytest.mark.parametrize(
        ("valid_from", "valid_to", "allowed"),
        [
            (date(2025, 3, 1), None, False),
            (date(2025, 3, 1), TODAY, True),
            (date(2025, 3, 1), TODAY + timedelta(days=1), False),
            (TODAY + timedelta(days=1), None, False),
        ],
    )
    def test_nobody_reviews_the_plan_of_a_unit_they_act_for(
        self, valid_from, valid_to, allowed, scene, sent
    ):
        MandateFactory(
            person=scene.reviewer.person, unit=scene.unit, valid_from=valid_from, valid_to=valid_to
        )
        assert bool(rules.may_review(scene.reviewer, sent, on=TODAY)) == allowed

    def test_the_departments_own_plan_is_for_somebody_from_another_unit(self, scene):
        version = send(make_draft(phase=scene.phase, unit=scene.campaign.host_unit))
        refusal = rules.may_review(scene.reviewer, version, on=TODAY)
        assert not refusal
        assert scene.campaign.host_unit.name in str(refusal)
        outside = MandateFactory(unit=UnitFactory(), role=Role.DEPARTMENT_REVIEWER)
        assert rules.may_review(outside, version, on=TODAY)


class TestChanges:
    def amended(self, scene: Scene, sent: PlanVersion) -> PlanVersion:
        return_plan(version=sent, reason="Bổ sung", by=scene.reviewer.actor, at=AT)
        return actions.amend_plan(plan=sent.plan, by=scene.officer.actor, at=AT)

    def changes(self, sent: PlanVersion, draft: PlanVersion) -> dict[str, int]:
        found = changes_since(sent, draft, sections_of(draft))
        return {change.anchor: len(change.notes) for change in found}

    def test_a_copy_has_changed_nowhere(self, scene, sent):
        draft = self.amended(scene, sent)
        assert self.changes(sent, draft) == {}

    def test_are_told_by_part(self, scene, sent):
        PlanPaper.objects.all().delete()
        draft = self.amended(scene, sent)
        save(section_by_key(draft, "purpose"), by=scene.officer, narrative="Văn bản mới")
        area = section_by_key(draft, "area-1")
        indicator = area.area.indicators.first()
        kept = draft.tasks.get()
        save(
            area,
            by=scene.officer,
            narrative="Nội dung",
            tasks=[
                TaskRow("Số hóa hồ sơ", lead="Phòng Hành chính", identity=kept.identity),
                TaskRow("Việc mới"),
            ],
            targets=[TargetRow(indicator.pk, years={2026: Measure(value=20)})],
        )
        record_issue(draft, by=scene.officer, number_symbol="99/KH-MOI")
        PlanPaperFactory(version=draft, kind="annex")
        assert self.changes(sent, draft) == {
            "part-purpose": 1, "part-area-1": 3, "issue": 1, "papers": 1
        }  # fmt: skip

    def test_removed_rows_and_another_order_are_told(self, scene):
        draft = scene.complete_draft()
        area = section_by_key(draft, "area-1")
        save(area, by=scene.officer, tasks=[TaskRow("Một"), TaskRow("Hai")])
        PlanPaperFactory(version=draft, kind="annex")
        send(draft)
        first, second = draft.tasks.order_by("position")
        next_draft = self.amended(scene, draft)
        save(
            section_by_key(next_draft, "area-1"),
            by=scene.officer,
            tasks=[
                TaskRow("Hai", identity=second.identity),
                TaskRow("Một", identity=first.identity),
            ],
        )
        assert self.changes(draft, next_draft) == {"part-area-1": 1}
        save(section_by_key(next_draft, "area-1"), by=scene.officer)
        PlanPaper.objects.filter(version=next_draft).delete()
        assert self.changes(draft, next_draft) == {"part-area-1": 1, "papers": 1}


def test_the_portal_itself_reviews_nothing(sent):
    with pytest.raises(NotAllowed):
        accept_plan(version=sent, by=Actor.system(), at=AT)
    sent.refresh_from_db()
    assert (sent.state, sent.reviewer) == (PlanState.SENT, None)
