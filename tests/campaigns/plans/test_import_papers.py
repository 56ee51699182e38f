"""A table of plans that comes back: plans on paper registered in bulk, or nothing at all."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import translation

from campaigns.models import Plan, PlanVersion
from campaigns.plans.exporting import PLAN_COLUMNS
from campaigns.plans.imports.papers import PLANS, judge_plans
from campaigns.plans.states import PlanState
from emulation_portal.core.errors import NotAllowed
from emulation_portal.core.imports import RowsRefused
from emulation_portal.core.models import Attachment
from tests.campaigns.plans.scenes import AT, Scene, make_scene, scan
from tests.campaigns.plans.tables import bring, confirm, exported, faults
from tests.factories.campaigns import (
    ParticipantFactory,
    PlanFactory,
    PlanIssueFactory,
    PlanVersionFactory,
    make_draft,
    send,
)
from tests.factories.core import AttachmentFactory
from tests.factories.units import MandateFactory, UnitFactory
from units.api import SigningCapacity
from units.models import Role, Unit

pytestmark = pytest.mark.django_db

KEYS = [column.key for column in PLAN_COLUMNS]


@pytest.fixture(autouse=True)
def _attachments(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def scene() -> Scene:
    return make_scene()


@pytest.fixture
def units(scene) -> list[Unit]:
    made = UnitFactory.create_batch(2)
    for unit in made:
        ParticipantFactory(campaign=scene.campaign, unit=unit)
    return made


class Table:
    def __init__(self, client, scene: Scene) -> None:
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
        self.client, self.scene = client, scene
        self.export = reverse("campaigns:plan-export-csv", args=[scene.campaign.code])
        self.address = reverse("campaigns:plan-import", args=[scene.phase.pk])

    def rows(self) -> dict[str, dict[str, str]]:
        rows = [
            dict(zip(KEYS, row.values(), strict=True))
            for row in exported(self.client, self.export, phase=self.scene.phase.pk)
        ]
        return {row["unit_code"]: row for row in rows}

    def bring(self, rows, *scans, after="send", **fields):
        return bring(self.client, self.address, rows, scans=list(scans), after=after, **fields)

    def confirm(self, preview):
        return confirm(self.client, self.address, preview)


@pytest.fixture
def table(client, sign_in, scene, units) -> Table:
    sign_in(client, scene.reviewer)
    return Table(client, scene)


def paper(unit: Unit, name: str = "ke-hoach.pdf", **facts: str) -> dict[str, str]:
    return {
        "unit_code": unit.code, "phase": "1", "number_symbol": "15/KH-DSVH",
        "issue_date": "20/09/2025", "signer_name": "Lê Thị Hoa", "signer_title": "Cục trưởng",
        "signing_capacity": "", "scan": name, **facts,
    }  # fmt: skip


class TestRegistering:
    def test_the_export_comes_back_as_nothing_new(self, table, scene):
        version = PlanVersionFactory(plan=PlanFactory(unit=scene.unit, phase=scene.phase))
        PlanIssueFactory(version=version, signing_capacity="KT.")
        send(version)
        preview = table.bring(list(table.rows().values()))
        assert preview.context["preview"].unchanged == 4
        assert preview.context["preview"].writes == 0

    def test_filled_in_rows_are_registered_and_sent(self, table, units, scene):
        rows = table.rows()
        rows[units[0].code] |= paper(units[0], "Kế hoạch 1.pdf")
        rows[units[1].code] |= paper(units[1], "ke-hoach-2.pdf", signing_capacity="KT.")
        preview = table.bring(
            list(rows.values()), scan("KẾ HOẠCH 1.PDF"), scan("ke-hoach-2.pdf", None)
        )
        assert preview.status_code == 200, faults(preview)
        assert preview.context["preview"].added == 2
        assert Plan.objects.count() == 0
        assert table.confirm(preview).status_code == 302
        for unit in units:
            version = PlanVersion.objects.get(plan__unit=unit)
            assert version.state == PlanState.SENT
            assert version.registered_from_paper
            assert version.entered_on_behalf
            assert version.sent_by == scene.reviewer
            assert version.issue.number_symbol == "15/KH-DSVH"
        assert PlanVersion.objects.get(plan__unit=units[1]).issue.signing_capacity == "KT."

    def test_or_kept_as_drafts(self, table, units):
        table.confirm(table.bring([paper(units[0])], scan(), after="keep"))
        assert PlanVersion.objects.get(plan__unit=units[0]).state == PlanState.DRAFT

    @pytest.mark.parametrize("language", ["vi", "en"])
    def test_a_signing_capacity_may_be_written_as_the_screen_words_it(self, language, table, units):
        with translation.override(language):
            label = str(SigningCapacity.FOR_HEAD.label)
        table.confirm(table.bring([paper(units[0], signing_capacity=label)], scan()))
        issue = PlanVersion.objects.get(plan__unit=units[0]).issue
        assert issue.signing_capacity == "KT."

    def test_a_file_no_row_names_is_not_kept(self, table, units):
        table.bring([paper(units[0])], scan(), scan("thua.pdf"))
        assert [kept.original_name for kept in Attachment.objects.all()] == ["ke-hoach.pdf"]

    def test_scans_in_order_need_not_be_chosen_again(self, table, units):
        refused = table.bring(
            [paper(units[0]), paper(units[1], "hai.pdf", issue_date="hôm nay")],
            scan(), scan("hai.pdf"),
        )  # fmt: skip
        assert refused.status_code == 422
        kept = refused.context["form"]["kept"].value()
        rows = [paper(units[0]), paper(units[1], "hai.pdf")]
        preview = table.bring(rows, kept=kept)
        assert preview.context["preview"].added == 2
        assert Attachment.objects.count() == 2

    def test_kept_scans_of_somebody_else_do_not_count(self, table, units, sign_in, scene):
        refused = table.bring([paper(units[0], signer_name="")], scan())
        kept = refused.context["form"]["kept"].value()
        colleague = MandateFactory(unit=scene.reviewer.unit, role=Role.DEPARTMENT_HEAD)
        sign_in(table.client, colleague)
        answer = table.bring([paper(units[0])], kept=kept)
        assert [column for _row, column, _reason in faults(answer)] == ["File of the scan"]


FAULTS = {
    "no unit": ({"unit_code": ""}, "Code of the unit", "is missing"),
    "unknown unit": ({"unit_code": "nowhere"}, "Code of the unit", "owes a plan for this phase"),
    "other phase": ({"phase": "2"}, "Phase", "is of phase 2"),
    "no symbol": ({"number_symbol": ""}, "Number and symbol", "is missing"),
    "no day": ({"issue_date": ""}, "Date of issue", "is missing"),
    "no signer": ({"signer_name": ""}, "Signer", "is missing"),
    "no office": ({"signer_title": ""}, "Signer's office", "is missing"),
    "no scan": ({"scan": ""}, "File of the scan", "is missing"),
    "bad day": ({"issue_date": "31/02/2026"}, "Date of issue", "not a day in the calendar"),
    "future": ({"issue_date": "01/01/2027"}, "Date of issue", "lies in the future"),
    "before": ({"issue_date": "01/01/2024"}, "Date of issue", "before the campaign began"),
    "capacity": ({"signing_capacity": "XX."}, "Signing capacity", ""),
    "other file": ({"scan": "khac.pdf"}, "File of the scan", "was chosen together"),
    "long symbol": ({"number_symbol": "x" * 101}, "Number and symbol", ""),
}


class TestRefusals:
    @pytest.mark.parametrize("case", FAULTS)
    def test_each_fault_has_its_row_column_and_sentence(self, case, table, units, at):
        changes, column, sentence = FAULTS[case]
        answer = table.bring([paper(units[0]), {**paper(units[1], "hai.pdf"), **changes}],
                             scan(), scan("hai.pdf"))  # fmt: skip
        assert answer.status_code == 422
        [(row, named, reason)] = faults(answer)
        assert (row, named) == (3, column)
        assert sentence in reason
        assert Plan.objects.count() == 0

    def test_a_refused_scan_is_told_at_its_row(self, table, units):
        answer = table.bring([paper(units[0])], scan(content=b"MZ"))
        [(row, column, reason)] = faults(answer)
        assert (row, column) == (2, "File of the scan")
        assert "ke-hoach.pdf" in reason
        assert Attachment.objects.count() == 0

    def test_one_scan_for_two_rows(self, table, units):
        answer = table.bring([paper(units[0]), paper(units[1])], scan())
        [(row, _column, reason)] = faults(answer)
        assert row == 3
        assert "row 2" in reason

    def test_a_unit_in_two_rows(self, table, units):
        answer = table.bring([paper(units[0]), paper(units[0], "hai.pdf")], scan(), scan("hai.pdf"))
        assert [row for row, _column, _reason in faults(answer)] == [3]

    def test_a_plan_that_is_here_is_amended_not_imported(self, table, scene):
        version = PlanVersionFactory(plan=PlanFactory(unit=scene.unit, phase=scene.phase))
        PlanIssueFactory(version=version)
        send(version)
        row = table.rows()[scene.unit.code] | {"number_symbol": "99/KH"}
        [(_row, _column, reason)] = faults(table.bring([row]))
        assert "amend it" in reason

    def test_a_unit_that_writes_its_own_draft_is_left_alone(self, table, units, scene):
        make_draft(phase=scene.phase, unit=units[0])
        [(_row, _column, reason)] = faults(table.bring([paper(units[0])], scan()))
        assert "has begun its plan" in reason

    def test_the_departments_own_plan_is_its_own_to_write(self, table, scene):
        [(_row, _column, reason)] = faults(table.bring([paper(scene.reviewer.unit)], scan()))
        assert scene.reviewer.unit.name_en in reason


class TestBetweenPreviewAndWriting:
    def test_a_plan_that_has_come_in_meanwhile_refuses_all(self, table, units, scene):
        rows = [paper(units[0]), paper(units[1], "hai.pdf")]
        preview = table.bring(rows, scan(), scan("hai.pdf"))
        send(PlanVersionFactory(plan=PlanFactory(unit=units[1], phase=scene.phase)))
        answer = table.confirm(preview)
        assert answer.status_code == 409
        assert not Plan.objects.filter(unit=units[0]).exists()

    def test_a_closed_window_refuses_all_with_its_sentence(self, table, units, scene, at):
        preview = table.bring([paper(units[0])], scan())
        scene.phase.plans_closed_at, scene.phase.plans_closed_by = at, scene.reviewer
        scene.phase.save()
        answer = table.confirm(preview)
        assert answer.status_code == 409
        [error] = answer.context["preview"].errors
        assert error["row"] == 2
        assert not Plan.objects.exists()

    def test_what_the_action_refuses_is_told_at_the_row(self, scene, units):
        kept = AttachmentFactory(uploaded_by=scene.reviewer.person)
        scope = {"mandate": scene.reviewer.pk, "campaign": scene.campaign.code,
                 "phase": scene.phase.pk, "kept": {"ke-hoach.pdf": str(kept.pk)}}  # fmt: skip
        judgement = judge_plans([(5, paper(units[0]))], scope, AT)
        assert judgement.errors == []
        Unit.objects.filter(pk=units[0].pk).update(owes_plan=False)
        judgement.writes[0].unit.owes_plan = False
        with pytest.raises(RowsRefused) as caught:
            PLANS.write(judgement, scope, scene.reviewer.actor, AT)
        assert [error.row for error in caught.value.errors] == [5]

    def test_a_mandate_that_has_ended_registers_nothing(self, scene, units):
        scene.reviewer.valid_to = AT.date() - timedelta(days=1)
        scene.reviewer.save()
        scope = {"mandate": scene.reviewer.pk, "phase": scene.phase.pk}
        with pytest.raises(NotAllowed):
            judge_plans([], scope, AT)


class TestWhoMayImport:
    @pytest.mark.parametrize("role", [Role.UNIT_HEAD, Role.OBSERVER, Role.ADMINISTRATOR])
    def test_only_the_department(self, role, client, sign_in, scene, units):
        sign_in(client, MandateFactory(unit=scene.campaign.host_unit, role=role))
        assert client.get(Table(client, scene).address).status_code == 403

    def test_a_unit_is_refused_by_the_rows_as_well(self, scene, units):
        scope = {"mandate": scene.head.pk, "phase": scene.phase.pk}
        with pytest.raises(NotAllowed):
            judge_plans([], scope, AT)

    def test_a_phase_of_others_is_not_found(self, table):
        elsewhere = reverse("campaigns:plan-import", args=[make_scene().phase.pk])
        assert table.client.get(elsewhere).status_code == 404
