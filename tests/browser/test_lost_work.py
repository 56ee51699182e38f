"""Nothing that somebody has typed is lost: session, token, database, colleague, double click."""

from collections.abc import Callable
from datetime import date
from importlib import import_module

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect

from campaigns.models import PlanVersion
from campaigns.plans.states import PlanState
from emulation_portal.core.actors import Actor
from tests.browser import faults
from tests.browser.conftest import OpenProfile
from tests.browser.steps import (
    PHASE,
    field,
    open_section,
    receipt_number,
    scan,
    sign_in,
    start_plan,
)
from units.api import MandateTerms, grant_mandate, register_person
from units.models import Role, Unit

Enter = Callable[[BrowserContext, str], None]

TEXT = (
    "Mỗi năm số hóa ít nhất 1.200 hồ sơ; “dữ liệu đúng, đủ, sạch, sống”.\nCập nhật từng quý. " * 5
)
TASK = "Rà soát <mọi> quy trình & công khai"


def begin_writing(page: Page) -> None:
    """Start the unit's plan and type text and a task into content 1, without saving."""
    page.goto("/")
    start_plan(page)
    open_section(page, "Nội dung 1")
    write(page)


def write(page: Page) -> None:
    field(page, "Nội dung thuyết minh").fill(TEXT)
    field(page.get_by_role("group", name="Nhiệm vụ 1", exact=True), "Nhiệm vụ").fill(TASK)
    # What is tested here is the button: let autosave be done before something goes wrong.
    expect(page.locator("#save-state.is-saved")).to_be_visible()


def save(page: Page) -> None:
    page.get_by_role("button", name="Lưu và soạn tiếp").click()


def send_again(page: Page) -> None:
    page.get_by_role("button", name="Gửi lại").click()


def assert_all_is_saved(page: Page) -> None:
    """What was typed has come back from the portal, and stands there on the next visit too."""
    expect(page.get_by_role("status").first).to_contain_text("Đã lưu")
    page.reload()
    expect(field(page, "Nội dung thuyết minh")).to_have_value(TEXT.strip())
    expect(field(page.get_by_role("group", name="Nhiệm vụ 1"), "Nhiệm vụ")).to_have_value(TASK)


def assert_kept(page: Page) -> None:
    expect(page.locator(".kept-text").first).to_contain_text("dữ liệu đúng, đủ, sạch, sống")


def end_session(page: Page) -> None:
    """End the session on the server, as half an hour of silence does."""
    cookies = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    store = import_module(settings.SESSION_ENGINE).SessionStore
    store(cookies[settings.SESSION_COOKIE_NAME]).delete()


def test_a_session_that_ends_while_writing(
    page: Page, let_in: Callable[[str], None], password: str
) -> None:
    let_in("canbo.bt-vhcdt")
    sign_in(page, "canbo.bt-vhcdt", password)
    begin_writing(page)
    end_session(page)
    save(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Phiên đăng nhập đã kết thúc")
    assert_kept(page)
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Đăng nhập (mở trong thẻ mới)").click()
    sign_in(opened.value, "canbo.bt-vhcdt", password)
    expect(opened.value.get_by_role("heading", level=1)).to_contain_text("Nội dung 1")
    opened.value.close()
    send_again(page)
    # Signing in has changed the token: the page says so once, and still has everything.
    expect(page.get_by_role("heading", level=1)).to_have_text("Trang đã mở quá lâu")
    assert_kept(page)
    send_again(page)
    assert_all_is_saved(page)


def test_a_form_whose_token_is_stale(page: Page, enter: Enter) -> None:
    enter(page.context, "canbo.nh-cmn")
    begin_writing(page)
    page.context.clear_cookies(name=settings.CSRF_COOKIE_NAME)
    save(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Trang đã mở quá lâu")
    assert_kept(page)
    send_again(page)
    assert_all_is_saved(page)


def test_a_database_that_goes_away(page: Page, enter: Enter) -> None:
    enter(page.context, "canbo.nh-ntdd")
    begin_writing(page)
    with faults.database_away():
        save(page)
        expect(page.get_by_role("heading", level=1)).to_have_text("Cổng tạm thời gián đoạn")
    assert_kept(page)
    send_again(page)
    assert_all_is_saved(page)


def test_two_officers_who_write_the_same_section(
    page: Page, open_profile: OpenProfile, enter: Enter
) -> None:
    second = colleague_in("nh-nvk")
    enter(page.context, "canbo.nh-nvk")
    begin_writing(page)
    other = open_profile()
    enter(other, second)
    their_page = other.new_page()
    their_page.goto(page.url)
    field(their_page, "Nội dung thuyết minh").fill("Đoạn của đồng nghiệp.")
    save(their_page)
    expect(their_page.get_by_role("status").first).to_contain_text("Đã lưu")

    with page.expect_response("**/autosave/"):
        field(page, "Nội dung thuyết minh").fill(f"{TEXT} Thêm một câu.")
    page.on("dialog", lambda dialog: dialog.accept())
    save(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Hai người cùng soạn phần này")
    main = page.get_by_role("main")
    expect(main).to_contain_text("Đoạn của đồng nghiệp.")
    expect(main).to_contain_text("dữ liệu đúng, đủ, sạch, sống")
    field(page, "Bản gộp từ cả hai, như đã sửa ở ô dưới").check()
    page.get_by_role("button", name="Lưu nội dung đã chọn").click()
    expect(page.get_by_role("status").first).to_contain_text("Đã lưu")
    if page.get_by_label("Nội dung thuyết minh").count() == 0:
        open_section(page, "Nội dung 1")
    merged = field(page, "Nội dung thuyết minh").input_value()
    assert "Đoạn của đồng nghiệp." in merged
    assert TEXT.strip() in merged
    expect(field(page.get_by_role("group", name="Nhiệm vụ 1"), "Nhiệm vụ")).to_have_value(TASK)


def colleague_in(unit: str) -> str:
    """A second officer of the unit."""
    by, username = Actor.system(), f"dongnghiep.{unit}"
    body = Unit.objects.get(code=unit)
    person = register_person(
        username=username, full_name="Lê Đồng Nghiệp", email="", by=by, at=timezone.now()
    )
    terms = MandateTerms(
        unit=body, role=Role.UNIT_OFFICER, valid_from=max(body.valid_from, date(2026, 1, 1)),
        position_title="Chuyên viên",
    )  # fmt: skip
    grant_mandate(person, terms, by=by, at=timezone.now())
    return username


@pytest.mark.parametrize(
    ("unit", "scripts"), [("nh-skttqg", True), ("nv-tphcm", False)], ids=["scripts", "no scripts"]
)
def test_a_double_click_on_send(
    unit: str, scripts: bool, open_profile: OpenProfile, enter: Enter
) -> None:
    profile = open_profile(java_script_enabled=scripts)
    enter(profile, f"canbo.{unit}")
    page = profile.new_page()
    register_paper(page)
    page.get_by_role("button", name="Gửi kế hoạch về Vụ Tổ chức cán bộ").dblclick()
    receipt = receipt_number(page)
    version = PlanVersion.objects.get(plan__unit__code=unit)
    assert version.state == PlanState.SENT
    page.go_back()
    button = page.get_by_role("button", name="Gửi kế hoạch về Vụ Tổ chức cán bộ")
    if button.count():  # the browser kept the page: a third click leads to the same receipt
        button.click()
        assert receipt_number(page) == receipt
    assert PlanVersion.objects.filter(plan__unit__code=unit).count() == 1


def register_paper(page: Page) -> None:
    """Register a plan issued on paper and arrive where it is sent."""
    page.goto("/plans/")
    page.get_by_role("link", name=PHASE).click()
    page.get_by_role("link", name="Đăng ký kế hoạch đã ban hành trên giấy").click()
    field(page, "Số, ký hiệu").fill("12/KH-NH")
    field(page, "Ngày ban hành").fill("25.9.2025")
    field(page, "Người ký").fill("Nguyễn Văn Ký")
    field(page, "Chức vụ người ký").fill("Giám đốc")
    field(page, "Bản quét văn bản đã ký").set_input_files(scan("ke-hoach.pdf"))
    page.locator("main form .btn-primary").click()
    expect(page.get_by_role("heading", name="Kiểm tra và gửi", level=1)).to_be_visible()
