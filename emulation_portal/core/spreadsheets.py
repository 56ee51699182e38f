"""Tables read from and written to CSV and XLSX.

A file from outside is hostile until shown otherwise: nothing in it is executed, followed or
believed, and reading stops at the limits. A file we write runs nothing when it is opened.
"""

import csv
import io
import re
import warnings
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import chain
from pathlib import Path, PurePath
from typing import IO, Any

import openpyxl
from django.utils.translation import gettext_lazy as _
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from emulation_portal.core.archives import (
    ArchiveRefused,
    ArchiveTooLarge,
    ArchiveWithMacro,
    EncryptedArchive,
    Limits,
    inspect_package,
)
from emulation_portal.core.errors import DomainError
from emulation_portal.core.text import nfc
from emulation_portal.formats.writing import show_date, show_number

MAX_ROWS = 50_000
MAX_COLUMNS = 200
MAX_CELL = 32_767  # what Excel itself allows
MAX_BYTES = 20 * 1024 * 1024
_LIMITS = Limits(unpacked_bytes=100 * 1024 * 1024, nesting=0)
_EXCEL_MAIN = "spreadsheetml.sheet.main+xml"
_UNSTORABLE = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\0")

Cell = str | int | Decimal | date | datetime | bool | None
Row = tuple[int, dict[str, str]]


class SpreadsheetRefused(DomainError):
    """The file cannot be read as a table."""

    message = _("“%(name)s” cannot be read as a table. Save it again as .xlsx or as CSV UTF-8.")


class UnknownTableType(SpreadsheetRefused):
    """The extension is neither .csv nor .xlsx."""

    message = _("“%(name)s” is neither a .csv nor an .xlsx file. Save the table in one of the two.")


class TableTooLarge(SpreadsheetRefused):
    """More bytes, rows or columns than are read."""

    message = _(
        "“%(name)s” is too large: at most %(rows)s rows, %(columns)s columns and %(megabytes)s MB "
        "are read. Split the table."
    )


class TableWithMacro(SpreadsheetRefused):
    """The workbook carries program code."""

    message = _("“%(name)s” contains macros. Save it as .xlsx without macros.")


class TableLocked(SpreadsheetRefused):
    """The workbook is encrypted."""

    message = _("“%(name)s” is protected by a password. Save a copy without one.")


class TableWithLinks(SpreadsheetRefused):
    """The workbook refers to other files."""

    message = _(
        "“%(name)s” takes values from other files. Copy the table, paste only its values "
        "into a new workbook and choose that one."
    )


class NotUtf8(SpreadsheetRefused):
    """The CSV file is in an old encoding."""

    message = _("“%(name)s” is not in UTF-8. In Excel, save it as “CSV UTF-8”, or as .xlsx.")


class HeaderMissing(SpreadsheetRefused):
    """There is no first row with column names."""

    message = _("“%(name)s” has no first row with the names of the columns.")


class HeaderRepeats(SpreadsheetRefused):
    """Two columns have one name."""

    message = _("“%(name)s” has two columns named “%(column)s”. Rename or remove one.")


class RowTooLong(SpreadsheetRefused):
    """A row has values beyond the last named column."""

    message = _("Row %(row)s of “%(name)s” has a value beyond the last named column.")


class CellRefused(SpreadsheetRefused):
    """A cell cannot be stored as text."""

    message = _(
        "Row %(row)s of “%(name)s” has a cell that is too long or contains characters "
        "that cannot be stored."
    )


def read_rows(source: str | Path | IO[bytes], *, filename: str = "") -> Iterator[Row]:
    """Yield (row number, {column: text}) for each row that is not blank.

    Of a workbook the first sheet is read. Row numbers are those the spreadsheet shows: the header is row 1. Every value is text in NFC
    without outer spaces; dates read dd/mm/yyyy and numbers 1234,5, as somebody would type them.
    Works lazily: SpreadsheetRefused may come at any row, so callers collect before they store.
    """
    if isinstance(source, str | Path):
        with Path(source).open("rb") as stream:
            yield from read_rows(stream, filename=filename or PurePath(source).name)
        return
    size = source.seek(0, 2)
    source.seek(0)
    if size > MAX_BYTES:
        raise _too_large(filename)
    kind = PurePath(filename).suffix.lower()
    if kind == ".csv":
        lines = _csv_lines(source, filename)
    elif kind == ".xlsx":
        lines = _xlsx_lines(source, filename)
    else:
        raise UnknownTableType(name=filename)
    yield from _named(lines, filename)


def write_csv(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """Yield the lines of a CSV file that Excel opens with its Vietnamese letters intact.

    Text that a spreadsheet would take for a formula gets a leading apostrophe, which `read_rows`
    takes away again.
    """
    yield b"\xef\xbb\xbf"
    line = io.StringIO(newline="")
    writer = csv.writer(line, lineterminator="\r\n")
    for row in chain([header], rows):
        writer.writerow([_csv_cell(value) for value in row])
        yield line.getvalue().encode("utf-8")
        line.seek(0)
        line.truncate()


def write_xlsx(
    stream: IO[bytes],
    header: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    *,
    title: str = "",
    widths: Sequence[int] = (),
    hidden: Collection[int] = (),
    about: tuple[str, Sequence[Sequence[Cell]]] | None = None,
) -> None:
    """Write a workbook to `stream`, row by row, with its header row frozen.

    Text is stored as text, so nothing in it is a formula, also after somebody has edited the
    cell; numbers and dates keep their type. `widths` are those of the columns, `hidden` the
    places of columns that are not shown, `about` title and rows of a second sheet. What has
    been written lies in a temporary file: memory does not grow with the rows.
    """
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet(title=_sheet_title(title))
    sheet.freeze_panes = "A2"
    for place, width in enumerate(widths):
        dimension = sheet.column_dimensions[get_column_letter(place + 1)]
        dimension.width, dimension.hidden = width, place in hidden
    sheet.append([_bold(sheet, name) for name in header])
    for row in rows:
        sheet.append([_xlsx_cell(sheet, value) for value in row])
    if about is not None:
        second = book.create_sheet(title=_sheet_title(about[0]))
        second.column_dimensions["A"].width, second.column_dimensions["B"].width = 28, 80
        for row in about[1]:
            second.append([_xlsx_cell(second, value) for value in row])
    book.save(stream)


def neutralised(text: str) -> str:
    """Return `text` so that no spreadsheet takes it for a formula."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) or _is_guarded(text) else text


def restored(text: str) -> str:
    """Return what `neutralised` was given."""
    return text[1:] if _is_guarded(text) else text


def read_back(text: str) -> str:
    """Return what reading gives for a cell into which `text` was written."""
    return _as_stored(neutralised(_cleared(text)))


def _is_guarded(text: str) -> bool:
    """Whether the leading apostrophes are followed by what starts a formula."""
    return text.startswith("'") and text.lstrip("'").startswith(_FORMULA_STARTS)


def _named(lines: Iterable[tuple[int, list[str]]], filename: str) -> Iterator[Row]:
    header: list[str] | None = None
    count = 0
    for number, raw_cells in lines:
        cells = _without_empty_end(raw_cells)
        if not cells:
            continue
        if header is None:
            header = _header(cells, filename)
            continue
        count += 1
        if count > MAX_ROWS:
            raise _too_large(filename)
        if len(cells) > len(header):
            raise RowTooLong(name=filename, row=number)
        if any(len(cell) > MAX_CELL or "\0" in cell for cell in cells):
            raise CellRefused(name=filename, row=number)
        cells += [""] * (len(header) - len(cells))
        yield number, dict(zip(header, cells, strict=True))
    if header is None:
        raise HeaderMissing(name=filename)


def _without_empty_end(cells: list[str]) -> list[str]:
    end = len(cells)
    while end and not cells[end - 1]:
        end -= 1
    return cells[:end]


def _header(cells: list[str], filename: str) -> list[str]:
    if len(cells) > MAX_COLUMNS:
        raise _too_large(filename)
    if not all(cells):
        raise HeaderMissing(name=filename)
    for column in cells:
        if cells.count(column) > 1:
            raise HeaderRepeats(name=filename, column=column[:60])
    return cells


def _csv_lines(source: IO[bytes], filename: str) -> Iterator[tuple[int, list[str]]]:
    raw = source.read()
    try:
        # Excel's "Unicode text" is UTF-16 with a byte order mark.
        utf16 = raw[:2] in (b"\xff\xfe", b"\xfe\xff")
        text = raw.decode("utf-16" if utf16 else "utf-8-sig")
    except UnicodeDecodeError as fault:
        raise NotUtf8(name=filename) from fault
    first_line = text.partition("\n")[0]
    # A Vietnamese Excel separates by semicolons: its comma is the decimal sign.
    delimiter = max(",;\t", key=first_line.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    row = 0
    try:
        for cells in reader:
            row += 1
            yield row, [_as_stored(cell) for cell in cells]
    except csv.Error as fault:
        raise CellRefused(name=filename, row=row + 1) from fault


def _xlsx_lines(source: IO[bytes], filename: str) -> Iterator[tuple[int, list[str]]]:
    _check_package(source, filename)
    source.seek(0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and validations, which are not read
            book = openpyxl.load_workbook(source, read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # what the file says of its own size is not believed
        rows = sheet.iter_rows(values_only=True, max_col=MAX_COLUMNS + 50)
        for number, row in enumerate(rows, start=1):
            yield number, [_as_typed(cell) for cell in row]
    except (DomainError, MemoryError):
        raise
    except Exception as fault:  # the reader fails on a broken workbook in many ways
        raise SpreadsheetRefused(name=filename) from fault


def _check_package(source: IO[bytes], filename: str) -> None:
    # Excel encrypts into the container that .xls files were made of.
    if source.read(4) == b"\xd0\xcf\x11\xe0" and "EncryptedPackage".encode("utf-16-le") in (
        source.read()
    ):
        raise TableLocked(name=filename)
    try:
        package = inspect_package(source, limits=_LIMITS)
    except EncryptedArchive as fault:
        raise TableLocked(name=filename) from fault
    except ArchiveWithMacro as fault:
        raise TableWithMacro(name=filename) from fault
    except ArchiveTooLarge as fault:
        raise _too_large(filename) from fault
    except ArchiveRefused as fault:
        raise SpreadsheetRefused(name=filename) from fault
    if not any(kind.endswith(_EXCEL_MAIN) for kind in package.content_types):
        raise SpreadsheetRefused(name=filename)
    if any(kind not in ("hyperlink", "image") for kind, _target in package.external):
        raise TableWithLinks(name=filename)


def _as_typed(value: Any) -> str:
    """Return a cell's value as a person would type it into a form."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, datetime) and (value.hour or value.minute or value.second):
        return f"{show_date(value.date())} {value:%H:%M}"
    if isinstance(value, date):
        return show_date(value.date() if isinstance(value, datetime) else value)
    if isinstance(value, int | float | Decimal):
        # A workbook keeps numbers in binary; `repr` gives the shortest decimal that is the same.
        return show_number(Decimal(repr(value) if isinstance(value, float) else value)).replace(
            ".", ""
        )
    return _as_stored(str(value))


def _as_stored(text: str) -> str:
    """Return a cell's text as a form would keep it, without what guards it against formulas."""
    return restored(nfc(text).strip()).strip()


def _csv_cell(value: Cell) -> str:
    return neutralised(_cleared(value)) if isinstance(value, str) else _as_typed(value)


def _xlsx_cell(sheet: Any, value: Cell) -> Any:
    if isinstance(value, str):
        text = _cleared(value)
        # What already looks guarded is guarded once more, or reading would take that away.
        text = (neutralised(text) if _is_guarded(text) else text)[:MAX_CELL]
        if not text.startswith(_FORMULA_STARTS):
            return text
        cell = WriteOnlyCell(sheet, value=text)
        cell.data_type = "s"  # never "f", whatever it begins with
        cell.quotePrefix = True  # nor after somebody has edited it
        return cell
    if isinstance(value, datetime) and value.tzinfo is not None:
        value = value.replace(tzinfo=None)
    if isinstance(value, date):
        cell = WriteOnlyCell(sheet)
        cell.value = value
        cell.number_format = "dd/mm/yyyy hh:mm" if isinstance(value, datetime) else "dd/mm/yyyy"
        return cell
    return value


def _bold(sheet: Any, text: str) -> Any:
    cell = WriteOnlyCell(sheet, value=_cleared(text)[:MAX_CELL])
    cell.data_type = "s"
    cell.font = Font(bold=True)
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    return cell


def _cleared(text: str) -> str:
    """Return `text` without the control characters no XML file may hold."""
    return _UNSTORABLE.sub("", text)


def _sheet_title(title: str) -> str:
    return "".join(c for c in title if c not in "[]:*?/\\'")[:31] or "1"


def _too_large(filename: str) -> TableTooLarge:
    return TableTooLarge(
        name=filename,
        rows=show_number(MAX_ROWS),
        columns=show_number(MAX_COLUMNS),
        megabytes=show_number(MAX_BYTES // 1024 // 1024),
    )
