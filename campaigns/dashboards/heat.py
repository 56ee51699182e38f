"""The heat map of units by content areas: targets set, of the indicators that apply."""

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns.dashboards.queries import target_counts
from campaigns.programme.models import ContentArea, in_language
from emulation_portal.core.charts import HeatCell, HeatColumn, HeatRow, heat_map
from units.models import Mandate, Role

# In the cells and in the key: what is not here may well exist on paper.
MISSING = gettext_lazy("not here yet")

# What a row needs of `plans.listing.units_with_plans`.
COLUMNS = (
    "pk", "name_vi", "name_en", "plan_id", "version_id", "version_number", "issue_date",
    "registered_from_paper",
)  # fmt: skip

_Counts = dict[tuple[int, int], tuple[int, int]]


def area_heat_map(
    units: Sequence[dict[str, Any]], areas: Sequence[ContentArea], *, mandate: Mandate
) -> SafeString:
    """Return units down, content areas across; a cell leads to the section behind it. One query."""
    counts = target_counts(unit["version_id"] for unit in units if unit["version_id"])
    return heat_map(
        caption=_("Targets set, of the indicators that apply, by unit and content area"),
        corner=_("Unit"),
        columns=[_column(area) for area in areas],
        rows=[_row(unit, areas, counts, mandate) for unit in units],
        missing=MISSING,
    )


def _column(area: ContentArea) -> HeatColumn:
    return HeatColumn(
        name=_("Content %(number)s: %(name)s") % {"number": area.number, "name": area.name},
        short=f"{area.number}. {area.short_name}",
    )


def _row(
    unit: dict[str, Any], areas: Sequence[ContentArea], counts: _Counts, mandate: Mandate
) -> HeatRow:
    name = in_language(unit["name_vi"], unit["name_en"])
    if not unit["version_id"]:
        # Nothing has come in: how many indicators apply is not known either.
        return HeatRow(name, [HeatCell(done=None, applicable=1) for _area in areas])
    url = _address(unit, mandate)
    return HeatRow(name, [_cell(unit, area, counts, url) for area in areas], url)


def _cell(unit: dict[str, Any], area: ContentArea, counts: _Counts, url: str) -> HeatCell:
    done, applicable = counts.get((unit["version_id"], area.pk), (0, 0))
    # A plan registered from paper says nothing about targets until somebody has typed them.
    unknown = unit["registered_from_paper"] and not done
    return HeatCell(
        None if unknown else done, applicable, url=f"{url}#part-area-{area.number}" if url else ""
    )


def _address(unit: dict[str, Any], mandate: Mandate) -> str:
    """Where the version is read; an observer opens issued ones only."""
    if mandate.role == Role.OBSERVER and unit["issue_date"] is None:
        return ""
    return reverse("campaigns:plan-version", args=[unit["plan_id"], unit["version_number"]])
