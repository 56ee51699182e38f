"""The story the portal is for: a unit's plan from draft to accepted, on the ministry's campaign.

Told in Vietnamese, on a desktop: what an officer and the department do and see, to the reminder
in the outgoing mail.
"""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.conf import settings
from django.db.models import Max
from playwright.sync_api import Locator, Page, expect

from campaigns.reminders.calendar import QUARTER_MONTHS
from campaigns.tasks import send_due_reminders
from emulation_portal.core.models import Message
from emulation_portal.core.outbox import MessageState
from emulation_portal.core.tasks import deliver_messages
from tests.browser.conftest import OpenProfile
from tests.browser.steps import (
    DECIMAL_INDICATOR,
    PURPOSE,
    attach_signed_document,
    check_and_send,
    field,
    indicator_block,
    open_section,
    record_issue,
    sections_of,
    sign_in,
    sign_out,
    start_plan,
    write_section,
)

OFFICER, REVIEWER = "canbo.dsvh", "chuyenvien.tccb"
UNIT = "Cục Di sản văn hóa"
REASON = "Đề nghị nêu rõ số hồ sơ di sản được số hóa mỗi năm."
REMARK = "Nhiệm vụ số hóa hồ sơ di sản chưa có số lượng cụ thể."
ADDITION = "Mỗi năm số hóa ít nhất 1.200 hồ sơ di sản."


@pytest.fixture
def officer(open_profile: OpenProfile) -> Page:
    """A tab on the officer's computer."""
    return open_profile().new_page()


@pytest.fixture
def reviewer(open_profile: OpenProfile) -> Page:
    """A tab on the reviewer's computer."""
    return open_profile().new_page()


def test_a_plan_goes_from_draft_to_accepted_and_the_reminder_goes_out(
    officer: Page, reviewer: Page, password: str
) -> None:
    sign_in(reviewer, REVIEWER, password)
    before = figures(reviewer)
    expect(heat_row(reviewer).locator(".heat-missing")).to_have_count(5)

    officer_writes_and_sends(officer, password)
    department_asks_for_additions(reviewer)
    officer_amends(officer, password)
    department_accepts(reviewer)

    after = figures(reviewer)
    assert after["received"] == before["received"] + 1
    assert after["on_time"] == before["on_time"] + 1
    assert after["accepted"] == before["accepted"] + 1
    assert after["returned"] == before["returned"]
    expect(heat_row(reviewer).locator(".heat-missing")).to_have_count(0)
    expect(heat_row(reviewer)).to_contain_text("1/4")  # content 2: one of four indicators
    expect(heat_row(reviewer)).to_contain_text("1/5")  # content 4: one of five that apply

    department_releases_reminders(reviewer)
    reminder_is_in_the_outgoing_mail(reviewer)


def officer_writes_and_sends(page: Page, password: str) -> str:
    sign_in(page, OFFICER, password)
    expect(page.get_by_text(UNIT).first).to_be_visible()
    start_plan(page)

    page.get_by_role("link", name="Kiểm tra và gửi").last.click()
    missing = page.get_by_role("alert")
    expect(missing).to_contain_text("Cần hoàn thiện trước khi gửi")
    expect(missing).to_contain_text("Nhập thông tin ban hành kế hoạch")
    expect(page.get_by_role("button", name="Gửi kế hoạch")).to_have_count(0)
    missing.get_by_role("link", name=f"“{PURPOSE}”: chưa có nội dung thuyết minh.").click()
    expect(field(page, "Nội dung thuyết minh")).to_be_focused()

    sections = sections_of(UNIT)
    write_section(page, sections[1])
    for section in [sections[0], *sections[2:]]:
        open_section(page, section.title)
        write_section(page, section)
    open_section(page, "Nội dung 2")
    numbers = indicator_block(page, DECIMAL_INDICATOR)
    expect(field(numbers, "2027")).to_have_value("2.345,25")
    expect(field(numbers, "Giá trị gốc")).to_have_value("1.234,5")
    page.get_by_role("link", name="Bản nháp").first.click()

    record_issue(page, number="123/KH-DSVH", day="25/09/2025")
    attach_signed_document(page)
    page.get_by_role("link", name="Kiểm tra và gửi").last.click()
    expect(page.get_by_text("1.234,5")).to_be_visible()
    expect(page.get_by_role("cell", name="50 (1.500/3.000)")).to_be_visible()
    page.go_back()
    receipt = check_and_send(page)
    panel = page.locator(".receipt-panel")
    expect(panel).to_contain_text("123/KH-DSVH, 25/09/2025")
    expect(panel).to_contain_text("Đúng hạn")
    sign_out(page)
    return receipt


def department_asks_for_additions(page: Page) -> None:
    take_from_queue(page)
    part = page.locator("#part-area-4")
    part.locator(".doc-write > summary").click()
    field(part, "Nhận xét của đồng chí").fill(REMARK)
    part.get_by_role("button", name="Lưu nhận xét").click()
    expect(page.get_by_text(REMARK).first).to_be_visible()
    field(page, "Đề nghị đơn vị bổ sung").check()
    field(page, "Lý do hoặc ghi chú gửi đơn vị").fill(REASON)
    page.get_by_role("button", name="Gửi ý kiến cho đơn vị").click()
    expect(page.get_by_role("heading", name="Hàng chờ xem xét", level=1)).to_be_visible()
    expect(page.get_by_role("main").get_by_role("link", name=UNIT)).to_have_count(0)


def officer_amends(page: Page, password: str) -> None:
    sign_in(page, OFFICER, password)
    page.goto("/")
    card = page.locator("article, .panel", has=page.get_by_text(REASON)).first
    expect(card).to_be_visible()
    card.get_by_role("link").last.click()
    begin = page.get_by_role("button", name="Bổ sung kế hoạch")
    if begin.count():
        begin.click()
    expect(page.get_by_text(REASON)).to_be_visible()
    open_section(page, "Nội dung 4")
    expect(page.get_by_text(REMARK).first).to_be_visible()
    text = field(page, "Nội dung thuyết minh")
    text.fill(f"{text.input_value()}\n{ADDITION}")
    page.get_by_role("button", name="Lưu và quay lại kế hoạch").click()
    attach_signed_document(page)
    check_and_send(page)
    sign_out(page)


def department_accepts(page: Page) -> None:
    page.goto("/reviews/")
    page.get_by_role("link", name=re.compile("^Gửi lại")).click()
    take_from_queue(page)
    expect(page.get_by_text(REASON)).to_be_visible()
    expect(page.get_by_text(ADDITION)).to_be_visible()
    page.get_by_label("Tiếp nhận kế hoạch").check()
    page.get_by_role("button", name="Gửi ý kiến cho đơn vị").click()
    expect(page.get_by_role("status").get_by_text(UNIT)).to_be_visible()


def department_releases_reminders(page: Page) -> None:
    open_dashboard(page)
    page.get_by_role("link", name="Xem danh sách").click()
    expect(page.get_by_role("row").get_by_text("Báo Văn hóa").first).to_be_visible()
    expect(page.get_by_role("main").get_by_role("link", name=UNIT)).to_have_count(0)
    page.locator("main form .btn-primary").click()
    expect(page.locator("main form .btn-primary")).to_have_count(0)


def reminder_is_in_the_outgoing_mail(page: Page) -> None:
    """The letters released now, and the one that follows in the next quarter, are there to read."""
    released = Message.objects.filter(kind="reminder", state=MessageState.QUEUED)
    leaves = released.aggregate(last=Max("not_before"))["last"]
    assert leaves is not None
    run_the_jobs_twice(at=leaves + timedelta(minutes=1))
    letters = find_letters(page, "Báo Văn hóa")
    expect(letters).to_have_count(1)

    quarterly = next_quarterly_day(leaves)
    run_the_jobs_twice(at=quarterly)
    run_the_jobs_twice(at=quarterly + timedelta(days=5))  # letters wait for a working day
    letters = find_letters(page, "Báo Văn hóa")
    expect(letters).to_have_count(2)
    letters.first.get_by_role("link").first.click()
    letter = page.get_by_role("main")
    expect(letter).to_contain_text("Kế hoạch của Báo Văn hóa")
    expect(letter).to_contain_text("30/09/2025")
    expect(letter).to_contain_text("/phases/")
    assert not Message.objects.filter(
        kind="reminder", recipient__username=OFFICER, state=MessageState.SENT
    ).exists()


def run_the_jobs_twice(at: datetime) -> None:
    """Run what Celery beat runs, at the moment `at`; a second run must send nothing more."""
    with time_machine.travel(at, tick=True):
        for _ in range(2):
            send_due_reminders()
            deliver_messages()


def next_quarterly_day(after: datetime) -> datetime:
    """Nine in the morning on a day on which the next quarter's reminder is being sent."""
    day = after.astimezone(ZoneInfo(settings.TIME_ZONE)).replace(day=1, hour=9)
    while day <= after or day.month not in QUARTER_MONTHS:
        day = (day + timedelta(days=31)).replace(day=1)
    # The first working day from the 5th on, or some days later, as after a stop of the machine.
    return day.replace(day=9)


def find_letters(page: Page, words: str) -> Locator:
    """The rows of the outgoing mail in which these words stand."""
    page.goto("/")
    page.get_by_role("link", name="Thư gửi đi").first.click()
    page.locator("main form [name=q]").fill(words)
    page.get_by_role("button", name="Lọc").click()
    expect(page).to_have_url(re.compile("q="))
    return page.locator("tbody tr", has_text=words)


def take_from_queue(page: Page) -> None:
    """Find the unit's plan in the queue and take it for review."""
    if "view=" not in page.url:
        page.goto("/reviews/")
    row = page.locator("tbody tr", has_text=UNIT)
    row.get_by_role("button", name="Nhận xử lý").click()
    expect(page.get_by_text("Đồng chí đang xử lý kế hoạch này")).to_be_visible()


def open_dashboard(page: Page) -> None:
    page.get_by_role("link", name="Bảng điều hành").first.click()
    expect(page.get_by_role("heading", name="Bảng điều hành", level=1)).to_be_visible()


def figures(page: Page) -> dict[str, int]:
    """The dashboard's figures, by the list each leads to."""
    open_dashboard(page)

    def figure(status: str) -> int:
        link = page.locator(f"a[href*='status={status}']")
        box: Locator = page.locator(".figure", has=link)
        return int(box.locator(".figure-number").inner_text().replace(".", ""))

    return {name: figure(name) for name in ("received", "on_time", "returned", "accepted")}


def heat_row(page: Page) -> Locator:
    """The unit's row on the heat map of the dashboard that is open."""
    return page.locator("table.heat tbody tr", has_text=UNIT)
