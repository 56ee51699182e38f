"""A header is recognised in every language; what is missing is named."""

import io

import openpyxl
import pytest
from django.utils import translation
from django.utils.translation import gettext_lazy
from hypothesis import given
from hypothesis import strategies as st

from emulation_portal.core.spreadsheets import (
    HeaderRepeats,
    read_back,
    read_rows,
    write_csv,
    write_xlsx,
)
from emulation_portal.core.tables import Column, ColumnMissing, header_of, recognised
from emulation_portal.core.text import nfc

COLUMNS = (
    Column("unit", gettext_lazy("Unit"), 30),
    Column("phase", gettext_lazy("Phase"), 10),
    Column("identity", "Code", 20, hidden=True),
)


def table(header, *rows):
    return enumerate((dict(zip(header, row, strict=True)) for row in rows), start=2)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_header_of_either_language_is_recognised(language):
    with translation.override(language):
        header = header_of(COLUMNS)
    [(number, cells)] = recognised(
        table(header, ["Cục", "1", "x"]), COLUMNS, required=["unit"], filename="a.csv"
    )
    assert (number, cells) == (2, {"unit": "Cục", "phase": "1", "identity": "x"})


def test_keys_and_spellings_without_accents_are_recognised_and_other_columns_left_out():
    rows = table(["DON VI", "phase", "ghi chú"], ["Cục", "1", "x"])
    [(_number, cells)] = recognised(rows, COLUMNS, required=["unit"], filename="a.csv")
    assert cells == {"unit": "Cục", "phase": "1"}


def test_a_missing_column_is_named():
    rows = table(["Phase"], ["1"])
    with translation.override("en"), pytest.raises(ColumnMissing) as caught:
        list(recognised(rows, COLUMNS, required=["unit"], filename="bảng.csv"))
    with translation.override("en"):
        assert "Unit" in str(caught.value)
        assert "bảng.csv" in str(caught.value)


def test_one_column_in_two_languages_is_refused():
    rows = table(["Unit", "Đơn vị"], ["a", "b"])
    with pytest.raises(HeaderRepeats):
        list(recognised(rows, COLUMNS, required=["unit"], filename="a.csv"))


def test_hidden_columns_widths_and_the_sheet_about_the_table():
    stream = io.BytesIO()
    write_xlsx(
        stream, ["a", "b"], [["x", "y"]], widths=[30, 12], hidden={1}, about=("Về", [("k", "=v")])
    )
    book = openpyxl.load_workbook(stream)
    sheet, about = book.worksheets
    assert not sheet.column_dimensions["A"].hidden
    assert sheet.column_dimensions["A"].width == 30
    assert sheet.column_dimensions["B"].hidden
    assert about.title == "Về"
    assert about["B1"].data_type == "s"


def test_text_like_a_formula_stays_text_after_it_has_been_edited():
    stream = io.BytesIO()
    write_xlsx(stream, ["a"], [["=1+1"], ["Cục"]])
    sheet = openpyxl.load_workbook(stream).active
    assert sheet["A2"].value == "=1+1"
    assert sheet["A2"].data_type == "s"
    assert sheet["A2"].quotePrefix
    assert not sheet["A3"].quotePrefix


def test_a_guarded_cell_that_excel_saved_again_is_read_as_it_was():
    book = openpyxl.Workbook()
    book.active.append(["a"])
    book.active.append(["'=1+1"])
    stream = io.BytesIO()
    book.save(stream)
    assert list(read_rows(stream, filename="a.xlsx")) == [(2, {"a": "=1+1"})]


PIECES = st.one_of(
    st.sampled_from(["=", "+", "-", "@", "\t", "'", '"', "\n", ",", ";", "\r\n", "e\u0302\u0323"]),
    st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8),
)
TEXTS = st.lists(PIECES, max_size=8).map("".join)


@given(texts=st.lists(TEXTS, min_size=1, max_size=5))
def test_text_of_any_kind_comes_back_as_the_portal_keeps_it(texts):
    """Leading signs of formulas, tabs, quotes, line ends and decomposed letters included."""
    stored = [nfc(text.replace("\r\n", "\n").replace("\r", "\n")).strip() for text in texts]
    expected = [read_back(text) for text in stored]
    for text, back in zip(stored, expected, strict=True):
        plain = "".join(c for c in text if (c >= " " and c not in "\ufffe\uffff") or c in "\n\t")
        assert back == nfc(plain).strip()
    rows = [["mốc", text] for text in stored]
    csv = io.BytesIO(b"".join(write_csv(["k", "a"], rows)))
    assert [cells["a"] for _n, cells in read_rows(csv, filename="a.csv")] == expected
    xlsx = io.BytesIO()
    write_xlsx(xlsx, ["k", "a"], rows)
    assert [cells["a"] for _n, cells in read_rows(xlsx, filename="a.xlsx")] == expected
