"""Sending freezes a version; withdrawing opens the next; the receipt is the same twice."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from campaigns.models import Phase, Plan, PlanIssue, PlanVersion
from campaigns.plans import actions, rules
from campaigns.plans.actions.sending import PLAN_RECEIPT, PLAN_SENT, sending_authority
from campaigns.plans.completeness import what_is_missing
from campaigns.plans.content import content_hash_of
from campaigns.plans.models import PaperKind
from campaigns.plans.queries import section_by_key, sections_of
from campaigns.plans.rows import TargetRow, TaskRow
from campaigns.plans.states import PlanState
from campaigns.programme.models import PlanFlow
from emulation_portal.core import audit, outbox
from emulation_portal.core.actors import Actor
from emulation_portal.core.errors import NotAllowed
from emulation_portal.core.models import Message
from tests.campaigns.plans.scenes import AT, fill, issue_facts, make_scene, record_issue, save
from tests.factories.campaigns import IndicatorFactory, accept, give_back
from tests.factories.core import AttachmentFactory
from tests.factories.units import MandateFactory
from units.models import Role

pytestmark = pytest.mark.django_db


def attach(version, kind, by):
    return actions.attach_paper(
        version=version, attachment=AttachmentFactory(), kind=kind, by=by.actor, at=AT
    )


def send(version, by, **kwargs):
    return actions.send_plan(version=version, by=by.actor, at=AT, **kwargs)


def test_sending_freezes_tells_the_department_and_gives_a_receipt():
    scene = make_scene()
    colleague = MandateFactory(unit=scene.campaign.host_unit, role=Role.DEPARTMENT_HEAD)
    version = scene.complete_draft()
    expected = content_hash_of(version)
    sent = send(version, scene.officer, checked_hash=expected)
    sent.refresh_from_db()
    assert (sent.state, sent.sent_at, sent.sent_by) == (PlanState.SENT, AT, scene.officer)
    assert (sent.is_late, sent.content_hash) == (False, expected)
    assert scene.plan.current == sent
    assert scene.plan.in_force is None
    assert audit.entries_of(scene.plan).last().action == "plan.sent"
    assert audit.verify_chain(scene.plan)
    told = Message.objects.filter(kind=PLAN_SENT).values_list("recipient", flat=True)
    assert set(told) == {scene.reviewer.person_id, colleague.person_id}
    assert Message.objects.get(kind=PLAN_RECEIPT).recipient == scene.officer.person


def test_who_belongs_to_the_unit_is_not_told_to_review_it():
    scene = make_scene()
    MandateFactory(person=scene.reviewer.person, unit=scene.unit)
    scene.sent()
    assert not Message.objects.filter(kind=PLAN_SENT).exists()


def test_the_departments_own_plan_goes_to_reviewers_from_other_units():
    scene = make_scene()
    outsider = MandateFactory(unit=scene.unit, role=Role.DEPARTMENT_REVIEWER)
    scene.unit, scene.officer = (
        scene.campaign.host_unit,
        MandateFactory(unit=scene.campaign.host_unit),
    )
    scene.sent()
    told = Message.objects.filter(kind=PLAN_SENT).values_list("recipient", flat=True)
    assert list(told) == [outsider.person_id]


def test_a_second_sending_gives_the_same_receipt():
    scene = make_scene()
    version = scene.complete_draft()
    first = send(version, scene.officer)
    again = send(version, scene.head)
    assert (again.sent_at, again.sent_by, again.content_hash) == (
        AT,
        scene.officer,
        first.content_hash,
    )
    assert Message.objects.filter(kind=PLAN_RECEIPT).count() == 1
    assert [e.action for e in audit.entries_of(scene.plan)].count("plan.sent") == 1


def test_a_plan_changed_after_the_check_is_not_sent():
    scene = make_scene()
    version = scene.complete_draft()
    checked = content_hash_of(version)
    save(section_by_key(version, "purpose"), by=scene.head, narrative="Đổi")
    with pytest.raises(actions.ContentChanged):
        send(version, scene.officer, checked_hash=checked)
    version.refresh_from_db()
    assert version.is_draft


def test_a_closed_window_is_refused_with_who_can_reopen_it():
    scene = make_scene()
    version = scene.complete_draft()
    head = MandateFactory(unit=scene.campaign.host_unit, role=Role.DEPARTMENT_HEAD)
    Phase.objects.filter(pk=scene.phase.pk).update(
        plans_closed_at=AT, plans_closed_by=head, plans_closed_reason="Đang tổng hợp"
    )
    with pytest.raises(actions.PlanWindowClosed) as refusal:
        send(version, scene.officer)
    for part in (
        head.person.full_name,
        "22/11/2026",
        "Đang tổng hợp",
        scene.campaign.host_unit.name,
    ):
        assert part in str(refusal.value)
    version.refresh_from_db()
    assert version.is_draft


def test_a_window_closed_by_somebody_gone_still_names_somebody():
    scene = make_scene()
    version = scene.complete_draft()
    gone = MandateFactory(
        unit=scene.campaign.host_unit, role=Role.DEPARTMENT_HEAD, valid_to=date(2026, 1, 1)
    )
    Phase.objects.filter(pk=scene.phase.pk).update(plans_closed_at=AT, plans_closed_by=gone)
    with pytest.raises(actions.PlanWindowClosed) as refusal:
        send(version, scene.officer)
    assert gone.person.full_name in str(refusal.value)


# --- On time ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("issued", "late"), [(date(2025, 9, 30), False), (date(2025, 10, 1), True)]
)
def test_the_date_of_issue_decides_and_not_the_date_of_entry(issued, late):
    assert make_scene().sent(issue_date=issued).is_late is late


def test_without_a_deadline_nobody_is_late():
    scene = make_scene()
    Phase.objects.filter(pk=scene.phase.pk).update(plan_deadline=None)
    assert scene.sent(issue_date=date(2026, 11, 1)).is_late is None


def test_an_amendment_of_a_plan_on_time_is_not_late():
    scene = make_scene()
    accept(scene.sent())
    draft = actions.amend_plan(plan=scene.plan, by=scene.officer.actor, at=AT)
    record_issue(draft, by=scene.officer, issue_date=date(2026, 11, 20))
    assert send(draft, scene.officer).is_late is False


def test_where_review_comes_first_the_day_of_sending_decides():
    scene = make_scene(plan_flow=PlanFlow.REVIEW_FIRST, go_live_date=date(2025, 7, 1))
    version = scene.start()
    fill(version, by=scene.officer)
    assert send(version, scene.head).is_late is True


def test_a_sent_day_counts_in_vietnam():
    scene = make_scene(plan_flow=PlanFlow.REVIEW_FIRST, go_live_date=date(2025, 7, 1))
    version = scene.start()
    fill(version, by=scene.officer)
    last_minute = datetime(2025, 9, 30, 23, 59, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
    sent = actions.send_plan(version=version, by=scene.head.actor, at=last_minute)
    assert sent.is_late is False


def test_a_deadline_before_the_portal_existed_makes_nobody_late():
    scene = make_scene(plan_flow=PlanFlow.REVIEW_FIRST)
    version = scene.start()
    fill(version, by=scene.officer)
    assert send(version, scene.head).is_late is None


# --- What is missing ----------------------------------------------------------------------


def test_an_empty_draft_lacks_every_part_in_the_order_of_the_plan():
    scene = make_scene(areas=1)
    version = scene.start()
    found = [(item.section_key, item.anchor) for item in what_is_missing(version)]
    indicator = section_by_key(version, "area-1").area.indicators.get()
    assert found == [
        ("legal_bases", "id_narrative"),
        ("purpose", "id_narrative"),
        ("area-1", "id_narrative"),
        ("area-1", "id_tasks-0-title"),
        ("area-1", f"id_target-{indicator.pk}-y2025"),
        ("organisation", "id_narrative"),
        ("issue", "id_number_symbol"),
    ]
    with pytest.raises(actions.PlanIncomplete) as refusal:
        send(version, scene.head)
    assert len(refusal.value.missing) == 7


def test_a_task_lacks_whoever_leads_it_and_what_it_produces():
    scene = make_scene(areas=1)
    version = scene.complete_draft()
    section = section_by_key(version, "area-1")
    target = TargetRow(section.area.indicators.get().pk, not_applicable=True)
    save(
        section,
        by=scene.officer,
        tasks=[TaskRow("Đủ", lead="A", product="B"), TaskRow("Thiếu")],
        targets=[target],
    )
    assert [(item.section_key, item.anchor) for item in what_is_missing(version)] == [
        ("area-1", "id_tasks-1-lead"),
        ("area-1", "id_tasks-1-product"),
    ]


def test_an_unfinished_part_is_asked_about():
    scene = make_scene(areas=1)
    version = scene.complete_draft()
    save(section_by_key(version, "purpose"), by=scene.officer, completed=False)
    (item,) = what_is_missing(version)
    assert (item.section_key, item.anchor) == ("purpose", "id_completed_0")


def test_unconfirmed_indicators_and_those_of_suppliers_demand_no_target():
    scene = make_scene(areas=1)
    version = scene.complete_draft()
    area = scene.campaign.areas.get()
    IndicatorFactory(area=area, confirmed=False)
    IndicatorFactory(area=area, supplier=scene.campaign.host_unit)
    assert what_is_missing(version) == []
    demanded = IndicatorFactory(area=area, not_applicable_allowed=False, ratio=True)
    (item,) = what_is_missing(version)
    assert item.anchor == f"id_target-{demanded.pk}-y2025_numerator"


def test_a_plan_registered_from_paper_needs_no_sections():
    scene = make_scene()
    version = actions.register_paper_plan(
        unit=scene.unit, phase=scene.phase, issue=issue_facts(), by=scene.officer.actor, at=AT
    )
    assert what_is_missing(version) == []
    assert send(version, scene.officer).is_late is False


def test_what_is_missing_takes_no_more_queries_for_a_longer_plan(django_assert_num_queries):
    for areas, tasks in ((1, 1), (5, 60)):
        scene = make_scene(areas=areas)
        version = scene.complete_draft()
        for section in sections_of(version):
            rows = [TaskRow(f"Việc {n}", lead="A", product="B") for n in range(tasks)]
            save(section, by=scene.officer, tasks=rows)
        with django_assert_num_queries(8):
            what_is_missing(version)


# --- Who sends ----------------------------------------------------------------------------


@pytest.mark.parametrize("role", [Role.UNIT_HEAD, Role.UNIT_DEPUTY])
def test_head_and_deputy_send_in_their_own_right(role):
    scene = make_scene(plan_flow=PlanFlow.REVIEW_FIRST)
    assert sending_authority(MandateFactory(unit=scene.unit, role=role), scene.start()) is True


def test_whoever_the_head_has_delegated_sends_too():
    scene = make_scene(plan_flow=PlanFlow.REVIEW_FIRST)
    delegate = MandateFactory(
        unit=scene.unit, delegated_by=scene.head, signing_capacity="TUQ.", valid_to=date(2027, 1, 1)
    )
    assert sending_authority(delegate, scene.start()) is True


def test_an_officer_needs_the_heads_signed_document():
    scene = make_scene(plan_flow=PlanFlow.REVIEW_FIRST)
    version = scene.start()
    fill(version, by=scene.officer)
    with pytest.raises(actions.SendingRefused) as refusal:
        send(version, scene.officer)
    assert str(refusal.value)
    attach(version, PaperKind.HEAD_SIGNED, scene.officer)
    assert send(version, scene.officer).state == PlanState.SENT


def test_the_scan_of_an_answered_version_does_not_speak_for_the_next():
    scene = make_scene()
    give_back(scene.sent())
    draft = actions.amend_plan(plan=scene.plan, by=scene.officer.actor, at=AT)
    assert not sending_authority(scene.officer, draft)
    record_issue(draft, by=scene.officer)
    assert sending_authority(scene.officer, draft)


def test_after_a_withdrawal_the_scan_still_speaks():
    scene = make_scene()
    draft = actions.withdraw_plan(version=scene.sent(), by=scene.officer.actor, at=AT)
    assert sending_authority(scene.officer, draft)


def test_a_paper_plan_is_completed_later_under_the_same_scan():
    scene = make_scene()
    version = actions.register_paper_plan(
        unit=scene.unit, phase=scene.phase, issue=issue_facts(), by=scene.officer.actor, at=AT
    )
    accept(send(version, scene.officer))
    draft = actions.amend_plan(plan=scene.plan, by=scene.officer.actor, at=AT)
    save(section_by_key(draft, "area-1"), by=scene.officer, tasks=[TaskRow("Từ bản giấy")])
    assert send(draft, scene.officer).is_late is False


def test_the_department_sends_for_a_unit_with_the_source_only():
    scene = make_scene()
    version = scene.start(by=scene.reviewer)
    fill(version, by=scene.reviewer)
    record_issue(version, by=scene.reviewer)
    with pytest.raises(actions.SendingRefused):
        send(version, scene.reviewer)
    attach(version, PaperKind.SOURCE, scene.reviewer)
    sent = send(version, scene.reviewer)
    assert (sent.entered_on_behalf, sent.sent_by) == (True, scene.reviewer)


def test_what_was_entered_for_it_lacks_its_source_for_the_unit_too():
    scene = make_scene()
    version = scene.start(by=scene.reviewer)
    assert "papers" in {item.section_key for item in what_is_missing(version)}


def test_nobody_else_sends():
    scene = make_scene()
    version = scene.complete_draft()
    for role in Role.values:
        stranger = MandateFactory(role=role)
        assert not sending_authority(stranger, version), role
    with pytest.raises(NotAllowed):
        actions.send_plan(version=version, by=Actor.system(), at=AT)


# --- Withdrawing --------------------------------------------------------------------------


def test_a_withdrawn_version_leaves_a_draft_and_the_version_received_before():
    scene = make_scene()
    first = accept(scene.sent())
    draft = actions.amend_plan(plan=scene.plan, by=scene.officer.actor, at=AT)
    second = send(draft, scene.head)
    third = actions.withdraw_plan(version=second, by=scene.officer.actor, at=AT)
    second.refresh_from_db()
    assert (second.state, third.number, third.based_on) == (PlanState.WITHDRAWN, 3, second)
    assert (scene.plan.current, scene.plan.in_force) == (first, first)
    assert actions.withdraw_plan(version=second, by=scene.officer.actor, at=AT) == third


def test_withdrawing_the_first_version_leaves_nothing_received():
    scene = make_scene()
    actions.withdraw_plan(version=scene.sent(), by=scene.officer.actor, at=AT)
    assert scene.plan.current is None


def test_a_version_taken_for_review_stays():
    scene = make_scene()
    sent = scene.sent()
    PlanVersion.objects.filter(pk=sent.pk).update(reviewer=scene.reviewer, taken_at=AT)
    with pytest.raises(actions.WithdrawalTooLate):
        actions.withdraw_plan(version=sent, by=scene.officer.actor, at=AT)
    assert scene.plan.current == sent


def test_a_draft_or_a_decided_version_is_not_withdrawn():
    scene = make_scene()
    version = scene.complete_draft()
    with pytest.raises(actions.NothingToWithdraw):
        actions.withdraw_plan(version=version, by=scene.officer.actor, at=AT)
    accept(send(version, scene.officer))
    with pytest.raises(actions.NothingToWithdraw):
        actions.withdraw_plan(version=version, by=scene.officer.actor, at=AT)


# --- Issue after review -------------------------------------------------------------------


def test_an_accepted_plan_is_issued_once_where_review_comes_first():
    scene = make_scene(plan_flow=PlanFlow.REVIEW_FIRST)
    version = scene.start()
    fill(version, by=scene.officer)
    facts = {"version": version, "issue": issue_facts(), "by": scene.head.actor, "at": AT}
    with pytest.raises(actions.IssueNotDue):
        actions.issue_accepted_plan(**facts)
    accept(send(version, scene.head))
    issue = actions.issue_accepted_plan(**facts)
    assert issue.number_symbol == "12/KH-DSVH"
    with pytest.raises(actions.IssueNotDue):
        actions.issue_accepted_plan(**facts)
    assert Plan.objects.visible_to(MandateFactory(unit=scene.campaign.host_unit)).exists()


def test_an_accepted_plan_is_not_issued_again_where_the_unit_issues_first():
    scene = make_scene()
    version = accept(scene.sent())
    with pytest.raises(actions.IssueNotDue):
        actions.issue_accepted_plan(
            version=version, issue=issue_facts(), by=scene.head.actor, at=AT
        )


def test_an_amendment_under_review_leaves_the_plan_in_force_readable():
    scene = make_scene(plan_flow=PlanFlow.REVIEW_FIRST)
    version = scene.start()
    fill(version, by=scene.officer)
    version = accept(send(version, scene.head))
    actions.issue_accepted_plan(version=version, issue=issue_facts(), by=scene.head.actor, at=AT)
    draft = actions.amend_plan(plan=scene.plan, by=scene.officer.actor, at=AT)
    sent = send(draft, scene.head)
    assert not PlanIssue.objects.filter(version=sent).exists()
    stranger = MandateFactory(unit=scene.campaign.host_unit)
    assert Plan.objects.visible_to(stranger).exists()
    assert rules.may_read(stranger, version)
    assert not rules.may_read(stranger, sent)


# --- Mails --------------------------------------------------------------------------------


def test_the_mails_say_what_came_in_and_carry_the_receipt(mailoutbox):
    scene = make_scene()
    sent = scene.sent(issue_date=date(2025, 10, 5))
    outbox.deliver_due(at=AT)
    by_address = {mail.to[0]: mail for mail in mailoutbox}
    review = by_address[scene.reviewer.person.email]
    assert scene.unit.name_vi in review.subject
    assert f"/review/{sent.pk}/" in review.body or str(sent.pk) in review.body
    receipt = by_address[scene.officer.person.email]
    assert sent.content_hash in receipt.body
    assert f"GD1-{scene.unit.code.upper()}-01" in receipt.subject


def test_a_withdrawn_plan_is_announced_to_nobody(mailoutbox):
    scene = make_scene()
    actions.withdraw_plan(version=scene.sent(), by=scene.officer.actor, at=AT)
    outbox.deliver_due(at=AT)
    assert [mail.to for mail in mailoutbox] == [[scene.officer.person.email]]
