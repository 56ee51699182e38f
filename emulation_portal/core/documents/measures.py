"""Measures of official paper: Decree 30/2020/NĐ-CP, Annex I. Both renderers take them from here.

Lengths in millimetres, sizes of type in points. Where the decree leaves a range, the choice is
the one of its own samples: 12, 13, 13 at the head, 14 in the text.
"""

PAGE = {"width": 210.0, "height": 297.0}
MARGINS = {"top": 20.0, "bottom": 20.0, "left": 30.0, "right": 15.0}
TEXT_WIDTH = PAGE["width"] - MARGINS["left"] - MARGINS["right"]
# The text of an annex laid sideways for a wide table.
LANDSCAPE_WIDTH = PAGE["height"] - MARGINS["left"] - MARGINS["right"]
# The head stands in two halves: who issues, and the national title.
HEAD_LEFT, HEAD_RIGHT = 71.0, 94.0
# From the edge of the page to the page number, in the top margin.
PAGE_NUMBER_TOP = 10.0
# From the edge of the page to what stands in the bottom margin.
FOOTER_BOTTOM = 4.0

SIZES = {
    "page_number": 13,
    "national_title": 12,
    "motto": 13,
    "superior": 12,
    "issuer": 12,
    "symbol": 13,
    "place_date": 13,
    "type_name": 14,
    "abstract": 14,
    "basis": 14,
    "body": 14,
    "table": 13,
    "authority": 14,
    "signer": 14,
    "recipients_title": 12,
    "recipient": 11,
    "letter_abstract": 12,
    "addressee": 14,
    "formula": 14,
    "division": 14,
    "annex_label": 14,
    "annex_title": 14,
    "annex_reference": 14,
    "urgency": 13,
    "contact": 11,
    "record": 8,
}

FIRST_LINE_INDENT = 12.7
PARAGRAPH_GAP = 6.0  # points; the decree asks for at least 6
LINE_SPACING = 1.15  # of single; the decree allows single to 1.5
# A single line of the font, in its own size (ascent, descent and line gap of Times and Tinos).
SINGLE_LINE = 1.149
# Rules under the issuing body and the abstract: a third to a half of the text.
SHORT_RULE = 0.42
CELL_PADDING = 1.2
SIGNATURE_SPACE = 28.0
LETTER_ABSTRACT_GAP = 6.0  # points below the number
# The stamps of urgency: a box so wide, in red.
URGENCY_WIDTHS = {"HỎA TỐC": 30.0, "THƯỢNG KHẨN": 40.0, "KHẨN": 20.0}
URGENCY_HEIGHT = 8.0
URGENCY_COLOUR = "E60000"
# The code on drafts and receipts, in the bottom margin.
RECORD_CODE = 13.0

FONT = "Tinos"  # Times-metric, shipped with its licence; embedded in the PDF
WORD_FONT = "Times New Roman"  # named in .docx; every office computer has it
