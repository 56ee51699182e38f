"""Lists as files: the rows of the page, in its order, under its permissions, in flat memory."""

import io
import tracemalloc
from datetime import date

import openpyxl
import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from campaigns.models import PlanTask
from campaigns.plans import exporting
from campaigns.plans.listing import PlanStatus, listed_units
from campaigns.plans.task_listing import TaskFilter, listed_tasks
from campaigns.programme.tables import DELIVERABLE_TABLE
from emulation_portal.core.spreadsheets import write_csv, write_xlsx
from emulation_portal.core.text import fold
from tests.campaigns.plans.crowd import crowd
from tests.campaigns.plans.scenes import Scene, make_scene
from tests.campaigns.plans.tables import exported
from tests.factories.campaigns import (
    ParticipantFactory,
    PlanFactory,
    PlanIssueFactory,
    PlanTaskFactory,
    PlanVersionFactory,
    accept,
    make_draft,
    send,
)
from tests.factories.units import (
    BlockFactory,
    BlockMembershipFactory,
    MandateFactory,
    UnitFactory,
)
from units.models import Role

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 22)
FORMS = ("csv", "xlsx")


@pytest.fixture
def scene() -> Scene:
    return make_scene()


def plans_url(scene: Scene, form: str = "csv") -> str:
    return reverse(f"campaigns:plan-export-{form}", args=[scene.campaign.code])


def tasks_url(scene: Scene, form: str = "csv") -> str:
    return reverse(f"campaigns:task-export-{form}", args=[scene.campaign.code])


class TestPlans:
    @pytest.fixture
    def plans(self, scene) -> None:
        block = BlockFactory(name_vi="Khối Tham mưu")
        BlockMembershipFactory(unit=scene.unit, block=block, year=2026)
        version = PlanVersionFactory(plan=PlanFactory(unit=scene.unit, phase=scene.phase))
        PlanIssueFactory(
            version=version, number_symbol="=HYPERLINK(0)", signer_name="Trần Thị Ẩn",
            scan__original_name="ke-hoach.pdf",
        )  # fmt: skip
        accept(send(version))

    @pytest.mark.parametrize("form", FORMS)
    def test_a_row_says_what_the_list_says_and_who_signed(
        self, form, plans, scene, client, sign_in
    ):
        sign_in(client, scene.reviewer)
        rows = {row["Mã đơn vị"] if "Mã đơn vị" in row else row["Code of the unit"]: row
                for row in exported(client, plans_url(scene, form))}  # fmt: skip
        assert set(rows) == {scene.unit.code, scene.campaign.host_unit.code}
        with translation.override("vi"):
            names = {column.key: str(column.label) for column in exporting.PLAN_COLUMNS}
        row = rows[scene.unit.code]
        said = {key: row[name] for key, name in names.items() if row[name]}
        assert said["number_symbol"] == "=HYPERLINK(0)"
        assert said["signer_name"] == "Trần Thị Ẩn"
        assert said["scan"] == "ke-hoach.pdf"
        assert said["issue_date"] == "25/09/2025"
        assert said["entered_on"] == "10/11/2026"
        assert said["block"] == "Khối Tham mưu"
        assert said["phase"] == "1"
        assert said["version"] == "1"
        assert rows[scene.campaign.host_unit.code][names["version"]] == ""

    def test_formulas_are_text_and_dates_are_dates_in_the_workbook(
        self, plans, scene, client, sign_in
    ):
        sign_in(client, scene.reviewer)
        response = client.get(plans_url(scene, "xlsx"), {"status": "accepted"})
        book = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content)))
        header, row = list(book.worksheets[0].iter_rows())
        places = {column.key: place for place, column in enumerate(exporting.PLAN_COLUMNS)}
        symbol, issued = row[places["number_symbol"]], row[places["issue_date"]]
        assert (symbol.data_type, symbol.value, symbol.quotePrefix) == ("s", "=HYPERLINK(0)", True)
        assert issued.is_date
        assert issued.number_format == "dd/mm/yyyy"
        letter = header[places["plan_id"]].column_letter
        assert book.worksheets[0].column_dimensions[letter].hidden
        about = dict(book.worksheets[1].iter_rows(values_only=True))
        assert scene.campaign.name in about.values()
        assert str(scene.reviewer) in about.values()

    def test_csv_opens_in_excel_with_its_letters(self, plans, scene, client, sign_in):
        sign_in(client, scene.reviewer)
        response = client.get(plans_url(scene))
        assert response.streaming
        content = b"".join(response.streaming_content)
        assert content.startswith(b"\xef\xbb\xbf")
        assert "Trần Thị Ẩn" in content.decode("utf-8-sig")
        assert "'=HYPERLINK" in content.decode("utf-8-sig")
        assert response["Content-Disposition"].startswith("attachment; ")

    def test_the_words_are_those_of_the_reader_also_after_the_view_has_returned(
        self, plans, scene, client, sign_in
    ):
        sign_in(client, scene.reviewer)
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
        with translation.override("vi"):
            rows = exported(client, plans_url(scene), status="accepted")
        assert rows[0]["State"] == "Accepted"
        assert rows[0]["In force"] == "Version 1 in force"

    @pytest.mark.parametrize("status", ["", *PlanStatus.values])
    @pytest.mark.parametrize("role", [Role.DEPARTMENT_REVIEWER, Role.OBSERVER, Role.UNIT_OFFICER])
    def test_the_rows_are_those_of_the_list_in_its_order(
        self, status, role, scene, client, sign_in
    ):
        for late in (True, False):
            unit = UnitFactory()
            ParticipantFactory(campaign=scene.campaign, unit=unit)
            version = PlanVersionFactory(plan=PlanFactory(unit=unit, phase=scene.phase))
            if late:
                PlanIssueFactory(version=version)
            accept(send(version, late=late))
        sign_in(client, MandateFactory(unit=scene.campaign.host_unit, role=role))
        address = reverse("campaigns:plan-list", args=[scene.campaign.code])
        query = {"status": status, "sort": "sent"}
        listed = [row.unit for row in client.get(address, query).context["rows"]]
        rows = exported(client, plans_url(scene), **query)
        assert [next(iter(row.values())) for row in rows] == listed

    def test_readers_from_outside_get_the_facts_of_the_version_they_may_read(
        self, scene, client, sign_in
    ):
        first = PlanVersionFactory(plan=PlanFactory(unit=scene.unit, phase=scene.phase))
        PlanIssueFactory(version=first, number_symbol="01/KH", signer_name="Người ký cũ")
        accept(send(first))
        send(PlanVersionFactory(plan=first.plan, number=2, based_on=first))
        sign_in(client, MandateFactory(unit=scene.campaign.host_unit))
        [row] = exported(client, plans_url(scene))
        assert "Người ký cũ" in row.values()
        assert "01/KH" in row.values()

    @pytest.mark.parametrize("count", [1, 3, 200])
    def test_query_count(self, count, scene, client, sign_in):
        crowd(scene.phase, count)
        sign_in(client, scene.reviewer)
        client.get(reverse("campaigns:plan-list", args=[scene.campaign.code]))
        with CaptureQueriesContext(connection) as queries:
            assert len(exported(client, plans_url(scene))) == count + 2
        # Person, mandates, campaign, phases, blocks; the rows.
        assert len(queries) == 6


class TestTasks:
    @pytest.mark.parametrize("form", FORMS)
    def test_the_rows_are_those_of_the_list_in_its_order(self, form, scene, client, sign_in):
        version = make_draft(phase=scene.phase, unit=scene.unit)
        for number in range(60):
            area = 1 + number % 2
            PlanTaskFactory(
                section=version.sections.get(area__number=area), position=60 - number,
                title=f"Số hóa {number:02}", due_date=date(2027, 1, 1 + number % 28),
            )  # fmt: skip
        sign_in(client, scene.officer)
        query = {"q": "so hoa", "area": "2", "sort": "due"}
        rows = exported(client, tasks_url(scene, form), **query)
        expected = listed_tasks(
            scene.officer, scene.campaign, TaskFilter(text="so hoa", area=2, order="due"), on=TODAY
        )
        titles = [row.title for row in expected]
        assert len(titles) == 30
        assert [next(v for k, v in row.items() if fold(k) in ("nhiem vu", "task"))
                for row in rows] == titles  # fmt: skip

    def test_drafts_of_others_are_not_taken_out(self, scene, client, sign_in):
        version = make_draft(phase=scene.phase, unit=scene.unit)
        PlanTaskFactory(section=version.sections.get(area__number=1), title="Bí mật")
        sign_in(client, scene.reviewer)
        assert exported(client, tasks_url(scene)) == []
        assert exported(client, tasks_url(scene), version="draft") == []

    def test_a_workbook_too_large_is_not_begun(self, scene, client, sign_in, monkeypatch):
        monkeypatch.setattr("campaigns.plans.views.exports.MAX_ROWS", 1)
        section = make_draft(phase=scene.phase, unit=scene.unit).sections.get(area__number=1)
        PlanTaskFactory.create_batch(2, section=section, title="Số hóa")
        sign_in(client, scene.officer)
        answer = client.get(tasks_url(scene, "xlsx"), {"q": "so hoa"}, follow=True)
        assert answer.redirect_chain[0][0].endswith("?q=so+hoa")
        assert len(list(answer.context["messages"])) == 1
        assert len(exported(client, tasks_url(scene), q="so hoa")) == 2

    def test_signed_out_and_without_a_mandate_nothing_is_taken_out(self, scene, client):
        assert client.get(tasks_url(scene)).status_code == 302


def _peak(act) -> int:
    tracemalloc.start()
    act()
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak


class TestFlatMemory:
    """Ten times the rows must not need ten times the memory."""

    @pytest.fixture(autouse=True)
    def _many(self, monkeypatch):
        monkeypatch.setattr(exporting, "CHUNK", 50)

    def _write(self, form: str, columns, cells) -> None:
        header = [str(column.label) for column in columns]
        if form == "csv":
            for _line in write_csv(header, cells):
                pass
        else:
            write_xlsx(_Sink(), header, cells)

    @pytest.mark.parametrize("form", FORMS)
    def test_of_plans(self, form, scene):
        peaks = []
        for count in (60, 540):
            crowd(scene.phase, count)

            def act() -> None:
                units = listed_units(scene.reviewer, scene.phase, on=TODAY)
                cells = exporting.plan_cells(
                    units, phase=scene.phase, on=TODAY, mandate=scene.reviewer
                )
                self._write(form, exporting.PLAN_COLUMNS, cells)

            act()
            peaks.append(_peak(act))
        assert peaks[1] < peaks[0] * 1.5 + 100_000

    @pytest.mark.parametrize("form", FORMS)
    def test_of_tasks(self, form, scene):
        section = make_draft(phase=scene.phase, unit=scene.unit).sections.get(area__number=1)
        peaks = []
        for count in (60, 540):
            PlanTask.objects.bulk_create(
                PlanTaskFactory.build_batch(count, section=section, version=section.version)
            )

            def act() -> None:
                tasks = listed_tasks(scene.officer, scene.campaign, TaskFilter(), on=TODAY)
                self._write(form, exporting.TASK_TABLE, exporting.task_cells(tasks))

            act()
            peaks.append(_peak(act))
        assert peaks[1] < peaks[0] * 1.5 + 100_000


class _Sink(io.RawIOBase):
    """Takes bytes, keeps none; knows only how many there were."""

    at = 0

    def writable(self) -> bool:
        return True

    def write(self, data) -> int:
        self.at += len(data)
        return len(data)

    def tell(self) -> int:
        return self.at

    def flush(self) -> None:
        return None


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize(
    "columns", [exporting.PLAN_COLUMNS, exporting.TASK_TABLE, DELIVERABLE_TABLE]
)
def test_no_two_columns_of_a_table_have_one_name(columns, language):
    with translation.override(language):
        names = [fold(str(column.label)) for column in columns]
    assert len(names) == len(set(names))
