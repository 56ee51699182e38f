"""The one way units are written: an import of rows, all of it or nothing."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone

from emulation_portal.core import audit
from emulation_portal.core.actors import Actor
from units.organization.importing import ImportPlan, RowsRefused, plan_import
from units.organization.models import Block, BlockMembership, Succession, Unit, UnitName
from units.organization.rows import FIELD_COLUMNS, Reading

_BATCH = 500


@dataclass(frozen=True)
class ImportResult:
    """How many units the import made and changed, and how many it found as they are."""

    created: int
    changed: int
    unchanged: int


@transaction.atomic
def import_units(reading: Reading, *, by: Actor, at: datetime) -> ImportResult:
    """Write what the files say, or nothing when any row is bad; return what was done.

    Raises RowsRefused with every fault. Units are never deleted: one that has ended gets a last
    day, and a new name is added beside the old. Side effects, in order: the tables are locked
    against another import, blocks, units, names, memberships and successions are written in
    batches, `unit.imported` (new) or `unit.changed` is recorded for each unit touched.
    """
    _one_import_at_a_time()
    plan = plan_import(reading, today=timezone.localdate(at))
    if plan.errors:
        raise RowsRefused(plan.errors)
    _write_blocks(plan)
    units = _write_units(plan)
    UnitName.objects.bulk_create(plan.new_names, batch_size=_BATCH)
    UnitName.objects.bulk_update(
        plan.corrected_names, ["name_vi", "name_en", "valid_from"], batch_size=_BATCH // 5
    )
    _write_memberships(plan, units)
    _write_successions(plan, units)
    audit.record_many(
        "unit.imported",
        entries=[(unit, {"code": unit.code}) for unit in plan.created],
        by=by,
        at=at,
    )
    audit.record_many(
        "unit.changed",
        entries=[
            (change.unit, {"fields": [list(item) for item in change.fields]})
            for change in plan.changed
        ],
        by=by,
        at=at,
    )
    return ImportResult(len(plan.created), len(plan.changed), plan.unchanged)


def _one_import_at_a_time() -> None:
    """Two imports at once would plan against the same past. SQLite has one writer anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f'LOCK TABLE "{Unit._meta.db_table}" IN SHARE ROW EXCLUSIVE MODE')


def _write_blocks(plan: ImportPlan) -> None:
    for block in [*plan.blocks_created, *plan.blocks_changed]:
        block.save()  # a ministry has a dozen


def _write_units(plan: ImportPlan) -> dict[str, Unit]:
    """Store the units, generation by generation: a parent has its number before its children."""
    units = {change.unit.code: change.unit for change in plan.changed}
    new = {unit.code: unit for unit in plan.created}
    if _referred_codes(plan) - units.keys() - new.keys():
        units = {unit.code: unit for unit in Unit.objects.all()} | units
    waiting = list(plan.created)
    while waiting:
        ready = [unit for unit in waiting if plan.parents.get(unit.code, "") not in new]
        for unit in ready:
            unit.parent = units.get(plan.parents.get(unit.code, ""))
        Unit.objects.bulk_create(ready, batch_size=_BATCH)
        for unit in ready:
            units[unit.code] = new.pop(unit.code)
        waiting = [unit for unit in waiting if unit.code in new]
    for name in plan.new_names:
        name.unit_id = name.unit.pk
    for change in plan.changed:
        if change.unit.code in plan.parents:
            change.unit.parent = units.get(plan.parents[change.unit.code])
    # Only what some row changed: a bulk update costs by the number of columns.
    columns = {column for change in plan.changed for column, _before, _after in change.fields}
    fields = {name for name, column in FIELD_COLUMNS.items() if column in columns}
    fields |= columns & {"parent", "name_vi", "name_en"}
    if columns & {"abbreviation", "name_vi", "name_en"}:
        fields |= {"sort_key", "search_key"}
    if fields:
        Unit.objects.bulk_update(
            [change.unit for change in plan.changed], sorted(fields), batch_size=_BATCH // 5
        )
    return units


def _referred_codes(plan: ImportPlan) -> set[str]:
    codes = {parent for parent in plan.parents.values() if parent}
    codes |= {code for code, _year in plan.memberships}
    for before, after, _day, _decision in plan.successions_created:
        codes |= {before, after}
    return codes


def _write_memberships(plan: ImportPlan, units: dict[str, Unit]) -> None:
    if not plan.memberships:
        return
    blocks = {block.code: block for block in Block.objects.all()}
    for year in sorted({year for _code, year in plan.memberships}):
        numbers = [units[code].pk for code, of_year in plan.memberships if of_year == year]
        for start in range(0, len(numbers), _BATCH):
            chunk = numbers[start : start + _BATCH]
            BlockMembership.objects.filter(year=year, unit_id__in=chunk).delete()
    BlockMembership.objects.bulk_create(
        [
            BlockMembership(unit=units[code], block=blocks[block], year=year)
            for (code, year), block in plan.memberships.items()
            if block
        ],
        batch_size=_BATCH,
    )


def _write_successions(plan: ImportPlan, units: dict[str, Unit]) -> None:
    Succession.objects.bulk_create(
        [
            Succession(
                predecessor=units[before],
                successor=units[after],
                succession_date=day,
                decision=decision,
            )
            for before, after, day, decision in plan.successions_created
        ],
        batch_size=_BATCH,
    )
    Succession.objects.bulk_update(plan.successions_changed, ["succession_date", "decision"])
