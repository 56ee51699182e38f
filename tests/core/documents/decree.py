"""The rows of Decree 30/2020/NĐ-CP, Annex I that a plan has, and what each allows."""

import sys
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Element:
    """One element: a text of the sample paper, and how it must look."""

    row: str
    text: str
    sizes: tuple[float, float]
    bold: bool = False
    italic: bool = False
    caps: bool = False
    align: Literal["left", "center", "justify"] = "left"
    # Length of the rule below, as a share of the text.
    rule: tuple[float, float] | None = None


# `text` is one printed line; for several lines, the last.
ELEMENTS = (
    Element(
        "Quốc hiệu", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", (12, 13),
        bold=True, caps=True, align="center",
    ),
    Element(
        "Tiêu ngữ", "Độc lập - Tự do - Hạnh phúc", (13, 14),
        bold=True, align="center", rule=(0.97, 1.03),
    ),
    Element("Cơ quan chủ quản", "BỘ VĂN HÓA, THỂ THAO", (12, 13), caps=True, align="center"),
    Element(
        "Cơ quan ban hành", "GIA ĐÌNH VÀ THƯ VIỆN", (12, 13),
        bold=True, caps=True, align="center", rule=(1 / 3, 1 / 2),
    ),
    Element("Số, ký hiệu", "Số: 05/KH-VHCSGĐTV", (13, 13), align="center"),
    Element(
        "Địa danh, thời gian", "Hà Nội, ngày 05 tháng 02 năm 2026", (13, 14),
        italic=True, align="center",
    ),
    Element("Tên loại", "KẾ HOẠCH", (13, 14), bold=True, caps=True, align="center"),
    Element(
        "Trích yếu", "và chuyển đổi số giai đoạn 2025 - 2027", (13, 14),
        bold=True, align="center", rule=(1 / 3, 1 / 2),
    ),
    Element(
        "Căn cứ", "Căn cứ Luật Thi đua, khen thưởng;", (13, 14), italic=True, align="justify"
    ),
    Element("Nội dung", "Văn bản thuần.", (13, 14), align="justify"),
    Element("Phần và tiêu đề", "I. MỤC ĐÍCH, YÊU CẦU", (13, 14), bold=True, caps=True,
            align="justify"),
    Element("Khoản có tiêu đề", "1. Đổi mới tư duy", (13, 14), bold=True, align="justify"),
    Element("Điểm", "a) Nhiệm vụ cụ thể:", (13, 14), align="justify"),
    Element(
        "Quyền hạn, chức vụ", "KT. CỤC TRƯỞNG", (13, 14), bold=True, caps=True, align="center"
    ),
    Element("Họ tên người ký", "Nguyễn Văn Ân", (13, 14), bold=True, align="center"),
    Element("Nơi nhận", "Nơi nhận:", (12, 12), bold=True, italic=True),
    Element("Danh sách nơi nhận", "- Lưu: VT, VP.", (11, 11)),
)  # fmt: skip

# Millimetres: least and most.
MARGINS = {"top": (20, 25), "bottom": (20, 25), "left": (30, 35), "right": (15, 20)}
INDENTS = (10.0, 12.7)
PAGE_NUMBER_SIZES = (13, 14)
# The same paper in other words: the rows that are not one element's look.
PAGE_ROWS = ("Khổ giấy, hướng", "Lề trang", "Phông chữ, màu", "Số trang", "Giãn dòng, lùi đầu dòng")


def within(value: float, bounds: tuple[float, float], slack: float = 0.05) -> bool:
    return bounds[0] - slack <= value <= bounds[1] + slack


def report(kind: str, results: dict[str, bool]) -> list[str]:
    """Print how many rows were checked and met; return those that were not."""
    unmet = [row for row, met in results.items() if not met]
    sys.stdout.write(f"\n{kind}: {len(results)} rows checked, {len(results) - len(unmet)} met\n")
    return unmet
