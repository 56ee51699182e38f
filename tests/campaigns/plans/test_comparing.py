"""Any two versions of a plan: what moved, what the numbers did, who may see it."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from campaigns.models import PlanSection, PlanTask
from campaigns.plans import actions
from campaigns.plans.comparing import compare_versions, folded
from campaigns.plans.comparing_rows import days_between
from campaigns.plans.comparing_targets import difference, signed
from campaigns.plans.models import PaperKind
from campaigns.plans.queries import section_by_key
from campaigns.plans.rows import Measure, TargetRow, TaskRow
from emulation_portal.core.text_diff import Row, RowKind
from tests.campaigns.plans.scenes import AT, make_scene, record_issue, save, text_of
from tests.factories.campaigns import (
    IndicatorFactory,
    PlanTargetYearFactory,
    PlanTaskFactory,
    give_back,
)
from tests.factories.campaigns import send as move_to_sent
from tests.factories.core import AttachmentFactory
from tests.factories.units import MandateFactory

pytestmark = pytest.mark.django_db

FIRST = "Đơn vị hoàn thành số hóa toàn bộ hồ sơ di sản trong năm 2026"
SECOND = "Cán bộ đầu mối tổng hợp số liệu và báo cáo thủ trưởng hằng quý"


@pytest.fixture
def scene():
    return make_scene(areas=2)


@pytest.fixture
def versions(scene):
    """A returned version and the draft that follows it, the same so far."""
    old = give_back(scene.sent(), by=scene.reviewer)
    return old, actions.amend_plan(plan=scene.plan, by=scene.officer.actor, at=AT)


def write(version, key, by, **content):
    section = section_by_key(version, key)
    section.refresh_from_db()
    kept = {
        "tasks": [
            TaskRow(task.title, lead=task.lead, product=task.product, identity=task.identity)
            for task in section.tasks.order_by("position")
        ],
        "targets": [
            TargetRow(target.indicator_id, years={2026: Measure(value=Decimal(10))})
            for target in section.targets.all()
        ],
        "narrative": section.narrative,
    }
    return save(section, by=by, **{**kept, **content})


def part(comparison, key):
    return next(found for found in comparison.parts if found.key == key)


def url(plan, *numbers):
    if not numbers:
        return reverse("campaigns:plan-compare-choose", args=[plan.pk])
    return reverse("campaigns:plan-compare", args=[plan.pk, *numbers])


class TestParts:
    def test_a_copy_is_the_same(self, versions):
        comparison = compare_versions(*versions)
        assert comparison.is_same
        assert [found.key for found in comparison.parts] == [
            "legal_bases", "purpose", "area-1", "area-2", "organisation"
        ]  # fmt: skip

    def test_a_paragraph_moved_into_another_part_is_recognised(self, scene, versions):
        _old, new = versions
        write(new, "purpose", scene.officer, narrative=f"{FIRST}\n{SECOND}")
        sent = actions.send_plan(version=new, by=scene.head.actor, at=AT)
        give_back(sent)
        third = actions.amend_plan(plan=scene.plan, by=scene.officer.actor, at=AT)
        write(third, "purpose", scene.officer, narrative=SECOND)
        write(third, "organisation", scene.officer, narrative=f"Nội dung\n{FIRST}")
        comparison = compare_versions(sent, third)
        assert part(comparison, "purpose").text.rows[0].kind == RowKind.MOVED_AWAY
        assert part(comparison, "organisation").text.rows[1].kind == RowKind.MOVED_HERE
        assert part(comparison, "purpose").notes == part(comparison, "organisation").notes

    def test_only_spaces_are_said_to_be_only_spaces(self, scene, versions):
        old, new = versions
        write(new, "purpose", scene.officer, narrative="Nội   dung\n")
        with translation.override("en"):
            (note,) = part(compare_versions(old, new), "purpose").notes
        assert "Only spaces" in note

    def test_long_unchanged_stretches_fold_with_a_paragraph_of_context(self):
        rows = [Row(RowKind.SAME, str(n), str(n)) for n in range(10)]
        rows[5] = Row(RowKind.ADDED, None, "mới")
        stretches = [(stretch.folded, len(stretch.rows)) for stretch in folded(rows)]
        assert stretches == [(True, 4), (False, 3), (True, 3)]
        assert [row for stretch in folded(rows) for row in stretch.rows] == rows
        assert [stretch.folded for stretch in folded(rows[:3])] == [True]

    @given(st.lists(st.sampled_from([RowKind.SAME, RowKind.ADDED]), max_size=30))
    def test_folding_loses_no_row(self, kinds):
        rows = [Row(kind, None, str(at)) for at, kind in enumerate(kinds)]
        stretches = folded(rows)
        assert [row for stretch in stretches for row in stretch.rows] == rows
        for stretch in stretches:
            assert stretch.rows
            assert not stretch.folded or {row.kind for row in stretch.rows} == {RowKind.SAME}


class TestTasks:
    def rows(self, versions, key="area-1"):
        return part(compare_versions(*versions), key).tasks

    def test_a_task_is_known_by_its_identity(self, scene, versions):
        kept = versions[1].tasks.get(section__area__number=1)
        write(
            versions[1], "area-1", scene.officer,
            tasks=[
                TaskRow("Việc mới"),
                TaskRow("Tên khác hẳn", lead="Văn phòng", product="CSDL", identity=kept.identity),
            ],
        )  # fmt: skip
        new, changed = self.rows(versions)
        assert (new.kind, changed.kind) == (RowKind.ADDED, RowKind.CHANGED)
        assert [field.is_changed for field in changed.fields] == [True, False, False, False, True]

    def test_moves_within_a_part_name_both_places(self, scene):
        old = scene.complete_draft()
        save(section_by_key(old, "area-1"), by=scene.officer, tasks=[TaskRow(n) for n in "ABC"])
        returned(old)
        new = actions.amend_plan(plan=scene.plan, by=scene.officer.actor, at=AT)
        first, second, third = new.tasks.filter(section__area__number=1).order_by("position")
        write(
            new, "area-1", scene.officer,
            tasks=[TaskRow(t.title, identity=t.identity) for t in (third, first, second)],
        )  # fmt: skip
        moved = [row for row in self.rows((old, new)) if row.moved]
        assert [(row.title, row.old_place, row.new_place) for row in moved] == [("C", 3, 1)]
        assert "3" in moved[0].moved
        assert "1" in moved[0].moved

    def test_a_task_in_another_part_has_moved_there(self, versions):
        old, new = versions
        task = new.tasks.get(section__area__number=1)
        PlanTask.objects.filter(pk=task.pk).update(
            section=section_by_key(new, "area-2"), position=9
        )
        comparison = compare_versions(old, new)
        (left,) = part(comparison, "area-1").tasks
        stays, reached = part(comparison, "area-2").tasks
        assert (left.kind, stays.kind, reached.kind) == (
            RowKind.MOVED_AWAY, RowKind.SAME, RowKind.MOVED_HERE
        )  # fmt: skip
        assert (left.new_place, reached.old_place) == (2, 1)

    def test_a_removed_task_stands_where_it_stood(self, scene):
        old = scene.complete_draft()
        save(section_by_key(old, "area-1"), by=scene.officer, tasks=[TaskRow(n) for n in "ABC"])
        returned(old)
        new = actions.amend_plan(plan=scene.plan, by=scene.officer.actor, at=AT)
        new.tasks.filter(title="B").delete()
        rows = self.rows((old, new))
        assert [(row.title, row.kind) for row in rows] == [
            ("A", RowKind.SAME), ("B", RowKind.REMOVED), ("C", RowKind.SAME)
        ]  # fmt: skip

    @pytest.mark.parametrize(
        ("old", "new", "words"),
        [
            (date(2027, 1, 1), date(2027, 1, 2), "1 day later"),
            (date(2027, 1, 1), date(2024, 1, 1), "1.096 days earlier"),
            (date(2027, 1, 1), date(2027, 1, 1), ""),
            (None, date(2027, 1, 1), ""),
        ],
    )
    def test_dates_differ_by_days(self, old, new, words):
        with translation.override("en"):
            assert days_between(old, new) == words


def returned(version):
    """Sent and returned without anybody asking whether it was complete."""
    give_back(move_to_sent(version))


class TestNumbers:
    @pytest.mark.parametrize(
        ("number", "shown"),
        [("1234.5", "+1.234,5"), ("-1234.50", "−1.234,5"), ("0", "0"), ("-0.0001", "−0,0001")],
    )
    def test_a_difference_has_its_sign(self, number, shown):
        assert signed(Decimal(number)) == shown

    @given(
        st.decimals(min_value=-(10**9), max_value=10**9, places=4),
        st.decimals(min_value=-(10**9), max_value=10**9, places=4),
    )
    def test_old_plus_difference_is_new(self, old, new):
        indicator = IndicatorFactory.build(value_kind="decimal", unit_of_measure_vi="tỷ đồng")
        shown = difference(indicator, Measure(value=old), Measure(value=new))
        if old == new:
            assert shown == ""
            return
        number = shown.replace(".", "").replace(",", ".").replace("−", "-")
        assert old + Decimal(number) == new

    def test_shares_differ_in_percentage_points_of_what_is_shown(self):
        indicator = IndicatorFactory.build(ratio=True)
        with translation.override("en"):
            shown = difference(
                indicator, Measure(value=Decimal("33.3333")), Measure(value=Decimal("66.6667"))
            )
        assert shown == "+33,34 percentage points"

    def test_yes_and_no_are_not_subtracted(self):
        indicator = IndicatorFactory.build(value_kind="yes_no", over_units="share_yes")
        assert difference(indicator, Measure(value=Decimal(0)), Measure(value=Decimal(1))) == ""

    def test_old_new_and_difference_stand_beside_each_other(self, scene, versions):
        old, new = versions
        target = new.targets.get(section__area__number=1)
        target.years.update(value=Decimal("1244.5"))
        PlanTargetYearFactory(target=target, year=2027, value=Decimal(3))
        (change,) = part(compare_versions(old, new), "area-1").changed_targets
        assert [(n.label, n.old, n.new, n.difference) for n in change.changed_numbers] == [
            ("2026", "10", "1.244,5", "+1.234,5"), ("2027", "", "3", "")
        ]  # fmt: skip

    def test_a_target_set_again_is_the_same_target(self, scene, versions):
        old, new = versions
        section = section_by_key(new, "area-1")
        indicator = section.area.indicators.get()
        save(section, by=scene.officer, tasks=[], targets=[])
        save(section, by=scene.officer, targets=[TargetRow(indicator.pk, not_applicable=True)])
        (change,) = part(compare_versions(old, new), "area-1").targets
        assert change.kind == RowKind.CHANGED
        assert [field.is_changed for field in change.changed_fields] == [True]

    def test_new_and_removed_targets(self, scene, versions):
        old, new = versions
        section = section_by_key(new, "area-1")
        added = IndicatorFactory(area=section.area)
        save(
            section, by=scene.officer, targets=[TargetRow(added.pk, years={2026: Measure(value=5)})]
        )
        kinds = {change.kind for change in part(compare_versions(old, new), "area-1").targets}
        assert kinds == {RowKind.ADDED, RowKind.REMOVED}


class TestIssueAndPapers:
    def test_the_issue_field_by_field_with_the_days_between(self, scene, versions):
        old, new = versions
        record_issue(new, by=scene.officer, number_symbol="99/KH", issue_date=date(2025, 9, 30))
        comparison = compare_versions(old, new)
        assert comparison.issue_is_changed
        changed = {field.old: field for field in comparison.issue if field.is_changed}
        assert changed["12/KH-DSVH"].new == "99/KH"
        assert "5" in changed["25/09/2025"].difference

    def test_a_paper_is_known_by_its_file(self, scene, versions):
        old, new = versions
        file, other = AttachmentFactory(), AttachmentFactory()
        attach = {"by": scene.officer.actor, "at": AT}
        actions.attach_paper(version=new, attachment=file, kind=PaperKind.ANNEX, **attach)
        sent = actions.send_plan(version=new, by=scene.head.actor, at=AT)
        give_back(sent)
        third = actions.amend_plan(plan=scene.plan, by=scene.officer.actor, at=AT)
        third.papers.update(abstract="Phụ lục số liệu")
        actions.attach_paper(version=third, attachment=other, kind=PaperKind.ANNEX, **attach)
        kinds = [row.kind for row in compare_versions(sent, third).papers]
        assert sorted(kinds) == [RowKind.ADDED, RowKind.CHANGED]
        assert [row.kind for row in compare_versions(old, new).papers] == [RowKind.ADDED]


class TestThePage:
    @pytest.fixture
    def as_(self, client, sign_in):
        return lambda mandate: sign_in(client, mandate)

    def test_marks_what_changed_for_eyes_and_ears(self, scene, versions, as_):
        _old, new = versions
        write(new, "purpose", scene.officer, narrative="Nội dung <mới> hoàn toàn khác\nNội dung")
        response = as_(scene.officer).get(url(scene.plan, 1, 2))
        page = text_of(response)
        assert response.status_code == 200
        assert "&lt;mới&gt;" in page
        assert "<mới>" not in page
        assert page.count("<ins>") == page.count("</ins>")
        assert page.count("<del>") == page.count("</del>")
        main = page[page.index('class="cmp"') :]
        assert main.count('<ins><span class="visually-hidden">') == main.count("<ins>") > 0
        assert 'href="#part-purpose"' in page
        assert 'id="part-purpose"' in page

    def test_a_draft_is_compared_by_its_own_people_only(self, scene, versions, as_):
        assert as_(scene.officer).get(url(scene.plan, 1, 2)).status_code == 200
        assert as_(scene.reviewer).get(url(scene.plan, 1, 2)).status_code == 404
        stranger = MandateFactory(unit=scene.campaign.host_unit)
        assert as_(stranger).get(url(scene.plan, 1, 2)).status_code == 404

    def test_other_readers_compare_what_they_may_read(self, scene, versions, as_):
        give_back(actions.send_plan(version=versions[1], by=scene.head.actor, at=AT))
        stranger = MandateFactory(unit=scene.campaign.host_unit)
        for mandate in (scene.officer, scene.reviewer, stranger):
            assert as_(mandate).get(url(scene.plan, 1, 2)).status_code == 200

    @pytest.mark.parametrize("numbers", [(1, 9), (0, 1), (10**20, 1)])
    def test_versions_that_are_not_there_are_not_found(self, scene, versions, as_, numbers):
        assert as_(scene.officer).get(url(scene.plan, *numbers)).status_code == 404

    def test_the_chooser_leads_to_the_comparison(self, scene, versions, as_):
        client = as_(scene.officer)
        assert client.get(url(scene.plan)).url == url(scene.plan, 1, 2)
        assert client.get(f"{url(scene.plan)}?old=2&new=1").url == url(scene.plan, 2, 1)
        for garbage in ("?old=x&new=1", "?old=9&new=1", "?old=1", "?old=%00&new=2"):
            response = client.get(url(scene.plan) + garbage)
            assert response.status_code in (302, 400)
        assert client.get(url(scene.plan, 1, 1)).status_code == 200

    def test_a_single_version_has_nothing_to_compare_with(self, scene, as_):
        scene.sent()
        assert as_(scene.officer).get(url(scene.plan)).status_code == 200

    def test_is_linked_from_the_version_and_the_trail(self, scene, versions, as_):
        client = as_(scene.officer)
        for name, args in (("plan-version", [1]), ("plan-trail", [])):
            address = reverse(f"campaigns:{name}", args=[scene.plan.pk, *args])
            assert url(scene.plan) in text_of(client.get(address))

    def test_a_text_too_long_to_compare_by_words_is_said_to_be_so(self, scene, versions, as_):
        words = " ".join("abcdefgh"[at * at % 8] for at in range(40_000))
        PlanSection.objects.filter(pk=section_by_key(versions[1], "purpose").pk).update(
            narrative=words
        )
        give_back(actions.send_plan(version=versions[1], by=scene.head.actor, at=AT))
        third = actions.amend_plan(plan=scene.plan, by=scene.officer.actor, at=AT)
        PlanSection.objects.filter(pk=section_by_key(third, "purpose").pk).update(
            narrative=words[::-1].replace("a", "b")
        )
        response = as_(scene.officer).get(url(scene.plan, 2, 3))
        assert response.context["comparison"].is_coarse
        assert "notice" in text_of(response)

    @pytest.mark.parametrize("count", [1, 3, 200])
    def test_query_count(self, count, scene, versions, as_):
        section = section_by_key(versions[1], "area-1")
        PlanTask.objects.bulk_create(PlanTaskFactory.build_batch(count, section=section))
        client = as_(scene.officer)
        client.get(url(scene.plan, 1, 2))
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url(scene.plan, 1, 2)).status_code == 200
        assert len(queries) == 11
