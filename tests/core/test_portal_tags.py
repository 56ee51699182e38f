"""The tags and filters that every template uses."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core.paginator import Paginator
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation

from emulation_portal.core.style_samples import SampleFilters
from emulation_portal.core.templatetags import portal


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize(
    ("value", "decimals", "shown"),
    [
        (1234, None, "1.234"),
        (Decimal("1234.50"), None, "1.234,5"),
        (Decimal("1234.5"), 2, "1.234,50"),
        (0, None, "0"),
        (None, None, "–"),
        ("", None, "–"),
    ],
)
def test_numbers_read_the_same_in_both_languages(
    value: Any, decimals: int | None, shown: str, language: str
) -> None:
    with translation.override(language):
        assert portal.vn_number(value, decimals) == shown


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [
        (61, 74, "82,4%"),
        (1, 2, "50%"),
        (Decimal("71.5"), None, "71,5%"),
        (0, 0, "–"),
        (None, 3, "–"),
    ],
)
def test_percent(part: Any, whole: Any, shown: str) -> None:
    assert portal.percent(part, whole) == shown


@pytest.mark.parametrize("language", ["vi", "en"])
def test_dates_read_the_same_in_both_languages(language: str) -> None:
    with translation.override(language):
        assert portal.vn_date(date(2027, 3, 5)) == "05/03/2027"
        # Half past midnight in Hà Nội, the evening before elsewhere.
        assert portal.vn_date(datetime(2027, 3, 4, 17, 30, tzinfo=UTC)) == "00:30 05/03/2027"


def test_a_missing_date_is_named() -> None:
    with translation.override("en"):
        assert portal.vn_date(None) == "undetermined"
    assert portal.vn_date(None, "–") == "–"


def test_a_state_shows_symbol_and_word_and_escapes_it() -> None:
    badge = portal.state_badge("returned", "<Cần bổ sung>")

    assert "&lt;Cần bổ sung&gt;" in badge
    assert "tone-warning" in badge
    assert "icons.svg#arrow-return-left" in badge


def test_a_page_may_choose_the_tone() -> None:
    assert "tone-success" in portal.state_badge("unheard-of", "Mới", tone="success")
    assert "tone-neutral" in portal.state_badge("unheard-of", "Mới")


def test_an_icon_alone_has_a_name() -> None:
    assert 'role="img" aria-label="Xóa"' in portal.icon("trash", "Xóa")
    assert 'aria-hidden="true"' in portal.icon("trash")


def test_breadcrumb_ends_with_the_page_itself() -> None:
    html = Template('{% breadcrumb "Kế hoạch" "/plans/" name %}').render(
        Context({"name": "Cục <A>"})
    )

    assert '<a href="/plans/">Kế hoạch</a>' in html
    assert 'aria-current="page">Cục &lt;A&gt;</li>' in html


class TestFilterChips:
    def chips(self, query: str) -> list[portal.Chip]:
        request = RequestFactory().get(f"/{query}")
        return portal.filter_chips({"request": request}, SampleFilters(request.GET))  # type: ignore[arg-type]

    def test_each_filter_in_force_can_be_removed_alone(self) -> None:
        with translation.override("en"):
            found = self.chips("?state=sent&text=di+sản&page=3")

        assert [(chip.label, chip.value) for chip in found] == [
            ("State", "Sent"),
            ("Search", "di sản"),
        ]
        assert [chip.url for chip in found] == ["?text=di+s%E1%BA%A3n", "?state=sent"]

    def test_empty_and_wrong_filters_are_none(self) -> None:
        assert self.chips("?state=&kind=nonsense") == []


class TestPagination:
    def render(self, count: int, number: int, query: str = "") -> str:
        page = Paginator(range(count), 50).page(number)
        return render_to_string(
            "components/_pagination.html", {"page": page}, RequestFactory().get(f"/{query}")
        )

    def test_is_absent_for_one_page(self) -> None:
        assert self.render(50, 1).strip() == ""

    def test_keeps_the_filters(self) -> None:
        assert 'href="?state=sent&amp;page=3"' in self.render(200, 2, "?state=sent&page=2")

    def test_leaves_out_what_lies_far_away(self) -> None:
        page = Paginator(range(1234), 50).page(7)

        assert portal.page_numbers(page) == [1, None, 6, 7, 8, None, 25]

    def test_says_which_part_is_shown(self) -> None:
        assert "301–350" in self.render(1234, 7)
        assert "1.234" in self.render(1234, 7)
