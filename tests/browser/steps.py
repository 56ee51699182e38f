"""What people do at the portal, in the words they see there (Vietnamese)."""

import re
from dataclasses import dataclass

from playwright.sync_api import FilePayload, Locator, Page, expect

from tests.factories.files import pdf

PHASE = "Giai đoạn 1 (2025 - 2027)"
LEGAL_BASES, PURPOSE = "Căn cứ", "Mục đích, yêu cầu"
ORGANISATION = "Tổ chức thực hiện và nguồn lực"
DECIMAL_INDICATOR = "Kinh phí chi cho hạ tầng số, chuyển đổi số"


@dataclass(frozen=True)
class Task:
    """One task as an officer types it."""

    title: str
    lead: str
    due: str
    product: str


@dataclass(frozen=True)
class Target:
    """What is typed for one indicator: a field's label begins with the key."""

    indicator: str
    values: dict[str, str]
    baseline_year: str = ""


@dataclass(frozen=True)
class Section:
    """What an officer writes into one section; `title` is how its name begins."""

    title: str
    text: str
    task: Task | None = None
    targets: tuple[Target, ...] = ()


def sections_of(unit: str) -> list[Section]:
    """Return a whole plan for `unit`, as short as the portal takes it."""

    def task(title: str) -> Task:
        return Task(title, unit, "31/12/2026", "Báo cáo kết quả")

    return [
        Section(LEGAL_BASES, f"Căn cứ Kế hoạch của Bộ và chức năng, nhiệm vụ của {unit}."),
        Section(PURPOSE, "Thi đua thiết thực, có chỉ tiêu đo được; cập nhật kết quả từng quý."),
        Section("Nội dung 1", "Người đứng đầu trực tiếp chỉ đạo.", task("Quán triệt Nghị quyết 57-NQ/TW")),
        Section(
            "Nội dung 2", "Dùng chung hạ tầng của Bộ, không đầu tư trùng lặp.",
            task("Chuẩn hóa mạng nội bộ"),
            (
                Target(
                    DECIMAL_INDICATOR,
                    {"Giá trị gốc": "1.234,5", "2026": "1.500", "2027": "2.345,25"},
                    baseline_year="2024",
                ),
            ),
        ),
        Section("Nội dung 3", "Ký số toàn bộ văn bản phát hành.", task("Rà soát quy trình nội bộ")),
        Section(
            "Nội dung 4", "Số hóa dữ liệu di sản và kết nối với cơ sở dữ liệu của Bộ.",
            task("Số hóa hồ sơ di sản"),
            (
                Target(
                    "Tỷ lệ di sản được UNESCO ghi danh",
                    {"2026: tử số": "1.500", "2026: mẫu số": "3.000", "2027: tỷ lệ phần trăm": "62,5"},
                ),
            ),
        ),
        Section("Nội dung 5", "Triển khai phong trào “Bình dân học vụ số”.", task("Bồi dưỡng kỹ năng số")),
        Section(ORGANISATION, "Văn phòng là đầu mối theo dõi, tổng hợp kết quả từng quý."),
    ]  # fmt: skip


def scan(name: str) -> FilePayload:
    """A scanned document, as it is chosen from the officer's computer."""
    return {"name": name, "mimeType": "application/pdf", "buffer": pdf(name.encode())}


def field(scope: Page | Locator, label: str) -> Locator:
    """The control with exactly this label, whether or not it is marked as required."""
    return scope.get_by_label(re.compile(rf"^\s*{re.escape(label)}\s*\*?\s*$")).first


def sign_in(page: Page, username: str, password: str) -> None:
    """Sign in from wherever the portal asks for it."""
    if "/sign-in/" not in page.url:
        page.goto("/sign-in/")
    field(page, "Tên đăng nhập hoặc thư điện tử").fill(username)
    field(page, "Mật khẩu").fill(password)
    page.get_by_role("button", name="Đăng nhập", exact=True).click()
    expect(page.get_by_role("button", name="Đăng xuất")).to_be_visible()


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="Đăng xuất").click()
    expect(page.get_by_role("heading", name="Đăng nhập", level=1)).to_be_visible()


def start_plan(page: Page) -> None:
    """Begin the draft of the unit's plan and arrive at its hub."""
    page.get_by_role("link", name="Kế hoạch của đơn vị").first.click()
    page.get_by_role("link", name=PHASE).click()
    page.get_by_role("button", name="Bắt đầu soạn bản nháp").click()
    expect(page.get_by_role("heading", name="Các phần của kế hoạch")).to_be_visible()


def open_section(page: Page, title: str) -> None:
    """Follow the hub's link to the section whose name begins with `title`."""
    page.locator(".task-list").get_by_role("link", name=re.compile(f"^{re.escape(title)}")).click()
    expect(field(page, "Nội dung thuyết minh")).to_be_visible()


def write_section(page: Page, section: Section) -> None:
    """Fill in the section that is open, call it finished, and save it: back to the hub."""
    field(page, "Nội dung thuyết minh").fill(section.text)
    if section.task:
        row = page.get_by_role("group", name="Nhiệm vụ 1", exact=True)
        field(row, "Nhiệm vụ").fill(section.task.title)
        field(row, "Chủ trì").fill(section.task.lead)
        field(row, "Thời hạn").fill(section.task.due)
        field(row, "Sản phẩm").fill(section.task.product)
    for target in section.targets:
        block = unfolded(indicator_block(page, target.indicator))
        for label, value in target.values.items():
            block.get_by_label(re.compile(f"^{label}")).first.fill(value)
        if target.baseline_year:
            block.locator("[name$=baseline_year]").fill(target.baseline_year)
    field(page, "Rồi, phần này đã xong").check()
    page.get_by_role("button", name="Lưu và quay lại kế hoạch").click()
    expect(page.get_by_role("heading", name="Các phần của kế hoạch")).to_be_visible()


def unfolded(block: Locator) -> Locator:
    """Open an indicator that is folded to its name."""
    if block.get_attribute("open") is None:
        block.locator("summary").first.click()
    return block


def indicator_block(page: Page, name: str) -> Locator:
    return page.get_by_role("group", name=re.compile(f"^{re.escape(name)}"))


def record_issue(page: Page, *, number: str, day: str) -> None:
    """Record how the plan was issued, from the hub and back to it."""
    page.get_by_role("link", name="Thông tin ban hành kế hoạch").click()
    field(page, "Số, ký hiệu").fill(number)
    field(page, "Ngày ban hành").fill(day)
    field(page, "Người ký").fill("Trần Đình Phong")
    field(page, "Chức vụ người ký").fill("Cục trưởng")
    field(page, "Bản quét văn bản đã ký").set_input_files(scan("ke-hoach-da-ky.pdf"))
    page.get_by_role("button", name="Lưu", exact=True).click()
    expect(page.get_by_role("heading", name="Các phần của kế hoạch")).to_be_visible()


def attach_signed_document(page: Page) -> None:
    """Attach the document signed by the head, from the hub and back to it."""
    page.get_by_role("link", name="Văn bản đính kèm").click()
    field(page, "Loại văn bản").select_option("Văn bản có chữ ký của thủ trưởng")
    field(page, "Tệp").set_input_files(scan("van-ban-co-chu-ky.pdf"))
    page.get_by_role("button", name="Đính kèm").click()
    expect(page.get_by_role("link", name="van-ban-co-chu-ky.pdf", exact=True)).to_be_visible()
    page.get_by_role("link", name="Quay lại kế hoạch").click()


def check_and_send(page: Page) -> str:
    """Check the answers, send the plan from the hub, and return the receipt's number."""
    page.get_by_role("link", name="Kiểm tra và gửi").last.click()
    expect(page.get_by_text("Cần hoàn thiện trước khi gửi")).to_have_count(0)
    page.get_by_role("button", name="Gửi kế hoạch về Vụ Tổ chức cán bộ").click()
    return receipt_number(page)


def receipt_number(page: Page) -> str:
    expect(page.get_by_role("heading", name="Đã gửi kế hoạch", level=1)).to_be_visible()
    term = page.locator(".summary-row", has=page.get_by_text("Số biên nhận", exact=True))
    return term.locator("dd").inner_text()
