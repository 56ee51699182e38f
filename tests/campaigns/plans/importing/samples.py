"""The ministry's own areas and indicators, and documents as units really write them."""

import io
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from docx.document import Document as WordDocument
from docx.enum.text import WD_ALIGN_PARAGRAPH

from campaigns.models import ContentArea, Indicator
from campaigns.plans.importing.headings import Sections
from campaigns.plans.importing.proposal import Proposal
from campaigns.plans.importing.reading import proposal_from_document
from emulation_portal.core.documents.word_reading import read_word
from tests.campaigns.plans.scenes import Scene, make_scene

YEARS = [2025, 2026, 2027]


@cache
def campaign_file() -> dict[str, Any]:
    path = Path(settings.BASE_DIR) / "campaigns" / "data" / "bvhttdl.yaml"
    content: dict[str, Any] = yaml.safe_load(path.read_text())
    return content


def real_scene() -> Scene:
    """A scene whose campaign has the ministry's five areas and their indicators."""
    scene = make_scene(areas=5, indicators=0)
    for area, said in zip(areas_of(scene), campaign_file()["areas"], strict=True):
        area.name_vi, area.name_en = said["name"]["vi"], said["name"]["en"]
        area.short_vi, area.short_en = said["short_name"]["vi"], said["short_name"]["en"]
        area.description_vi = said["description"]["vi"]
        area.save()
    by_number = {area.number: area for area in areas_of(scene)}
    for position, said in enumerate(campaign_file()["indicators"]):
        if said["supplier"]:
            continue
        Indicator.objects.create(
            campaign=scene.campaign,
            area=by_number[said["area"]],
            code=said["code"],
            position=position,
            name_vi=said["name"]["vi"],
            name_en=said["name"]["en"],
            unit_of_measure_vi=said["unit_of_measure"]["vi"],
            unit_of_measure_en=said["unit_of_measure"]["en"],
            value_kind=said["value_kind"],
            direction=said["direction"],
            over_time=said["over_time"],
            over_units=said["over_units"],
            numerator_vi=said.get("numerator", {}).get("vi", ""),
            numerator_en=said.get("numerator", {}).get("en", ""),
            denominator_vi=said.get("denominator", {}).get("vi", ""),
            denominator_en=said.get("denominator", {}).get("en", ""),
            not_applicable_allowed=said["not_applicable_allowed"],
            confirmed=True,
        )
    return scene


def areas_of(scene: Scene) -> list[ContentArea]:
    return list(scene.campaign.areas.order_by("number"))


def guessed(content: bytes, scene: Scene) -> Proposal:
    """What the portal makes of a document for the scene's unit."""
    return proposal_from_document(
        read_word(io.BytesIO(content)),
        sections=Sections(areas_of(scene)),
        indicators=list(scene.campaign.indicators.order_by("area__number", "position")),
        years=YEARS,
    )


def texts_by_section(proposal: Proposal) -> dict[str, str]:
    found: dict[str, str] = {}
    for piece in proposal.texts:
        found[piece.guess.section] = f"{found.get(piece.guess.section, '')}\n{piece.text}".strip()
    return found


def titles_by_section(proposal: Proposal) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for piece in proposal.tasks:
        found.setdefault(piece.guess.section, []).extend(line.task.title for line in piece.rows)
    return found


# --- Documents --------------------------------------------------------------------------


def saved(document: WordDocument) -> bytes:
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def add_bold(document: WordDocument, text: str) -> None:
    document.add_paragraph().add_run(text).bold = True


def add_centred(document: WordDocument, text: str) -> None:
    paragraph = document.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.add_run(text).bold = True


def add_table(document: WordDocument, rows: list[list[str]]) -> Any:
    table = document.add_table(len(rows), len(rows[0]))
    for row, texts in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    return table


def head(document: WordDocument) -> None:
    """Issuing body, national title and motto, number, date: as every plan begins."""
    add_table(
        document,
        [
            ["BỘ VĂN HÓA, THỂ THAO VÀ DU LỊCH\nCỤC DI SẢN VĂN HÓA",
             "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc"],
            ["Số: 215/KH-DSVH", "Hà Nội, ngày 05 tháng 9 năm 2025"],
        ],
    )  # fmt: skip
    add_centred(document, "KẾ HOẠCH")
    add_centred(
        document,
        "Triển khai phong trào thi đua “Cả nước thi đua đổi mới sáng tạo và chuyển đổi số”",
    )


def foot(document: WordDocument) -> None:
    add_table(
        document, [["Nơi nhận:\n- Bộ trưởng (để b/c);\n- Lưu: VT.", "CỤC TRƯỞNG\n\n\nLê Thị Hoa"]]
    )
