"""Beginning a plan, writing its sections, opening the next version."""

from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest

from campaigns.models import PlanPaper, PlanSection, PlanTarget, PlanTask
from campaigns.plans import actions
from campaigns.plans.content import content_hash_of, content_of
from campaigns.plans.models import PaperKind
from campaigns.plans.queries import section_by_key, section_content, sections_of
from campaigns.plans.rows import Measure, TargetRow, TaskRow
from campaigns.plans.states import PlanState
from emulation_portal.core import audit
from tests.campaigns.plans.scenes import AT, issue_facts, make_scene, record_issue, save
from tests.factories.campaigns import (
    CampaignDocumentFactory,
    IndicatorFactory,
    accept,
    give_back,
)
from tests.factories.core import AttachmentFactory
from tests.factories.units import UnitFactory

pytestmark = pytest.mark.django_db


def test_a_plan_begins_with_a_section_for_each_part_and_area():
    version = make_scene(areas=5).start()
    assert [section.key for section in sections_of(version)] == [
        "legal_bases", "purpose", "area-1", "area-2", "area-3", "area-4", "area-5", "organisation",
    ]  # fmt: skip
    assert (version.number, version.state, version.entered_on_behalf) == (1, "draft", False)
    assert [entry.action for entry in audit.entries_of(version.plan)] == ["plan.started"]


def test_the_legal_bases_come_from_confirmed_documents_in_vietnamese():
    scene = make_scene()
    CampaignDocumentFactory(campaign=scene.campaign, position=1)
    CampaignDocumentFactory(campaign=scene.campaign, position=2, issue_date=None)
    CampaignDocumentFactory(campaign=scene.campaign, position=3, issue_date=None, number_symbol="")
    CampaignDocumentFactory(campaign=scene.campaign, confirmed=False, number_symbol="99/XX")
    section = section_by_key(scene.start(), "legal_bases")
    body, plan = "Bộ Văn hóa, Thể thao và Du lịch", "Kế hoạch triển khai phong trào thi đua"
    assert section.narrative.split("\n") == [
        f"Căn cứ văn bản số 01/KH-BVHTTDL ngày 01/08/2025 của {body}: {plan};",
        f"Căn cứ văn bản số 01/KH-BVHTTDL của {body}: {plan};",
        f"Căn cứ văn bản của {body}: {plan};",
    ]


def test_beginning_twice_gives_the_same_draft():
    scene = make_scene()
    assert scene.start() == scene.start()
    assert scene.plan.versions.count() == 1


@pytest.mark.parametrize("outside", ["another unit", "owes none", "not yet founded"])
def test_a_unit_that_owes_no_plan_begins_none(outside):
    scene = make_scene()
    if outside == "another unit":
        scene.unit = UnitFactory()
    elif outside == "owes none":
        scene.unit.owes_plan = False
    else:
        scene.unit.valid_from = date(2027, 1, 1)
    with pytest.raises(actions.UnitOwesNoPlan) as refusal:
        scene.start()
    assert str(refusal.value) == f"{scene.unit.name} không phải lập kế hoạch trong phong trào này."


def test_a_unit_merged_since_may_still_register_its_plan():
    scene = make_scene()
    scene.unit.valid_to = date(2026, 1, 1)
    assert scene.start().number == 1


def test_a_sent_plan_is_not_begun_again():
    scene = make_scene()
    scene.sent()
    with pytest.raises(actions.PlanExists) as refusal:
        scene.start()
    assert "đã được gửi" in str(refusal.value)


def test_the_department_types_for_a_unit_with_the_source():
    scene = make_scene()
    source = AttachmentFactory()
    version = scene.start(by=scene.reviewer, source=source)
    assert (version.entered_on_behalf, version.created_by) == (True, scene.reviewer)
    assert PlanPaper.objects.get().attachment == source
    assert PlanPaper.objects.get().kind == PaperKind.SOURCE


def test_indicators_another_body_supplies_are_not_asked_of_the_unit():
    scene = make_scene(areas=1, indicators=2)
    IndicatorFactory(area=scene.campaign.areas.get(), supplier=scene.campaign.host_unit)
    IndicatorFactory(area=scene.campaign.areas.get(), supplier=scene.unit)
    assert section_by_key(scene.start(), "area-1").applicable_count == 3


# --- Saving a section --------------------------------------------------------------------


def test_a_save_keeps_text_rows_and_counters():
    scene = make_scene(areas=1, indicators=3)
    version = scene.start()
    section = section_by_key(version, "area-1")
    promised, not_ours, untouched = section.area.indicators.all()
    save(
        section,
        by=scene.officer,
        narrative="Số hóa",
        tasks=[TaskRow("Một", due_date=date(2026, 6, 1)), TaskRow("Hai")],
        targets=[
            TargetRow(
                promised.pk,
                baseline_year=2024,
                baseline=Measure(Decimal(25), Decimal(1), Decimal(4)),
                years={2026: Measure(Decimal(50)), 2027: Measure()},
            ),
            TargetRow(not_ours.pk, not_applicable=True, years={2026: Measure(Decimal(1))}),
            TargetRow(untouched.pk),
        ],
    )
    section.refresh_from_db()
    assert (section.task_count, section.applicable_count, section.target_count) == (2, 2, 1)
    assert (section.lock_version, section.updated_by) == (1, scene.officer)
    content = section_content(section)
    assert [task.title for task in content.tasks] == ["Một", "Hai"]
    assert content.targets[0].years == {2026: Measure(Decimal(50))}
    assert content.targets[0].baseline == Measure(Decimal(25), Decimal(1), Decimal(4))
    assert content.targets[1].years == {}
    assert PlanTarget.objects.count() == 2
    assert audit.entries_of(version.plan).last().action == "plan.section_saved"


def test_tasks_and_targets_keep_their_identity_when_saved_again():
    scene = make_scene(areas=1)
    section = section_by_key(scene.start(), "area-1")
    indicator = section.area.indicators.get()
    target = TargetRow(indicator.pk, years={2026: Measure(Decimal(1))})
    save(section, by=scene.officer, tasks=[TaskRow("Một"), TaskRow("Hai")], targets=[target])
    first, second = section_content(section).tasks
    identity = PlanTarget.objects.get().identity
    save(section, by=scene.officer, tasks=[second, first], targets=[target])
    assert section_content(section).tasks == (second, first)
    assert PlanTarget.objects.get().identity == identity


def test_a_forged_identity_becomes_a_new_one():
    scene = make_scene(areas=2)
    version = scene.start()
    other, section = section_by_key(version, "area-1"), section_by_key(version, "area-2")
    save(other, by=scene.officer, tasks=[TaskRow("Một")])
    stolen = section_content(other).tasks[0].identity
    save(
        section,
        by=scene.officer,
        tasks=[TaskRow("Giả", identity=stolen), TaskRow("Lạ", identity=uuid4())],
    )
    identities = [task.identity for task in section_content(section).tasks]
    assert stolen not in identities
    assert section_content(other).tasks[0].identity == stolen
    save(
        section,
        by=scene.officer,
        tasks=[TaskRow("A", identity=identities[0]), TaskRow("B", identity=identities[0])],
    )
    assert section_content(section).tasks[0].identity == identities[0]
    assert PlanTask.objects.filter(section=section).count() == 2


def test_the_second_of_two_editors_is_given_both_texts():
    scene = make_scene(areas=1)
    section = section_by_key(scene.start(), "area-1")
    save(section, by=scene.head, narrative="Của thủ trưởng", tasks=[TaskRow("Việc 1")])
    with pytest.raises(actions.SectionConflict) as conflict:
        save(
            section, by=scene.officer, narrative="Của tôi", tasks=[TaskRow("Việc 2")],
            expected_lock_version=0,
        )  # fmt: skip
    assert conflict.value.mine.narrative == "Của tôi"
    assert conflict.value.mine.tasks[0].title == "Việc 2"
    assert conflict.value.theirs.narrative == "Của thủ trưởng"
    assert conflict.value.theirs.tasks[0].title == "Việc 1"
    assert conflict.value.theirs.saved_by == scene.head.person.full_name
    section.refresh_from_db()
    assert (section.narrative, section.lock_version) == ("Của thủ trưởng", 1)


def test_the_same_save_twice_is_no_conflict():
    scene = make_scene(areas=1)
    section = section_by_key(scene.start(), "area-1")
    indicator = section.area.indicators.get()
    content = {
        "narrative": "Một",
        "tasks": [TaskRow("Việc")],
        "targets": [TargetRow(indicator.pk, years={2026: Measure(Decimal(7))})],
        "expected_lock_version": 0,
    }
    save(section, by=scene.officer, **content)
    again = save(section, by=scene.officer, **content)
    assert again.lock_version == 1


def test_an_indicator_that_applies_to_all_cannot_be_waived():
    scene = make_scene(areas=1, indicators=0)
    indicator = IndicatorFactory(area=scene.campaign.areas.get(), not_applicable_allowed=False)
    section = section_by_key(scene.start(), "area-1")
    with pytest.raises(actions.NotApplicableRefused) as refusal:
        save(section, by=scene.officer, targets=[TargetRow(indicator.pk, not_applicable=True)])
    assert str(refusal.value) == f"Chỉ tiêu “{indicator.name}” áp dụng cho mọi đơn vị."
    assert PlanSection.objects.get(pk=section.pk).lock_version == 0


def test_a_target_of_another_area_is_left_out():
    scene = make_scene(areas=2)
    version = scene.start()
    stranger = section_by_key(version, "area-2").area.indicators.get()
    section = section_by_key(version, "area-1")
    save(section, by=scene.officer, targets=[TargetRow(stranger.pk, note="x")])
    assert PlanTarget.objects.count() == 0


def test_a_sent_version_takes_no_save_no_issue_no_paper():
    scene = make_scene(areas=1)
    version = scene.sent()
    section = section_by_key(version, "purpose")
    paper = PlanPaper(version=version, attachment=AttachmentFactory(), kind=PaperKind.ANNEX)
    for act in (
        lambda: save(section, by=scene.officer),
        lambda: record_issue(version, by=scene.officer),
        lambda: actions.attach_paper(
            version=version, attachment=AttachmentFactory(), kind=PaperKind.ANNEX,
            by=scene.officer.actor, at=AT,
        ),
        lambda: actions.detach_paper(paper=paper, by=scene.officer.actor, at=AT),
    ):  # fmt: skip
        with pytest.raises(actions.VersionFrozen):
            act()


# --- Issue and papers --------------------------------------------------------------------


@pytest.mark.parametrize("day", [date(2025, 6, 30), date(2026, 11, 23)])
def test_a_date_of_issue_outside_the_campaign_is_refused(day):
    scene = make_scene()
    version = scene.start()
    with pytest.raises(actions.IssueDateRefused) as refusal:
        record_issue(version, by=scene.officer, issue_date=day)
    assert "01/07/2025" in str(refusal.value)
    assert "22/11/2026" in str(refusal.value)


@pytest.mark.parametrize("day", [date(2025, 7, 1), date(2026, 11, 22)])
def test_the_first_and_the_last_possible_day_are_taken(day):
    scene = make_scene()
    version = scene.start()
    record_issue(version, by=scene.officer, issue_date=day)
    version.refresh_from_db()
    assert version.issue.issue_date == day


def test_the_issue_of_a_draft_can_be_corrected():
    scene = make_scene()
    version = scene.start()
    record_issue(version, by=scene.officer)
    record_issue(version, by=scene.officer, number_symbol="13/KH")
    version.refresh_from_db()
    assert version.issue.number_symbol == "13/KH"


def test_a_paper_is_attached_once_per_kind_and_taken_off():
    scene = make_scene()
    version = scene.start()
    facts = {
        "version": version, "attachment": AttachmentFactory(), "kind": PaperKind.ANNEX,
        "by": scene.officer.actor, "at": AT,
    }  # fmt: skip
    paper = actions.attach_paper(**facts, abstract="Phụ lục", number_symbol="1/PL")
    with pytest.raises(actions.PaperAttachedTwice):
        actions.attach_paper(**facts)
    actions.detach_paper(paper=paper, by=scene.officer.actor, at=AT)
    actions.detach_paper(paper=paper, by=scene.officer.actor, at=AT)
    assert version.papers.count() == 0
    detached = [e for e in audit.entries_of(version.plan) if e.action == "plan.paper_detached"]
    assert len(detached) == 1


def test_a_plan_issued_on_paper_is_registered_with_its_scan():
    scene = make_scene()
    version = actions.register_paper_plan(
        unit=scene.unit, phase=scene.phase, issue=issue_facts(), by=scene.officer.actor, at=AT
    )
    assert (version.registered_from_paper, version.state) == (True, PlanState.DRAFT)
    assert version.issue.number_symbol == "12/KH-DSVH"
    assert version.papers.count() == 0


def test_for_a_unit_the_scan_is_the_departments_source_as_well():
    scene = make_scene()
    issue = issue_facts()
    version = actions.register_paper_plan(
        unit=scene.unit, phase=scene.phase, issue=issue, by=scene.reviewer.actor, at=AT
    )
    assert version.papers.get().attachment == issue.scan
    assert version.papers.get().kind == PaperKind.SOURCE


def test_an_open_draft_can_turn_out_to_be_a_paper_plan():
    scene = make_scene()
    draft = scene.start()
    version = actions.register_paper_plan(
        unit=scene.unit, phase=scene.phase, issue=issue_facts(), by=scene.officer.actor, at=AT
    )
    assert version == draft
    assert version.registered_from_paper


def test_a_bad_date_registers_nothing():
    scene = make_scene()
    with pytest.raises(actions.IssueDateRefused):
        actions.register_paper_plan(
            unit=scene.unit, phase=scene.phase, issue=issue_facts(issue_date=date(2030, 1, 1)),
            by=scene.officer.actor, at=AT,
        )  # fmt: skip
    assert scene.unit.plans.count() == 0


# --- The next version --------------------------------------------------------------------


def test_an_amendment_copies_the_content_with_its_identities():
    scene = make_scene()
    version = scene.complete_draft()
    for kind in PaperKind.values:
        actions.attach_paper(
            version=version, attachment=AttachmentFactory(), kind=kind,
            by=scene.officer.actor, at=AT,
        )  # fmt: skip
    accept(actions.send_plan(version=version, by=scene.officer.actor, at=AT))
    draft = actions.amend_plan(plan=scene.plan, by=scene.officer.actor, at=AT)
    assert (draft.number, draft.based_on, draft.state) == (2, version, "draft")
    old, new = content_of(version), content_of(draft)
    assert new["sections"] == old["sections"]
    assert new["issue"] == old["issue"]
    # What the head signed, and the department typed from, speaks for one version only.
    assert {paper["kind"] for paper in new["papers"]} == {"annex", "legal_basis"}
    assert actions.amend_plan(plan=scene.plan, by=scene.officer.actor, at=AT) == draft
    assert scene.plan.in_force == version


def test_nothing_is_amended_before_it_was_begun_or_while_it_is_reviewed():
    scene = make_scene()
    sent = scene.sent()
    with pytest.raises(actions.VersionUnderReview) as refusal:
        actions.amend_plan(plan=scene.plan, by=scene.officer.actor, at=AT)
    assert "1" in str(refusal.value)
    give_back(sent)
    assert actions.amend_plan(plan=scene.plan, by=scene.officer.actor, at=AT).number == 2


def test_a_plan_without_a_version_has_nothing_to_amend():
    scene = make_scene()
    plan = scene.start().plan
    plan.versions.all()[0].sections.all().delete()
    plan.versions.all().delete()
    with pytest.raises(actions.NothingToAmend):
        actions.amend_plan(plan=plan, by=scene.officer.actor, at=AT)


def test_the_department_amends_on_the_units_behalf_visibly():
    scene = make_scene()
    accept(scene.sent())
    draft = actions.amend_plan(plan=scene.plan, by=scene.reviewer.actor, at=AT)
    assert draft.entered_on_behalf


def test_equal_content_has_an_equal_hash_and_a_changed_one_another():
    scene = make_scene()
    version = scene.complete_draft()
    before = content_hash_of(version)
    assert content_hash_of(version) == before
    save(section_by_key(version, "purpose"), by=scene.officer, narrative="Khác")
    assert content_hash_of(version) != before
