"""Typed numbers: whatever is typed is either understood exactly or refused, never altered."""

from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from campaigns.indicators.models import Indicator, Measured
from campaigns.plans.forms.fields import YearField
from campaigns.plans.forms.section import ROUNDING, TargetForm, TaskForm, initial_of_target
from campaigns.plans.queries import IndicatorLine
from emulation_portal.formats.writing import show_number

YEARS = [2025, 2026, 2027]


def form_for(kind, data):
    indicator = Indicator(
        pk=7, value_kind=kind, name_vi="Chỉ tiêu", numerator_vi="Tử", denominator_vi="Mẫu",
        not_applicable_allowed=True,
    )  # fmt: skip
    typed = {f"target-7-{name}": value for name, value in data.items()}
    return TargetForm(typed, line=IndicatorLine(indicator, ()), years=YEARS)


amounts = st.decimals(
    min_value=0, max_value=10**13, places=4, allow_nan=False, allow_infinity=False
)
counts = st.integers(min_value=0, max_value=10**13)


@given(value=amounts)
def test_a_number_written_the_vietnamese_way_is_kept_exactly(value):
    form = form_for("decimal", {"y2026": show_number(value)})
    assert form.is_valid(), form.errors
    assert form.row().years[2026].value == value


@given(value=counts)
def test_a_count_is_kept_exactly_and_shown_again(value):
    form = form_for("count", {"y2026": show_number(value)})
    assert form.is_valid(), form.errors
    row = form.row()
    assert row.years[2026].value == value
    shown = TargetForm(line=form.line, years=YEARS, initial=initial_of_target(row, form.indicator))
    assert shown["y2026"].value() == show_number(value)


@given(value=amounts)
def test_a_count_takes_no_fraction(value):
    assume(value != value.to_integral_value())
    assert "y2026" in form_for("count", {"y2026": show_number(value)}).errors


@given(numerator=counts, denominator=counts)
def test_a_ratio_is_computed_from_its_parts_or_refused(numerator, denominator):
    form = form_for(
        "ratio",
        {"y2026_numerator": show_number(numerator), "y2026_denominator": show_number(denominator)},
    )
    if denominator == 0:
        assert "y2026_denominator" in form.errors
    elif numerator > denominator:
        assert "y2026_numerator" in form.errors
    else:
        assert form.is_valid(), form.errors
        measure = form.row().years[2026]
        assert (measure.numerator, measure.denominator) == (numerator, denominator)
        assert measure.value == Measured.percentage(Decimal(numerator), Decimal(denominator))
        assert 0 <= measure.value <= 100


@given(
    numerator=st.integers(min_value=0, max_value=1000),
    denominator=st.integers(min_value=1, max_value=1000),
    typed=st.decimals(min_value=0, max_value=100, places=2),
)
def test_a_typed_percentage_may_differ_by_rounding_only(numerator, denominator, typed):
    assume(numerator <= denominator)
    form = form_for(
        "ratio",
        {
            "y2026_numerator": str(numerator), "y2026_denominator": str(denominator),
            "y2026": show_number(typed),
        },
    )  # fmt: skip
    difference = abs(typed - Measured.percentage(Decimal(numerator), Decimal(denominator)))
    assert ("y2026" in form.errors) == (difference > ROUNDING)


@given(text=st.text(max_size=60))
def test_any_text_in_any_field_is_answered(text):
    for kind in ("count", "decimal", "ratio", "yes_no"):
        names = ["baseline_year", "baseline", "y2025", "note"]
        if kind == "ratio":
            names += ["y2026_numerator", "y2026_denominator"]
        form = form_for(kind, dict.fromkeys(names, text))
        if form.is_valid():
            assert form.row().indicator_id == 7
        else:
            assert all(str(error) for errors in form.errors.values() for error in errors)


@given(text=st.text(max_size=60))
def test_any_text_in_a_task_is_answered(text):
    names = ("identity", "title", "lead", "partners", "due_date", "product")
    form = TaskForm(dict.fromkeys(names, text), years=YEARS)
    if form.is_valid() and not form.is_blank:
        assert form.row().title


@pytest.mark.parametrize(
    ("typed", "year"), [("2024", 2024), (" 1990 ", 1990), ("2027", 2027), ("", None)]
)
def test_a_year_is_read(typed, year):
    assert YearField(last_year=2027, required=False).clean(typed) == year


@pytest.mark.parametrize("typed", ["1989", "2028", "24", "2.024", "２０２４", "x" * 500, "-2024"])
def test_a_year_that_is_none_is_refused_in_words(typed):
    with pytest.raises(Exception, match="1990") as refusal:
        YearField(last_year=2027).clean(typed)
    assert typed[:10].strip() in str(refusal.value)
