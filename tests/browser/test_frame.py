"""What holds on every page, tried on the one that everybody sees first."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.django_db(transaction=True)

WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("width", [360, 1440])
def test_sign_in_page_fits_and_is_accessible(page: Page, language: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(reverse("units:sign-in"))
    if language == "en":
        page.get_by_role("button", name="EN").or_(page.get_by_role("link", name="EN")).first.click()

    expect(page.locator("html")).to_have_attribute("lang", language)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    results = Axe().run(page, options=WCAG)
    assert results.response["violations"] == []


def test_a_failed_sign_in_says_so_and_keeps_the_name(page: Page) -> None:
    page.goto(reverse("units:sign-in"))
    page.locator("input[name=username]").fill("nobody")
    page.locator("input[type=password]").fill("not the password")
    page.locator("main form button[type=submit]").click()

    expect(page.locator("input[name=username]")).to_have_value("nobody")
    expect(page.get_by_role("alert").first).to_be_visible()
