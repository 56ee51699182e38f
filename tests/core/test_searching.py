"""Words in any order, with or without accents; what was found is marked in the text itself."""

import pytest
from django.utils.html import escape
from hypothesis import given
from hypothesis import strategies as st

from emulation_portal.core.searching import folded_symbol, holding, marked, words_of
from emulation_portal.core.text import fold, nfc
from tests.factories.units import UnitFactory
from units.models import Unit


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("Số hóa", ("so", "hoa")),
        ("  ĐÀO   tạo ", ("dao", "tao")),
        ("số so SO\u0302\u0301", ("so",)),
        ("di di sản", ("di", "san")),
        ("số hóa hóa đơn", ("so", "hoa", "don")),
        ("", ()),
        (" \t\n\0", ()),
    ],
)
def test_words_are_folded_and_each_says_something(typed, words):
    assert words_of(typed) == words


def test_a_very_long_text_is_cut():
    assert len(" ".join(words_of("ab cd " * 10_000))) <= 200


@pytest.mark.parametrize(
    ("text", "typed", "html"),
    [
        ("Số hóa di sản", "so hoa", "<mark>Số</mark> <mark>hóa</mark> di sản"),
        ("Đào tạo", "dao", "<mark>Đào</mark> tạo"),
        ("a<b>&so", "so", "a&lt;b&gt;&amp;<mark>so</mark>"),
        ("<mark>", "mark", "&lt;<mark>mark</mark>&gt;"),
        ("so-so", "so", "<mark>so</mark>-<mark>so</mark>"),
        ("kế hoạch, khoa học, hóa", "hoa", "kế hoạch, khoa học, <mark>hóa</mark>"),
        ("trường học", "truo", "<mark>trườ</mark>ng học"),
        ("di sản", "di-sản di sản", "<mark>di</mark> <mark>sản</mark>"),
        ("a (số) b", "(số số)", "a <mark>(số)</mark> b"),
        ("So\u0302\u0301 hoa", "số", "<mark>Số</mark> hoa"),
        ("không", "x", "không"),
        ("", "x", ""),
    ],
)
def test_what_was_found_is_marked(text, typed, html):
    assert marked(text, words_of(typed)) == html


@given(text=st.text(max_size=60), typed=st.text(max_size=20))
def test_marking_never_changes_the_text(text, typed):
    html = marked(text, words_of(typed))
    assert html.replace("<mark>", "").replace("</mark>", "") == escape(nfc(text))


@pytest.mark.django_db
class TestInTheDatabase:
    @pytest.fixture(autouse=True)
    def units(self):
        UnitFactory(name_vi="Cục Số hóa di sản", place="15/KH-ĐHVH")
        UnitFactory(name_vi="Cục Hóa chất", place="12/CTr-TƯ")

    def found(self, typed, *fields):
        rows = Unit.objects.alias(place_key=folded_symbol("place"))
        rows = rows.filter(holding(words_of(typed), *fields))
        return {row.name_vi for row in rows}

    @pytest.mark.parametrize("typed", ["so hoa", "HÓA SỐ", "hoa cuc so", "san"])
    def test_every_word_must_stand_there_in_any_order(self, typed):
        assert self.found(typed, "search_key") == {"Cục Số hóa di sản"}

    @pytest.mark.parametrize("typed", ["15/kh-dhvh", "15/KH-ĐHVH", "đhvh", "hoa dhvh"])
    def test_a_word_may_stand_in_either_field(self, typed):
        assert self.found(typed, "search_key", "place_key") == {"Cục Số hóa di sản"}

    def test_a_symbol_is_folded_as_text_is(self):
        assert self.found("ctr-tư", "place_key") == {"Cục Hóa chất"}
        keys = Unit.objects.annotate(key=folded_symbol("place")).values_list("place", "key")
        assert all(fold(place) == key for place, key in keys)

    @pytest.mark.parametrize(
        ("typed", "names"),
        [
            ("hoa", {"Cục Số hóa di sản", "Cục Hóa chất"}),
            ("ho", set()),
            ("chat", {"Cục Hóa chất"}),
            ("hoac", set()),
            ("cuc", {"Cục Số hóa di sản", "Cục Hóa chất"}),
            ("uc", set()),
        ],
    )
    def test_a_short_word_stands_whole_and_a_long_one_begins_a_word(self, typed, names):
        assert self.found(typed, "search_key") == names

    @pytest.mark.parametrize(
        "typed", ["%", "_", "\\", "'; --", "%hoa", "[a-z]+", "(", "hoa*", "\\d"]
    )
    def test_signs_of_patterns_are_ordinary_signs(self, typed):
        assert self.found(typed, "search_key") == set()
