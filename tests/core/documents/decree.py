"""The rows of the table of Decree 30/2020/NĐ-CP, Annex I, and what each allows.

Each row is checked on the sample that has it; together the samples have every row.
"""

import sys
from dataclasses import dataclass
from typing import Any, Literal

from tests.core.documents import samples

Area = Literal["left half", "right half", "page", "sideways"]


@dataclass(frozen=True)
class Element:
    """One element: a text of a sample, and how it must look. `text` is one printed line."""

    row: str
    text: str
    sizes: tuple[float, float]
    sample: str = "plan"
    bold: bool = False
    italic: bool = False
    caps: bool = False
    align: Literal["left", "center", "justify"] = "left"
    # In the middle of what.
    area: Area = "page"
    # Length of the rule below, as a share of the text.
    rule: tuple[float, float] | None = None
    red: bool = False


HALF, WHOLE = (1 / 3, 1 / 2), (0.97, 1.03)
_BODY: dict[str, Any] = {"sizes": (13, 14), "align": "justify"}
_MIDDLE: dict[str, Any] = {"sizes": (13, 14), "align": "center", "bold": True}


def _head(row: str, text: str, sizes: tuple[float, float], area: Area, **look: Any) -> Element:
    return Element(row, text, sizes, align="center", area=area, **look)


# For several lines, the last.
ELEMENTS = (
    _head("Quốc hiệu", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", (12, 13), "right half",
          bold=True, caps=True),
    _head("Tiêu ngữ", "Độc lập - Tự do - Hạnh phúc", (13, 14), "right half",
          bold=True, rule=WHOLE),
    _head("Cơ quan chủ quản", "BỘ VĂN HÓA, THỂ THAO", (12, 13), "left half", caps=True),
    _head("Cơ quan ban hành", "GIA ĐÌNH VÀ THƯ VIỆN", (12, 13), "left half",
          bold=True, caps=True, rule=HALF),
    _head("Số, ký hiệu", "Số: 05/KH-VHCSGĐTV", (13, 13), "left half"),
    _head("Địa danh, thời gian", "Hà Nội, ngày 05 tháng 02 năm 2026", (13, 14), "right half",
          italic=True),
    Element("Tên loại", "KẾ HOẠCH", caps=True, **_MIDDLE),
    Element("Trích yếu", "và chuyển đổi số giai đoạn 2025 - 2027", rule=HALF, **_MIDDLE),
    _head("Trích yếu công văn", "phong trào thi đua năm 2026", (12, 13), "left half",
          sample="letter"),
    Element("Căn cứ", "Căn cứ Luật Thi đua, khen thưởng;", italic=True, **_BODY),
    Element("Căn cứ, dòng cuối", "Căn cứ Kế hoạch của Bộ.", italic=True, **_BODY),
    Element("Nội dung", "Văn bản thuần.", **_BODY),
    Element("Chương và số thứ tự", "Chương I", sample="decision", **_MIDDLE),
    Element("Tiêu đề của chương", "QUY ĐỊNH CHUNG", sample="decision", caps=True, **_MIDDLE),
    Element("Mục và số thứ tự", "Mục 1", sample="decision", **_MIDDLE),
    Element("Tiêu đề của mục", "PHẠM VI", sample="decision", caps=True, **_MIDDLE),
    Element("Mục La Mã và tiêu đề", "I. MỤC ĐÍCH, YÊU CẦU", bold=True, caps=True, **_BODY),
    Element("Thẩm quyền ban hành", "BỘ TRƯỞNG BỘ VĂN HÓA, THỂ THAO VÀ DU LỊCH", sample="decision",
            caps=True, **_MIDDLE),
    Element("Lời ban hành", "QUYẾT ĐỊNH:", sample="decision", caps=True, **_MIDDLE),
    Element("Điều và tiêu đề", "Điều 1. Phạm vi điều chỉnh", sample="decision", bold=True, **_BODY),
    Element("Khoản có tiêu đề", "1. Đổi mới tư duy", bold=True, **_BODY),
    Element("Khoản", "1. Các đơn vị báo cáo kết quả thực hiện.", sample="letter", **_BODY),
    Element("Điểm", "a) Số liệu tính đến ngày 31 tháng 12 năm 2026;", sample="letter", **_BODY),
    _head("Quyền hạn, chức vụ", "KT. CỤC TRƯỞNG", (13, 14), "right half", bold=True, caps=True),
    _head("Họ tên người ký", "Nguyễn Văn Ân", (13, 14), "right half", bold=True),
    _head("Ký thay mặt hội đồng", "TM. HỘI ĐỒNG", (13, 14), "right half", sample="minutes",
          bold=True, caps=True),
    _head("Chức vụ khác của người ký", "BỘ TRƯỞNG", (13, 14), "right half", sample="minutes",
          bold=True, caps=True),
    _head("Thư ký biên bản", "THƯ KÝ", (13, 14), "left half", sample="minutes",
          bold=True, caps=True),
    _head("Số của hội đồng", "Số: 03/BB-HĐTĐKT", (13, 13), "left half", sample="minutes"),
    Element("Kính gửi một nơi", "Kính gửi: Vụ Kế hoạch, Tài chính", (13, 14), sample="letter to one",
            align="center"),
    Element("Nơi nhận", "Nơi nhận:", (12, 12), bold=True, italic=True),
    Element("Danh sách nơi nhận", "- Bộ trưởng (để báo cáo);", (11, 11)),
    Element("Lưu, người soạn thảo, số bản", "- Lưu: VT, VP, NVA (15).", (11, 11)),
    Element("Địa chỉ cơ quan", "Số 51 Ngô Quyền, Hà Nội; thư điện tử: vanthu@example.vn", (11, 12),
            sample="letter", align="center"),
    Element("Dấu độ khẩn", "THƯỢNG KHẨN", (13, 14), sample="letter", bold=True, caps=True,
            align="center", area="left half", red=True),
    Element("Phụ lục và số", "Phụ lục I", (14, 14), sample="annexed", bold=True, align="center"),
    Element("Tên phụ lục", "NHIỆM VỤ CỤ THỂ", sample="annexed", caps=True, **_MIDDLE),
    Element("Chỉ dẫn phụ lục", "của Cục Văn hóa cơ sở)", (13, 14),
            sample="annexed", italic=True, align="center"),
    Element("Phụ lục nằm ngang", "Phụ lục II", (14, 14), sample="annexed", bold=True,
            align="center", area="sideways"),
)  # fmt: skip

# Rows that are not the look of one line; each renderer's test has a check of its own for each.
PAGE_ROWS = (
    "Khổ giấy A4", "Hướng giấy", "Lề trang", "Phông chữ, màu chữ", "Số trang",
    "Số trang riêng của phụ lục", "Giãn dòng, lùi đầu dòng", "Số và ngày trên một dòng",
    "Nơi nhận ngang quyền hạn", "Trích yếu công văn cách số 6 pt", "Kính gửi nhiều nơi",
    "Khung dấu độ khẩn", "Đường kẻ trên địa chỉ", "Biên bản không có địa danh",
)  # fmt: skip
ROWS = {*PAGE_ROWS, *(element.row for element in ELEMENTS)}

# Millimetres: least and most.
MARGINS = {"top": (20, 25), "bottom": (20, 25), "left": (30, 35), "right": (15, 20)}
INDENTS = (10.0, 12.7)
PAGE_NUMBER_SIZES = (13, 14)


def papers() -> dict[str, Any]:
    """Return the samples by the names used above."""
    return {
        "plan": samples.sample(rows=45),
        "letter": samples.letter(),
        "letter to one": samples.letter(addressees=1),
        "decision": samples.decision(),
        "minutes": samples.minutes(),
        "annexed": samples.annexed(),
    }


def within(value: float, bounds: tuple[float, float], slack: float = 0.05) -> bool:
    return bounds[0] - slack <= value <= bounds[1] + slack


def report(kind: str, results: dict[str, bool]) -> list[str]:
    """Print how many rows were checked and met; return those that were not."""
    unmet = [row for row, met in results.items() if not met]
    sys.stdout.write(
        f"\n{kind}: {len(ROWS)} rows, {len(results)} checked, {len(results) - len(unmet)} met\n"
    )
    return unmet
