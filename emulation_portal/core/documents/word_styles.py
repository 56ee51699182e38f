"""Word styles, one for each element of the decree, so that an office restyles in one place."""

from dataclasses import dataclass, replace
from functools import lru_cache
from io import BytesIO

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.text.paragraph import Paragraph as WordParagraph

from emulation_portal.core.documents import measures

# The names people see in Word's list of styles.
STYLES = {
    "national_title": "Quốc hiệu",
    "motto": "Tiêu ngữ",
    "superior": "Cơ quan chủ quản",
    "issuer": "Cơ quan ban hành",
    "symbol": "Số, ký hiệu",
    "place_date": "Địa danh, thời gian",
    "type_name": "Tên loại văn bản",
    "abstract": "Trích yếu",
    "basis": "Căn cứ",
    "body": "Nội dung văn bản",
    "table": "Nội dung bảng",
    "table_title": "Tiêu đề bảng",
    "authority": "Quyền hạn, chức vụ",
    "signer": "Họ tên người ký",
    "recipients_title": "Nơi nhận",
    "recipient": "Danh sách nơi nhận",
    "page_number": "Số trang",
    "letter_abstract": "Trích yếu công văn",
    "addressee": "Kính gửi",
    "formula": "Thẩm quyền, lời ban hành",
    "division": "Phần, chương, mục",
    "article": "Điều",
    "office": "Chức vụ khác của người ký",
    "office_below_space": "Chức vụ khác, dưới chỗ ký",
    "signer_below_space": "Họ tên người ký, dưới chỗ ký",
    "annex_label": "Phụ lục",
    "annex_title": "Tên phụ lục",
    "annex_reference": "Chỉ dẫn phụ lục",
    "urgency": "Dấu độ khẩn",
    "contact": "Địa chỉ cơ quan",
    "record": "Mã tra cứu",
    "rule": "Đường kẻ",
}


@dataclass(frozen=True)
class Look:
    """How a style differs from plain text on the left; spaces in points, indent in mm."""

    bold: bool = False
    italic: bool = False
    align: ALIGN = ALIGN.LEFT
    before: float = 0
    after: float = 0
    line_spacing: float = 1.0
    indent: float = 0
    with_next: bool = False
    colour: str = "000000"


_TEXT = Look(
    align=ALIGN.JUSTIFY,
    after=measures.PARAGRAPH_GAP,
    line_spacing=measures.LINE_SPACING,
    indent=measures.FIRST_LINE_INDENT,
)
_BOLD = Look(bold=True, align=ALIGN.CENTER)
_SIGNATURE_SPACE = measures.SIGNATURE_SPACE / 25.4 * 72
_LOOKS = {
    "national_title": Look(bold=True, align=ALIGN.CENTER),
    "motto": Look(bold=True, align=ALIGN.CENTER),
    "superior": Look(align=ALIGN.CENTER),
    "issuer": Look(bold=True, align=ALIGN.CENTER),
    "symbol": Look(align=ALIGN.CENTER, before=8),
    "place_date": Look(italic=True, align=ALIGN.CENTER, before=8),
    "type_name": Look(bold=True, align=ALIGN.CENTER, before=20),
    "abstract": Look(bold=True, align=ALIGN.CENTER),
    "basis": replace(_TEXT, italic=True),
    "body": _TEXT,
    "table": Look(before=2, after=2),
    "table_title": Look(bold=True, align=ALIGN.CENTER, before=2, after=2),
    "authority": Look(bold=True, align=ALIGN.CENTER),
    "signer": _BOLD,
    "signer_below_space": replace(_BOLD, before=_SIGNATURE_SPACE),
    "office": _BOLD,
    "office_below_space": replace(_BOLD, before=_SIGNATURE_SPACE),
    "recipients_title": Look(bold=True, italic=True),
    "recipient": Look(),
    "page_number": Look(align=ALIGN.CENTER),
    "letter_abstract": Look(align=ALIGN.CENTER),
    "addressee": Look(),
    "formula": replace(_BOLD, before=6, after=measures.PARAGRAPH_GAP, with_next=True),
    "division": replace(_BOLD, after=measures.PARAGRAPH_GAP, with_next=True),
    "article": _TEXT,
    "annex_label": replace(_BOLD, after=3, with_next=True),
    "annex_title": replace(_BOLD, with_next=True),
    "annex_reference": Look(italic=True, align=ALIGN.CENTER, with_next=True),
    "urgency": replace(_BOLD, colour=measures.URGENCY_COLOUR),
    "contact": Look(align=ALIGN.CENTER),
    "record": Look(),
    "rule": Look(align=ALIGN.CENTER),
}
_RULE_SIZE = 2
_SIZED_LIKE = {
    "table_title": "table",
    "article": "body",
    "office": "authority",
    "office_below_space": "authority",
    "signer_below_space": "signer",
}


def new_document() -> WordDocument:
    """Return an empty document that has every style of ours."""
    return Document(BytesIO(_template(tuple(measures.SIZES.items()))))


def styled(paragraph: WordParagraph, key: str) -> WordParagraph:
    """Give `paragraph` the style `key`, or a heading's ("Heading 1"), and return it.

    By its id: python-docx looks through all styles for a name, which doubles the time of a plan.
    """
    paragraph._p.style = STYLES.get(key, key).replace(" ", "")
    return paragraph


@lru_cache(maxsize=4)
def _template(sizes: tuple[tuple[str, float], ...]) -> bytes:
    """The empty document as a file; `sizes` are those in force, and tell one from another."""
    document = Document()
    _make_styles(document)
    written = BytesIO()
    document.save(written)
    return written.getvalue()


def _make_styles(document: WordDocument) -> None:
    """Add every style, and give Word's own ones (Normal, headings) the decree's look."""
    styles = document.styles
    _dress(styles["Normal"], Look(), measures.SIZES["body"])
    for level in (1, 2):
        heading = styles[f"Heading {level}"]
        _dress(heading, replace(_TEXT, bold=True, with_next=True), measures.SIZES["body"])
    for key, name in STYLES.items():
        style = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = styles["Normal"]
        style.quick_style = key != "rule"
        _dress(style, _LOOKS[key], _size_of(key))


def _size_of(key: str) -> float:
    of = _SIZED_LIKE.get(key, key)
    return _RULE_SIZE if of == "rule" else measures.SIZES[of]


def _dress(style: ParagraphStyle, look: Look, size: float) -> None:
    font = style.font
    font.size, font.bold, font.italic = Pt(size), look.bold, look.italic
    font.color.rgb = RGBColor.from_string(look.colour)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    fonts.attrib.clear()
    for script in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(qn(f"w:{script}"), measures.WORD_FONT)
    shape = style.paragraph_format
    shape.alignment, shape.line_spacing = look.align, look.line_spacing
    shape.space_before, shape.space_after = Pt(look.before), Pt(look.after)
    shape.first_line_indent = Mm(look.indent)
    shape.widow_control = True
    shape.keep_with_next = look.with_next or None
