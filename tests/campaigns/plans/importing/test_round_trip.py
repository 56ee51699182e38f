"""A plan printed by the portal and brought in again: every part finds its place."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import translation

from campaigns.models import PlanVersion
from campaigns.plans.document import document_of
from campaigns.plans.importing.proposal import LEAVE_OUT, Certainty, Proposal
from campaigns.plans.paper import paper_of
from campaigns.plans.queries import sections_of
from campaigns.plans.rows import Measure, TargetRow, TaskRow
from emulation_portal.core.documents.word import docx_of
from tests.campaigns.plans.importing.samples import (
    guessed,
    real_scene,
    texts_by_section,
    titles_by_section,
)
from tests.campaigns.plans.scenes import Scene, save

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    return real_scene()


def task(area: int, number: int) -> TaskRow:
    return TaskRow(
        title=f"Việc số {number} của nội dung {area}: số hóa hồ sơ",
        lead="Văn phòng Cục",
        partners="Trung tâm Chuyển đổi số",
        due_date=date(2026, 6, 30) if number % 2 else None,
        product=f"Báo cáo {number}",
    )


def write(version: PlanVersion, scene: Scene) -> dict[int, TargetRow]:
    """Fill every section; return the promises by indicator."""
    promised: dict[int, TargetRow] = {}
    for section in sections_of(version):
        tasks: list[TaskRow] = []
        targets: list[TargetRow] = []
        if section.area:
            tasks = [task(section.area.number, number) for number in range(1, 13)]
            for indicator in section.area.indicators.all():
                value = Measure(Decimal(1234))
                if indicator.is_ratio:
                    value = Measure(Decimal("85.5000"), Decimal(171), Decimal(200))
                elif indicator.value_kind == "yes_no":
                    value = Measure(Decimal(1))
                targets.append(
                    TargetRow(
                        indicator.pk,
                        baseline=value,
                        baseline_year=2024,
                        years={2026: value, 2027: value},
                    )
                )
        promised |= {row.indicator_id: row for row in targets}
        text = f"Đoạn mở đầu của {section.key}.\n- Ý thứ nhất về chuyển đổi số\n- Ý thứ hai."
        if section.key == "legal_bases":
            text = "Căn cứ Luật Thi đua, khen thưởng;\nCăn cứ Quyết định số 923/QĐ-TTg"
        save(section, by=scene.officer, narrative=text, tasks=tasks, targets=targets)
    return promised


def printed(version: PlanVersion) -> bytes:
    version = PlanVersion.objects.select_related(
        "plan__unit__parent", "plan__phase__campaign__host_unit"
    ).get(pk=version.pk)
    with translation.override("vi"):
        sections = document_of(version)
    return docx_of(paper_of(version, sections=sections, issue=None, papers=[]))


@pytest.fixture
def round_trip(scene: Scene) -> tuple[Proposal, dict[int, TargetRow]]:
    version = scene.start()
    promised = write(version, scene)
    return guessed(printed(version), scene), promised


def test_every_section_gets_its_own_text_again(round_trip):
    texts = texts_by_section(round_trip[0])
    assert texts.keys() - {LEAVE_OUT} == {
        "legal_bases", "purpose", "organisation", *(f"area-{number}" for number in range(1, 6)),
    }  # fmt: skip
    for key in texts.keys() - {LEAVE_OUT, "legal_bases"}:
        assert texts[key] == f"Đoạn mở đầu của {key}.\n- Ý thứ nhất về chuyển đổi số\n- Ý thứ hai."
    assert texts["legal_bases"].splitlines() == [
        "Căn cứ Luật Thi đua, khen thưởng;", "Căn cứ Quyết định số 923/QĐ-TTg.",
    ]  # fmt: skip


def test_every_task_comes_back_word_for_word(round_trip):
    proposal, _promised = round_trip
    assert titles_by_section(proposal) == {
        f"area-{area}": [task(area, number).title for number in range(1, 13)]
        for area in range(1, 6)
    }
    lines = [line.task for piece in proposal.tasks for line in piece.rows]
    assert lines == [task(area, number) for area in range(1, 6) for number in range(1, 13)]


def test_every_target_comes_back_with_its_figures(round_trip):
    proposal, promised = round_trip
    found = {line.indicator.pk: line.row for piece in proposal.targets for line in piece.rows}
    assert found == promised


def test_nothing_of_our_own_paper_is_doubtful(round_trip):
    proposal, _promised = round_trip
    pieces = [*proposal.texts, *proposal.tasks]
    assert {piece.guess.certainty for piece in pieces} == {Certainty.SURE}
    assert {line.certainty for piece in proposal.targets for line in piece.rows} == {Certainty.SURE}


def test_head_signature_and_first_sentence_stay_behind(round_trip):
    left_out = texts_by_section(round_trip[0])[LEAVE_OUT]
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in left_out
    assert "Nơi nhận:" in left_out
    assert "ban hành Kế hoạch" in left_out


def test_what_does_not_apply_comes_back_as_such(scene):
    version = scene.start()
    section = next(one for one in sections_of(version) if one.key == "area-3")
    spared = section.area.indicators.filter(not_applicable_allowed=True).first()
    save(section, by=scene.officer, targets=[TargetRow(spared.pk, not_applicable=True)])
    proposal = guessed(printed(version), scene)
    rows = [line.row for piece in proposal.targets for line in piece.rows]
    assert rows == [TargetRow(spared.pk, not_applicable=True)]
