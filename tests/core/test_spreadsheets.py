"""Tables from outside are hostile until shown otherwise; tables we write run nothing."""

import contextlib
import io
import zipfile
from datetime import date, datetime
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulation_portal.core import spreadsheets
from emulation_portal.core.spreadsheets import (
    CellRefused,
    HeaderMissing,
    HeaderRepeats,
    NotUtf8,
    RowTooLong,
    SpreadsheetRefused,
    TableLocked,
    TableTooLarge,
    TableWithLinks,
    TableWithMacro,
    UnknownTableType,
    neutralised,
    read_rows,
    restored,
    write_csv,
    write_xlsx,
)
from emulation_portal.core.text import nfc
from tests.factories.files import (
    RELATIONSHIPS,
    archive,
    docx,
    ole,
    xlsx,
)

naive = datetime  # a workbook knows no time zones


def read(content, filename="bảng.csv"):
    if isinstance(content, str):
        content = content.encode()
    return list(read_rows(io.BytesIO(content), filename=filename))


def xlsx_with(parts):
    """A good workbook with foreign parts added."""
    stream = io.BytesIO(xlsx([["a"], ["b"]]))
    with zipfile.ZipFile(stream, "a") as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return stream.getvalue()


@pytest.mark.parametrize(
    "text",
    [
        "Mã,Tên\nA1,Cục A\n\nA2,Cục B\n",
        "\ufeffMã;Tên\r\nA1;Cục A\r\n;\r\nA2;Cục B",
        "Mã\tTên\nA1\t Cục A \n\t\nA2\tCục B\n",
    ],
    ids=["comma", "semicolon with mark", "tab"],
)
def test_csv_is_read_with_the_row_numbers_a_spreadsheet_shows(text):
    assert read(text) == [
        (2, {"Mã": "A1", "Tên": "Cục A"}),
        (4, {"Mã": "A2", "Tên": "Cục B"}),
    ]


def test_csv_in_utf_16_is_read():
    assert read("Mã\tTên\nA1\tCục A\n".encode("utf-16")) == [(2, {"Mã": "A1", "Tên": "Cục A"})]


def test_decomposed_letters_are_composed():
    [(_row, cells)] = read("Te\u0302n\nCu\u0323c\n")
    assert cells == {"Tên": "Cục"}


def test_a_short_row_is_filled_up():
    assert read("a,b\n1\n") == [(2, {"a": "1", "b": ""})]


def test_xlsx_is_read_as_typed():
    content = xlsx(
        [
            ["chữ", "số", "lẻ", "ngày", "giờ", "đúng"],
            ["Cục", 1234, 0.1, date(2027, 3, 5), naive(2027, 3, 5, 8, 30), True],
            [None] * 6,
            ["x", 10**6, 1234.5, naive(2027, 3, 5), None, False],
        ]
    )
    assert read(content, "a.XLSX") == [
        (2, {"chữ": "Cục", "số": "1234", "lẻ": "0,1", "ngày": "05/03/2027",
             "giờ": "05/03/2027 08:30", "đúng": "1"}),
        (4, {"chữ": "x", "số": "1000000", "lẻ": "1234,5", "ngày": "05/03/2027", "giờ": "",
             "đúng": "0"}),
    ]  # fmt: skip


def test_a_file_is_read_by_its_path(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("a\n1\n")
    assert list(read_rows(path)) == [(2, {"a": "1"})]


def _far_cell():
    book = openpyxl.Workbook()
    book.active.cell(1, 1, "a")
    book.active.cell(2, 230, "x")
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


EXTERNAL = RELATIONSHIPS.format(
    '<Relationship Id="r1" Type="urn:x/externalLinkPath" Target="C:/x.xlsx" TargetMode="External"/>'
)
HOSTILE = {
    "other type": ("a.txt", b"a\n1\n", UnknownTableType),
    "no rows": ("a.csv", b"", HeaderMissing),
    "unnamed column": ("a.csv", b"a,,c\n1,2,3\n", HeaderMissing),
    "named twice": ("a.csv", b"a,a\n1,2\n", HeaderRepeats),
    "row too long": ("a.csv", b"a\n1,2\n", RowTooLong),
    "cell far out": ("a.xlsx", _far_cell(), RowTooLong),
    "old encoding": ("a.csv", "Mã\nCục\n".encode("cp1258", "replace") + b"\xe9\xff", NotUtf8),
    "nul": ("a.csv", b"a\n\0\n", CellRefused),
    "long cell": ("a.csv", b"a\n" + b"x" * 40_000, CellRefused),
    "longer cell": ("a.csv", b"a\n" + b"x" * 200_000, CellRefused),
    "stray quote": ("a.csv", b'a\n"x"y\n', CellRefused),
    "too many columns": ("a.csv", ",".join(map(str, range(201))).encode(), TableTooLarge),
    "no workbook": ("a.xlsx", b"MZ", SpreadsheetRefused),
    "word as workbook": ("a.xlsx", docx(), SpreadsheetRefused),
    "empty workbook": ("a.xlsx", archive({"[Content_Types].xml": "<x/>"}), SpreadsheetRefused),
    "workbook of 2003": ("a.xlsx", ole("Workbook"), SpreadsheetRefused),
    "locked": ("a.xlsx", ole("EncryptedPackage"), TableLocked),
    "macro": ("a.xlsx", xlsx_with({"xl/vbaProject.bin": b"x"}), TableWithMacro),
    "links": ("a.xlsx", xlsx_with({"xl/externalLinks/_rels/e.rels": EXTERNAL}), TableWithLinks),
    "doctype": ("a.xlsx", xlsx_with({"xl/x.xml": "<!DOCTYPE x><x/>"}), SpreadsheetRefused),
    "archive inside": ("a.xlsx", xlsx_with({"xl/x.xlsx": xlsx()}), SpreadsheetRefused),
    "bomb": ("a.xlsx", xlsx_with({"xl/x.bin": bytes(40 * 1024 * 1024)}), TableTooLarge),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_tables_are_refused_for_what_they_are(case):
    name, content, refusal = HOSTILE[case]
    with pytest.raises(SpreadsheetRefused) as caught:
        read(content, name)
    assert caught.type is refusal
    assert name in str(caught.value)


def test_a_broken_sheet_is_refused():
    content = xlsx()
    parts = {}
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        for name in packed.namelist():
            parts[name] = packed.read(name)
    parts["xl/worksheets/sheet1.xml"] = b"<worksheet><sheetData><row r='x'><c/></row"
    with pytest.raises(SpreadsheetRefused):
        read(archive(parts), "a.xlsx")


def test_a_table_of_too_many_rows_or_bytes_is_refused(monkeypatch):
    monkeypatch.setattr(spreadsheets, "MAX_ROWS", 2)
    with pytest.raises(TableTooLarge):
        read("a\n1\n2\n3\n")
    monkeypatch.setattr(spreadsheets, "MAX_BYTES", 5)
    with pytest.raises(TableTooLarge):
        read("a\n1\n2\n")


def test_a_formula_gives_its_value_not_its_text():
    assert read(xlsx([["a"], ["=1+1"]]), "a.xlsx") == []


FORMULAS = ["=1+1", "+1", "-1", "@x", "\tx", "'=x", "''=x", "=cmd|' /C calc'!A0"]


@pytest.mark.parametrize("text", FORMULAS)
def test_written_csv_holds_no_formula(text):
    lines = b"".join(write_csv(["a"], [[text]])).decode("utf-8-sig")
    cell = lines.split("\r\n")[1].strip('"')
    assert cell.startswith("'")
    assert restored(neutralised(text)) == text


@pytest.mark.parametrize("text", ["'abc", "abc", "", "1=1", "Cục 'A'"])
def test_ordinary_text_is_written_as_it_is(text):
    assert neutralised(text) == text


def test_numbers_are_written_the_vietnamese_way_into_csv():
    lines = b"".join(write_csv(["a", "b", "c"], [[Decimal("-1234.5"), date(2027, 3, 5), None]]))
    assert lines.decode("utf-8-sig") == 'a,b,c\r\n"-1234,5",05/03/2027,\r\n'


TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), max_size=40).map(
    lambda text: nfc(text).strip()
)
PREFIXED = st.builds(
    lambda prefix, text: nfc(prefix + text).strip(), st.sampled_from("=+-@'"), TEXT
)


@given(cells=st.lists(st.one_of(TEXT, PREFIXED), min_size=1, max_size=6))
def test_our_own_export_is_read_back(cells):
    cells = [cell.replace("\ufffe", "").replace("\uffff", "") for cell in cells]
    expected = [cell for cell in cells if cell]
    as_csv = b"".join(write_csv(["Tên"], [[cell] for cell in cells]))
    assert [row["Tên"] for _, row in read(as_csv)] == expected
    stream = io.BytesIO()
    write_xlsx(stream, ["Tên"], [[cell] for cell in cells])
    assert [row["Tên"] for _, row in read(stream.getvalue(), "a.xlsx")] == expected


@given(text=st.one_of(TEXT, PREFIXED))
def test_written_workbooks_hold_no_formula(text):
    stream = io.BytesIO()
    write_xlsx(stream, [text], [[text]], title=text)
    for row in openpyxl.load_workbook(stream).active.iter_rows():
        assert all(cell.data_type != "f" for cell in row)


def test_numbers_and_dates_keep_their_type_in_workbooks(at):
    stream = io.BytesIO()
    write_xlsx(stream, ["a", "b", "c"], [[Decimal("1.5"), date(2027, 3, 5), at]])
    _header, values = openpyxl.load_workbook(stream).active.iter_rows(values_only=True)
    assert values == (1.5, naive(2027, 3, 5), at.replace(tzinfo=None))


def test_ten_thousand_rows_are_read():
    lines = write_csv(["a", "b"], ([f"x{n}", n] for n in range(10_000)))
    rows = read(b"".join(lines))
    assert (len(rows), rows[-1]) == (10_000, (10_001, {"a": "x9999", "b": "9999"}))
    stream = io.BytesIO()
    write_xlsx(stream, ["a", "b"], ([f"x{n}", n] for n in range(10_000)))
    assert read(stream.getvalue(), "a.xlsx") == rows


@given(content=st.binary(max_size=300), name=st.sampled_from(["a.csv", "a.xlsx"]))
def test_any_bytes_are_read_or_refused(content, name):
    with contextlib.suppress(SpreadsheetRefused):
        read(content, name)
