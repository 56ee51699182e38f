"""The frame, the shared components and the error pages, as a reader or a screen reader meets them."""

import re
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, QueryDict
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.urls import include, path
from django.utils import translation

from emulation_portal.core import navigation
from emulation_portal.core.jobs.models import Job
from emulation_portal.core.style_samples import SampleForm, style_context


def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


def names(namespace: str, *pages: str) -> Any:
    return include(([path(f"{namespace}/{name}/", page, name=name) for name in pages], namespace))


urlpatterns = [
    path("", page, name="start"),
    path("plans/", page, name="plans"),
    path("", names("core", "set-language")),
    path("", names("units", "sign-out", "profile", "mandate-choose")),
]

pytestmark = pytest.mark.urls(__name__)

ERROR_PAGES = ["400.html", "403.html", "404.html", "413.html", "500.html", "503.html"]


class FakeMandate(SimpleNamespace):
    def __str__(self) -> str:
        return "Cán bộ đầu mối – Cục Di sản văn hóa"


def request_of(address: str = "/", *, role: str | None = None) -> HttpRequest:
    request = RequestFactory().get(address)
    request.user = AnonymousUser() if role is None else SimpleNamespace(is_authenticated=True)  # type: ignore[assignment]
    request.mandate = None if role is None else FakeMandate(role=role)  # type: ignore[attr-defined]
    request.session = {}  # type: ignore[assignment]
    return request


@pytest.fixture(autouse=True)
def nav(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(navigation, "_entries", {})
    navigation.register_nav("Kế hoạch", "plans", ("unit_officer",), 20)
    navigation.register_nav("Trang chủ", "start", (), 10)


class TestNavigation:
    def test_shows_the_pages_of_the_role_in_order(self) -> None:
        officer = navigation.navigation(request_of("/", role="unit_officer"))
        observer = navigation.navigation(request_of("/", role="observer"))

        assert [item.label for item in officer] == ["Trang chủ", "Kế hoạch"]
        assert [item.label for item in observer] == ["Trang chủ"]

    def test_marks_the_page_and_what_lies_below_it(self) -> None:
        items = navigation.navigation(request_of("/plans/7/", role="unit_officer"))

        assert [item.is_current for item in items] == [False, True]

    def test_is_empty_before_sign_in(self) -> None:
        assert navigation.navigation(request_of("/")) == []


class TestFrame:
    def render(self, request: HttpRequest, **context: Any) -> str:
        return render_to_string(
            "core/style.html", {**style_context(QueryDict()), **context}, request
        )

    def test_says_in_which_mandate_one_acts(self) -> None:
        html = self.render(request_of("/", role="unit_officer"))

        assert "<strong>Cán bộ đầu mối – Cục Di sản văn hóa</strong>" in html
        assert 'aria-current="page"' in html

    @pytest.mark.parametrize("can_change", [True, False])
    def test_offers_another_mandate_only_to_those_who_have_one(self, can_change: bool) -> None:
        html = self.render(request_of("/", role="observer"), can_change_mandate=can_change)

        assert ("/units/mandate-choose/" in html) is can_change

    @pytest.mark.parametrize("language", ["vi", "en"])
    def test_names_its_language_and_offers_the_other(self, language: str) -> None:
        with translation.override(language):
            html = self.render(request_of("/x/?page=2"))

        other = {"vi": "en", "en": "vi"}[language]
        assert f'<html lang="{language}">' in html
        assert f'name="language" value="{other}"' in html
        assert '<input type="hidden" name="next" value="/x/?page=2">' in html

    @pytest.mark.parametrize("demo", [True, False])
    def test_marks_demonstration_data(self, settings: Any, demo: bool) -> None:
        settings.DEMO = demo

        assert ('class="demo-strip"' in self.render(request_of())) is demo

    def test_title_begins_with_the_error(self) -> None:
        html = self.render(request_of(), has_errors=True)

        assert re.search(r"<title>(Lỗi|Error):", html)

    def test_signed_out_pages_load_no_htmx(self) -> None:
        assert "htmx.min.js" not in self.render(request_of())
        assert "htmx.min.js" in self.render(request_of(role="observer"))

    def test_ids_are_unique_and_references_lead_somewhere(self) -> None:
        html = self.render(request_of())
        ids = re.findall(r'\sid="([^"]+)"', html)
        referred = [
            name
            for attribute in ("for", "aria-describedby", "aria-labelledby")
            for value in re.findall(rf'\s{attribute}="([^"]+)"', html)
            for name in value.split()
        ]

        assert sorted(ids) == sorted(set(ids))
        assert set(referred) <= set(ids)

    def test_each_line_of_the_error_summary_leads_to_its_field(self) -> None:
        html = self.render(request_of())
        summary = html[html.index("data-error-summary") :].split("</ul>")[0]
        anchors = re.findall(r'href="#([^"]+)"', summary)

        assert len(anchors) == 7  # every required or malformed field of the sample
        for anchor in anchors:
            assert re.search(rf'<(?:input|select|textarea)[^>]*\sid="{anchor}"', html)


class TestErrorSummary:
    def test_is_absent_without_errors(self) -> None:
        assert "error-summary" not in render_to_string(
            "components/_error_summary.html", {"form": SampleForm()}
        )

    def test_takes_lines_of_its_own_and_escapes_them(self) -> None:
        html = render_to_string(
            "components/_error_summary.html",
            {"errors": [("", "<b>whole page</b>"), ("id_x", "field")]},
        )

        assert "&lt;b&gt;whole page&lt;/b&gt;" in html
        assert '<a href="#id_x">field</a>' in html


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("name", ERROR_PAGES)
class TestErrorPage:
    """Without the database mark, a query fails the test."""

    def test_stands_without_request_or_database(self, name: str, language: str) -> None:
        with translation.override(language):
            html = render_to_string(name)

        assert f'<html lang="{language}">' in html
        assert html.count("<h1>") == 1
        assert name.removesuffix(".html") in html

    def test_says_whom_to_call(self, name: str, language: str, settings: Any) -> None:
        settings.SUPPORT_PHONE = "024 1234 5678"
        with translation.override(language):
            html = render_to_string(name)

        assert "<strong>024 1234 5678</strong>" in html


@pytest.mark.parametrize("name", ["503.html", "core/stale_form.html"])
class TestKeptText:
    FIELDS = (("narrative", 'Dòng một\n"Dòng" <hai>'), ("issued_on", "25/09/2025"))

    def test_offers_everything_typed_again(self, name: str) -> None:
        html = render_to_string(name, {"fields": self.FIELDS, "action": "/plans/7/"}, request_of())

        assert '<form method="post" action="/plans/7/">' in html
        assert 'name="narrative" value="Dòng một\n&quot;Dòng&quot; &lt;hai&gt;"' in html
        assert 'name="issued_on" value="25/09/2025"' in html
        assert "csrfmiddlewaretoken" in html

    def test_shows_long_texts_to_copy(self, name: str) -> None:
        html = render_to_string(name, {"fields": self.FIELDS, "action": "/plans/7/"}, request_of())

        assert "Dòng một\n&quot;Dòng&quot; &lt;hai&gt;</div>" in html
        assert html.count('class="kept-text') == 1

    def test_has_no_form_where_nothing_was_typed(self, name: str) -> None:
        assert "<form" not in render_to_string(name, {"fields": [], "action": ""}, request_of())


class TestJobPage:
    """With rows that are not stored: the page needs no query."""

    def render(self, **facts: Any) -> str:
        job = Job(pk=1, kind="nhập đơn vị", **facts)
        return render_to_string("core/job_detail.html", {"job": job}, request_of("/jobs/1/"))

    def test_asks_again_while_the_work_runs(self) -> None:
        html = self.render(state="running", progress=45, step="Dòng 4.500")

        assert "<h1>nhập đơn vị</h1>" in html
        assert 'hx-trigger="every 2s"' in html
        assert '<progress value="45" max="100" aria-label="nhập đơn vị">' in html
        assert "Dòng 4.500" in html
        assert 'href="/jobs/1/"' in html  # the way without JavaScript

    def test_stops_asking_and_says_why_it_failed(self) -> None:
        html = self.render(state="failed", error="Dòng 17 sai.")

        assert "hx-trigger" not in html
        assert "Dòng 17 sai." in html

    def test_leads_to_the_result(self) -> None:
        html = self.render(state="done", result={"message": "Xong 3 dòng.", "url": "/units/"})

        assert "Xong 3 dòng." in html
        assert 'href="/units/"' in html

    def test_says_that_it_was_called_off(self) -> None:
        html = self.render(state="cancelled")

        assert "tone-neutral" in html
        assert "hx-trigger" not in html
