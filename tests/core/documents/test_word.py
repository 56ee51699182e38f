"""The .docx read back against the decree's table: margins, styles, sizes, order, rules."""

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

import pdfplumber
import pytest
from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.enum.text import WD_LINE_SPACING
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph as WordParagraph

from emulation_portal.core.documents import measures
from emulation_portal.core.documents.lines import MOTTO, NATIONAL_TITLE, RECIPIENTS_TITLE
from emulation_portal.core.documents.model import Article, Paper, Paragraph, Part
from emulation_portal.core.documents.pdf import pdf_of
from emulation_portal.core.documents.widths import width_of
from emulation_portal.core.documents.word import docx_of
from tests.core.documents.decree import (
    ELEMENTS,
    INDENTS,
    MARGINS,
    PAGE_NUMBER_SIZES,
    PAGE_ROWS,
    ROWS,
    Element,
    papers,
    report,
    within,
)
from tests.core.documents.samples import RECORD, decision, of_every_type, sample

SAMPLE = sample(rows=3)
ALIGNMENTS = {"left": ALIGN.LEFT, "center": ALIGN.CENTER, "justify": ALIGN.JUSTIFY}
TIMES = {"Times New Roman"}


def opened(paper: Paper) -> Any:
    return Document(io.BytesIO(docx_of(paper)))


def paragraphs(document: Any) -> list[WordParagraph]:
    """Every paragraph in the order it is read, tables included, then the footer of page 1."""
    parts = [document.element.body]
    footer = document.sections[0].first_page_footer
    if not footer.is_linked_to_previous:
        parts.append(footer._element)
    return [WordParagraph(p, document) for part in parts for p in part.iter(qn("w:p"))]


def style_of(document: Any, paragraph: WordParagraph) -> Any:
    style_id = paragraph._p.pPr.pStyle.val
    return next(style for style in document.styles if style.style_id == style_id)


def at(document: Any, text: str) -> tuple[int, WordParagraph]:
    return next((n, one) for n, one in enumerate(paragraphs(document)) if one.text == text)


def meets(document: Any, element: Element) -> bool:
    number, found = at(document, element.text)
    style = style_of(document, found)
    shape = style.paragraph_format
    alignment = shape.alignment if found.alignment is None else found.alignment
    in_bold = {bool(style.font.bold if run.bold is None else run.bold) for run in found.runs}
    checks = [
        in_bold == {element.bold},
        bool(style.font.italic) == element.italic,
        within(style.font.size.pt, element.sizes),
        alignment == ALIGNMENTS[element.align],
        not element.caps or element.text == element.text.upper(),
        not any(run.font.size or run.font.italic for run in found.runs),
        str(style.font.color.rgb) == (measures.URGENCY_COLOUR if element.red else "000000"),
    ]
    if element.align == "justify":
        checks += [
            within(shape.first_line_indent.mm, INDENTS),
            shape.space_after.pt >= 6,
            1 <= shape.line_spacing <= 1.5,
        ]
    if element.area in COLUMNS:
        cell = found._p.getparent()
        checks.append(cell.getparent().index(cell) - _properties(cell) == COLUMNS[element.area])
    if element.rule:
        room = {"right half": measures.HEAD_RIGHT, "left half": measures.HEAD_LEFT}.get(
            element.area, measures.TEXT_WIDTH
        )
        below = paragraphs(document)[number + 1]
        format_ = below.paragraph_format
        length = room - format_.left_indent.mm - format_.right_indent.mm
        share = length / width_of(element.text, style.font.size.pt, bold=element.bold)
        checks += [below._p.pPr.find(qn("w:pBdr")) is not None, within(share, element.rule, 0.01)]
    return all(checks)


# Which cell of the head or foot an element stands in.
COLUMNS = {"left half": 0, "right half": 1}


def _properties(cell: Any) -> int:
    return sum(child.tag == qn("w:trPr") for child in cell.getparent())


def page_rows(documents: dict[str, Any]) -> Iterator[bool]:
    """Answer for each of `PAGE_ROWS`, in their order."""
    plan, letter, annexed = documents["plan"], documents["letter"], documents["annexed"]
    (section,) = plan.sections
    every = [section for document in documents.values() for section in document.sections]
    yield all({round(one.page_width.mm), round(one.page_height.mm)} == {210, 297} for one in every)
    sideways = [one.page_width > one.page_height for one in annexed.sections]
    turned = [one.orientation == WD_ORIENT.LANDSCAPE for one in annexed.sections]
    yield sideways == turned == [False, False, True] and section.page_height > section.page_width
    yield all(
        within(getattr(one, f"{side}_margin").mm, bounds)
        for one in every
        for side, bounds in MARGINS.items()
    )
    used = {style_of(document, one).style_id: style_of(document, one)
            for document in documents.values() for one in paragraphs(document)}  # fmt: skip
    yield all(
        set(style.element.rPr.rFonts.attrib.values()) == TIMES
        and str(style.font.color.rgb) in {"000000", measures.URGENCY_COLOUR}
        for style in used.values()
    )
    yield _numbered(section)
    yield [
        one._sectPr.find(qn("w:pgNumType")).get(qn("w:start")) for one in annexed.sections[1:]
    ] == ["1", "1"] and all(one.different_first_page_header_footer for one in annexed.sections)
    body = style_of(plan, at(plan, "Văn bản thuần.")[1]).paragraph_format
    yield (
        1 <= body.line_spacing <= 1.5
        and body.space_after.pt >= 6
        and within(body.first_line_indent.mm, INDENTS)
    )
    yield all(
        _one_row(document, "Số: ", "Hà Nội, ngày")
        for name, document in documents.items()
        if name != "minutes"
    )
    yield _one_row(plan, "Nơi nhận:", "KT. CỤC TRƯỞNG")
    about = at(letter, "V/v báo cáo kết quả thực hiện")[1]
    yield about.paragraph_format.space_before.pt == 6
    yield _addressed(letter)
    stamp = at(letter, "THƯỢNG KHẨN")[1]
    shape = stamp.paragraph_format
    room = measures.HEAD_LEFT - shape.left_indent.mm - shape.right_indent.mm
    yield (
        len(stamp._p.pPr.find(qn("w:pBdr"))) == 4
        and within(room, (40, 40))
        and within(shape.line_spacing.mm, (8, 8))
        and shape.line_spacing_rule == WD_LINE_SPACING.EXACTLY
    )
    contact = at(letter, "Số 51 Ngô Quyền, Hà Nội; thư điện tử: vanthu@example.vn")[1]
    yield contact._p.pPr.find(qn("w:pBdr")).find(qn("w:top")) is not None
    yield not any("tháng 02" in one.text and "Địa danh" in style_of(documents["minutes"], one).name
                  for one in paragraphs(documents["minutes"]))  # fmt: skip


def _numbered(section: Any) -> bool:
    header = section.header.paragraphs[0]
    return (
        section.different_first_page_header_footer
        and "PAGE" in header._p.xml
        and "PAGE" not in re.sub("PowerPlus|WORDPAGE", "", section.first_page_header._element.xml)
        and header.style.paragraph_format.alignment == ALIGN.CENTER
        and within(header.style.font.size.pt, PAGE_NUMBER_SIZES)
        and section.header_distance.mm < section.top_margin.mm
    )


def _one_row(document: Any, left: str, right: str) -> bool:
    """Both begin cells of one row of the head or foot."""
    firsts = [
        [cell.paragraphs[0].text for cell in row.cells]
        for table in document.tables
        for row in table.rows
    ]
    return any(row[0].startswith(left) and row[-1].startswith(right) for row in firsts)


def _addressed(document: Any) -> bool:
    """The dashes of several addressees stand under the colon, each on a line of its own."""
    label = at(document, "Kính gửi:")[1]
    names = [
        at(document, text)[1] for text in ("- Vụ Kế hoạch, Tài chính;", "- Cục Di sản văn hóa.")
    ]
    size = style_of(document, label).font.size.pt
    colon = label.paragraph_format.left_indent.mm + width_of("Kính gửi", size)
    return within(size, (13, 14)) and all(
        abs(name.paragraph_format.left_indent.mm - colon) < 0.5 for name in names
    )


def results_of(papers: dict[str, Paper]) -> dict[str, bool]:
    """Check every row on the papers given, each on the sample that has it."""
    documents = {name: opened(paper) for name, paper in papers.items()}
    rows = dict(zip(PAGE_ROWS, page_rows(documents), strict=True))
    return rows | {one.row: meets(documents[one.sample], one) for one in ELEMENTS}


def test_the_files_meet_every_row_of_the_decree():
    results = results_of(papers())
    assert report("DOCX", results) == []
    assert set(results) == ROWS


@pytest.mark.parametrize(
    ("key", "size", "row"),
    [
        ("motto", 11, "Tiêu ngữ"),
        ("recipient", 12, "Danh sách nơi nhận"),
        ("letter_abstract", 14, "Trích yếu công văn"),
        ("annex_label", 13, "Phụ lục và số"),
    ],
)
def test_a_wrong_size_is_seen(key, size, row, monkeypatch):
    monkeypatch.setitem(measures.SIZES, key, size)
    assert row in report("DOCX with a wrong size", results_of(papers()))


def test_a_wrong_margin_rule_and_stamp_are_seen(monkeypatch):
    monkeypatch.setitem(measures.MARGINS, "left", 25.0)
    monkeypatch.setattr(measures, "SHORT_RULE", 0.8)
    monkeypatch.setattr(measures, "URGENCY_HEIGHT", 12.0)
    unmet = report("DOCX with a wrong margin", results_of(papers()))
    assert {"Lề trang", "Cơ quan ban hành", "Trích yếu", "Khung dấu độ khẩn"} <= set(unmet)


@pytest.mark.parametrize("name", of_every_type())
def test_every_model_form_says_in_word_what_it_says_in_the_pdf(name):
    paper = of_every_type()[name]
    said = " ".join(one.text for one in paragraphs(opened(paper)))
    with pdfplumber.open(io.BytesIO(pdf_of(paper))) as pdf:
        read = " ".join(page.extract_text() for page in pdf.pages)
    for line in (
        paper.symbol, paper.place_date, paper.type.name, paper.type.resolves, *paper.abstract,
        *paper.authority, *paper.signature.authority, paper.signature.name, *paper.recipients,
        *(block.text for block in paper.blocks if isinstance(block, Article)),
        *(name for annex in paper.annexes for name in (*annex.title, *annex.reference)),
        *(paper.addressees.names if paper.addressees else ()),
    ):  # fmt: skip
        assert line in said
        assert line in read


def test_an_article_has_its_number_in_bold_and_its_text_upright():
    number, text = at(opened(decision()), "Điều 2. Quyết định này có hiệu lực kể từ ngày ký.")[
        1
    ].runs
    assert (number.text, bool(number.bold), bool(text.bold)) == ("Điều 2.", True, False)


def test_a_draft_leads_back_to_its_record_and_final_paper_does_not():
    section = opened(sample(rows=1, record=RECORD)).sections[0]
    for footer in (section.first_page_footer, section.footer):
        xml = footer._element.xml
        assert RECORD.address in xml
        assert f'descr="{RECORD.address}"' in xml
        assert RECORD.lines[0] in xml
    pictures = [part for part in zipfile.ZipFile(io.BytesIO(docx_of(sample(rows=1)))).namelist()
                if "media" in part]  # fmt: skip
    assert pictures == []


def test_everything_the_paper_says_stands_in_order():
    texts = [one.text for one in paragraphs(opened(SAMPLE)) if one.text]
    written = [block.text for block in SAMPLE.blocks if isinstance(block, Part | Paragraph)]
    expected = [
        *SAMPLE.superior, *SAMPLE.issuer, NATIONAL_TITLE, MOTTO, SAMPLE.symbol, SAMPLE.place_date,
        SAMPLE.type.name, *SAMPLE.abstract, *SAMPLE.bases, *written,
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
