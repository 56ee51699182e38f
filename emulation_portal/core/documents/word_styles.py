"""Word styles, one for each element of the decree, so that an office restyles in one place."""

from dataclasses import dataclass, replace

from docx.document import Document as WordDocument
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle

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


_TEXT = Look(
    align=ALIGN.JUSTIFY,
    after=measures.PARAGRAPH_GAP,
    line_spacing=measures.LINE_SPACING,
    indent=measures.FIRST_LINE_INDENT,
)
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
    "signer": Look(bold=True, align=ALIGN.CENTER, before=_SIGNATURE_SPACE),
    "recipients_title": Look(bold=True, italic=True),
    "recipient": Look(),
    "page_number": Look(align=ALIGN.CENTER),
    "rule": Look(align=ALIGN.CENTER),
}
_RULE_SIZE = 2


def make_styles(document: WordDocument) -> None:
    """Add every style, and give Word's own ones (Normal, headings) the decree's look."""
    styles = document.styles
    _dress(styles["Normal"], Look(), measures.SIZES["body"])
    for level in (1, 2):
        heading = styles[f"Heading {level}"]
        _dress(heading, replace(_TEXT, bold=True), measures.SIZES["body"])
        heading.paragraph_format.keep_with_next = True
    for key, name in STYLES.items():
        style = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = styles["Normal"]
        style.quick_style = key != "rule"
        size = measures.SIZES["table"] if key == "table_title" else measures.SIZES.get(key)
        _dress(style, _LOOKS[key], size or _RULE_SIZE)


def _dress(style: ParagraphStyle, look: Look, size: float) -> None:
    font = style.font
    font.size, font.bold, font.italic = Pt(size), look.bold, look.italic
    font.color.rgb = RGBColor(0, 0, 0)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    fonts.attrib.clear()
    for script in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(qn(f"w:{script}"), measures.WORD_FONT)
    shape = style.paragraph_format
    shape.alignment, shape.line_spacing = look.align, look.line_spacing
    shape.space_before, shape.space_after = Pt(look.before), Pt(look.after)
    shape.first_line_indent = Mm(look.indent)
    shape.widow_control = True
