"""What changed in the targets of a plan: numbers as old → new → difference.

A target is recognised by its identity, so that one whose indicator moved to another part is the
same target in another place.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from campaigns.indicators.models import Indicator, Measured, ValueKind
from campaigns.plans.comparing_rows import FieldChange
from campaigns.plans.document import value_of
from campaigns.plans.models import PlanTarget
from campaigns.plans.rows import Measure
from emulation_portal.core.text_diff import RowKind
from emulation_portal.formats.writing import show_number


@dataclass(frozen=True)
class NumberChange:
    """A value of an indicator: old → new → difference, as they are read."""

    label: str
    old: str
    new: str
    difference: str = ""

    @property
    def is_changed(self) -> bool:
        return self.old != self.new


@dataclass(frozen=True)
class TargetChange:
    """An indicator's target: its numbers, and what else is said of it."""

    kind: RowKind
    title: str
    numbers: tuple[NumberChange, ...]
    fields: tuple[FieldChange, ...] = ()
    moved: str = ""

    @property
    def is_changed(self) -> bool:
        return self.kind != RowKind.SAME or bool(self.moved)

    @property
    def changed_numbers(self) -> list[NumberChange]:
        return [number for number in self.numbers if number.is_changed]

    @property
    def changed_fields(self) -> list[FieldChange]:
        return [field for field in self.fields if field.is_changed]


def compare_targets(
    old: Sequence[tuple[str, PlanTarget]],
    new: Sequence[tuple[str, PlanTarget]],
    titles: dict[str, str],
) -> dict[str, list[TargetChange]]:
    """Return the targets of each part, by its key. A target is known by its identity, or by its
    indicator where it was taken out and set again.
    """
    before = {target.identity: (key, target) for key, target in old}
    by_indicator = {target.indicator_id: (key, target) for key, target in old}
    kept = set()
    rows: dict[str, list[TargetChange]] = defaultdict(list)
    for key, target in new:
        source = before.get(target.identity) or by_indicator.get(target.indicator_id)
        if source is None:
            rows[key].append(_target(RowKind.ADDED, None, target))
            continue
        old_key, was = source
        kept.add(was.pk)
        change = _target(RowKind.SAME, was, target)
        if old_key != key:
            moved = _("Moved here from “%(part)s”.") % {"part": titles.get(old_key, old_key)}
            change = _target(RowKind.MOVED_HERE, was, target, moved=moved)
        elif change.changed_numbers or change.changed_fields:
            change = TargetChange(RowKind.CHANGED, change.title, change.numbers, change.fields)
        rows[key].append(change)
    for key, target in old:
        if target.pk not in kept:
            rows[key].append(_target(RowKind.REMOVED, target, None))
    return rows


def _target(
    kind: RowKind, old: PlanTarget | None, new: PlanTarget | None, *, moved: str = ""
) -> TargetChange:
    shown = new or old
    assert shown is not None  # noqa: S101 - a row stands in one of the versions
    indicator = shown.indicator
    before, after = _years(old), _years(new)
    numbers = [_number(_("Baseline"), indicator, old, new)]
    numbers += [
        _number(str(year), indicator, before.get(year), after.get(year))
        for year in sorted(before.keys() | after.keys())
    ]
    fields = [
        FieldChange(_("Baseline year"), _year(old), _year(new)),
        FieldChange(_("Applies to the unit"), _applies(old), _applies(new)),
        FieldChange(_("Note"), old.note if old else "", new.note if new else ""),
    ]
    return TargetChange(
        kind, _indicator_title(indicator),
        tuple(number for number in numbers if number.old or number.new),
        tuple(field for field in fields if field.old or field.new), moved,
    )  # fmt: skip


def _indicator_title(indicator: Indicator) -> str:
    return _("%(indicator)s (%(unit)s)") % {
        "indicator": indicator.name,
        "unit": indicator.unit_of_measure,
    }


def _years(target: PlanTarget | None) -> dict[int, Measured]:
    return {row.year: row for row in target.years.all()} if target else {}


def _year(target: PlanTarget | None) -> str:
    return str(target.baseline_year) if target and target.baseline_year else ""


def _applies(target: PlanTarget | None) -> str:
    if target is None:
        return ""
    return _("No") if target.not_applicable else _("Yes")


def _number(
    label: str, indicator: Indicator, old: Measured | None, new: Measured | None
) -> NumberChange:
    return NumberChange(
        label, _value(indicator, old), _value(indicator, new), difference(indicator, old, new)
    )


def _value(indicator: Indicator, measured: Measured | None) -> str:
    value = value_of(indicator, measured) if measured else None
    if value is None:
        return ""
    return f"{value.text} ({value.parts})" if value.parts else value.text


def difference(
    indicator: Indicator, old: Measured | Measure | None, new: Measured | Measure | None
) -> str:
    """Return by how much the value grew or fell, with its sign: "+1.234,5"; of percentages in
    percentage points. Empty where there is nothing to subtract, or nothing changed.
    """
    if old is None or new is None or old.value is None or new.value is None:
        return ""
    if indicator.value_kind == ValueKind.YES_NO or old.value == new.value:
        return ""
    is_share = indicator.is_ratio or indicator.unit_of_measure == "%"
    # Of what is shown, so that a reader who subtracts finds the same.
    places = 2 if indicator.is_ratio else 4
    shown = signed(round(new.value, places) - round(old.value, places))
    return _("%(number)s percentage points") % {"number": shown} if is_share else shown


def signed(number: Decimal) -> str:
    """Return `number` with its sign, a minus wide enough to be seen: "+5", "−1.234,5", "0"."""
    if number == 0:
        return "0"
    return f"{'+' if number > 0 else '−'}{show_number(abs(number))}"
