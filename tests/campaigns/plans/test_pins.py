"""Places of remarks: their names, the words they quote, and where they stand in another version."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.plans.models import PinKind
from campaigns.plans.models.remarks import QUOTE_LENGTH
from campaigns.plans.pins import (
    WHOLE_SECTION,
    Pin,
    find_paragraph,
    paragraphs_of,
    quote_of,
    read_pin,
    shortened,
)
from campaigns.plans.queries import section_by_key
from campaigns.plans.rows import TaskRow
from tests.campaigns.plans.scenes import make_scene, save
from tests.factories.campaigns import make_draft

ROW = UUID("2a8a4d2f-a206-4175-889e-1c57c2feeac8")
TEXT = "Mở đầu của phần này.\n\n- Việc thứ nhất\n- Việc thứ hai\nKết luận của phần này."


@pytest.mark.parametrize(
    "pin",
    [
        WHOLE_SECTION,
        Pin(PinKind.PARAGRAPH, paragraph=12),
        Pin(PinKind.TASK, row=ROW),
        Pin(PinKind.TARGET, row=ROW),
    ],
)
def test_a_pin_is_read_from_its_own_token(pin):
    assert read_pin(pin.token) == pin


@given(st.text(max_size=60))
def test_whatever_is_typed_is_read_or_refused(token):
    pin = read_pin(token)
    assert pin is None or pin.token == token


@pytest.mark.parametrize("token", ["p0", "p-1", "p01", "pp", "p٣", "p99999", f"x-{ROW}", "t-", "t"])
def test_nonsense_names_no_place(token):
    assert read_pin(token) is None


def test_paragraphs_are_lines_and_items():
    assert paragraphs_of(TEXT) == [
        "Mở đầu của phần này.", "Việc thứ nhất", "Việc thứ hai", "Kết luận của phần này.",
    ]  # fmt: skip


@pytest.mark.django_db
class TestQuotes:
    @pytest.fixture
    def scene(self):
        return make_scene(areas=1)

    @pytest.fixture
    def version(self, scene):
        return make_draft(phase=scene.phase, unit=scene.unit)

    def test_a_paragraph_is_quoted_by_its_number(self, scene, version):
        section = save(section_by_key(version, "purpose"), by=scene.officer, narrative=TEXT)
        third = Pin(PinKind.PARAGRAPH, paragraph=3)
        assert quote_of(version, section, third) == "Việc thứ hai"
        for number in (0, 5, None):
            assert quote_of(version, section, Pin(PinKind.PARAGRAPH, paragraph=number)) is None

    def test_rows_of_another_section_are_no_place(self, scene, version):
        area, purpose = (section_by_key(version, key) for key in ("area-1", "purpose"))
        save(area, by=scene.officer, tasks=[TaskRow("Số hóa hồ sơ")])
        pin = Pin(PinKind.TASK, row=version.tasks.get().identity)
        assert quote_of(version, area, pin) == "Số hóa hồ sơ"
        assert quote_of(version, purpose, pin) is None
        assert quote_of(version, area, Pin(PinKind.TARGET, row=pin.row)) is None

    def test_issue_and_papers_need_no_section_and_others_do(self, version):
        section = section_by_key(version, "purpose")
        for kind in (PinKind.ISSUE, PinKind.PAPERS):
            assert quote_of(version, None, Pin(kind)) == ""
            assert quote_of(version, section, Pin(kind)) is None
        assert quote_of(version, None, WHOLE_SECTION) is None


class TestFindingAgain:
    LINES = [
        "Nâng cao nhận thức của cán bộ về chuyển đổi số.",
        "Số hóa hồ sơ di sản theo từng năm.",
        "Kết nối dữ liệu với cơ sở dữ liệu của Bộ.",
    ]

    def test_the_same_words_win_wherever_they_stand(self):
        assert find_paragraph(self.LINES[2], self.LINES) == 3

    def test_reworded_is_found_and_written_anew_is_not(self):
        assert find_paragraph("Số hóa hồ sơ di sản.", self.LINES) == 2
        assert find_paragraph("Tổ chức ba lớp bồi dưỡng kỹ năng.", self.LINES) is None
        assert find_paragraph("Bất kỳ", []) is None

    def test_a_long_paragraph_is_found_by_its_beginning(self):
        line = "Số hóa hồ sơ di sản " * 60
        assert len(shortened(line)) == QUOTE_LENGTH
        assert find_paragraph(shortened(line), ["Khác hẳn", line]) == 2

    @given(st.lists(st.text(min_size=1, max_size=40), max_size=6), st.text(min_size=1, max_size=40))
    def test_gives_a_number_of_a_line_or_none(self, lines, quote):
        number = find_paragraph(quote, lines)
        assert number is None or 1 <= number <= len(lines)
        if quote in lines:
            assert number == lines.index(quote) + 1
