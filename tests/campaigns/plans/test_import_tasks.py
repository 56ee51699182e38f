"""A table of tasks that comes back: what it changes, what it refuses, and that nothing is lost."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from campaigns.models import PlanTask, PlanVersion
from campaigns.plans import actions
from campaigns.plans.actions.importing import SectionRows, save_imported_tasks
from campaigns.plans.exporting import TASK_TABLE
from campaigns.plans.imports import tasks as task_import
from campaigns.plans.imports.tasks import TASKS, judge_tasks
from campaigns.plans.rows import Measure, TargetRow, TaskRow
from emulation_portal.core import imports
from emulation_portal.core.errors import NotAllowed
from emulation_portal.core.imports import RowsRefused, write_rows
from emulation_portal.core.spreadsheets import read_back
from tests.campaigns.plans.scenes import AT, Scene, make_scene, save
from tests.campaigns.plans.tables import TaskTable, confirm, faults
from tests.factories.campaigns import ParticipantFactory, PlanTaskFactory, make_draft, send
from tests.factories.units import UnitFactory

pytestmark = pytest.mark.django_db

KEYS = [column.key for column in TASK_TABLE]


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def scene() -> Scene:
    return make_scene()


@pytest.fixture
def version(scene) -> PlanVersion:
    """A draft with two tasks in its first content area."""
    version = scene.start()
    section = version.sections.get(area__number=1)
    indicator = section.area.indicators.first()
    save(
        section, by=scene.officer, narrative="Lời dẫn",
        tasks=[TaskRow("Số hóa hồ sơ", lead="Phòng A"), TaskRow("Đào tạo", product="Khóa học")],
        targets=[TargetRow(indicator.pk, years={2026: Measure(value=10)})],
    )  # fmt: skip
    return version


def section_of(version: PlanVersion, area: int = 1):
    return version.sections.get(area__number=area)


def tasks_of(version: PlanVersion, area: int = 1) -> list[str]:
    return [task.title for task in section_of(version, area).tasks.order_by("position")]


@pytest.fixture
def table(client, sign_in, scene, version) -> TaskTable:
    sign_in(client, scene.officer)
    return TaskTable(client, scene)


class TestRoundTrip:
    def test_what_was_taken_out_comes_back_as_nothing_new(self, table):
        preview = table.bring(table.rows())
        assert preview.status_code == 200
        assert preview.context["preview"].unchanged == 2
        assert preview.context["preview"].writes == 0
        assert 'name="payload"' not in preview.content.decode()

    @pytest.mark.parametrize("taken_out_in", ["vi", "en"])
    @pytest.mark.parametrize("form", ["csv", "xlsx"])
    def test_a_header_in_either_language_and_form_comes_back(
        self, taken_out_in, form, table, scene
    ):
        table.client.cookies[settings.LANGUAGE_COOKIE_NAME] = taken_out_in
        export = reverse(f"campaigns:task-export-{form}", args=[scene.campaign.code])
        response = table.client.get(export)
        content = b"".join(response.streaming_content)
        table.client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
        upload = SimpleUploadedFile(f"bang.{form}", content)
        preview = table.client.post(table.address, {"table": upload})
        assert preview.context["preview"].unchanged == 2

    @given(
        text=st.lists(
            st.one_of(
                st.sampled_from(["=", "+", "-", "@", "\t", "'", '"', "\n", "e\u0302\u0323", "Số"]),
                st.text(max_size=5, alphabet=st.characters(exclude_categories=["Cs", "Cc"])),
            ),
            max_size=6,
        ).map("".join)
    )
    def test_any_text_comes_back_unchanged(self, text):
        stored = PlanTask(title=text, lead=text, partners=text, product=text)
        cells = {name: read_back(text) for name in ("title", "lead", "partners", "product")}

        for name in cells:
            assert task_import._stored(stored, name) == task_import._typed(dict(cells), name, "")


class TestWriting:
    def test_a_changed_row_changes_its_task_and_nothing_else(self, table, version, scene):
        rows = table.rows()
        rows[0] |= {"title": "Số hóa toàn bộ hồ sơ", "due_date": "31/12/2026", "product": "=1+1"}
        before = section_of(version)
        identity = before.tasks.get(position=1).identity
        preview = table.bring(rows)
        assert tasks_of(version) == ["Số hóa hồ sơ", "Đào tạo"]
        content = preview.content.decode()
        assert "31/12/2026" in content
        answer = table.confirm(preview)
        assert answer.status_code == 302
        assert tasks_of(version) == ["Số hóa toàn bộ hồ sơ", "Đào tạo"]
        after = section_of(version)
        task = after.tasks.get(identity=identity)
        assert (task.product, task.due_date.isoformat()) == ("=1+1", "2026-12-31")
        assert after.narrative == "Lời dẫn"
        assert after.targets.get().years.get().value == 10
        assert after.completed == before.completed
        assert after.lock_version == before.lock_version + 1
        assert after.updated_by == scene.officer

    def test_a_row_without_a_code_adds_a_task_at_the_end(self, table, version, scene):
        rows = [{"title": "Việc mới", "area": "2", "lead": "Phòng B", "identity": "",
                 "lock_version": ""}]  # fmt: skip
        preview = table.bring(rows)
        assert preview.context["preview"].added == 1
        table.confirm(preview)
        assert tasks_of(version, 2) == ["Việc mới"]
        assert tasks_of(version) == ["Số hóa hồ sơ", "Đào tạo"]

    def test_x_removes_and_a_row_that_is_not_there_does_not(self, table, version):
        rows = table.rows()
        rows[1]["delete"] = "X"
        preview = table.bring([rows[1]])
        assert preview.context["preview"].removed == 1
        table.confirm(preview)
        assert tasks_of(version) == ["Số hóa hồ sơ"]

    def test_a_column_that_is_not_there_leaves_what_is_known(self, table, version):
        [row, _other] = table.rows()
        kept = {key: row[key] for key in ("title", "identity", "lock_version")}
        table.confirm(table.bring([{**kept, "title": "Tên mới"}]))
        task = section_of(version).tasks.get(position=1)
        assert (task.title, task.lead) == ("Tên mới", "Phòng A")

    def test_blank_rows_are_left_out(self, table):
        rows = [*table.rows(), dict.fromkeys(KEYS, "") | {"unit": "Cục"}]
        preview = table.bring(rows)
        assert preview.context["preview"].unchanged == 2
        assert preview.context["preview"].error_count == 0

    def test_pressing_twice_writes_once(self, table, version):
        preview = table.bring([{"title": "Mới", "area": "1", "identity": "", "lock_version": ""}])
        first, second = table.confirm(preview), table.confirm(preview)
        assert first.url == second.url
        assert tasks_of(version) == ["Số hóa hồ sơ", "Đào tạo", "Mới"]

    def test_the_department_writes_in_drafts_it_has_entered_only(
        self, client, sign_in, scene, version
    ):
        other = UnitFactory()
        ParticipantFactory(campaign=scene.campaign, unit=other)
        behalf = make_draft(phase=scene.phase, unit=other, entered_on_behalf=True)
        sign_in(client, scene.reviewer)
        table = TaskTable(client, scene)
        rows = [
            {"unit_code": unit.code, "title": "Việc", "area": "1", "phase": "1", "identity": "",
             "lock_version": ""}
            for unit in (other, scene.unit)
        ]  # fmt: skip
        refused = table.bring(rows)
        assert [row for row, _column, _reason in faults(refused)] == [3]
        table.confirm(table.bring(rows[:1]))
        assert tasks_of(behalf) == ["Việc"]


SENTENCES = {
    "no code": ({"identity": "abc"}, "Task code", "is no task code"),
    "unknown code": (
        {"identity": "00000000-0000-4000-8000-000000000000"}, "Task code", "No plan you may read",
    ),
    "bad date": ({"due_date": "31/02/2026"}, "Deadline", "not a day in the calendar"),
    "outside the phase": ({"due_date": "01/01/2031"}, "Deadline", "lies outside the phase"),
    "too long": ({"lead": "x" * 256}, "Lead", ""),
    "no title": ({"title": ""}, "Task", "Say what is to be done"),
    "odd mark": ({"delete": "maybe"}, "Remove (x)", "Write x to remove"),
    "saved since": ({"title": "Khác", "lock_version": "0"}, "Save", "has been saved since"),
    "no save": ({"title": "Khác", "lock_version": ""}, "Save", "has been saved since"),
}  # fmt: skip
NEW = {
    "no area": ({"area": ""}, "Content number", "Say by its number"),
    "unknown area": ({"area": "9"}, "Content number", "Say by its number"),
    "unknown unit": ({"unit_code": "nowhere"}, "Code of the unit", "has no open draft"),
    "unknown phase": ({"phase": "7"}, "Code of the unit", "has no open draft"),
    "removed": ({"delete": "x"}, "Remove (x)", "A new task cannot be removed"),
    "old save": ({"lock_version": "0"}, "Save", "has been saved in the meantime"),
}


class TestRefusals:
    """Every fault has its row, its column and its own sentence; then nothing is written."""

    @pytest.mark.parametrize("case", SENTENCES)
    def test_of_a_row_with_a_code(self, case, table, version):
        changes, column, sentence = SENTENCES[case]
        rows = table.rows()
        rows[0]["title"] = "Sẽ không được ghi"
        rows[1] |= changes
        answer = table.bring(rows)
        assert answer.status_code == 422
        [(row, named, reason)] = faults(answer)
        assert (row, named.startswith(column)) == (3, True)
        assert sentence in reason
        assert 'name="payload"' not in answer.content.decode()
        assert tasks_of(version) == ["Số hóa hồ sơ", "Đào tạo"]

    @pytest.mark.parametrize("case", NEW)
    def test_of_a_new_row(self, case, table, version):
        changes, column, sentence = NEW[case]
        row = {"title": "Mới", "area": "1", "phase": "1", "unit_code": "", "delete": "",
               "identity": "", "lock_version": "", **changes}  # fmt: skip
        [(number, named, reason)] = faults(table.bring([row]))
        assert (number, named.startswith(column)) == (2, True)
        assert sentence in reason

    def test_all_faults_are_told_at_once(self, table):
        rows = table.rows()
        rows[0] |= {"due_date": "hôm nay", "lead": "x" * 256}
        rows[1] |= {"identity": "abc"}
        assert [row for row, _column, _reason in faults(table.bring(rows))] == [2, 2, 3]

    def test_a_task_in_two_rows(self, table):
        rows = table.rows()
        [(row, _column, reason)] = faults(table.bring([rows[0], rows[0]]))
        assert row == 3
        assert "earlier row" in reason

    def test_too_many_tasks_for_one_area(self, table, monkeypatch):
        monkeypatch.setattr("campaigns.plans.imports.tasks.TASK_LIMIT", 2)
        row = {"title": "Mới", "area": "1", "identity": "", "lock_version": ""}
        [(_row, _column, reason)] = faults(table.bring([row]))
        assert "At most 2 tasks" in reason

    def test_a_new_row_of_the_department_must_name_its_unit(self, client, sign_in, scene, version):
        sign_in(client, scene.reviewer)
        row = {"title": "Mới", "area": "1", "identity": "", "lock_version": ""}
        [(_row, column, _reason)] = faults(TaskTable(client, scene).bring([row]))
        assert column == "Code of the unit"

    def test_a_sent_version_is_skipped_unchanged_and_refused_changed(self, table, version):
        rows = table.rows()
        send(version)
        assert table.bring(rows).context["preview"].unchanged == 2
        rows[1]["product"] = "Sản phẩm khác"
        [(row, _column, reason)] = faults(table.bring(rows))
        assert row == 3
        assert "has been sent and can no longer be changed" in reason

    def test_another_units_plan_is_skipped_unchanged_and_refused_changed(
        self, client, sign_in, scene, version
    ):
        with_rows = TaskTable(client, scene)
        sign_in(client, scene.reviewer)
        other = UnitFactory()
        ParticipantFactory(campaign=scene.campaign, unit=other)
        behalf = make_draft(phase=scene.phase, unit=other, entered_on_behalf=True)
        PlanTaskFactory(section=section_of(behalf), title="Việc của đơn vị khác")
        rows = with_rows.rows()
        sign_in(client, scene.officer)
        [(_row, _column, reason)] = faults(with_rows.bring(rows))
        # What one may not read is not there, changed or not.
        assert "No plan you may read" in reason

    def test_a_task_of_another_version_is_not_taken_over(self, table, version, scene):
        other = UnitFactory()
        ParticipantFactory(campaign=scene.campaign, unit=other)
        foreign = PlanTaskFactory(
            section=section_of(make_draft(phase=scene.phase, unit=other)), title="Bí mật"
        )
        rows = table.rows()
        rows[0] |= {"identity": str(foreign.identity), "title": "Cướp"}
        [(row, _column, reason)] = faults(table.bring(rows))
        assert row == 2
        assert "Bí mật" not in reason
        foreign.refresh_from_db()
        assert foreign.title == "Bí mật"


class TestBetweenPreviewAndWriting:
    def test_a_save_in_between_is_told_and_nothing_is_overwritten(self, table, version, scene):
        rows = table.rows()
        rows[0]["title"] = "Từ tệp"
        preview = table.bring(rows)
        save(section_of(version), by=scene.head, tasks=[TaskRow("Từ màn hình")])
        answer = table.confirm(preview)
        assert answer.status_code == 409
        assert answer.context["preview"].error_count == 1
        assert tasks_of(version) == ["Từ màn hình"]

    def test_a_new_row_notices_it_too(self, table, version, scene):
        preview = table.bring([{"title": "Mới", "area": "1", "identity": "", "lock_version": ""}])
        save(section_of(version), by=scene.head, tasks=[TaskRow("Từ màn hình")])
        assert table.confirm(preview).status_code == 409
        assert tasks_of(version) == ["Từ màn hình"]

    def test_sending_in_between_refuses(self, table, version):
        rows = table.rows()
        rows[0]["title"] = "Từ tệp"
        preview = table.bring(rows)
        send(version)
        assert table.confirm(preview).status_code == 409

    def test_of_several_sections_all_or_none_are_written(self, table, version, scene):
        rows = [
            {"title": "Một", "area": "1", "identity": "", "lock_version": ""},
            {"title": "Hai", "area": "2", "identity": "", "lock_version": ""},
        ]
        preview = table.bring(rows)
        save(section_of(version, 2), by=scene.head, tasks=[TaskRow("Khác")])
        assert table.confirm(preview).status_code == 409
        assert tasks_of(version) == ["Số hóa hồ sơ", "Đào tạo"]

    def test_somebody_quicker_than_the_lock_is_told_at_the_row(self, version, scene):
        """Between judging and saving, in the same moment: the action itself notices."""
        section = section_of(version)
        rows = [(2, {"title": "Mới", "area": "1", "identity": "", "lock_version": ""})]
        scope = {"mandate": scene.officer.pk, "campaign": scene.campaign.code}
        judgement = judge_tasks(rows, scope, AT)
        save(section, by=scene.head, tasks=[TaskRow("Từ màn hình")])
        with pytest.raises(RowsRefused) as caught:
            TASKS.write(judgement, scope, scene.officer.actor, AT)
        assert [error.row for error in caught.value.errors] == [2]
        assert "Row 2" in str(caught.value)
        assert tasks_of(version) == ["Từ màn hình"]

    def test_a_changed_payload_is_refused(self, table, version):
        rows = table.rows()
        rows[0]["title"] = "Từ tệp"
        preview = table.bring(rows)
        payload = preview.context["form"]["payload"].value()
        for forged in ("", "x", payload[:-2] + "xx", signing.dumps({"rows": [], "scope": {}})):
            answer = table.client.post(table.address, {"payload": forged, "form_key": ""})
            assert (answer.status_code, answer.url) == (302, table.address)
        assert tasks_of(version) == ["Số hóa hồ sơ", "Đào tạo"]

    def test_a_preview_of_another_mandate_is_refused(self, table, version, sign_in, scene):
        rows = table.rows()
        rows[0]["title"] = "Từ tệp"
        preview = table.bring(rows)
        sign_in(table.client, scene.head)
        assert table.confirm(preview).status_code == 302
        assert tasks_of(version) == ["Số hóa hồ sơ", "Đào tạo"]

    def test_a_preview_of_another_campaign_is_refused(self, table, version, scene):
        rows = table.rows()
        rows[0]["title"] = "Từ tệp"
        preview = table.bring(rows)
        second = make_scene()
        ParticipantFactory(campaign=second.campaign, unit=scene.unit)
        elsewhere = reverse("campaigns:task-import", args=[second.campaign.code])
        assert confirm(table.client, elsewhere, preview).status_code == 302
        assert tasks_of(version) == ["Số hóa hồ sơ", "Đào tạo"]

    def test_a_mandate_that_has_ended_writes_nothing(self, version, scene):
        rows = [(2, {"title": "Mới", "area": "1", "identity": "", "lock_version": ""})]
        scope = {"mandate": scene.officer.pk, "campaign": scene.campaign.code}
        scene.officer.valid_to = AT.date() - timedelta(days=1)
        scene.officer.save()
        with pytest.raises(NotAllowed):
            write_rows(TASKS, rows, scope, by=scene.officer.actor, at=AT)

    def test_a_campaign_no_longer_seen_is_no_campaign(self, version, scene):
        scope = {"mandate": scene.officer.pk, "campaign": make_scene().campaign.code}
        with pytest.raises(NotAllowed):
            judge_tasks([], scope, AT)


def test_rows_of_a_section_are_merged_in_their_places(scene, version):
    section = section_of(version)
    first, second = section.tasks.order_by("position")
    rows = SectionRows(
        section,
        {first.identity: TaskRow("Một", identity=first.identity), second.identity: None},
        [TaskRow("Ba")],
    )
    saved = save_imported_tasks(rows=rows, by=scene.officer.actor, at=AT)
    assert [task.title for task in saved.tasks.order_by("position")] == ["Một", "Ba"]
    with pytest.raises(actions.SectionConflict):
        save_imported_tasks(rows=SectionRows(section, {}, [TaskRow("Bốn")]),
                            by=scene.officer.actor, at=AT)  # fmt: skip


@pytest.mark.parametrize("rows", [1, 40])
def test_checking_costs_the_same_however_many_rows(rows, scene, version, django_assert_num_queries):
    section = section_of(version)
    save(section, by=scene.officer, tasks=[TaskRow(f"Việc {n}") for n in range(rows)])
    section.refresh_from_db()
    cells = [
        (n, {"title": "Mới", "identity": str(task.identity), "plan_id": str(version.plan_id),
             "version": "1", "lock_version": str(section.lock_version)})
        for n, task in enumerate(section.tasks.all(), start=2)
    ]  # fmt: skip
    scope = {"mandate": scene.officer.pk, "campaign": scene.campaign.code}
    # Mandate, campaign; tasks, drafts, sections.
    with django_assert_num_queries(5):
        judgement = judge_tasks(cells, scope, AT)
    assert judgement.count(imports.CHANGED) == rows
