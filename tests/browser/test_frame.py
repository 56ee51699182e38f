"""What the frame of every page does, tried on the pages that everybody sees first."""

from collections.abc import Callable

from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.steps import field


def test_switching_the_language_keeps_the_page_and_its_filters(
    page: Page, enter: Callable[[BrowserContext, str], None]
) -> None:
    enter(page.context, "canbo.cuc-bqtg")
    page.goto("/units/?q=di+san")
    page.get_by_role("button", name="EN – English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page).to_have_url("/units/?q=di+san")
    expect(page.get_by_role("heading", level=1)).to_have_text("Units")
    page.get_by_role("button", name="VI – Tiếng Việt").click()
    expect(page.locator("html")).to_have_attribute("lang", "vi")
    expect(page.get_by_role("heading", level=1)).to_have_text("Đơn vị")


def test_a_failed_sign_in_says_so_and_keeps_the_name(page: Page) -> None:
    page.goto("/sign-in/")
    field(page, "Tên đăng nhập hoặc thư điện tử").fill("nobody")
    field(page, "Mật khẩu").fill("not the password")
    page.get_by_role("button", name="Đăng nhập", exact=True).click()
    expect(page.get_by_role("alert")).to_be_focused()
    expect(field(page, "Tên đăng nhập hoặc thư điện tử")).to_have_value("nobody")
    expect(field(page, "Mật khẩu")).to_have_value("")
