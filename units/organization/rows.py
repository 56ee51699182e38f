"""Reading the rows of a units file: what each cell must look like, without asking the database.

A file that is not the portal's own is judged like one that is: every fault of every row is
collected with its row number, and nothing is guessed.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from emulation_portal.core.errors import DomainError
from emulation_portal.core.text import fold, nfc
from emulation_portal.formats.reading import echo, parse_date
from units.organization.models import Unit, UnitKind

REQUIRED = ("code", "abbreviation", "kind", "name_vi", "name_en", "valid_from")
OPTIONAL = ("place", "own_seal", "owes_plan", "parent", "valid_to", "names_from", "evidence")
BLOCK_COLUMN = re.compile(r"block_(20[0-9]{2})")
BLOCK_COLUMNS = ("code", "name_vi", "name_en", "evidence")
SUCCESSION_COLUMNS = ("from_code", "to_code", "date", "decision", "evidence")

_CODE = re.compile(r"[-a-zA-Z0-9_]+")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f]")
_YES = {"yes", "y", "true", "1", "co", "x"}
_NO = {"no", "n", "false", "0", "khong"}

RawRows = Iterable[tuple[int, Mapping[str, str]]]


@dataclass(frozen=True)
class RowError:
    """One fault: the row as the spreadsheet numbers it, the column ("" for the row), the reason."""

    row: int
    column: str
    reason: str

    def __str__(self) -> str:
        details = {"row": self.row, "column": self.column, "reason": self.reason}
        if self.column:
            return _("Row %(row)s, column %(column)s: %(reason)s") % details
        return _("Row %(row)s: %(reason)s") % details


@dataclass(frozen=True)
class UnitRow:
    """A readable row. `given` names the columns the file has: the others stay as they are."""

    row: int
    code: str
    values: dict[str, Any]
    parent: str
    names_from: date | None
    blocks: dict[int, str]
    given: frozenset[str]


@dataclass(frozen=True)
class BlockRow:
    row: int
    code: str
    name_vi: str
    name_en: str
    source: str


@dataclass(frozen=True)
class SuccessionRow:
    row: int
    from_code: str
    to_code: str
    day: date
    decision: str


@dataclass
class Reading:
    """The readable rows of the files, and the faults of the others.

    `codes` holds the units of bad rows too: their children are not at fault.
    """

    units: list[UnitRow] = field(default_factory=list)
    blocks: list[BlockRow] = field(default_factory=list)
    successions: list[SuccessionRow] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)
    codes: set[str] = field(default_factory=set)


class _Cells:
    """The cells of one row; collects what is wrong with them."""

    def __init__(self, row: int, cells: Mapping[str, str]) -> None:
        self.row = row
        self.cells = {name: nfc(str(value or "")).strip() for name, value in cells.items() if name}
        self.errors: list[RowError] = []

    def fault(self, column: str, reason: str) -> None:
        self.errors.append(RowError(self.row, column, reason))

    def text(self, column: str, limit: int, *, required: bool = False) -> str:
        value = self.cells.get(column, "")
        if required and not value:
            self.fault(column, _("is missing."))
        elif _UNPRINTABLE.search(value):
            self.fault(
                column, _("contains a line break or another character that cannot be stored.")
            )
        elif len(value) > limit:
            self.fault(column, _("is longer than %(limit)s characters.") % {"limit": limit})
        return value

    def code(self, column: str, *, required: bool = False) -> str:
        value = self.text(column, 60, required=required)
        if value and not _CODE.fullmatch(value):
            self.fault(
                column,
                _("“%(typed)s” is not a code: letters without accents, digits, - and _ only.")
                % {"typed": echo(value)},
            )
        return value

    def day(self, column: str, *, required: bool = False) -> date | None:
        # A spreadsheet's date cell may come with midnight attached.
        value = re.sub(r"[T ]00:00(:00)?$", "", self.text(column, 40, required=required))
        if not value:
            return None
        try:
            return parse_date(value)
        except DomainError as refusal:
            self.fault(column, str(refusal))
            return None

    def answer(self, column: str, *, default: bool) -> bool:
        value = fold(self.cells.get(column, ""))
        if not value:
            return default
        if value not in _YES | _NO:
            typed = echo(self.cells[column])
            self.fault(column, _("“%(typed)s” is neither yes nor no.") % {"typed": typed})
        return value in _YES


def read_units(rows: RawRows) -> Reading:
    """Return the units of a file with one row per unit, and every fault of it."""
    reading = Reading()
    seen: dict[str, int] = {}
    for number, cells in rows:
        if not seen and not reading.errors and (faults := _header_faults(cells)):
            reading.errors += faults
            return reading
        row = _Cells(number, cells)
        unit = _unit_row(row)
        first = seen.setdefault(unit.code, number)
        if unit.code and first != number:
            row.fault("code", _("is the same as in row %(row)s.") % {"row": first})
        reading.errors += row.errors
        if not row.errors:
            reading.units.append(unit)
    reading.codes = set(seen)
    if not seen and not reading.errors:
        reading.errors.append(RowError(1, "", _("The file has no rows.")))
    return reading


def read_blocks(rows: RawRows, reading: Reading) -> None:
    """Add the blocks of a blocks file, and its faults, to `reading`."""
    seen: dict[str, int] = {}
    for number, cells in rows:
        row = _Cells(number, cells)
        block = BlockRow(
            number,
            row.code("code", required=True),
            row.text("name_vi", 255, required=True),
            row.text("name_en", 255, required=True),
            row.text("evidence", 500),
        )
        first = seen.setdefault(block.code, number)
        if block.code and first != number:
            row.fault("code", _("is the same as in row %(row)s.") % {"row": first})
        reading.errors += row.errors
        if not row.errors:
            reading.blocks.append(block)


def read_successions(rows: RawRows, reading: Reading) -> None:
    """Add the mergers and splits of a successions file, and its faults, to `reading`."""
    seen: dict[tuple[str, str], int] = {}
    for number, cells in rows:
        row = _Cells(number, cells)
        before, after = row.code("from_code", required=True), row.code("to_code", required=True)
        day = row.day("date", required=True)
        decision = row.text("decision", 255, required=True)
        if before and before == after:
            row.fault("to_code", _("A unit cannot succeed itself."))
        first = seen.setdefault((before, after), number)
        if first != number:
            row.fault("", _("is the same as row %(row)s.") % {"row": first})
        reading.errors += row.errors
        if not row.errors and day:
            reading.successions.append(SuccessionRow(number, before, after, day, decision))


def _header_faults(cells: Mapping[str, str]) -> list[RowError]:
    """Judge the header once: a wrong column name would otherwise be a fault of every row."""
    missing = [name for name in REQUIRED if name not in cells]
    known = {*REQUIRED, *OPTIONAL}
    unknown = [
        name for name in cells if name and name not in known and not BLOCK_COLUMN.fullmatch(name)
    ]
    return [RowError(1, name, _("This column is missing.")) for name in missing] + [
        RowError(1, echo(str(name)), _("This column is not known.")) for name in unknown
    ]


def _unit_row(row: _Cells) -> UnitRow:
    code = row.code("code", required=True)
    valid_from, valid_to = row.day("valid_from", required=True), row.day("valid_to")
    if valid_from and valid_to and valid_to <= valid_from:
        row.fault("valid_to", _("must be after the first day."))
    kind = row.cells.get("kind", "")
    if kind not in UnitKind.values:
        row.fault(
            "kind",
            _("“%(typed)s” is not a kind of unit. Known are: %(known)s.")
            % {"typed": echo(kind), "known": ", ".join(UnitKind.values)},
        )
    parent = row.code("parent")
    if parent and parent == code:
        row.fault("parent", _("A unit cannot be its own parent."))
    values = {
        "abbreviation": row.text("abbreviation", 30, required=True),
        "kind": kind,
        "name_vi": row.text("name_vi", 255, required=True),
        "name_en": row.text("name_en", 255, required=True),
        "place": row.text("place", 100),
        "has_own_seal": row.answer("own_seal", default=True),
        "owes_plan": row.answer("owes_plan", default=True),
        "valid_from": valid_from,
        "valid_to": valid_to,
    }
    blocks = {
        int(match[1]): row.code(name)
        for name in row.cells
        if (match := BLOCK_COLUMN.fullmatch(name))
    }
    given = frozenset(row.cells)
    return UnitRow(row.row, code, values, parent, row.day("names_from"), blocks, given)


# Which column fills which field of a unit; names and parent are handled apart.
FIELD_COLUMNS = {
    "abbreviation": "abbreviation",
    "kind": "kind",
    "place": "place",
    "has_own_seal": "own_seal",
    "owes_plan": "owes_plan",
    "valid_from": "valid_from",
    "valid_to": "valid_to",
}


def cells_of(
    unit: Unit, parent: str, names_from: date | None, blocks: dict[int, str]
) -> dict[str, str]:
    """Return a unit as the cells of a row that `read_units` takes back unchanged."""
    return {
        "code": unit.code,
        "abbreviation": unit.abbreviation,
        "kind": unit.kind,
        "name_vi": unit.name_vi,
        "name_en": unit.name_en,
        "place": unit.place,
        "own_seal": "yes" if unit.has_own_seal else "no",
        "owes_plan": "yes" if unit.owes_plan else "no",
        "parent": parent,
        "valid_from": unit.valid_from.isoformat(),
        "valid_to": unit.valid_to.isoformat() if unit.valid_to else "",
        **{f"block_{year}": code for year, code in sorted(blocks.items())},
        "names_from": names_from.isoformat() if names_from else "",
        "evidence": "",
    }
