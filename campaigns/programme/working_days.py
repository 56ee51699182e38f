"""Working days: how many lie between two days, and which day is some of them ahead. Pure."""

from collections.abc import Collection
from datetime import date, timedelta

SATURDAY = 5


def working_days_between(start: date, end: date, holidays: Collection[date]) -> int:
    """Return how many working days passed from `start` to `end`: the days after `start` up to
    and with `end` that are no weekend and no holiday.

    What is answered on the day it came took 0 days. Weeks are counted whole, so that a span of
    years costs no more than one of days. `end` before `start` counts 0.
    """
    span = (end - start).days
    if span <= 0:
        return 0
    weeks, rest = divmod(span, 7)
    days = weeks * 5 + sum(
        (start + timedelta(days=offset)).weekday() < SATURDAY for offset in range(1, rest + 1)
    )
    return days - sum(
        start < holiday <= end and holiday.weekday() < SATURDAY for holiday in set(holidays)
    )


def add_working_days(start: date, days: int, holidays: Collection[date]) -> date:
    """Return the working day that is `days` working days after `start`; 0 gives `start` itself."""
    day = start
    while days > 0:
        day += timedelta(days=1)
        days -= day.weekday() < SATURDAY and day not in holidays
    return day
