"""The content model's own rules: broken lines, dates, numbers, lists."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulation_portal.core.documents.lines import (
    ABSTRACT_LINE,
    ISSUER_LINE,
    archived,
    attached_to,
    balanced,
    closed,
    dated,
    listed,
    numbered,
    roman,
)


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("CỤC ĐIỆN ẢNH", ("CỤC ĐIỆN ẢNH",)),
        ("BỘ VĂN HÓA, THỂ THAO VÀ DU LỊCH", ("BỘ VĂN HÓA, THỂ THAO", "VÀ DU LỊCH")),
        (
            "CỤC VĂN HÓA CƠ SỞ, GIA ĐÌNH VÀ THƯ VIỆN",
            ("CỤC VĂN HÓA CƠ SỞ,", "GIA ĐÌNH VÀ THƯ VIỆN"),
        ),
    ],
)
def test_names_break_where_people_break_them(name, lines):
    assert balanced(name, ISSUER_LINE) == lines


@given(st.lists(st.text("ABĐ,", min_size=1, max_size=12), min_size=1, max_size=120))
def test_no_line_is_too_long_and_no_word_is_lost(words):
    lines = balanced(" ".join(words), ABSTRACT_LINE)
    assert " ".join(lines).split() == words
    assert all(len(line) <= ABSTRACT_LINE for line in lines)


def test_a_word_longer_than_the_line_stands_alone():
    assert balanced(f"A {'B' * 40} C", ISSUER_LINE) == ("A", "B" * 40, "C")


@pytest.mark.parametrize(
    ("day", "text"),
    [
        (date(2026, 1, 1), "Huế, ngày 01 tháng 01 năm 2026"),
        (date(2026, 2, 10), "Huế, ngày 10 tháng 02 năm 2026"),
        (date(2026, 3, 9), "Huế, ngày 09 tháng 3 năm 2026"),
        (None, "Huế, ngày … tháng … năm …"),
    ],
)
def test_zeros_before_days_under_ten_and_the_first_two_months(day, text):
    assert dated("Huế", day) == text


@pytest.mark.parametrize(
    ("number", "text"), [("5", "Số: 05/KH-A"), ("15", "Số: 15/KH-A"), ("", "Số: …/KH-A")]
)
def test_a_zero_before_numbers_under_ten(number, text):
    assert numbered(number, "KH-A") == text


def test_lists_end_with_one_full_stop():
    assert listed(["A;", " B. ", "", ";", "A"]) == ("A;", "B;", "A.")


@pytest.mark.parametrize(
    ("number", "text"), [(1, "I"), (4, "IV"), (9, "IX"), (14, "XIV"), (49, "XLIX")]
)
def test_annexes_are_counted_in_roman_numerals(number, text):
    assert roman(number) == text


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ((), "- Lưu: VT"),
        (("TCCB",), "- Lưu: VT, TCCB"),
        (("TCCB", "NVA", 15), "- Lưu: VT, TCCB, NVA (15)"),
    ],
)
def test_the_archive_line_names_office_drafter_and_copies(given, text):
    assert archived(*given) == text


@pytest.mark.parametrize("typed", ["Hết", "Hết.", "Hết;", "Hết./.", "Hết. "])
def test_the_last_sentence_ends_as_the_model_forms_do(typed):
    assert closed(typed) == "Hết./."


def test_an_annex_says_which_paper_it_belongs_to():
    lines = attached_to("Kế hoạch", "Số: 05/KH-A", date(2026, 2, 5), "Cục A")
    assert " ".join(lines) == "(Kèm theo Kế hoạch số 05/KH-A ngày 05 tháng 02 năm 2026 của Cục A)"
