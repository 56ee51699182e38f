"""What a readable file would change, and what in it does not fit what is known."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from emulation_portal.core.errors import DomainError
from emulation_portal.formats.writing import show_date
from units.organization.models import Block, BlockMembership, Succession, Unit, UnitName
from units.organization.rows import FIELD_COLUMNS, BlockRow, Reading, RowError, UnitRow


class RowsRefused(DomainError):
    """The file has bad rows; nothing of it was taken."""

    def __init__(self, errors: list[RowError]) -> None:
        super().__init__()
        self.errors = errors

    def __str__(self) -> str:
        return "\n".join(str(error) for error in self.errors)


@dataclass(frozen=True)
class Change:
    """A unit that the file changes: (field, before, after) in words a person can check."""

    unit: Unit
    fields: list[tuple[str, str, str]]


@dataclass
class ImportPlan:
    """Everything an import would write, worked out before anything is written."""

    created: list[Unit] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    unchanged: int = 0
    # Parents by code, set once all units are stored and have numbers.
    parents: dict[str, str] = field(default_factory=dict)
    new_names: list[UnitName] = field(default_factory=list)
    corrected_names: list[UnitName] = field(default_factory=list)
    blocks_created: list[Block] = field(default_factory=list)
    blocks_changed: list[Block] = field(default_factory=list)
    # (unit code, year) → block code, "" to leave every block.
    memberships: dict[tuple[str, int], str] = field(default_factory=dict)
    successions_created: list[tuple[str, str, date, str]] = field(default_factory=list)
    successions_changed: list[Succession] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)

    @property
    def block_count(self) -> int:
        """How many blocks are written."""
        return len(self.blocks_created) + len(self.blocks_changed)

    @property
    def succession_count(self) -> int:
        """How many mergers and splits are written."""
        return len(self.successions_created) + len(self.successions_changed)

    @property
    def is_empty(self) -> bool:
        """Whether the file says nothing new."""
        return not (self.created or self.changed or self.block_count or self.succession_count)


class _Known:
    """What the database knows, read in a few queries whatever the size of the file."""

    def __init__(self) -> None:
        self.units = {unit.code: unit for unit in Unit.objects.select_related(None)}
        self.codes = {unit.pk: unit.code for unit in self.units.values()}
        self.blocks = {block.code: block for block in Block.objects.all()}
        self.names: dict[int, list[UnitName]] = {}
        for name in UnitName.objects.order_by("valid_from"):
            self.names.setdefault(name.unit_id, []).append(name)
        block_codes = {block.pk: block.code for block in self.blocks.values()}
        self.memberships = {
            (self.codes[unit_id], year): block_codes[block_id]
            for unit_id, year, block_id in BlockMembership.objects.values_list(
                "unit_id", "year", "block_id"
            )
        }
        self.successions = {
            (self.codes[row.predecessor_id], self.codes[row.successor_id]): row
            for row in Succession.objects.all()
        }

    def parent_code(self, unit: Unit) -> str:
        return self.codes[unit.parent_id] if unit.parent_id else ""


def plan_import(reading: Reading, *, today: date) -> ImportPlan:
    """Return what the file changes. With any error in the plan, nothing of it may be written."""
    plan = ImportPlan(errors=list(reading.errors))
    known = _Known()
    _plan_blocks(plan, known, reading.blocks)
    blocks = {*known.blocks, *(row.code for row in reading.blocks)}
    in_file = reading.codes
    for row in reading.units:
        plan.errors += _unknown_references(row, known, in_file, blocks)
        unit = known.units.get(row.code)
        if unit is None:
            _plan_new(plan, row)
        else:
            _plan_existing(plan, known, row, unit, today)
    plan.errors += _circles(reading.units, known)
    _plan_successions(plan, known, reading, in_file)
    plan.errors.sort(key=lambda error: (error.row, error.column))
    return plan


def _unknown_references(
    row: UnitRow, known: _Known, in_file: set[str], blocks: Iterable[str]
) -> Iterable[RowError]:
    if row.parent and row.parent not in in_file and row.parent not in known.units:
        yield RowError(row.row, "parent", _("There is no unit “%(code)s”.") % {"code": row.parent})
    for year, block in row.blocks.items():
        if block and block not in blocks:
            reason = _("There is no block “%(code)s”.") % {"code": block}
            yield RowError(row.row, f"block_{year}", reason)


def _plan_new(plan: ImportPlan, row: UnitRow) -> None:
    unit = Unit(code=row.code, **row.values)
    unit.set_keys()
    plan.created.append(unit)
    names_from = row.names_from or unit.valid_from
    plan.new_names.append(
        UnitName(unit=unit, name_vi=unit.name_vi, name_en=unit.name_en, valid_from=names_from)
    )
    if row.parent:
        plan.parents[row.code] = row.parent
    plan.memberships |= {(row.code, year): block for year, block in row.blocks.items() if block}


def _plan_existing(plan: ImportPlan, known: _Known, row: UnitRow, unit: Unit, today: date) -> None:
    changes: list[tuple[str, str, str]] = []
    for name, column in FIELD_COLUMNS.items():
        before, after = getattr(unit, name), row.values[name]
        if column in row.given and before != after:
            changes.append((column, _shown(before), _shown(after)))
            setattr(unit, name, after)
    if not _ends_after_it_begins(unit):
        plan.errors.append(RowError(row.row, "valid_to", _("must be after the first day.")))
    if "parent" in row.given and row.parent != known.parent_code(unit):
        changes.append(("parent", known.parent_code(unit), row.parent))
        plan.parents[row.code] = row.parent
    changes += _plan_names(plan, known, row, unit, today)
    for year, block in row.blocks.items():
        before = known.memberships.get((row.code, year), "")
        if before != block:
            changes.append((f"block_{year}", before, block))
            plan.memberships[(row.code, year)] = block
    if changes:
        unit.set_keys()
        plan.changed.append(Change(unit, changes))
    else:
        plan.unchanged += 1


def _plan_names(
    plan: ImportPlan, known: _Known, row: UnitRow, unit: Unit, today: date
) -> list[tuple[str, str, str]]:
    """A later `names_from` is a renaming; the day already known corrects the spelling."""
    changes = [
        (column, getattr(unit, column), row.values[column])
        for column in ("name_vi", "name_en")
        if getattr(unit, column) != row.values[column]
    ]
    names = known.names.get(unit.pk, [])
    latest = names[-1] if names else None
    if not changes:
        return _plan_day_of_name(plan, row, names)
    if fault := _renaming_fault(row, latest, today):
        plan.errors.append(RowError(row.row, "names_from", fault))
        return []
    unit.name_vi, unit.name_en = row.values["name_vi"], row.values["name_en"]
    if latest and row.names_from == latest.valid_from:
        latest.name_vi, latest.name_en = unit.name_vi, unit.name_en
        plan.corrected_names.append(latest)
    else:
        plan.new_names.append(
            UnitName(
                unit=unit,
                name_vi=unit.name_vi,
                name_en=unit.name_en,
                valid_from=row.names_from or unit.valid_from,
            )
        )
        changes.append(("names_from", "", _shown(row.names_from)))
    return changes


def _plan_day_of_name(
    plan: ImportPlan, row: UnitRow, names: list[UnitName]
) -> list[tuple[str, str, str]]:
    """The same name with another day corrects since when it has held."""
    if not names or row.names_from in (None, names[-1].valid_from):
        return []
    if len(names) > 1 and row.names_from <= names[-2].valid_from:
        day = show_date(names[-2].valid_from)
        reason = _("An earlier name has held since %(day)s.") % {"day": day}
        plan.errors.append(RowError(row.row, "names_from", reason))
        return []
    before, names[-1].valid_from = names[-1].valid_from, row.names_from
    plan.corrected_names.append(names[-1])
    return [("names_from", _shown(before), _shown(row.names_from))]


def _renaming_fault(row: UnitRow, latest: UnitName | None, today: date) -> str:
    if latest is None:
        return ""
    if row.names_from is None:
        return _("The name differs from the one known: say from which day the new one holds.")
    if row.names_from < latest.valid_from:
        return _("A later name is known, since %(day)s.") % {"day": show_date(latest.valid_from)}
    if row.names_from > today:
        return _("The new name does not hold yet: import it on that day or later.")
    return ""


def _circles(rows: list[UnitRow], known: _Known) -> Iterable[RowError]:
    """Find units that would be their own ancestor, over file and database together."""
    parents = {code: known.parent_code(unit) for code, unit in known.units.items()}
    parents |= {
        row.code: row.parent for row in rows if "parent" in row.given or row.code not in parents
    }
    sound: set[str] = set()
    for row in rows:
        path: list[str] = []
        code = row.code
        while code and code not in sound and code not in path:
            path.append(code)
            code = parents.get(code, "")
        if code in path and row.code in path[path.index(code) :]:
            chain = " → ".join([*path[path.index(code) :], code])
            yield RowError(
                row.row, "parent", _("Units stand in a circle: %(chain)s.") % {"chain": chain}
            )
        elif code not in path:
            sound.update(path)


def _plan_blocks(plan: ImportPlan, known: _Known, rows: list[BlockRow]) -> None:
    for row in rows:
        wanted = {"name_vi": row.name_vi, "name_en": row.name_en, "source": row.source}
        block = known.blocks.get(row.code)
        if block is None:
            plan.blocks_created.append(Block(code=row.code, **wanted))
        elif any(getattr(block, name) != value for name, value in wanted.items()):
            for name, value in wanted.items():
                setattr(block, name, value)
            plan.blocks_changed.append(block)


def _plan_successions(plan: ImportPlan, known: _Known, reading: Reading, in_file: set[str]) -> None:
    for row in reading.successions:
        for column, code in (("from_code", row.from_code), ("to_code", row.to_code)):
            if code not in known.units and code not in in_file:
                reason = _("There is no unit “%(code)s”.") % {"code": code}
                plan.errors.append(RowError(row.row, column, reason))
        present = known.successions.get((row.from_code, row.to_code))
        if present is None:
            plan.successions_created.append((row.from_code, row.to_code, row.day, row.decision))
        elif (present.succession_date, present.decision) != (row.day, row.decision):
            present.succession_date, present.decision = row.day, row.decision
            plan.successions_changed.append(present)


def _ends_after_it_begins(unit: Unit) -> bool:
    return unit.valid_to is None or unit.valid_to > unit.valid_from


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return show_date(value) if isinstance(value, date) else str(value or "")
