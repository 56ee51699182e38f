"""Vietnamese text: one spelling, search without accents, order by the Vietnamese alphabet."""

import random
import unicodedata

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from emulation_portal.core.text import (
    SORT_KEY_LENGTH,
    clean_typed,
    fold,
    nfc,
    person_sort_key,
    search_key,
    vietnamese_sort_key,
)

ALPHABET = list("aăâbcdđeêghiklmnoôơpqrstuưvxy")
TONES = ["ma", "mà", "mả", "mã", "má", "mạ"]
VIETNAMESE = st.text(
    alphabet="aàảãáạăằẳẵắặâầẩẫấậbcdđeèẻẽéẹêềểễếệghiìỉĩíịklmnoòỏõóọôồổỗốộơờởỡớợ"
    "pqrstuùủũúụưừửữứựvxyỳỷỹýỵ "
)


def test_the_alphabet_is_in_order():
    shuffled = random.sample(ALPHABET, len(ALPHABET))
    assert sorted(shuffled, key=vietnamese_sort_key) == ALPHABET


def test_tones_are_in_dictionary_order():
    shuffled = random.sample(TONES, len(TONES))
    assert sorted(shuffled, key=vietnamese_sort_key) == TONES


@pytest.mark.parametrize(
    "ordered",
    [
        ["an", "anh", "ăn", "ân"],
        ["đa", "đà", "đan", "đàn"],
        ["Cục Báo chí", "Cục Di sản văn hóa", "Cục Điện ảnh", "Vụ Tổ chức cán bộ"],
        ["hà an", "hà bình", "hạ an"],
        ["Vụ 1", "Vụ 2", "Vụ A"],
        ["Cục", "Cục A", "Cục-B"],
    ],
)
def test_words_are_in_dictionary_order(ordered):
    shuffled = random.sample(ordered, len(ordered))
    assert sorted(shuffled, key=vietnamese_sort_key) == ordered


def test_people_are_ordered_by_given_name_first():
    ordered = [
        "Trần An",
        "Lê Thị Ánh",
        "Nguyễn Ánh",
        "Nguyễn Văn Ân",
        "Phạm Dũng",
        "Hoàng Đức",
        "Nguyễn Thị Yến",
    ]
    shuffled = random.sample(ordered, len(ordered))
    assert sorted(shuffled, key=person_sort_key) == ordered


def test_an_empty_name_has_a_key():
    assert person_sort_key("  ") == ""


def test_both_ways_to_place_a_tone_sort_alike():
    assert vietnamese_sort_key("hòa") == vietnamese_sort_key("hoà")


def test_letters_of_other_scripts_sort_last():
    assert sorted(["文", "Zürich", "Ă"], key=vietnamese_sort_key) == ["Ă", "Zürich", "文"]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Đào Thị Ánh", "dao thi anh"),
        ("  Cục   Di sản văn hóa ", "cuc di san van hoa"),
        ("ƯỚC", "uoc"),
        ("Ⅲ", "iii"),
    ],
)
def test_search_keys_have_no_accents(text, key):
    assert fold(text) == key
    assert fold(unicodedata.normalize("NFD", text)) == key


def test_a_search_box_takes_anything():
    assert search_key("Điện\0 ảnh") == "dien anh"
    assert len(search_key("a" * 5000)) == 200


def test_typed_line_ends_count_once():
    assert clean_typed("một\r\nhai\rba") == "một\nhai\nba"


@given(text=st.text(max_size=100))
def test_folding_is_settled_and_form_independent(text):
    assert fold(fold(text)) == fold(text)
    assert fold(nfc(text)) == fold(unicodedata.normalize("NFD", text))


@given(text=st.text(max_size=300))
def test_sort_keys_are_short_even_and_made_of_digits(text):
    key = vietnamese_sort_key(text)
    assert set(key) <= set("0123456789")
    assert len(key) <= SORT_KEY_LENGTH
    assert len(key) % 2 == 0


@given(text=VIETNAMESE)
def test_sort_keys_do_not_depend_on_the_unicode_form_or_case(text):
    key = vietnamese_sort_key(text)
    assert vietnamese_sort_key(unicodedata.normalize("NFD", text)) == key
    assert vietnamese_sort_key(text.upper()) == key


@given(words=st.lists(VIETNAMESE, min_size=2, max_size=2))
def test_a_text_sorts_before_its_own_continuation(words):
    shorter = vietnamese_sort_key(words[0])
    assert shorter <= vietnamese_sort_key(f"{words[0]} {words[1]}")


@pytest.mark.django_db
def test_the_database_orders_keys_as_the_dictionary_does():
    names = ["Đặng Ân", "Lê An", "Trần Ăn", "Võ Ẩn", "Vũ Anh", "Ngô Đạt", "Ngô Dũng", "Ý", "Hồ 1"]
    keys = [person_sort_key(name) for name in names]
    values = " UNION ALL ".join(["SELECT %s AS sort_key"] * len(keys))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT sort_key FROM ({values}) AS names ORDER BY sort_key", keys)  # noqa: S608
        assert [row[0] for row in cursor.fetchall()] == sorted(keys)
