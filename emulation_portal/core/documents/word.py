"""The .docx: the same content model with Word's own styles, so that an office can go on with it."""

from copy import deepcopy
from io import BytesIO

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Mm, Pt
from docx.table import Table as WordTable
from docx.table import _Cell
from docx.text.paragraph import Paragraph as WordParagraph

from emulation_portal.core.documents import measures
from emulation_portal.core.documents.model import (
    MOTTO,
    NATIONAL_TITLE,
    RECIPIENTS_TITLE,
    Column,
    Paper,
    Paragraph,
    Part,
    Table,
    printable,
)
from emulation_portal.core.documents.widths import bold_width
from emulation_portal.core.documents.word_parts import (
    bare_table,
    keep_whole,
    page_number,
    repeat_on_every_page,
    rule_below,
    set_language,
    watermark,
)
from emulation_portal.core.documents.word_styles import STYLES, make_styles

ALIGNMENTS = {
    "left": WD_ALIGN_PARAGRAPH.LEFT,
    "center": WD_ALIGN_PARAGRAPH.CENTER,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
}


def docx_of(paper: Paper) -> bytes:
    """Return `paper` as a .docx file."""
    paper = printable(paper)
    document = Document()
    make_styles(document)
    set_language(document)
    _set_page(document, paper)
    document.core_properties.title = paper.title
    document.core_properties.author = " ".join(paper.issuer)
    document.core_properties.language = "vi-VN"
    document.core_properties.comments = ""
    _head(document, paper)
    _name(document, paper)
    for basis in paper.bases:
        document.add_paragraph(basis, STYLES["basis"])
    for block in paper.blocks:
        _block(document, block)
    # The last paragraph stays with the signature: nobody signs an empty page.
    document.paragraphs[-1].paragraph_format.keep_with_next = True
    _foot(document, paper)
    written = BytesIO()
    document.save(written)
    return written.getvalue()


def _set_page(document: WordDocument, paper: Paper) -> None:
    section = document.sections[0]
    section.page_width = Mm(measures.PAGE["width"])
    section.page_height = Mm(measures.PAGE["height"])
    for side, margin in measures.MARGINS.items():
        setattr(section, f"{side}_margin", Mm(margin))
    section.header_distance = section.footer_distance = Mm(measures.PAGE_NUMBER_TOP)
    section.different_first_page_header_footer = True
    first, later = section.first_page_header.paragraphs[0], section.header.paragraphs[0]
    for paragraph in (first, later):
        paragraph.style = STYLES["page_number"]
        if paper.watermark:
            watermark(paragraph, paper.watermark)
    page_number(later)


def _head(document: WordDocument, paper: Paper) -> None:
    table = bare_table(document, 2, (measures.HEAD_LEFT, measures.HEAD_RIGHT))
    left, right = table.rows[0].cells
    lines = [(line, "superior") for line in paper.superior]
    lines += [(line, "issuer") for line in paper.issuer]
    _fill(left, lines)
    size = measures.SIZES["issuer"]
    _rule(left, measures.HEAD_LEFT, bold_width(paper.issuer[-1], size) * measures.SHORT_RULE)
    _fill(right, [(NATIONAL_TITLE, "national_title"), (MOTTO, "motto")])
    _rule(right, measures.HEAD_RIGHT, bold_width(MOTTO, measures.SIZES["motto"]))
    _fill(table.rows[1].cells[0], [(paper.symbol, "symbol")])
    _fill(table.rows[1].cells[1], [(paper.place_date, "place_date")])


def _name(document: WordDocument, paper: Paper) -> None:
    document.add_paragraph(paper.type_name, STYLES["type_name"])
    for line in paper.abstract:
        document.add_paragraph(line, STYLES["abstract"])
    width = bold_width(paper.abstract[-1], measures.SIZES["abstract"]) * measures.SHORT_RULE
    rule_below(document.add_paragraph(style=STYLES["rule"]), measures.TEXT_WIDTH, width)
    document.add_paragraph(style=STYLES["rule"]).paragraph_format.space_after = Pt(12)


def _block(document: WordDocument, block: Part | Paragraph | Table) -> None:
    if isinstance(block, Part):
        document.add_paragraph(block.text, f"Heading {block.level}")
    elif isinstance(block, Paragraph):
        paragraph = document.add_paragraph(block.text, STYLES["body"])
        paragraph.paragraph_format.keep_with_next = block.with_next or None
    else:
        _table(document, block)


def _table(document: WordDocument, block: Table) -> None:
    columns = block.fitted()
    table = document.add_table(1, len(columns), "Table Grid")
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    for cell, column in zip(table.rows[0].cells, columns, strict=True):
        cell.width = Mm(column.width)
        cell.paragraphs[0].style, cell.paragraphs[0].text = STYLES["table_title"], column.title
    repeat_on_every_page(table.rows[0])
    # The rows are copies of one: python-docx looks through the whole table for every cell.
    pattern = _pattern(document, table, columns)
    for values in block.rows:
        row = deepcopy(pattern)
        for paragraph, value in zip(row.iter(qn("w:p")), values, strict=True):
            paragraph.add_r().text = value
        table._tbl.append(row)
    _describe(table, block)
    document.add_paragraph(style=STYLES["rule"]).paragraph_format.space_after = Pt(6)


def _pattern(
    document: WordDocument, table: WordTable, columns: tuple[Column, ...]
) -> BaseOxmlElement:
    row = table.add_row()  # type: ignore[no-untyped-call]
    for cell, column in zip(row.cells, columns, strict=True):
        cell.width = Mm(column.width)
        cell.paragraphs[0].style = STYLES["table"]
        cell.paragraphs[0].alignment = ALIGNMENTS[column.align]
    keep_whole(row)
    table._tbl.remove(row._tr)
    pattern: BaseOxmlElement = row._tr
    return pattern


def _describe(table: WordTable, block: Table) -> None:
    for grid, column in zip(table._tbl.tblGrid.gridCol_lst, block.fitted(), strict=True):
        grid.w = Mm(column.width)
    label = OxmlElement("w:tblCaption")
    label.set(qn("w:val"), block.label)
    table._tbl.tblPr.append(label)


def _foot(document: WordDocument, paper: Paper) -> None:
    table = bare_table(document, 1, (measures.HEAD_LEFT, measures.HEAD_RIGHT))
    left, right = table.rows[0].cells
    recipients = [(line, "recipient") for line in paper.recipients]
    _fill(left, [(RECIPIENTS_TITLE, "recipients_title"), *recipients])
    _fill(right, [(line, "authority") for line in paper.signature.authority])
    _add(right, paper.signature.name, "signer")
    keep_whole(table.rows[0])


def _fill(cell: _Cell, lines: list[tuple[str, str]]) -> None:
    """Write the lines, each in its style; the cell's own first paragraph is the first of them."""
    (text, style), *others = lines
    cell.paragraphs[0].style, cell.paragraphs[0].text = STYLES[style], text
    for text, style in others:
        _add(cell, text, style)


def _add(cell: _Cell, text: str, style: str) -> WordParagraph:
    paragraph: WordParagraph = cell.add_paragraph(text, STYLES[style])
    return paragraph


def _rule(cell: _Cell, room: float, width: float) -> None:
    paragraph = _add(cell, "", "rule")
    paragraph.paragraph_format.line_spacing_rule = WD_LINE_SPACING.EXACTLY
    rule_below(paragraph, room, width)
