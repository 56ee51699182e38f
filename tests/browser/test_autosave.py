"""Writing with autosave: a session that dies mid-sentence, a colleague, a table from a spreadsheet."""

import re
from collections.abc import Callable

from playwright.sync_api import BrowserContext, Page, expect

from campaigns.models import PlanSection
from tests.browser.conftest import OpenProfile
from tests.browser.steps import field, open_section, sign_in, start_plan
from tests.browser.test_lost_work import colleague_in, end_session

Enter = Callable[[BrowserContext, str], None]

BEGINNING = "Mỗi năm số hóa ít nhất 1.200 hồ sơ"


def stored(unit: str) -> PlanSection:
    return PlanSection.objects.get(version__plan__unit__code=unit, area__number=1)


def begin(page: Page) -> None:
    page.goto("/")
    start_plan(page)
    open_section(page, "Nội dung 1")


def narrative(page: Page):
    return field(page, "Nội dung thuyết minh")


def expect_state(page: Page, kind: str) -> None:
    expect(page.locator("#save-state")).to_have_class(re.compile(rf"\bis-{kind}\b"))


def kept_drafts(page: Page) -> list[str]:
    keys = page.evaluate("Object.keys(localStorage)")
    return [key for key in keys if key.startswith("portal-draft/")]


def test_a_session_that_dies_mid_sentence(
    page: Page, let_in: Callable[[str], None], password: str
) -> None:
    let_in("canbo.cd-dl-hn")
    sign_in(page, "canbo.cd-dl-hn", password)
    begin(page)
    narrative(page).press_sequentially(BEGINNING)
    expect_state(page, "saved")
    assert stored("cd-dl-hn").narrative == BEGINNING
    assert kept_drafts(page) == []

    end_session(page)
    narrative(page).press_sequentially(", dữ liệu đúng")
    expect_state(page, "paused")
    assert len(kept_drafts(page)) == 1
    with page.expect_popup() as opened:
        page.locator("#save-state a").click()
    sign_in(opened.value, "canbo.cd-dl-hn", password)
    opened.value.close()
    page.bring_to_front()
    narrative(page).press_sequentially(" và đủ")
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect_state(page, "saved")
    whole = f"{BEGINNING}, dữ liệu đúng và đủ"
    assert stored("cd-dl-hn").narrative == whole

    # Once more, and this time the tab is gone: the browser still has what the portal has not.
    end_session(page)
    narrative(page).press_sequentially(", sạch, sống")
    expect_state(page, "paused")
    address = page.url
    page.evaluate("window.onbeforeunload = null")
    context = page.context
    page.close()
    page = context.new_page()
    sign_in(page, "canbo.cd-dl-hn", password)
    page.goto(address)
    expect(page.locator("#kept-draft")).to_contain_text("sạch, sống")
    page.locator("[data-restore]").click()
    expect_state(page, "saved")
    assert stored("cd-dl-hn").narrative == f"{whole}, sạch, sống"
    assert kept_drafts(page) == []


def test_a_colleague_saves_while_one_is_typing(
    page: Page, open_profile: OpenProfile, enter: Enter
) -> None:
    enter(page.context, "canbo.cd-dl-hp")
    begin(page)
    narrative(page).fill("Đoạn chung.")
    expect_state(page, "saved")
    other = open_profile()
    enter(other, colleague_in("cd-dl-hp"))
    their_page = other.new_page()
    their_page.goto(page.url)
    narrative(their_page).fill("Đoạn của đồng nghiệp.")
    expect_state(their_page, "saved")

    narrative(page).fill("Đoạn của tôi.")
    expect_state(page, "paused")
    expect(page.locator("#save-state")).to_contain_text("Lê Đồng Nghiệp")
    assert stored("cd-dl-hp").narrative == "Đoạn của đồng nghiệp."
    page.on("dialog", lambda dialog: dialog.accept())
    page.locator("#save-state [data-actions] button").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Hai người cùng soạn phần này")
    field(page, "Bản gộp từ cả hai, như đã sửa ở ô dưới").check()
    page.get_by_role("button", name="Lưu nội dung đã chọn").click()
    expect(page.get_by_role("heading", name="Các phần của kế hoạch")).to_be_visible()
    merged = stored("cd-dl-hp").narrative
    assert "Đoạn của đồng nghiệp." in merged
    assert "Đoạn của tôi." in merged


def test_rows_are_moved_removed_and_pasted_without_losing_any(page: Page, enter: Enter) -> None:
    enter(page.context, "canbo.cd-dl-hue")
    begin(page)
    titles = page.locator("[id^=id_tasks-][id$=-title]")
    titles.first.fill("Một")
    for title in ("Hai", "Ba"):
        page.locator("button[value=add]").click()
        titles.last.fill(title)
    page.locator("button[value=up-2]").click()
    expect_state(page, "saved")
    assert titles_of("cd-dl-hue") == ["Một", "Ba", "Hai"]
    page.locator("button[value=remove-0]").click()
    page.locator("#row-news button").click()
    expect(titles).to_have_count(3)

    # A copied table pasted into a field is looked at first, and added once.
    page.evaluate(
        """(text) => {
            const data = new DataTransfer();
            data.setData("text/plain", text);
            const paste = new ClipboardEvent("paste", {
                clipboardData: data, bubbles: true, cancelable: true,
            });
            document.getElementById("id_tasks-0-lead").dispatchEvent(paste);
        }""",
        "Nhiệm vụ\tThời hạn\nBốn\t30/06/2026\nSai\t31/02/2026",
    )
    page.locator(".cells-offer button").first.click()
    expect(page.locator(".paste-refused")).to_contain_text("31/02/2026")
    page.locator("button[value=apply]").click()
    expect(titles).to_have_count(4)
    expect_state(page, "saved")
    assert titles_of("cd-dl-hue") == ["Một", "Ba", "Hai", "Bốn"]
    page.locator("button[value=undo]").click()
    expect(titles).to_have_count(3)
    expect_state(page, "saved")
    assert titles_of("cd-dl-hue") == ["Một", "Ba", "Hai"]


def titles_of(unit: str) -> list[str]:
    return list(stored(unit).tasks.order_by("position").values_list("title", flat=True))


def test_on_a_shared_computer_nothing_is_kept(
    page: Page, let_in: Callable[[str], None], password: str
) -> None:
    let_in("canbo.cd-dl-dn")
    page.goto("/sign-in/")
    page.evaluate("""localStorage.setItem(
        "portal-draft/1/1/purpose/0/x", JSON.stringify({at: Date.now(), fields: []}))""")
    page.locator("#id_shared_computer").check()
    sign_in(page, "canbo.cd-dl-dn", password)
    assert kept_drafts(page) == []
    begin(page)
    end_session(page)
    narrative(page).fill("Chỉ ở trên trang này")
    expect_state(page, "paused")
    assert kept_drafts(page) == []
    page.on("dialog", lambda dialog: dialog.accept())
