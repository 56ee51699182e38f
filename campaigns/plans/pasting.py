"""Reading what was copied from a spreadsheet: cells between tabs, columns named or in order."""

import csv
import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from io import StringIO

from django.utils.translation import gettext_lazy as _

from emulation_portal.core.errors import DomainError
from emulation_portal.core.text import clean_typed, fold

LONGEST_PASTE = 500_000
MOST_ROWS = 1000
_LONGEST_HEADER = 60

TASK_FIELDS = ("title", "lead", "partners", "due_date", "product")
SKIP = "-"

# Folded beginnings of header cells. "Phối hợp" stands before "đơn vị …" is read as a unit.
_TASK_HEADERS = [
    ("partners", r"(don vi |co quan |ca nhan )?(cung )?phoi hop|partner|supporting"),
    ("lead", r"(don vi |co quan |ca nhan )?(chu tri|thuc hien)|lead|responsible"),
    ("due_date", r"thoi han|thoi gian|han |han$|tien do|ngay hoan thanh|deadline|due"),
    ("product", r"(du kien )?(san pham|ket qua)|product|output|result"),
    ("title", r"(ten |noi dung )?(nhiem vu|cong viec|viec|hoat dong)|noi dung|task|activity|work"),
    (SKIP, r"(tt|stt|so tt|so thu tu|no|#)$"),
]
_TARGET_HEADERS = [
    ("note", r"ghi chu|note|remark"),
    (SKIP, r"(tt|stt|so tt|so thu tu|no|#)$|don vi( tinh)?|dvt|unit|measure"),
    ("indicator", r"(ten |ma )?chi tieu|indicator|code|ma$"),
    ("baseline_year", r"nam (goc|do)|nam cua gia tri|baseline year|measured in"),
    ("baseline", r"(gia tri )?goc|hien trang|baseline|hien tai"),
]
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_ORDINAL = re.compile(r"(?:[0-9]{1,4}|[IVXivx]{1,6})(?:[.,][0-9]{1,3})*[.)]?")
_PUNCTUATION = re.compile(r"[^\w#]+")


class PasteRefused(DomainError):
    """Nothing of what was pasted can be read."""


class NothingPasted(PasteRefused):
    message = _("Nothing was pasted. Copy the cells in the spreadsheet and paste them here.")


class PasteTooLong(PasteRefused):
    message = _(
        "What was pasted is too long: at most %(rows)s rows and %(characters)s characters can be "
        "taken at once. Paste it in parts."
    )


class ColumnMissing(PasteRefused):
    message = _(
        "The first row names columns, but none of them is “%(column)s”. Name that column, or "
        "paste the rows without their headings."
    )


class YearsUnclear(PasteRefused):
    message = _(
        "It cannot be told which column is which year. Paste the row of headings as well, with "
        "the years in it, or exactly these columns: indicator, %(years)s."
    )


@dataclass(frozen=True)
class PastedRow:
    """One row of the spreadsheet: its number there and its cells by field."""

    number: int
    cells: dict[str, str]

    @property
    def text(self) -> str:
        """The row in one line, to be recognised by."""
        return " | ".join(cell for cell in self.cells.values() if cell)


@dataclass(frozen=True)
class PastedTable:
    """What was pasted, and the headings of columns that have no place here."""

    rows: list[PastedRow]
    unused: list[str] = field(default_factory=list)


def read_cells(text: str) -> list[list[str]]:
    """Return the cells of the rows that hold anything. Raises NothingPasted, PasteTooLong.

    Spreadsheets quote a cell that holds a line break; a stray quotation mark is only a letter.
    """
    text = clean_typed(text).replace("\0", "")
    too_long = PasteTooLong(rows=MOST_ROWS, characters=LONGEST_PASTE)
    if len(text) > LONGEST_PASTE:
        raise too_long
    rows = [row for row in _split(text) if any(row)]
    if not rows:
        raise NothingPasted
    if len(rows) > MOST_ROWS:
        raise too_long
    return rows


def _split(text: str) -> list[list[str]]:
    rows = [line.split("\t") for line in text.split("\n")]
    if text.count('"') % 2 == 0:
        with suppress(csv.Error):  # a cell longer than any text of a plan
            rows = list(csv.reader(StringIO(text), delimiter="\t"))
    return [[" ".join(cell.split()) for cell in row] for row in rows]


def read_tasks(text: str) -> PastedTable:
    """Return the rows of a table of tasks, by TASK_FIELDS.

    Columns are taken by the headings of the first row, in Vietnamese or English; without
    headings in the order of the page, a leading column of ordinal numbers left out.
    Raises PasteRefused.
    """
    rows = read_cells(text)
    columns = [_heading(cell, _TASK_HEADERS) for cell in rows[0]]
    if _is_heading(columns):
        if "title" not in columns:
            raise ColumnMissing(column=_("Task"))
        return _table(rows, columns)
    return _by_position(rows, TASK_FIELDS)


def read_targets(text: str, years: Sequence[int]) -> PastedTable:
    """Return the rows of a table of targets: "indicator", "baseline", "baseline_year", "note" and
    "y2026" for each year, all as typed. Raises PasteRefused.
    """
    rows = read_cells(text)
    columns, base_year = _target_headings(rows[0], years)
    if _is_heading(columns):
        if "indicator" not in columns:
            raise ColumnMissing(column=_("Indicator"))
        table = _table(rows, columns)
        if base_year:
            for row in table.rows:
                if row.cells.get("baseline"):
                    row.cells.setdefault("baseline_year", base_year)
        return table
    without_ordinals = _without_ordinals(rows)
    names = ("indicator", *(f"y{year}" for year in years))
    if any(len(_trimmed(row)) > len(names) for row in without_ordinals):
        raise YearsUnclear(years=", ".join(map(str, years)))
    return _by_position(rows, names)


def _target_headings(row: Sequence[str], years: Sequence[int]) -> tuple[list[str | None], str]:
    columns: list[str | None] = []
    base_year = ""
    for cell in row:
        name = _heading(cell, _TARGET_HEADERS)
        found = _YEAR.search(cell) if len(cell) <= _LONGEST_HEADER else None
        if name == "baseline" and found:
            base_year = found[0]
        elif name is None and found and int(found[0]) in years:
            name = f"y{found[0]}"
        columns.append(name if name not in columns or name in (None, SKIP) else None)
    return columns, base_year


def _heading(cell: str, headers: Iterable[tuple[str, str]]) -> str | None:
    if not cell or len(cell) > _LONGEST_HEADER:
        return None
    key = _PUNCTUATION.sub(" ", fold(cell)).strip()
    return next((name for name, pattern in headers if re.match(pattern, key)), None)


def _is_heading(columns: Sequence[str | None]) -> bool:
    return len({name for name in columns if name not in (None, SKIP)}) >= 2


def _table(rows: list[list[str]], columns: Sequence[str | None]) -> PastedTable:
    seen: set[str] = set()
    places: list[tuple[int, str]] = []
    unused = []
    for place, name in enumerate(columns):
        if name == SKIP:
            continue
        if name is None or name in seen:
            unused += [rows[0][place]] if rows[0][place] else []
            continue
        seen.add(name)
        places.append((place, name))
    found = [
        PastedRow(number, {name: row[place] if place < len(row) else "" for place, name in places})
        for number, row in enumerate(rows[1:], start=2)
    ]
    if not found:
        raise NothingPasted
    return PastedTable([row for row in found if row.text], unused)


def _by_position(rows: list[list[str]], names: Sequence[str]) -> PastedTable:
    found = []
    unused: dict[int, str] = {}
    for number, row in enumerate(_without_ordinals(rows), start=1):
        unused |= {
            place: str(_("column %(number)s") % {"number": place + 1})
            for place, cell in enumerate(row)
            if place >= len(names) and cell
        }
        cells = dict(zip(names, [*row, *[""] * len(names)], strict=False))
        found.append(PastedRow(number, cells))
    return PastedTable([row for row in found if row.text], list(unused.values()))


def _without_ordinals(rows: list[list[str]]) -> list[list[str]]:
    """Leave out a first column that only counts the rows."""
    first = [row[0] for row in rows if row and row[0]]
    if first and all(len(row) > 1 for row in rows) and all(map(_ORDINAL.fullmatch, first)):
        return [row[1:] for row in rows]
    return rows


def _trimmed(row: list[str]) -> list[str]:
    while row and not row[-1]:
        row = row[:-1]
    return row
