"""The head of a paper in Word, and what stands in its bottom margin."""

from io import BytesIO

from docx.document import Document as WordDocument
from docx.section import Section, _Footer
from docx.shared import Mm, Pt
from docx.table import _Cell
from docx.text.paragraph import Paragraph as WordParagraph

from emulation_portal.core.documents import measures
from emulation_portal.core.documents.lines import MOTTO, NATIONAL_TITLE
from emulation_portal.core.documents.model import Paper
from emulation_portal.core.documents.widths import width_of
from emulation_portal.core.documents.word_parts import (
    bare_table,
    boxed,
    make_bare,
    rule_above,
    rule_below,
)
from emulation_portal.core.documents.word_styles import styled

# Points between a line of the head and its rule.
_RULE_GAP = 5


def write_head(document: WordDocument, paper: Paper) -> None:
    """Elements 1 to 4; under the number of a letter also what it is about, and the stamp."""
    table = bare_table(document, 2, (measures.HEAD_LEFT, measures.HEAD_RIGHT))
    issuing_body(table.cell(0, 0), paper)
    nation(table.cell(0, 1))
    left = table.cell(1, 0)
    fill(left, [(paper.symbol, "symbol")])
    fill(table.cell(1, 1), [(paper.place_date, "place_date")])
    if not paper.type.name:
        for number, line in enumerate(paper.abstract):
            about = add(left, line, "letter_abstract")
            about.paragraph_format.space_before = Pt(0 if number else measures.LETTER_ABSTRACT_GAP)
        styled(document.add_paragraph(), "rule").paragraph_format.space_after = Pt(12)
    if paper.urgency:
        add(left, "", "rule").paragraph_format.space_after = Pt(6)
        stamp = add(left, paper.urgency, "urgency")
        boxed(
            stamp, room=measures.HEAD_LEFT, width=measures.URGENCY_WIDTHS[paper.urgency],
            height=measures.URGENCY_HEIGHT, colour=measures.URGENCY_COLOUR,
        )  # fmt: skip


def issuing_body(cell: _Cell, paper: Paper) -> None:
    """Element 2 with its rule."""
    above = [(line, "superior") for line in paper.superior]
    fill(cell, [*above, *((line, "issuer") for line in paper.issuer)])
    width = width_of(paper.issuer[-1], measures.SIZES["issuer"], bold=True)
    _rule(cell, measures.HEAD_LEFT, width * measures.SHORT_RULE)


def nation(cell: _Cell) -> None:
    """Element 1 with its rule."""
    fill(cell, [(NATIONAL_TITLE, "national_title"), (MOTTO, "motto")])
    _rule(cell, measures.HEAD_RIGHT, width_of(MOTTO, measures.SIZES["motto"], bold=True))


def write_footers(section: Section, paper: Paper) -> None:
    """Element 13 on the first page; the code that leads to the record on every page."""
    first = section.first_page_footer
    if paper.contact:
        contact = first.paragraphs[0]
        styled(contact, "contact").text = paper.contact
        rule_above(contact)
    if paper.record is not None:
        for footer in (first, section.footer):
            _record(footer, paper)


def _record(footer: _Footer, paper: Paper) -> None:
    record = paper.record
    assert record is not None  # noqa: S101 - narrows the type
    widths = (measures.RECORD_CODE + 3, measures.TEXT_WIDTH - measures.RECORD_CODE - 3)
    table = footer.add_table(1, 2, Mm(measures.TEXT_WIDTH))
    make_bare(table, widths)
    picture, words = table.rows[0].cells
    shown = (
        picture.paragraphs[0]
        .add_run()
        .add_picture(BytesIO(record.picture()), width=Mm(measures.RECORD_CODE))
    )
    shown._inline.docPr.set("descr", record.address)
    styled(picture.paragraphs[0], "record")
    fill(words, [(line, "record") for line in record.lines])
    # Word wants a paragraph behind a table; it may not take room.
    if not paper.contact:
        empty = footer.paragraphs[0]
        styled(empty, "rule")
        footer._element.append(empty._p)


def fill(cell: _Cell, lines: list[tuple[str, str]]) -> None:
    """Write the lines, each in its style; the cell's own first paragraph is the first of them."""
    if not lines:
        return
    (text, style), *others = lines
    styled(cell.paragraphs[0], style).text = text
    for text, style in others:
        add(cell, text, style)


def add(cell: _Cell, text: str, style: str) -> WordParagraph:
    """Append a paragraph in a style of ours."""
    return styled(cell.add_paragraph(text), style)


def _rule(cell: _Cell, room: float, width: float) -> None:
    paragraph = add(cell, "", "rule")
    paragraph.paragraph_format.line_spacing = Pt(_RULE_GAP)
    rule_below(paragraph, room, width)
