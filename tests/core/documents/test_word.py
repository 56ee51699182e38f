"""The .docx read back against the decree's table: margins, styles, sizes, order, rules."""

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph as WordParagraph

from emulation_portal.core.documents import measures
from emulation_portal.core.documents.model import (
    MOTTO,
    NATIONAL_TITLE,
    RECIPIENTS_TITLE,
    Paper,
    Paragraph,
    Part,
)
from emulation_portal.core.documents.widths import bold_width
from emulation_portal.core.documents.word import docx_of
from tests.core.documents.decree import (
    ELEMENTS,
    INDENTS,
    MARGINS,
    PAGE_NUMBER_SIZES,
    PAGE_ROWS,
    Element,
    report,
    within,
)
from tests.core.documents.samples import sample

SAMPLE = sample(rows=3)
ALIGNMENTS = {"left": ALIGN.LEFT, "center": ALIGN.CENTER, "justify": ALIGN.JUSTIFY}
TIMES = {"Times New Roman"}


def opened(paper: Paper) -> Any:
    return Document(io.BytesIO(docx_of(paper)))


def paragraphs(document: Any) -> list[WordParagraph]:
    """Every paragraph in the order it is read, tables included."""
    return [WordParagraph(p, document.element.body) for p in document.element.body.iter(qn("w:p"))]


def style_of(document: Any, paragraph: WordParagraph) -> Any:
    style_id = paragraph._p.pPr.pStyle.val
    return next(style for style in document.styles if style.style_id == style_id)


def meets(document: Any, element: Element) -> bool:
    every = paragraphs(document)
    at = next(n for n, one in enumerate(every) if one.text == element.text)
    style = style_of(document, every[at])
    shape = style.paragraph_format
    checks = [
        bool(style.font.bold) == element.bold,
        bool(style.font.italic) == element.italic,
        within(style.font.size.pt, element.sizes),
        shape.alignment == ALIGNMENTS[element.align],
        not element.caps or element.text == element.text.upper(),
        not any(run.font.size or run.font.bold or run.font.italic for run in every[at].runs),
    ]
    if element.align == "justify":
        checks += [
            within(shape.first_line_indent.mm, INDENTS),
            shape.space_after.pt >= 6,
            1 <= shape.line_spacing <= 1.5,
        ]
    if element.rule:
        room = {"Tiêu ngữ": measures.HEAD_RIGHT, "Cơ quan ban hành": measures.HEAD_LEFT}.get(
            element.row, measures.TEXT_WIDTH
        )
        below = every[at + 1]
        format_ = below.paragraph_format
        length = room - format_.left_indent.mm - format_.right_indent.mm
        share = length / bold_width(element.text, style.font.size.pt)
        checks += [below._p.pPr.find(qn("w:pBdr")) is not None, within(share, element.rule, 0.01)]
    return all(checks)


def page_rows(document: Any) -> Iterator[tuple[str, bool]]:
    (section,) = document.sections
    size = (section.page_width.mm, section.page_height.mm)
    yield PAGE_ROWS[0], within(size[0], (210, 210)) and within(size[1], (297, 297))
    yield (
        PAGE_ROWS[1],
        all(
            within(getattr(section, f"{side}_margin").mm, bounds)
            for side, bounds in MARGINS.items()
        ),
    )
    used = {
        style_of(document, one).style_id: style_of(document, one) for one in paragraphs(document)
    }
    yield (
        PAGE_ROWS[2],
        all(
            set(style.element.rPr.rFonts.attrib.values()) == TIMES
            and str(style.font.color.rgb) == "000000"
            for style in used.values()
        ),
    )
    header = section.header.paragraphs[0]
    style = header.style
    yield (
        PAGE_ROWS[3],
        (
            section.different_first_page_header_footer
            and "PAGE" in header._p.xml
            and "PAGE"
            not in re.sub("PowerPlus|WORDPAGE", "", section.first_page_header._element.xml)
            and style.paragraph_format.alignment == ALIGN.CENTER
            and within(style.font.size.pt, PAGE_NUMBER_SIZES)
            and section.header_distance.mm < section.top_margin.mm
        ),
    )
    body = style_of(document, next(p for p in paragraphs(document) if p.text == "Văn bản thuần."))
    shape = body.paragraph_format
    yield (
        PAGE_ROWS[4],
        (
            1 <= shape.line_spacing <= 1.5
            and shape.space_after.pt >= 6
            and within(shape.first_line_indent.mm, INDENTS)
        ),
    )


def results_of(document: Any) -> dict[str, bool]:
    return dict(page_rows(document)) | {one.row: meets(document, one) for one in ELEMENTS}


def test_the_file_meets_every_row_of_the_decree():
    assert report("DOCX", results_of(opened(SAMPLE))) == []


@pytest.mark.parametrize(
    ("key", "size", "row"), [("motto", 11, "Tiêu ngữ"), ("recipient", 12, "Danh sách nơi nhận")]
)
def test_a_wrong_size_is_seen(key, size, row, monkeypatch):
    monkeypatch.setitem(measures.SIZES, key, size)
    assert row in report("DOCX with a wrong size", results_of(opened(SAMPLE)))


def test_a_wrong_margin_and_a_wrong_rule_are_seen(monkeypatch):
    monkeypatch.setitem(measures.MARGINS, "left", 25.0)
    monkeypatch.setattr(measures, "SHORT_RULE", 0.8)
    unmet = report("DOCX with a wrong margin", results_of(opened(SAMPLE)))
    assert {"Lề trang", "Cơ quan ban hành", "Trích yếu"} <= set(unmet)


def test_everything_the_paper_says_stands_in_order():
    texts = [one.text for one in paragraphs(opened(SAMPLE)) if one.text]
    written = [block.text for block in SAMPLE.blocks if isinstance(block, Part | Paragraph)]
    expected = [
        *SAMPLE.superior, *SAMPLE.issuer, NATIONAL_TITLE, MOTTO, SAMPLE.symbol, SAMPLE.place_date,
        SAMPLE.type_name, *SAMPLE.abstract, *SAMPLE.bases, *written,
        RECIPIENTS_TITLE, *SAMPLE.recipients, *SAMPLE.signature.authority, SAMPLE.signature.name,
    ]  # fmt: skip
    assert [text for text in texts if text in expected] == expected


def test_tables_have_a_header_row_that_repeats_and_rows_that_stay_whole():
    table = opened(SAMPLE).tables[1]
    header, *rows = table.rows
    assert [cell.text for cell in header.cells][:2] == ["STT", "Nhiệm vụ"]
    assert header._tr.trPr.find(qn("w:tblHeader")) is not None
    assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in rows)
    assert rows[2].cells[0].text == "3"
    assert round(sum(cell.width.mm for cell in header.cells)) == measures.TEXT_WIDTH


def test_a_draft_says_so_on_every_page_and_final_paper_never():
    section = opened(sample(rows=1, watermark="BẢN NHÁP")).sections[0]
    assert 'string="BẢN NHÁP"' in section.header._element.xml
    assert 'string="BẢN NHÁP"' in section.first_page_header._element.xml
    final = opened(SAMPLE).sections[0]
    assert "textpath" not in final.header._element.xml + final.first_page_header._element.xml


def test_headings_are_words_own_and_the_language_is_vietnamese():
    document = opened(SAMPLE)
    headings = [one.text for one in document.paragraphs if one.style.name.startswith("Heading")]
    assert headings[:3] == ["I. MỤC ĐÍCH, YÊU CẦU", "II. NỘI DUNG THI ĐUA", "1. Đổi mới tư duy"]
    assert document.core_properties.title == SAMPLE.title
    (language,) = document.styles.element.find(qn("w:docDefaults")).iter(qn("w:lang"))
    assert language.get(qn("w:val")) == "vi-VN"


def test_no_style_falls_back_on_another_font():
    names = zipfile.ZipFile(io.BytesIO(docx_of(SAMPLE)))
    document = names.read("word/document.xml").decode()
    assert "asciiTheme" not in document
    assert set(re.findall(r'w:ascii="([^"]+)"', document)) <= TIMES


def test_control_characters_do_not_stop_the_print():
    texts = [one.text for one in paragraphs(opened(sample(rows=1, note="Trước\x0b\x00sau")))]
    assert "Trướcsau" in texts


def test_the_properties_of_tables_stand_in_the_order_word_wants():
    order = ["tblStyle", "tblW", "jc", "tblLayout", "tblCellMar", "tblLook", "tblCaption"]
    for table in opened(SAMPLE).tables:
        names = [child.tag.rpartition("}")[2] for child in table._tbl.tblPr]
        assert names == sorted(names, key=order.index)
