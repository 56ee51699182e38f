"""Uploads in a real browser: progress, refusals before and after sending, several at once."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from campaigns.models import Plan
from tests.browser.steps import field
from tests.factories.files import docx, pdf

WRITER = "canbo.nh-mr"


def _file(name: str, content: bytes) -> dict[str, Any]:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


@pytest.fixture
def papers(chromium: Browser, portal: str, enter: Any) -> Iterator[Page]:
    """The papers of a draft. Refused uploads are what these tests are about, so that answers of
    400 and above are no complaint here, unlike scripts that fail.
    """
    plan = Plan.objects.get(unit__code="nh-mr", versions__state="draft")
    profile = chromium.new_context(base_url=portal, locale="vi-VN")
    faults: list[str] = []
    profile.on("weberror", lambda error: faults.append(str(error.error)))
    enter(profile, WRITER)
    page = profile.new_page()
    page.goto(f"/plans/{plan.pk}/papers/")
    yield page
    profile.close()
    assert faults == []


def _rows(page: Page) -> Any:
    return page.locator(".upload-item")


def test_what_the_portal_would_not_take_is_said_before_it_is_sent(papers: Page) -> None:
    sent: list[str] = []
    papers.on(
        "request", lambda request: sent.append(request.url) if request.method == "POST" else None
    )
    field(papers, "Tệp").set_input_files([_file("a.exe", b"MZ"), _file("rong.pdf", b"")])
    expect(_rows(papers).nth(0)).to_have_class(re.compile("is-failed"))
    expect(_rows(papers).nth(0)).to_contain_text("a.exe")
    expect(_rows(papers).nth(1)).to_contain_text("rong.pdf")
    assert sent == []


def test_several_files_go_up_one_after_another_and_are_described(papers: Page) -> None:
    field(papers, "Tệp").set_input_files(
        [_file("can-cu.pdf", pdf(b"1")), _file("noi-doi.pdf", b"MZ"), _file("phu-luc.docx", docx())]
    )
    expect(_rows(papers).nth(0)).to_have_class(re.compile("is-done"))
    expect(_rows(papers).nth(1)).to_have_class(re.compile("is-failed"))
    expect(_rows(papers).nth(2)).to_have_class(re.compile("is-done"))
    papers.locator(".upload a.btn-primary").click()
    expect(papers.locator("fieldset.panel")).to_have_count(2)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (lambda route: route.abort("connectionreset"), "data-network"),
        (lambda route: route.fulfill(status=503, body="<html>"), "data-busy"),
        (lambda route: route.fulfill(status=413, body="<html>"), "data-server-limit"),
        (lambda route: route.fulfill(status=500, body="<html>"), "data-failed"),
        (lambda route: route.fulfill(status=403, body="<a href='/sign-in/?next='>"), "data-session"),
        (lambda route: route.fulfill(status=403, body="<html>"), "data-stale"),
        (lambda route: route.fulfill(status=422, json={"error": "Vi-rút!"}), "Vi-rút!"),
    ],
    ids=["network", "busy", "too large", "failed", "session", "stale", "server's own"],
)  # fmt: skip
def test_each_failure_on_the_way_has_its_sentence(
    papers: Page, answer: Callable[[Route], None], told: str
) -> None:
    papers.route("**/papers/upload/", answer)
    field(papers, "Tệp").set_input_files(_file("a.pdf", pdf()))
    words = papers.locator("[data-upload]").get_attribute(told) if told.startswith("data") else told
    assert words
    expect(_rows(papers).first).to_contain_text(words)
