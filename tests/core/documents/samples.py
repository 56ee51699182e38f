"""Papers of every type, which together have every row of the decree's table."""

from dataclasses import replace
from datetime import date
from typing import Any

from emulation_portal.core.documents import kinds
from emulation_portal.core.documents.codes import RecordCode
from emulation_portal.core.documents.lines import (
    ABSTRACT_LINE,
    ISSUER_LINE,
    LETTER_ABSTRACT_LINE,
    archived,
    attached_to,
    balanced,
    closed,
    dated,
    listed,
    numbered,
)
from emulation_portal.core.documents.model import (
    Addressees,
    Annex,
    Article,
    Column,
    Division,
    Paper,
    Paragraph,
    Part,
    Signature,
    Table,
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


DAY = date(2026, 2, 5)
MINISTRY = "BỘ VĂN HÓA, THỂ THAO VÀ DU LỊCH"
RECORD = RecordCode(
    "https://portal.example.vn/plans/1204/versions/2/",
    ("Bản nháp lập từ cổng thi đua. Mã băm: 1a2b3c4d 5e6f7a8b",
     "https://portal.example.vn/plans/1204/versions/2/"),
)  # fmt: skip


def sample(*, rows: int = 60, note: str = "Văn bản thuần.", **other: Any) -> Paper:
    """Return a plan."""
    made = Paper(
        type=kinds.PLAN,
        superior=balanced(MINISTRY, ISSUER_LINE),
        issuer=balanced("CỤC VĂN HÓA CƠ SỞ, GIA ĐÌNH VÀ THƯ VIỆN", ISSUER_LINE),
        symbol=numbered("5", kinds.PLAN.symbol("VHCSGĐTV")),
        place_date=dated("Hà Nội", DAY),
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
            Paragraph(closed(LONG)),
        ),
        signature=Signature(("KT. CỤC TRƯỞNG", "PHÓ CỤC TRƯỞNG"), "Nguyễn Văn Ân"),
        recipients=listed(
            ["- Bộ trưởng (để báo cáo)", "- Vụ Tổ chức cán bộ", archived("VP", "NVA", 15)]
        ),
    )
    return replace(made, **other)


def annexed(*, rows: int = 30) -> Paper:
    """Return a plan with two annexes, one of them sideways."""
    reference = attached_to("Kế hoạch", "Số: 05/KH-VHCSGĐTV", DAY, "Cục Văn hóa cơ sở")
    wide = replace(task_table(12), columns=(*COLUMNS[:5], Column("Sản phẩm", 60)))
    return sample(
        rows=2,
        annexes=(
            Annex(("NHIỆM VỤ CỤ THỂ",), reference, (task_table(rows),)),
            Annex(("CHỈ TIÊU THI ĐUA",), reference, (wide,), landscape=True),
        ),
    )


def letter(*, addressees: int = 2, **other: Any) -> Paper:
    """Return a letter (công văn), urgent, with the address of its issuer."""
    names = ["Vụ Kế hoạch, Tài chính", "Cục Di sản văn hóa", "Văn phòng Bộ"][:addressees]
    several = listed([f"- {name}" for name in names]) if addressees > 1 else tuple(names)
    about = "V/v báo cáo kết quả thực hiện phong trào thi đua năm 2026"
    return sample(
        type=kinds.LETTER,
        superior=(),
        issuer=balanced(MINISTRY, ISSUER_LINE),
        symbol=numbered("7", kinds.LETTER.symbol("BVHTTDL", "TCCB")),
        abstract=balanced(about, LETTER_ABSTRACT_LINE),
        bases=(),
        addressees=Addressees(several),
        blocks=(
            Paragraph(LONG),
            Paragraph("1. Các đơn vị báo cáo kết quả thực hiện."),
            Paragraph("a) Số liệu tính đến ngày 31 tháng 12 năm 2026;"),
            Paragraph(closed(LONG)),
        ),
        signature=Signature(("TL. BỘ TRƯỞNG", "VỤ TRƯỞNG VỤ TỔ CHỨC CÁN BỘ"), "Trần Thị Bình"),
        recipients=listed(["- Như trên", "- Bộ trưởng (để báo cáo)", archived("TCCB", "TTB", 20)]),
        urgency="THƯỢNG KHẨN",
        contact="Số 51 Ngô Quyền, Hà Nội; thư điện tử: vanthu@example.vn",
        **other,
    )


def decision() -> Paper:
    """Return a decision that issues a regulation: articles, chapters, an attached text."""
    reference = attached_to("Quyết định", "Số: 09/QĐ-BVHTTDL", DAY, "Bộ trưởng")
    return sample(
        type=kinds.DECISION_PROMULGATING,
        superior=(),
        issuer=balanced(MINISTRY, ISSUER_LINE),
        symbol=numbered("9", kinds.DECISION.symbol("BVHTTDL")),
        abstract=("Ban hành Quy chế xét tặng Bằng khen theo chuyên đề",),
        authority=balanced("BỘ TRƯỞNG BỘ VĂN HÓA, THỂ THAO VÀ DU LỊCH", ABSTRACT_LINE),
        bases=listed(["Căn cứ Luật Thi đua, khen thưởng", "Theo đề nghị của Vụ trưởng"]),
        blocks=(
            Article(1, text="Ban hành kèm theo Quyết định này Quy chế xét tặng."),
            Article(2, text="Quyết định này có hiệu lực kể từ ngày ký."),
            Article(3, text=closed("Chánh Văn phòng Bộ chịu trách nhiệm thi hành")),
        ),
        annexes=(
            Annex(
                ("Xét tặng Bằng khen theo chuyên đề",), reference,
                (
                    Division("Chương I", "QUY ĐỊNH CHUNG"),
                    Division("Mục 1", "PHẠM VI"),
                    Article(1, title="Phạm vi điều chỉnh"),
                    Paragraph("1. Quy chế này quy định việc xét tặng."),
                    Paragraph("a) Đối với tập thể;"),
                ),
                label="QUY CHẾ",
            ),
        ),
        signature=Signature(("BỘ TRƯỞNG",), "Nguyễn Văn Hùng"),
        recipients=listed(["- Như Điều 3", archived("TCCB")]),
    )  # fmt: skip


def minutes() -> Paper:
    """Return a council's minutes: their own numbers, no date, two signatures."""
    return sample(
        type=kinds.MINUTES,
        superior=balanced(MINISTRY, ISSUER_LINE),
        issuer=("HỘI ĐỒNG", "THI ĐUA - KHEN THƯỞNG"),
        symbol=numbered("3", kinds.MINUTES.symbol("HĐTĐKT")),
        place_date="",
        abstract=("Họp Hội đồng Thi đua - Khen thưởng",),
        bases=(),
        blocks=(
            Paragraph("Thời gian bắt đầu: 08 giờ 00, ngày 05 tháng 02 năm 2026"),
            Paragraph("Địa điểm: Trụ sở Bộ"),
            task_table(3),
            Paragraph(closed("Cuộc họp kết thúc vào 10 giờ 30, ngày 05 tháng 02 năm 2026")),
        ),
        secretary=Signature(("THƯ KÝ",), "Lê Thị Hoa"),
        signature=Signature(("TM. HỘI ĐỒNG", "CHỦ TỊCH"), "Nguyễn Văn Hùng", office=("BỘ TRƯỞNG",)),
        recipients=listed(["- Các thành viên Hội đồng", "- Lưu: VT, Hồ sơ"]),
    )


def named(type_: kinds.DocumentType, **other: Any) -> Paper:
    """Return a short paper of another type: a report, an invitation, a telegram."""
    return sample(
        rows=2,
        type=type_,
        symbol=numbered("5", type_.symbol("VHCSGĐTV")),
        **other,
    )


def of_every_type() -> dict[str, Paper]:
    """Return a paper of each model form, by the form's number and the type's name."""
    to_one = Addressees(("Bộ trưởng Bộ Văn hóa, Thể thao và Du lịch",))
    to_some = Addressees(listed(["- Cục Di sản văn hóa", "- Văn phòng Bộ"]), "Bộ trưởng điện:")
    who = balanced("BỘ TRƯỞNG BỘ VĂN HÓA, THỂ THAO VÀ DU LỊCH", ABSTRACT_LINE)
    articles = (Article(1, text="Phê duyệt kết quả."), Article(2, text=closed("Thi hành")))
    made = [
        named(kinds.RESOLUTION, authority=("HỘI ĐỒNG TRƯỜNG",), blocks=articles),
        named(kinds.DECISION, authority=who, blocks=articles),
        decision(), sample(rows=2), named(kinds.REPORT, addressees=to_one),
        named(kinds.SUBMISSION, addressees=to_one), named(kinds.NOTICE), named(kinds.GUIDANCE),
        letter(), named(kinds.TELEGRAM, addressees=to_some, urgency="HỎA TỐC"),
        named(kinds.INVITATION, bases=()), named(kinds.INTRODUCTION, bases=(), abstract=()),
        minutes(), named(kinds.LEAVE, bases=(), abstract=()),
    ]  # fmt: skip
    return {f"{paper.type.form} {paper.type.name or 'CÔNG VĂN'}": paper for paper in made}
