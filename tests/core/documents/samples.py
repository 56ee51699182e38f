"""A plan-like paper that has every element the decree's table asks of a named document."""

from datetime import date

from emulation_portal.core.documents.model import (
    ABSTRACT_LINE,
    ISSUER_LINE,
    Column,
    Paper,
    Paragraph,
    Part,
    Signature,
    Table,
    balanced,
    dated,
    listed,
    numbered,
)

LONG = (
    "Tổ chức học tập, quán triệt và triển khai đầy đủ các nội dung của phong trào thi đua đến "
    "từng công chức, viên chức, người lao động; gắn việc thực hiện phong trào với nhiệm vụ "
    "chuyên môn, bảo đảm thiết thực, hiệu quả, tránh phô trương, hình thức. "
)
COLUMNS = (
    Column("STT", 12, "center"),
    Column("Nhiệm vụ", 0),
    Column("Chủ trì", 27),
    Column("Phối hợp", 27),
    Column("Thời hạn", 25, "center"),
    Column("Sản phẩm", 27),
)


def task_table(rows: int) -> Table:
    row = ("Số hóa hồ sơ di tích", "Văn phòng", "Các phòng", "31/12/2026", "Cơ sở dữ liệu")
    return Table(COLUMNS, tuple((str(n + 1), *row) for n in range(rows)), "Nhiệm vụ")


def sample(*, rows: int = 60, watermark: str = "", note: str = "Văn bản thuần.") -> Paper:
    return Paper(
        superior=balanced("BỘ VĂN HÓA, THỂ THAO VÀ DU LỊCH", ISSUER_LINE),
        issuer=balanced("CỤC VĂN HÓA CƠ SỞ, GIA ĐÌNH VÀ THƯ VIỆN", ISSUER_LINE),
        symbol=numbered("5", "KH-VHCSGĐTV"),
        place_date=dated("Hà Nội", date(2026, 2, 5)),
        type_name="KẾ HOẠCH",
        abstract=balanced(
            "Thực hiện Phong trào thi đua đổi mới sáng tạo và chuyển đổi số giai đoạn 2025 - 2027",
            ABSTRACT_LINE,
        ),
        bases=listed(["Căn cứ Luật Thi đua, khen thưởng", "Căn cứ Kế hoạch của Bộ"]),
        blocks=(
            Part(1, "I. MỤC ĐÍCH, YÊU CẦU"),
            Paragraph(LONG * 2),
            Paragraph(note),
            Part(1, "II. NỘI DUNG THI ĐUA"),
            Part(2, "1. Đổi mới tư duy"),
            Paragraph("a) Nhiệm vụ cụ thể:", with_next=True),
            task_table(rows),
            Part(1, "III. TỔ CHỨC THỰC HIỆN"),
            Paragraph(LONG),
        ),
        signature=Signature(("KT. CỤC TRƯỞNG", "PHÓ CỤC TRƯỞNG"), "Nguyễn Văn Ân"),
        recipients=listed(["- Bộ trưởng (để báo cáo)", "- Vụ Tổ chức cán bộ", "- Lưu: VT, VP"]),
        watermark=watermark,
    )
