"""How measured values add up: over the periods of one unit, and over units.

Pure functions on Decimals. Three things are kept apart everywhere: a value, "not applicable"
(which leaves every denominator), and nothing reported (which is not zero). A ratio is carried as
numerator and denominator to the very end; percentages are never added or averaged.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from campaigns.indicators.models import Measured, OverTime, OverUnits

_SHOWN = Decimal("0.0001")


@dataclass(frozen=True)
class Measure:
    """What one unit says of one indicator: a value, a ratio by its parts, or not applicable."""

    value: Decimal | None = None
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    not_applicable: bool = False

    @classmethod
    def ratio(cls, numerator: Decimal, denominator: Decimal) -> "Measure":
        """A ratio; over a denominator of zero there is nothing to measure."""
        if denominator == 0:
            return cls(numerator=numerator, denominator=denominator)
        return cls(Measured.percentage(numerator, denominator), numerator, denominator)

    @property
    def is_ratio(self) -> bool:
        return self.numerator is not None and self.denominator is not None

    @property
    def is_reported(self) -> bool:
        return not self.not_applicable and (self.value is not None or self.is_ratio)


NOT_APPLICABLE = Measure(not_applicable=True)


@dataclass(frozen=True)
class Total:
    """The result over units, with how many units it rests on."""

    measure: Measure | None
    reported: int
    not_applicable: int
    missing: int


def over_time(rule: str, periods: Sequence[Measure | None]) -> Measure | None:
    """What the periods of one unit, in order, come to by `rule` (an OverTime).

    Periods without a report are left out. Returns None where nothing was reported, and
    NOT_APPLICABLE where that is all that was said; for the last period it is a statement like
    any other. The average of a ratio weighs periods by their denominators.
    """
    said = [period for period in periods if period is not None]
    if rule == OverTime.LAST:
        return said[-1] if said else None
    reported = [period for period in said if period.is_reported]
    if not reported:
        return NOT_APPLICABLE if said else None
    if rule == OverTime.MAXIMUM:
        return max(reported, key=_height)
    if any(period.is_ratio for period in reported):
        return _ratio_of(reported)
    total = sum((_value(period) for period in reported), Decimal(0))
    if rule == OverTime.SUM:
        return Measure(total)
    if rule == OverTime.AVERAGE:
        return Measure((total / len(reported)).quantize(_SHOWN))
    raise ValueError(f"no rule over time is called {rule}")


def over_units(rule: str, units: Iterable[Measure | None]) -> Total:
    """What units come to by `rule` (an OverUnits), and how many of them it rests on.

    Units to which the indicator does not apply, and units that reported nothing, stand in no
    denominator. An average and a share keep their numerator and denominator too.
    """
    combine = _COMBINE.get(rule)
    if combine is None:
        raise ValueError(f"no rule over units is called {rule}")
    stated = list(units)
    applicable = [unit for unit in stated if unit is None or not unit.not_applicable]
    reported = [unit for unit in applicable if unit is not None and _counts(rule, unit)]
    return Total(
        measure=combine(reported) if reported else None,
        reported=len(reported),
        not_applicable=len(stated) - len(applicable),
        missing=len(applicable) - len(reported),
    )


def _counts(rule: str, unit: Measure) -> bool:
    """A bare percentage cannot enter a ratio over units: its weight is unknown."""
    return unit.is_ratio if rule == OverUnits.RATIO else unit.value is not None


def _value(measure: Measure) -> Decimal:
    return measure.value if measure.value is not None else Decimal(0)


def _height(measure: Measure) -> tuple[bool, Decimal]:
    return (measure.value is not None, _value(measure))


def _ratio_of(measures: Sequence[Measure]) -> Measure:
    whole = [measure for measure in measures if measure.is_ratio]
    return Measure.ratio(
        sum((m.numerator for m in whole if m.numerator is not None), Decimal(0)),
        sum((m.denominator for m in whole if m.denominator is not None), Decimal(0)),
    )


def _sum(measures: Sequence[Measure]) -> Measure:
    return Measure(sum((_value(measure) for measure in measures), Decimal(0)))


def _average(measures: Sequence[Measure]) -> Measure:
    total, count = _value(_sum(measures)), Decimal(len(measures))
    return Measure((total / count).quantize(_SHOWN), total, count)


def _share_yes(measures: Sequence[Measure]) -> Measure:
    yes = sum(1 for measure in measures if measure.value)
    return Measure.ratio(Decimal(yes), Decimal(len(measures)))


_COMBINE: dict[str, Callable[[Sequence[Measure]], Measure]] = {
    OverUnits.SUM: _sum,
    OverUnits.AVERAGE: _average,
    OverUnits.RATIO: _ratio_of,
    OverUnits.SHARE_YES: _share_yes,
}
