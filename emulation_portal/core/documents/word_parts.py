"""What python-docx has no word for: rules of a length, page numbers, watermarks, bare tables."""

from xml.sax.saxutils import quoteattr

from docx.document import Document as WordDocument
from docx.enum.text import WD_LINE_SPACING
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.section import Section
from docx.shared import Mm
from docx.table import Table as WordTable
from docx.table import _Row
from docx.text.paragraph import Paragraph as WordParagraph


def bare_table(document: WordDocument, rows: int, widths: tuple[float, ...]) -> WordTable:
    """Append a table that only arranges."""
    table: WordTable = document.add_table(rows, len(widths))
    make_bare(table, widths)
    return table


def make_bare(table: WordTable, widths: tuple[float, ...]) -> None:
    """Take borders and padding off `table`, and fix its widths, in millimetres."""
    table.autofit = False
    pad(table, 0)
    for grid, width in zip(table._tbl.tblGrid.gridCol_lst, widths, strict=True):
        grid.w = Mm(width)
    for row in table.rows:
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = Mm(width)


def pad(table: WordTable, padding: float) -> None:
    """Keep the text of `table` so many millimetres from the sides of its cells."""
    sides = "".join(
        f'<w:{side} w:w="{Mm(padding).twips}" w:type="dxa"/>' for side in ("left", "right")
    )
    # Word wants the children of tblPr in the order of its schema.
    table._tbl.tblPr.find(qn("w:tblLook")).addprevious(
        parse_xml(f"<w:tblCellMar {nsdecls('w')}>{sides}</w:tblCellMar>")
    )


def rule_below(paragraph: WordParagraph, room: float, width: float) -> None:
    """Draw a rule of `width` millimetres in the middle of `room`, under an empty paragraph."""
    indent = Mm(max(0.0, (room - width) / 2))
    paragraph.paragraph_format.left_indent = paragraph.paragraph_format.right_indent = indent
    _border(paragraph, {"bottom": "000000"})


def rule_above(paragraph: WordParagraph) -> None:
    """Draw a rule over the whole width above `paragraph`."""
    _border(paragraph, {"top": "000000"})


def boxed(
    paragraph: WordParagraph, *, room: float, width: float, height: float, colour: str
) -> None:
    """Draw a box of `width` by `height` millimetres around a paragraph of one line."""
    indent = Mm((room - width) / 2)
    shape = paragraph.paragraph_format
    shape.left_indent = shape.right_indent = indent
    shape.line_spacing_rule, shape.line_spacing = WD_LINE_SPACING.EXACTLY, Mm(height)
    _border(paragraph, dict.fromkeys(("top", "left", "bottom", "right"), colour))
    centred = OxmlElement("w:textAlignment")
    centred.set(qn("w:val"), "center")
    paragraph._p.get_or_add_pPr().append(centred)


def _border(paragraph: WordParagraph, sides: dict[str, str]) -> None:
    lines = "".join(
        f'<w:{side} w:val="single" w:sz="6" w:space="0" w:color="{colour}"/>'
        for side, colour in sides.items()
    )
    borders = parse_xml(f"<w:pBdr {nsdecls('w')}>{lines}</w:pBdr>")
    properties = paragraph._p.get_or_add_pPr()
    properties.insert_element_before(
        borders, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc", "w:rPr"
    )


def page_number(paragraph: WordParagraph) -> None:
    """Append the field PAGE."""
    run = paragraph.add_run()._r
    for kind in ("begin", "", "end"):
        if kind:
            element: BaseOxmlElement = OxmlElement("w:fldChar")
            element.set(qn("w:fldCharType"), kind)
        else:
            element = OxmlElement("w:instrText")
            element.text = "PAGE"
        run.append(element)


def pages_from_one(section: Section) -> None:
    """Count the pages of `section` from 1."""
    counted = OxmlElement("w:pgNumType")
    counted.set(qn("w:start"), "1")
    section._sectPr.insert_element_before(counted, "w:cols", "w:titlePg", "w:docGrid")


def repeat_on_every_page(row: _Row) -> None:
    """Make `row` a header row that is not split."""
    keep_whole(row)
    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def keep_whole(row: _Row) -> None:
    """Keep `row` on one page."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))


def set_language(document: WordDocument) -> None:
    """Vietnamese for spelling and for screen readers, in the default style of all text."""
    defaults = document.styles.element.find(qn("w:docDefaults"))
    for language in defaults.iter(qn("w:lang")):
        language.set(qn("w:val"), "vi-VN")
        language.set(qn("w:eastAsia"), "vi-VN")


def watermark(paragraph: WordParagraph, text: str) -> None:
    """Put `text` behind the page, slanting, as Word's own watermark."""
    run = paragraph.add_run()._r
    run.append(
        parse_xml(
            f'<w:pict {nsdecls("w")} xmlns:v="urn:schemas-microsoft-com:vml"'
            ' xmlns:o="urn:schemas-microsoft-com:office:office">'
            '<v:shapetype id="_x0000_t136" coordsize="21600,21600" o:spt="136" adj="10800"'
            ' path="m@7,l@8,m@5,21600l@6,21600e"><v:formulas>'
            '<v:f eqn="sum #0 0 10800"/><v:f eqn="prod #0 2 1"/><v:f eqn="sum 21600 0 @1"/>'
            '<v:f eqn="sum 0 0 @2"/><v:f eqn="sum 21600 0 @3"/><v:f eqn="if @0 @3 0"/>'
            '<v:f eqn="if @0 21600 @1"/><v:f eqn="if @0 0 @2"/><v:f eqn="if @0 @4 21600"/>'
            '</v:formulas><v:path textpathok="t" o:connecttype="rect"/>'
            '<v:textpath on="t" fitshape="t"/></v:shapetype>'
            '<v:shape id="PowerPlusWaterMarkObject" type="#_x0000_t136" alt=""'
            ' style="position:absolute;width:440pt;height:110pt;rotation:315;z-index:-251658752;'
            "mso-position-horizontal:center;mso-position-horizontal-relative:margin;"
            'mso-position-vertical:center;mso-position-vertical-relative:margin"'
            ' fillcolor="#dedede" stroked="f">'
            f'<v:textpath style="font-family:&quot;Times New Roman&quot;;font-weight:bold"'
            f" string={quoteattr(text)}/></v:shape></w:pict>"
        )
    )
