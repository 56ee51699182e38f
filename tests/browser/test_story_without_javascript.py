"""The same plan can be written and sent in a browser that runs no script."""

from collections.abc import Callable
from dataclasses import replace

from playwright.sync_api import expect

from tests.browser.conftest import OpenProfile
from tests.browser.steps import (
    attach_signed_document,
    check_and_send,
    field,
    open_section,
    record_issue,
    sections_of,
    sign_in,
    sign_out,
    start_plan,
    write_section,
)

OFFICER, UNIT = "canbo.hv-an-hue", "Học viện Âm nhạc Huế"


def test_a_plan_is_written_and_sent_without_scripts(
    open_profile: OpenProfile, let_in: Callable[[str], None], password: str
) -> None:
    let_in(OFFICER)
    page = open_profile(java_script_enabled=False).new_page()
    sign_in(page, OFFICER, password)
    start_plan(page)

    open_section(page, "Nội dung 1")
    field(page, "Nội dung thuyết minh").fill("Chưa lưu")
    page.get_by_role("button", name="Thêm dòng").click()
    expect(page.get_by_role("group", name="Nhiệm vụ 2", exact=True)).to_be_visible()
    expect(field(page, "Nội dung thuyết minh")).to_have_value("Chưa lưu")
    page.get_by_role("link", name="Bản nháp").first.click()

    for section in sections_of(UNIT):
        open_section(page, section.title)
        # The indicator of content 4 in the story is asked of other units.
        write_section(page, replace(section, targets=()) if section.title[-1] == "4" else section)
    record_issue(page, number="45/KH-HVANH", day="2/10/2025")
    attach_signed_document(page)
    check_and_send(page)
    expect(page.locator(".receipt-panel")).to_contain_text("45/KH-HVANH, 02/10/2025")
    expect(page.locator(".receipt-panel")).to_contain_text("Muộn")
    sign_out(page)
