"""What a campaign file may say about indicators; and the whole file, programme included."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from campaigns.indicators.models import (
    Direction,
    Measured,
    OverTime,
    OverUnits,
    ValueKind,
)
from campaigns.programme.document import (
    Choice,
    Flag,
    Integer,
    Key,
    ListOf,
    MappingOf,
    Number,
    Problems,
    Reason,
    Record,
    Slug,
)
from campaigns.programme.model_plan_loader import MODEL_PLAN_KEYS
from campaigns.programme.review_loader import REVIEW_KEYS
from campaigns.programme.schema import (
    PROGRAMME_KEYS,
    SOURCED,
    YEAR,
    bilingual,
    refuse_duplicates,
    refuse_unknown,
)

MINISTRY_TARGET = MappingOf(
    year=Key(YEAR),
    value=Key(Number(), default=None),
    numerator=Key(Number(), default=None),
    denominator=Key(Number(), default=None),
    **SOURCED,
)
INDICATOR = MappingOf(
    code=Key(Slug()),
    area=Key(Integer(1, 99)),
    name=Key(bilingual(500)),
    unit_of_measure=Key(bilingual(60)),
    value_kind=Key(Choice(tuple(ValueKind.values))),
    direction=Key(Choice(tuple(Direction.values))),
    over_time=Key(Choice(tuple(OverTime.values))),
    over_units=Key(Choice(tuple(OverUnits.values))),
    numerator=Key(bilingual(255), default=None),
    denominator=Key(bilingual(255), default=None),
    not_applicable_allowed=Key(Flag(), default=True),
    supplier=Key(Slug(), default=None),
    ministry_targets=Key(ListOf(MINISTRY_TARGET), default=()),
    **SOURCED,
)
CAMPAIGN_FILE = MappingOf(
    **PROGRAMME_KEYS,
    **REVIEW_KEYS,
    **MODEL_PLAN_KEYS,
    indicators=Key(ListOf(INDICATOR), default=()),
)

# How units may add up, by kind of value. Percentages are never added or averaged.
_OVER_UNITS: dict[str, frozenset[str]] = {
    ValueKind.COUNT: frozenset({OverUnits.SUM, OverUnits.AVERAGE}),
    ValueKind.DECIMAL: frozenset({OverUnits.SUM, OverUnits.AVERAGE}),
    ValueKind.RATIO: frozenset({OverUnits.RATIO}),
    ValueKind.YES_NO: frozenset({OverUnits.SHARE_YES}),
}
_LARGEST_PERCENTAGE = Decimal(1_000_000)


def check_indicators(file: Record, problems: Problems) -> None:
    """Add a problem for every indicator or target that contradicts itself or the file."""
    indicators = file["indicators"] or []
    areas = file["areas"] or []
    refuse_duplicates(indicators, ("code",), problems)
    refuse_unknown(indicators, "area", (area["number"] for area in areas), problems)
    years = _years(file["phases"] or [])
    for indicator in indicators:
        _check_rules(indicator, problems)
        targets = indicator["ministry_targets"] or []
        refuse_duplicates(targets, ("year",), problems)
        for target in targets:
            _check_target(indicator["value_kind"], target, problems)
            if target["year"] and years and target["year"] not in years:
                problems.add(target.where("year"), _("no phase of the campaign reaches this year"))


def _years(phases: Iterable[Record]) -> set[int]:
    years: set[int] = set()
    for phase in phases:
        if phase["starts_on"] and phase["ends_on"]:
            years.update(range(phase["starts_on"].year, phase["ends_on"].year + 1))
    return years


def _need(record: Record, key: str, problems: Problems, reason: Reason) -> None:
    """Add a problem where `key` has no value, unless its value was refused already."""
    place = record.where(key)
    if record[key] is None and not any(problem.place == place for problem in problems):
        problems.add(place, reason, part=key)


def _check_rules(indicator: Record, problems: Problems) -> None:
    kind, over_units, over_time = (
        indicator[key] for key in ("value_kind", "over_units", "over_time")
    )
    if kind is None:
        return
    if over_units is not None and over_units not in _OVER_UNITS[kind]:
        problems.add(
            indicator.where("over_units"),
            _("for %(kind)s this is one of: %(choices)s"),
            kind=kind,
            choices=", ".join(sorted(_OVER_UNITS[kind])),
        )
    if kind == ValueKind.YES_NO and over_time in (OverTime.SUM, OverTime.AVERAGE):
        problems.add(
            indicator.where("over_time"),
            _("for %(kind)s this is one of: %(choices)s"),
            kind=kind,
            choices="last, maximum",
        )
    for part in ("numerator", "denominator"):
        if kind == ValueKind.RATIO:
            _need(indicator, part, problems, _("a ratio says what its %(part)s counts"))
        if kind != ValueKind.RATIO and indicator[part] is not None:
            problems.add(indicator.where(part), _("only a ratio has a %(part)s"), part=part)


def _check_target(kind: str | None, target: Record, problems: Problems) -> None:
    if kind == ValueKind.RATIO:
        _check_ratio(target, problems)
    elif kind is not None:
        for part in ("numerator", "denominator"):
            if target[part] is not None:
                problems.add(target.where(part), _("only a ratio has a %(part)s"), part=part)
        _need(target, "value", problems, _("missing"))
        if target["value"] is not None:
            _check_value(kind, target, target["value"], problems)


def _check_value(kind: str, target: Record, value: Decimal, problems: Problems) -> None:
    if kind == ValueKind.COUNT and (value < 0 or value != value.to_integral_value()):
        problems.add(target.where("value"), _("a count is a whole number, not below zero"))
    if kind == ValueKind.YES_NO and not 0 <= value <= 100:
        problems.add(target.where("value"), _("a share of units lies between 0 and 100"))


def _check_ratio(target: Record, problems: Problems) -> None:
    if target["value"] is not None:
        problems.add(
            target.where("value"),
            _("a ratio is written as numerator and denominator; a bare percentage as per 100"),
        )
    for part in ("numerator", "denominator"):
        _need(target, part, problems, _("a ratio needs its %(part)s"))
    numerator, denominator = target["numerator"], target["denominator"]
    if denominator is not None and denominator <= 0:
        problems.add(target.where("denominator"), _("a denominator is greater than zero"))
    elif numerator is not None and numerator < 0:
        problems.add(target.where("numerator"), _("a numerator is not below zero"))
    elif (
        numerator is not None
        and denominator is not None
        and Measured.percentage(numerator, denominator) > _LARGEST_PERCENTAGE
    ):
        problems.add(target.where("numerator"), _("this percentage is too large to be meant"))


def measured(target: Record) -> dict[str, Any]:
    """The stored value of a target; a ratio's is computed from its two parts."""
    numerator, denominator = target["numerator"], target["denominator"]
    value = target["value"]
    if numerator is not None and denominator is not None:
        value = Measured.percentage(numerator, denominator)
    return {"value": value, "numerator": numerator, "denominator": denominator}
