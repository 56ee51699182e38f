"""The .docx: the same content model with Word's own styles, so that an office can go on with it."""

from copy import deepcopy
from io import BytesIO

from docx.document import Document as WordDocument
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_ALIGN_VERTICAL, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.text.run import CT_R
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Mm, Pt
from docx.table import Table as WordTable

from emulation_portal.core.documents import measures
from emulation_portal.core.documents.cleaning import printable
from emulation_portal.core.documents.lines import RECIPIENTS_TITLE
from emulation_portal.core.documents.model import (
    Annex,
    Article,
    Block,
    Column,
    Division,
    Paper,
    Paragraph,
    Part,
    Signature,
    Table,
)
from emulation_portal.core.documents.widths import width_of
from emulation_portal.core.documents.word_head import (
    fill,
    issuing_body,
    nation,
    write_footers,
    write_head,
)
from emulation_portal.core.documents.word_parts import (
    bare_table,
    keep_whole,
    pad,
    page_number,
    pages_from_one,
    repeat_on_every_page,
    rule_below,
    set_language,
    watermark,
)
from emulation_portal.core.documents.word_styles import new_document, styled

ALIGNMENTS = {
    "left": WD_ALIGN_PARAGRAPH.LEFT,
    "center": WD_ALIGN_PARAGRAPH.CENTER,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
}
_HALVES = (measures.HEAD_LEFT, measures.HEAD_RIGHT)


def docx_of(paper: Paper) -> bytes:
    """Return `paper` as a .docx file."""
    paper = printable(paper)
    document = new_document()
    set_language(document)
    _set_page(document, paper)
    document.core_properties.title = paper.title
    document.core_properties.author = " ".join(paper.issuer)
    document.core_properties.language = "vi-VN"
    document.core_properties.comments = ""
    write_head(document, paper)
    if paper.type.name:
        _name(document, paper)
    _address(document, paper)
    for line in paper.authority:
        styled(document.add_paragraph(line), "formula")
    for basis in paper.bases:
        styled(document.add_paragraph(basis), "basis")
    if paper.type.resolves:
        styled(document.add_paragraph(paper.type.resolves), "formula")
    for block in paper.blocks:
        _block(document, block, measures.TEXT_WIDTH)
    if paper.signature is not None:
        _foot(document, paper, paper.signature)
    for annex, given in zip(paper.labelled_annexes(), paper.annexes, strict=True):
        _annex(document, annex, paper if given.label else None)
    written = BytesIO()
    document.save(written)
    return written.getvalue()


def _set_page(document: WordDocument, paper: Paper) -> None:
    section = document.sections[0]
    section.page_width = Mm(measures.PAGE["width"])
    section.page_height = Mm(measures.PAGE["height"])
    for side, margin in measures.MARGINS.items():
        setattr(section, f"{side}_margin", Mm(margin))
    section.header_distance = Mm(measures.PAGE_NUMBER_TOP)
    section.footer_distance = Mm(measures.FOOTER_BOTTOM)
    section.different_first_page_header_footer = True
    first, later = section.first_page_header.paragraphs[0], section.header.paragraphs[0]
    for paragraph in (first, later):
        styled(paragraph, "page_number")
        if paper.watermark:
            watermark(paragraph, paper.watermark)
    page_number(later)
    write_footers(section, paper)


# --- Above the text ----------------------------------------------------------------------


def _name(document: WordDocument, paper: Paper) -> None:
    styled(document.add_paragraph(paper.type.name), "type_name")
    for line in paper.abstract:
        styled(document.add_paragraph(line), "abstract")
    last = (paper.abstract or (paper.type.name,))[-1]
    _short_rule(document, last, measures.SIZES["abstract"], room=measures.TEXT_WIDTH)


def _short_rule(
    document: WordDocument, above: str, size: float, *, bold: bool = True, room: float
) -> None:
    width = width_of(above, size, bold=bold) * measures.SHORT_RULE
    rule_below(styled(document.add_paragraph(), "rule"), room, width)
    styled(document.add_paragraph(), "rule").paragraph_format.space_after = Pt(12)


def _address(document: WordDocument, paper: Paper) -> None:
    """Element 9a, in the middle as a whole; the dashes of several stand under the colon."""
    if paper.addressees is None:
        return
    label, names = paper.addressees.label, paper.addressees.names
    size = measures.SIZES["addressee"]
    if len(names) == 1:
        only = styled(document.add_paragraph(f"{label} {names[0]}"), "addressee")
        only.alignment = WD_ALIGN_PARAGRAPH.CENTER
        only.paragraph_format.space_after = Pt(12)
        return
    before_colon = width_of(label.removesuffix(":"), size)
    whole = before_colon + max(width_of(name, size) for name in names)
    left = max(0.0, (measures.TEXT_WIDTH - whole) / 2)
    paragraph = styled(document.add_paragraph(label), "addressee")
    paragraph.paragraph_format.left_indent = Mm(left)
    for name in names:
        paragraph = styled(document.add_paragraph(name), "addressee")
        paragraph.paragraph_format.left_indent = Mm(left + before_colon)
    paragraph.paragraph_format.space_after = Pt(12)


# --- Text --------------------------------------------------------------------------------


def _block(document: WordDocument, block: Block, room: float) -> None:
    match block:
        case Division():
            styled(document.add_paragraph(block.line), "division")
            styled(document.add_paragraph(block.title), "division")
        case Part():
            styled(document.add_paragraph(block.text), f"Heading {block.level}")
        case Article():
            paragraph = styled(document.add_paragraph(), "article")
            paragraph.add_run(block.bold).bold = True
            if block.text:
                paragraph.add_run(f" {block.text}")
            paragraph.paragraph_format.keep_with_next = None if block.text else True
        case Paragraph():
            paragraph = styled(document.add_paragraph(block.text), "body")
            paragraph.paragraph_format.keep_with_next = block.with_next or None
        case Table():
            _table(document, block, room)


def _table(document: WordDocument, block: Table, room: float) -> None:
    columns = block.fitted(room)
    table = document.add_table(1, len(columns), "Table Grid")
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    pad(table, measures.CELL_PADDING)
    for cell, column in zip(table.rows[0].cells, columns, strict=True):
        cell.width = Mm(column.width)
        styled(cell.paragraphs[0], "table_title").text = column.title
    repeat_on_every_page(table.rows[0])
    # The rows are copies of one: python-docx looks through the whole table for every cell.
    pattern = _pattern(document, table, columns)
    for values in block.rows:
        row = deepcopy(pattern)
        for paragraph, value in zip(row.iter(qn("w:p")), values, strict=True):
            _write(paragraph.add_r(), value)
        table._tbl.append(row)
    _describe(table, block.label, columns)
    styled(document.add_paragraph(), "rule").paragraph_format.space_after = Pt(6)


def _write(run: CT_R, value: str) -> None:
    """Put `value` into an empty run; the way that knows tabs and breaks costs more."""
    if "\t" in value or "\n" in value:
        run.text = value
    elif value:
        run.add_t(value)


def _pattern(
    document: WordDocument, table: WordTable, columns: tuple[Column, ...]
) -> BaseOxmlElement:
    row = table.add_row()  # type: ignore[no-untyped-call]
    for cell, column in zip(row.cells, columns, strict=True):
        cell.width = Mm(column.width)
        styled(cell.paragraphs[0], "table").alignment = ALIGNMENTS[column.align]
    keep_whole(row)
    table._tbl.remove(row._tr)
    pattern: BaseOxmlElement = row._tr
    return pattern


def _describe(table: WordTable, said: str, columns: tuple[Column, ...]) -> None:
    for grid, column in zip(table._tbl.tblGrid.gridCol_lst, columns, strict=True):
        grid.w = Mm(column.width)
    label = OxmlElement("w:tblCaption")
    label.set(qn("w:val"), said)
    table._tbl.tblPr.append(label)


# --- Below the text ----------------------------------------------------------------------


def _foot(document: WordDocument, paper: Paper, signature: Signature) -> None:
    """Recipients and signature; on minutes the two signatures, and the recipients below."""
    # The last paragraph stays with the signature: nobody signs an empty page.
    document.paragraphs[-1].paragraph_format.keep_with_next = True
    if paper.secretary is None:
        table = bare_table(document, 1, _HALVES)
        left, right = table.rows[0].cells
        fill(left, _recipients(paper))
        fill(right, [*_authority(signature), *_signer(signature)])
    else:
        table = bare_table(document, 2, _HALVES)
        for column, one in enumerate((paper.secretary, signature)):
            fill(table.cell(0, column), _authority(one))
            fill(table.cell(1, column), _signer(one))
            table.cell(1, column).vertical_alignment = WD_ALIGN_VERTICAL.BOTTOM
            for cell in table.columns[column].cells:
                for paragraph in cell.paragraphs:
                    paragraph.paragraph_format.keep_with_next = True
        styled(document.add_paragraph(), "rule").paragraph_format.space_after = Pt(8)
        for text, style in _recipients(paper):
            styled(document.add_paragraph(text), style)
    for row in table.rows:
        keep_whole(row)


def _recipients(paper: Paper) -> list[tuple[str, str]]:
    if not paper.recipients:
        return []
    return [(RECIPIENTS_TITLE, "recipients_title"), *((r, "recipient") for r in paper.recipients)]


def _authority(signature: Signature) -> list[tuple[str, str]]:
    return [(line, "authority") for line in signature.authority]


def _signer(signature: Signature) -> list[tuple[str, str]]:
    """The name with the room to sign above it, or above the other office of the signer."""
    first, *others = [*((line, "office") for line in signature.office), (signature.name, "signer")]
    return [(first[0], f"{first[1]}_below_space"), *others]


def _annex(document: WordDocument, annex: Annex, issued_by: Paper | None) -> None:
    """A section of its own: its pages are counted from 1, and may lie sideways."""
    section = document.add_section()
    # The break is a paragraph: in its own size it could spill over to an empty page.
    styled(document.paragraphs[-1], "rule")
    long, short = Mm(measures.PAGE["height"]), Mm(measures.PAGE["width"])
    section.orientation = WD_ORIENT.LANDSCAPE if annex.landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = (long, short) if annex.landscape else (short, long)
    pages_from_one(section)
    if issued_by is not None:
        cells = bare_table(document, 1, _HALVES).rows[0].cells
        issuing_body(cells[0], issued_by)
        nation(cells[1])
        styled(document.add_paragraph(), "rule").paragraph_format.space_after = Pt(12)
    styled(document.add_paragraph(annex.label), "annex_label")
    for line in annex.title:
        styled(document.add_paragraph(line), "annex_title")
    for line in annex.reference:
        styled(document.add_paragraph(line), "annex_reference")
    size = measures.SIZES["annex_reference"]
    _short_rule(document, annex.reference[-1], size, bold=False, room=annex.room)
    for block in annex.blocks:
        _block(document, block, annex.room)
