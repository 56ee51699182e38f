"""Without a mouse: sign in, open a section, write, save; and where the focus goes on the way."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.steps import PHASE

OFFICER = "canbo.hv-mua"
TEXT = "Thi đua thiết thực, có chỉ tiêu đo được."

FOCUS = """() => {
    const at = document.activeElement;
    const box = at.getBoundingClientRect();
    // A link that fills its row may leave the outline to the row.
    const outlined = [at, at.closest(".task-item")].some((part) => {
        const style = part && getComputedStyle(part);
        return part && style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
    });
    const label = at.labels && at.labels.length ? at.labels[0].innerText : "";
    return {
        name: (at.getAttribute("aria-label") || label || at.innerText || "").trim(),
        seen: outlined && box.height > 0
            && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
    };
}"""


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the element of that name has the focus; each stop must be visible."""
    for _ in range(120):
        page.keyboard.press("Tab")
        focus = page.evaluate(FOCUS)
        assert focus["seen"], f"the focus is not to be seen at {focus['name']!r} of {page.url}"
        if re.match(rf"{re.escape(name)}\s*\*?\s*(:|$)", focus["name"]):
            return
    raise AssertionError(f"no Tab leads to {name!r} on {page.url}")


def press_enter(page: Page, *, to: str) -> None:
    """Press Enter and wait for the page with this heading."""
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(to))


def test_signing_in_writing_and_saving_need_no_mouse(
    page: Page, let_in: Callable[[str], None], password: str
) -> None:
    let_in(OFFICER)
    page.goto("/sign-in/")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Chuyển đến nội dung chính")
    expect(skip).to_be_focused()
    assert page.evaluate(FOCUS)["seen"]
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()

    tab_to(page, "Tên đăng nhập hoặc thư điện tử")
    page.keyboard.type(OFFICER)
    tab_to(page, "Mật khẩu")
    page.keyboard.type(password)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Đăng xuất")).to_be_visible()

    tab_to(page, "Kế hoạch của đơn vị")
    press_enter(page, to="Kế hoạch của đơn vị")
    tab_to(page, PHASE)
    press_enter(page, to="Lập kế hoạch")
    tab_to(page, "Bắt đầu soạn bản nháp")
    press_enter(page, to="Kế hoạch của Học viện Múa Việt Nam")
    tab_to(page, "Mục đích, yêu cầu")
    press_enter(page, to="Mục đích, yêu cầu")
    tab_to(page, "Nội dung thuyết minh")
    page.keyboard.type(TEXT)
    tab_to(page, "Lưu và quay lại kế hoạch")
    press_enter(page, to="Kế hoạch của Học viện Múa Việt Nam")
    tab_to(page, "Mục đích, yêu cầu")
    press_enter(page, to="Mục đích, yêu cầu")
    expect(page.get_by_label("Nội dung thuyết minh")).to_have_value(TEXT)


def test_a_refused_form_moves_the_focus_to_its_error_summary(
    page: Page, enter: Callable[..., None]
) -> None:
    enter(page.context, "canbo.nh-mr")
    page.goto("/plans/")
    page.get_by_role("link", name=PHASE).click()
    page.get_by_role("link", name="Thông tin ban hành kế hoạch").click()
    page.get_by_role("button", name="Lưu", exact=True).focus()
    page.keyboard.press("Enter")
    summary = page.get_by_role("alert")
    expect(summary).to_contain_text("Có chỗ cần sửa")
    expect(summary).to_be_focused()
    assert page.evaluate(FOCUS)["seen"]
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Số, ký hiệu")).to_be_focused()
