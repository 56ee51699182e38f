"""Every page, in both languages, on a desktop and on a phone: axe, reflow and the console."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.base import AXE_FILE_PATH
from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver
from playwright.sync_api import BrowserContext, Page
from playwright.sync_api import Error as PlaywrightError

from tests.browser.conftest import OpenProfile
from tests.browser.pages import NOBODY, WITHOUT_PAGE, Visit, all_visits, stay

WIDTHS = (1440, 360)
# Where axe walks each language: between them every page is tried wide and narrow, and in both
# languages; reflow is measured at both widths in each.
AXE_WIDTH = {"vi": 1440, "en": 360}
SHARES = 2  # so that two processes walk at once
RUN_AXE = "async (options) => (await axe.run(document, options)).violations"
AXE_OPTIONS: dict[str, Any] = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "resultTypes": ["violations"],
    "preload": False,  # style sheets are asked for by no rule of these tags
}


def _url_names(patterns: list[URLPattern | URLResolver], namespace: str = "") -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{pattern.namespace}:" if pattern.namespace else ""
            yield from _url_names(pattern.url_patterns, namespace + inner)
        else:
            yield f"{namespace}{pattern.name}"


def test_the_list_of_pages_covers_every_address(ministry: None) -> None:
    names = set(_url_names(get_resolver().url_patterns))
    visited = {visit.name for visit in all_visits() if ":" in visit.name}
    assert visited <= names
    assert visited.isdisjoint(WITHOUT_PAGE)
    assert names - visited == set(WITHOUT_PAGE)


@pytest.mark.parametrize("share", range(SHARES))
@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_page_is_accessible_at_every_width(
    language: str,
    share: int,
    ministry: None,
    open_profile: OpenProfile,
    enter: Callable[[BrowserContext, str], None],
    portal: str,
) -> None:
    # One profile for everybody: a second one would load style sheets and fonts anew.
    profile = open_profile()
    profile.add_init_script(path=AXE_FILE_PATH)
    page = profile.new_page()
    faults: list[str] = []
    for visit in all_visits()[share::SHARES]:
        if language == "en" and visit.act is not stay:
            continue  # a page's other states are tried in Vietnamese
        profile.clear_cookies()
        profile.add_cookies(
            [{"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": portal}]
        )
        if visit.who != NOBODY:
            enter(profile, visit.who)
        try:
            found = list(_faults_of(visit, page, language))
        except PlaywrightError as failure:
            found = [str(failure)]
        faults += [f"{visit}: {fault}" for fault in found]
    assert faults == []


def _faults_of(visit: Visit, page: Page, language: str) -> Iterator[str]:
    page.set_viewport_size({"width": WIDTHS[0], "height": 900})
    page.goto(visit.path)
    if visit.act is stay:
        if not visit.leads_on and page.url.partition("//")[2].partition("/")[2] != visit.path[1:]:
            yield f"is at {page.url}"
    else:
        with page.expect_navigation():
            visit.act(page)
    facts: dict[str, Any] = page.evaluate(
        """() => ({
            status: performance.getEntriesByType("navigation")[0].responseStatus,
            language: document.documentElement.lang,
            headings: document.querySelectorAll("h1").length,
        })"""
    )
    if facts != {"status": visit.status, "language": language, "headings": 1}:
        yield f"{facts} at {page.url}"
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            yield f"{wide} px wide at {width} px"
        if width != AXE_WIDTH[language]:
            continue
        for violation in page.evaluate(RUN_AXE, AXE_OPTIONS):
            nodes = [node["html"][:200] for node in violation["nodes"][:3]]
            yield f"{violation['id']} at {width} px: {json.dumps(nodes, ensure_ascii=False)}"
