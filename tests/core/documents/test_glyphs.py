"""A letter no font has must not keep a plan from being printed."""

import pytest

from emulation_portal.core.documents.glyphs import shown


def test_vietnamese_stays_as_it_is():
    text = "Độc lập – Tự do – Hạnh phúc; ẾỆ ữ “x” 10 % …\n\tđ"
    assert shown(text) == text


@pytest.mark.parametrize(
    ("typed", "printed"),
    [("đạt 🎉", "đạt □"), ("漢", "□"), ("a\U000e0001b", "ab"), ("\ufffe", "□")],
)
def test_others_become_a_box_or_nothing(typed, printed):
    assert shown(typed) == printed
