"""Figures of another unit's sentences: which go, and which belong to the wording."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.plans.importing.figures import without_figures


@pytest.mark.parametrize(
    ("said", "lent"),
    [
        ("đạt 87,5% trước ngày 30/6/2026", "đạt …% trước ngày …"),
        ("Số hóa 1.200 phim", "Số hóa … phim"),
        ("1. Mở 05 lớp cho 120 người", "1. Mở … lớp cho … người"),
        ("- hoàn thành quý III/2026, tháng 6/2026", "- hoàn thành …, …"),
        ("ngày 05 tháng 9 năm 2026", "…"),
        ("năm 2026: hoàn thành 40/50 hồ sơ (80%)", "năm …: hoàn thành … hồ sơ (…%)"),
    ],
)
def test_figures_and_dates_become_blanks(said, lent):
    assert without_figures(said)[0] == lent


@pytest.mark.parametrize(
    "said",
    [
        "theo Nghị quyết số 57-NQ/TW và Nghị định số 30/2020/NĐ-CP",
        "Quyết định số 923/QĐ-TTg ngày 14/5/2025 của Thủ tướng Chính phủ",
        "Luật số 06/2022/QH15, Công văn số 1234/BVHTTDL-TCCB",
        "giai đoạn 2025 - 2030; Giai đoạn 1; Nội dung 3; Điều 5, khoản 2",
        "1.2. dịch vụ công mức độ 4, mạng 5G",
    ],
)
def test_numbers_that_are_names_stay(said):
    assert without_figures(said) == (said, 0)


@given(st.text(alphabet="0123456789.,/% abàđ\n-", max_size=200))
def test_any_text_can_be_read_and_blanking_twice_changes_nothing(said):
    once, _count = without_figures(said)
    assert without_figures(once)[0] == once
    assert once.count("\n") == said.count("\n")
