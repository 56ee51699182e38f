"""The PDF: Typst lays the content model out, tagged (PDF/UA-1), with the fonts embedded."""

import json
import re
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import typst

from emulation_portal.core.documents import measures
from emulation_portal.core.documents.cleaning import changed, printable
from emulation_portal.core.documents.glyphs import shown
from emulation_portal.core.documents.lines import MOTTO, NATIONAL_TITLE, RECIPIENTS_TITLE
from emulation_portal.core.documents.model import Article, Block, Paper, Table

HERE = Path(__file__).resolve().parent
FONTS = HERE / "fonts"
# Digits of the table's size are this wide, and most letters are not wider.
LETTER_WIDTH = 2.3
_BREAK_HERE = "\u200b"


def pdf_of(paper: Paper) -> bytes:
    """Return `paper` as a PDF file."""
    return typst.compile(
        HERE / "paper.typ",
        root=HERE,
        font_paths=[FONTS],
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs=inputs_of(paper),
        pdf_standards=["ua-1"],
    )


def inputs_of(paper: Paper) -> dict[str, str]:
    """Return what the layout reads: the paper and the measures, as JSON."""
    paper = changed(printable(paper), shown)
    content = {
        **paper.as_data(),
        "blocks": _blocks(paper.blocks, measures.TEXT_WIDTH),
        "annexes": [
            {
                **asdict(replace(annex, blocks=())),
                "blocks": _blocks(annex.blocks, annex.room),
                "is_issued_text": bool(given.label),
            }
            for annex, given in zip(paper.labelled_annexes(), paper.annexes, strict=True)
        ],
        "title": paper.title,
        "author": " ".join(paper.issuer),
        "record_drawing": paper.record.drawing() if paper.record else "",
    }
    layout = {
        "page": measures.PAGE,
        "margins": measures.MARGINS,
        "sizes": measures.SIZES,
        "head_left": measures.HEAD_LEFT,
        "head_right": measures.HEAD_RIGHT,
        "page_number_top": measures.PAGE_NUMBER_TOP,
        "first_line_indent": measures.FIRST_LINE_INDENT,
        "paragraph_gap": measures.PARAGRAPH_GAP,
        "line_spacing": measures.LINE_SPACING,
        "single_line": measures.SINGLE_LINE,
        "short_rule": measures.SHORT_RULE,
        "cell_padding": measures.CELL_PADDING,
        "signature_space": measures.SIGNATURE_SPACE,
        "letter_abstract_gap": measures.LETTER_ABSTRACT_GAP,
        "urgency_widths": measures.URGENCY_WIDTHS,
        "urgency_height": measures.URGENCY_HEIGHT,
        "urgency_colour": f"#{measures.URGENCY_COLOUR}",
        "record_code": measures.RECORD_CODE,
        "font": measures.FONT,
        "national_title": NATIONAL_TITLE,
        "motto": MOTTO,
        "recipients_title": RECIPIENTS_TITLE,
    }
    return {"paper": json.dumps(content), "measures": json.dumps(layout)}


def _blocks(blocks: tuple[Block, ...], room: float) -> list[dict[str, Any]]:
    return [asdict(_that_fits(it, room)) | _said_in_bold(it) for it in blocks]


def _said_in_bold(block: Block) -> dict[str, str]:
    return {"bold": block.bold} if isinstance(block, Article) else {}


def _that_fits(block: Block, room: float) -> Block:
    """Give a table's open column its width, and words longer than their cell a place to break."""
    if not isinstance(block, Table):
        return block
    columns = block.fitted(room)
    rows = tuple(
        tuple(_breakable(value, column.width) for value, column in zip(row, columns, strict=True))
        for row in block.rows
    )
    return replace(block, columns=columns, rows=rows)


def _breakable(text: str, width: float) -> str:
    longest = max(4, int((width - 2 * measures.CELL_PADDING) / LETTER_WIDTH))
    return re.sub(rf"\S{{{longest}}}(?=\S)", rf"\g<0>{_BREAK_HERE}", text)
