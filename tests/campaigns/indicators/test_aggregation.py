"""The rules over time and over units, as properties of numbers."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.indicators.aggregation import NOT_APPLICABLE, Measure, over_time, over_units
from campaigns.indicators.models import OverTime, OverUnits

numbers = st.decimals(min_value=0, max_value=10**9, places=2)
positive = st.decimals(min_value=Decimal("0.01"), max_value=10**9, places=2)
values = numbers.map(Measure)
ratios = st.builds(Measure.ratio, numbers, positive)
answers = st.booleans().map(lambda yes: Measure(Decimal(int(yes))))
silence = st.sampled_from([None, NOT_APPLICABLE])


def ratio(numerator: int, denominator: int) -> Measure:
    return Measure.ratio(Decimal(numerator), Decimal(denominator))


# --- Over time ----------------------------------------------------------------------------


def test_headcount_is_the_last_period_never_a_sum() -> None:
    quarters = [Measure(Decimal(40)), Measure(Decimal(42)), None, Measure(Decimal(41))]
    assert over_time(OverTime.LAST, quarters) == Measure(Decimal(41))


def test_sums_leave_out_silent_periods() -> None:
    quarters = [Measure(Decimal(3)), None, NOT_APPLICABLE, Measure(Decimal(4))]
    assert over_time(OverTime.SUM, quarters) == Measure(Decimal(7))


def test_average_counts_only_periods_reported() -> None:
    quarters = [Measure(Decimal(3)), None, Measure(Decimal(4))]
    assert over_time(OverTime.AVERAGE, quarters) == Measure(Decimal("3.5000"))


def test_highest_ratio_keeps_its_own_parts() -> None:
    assert over_time(OverTime.MAXIMUM, [ratio(1, 2), ratio(9, 10), ratio(3, 4)]) == ratio(9, 10)


def test_a_ratio_is_never_the_mean_of_percentages() -> None:
    # 1 of 1 and 0 of 99: one in a hundred, not one half.
    assert over_time(OverTime.AVERAGE, [ratio(1, 1), ratio(0, 99)]) == ratio(1, 100)
    assert over_time(OverTime.SUM, [ratio(1, 1), ratio(0, 99)]) == ratio(1, 100)


@pytest.mark.parametrize("rule", OverTime.values)
def test_nothing_reported_is_nothing_and_not_zero(rule: str) -> None:
    assert over_time(rule, []) is None
    assert over_time(rule, [None, None]) is None


@pytest.mark.parametrize("rule", OverTime.values)
def test_not_applicable_all_along_stays_not_applicable(rule: str) -> None:
    assert over_time(rule, [NOT_APPLICABLE, None, NOT_APPLICABLE]) == NOT_APPLICABLE


def test_what_stopped_to_apply_does_not_apply_at_the_end() -> None:
    assert over_time(OverTime.LAST, [Measure(Decimal(3)), NOT_APPLICABLE]) == NOT_APPLICABLE


def test_an_unknown_rule_is_an_error() -> None:
    with pytest.raises(ValueError, match="median"):
        over_time("median", [Measure(Decimal(1))])
    with pytest.raises(ValueError, match="median"):
        over_units("median", [Measure(Decimal(1))])


@given(st.lists(values, min_size=1, max_size=20))
def test_average_lies_between_the_lowest_and_the_highest(periods: list[Measure]) -> None:
    average = over_time(OverTime.AVERAGE, periods)
    highest = over_time(OverTime.MAXIMUM, periods)
    assert average is not None
    assert average.value is not None
    assert highest is not None
    assert highest.value == max(p.value for p in periods)
    assert min(p.value for p in periods) <= average.value <= highest.value


@given(st.lists(values, max_size=12), st.lists(values, max_size=12))
def test_a_sum_over_time_may_be_taken_in_parts(early: list[Measure], late: list[Measure]) -> None:
    parts = [over_time(OverTime.SUM, early), over_time(OverTime.SUM, late)]
    assert over_time(OverTime.SUM, parts) == over_time(OverTime.SUM, early + late)


@given(
    st.lists(st.one_of(values, silence), max_size=15),
    st.sampled_from(OverTime.values),
    st.integers(0, 15),
)
def test_a_period_without_report_changes_nothing(
    periods: list[Measure | None], rule: str, place: int
) -> None:
    assert over_time(rule, [*periods[:place], None, *periods[place:]]) == over_time(rule, periods)


# --- Over units ---------------------------------------------------------------------------


def test_ratio_of_units_divides_sums() -> None:
    total = over_units(OverUnits.RATIO, [ratio(1, 1), ratio(0, 99), NOT_APPLICABLE, None])
    assert total.measure == ratio(1, 100)
    assert (total.reported, total.not_applicable, total.missing) == (2, 1, 1)


def test_a_bare_percentage_weighs_nothing_and_counts_as_missing() -> None:
    total = over_units(OverUnits.RATIO, [ratio(1, 2), Measure(Decimal(100))])
    assert total.measure == ratio(1, 2)
    assert total.missing == 1


def test_a_denominator_of_zero_measures_nothing() -> None:
    nothing = ratio(0, 0)
    assert nothing.value is None
    assert over_units(OverUnits.RATIO, [nothing]).measure == nothing
    assert over_units(OverUnits.RATIO, [nothing, ratio(1, 4)]).measure == ratio(1, 4)


def test_share_of_units_that_say_yes_leaves_out_those_it_does_not_apply_to() -> None:
    yes, no = Measure(Decimal(1)), Measure(Decimal(0))
    total = over_units(OverUnits.SHARE_YES, [yes, yes, no, NOT_APPLICABLE, None])
    assert total.measure == Measure(Decimal("66.6667"), Decimal(2), Decimal(3))


def test_average_over_units_keeps_numerator_and_denominator() -> None:
    total = over_units(
        OverUnits.AVERAGE, [Measure(Decimal(1)), Measure(Decimal(2)), NOT_APPLICABLE]
    )
    assert total.measure == Measure(Decimal("1.5000"), Decimal(3), Decimal(2))


@given(
    st.lists(st.one_of(values, silence), max_size=20),
    st.sampled_from(["sum", "average"]),
    st.randoms(use_true_random=False),
)
def test_the_order_of_units_does_not_matter(units: list[Measure | None], rule: str, random) -> None:
    shuffled = list(units)
    random.shuffle(shuffled)
    assert over_units(rule, shuffled) == over_units(rule, units)


@given(
    st.lists(st.one_of(ratios, answers, silence), max_size=20), st.sampled_from(OverUnits.values)
)
def test_not_applicable_leaves_every_result_as_it_was(
    units: list[Measure | None], rule: str
) -> None:
    before = over_units(rule, units)
    after = over_units(rule, [*units, NOT_APPLICABLE])
    assert after.measure == before.measure
    assert after.not_applicable == before.not_applicable + 1
    assert (after.reported, after.missing) == (before.reported, before.missing)


@given(st.lists(st.one_of(ratios, values, silence), max_size=20), st.sampled_from(OverUnits.values))
def test_every_unit_is_counted_once(units: list[Measure | None], rule: str) -> None:
    total = over_units(rule, units)
    assert total.reported + total.not_applicable + total.missing == len(units)
    assert (total.measure is None) == (total.reported == 0)


@given(st.lists(ratios, min_size=1, max_size=20))
def test_a_ratio_lies_between_those_of_the_units(units: list[Measure]) -> None:
    whole = over_units(OverUnits.RATIO, units).measure
    assert whole is not None
    assert whole.value is not None
    percentages = [unit.value for unit in units if unit.value is not None]
    rounding = Decimal("0.0001")
    assert min(percentages) - rounding <= whole.value <= max(percentages) + rounding


@given(st.lists(answers, min_size=1, max_size=50))
def test_a_share_is_a_percentage(units: list[Measure]) -> None:
    share = over_units(OverUnits.SHARE_YES, units).measure
    assert share is not None
    assert share.value is not None
    assert 0 <= share.value <= 100
