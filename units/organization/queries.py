"""Reads about units that feed one page or one file."""

from datetime import date
from typing import Any

from django.db.models import OuterRef, Subquery

from units.organization.models import BlockMembership, Unit, UnitName, UnitQuerySet
from units.organization.rows import cells_of


def listed_units(*, text: str, kind: str, block: str, state: str, on: date) -> UnitQuerySet:
    """Return units by name, each with `block_name_vi` and `block_name_en` of the year of `on`."""
    of_year = BlockMembership.objects.filter(unit=OuterRef("pk"), year=on.year)
    units = Unit.objects.annotate(
        block_name_vi=Subquery(of_year.values("block__name_vi")[:1]),
        block_name_en=Subquery(of_year.values("block__name_en")[:1]),
    )
    if text:
        units = units.matching(text)
    if kind:
        units = units.filter(kind=kind)
    if block:
        units = units.filter(block_memberships__year=on.year, block_memberships__block__code=block)
    if state == "ended":
        units = units.filter(valid_to__lte=on)
    elif state != "all":
        units = units.existing(on)
    return units.select_related("parent").order_by("sort_key", "pk")


def export_rows() -> tuple[list[str], list[list[Any]]]:
    """Return header and rows of all units in the shape `import_units` reads, in four queries."""
    codes = dict(Unit.objects.values_list("pk", "code"))
    # Of several names the latest stays: they come in the order of their days.
    since = dict(UnitName.objects.order_by("valid_from").values_list("unit_id", "valid_from"))
    blocks: dict[int, dict[int, str]] = {}
    for unit_id, year, block in BlockMembership.objects.values_list(
        "unit_id", "year", "block__code"
    ):
        blocks.setdefault(unit_id, {})[year] = block
    years = sorted({year for held in blocks.values() for year in held})
    header = [
        "code", "abbreviation", "kind", "name_vi", "name_en", "place", "own_seal", "owes_plan",
        "parent", "valid_from", "valid_to", *(f"block_{year}" for year in years), "names_from",
        "evidence",
    ]  # fmt: skip
    rows = []
    for unit in Unit.objects.order_by("sort_key", "pk"):
        parent = codes[unit.parent_id] if unit.parent_id else ""
        cells = cells_of(unit, parent, since.get(unit.pk), blocks.get(unit.pk, {}))
        rows.append([cells.get(column, "") for column in header])
    return header, rows
