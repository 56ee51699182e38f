"""Plans as units really write them: headings without styles, merged cells, headers of two rows."""

from datetime import date
from decimal import Decimal

import pytest
from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH

from campaigns.plans.importing.proposal import LEAVE_OUT, Certainty, Proposal
from campaigns.plans.rows import Measure
from tests.campaigns.plans.importing.samples import (
    add_bold,
    add_table,
    foot,
    guessed,
    head,
    real_scene,
    saved,
    texts_by_section,
    titles_by_section,
)
from tests.campaigns.plans.scenes import Scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    return real_scene()


def everything(proposal: Proposal) -> str:
    parts = [piece.text for piece in proposal.texts]
    for tasks in proposal.tasks:
        parts += tasks.as_text().split("\n")
    for targets in proposal.targets:
        parts += [f"{line.source} {line.shown}" for line in targets.rows]
    return "\n".join(parts)


# --- 1: Roman numbers and typed headings, no style anywhere -------------------------------


def plain_plan() -> bytes:
    document = Document()
    head(document)
    for text in (
        "Căn cứ Luật Thi đua, khen thưởng ngày 15/6/2022;",
        "Căn cứ Quyết định số 923/QĐ-TTg ngày 14/5/2025 của Thủ tướng Chính phủ,",
        "Cục Di sản văn hóa ban hành Kế hoạch như sau:",
        "I. MỤC ĐÍCH, YÊU CẦU",
        "1. Mục đích",
        "- Nâng cao nhận thức của công chức về chuyển đổi số.",
        "2. Yêu cầu",
        "- Thiết thực, hiệu quả.",
        "II. NỘI DUNG THI ĐUA",
        "1. Nâng cao nhận thức, đổi mới tư duy, phương thức lãnh đạo, quản lý",
        "Tổ chức quán triệt Nghị quyết số 57-NQ/TW.",
        "2. Hoàn thiện hạ tầng số",
        "Rà soát máy tính, đường truyền.",
        "3. Chuyển đổi số hoạt động của cơ quan, cải cách thủ tục hành chính",
        "Ký số văn bản.",
        "4. Đẩy nhanh chuyển đổi số lĩnh vực văn hóa, thể thao, du lịch",
        "Số hóa di sản.",
        "5. Phát triển nguồn nhân lực; phong trào Bình dân học vụ số",
        "Bồi dưỡng kỹ năng số.",
        "III. KINH PHÍ",
        "Từ nguồn ngân sách được giao.",
        "IV. TỔ CHỨC THỰC HIỆN",
        "Văn phòng Cục theo dõi, đôn đốc./.",
    ):
        document.add_paragraph(text)
    foot(document)
    return saved(document)


def test_a_plan_with_roman_numbers_and_no_styles(scene):
    texts = texts_by_section(guessed(plain_plan(), scene))
    assert texts["legal_bases"].count("Căn cứ") == 2
    assert texts["purpose"].splitlines()[0] == "1. Mục đích"
    assert "Yêu cầu" in texts["purpose"]
    assert texts["area-1"] == "Tổ chức quán triệt Nghị quyết số 57-NQ/TW."
    assert texts["area-2"] == "Rà soát máy tính, đường truyền."
    assert texts["area-3"] == "Ký số văn bản."
    assert texts["area-4"] == "Số hóa di sản."
    assert texts["area-5"] == "Bồi dưỡng kỹ năng số."
    assert (
        texts["organisation"] == "Từ nguồn ngân sách được giao.\nVăn phòng Cục theo dõi, đôn đốc."
    )
    assert "như sau" in texts[LEAVE_OUT]


# --- 2: bold lines as headings, "Nội dung n", automatic numbers ---------------------------


def bold_plan() -> bytes:
    document = Document()
    add_bold(document, "KẾ HOẠCH")
    add_bold(document, "Căn cứ pháp lý")
    document.add_paragraph("Nghị quyết số 57-NQ/TW ngày 22/12/2024 của Bộ Chính trị")
    add_bold(document, "Mục đích - Yêu cầu")
    document.add_paragraph("Phát huy truyền thống thi đua.")
    add_bold(document, "Nội dung 2: Về hạ tầng")
    document.add_paragraph("Đầu tư máy chủ.", style="List Bullet")
    document.add_paragraph("Thuê dịch vụ.", style="List Bullet")
    add_bold(document, "Nội dung 5: Con người")
    document.add_paragraph("Mở lớp.", style="List Number")
    document.add_paragraph("Cấp chứng nhận.", style="List Number")
    add_bold(document, "Một số lưu ý khác của Giám đốc")
    document.add_paragraph("Không được chậm.")
    add_bold(document, "Tổ chức thực hiện:")
    document.add_paragraph("Phòng Tổng hợp chủ trì.")
    return saved(document)


def test_bold_lines_are_headings_and_lists_keep_their_marks(scene):
    texts = texts_by_section(guessed(bold_plan(), scene))
    assert texts["legal_bases"] == "Nghị quyết số 57-NQ/TW ngày 22/12/2024 của Bộ Chính trị"
    assert texts["purpose"] == "Phát huy truyền thống thi đua."
    assert texts["area-2"] == "- Đầu tư máy chủ.\n- Thuê dịch vụ."
    # A bold line of no section is text of the section it stands in.
    assert texts["area-5"].splitlines() == [
        "1. Mở lớp.", "2. Cấp chứng nhận.", "Một số lưu ý khác của Giám đốc", "Không được chậm.",
    ]  # fmt: skip
    assert texts["organisation"] == "Phòng Tổng hợp chủ trì."


# --- 3: one flat table of tasks, split by rows that name the area -------------------------


def table_plan() -> bytes:
    document = Document()
    head(document)
    document.add_heading("I. Mục đích, yêu cầu", 1)
    document.add_paragraph("Cụ thể hóa kế hoạch của Bộ.")
    document.add_heading("II. Nhiệm vụ và giải pháp", 1)
    table = add_table(
        document,
        [
            ["TT", "Nội dung công việc", "Đơn vị chủ trì", "Đơn vị phối hợp", "Thời gian hoàn thành", "Kết quả, sản phẩm"],
            ["I", "Nâng cao nhận thức, đổi mới tư duy, phương thức lãnh đạo, quản lý", "", "", "", ""],
            ["1", "Tổ chức hội nghị quán triệt", "Văn phòng", "Các phòng", "Tháng 3/2026", "Hội nghị"],
            ["2", "Đăng tin bài", "Tạp chí", "", "Thường xuyên", "Tin bài"],
            ["II", "Hạ tầng số", "", "", "", ""],
            ["1", "Nâng cấp máy chủ", "Trung tâm", "Văn phòng", "Quý II năm 2027", "Máy chủ"],
            ["", "", "", "", "31/12/2027", "Biên bản nghiệm thu"],
            ["2", "Thuê đường truyền", "Trung tâm", "", "hằng quý", "Hợp đồng"],
        ],
    )  # fmt: skip
    for row in (1, 4):
        table.cell(row, 1).merge(table.cell(row, 5))
    for column in (0, 1, 2, 3):
        table.cell(5, column).merge(table.cell(6, column))
    document.add_heading("III. Tổ chức thực hiện", 1)
    document.add_paragraph("Thủ trưởng các đơn vị chịu trách nhiệm.")
    foot(document)
    return saved(document)


def test_a_table_split_by_rows_of_areas_with_merged_cells(scene):
    proposal = guessed(table_plan(), scene)
    assert titles_by_section(proposal) == {
        "area-1": ["Tổ chức hội nghị quán triệt", "Đăng tin bài"],
        "area-2": ["Nâng cấp máy chủ", "Thuê đường truyền"],
    }
    lines = {line.task.title: line for piece in proposal.tasks for line in piece.rows}
    first = lines["Tổ chức hội nghị quán triệt"]
    assert (first.task.lead, first.task.partners) == ("Văn phòng", "Các phòng")
    assert first.task.due_date == date(2026, 3, 31)
    assert first.certainty == Certainty.LIKELY  # a month is no day
    assert first.notes
    assert lines["Đăng tin bài"].task.due_date is None
    assert not lines["Đăng tin bài"].notes
    merged = lines["Nâng cấp máy chủ"].task
    assert merged.product == "Máy chủ; Biên bản nghiệm thu"
    assert merged.due_date == date(2027, 12, 31)
    open_text = [piece.text for piece in proposal.texts if piece.guess.certainty == Certainty.OPEN]
    assert any("hằng quý" in text for text in open_text)  # no day, and not lost either


# --- 4: targets under a header of two rows --------------------------------------------------


def target_plan() -> bytes:
    document = Document()
    document.add_heading("II. NỘI DUNG, CHỈ TIÊU THI ĐUA", 1)
    document.add_heading(
        "3. Chuyển đổi số trong hoạt động của cơ quan, đơn vị; cải cách hành chính", 2
    )
    document.add_paragraph("Biểu chỉ tiêu:")
    table = add_table(
        document,
        [
            ["TT", "Tên chỉ tiêu", "Đơn vị tính", "Thực hiện năm 2024", "Mục tiêu", "", ""],
            ["", "", "", "", "Năm 2025", "Năm 2026", "Năm 2030"],
            ["1", "Tỷ lệ hồ sơ công việc xử lý trên môi trường mạng", "%", "62,5", "85%", "171/200", "100"],
            ["2", "Tỷ lệ văn bản điện tử được ký số", "%", "1,234.5", "90", "95,5 %", ""],
            ["3", "Số cơ sở dữ liệu chuyên ngành đưa vào khai thác, sử dụng", "CSDL", "", "3", "1.234,5", ""],
            ["4", "Số chuyến công tác nước ngoài", "chuyến", "", "3", "4", ""],
            ["5", "Số lượt người được đào tạo, bồi dưỡng về công nghệ số", "lượt", "", "1.250", "khoảng 1300", ""],
        ],
    )  # fmt: skip
    table.cell(0, 4).merge(table.cell(0, 6))
    for column in range(4):
        table.cell(0, column).merge(table.cell(1, column))
    return saved(document)


def test_targets_under_a_header_of_two_rows(scene):
    proposal = guessed(target_plan(), scene)
    lines = {line.indicator.code: line for piece in proposal.targets for line in piece.rows}
    files = lines["ct3-01"]
    assert files.row.years == {
        2025: Measure(Decimal(85)),
        2026: Measure(Decimal("85.5000"), Decimal(171), Decimal(200)),
    }
    assert (files.row.baseline, files.row.baseline_year) == (Measure(Decimal("62.5")), 2024)
    assert any("2030" in str(note) for note in files.notes)  # outside the phase
    signed = lines["ct3-02"]
    assert signed.row.years == {2025: Measure(Decimal(90)), 2026: Measure(Decimal("95.5"))}
    assert signed.row.baseline == Measure()  # an English number is not guessed at
    assert any("1,234.5" in str(note) for note in signed.notes)
    databases = lines["ct4-02"]
    assert databases.row.years == {2025: Measure(Decimal(3))}  # a count has no decimals
    trained = lines["ct5-03"]
    assert trained.row.years[2025] == Measure(Decimal(1250))
    assert trained.certainty != Certainty.SURE
    assert "Số chuyến công tác nước ngoài" not in [line.source for line in lines.values()]
    assert "Số chuyến công tác nước ngoài" in everything(proposal)


# --- 5: tables nobody foresaw, frames, notes; nothing is lost ------------------------------


def odd_plan() -> bytes:
    document = Document()
    head(document)
    add_bold(document, "A. PHẦN MỞ ĐẦU CỦA ĐƠN VỊ")
    document.add_paragraph("Lời mở đầu.")
    add_bold(document, "II. Hạ tầng số")
    add_table(document, [["Họ tên", "Số điện thoại"], ["Lê Hoa", "0912"], ["Trần An", "0987"]])
    frame = add_table(document, [["Khung ghi chú quan trọng"]])
    assert len(frame.rows) == 1
    outer = add_table(
        document, [["Nhiệm vụ", "Chủ trì", "Sản phẩm"], ["Việc có bảng con", "Phòng A", ""]]
    )
    inner = outer.cell(1, 2).add_table(2, 2)
    inner.cell(0, 0).text, inner.cell(1, 1).text = "Con 1", "Con 2"
    add_bold(document, "IX. PHỤ LỤC KHÁC")
    document.add_paragraph("Nội dung không thuộc phần nào.")
    paragraph = document.add_paragraph("Giữa trang")
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    return saved(document)


def test_nothing_of_an_odd_document_is_lost_or_decided_in_silence(scene):
    proposal = guessed(odd_plan(), scene)
    said = everything(proposal)
    for text in (
        "Lời mở đầu.", "Lê Hoa | 0912", "Khung ghi chú quan trọng", "Việc có bảng con", "Con 1",
        "Con 2", "Nội dung không thuộc phần nào.", "Giữa trang", "Số: 215/KH-DSVH",
    ):  # fmt: skip
        assert text in said
    texts = texts_by_section(proposal)
    assert "Lê Hoa | 0912" in texts["area-2"]
    assert "Nội dung không thuộc phần nào." in texts[""]
    doubtful = [piece for piece in proposal.texts if "Lê Hoa" in piece.text]
    assert doubtful[0].guess.certainty == Certainty.UNSURE


def test_the_head_offers_number_and_date_to_be_copied(scene):
    facts = [text for _label, text in guessed(plain_plan(), scene).facts]
    assert facts == ["215/KH-DSVH", "05/09/2025"]


def test_a_flat_table_without_areas_is_told_apart_by_the_tasks_own_words(scene):
    document = Document()
    document.add_heading("VII. TỔ CHỨC THỰC HIỆN", 1)
    add_table(
        document,
        [
            ["STT", "Việc", "Chủ trì", "Phối hợp", "Thời hạn", "Sản phẩm"],
            ["1", "Bồi dưỡng kỹ năng số, phong trào Bình dân học vụ số", "TCCB", "", "2026", "Lớp"],
            ["2", "Cải cách thủ tục hành chính", "VP", "", "30-6-2026", "Danh mục"],
            ["3", "Mua hoa ngày lễ", "VP", "", "", ""],
        ],
    )
    proposal = guessed(saved(document), scene)
    titles = titles_by_section(proposal)
    assert titles["area-5"] == ["Bồi dưỡng kỹ năng số, phong trào Bình dân học vụ số"]
    assert titles["area-3"] == ["Cải cách thủ tục hành chính"]
    assert titles[""] == ["Mua hoa ngày lễ"]
    assert {piece.guess.certainty for piece in proposal.tasks} == {Certainty.UNSURE, Certainty.OPEN}
