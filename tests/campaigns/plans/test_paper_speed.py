"""How long a plan of sixty tasks takes, beside the renderers alone."""

import io
import sys
import time
from typing import Any

import pytest
import typst
from django.db.models import Value
from django.db.models.functions import Concat
from docx import Document

from campaigns.models import PlanTask, PlanVersion
from campaigns.plans.models import SectionKind
from campaigns.plans.paper import paper_of
from emulation_portal.core.documents.model import Paper, Table
from emulation_portal.core.documents.pdf import FONTS, HERE, inputs_of, pdf_of
from emulation_portal.core.documents.word import docx_of
from tests.campaigns.plans.paper_scenes import ministry_scene, paper, read, section
from tests.factories.campaigns import make_draft

pytestmark = [pytest.mark.django_db, pytest.mark.timed]


@pytest.fixture
def version() -> PlanVersion:
    scene = ministry_scene()
    return make_draft(phase=scene.phase, unit=scene.unit)


def sixty_tasks(version: PlanVersion) -> Any:
    """Write a plan whose sixty tasks stand in its text and in annexes."""
    for number in (1, 2):
        part = section(version, SectionKind.AREA, number=number)
        PlanTask.objects.bulk_create(
            PlanTask(
                version=version, section=part, position=n, title=f"Số hóa hồ sơ di tích {n}",
                lead="Văn phòng", partners="Các phòng", product="Cơ sở dữ liệu",
            )
            for n in range(45 if number == 1 else 15)
        )  # fmt: skip
    return version.tasks


def compared(version: PlanVersion, ours: Any, bare: Any) -> tuple[float, float, float]:
    """Return the shortest bare time, and how many times as long ours and ours with queries take."""
    tasks, times = sixty_tasks(version), {"whole": [], "ours": [], "bare": []}
    for _round in range(5):
        # Another text each time: Typst remembers what it has laid out.
        tasks.update(title=Concat("title", Value(" a")))
        began = time.process_time()
        loaded = read(version)
        read_in = time.process_time() - began
        began = time.process_time()
        ours(paper_of(**loaded))
        times["ours"].append(time.process_time() - began)
        times["whole"].append(times["ours"][-1] + read_in)
        tasks.update(title=Concat("title", Value(" b")))
        made = paper(version)
        inputs = inputs_of(made)
        began = time.process_time()
        bare(made, inputs)
        times["bare"].append(time.process_time() - began)
    least = {name: min(values) for name, values in times.items()}
    return least["bare"], least["ours"] / least["bare"], least["whole"] / least["bare"]


def bare_typst(made: Paper, inputs: dict[str, str]) -> None:
    typst.compile(
        HERE / "paper.typ", root=HERE, font_paths=[FONTS], ignore_system_fonts=True,
        format="pdf", sys_inputs=inputs, pdf_standards=["ua-1"],
    )  # fmt: skip


def bare_docx(made: Paper, inputs: dict[str, str]) -> None:
    """The same words by python-docx alone: plain paragraphs, tables row by row, no layout."""
    document = Document()
    for line in (*made.superior, *made.issuer, made.symbol, made.place_date, *made.abstract,
                 *made.bases, *made.recipients, *made.signature.authority):  # fmt: skip
        document.add_paragraph(line)
    blocks = [*made.blocks, *(block for annex in made.annexes for block in annex.blocks)]
    for block in blocks:
        if isinstance(block, Table):
            table = document.add_table(0, len(block.columns))
            for values in block.rows:
                for cell, value in zip(table.add_row().cells, values, strict=True):
                    cell.text = value
        else:
            document.add_paragraph(block.text)
    document.save(io.BytesIO())


@pytest.mark.parametrize(
    ("name", "ours", "bare"),
    [("Typst", pdf_of, bare_typst), ("python-docx", docx_of, bare_docx)],
    ids=["pdf", "docx"],
)
def test_sixty_tasks_print_in_less_than_one_and_a_half_times_the_bare_renderer(
    name, ours, bare, version
):
    alone, ratio, whole = compared(version, ours, bare)
    sys.stdout.write(
        f"\n60 tasks: {name} alone {alone * 1000:.0f} ms, ours {ratio:.2f} times as long, "
        f"with the queries {whole:.2f} times\n"
    )
    assert ratio < 1.5
