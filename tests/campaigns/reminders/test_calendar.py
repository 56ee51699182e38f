"""The calendar of reminders: on which days a duty is recalled, and on which never."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.reminders.calendar import CATCH_UP, ReminderCalendar, next_working_day

DAY = timedelta(days=1)
NEW_YEAR = date(2027, 1, 1)


def calendar(**fields):
    return ReminderCalendar(
        **{
            "days_before": (14, 7, 1),
            "days_after": (1, 7),
            "quarterly_day": 5,
            "holidays": frozenset({NEW_YEAR}),
            "go_live_date": date(2026, 11, 2),
            **fields,
        }
    )


DEADLINE = date(2027, 9, 30)  # a Thursday


@pytest.mark.parametrize(
    "day",
    [
        date(2027, 9, 16),  # 14 days before
        date(2027, 9, 23),  # 7 days before
        date(2027, 9, 29),  # the day before
        date(2027, 10, 1),  # the day after
        date(2027, 10, 7),  # a week after
        date(2028, 1, 5),  # then the fifth day of each quarter
        date(2028, 4, 5),
        date(2028, 7, 5),
    ],
)
def test_a_duty_is_recalled_on_the_days_of_the_rule(day):
    assert calendar().occasion(deadline=DEADLINE, on=day) == day


@pytest.mark.parametrize(
    ("on", "latest"),
    [
        (date(2027, 9, 15), None),  # nothing before the first step
        (date(2027, 9, 17), date(2027, 9, 16)),  # the machine was down on the day
        (date(2027, 9, 30), date(2027, 9, 29)),
        (date(2027, 10, 14), date(2027, 10, 7)),  # seven days later it still catches up
        (date(2027, 10, 15), None),  # eight days later the occasion has passed
        (date(2028, 1, 4), None),
    ],
)
def test_an_occasion_that_was_missed_is_caught_up_for_a_week(on, latest):
    assert calendar().occasion(deadline=DEADLINE, on=on) == latest


def test_an_occasion_on_a_weekend_moves_to_monday():
    # 05/12/2027 would be a Sunday; the fifth of July 2026 is one.
    rule = calendar(go_live_date=date(2026, 1, 1))
    assert rule.occasion(deadline=date(2026, 3, 31), on=date(2026, 7, 5)) is None
    assert rule.occasion(deadline=date(2026, 3, 31), on=date(2026, 7, 6)) == date(2026, 7, 6)


def test_an_occasion_on_a_holiday_moves_over_the_weekend_behind_it():
    rule = calendar(quarterly_day=1)
    assert rule.occasion(deadline=DEADLINE.replace(year=2025), on=NEW_YEAR) is None
    monday = date(2027, 1, 4)
    assert rule.occasion(deadline=DEADLINE.replace(year=2025), on=monday) == monday


def test_nothing_of_before_the_portal_is_caught_up_after_it_went_live():
    rule = calendar(go_live_date=date(2027, 9, 30))
    assert rule.occasion(deadline=DEADLINE, on=DEADLINE) is None
    assert rule.occasion(deadline=DEADLINE, on=date(2027, 10, 1)) == date(2027, 10, 1)


def test_a_duty_older_than_the_portal_is_recalled_every_quarter():
    rule, old = calendar(), date(2025, 9, 30)
    found = {rule.occasion(deadline=old, on=date(2026, 11, 2) + n * DAY) for n in range(400)} - {
        None
    }
    assert sorted(found) == [
        date(2027, 1, 5), date(2027, 4, 5), date(2027, 7, 5), date(2027, 10, 5),
    ]  # fmt: skip


def test_without_a_quarterly_day_it_ends_with_the_last_step():
    rule = calendar(quarterly_day=None)
    assert rule.occasion(deadline=DEADLINE, on=date(2027, 10, 7)) == date(2027, 10, 7)
    assert rule.occasion(deadline=DEADLINE, on=date(2028, 1, 5)) is None


# --- For any rule ---------------------------------------------------------------------------

days = st.dates(date(2024, 1, 1), date(2035, 12, 31))
steps = st.lists(st.integers(0, 60), max_size=4).map(tuple)


@st.composite
def calendars(draw):
    holidays = draw(st.lists(days, max_size=20))
    tet = draw(days)
    return ReminderCalendar(
        days_before=draw(steps),
        days_after=draw(steps),
        quarterly_day=draw(st.integers(1, 28)),
        holidays=frozenset([*holidays, *(tet + n * DAY for n in range(9))]),
        go_live_date=draw(days),
    )


def occasions(rule, deadline, start):
    """What is due on each of a hundred days, where something is."""
    for on in (start + n * DAY for n in range(100)):
        if (occasion := rule.occasion(deadline=deadline, on=on)) is not None:
            yield on, occasion


@given(calendars(), days, days)
def test_nothing_is_due_on_a_weekend_a_holiday_or_before_go_live(rule, deadline, start):
    for on, occasion in occasions(rule, deadline, start):
        assert occasion.weekday() < 5
        assert occasion not in rule.holidays
        assert rule.go_live_date <= occasion <= on
        assert on - occasion <= CATCH_UP


@given(calendars(), days, days)
def test_occasions_only_move_forward(rule, deadline, start):
    """So a day that has been reminded of is never asked for again, under another name."""
    known = [occasion for _on, occasion in occasions(rule, deadline, start)]
    assert known == sorted(known)


@given(calendars(), days, days)
def test_an_occasion_is_due_on_its_own_day(rule, deadline, start):
    for _on, occasion in occasions(rule, deadline, start):
        assert rule.occasion(deadline=deadline, on=occasion) == occasion


@given(calendars(), days)
def test_it_is_recalled_in_every_quarter_for_ever(rule, deadline):
    quarter = max(deadline, rule.go_live_date) + timedelta(days=200)
    found = {rule.occasion(deadline=deadline, on=quarter + n * DAY) for n in range(365)} - {None}
    assert 3 <= len(found) <= 5  # a year holds four; moved days may fall just outside
    assert all(day.month in (1, 2, 4, 5, 7, 8, 10, 11) for day in found)


@given(days, st.sets(days, max_size=30))
def test_the_next_working_day_is_the_first_one(day, holidays):
    working = next_working_day(day, holidays)
    assert working >= day
    between = [day + n * DAY for n in range((working - day).days)]
    assert all(free.weekday() >= 5 or free in holidays for free in between)
