"""The deliverables as a list, as a file, and the file coming back."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from campaigns.models import Deliverable
from campaigns.programme import actions
from campaigns.programme.actions import DeliverableProgress
from campaigns.programme.importing import DELIVERABLES, judge_deliverables
from campaigns.programme.models import DeliverableState
from campaigns.programme.queries import DeliverableFilter, deliverables
from campaigns.programme.tables import DELIVERABLE_TABLE
from emulation_portal.core.audit.models import AuditEntry
from emulation_portal.core.errors import NotAllowed
from emulation_portal.core.imports import RowsRefused
from tests.campaigns.plans.scenes import AT, Scene, make_scene
from tests.campaigns.plans.tables import bring, confirm, exported, faults
from tests.factories.campaigns import DeliverableFactory
from tests.factories.units import MandateFactory
from units.models import Role

pytestmark = pytest.mark.django_db

KEYS = [column.key for column in DELIVERABLE_TABLE]


@pytest.fixture
def scene() -> Scene:
    return make_scene()


@pytest.fixture
def rows(scene) -> list[Deliverable]:
    area = scene.campaign.areas.get(number=1)
    return [
        DeliverableFactory(area=area, name_vi="Chiến lược dữ liệu số", name_en="Data strategy",
                           code="strategy", search_key="chien luoc du lieu so data strategy"),
        DeliverableFactory(area=area, name_vi="=Đề án nhân lực", name_en="People", code="people",
                           search_key="=de an nhan luc people", lead_unit=scene.unit,
                           due_date=date(2026, 12, 31), state=DeliverableState.IN_PROGRESS),
    ]  # fmt: skip


class Table:
    def __init__(self, client: Any, scene: Scene) -> None:
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
        self.client, code = client, scene.campaign.code
        self.export = reverse("campaigns:deliverable-export-csv", args=[code])
        self.address = reverse("campaigns:deliverable-import", args=[code])

    def rows(self, **query: Any) -> dict[str, dict[str, str]]:
        taken = exported(self.client, self.export, **query)
        rows = [dict(zip(KEYS, row.values(), strict=True)) for row in taken]
        return {row["code"]: row for row in rows}

    def bring(self, *rows: dict[str, str]) -> Any:
        return bring(self.client, self.address, list(rows))

    def confirm(self, preview: Any) -> Any:
        return confirm(self.client, self.address, preview)


@pytest.fixture
def table(client, sign_in, scene, rows) -> Table:
    sign_in(client, scene.reviewer)
    return Table(client, scene)


class TestList:
    @pytest.mark.parametrize(
        ("typed", "codes"),
        [
            ("so du lieu", {"strategy"}),
            ("LIỆU chien", {"strategy"}),
            ("data", {"strategy"}),
            ("nhân lực", {"people"}),
            ("di san van hoa", {"people"}),
            ("khong co", set()),
        ],
    )
    def test_words_in_any_order_of_the_name_or_of_the_lead_unit(self, typed, codes, rows, scene):
        found = deliverables(scene.campaign, DeliverableFilter(text=typed))
        assert {row.code for row in found} == codes

    def test_by_due_date_those_without_one_come_last(self, rows, scene):
        found = deliverables(scene.campaign, DeliverableFilter(order="due"))
        assert [row.code for row in found] == ["people", "strategy"]

    def test_so_many_of_so_many_with_links_to_exactly_these(self, table, scene):
        address = reverse("campaigns:deliverable-list", args=[scene.campaign.code])
        response = table.client.get(address, {"q": "du lieu", "page": "7"})
        content = response.content.decode()
        assert "1 of 2 deliverables" in content
        assert "export.xlsx?q=du+lieu" in content
        assert table.address in content

    def test_who_may_not_change_is_not_offered_the_import(self, client, sign_in, rows, scene):
        sign_in(client, scene.officer)
        address = reverse("campaigns:deliverable-list", args=[scene.campaign.code])
        assert "import-deliverables" not in client.get(address).content.decode()

    @pytest.mark.parametrize("count", [1, 3, 200])
    def test_query_count(self, count, client, sign_in, scene):
        area = scene.campaign.areas.get(number=1)
        DeliverableFactory.create_batch(count, area=area, lead_unit=scene.unit)
        sign_in(client, scene.reviewer)
        address = reverse("campaigns:deliverable-list", args=[scene.campaign.code])
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address, {"q": "chien luoc"}).status_code == 200
        # Person, mandates, campaign, areas, lead units; count, rows, all of them.
        assert len(queries) == 8


class TestExport:
    def test_the_rows_are_those_of_the_list(self, table, scene):
        assert list(table.rows(sort="due")) == ["people", "strategy"]
        assert list(table.rows(q="nhan luc")) == ["people"]
        row = table.rows()["people"]
        assert row["lead_code"] == scene.unit.code
        assert row["due_date"] == "31/12/2026"
        assert row["state"] == "In progress"

    def test_every_mandate_of_the_campaign_takes_out_what_it_reads(
        self, client, sign_in, scene, rows
    ):
        sign_in(client, scene.officer)
        assert len(Table(client, scene).rows()) == 2


class TestImport:
    @pytest.mark.parametrize("language", ["vi", "en"])
    def test_what_was_taken_out_comes_back_as_nothing_new(self, language, table):
        table.client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        taken = exported(table.client, table.export)
        preview = bring(table.client, table.address, taken)
        assert preview.context["preview"].unchanged == 2
        assert preview.context["preview"].writes == 0

    def test_a_changed_row_is_written_and_audited(self, table, scene):
        row = table.rows()["strategy"]
        row |= {"state": "Hoàn thành", "done_date": "01/11/2026", "evidence": "=QĐ 12/QĐ-BVHTTDL",
                "lead_code": scene.unit.code, "due_date": "2026-12-01"}  # fmt: skip
        with translation.override("vi"):
            row["state"] = str(DeliverableState.DONE.label)
        preview = table.bring(row)
        assert preview.context["preview"].changed == 1
        assert table.confirm(preview).status_code == 302
        stored = Deliverable.objects.get(code="strategy")
        assert DeliverableProgress.of(stored) == DeliverableProgress(
            DeliverableState.DONE, scene.unit.pk, date(2026, 12, 1), date(2026, 11, 1),
            "=QĐ 12/QĐ-BVHTTDL",
        )  # fmt: skip
        assert AuditEntry.objects.filter(action="deliverable.updated").count() == 1

    def test_a_lead_unit_may_be_given_by_its_name_or_taken_away(self, table, scene):
        rows = table.rows()
        rows["strategy"]["lead_unit"] = scene.unit.name_vi.upper()
        rows["people"] |= {"lead_code": "", "lead_unit": ""}
        table.confirm(table.bring(*rows.values()))
        leads = dict(Deliverable.objects.values_list("code", "lead_unit"))
        assert leads == {"strategy": scene.unit.pk, "people": None}

    def test_an_emptied_name_takes_the_lead_unit_away(self, table):
        row = table.rows()["people"]
        del row["lead_code"]
        table.confirm(table.bring(row | {"lead_unit": ""}))
        assert Deliverable.objects.get(code="people").lead_unit is None

    FAULTS = {
        "unknown": ({"code": "nowhere"}, "Deliverable code", "has no deliverable"),
        "no code": ({"code": ""}, "Deliverable code", "has no deliverable"),
        "state": ({"state": "xong"}, "State", ""),
        "lead code": ({"lead_code": "nowhere"}, "Code of the lead unit", "takes part"),
        "lead name": ({"lead_unit": "Cục Không Có"}, "Lead unit", "takes part"),
        "due date": ({"due_date": "31/02/2026"}, "Due date", "not a day in the calendar"),
        "undated": ({"state": "done"}, "Completed on", "on which day"),
        "future": (
            {"state": "done", "done_date": "01/01/2030", "evidence": "QĐ"}, "Completed on",
            "in the future",
        ),
        "unfounded": ({"state": "done", "done_date": "01/11/2026"}, "Evidence", "Name the evidence"),
        "not done": ({"done_date": "01/11/2026"}, "Completed on", "Only a deliverable"),
        "long": ({"evidence": "x" * 501}, "Evidence", ""),
        "changed since": ({"seen": "0" * 16, "evidence": "x"}, "State as exported", "has been changed"),
    }  # fmt: skip

    @pytest.mark.parametrize("case", FAULTS)
    def test_each_fault_has_its_row_column_and_sentence(self, case, table):
        changes, column, sentence = self.FAULTS[case]
        rows = table.rows()
        rows["people"]["evidence"] = "Sẽ không được ghi"
        answer = table.bring(rows["people"], rows["strategy"] | changes)
        assert answer.status_code == 422
        [(row, named, reason)] = faults(answer)
        assert (row, named.startswith(column)) == (3, True)
        assert sentence in reason
        assert not Deliverable.objects.exclude(evidence="").exists()

    def test_a_deliverable_in_two_rows(self, table):
        row = table.rows()["people"]
        assert [number for number, _c, _r in faults(table.bring(row, row))] == [3]

    def test_a_change_between_preview_and_writing_is_told(self, table, rows, scene):
        row = table.rows()["people"] | {"evidence": "Từ tệp"}
        preview = table.bring(row)
        Deliverable.objects.filter(code="people").update(evidence="Từ màn hình")
        assert table.confirm(preview).status_code == 409
        assert Deliverable.objects.get(code="people").evidence == "Từ màn hình"

    def test_somebody_quicker_than_the_lock_is_told_at_the_row(self, table, rows, scene):
        scope = {"mandate": scene.reviewer.pk, "campaign": scene.campaign.code}
        cells = [(7, table.rows()["people"] | {"evidence": "Từ tệp"})]
        judgement = judge_deliverables(cells, scope, AT)
        Deliverable.objects.filter(code="people").update(evidence="Từ màn hình")
        with pytest.raises(RowsRefused) as caught:
            DELIVERABLES.write(judgement, scope, scene.reviewer.actor, AT)
        assert [error.row for error in caught.value.errors] == [7]


class TestWhoMayImport:
    @pytest.mark.parametrize("role", [Role.UNIT_OFFICER, Role.OBSERVER, Role.ADMINISTRATOR])
    def test_only_departments(self, role, client, sign_in, scene, rows):
        sign_in(client, MandateFactory(unit=scene.campaign.host_unit, role=role))
        assert client.get(Table(client, scene).address).status_code == 403

    def test_only_the_department_that_leads(self, client, sign_in, scene, rows):
        guest = MandateFactory(unit=scene.unit, role=Role.DEPARTMENT_REVIEWER)
        sign_in(client, guest)
        assert client.get(Table(client, scene).address).status_code == 403
        scope = {"mandate": guest.pk, "campaign": scene.campaign.code}
        with pytest.raises(NotAllowed):
            judge_deliverables([], scope, AT)

    def test_a_mandate_that_has_ended_writes_nothing(self, scene, rows):
        scene.reviewer.valid_to = AT.date() - timedelta(days=1)
        scene.reviewer.save()
        scope = {"mandate": scene.reviewer.pk, "campaign": scene.campaign.code}
        with pytest.raises(NotAllowed):
            judge_deliverables([], scope, AT)

    def test_a_campaign_of_others_is_not_found(self, table):
        code = make_scene().campaign.code
        for name in ("import", "export-csv", "export-xlsx"):
            address = reverse(f"campaigns:deliverable-{name}", args=[code])
            assert table.client.get(address).status_code == 404


def test_completion_is_judged_as_the_action_judges_it():
    done = DeliverableProgress(DeliverableState.DONE, None, None, None, "")
    with pytest.raises(actions.CompletionUndated):
        actions.check_completion(done, today=AT.date())
