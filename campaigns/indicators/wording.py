"""The rules of an indicator in words, for people who fill it in or read its figures."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from campaigns.indicators.models import Indicator, MinistryTarget, OverTime, OverUnits
from emulation_portal.formats.writing import show_number

OVER_TIME_WORDS: dict[str, Promise] = {
    OverTime.SUM: _("The periods of a year are added up."),
    OverTime.LAST: _("The last period reported counts; periods are never added up."),
    OverTime.AVERAGE: _("The average of the periods counts."),
    OverTime.MAXIMUM: _("The highest period counts."),
}
OVER_UNITS_WORDS: dict[str, Promise] = {
    OverUnits.SUM: _("Units are added up."),
    OverUnits.AVERAGE: _("The average of the units that reported counts."),
    OverUnits.RATIO: _(
        "Numerators and denominators of all units are added up separately, then divided; "
        "percentages are never averaged."
    ),
    OverUnits.SHARE_YES: _("The share of units that answer yes counts."),
}
NOT_APPLICABLE_WORDS = _("A unit to which it does not apply may say so and leaves every sum.")
RATIO_OVER_TIME_WORDS: dict[str, Promise] = {
    OverTime.SUM: _("Numerators and denominators of the periods are added up, then divided."),
    OverTime.AVERAGE: _("The average of the periods counts, each weighed by its denominator."),
}


def rules_in_words(indicator: Indicator) -> list[str]:
    """How the indicator adds up over time, then over units, then who may leave it out."""
    over_time = OVER_TIME_WORDS[indicator.over_time]
    if indicator.is_ratio:
        over_time = RATIO_OVER_TIME_WORDS.get(indicator.over_time, over_time)
    words: list[str | Promise] = [over_time, OVER_UNITS_WORDS[indicator.over_units]]
    if indicator.not_applicable_allowed:
        words.append(NOT_APPLICABLE_WORDS)
    return [str(sentence) for sentence in words]


def target_value_in_words(target: MinistryTarget) -> str:
    """100 %, 80 % (80 ÷ 100), 12.000 people: the value with its unit of measure.

    A bare percentage is stored per 100 and shown without its parts.
    """
    indicator = target.indicator
    value = show_number(target.value) if target.value is not None else "–"
    if indicator.unit_of_measure == "%" or indicator.over_units == OverUnits.SHARE_YES:
        shown = f"{value}%"
    else:
        shown = f"{value} {indicator.unit_of_measure}"
    if target.numerator is None or target.denominator is None or target.denominator == 100:
        return shown
    return f"{shown} ({show_number(target.numerator)} ÷ {show_number(target.denominator)})"


def target_in_words(target: MinistryTarget) -> str:
    """The year and the value: "2027: 100%"."""
    return f"{target.year}: {target_value_in_words(target)}"
