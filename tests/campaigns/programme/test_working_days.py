"""Working days between two days, checked against counting them one by one."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.programme.working_days import working_days_between

DAYS = st.dates(date(2024, 1, 1), date(2028, 12, 31))


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        (date(2026, 11, 20), date(2026, 11, 20), 0),  # Friday, the same day
        (date(2026, 11, 20), date(2026, 11, 22), 0),  # over the weekend
        (date(2026, 11, 20), date(2026, 11, 23), 1),  # Monday
        (date(2026, 11, 20), date(2026, 11, 25), 2),  # Tuesday the 24th is a holiday
        (date(2026, 11, 22), date(2026, 11, 20), 0),  # backwards
    ],
)
def test_weekends_and_holidays_do_not_count(start, end, days):
    assert working_days_between(start, end, [date(2026, 11, 24), date(2026, 11, 22)]) == days


@given(start=DAYS, span=st.integers(0, 120), holidays=st.frozensets(DAYS, max_size=30))
def test_is_what_counting_day_by_day_gives(start, span, holidays):
    end = start + timedelta(days=span)
    counted = sum(
        (start + timedelta(days=offset)).weekday() < 5
        and start + timedelta(days=offset) not in holidays
        for offset in range(1, span + 1)
    )
    assert working_days_between(start, end, holidays) == counted


@given(start=DAYS, first=st.integers(0, 60), second=st.integers(0, 60))
def test_two_stretches_add_up(start, first, second):
    middle, end = start + timedelta(days=first), start + timedelta(days=first + second)
    whole = working_days_between(start, end, [])
    assert whole == working_days_between(start, middle, []) + working_days_between(middle, end, [])
