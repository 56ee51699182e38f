"""On which days a duty is recalled. Pure: dates in, dates out, no clock and no database."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

QUARTER_MONTHS = (1, 4, 7, 10)
SATURDAY = 5
# A beat that was down on the day catches up for so long; later, the occasion has passed.
CATCH_UP = timedelta(days=7)


@dataclass(frozen=True)
class ReminderCalendar:
    """A campaign's rule: days before and after a deadline, then one day every quarter.

    `holidays` are days on which nothing is sent; an occasion on one, or on a weekend, moves to
    the next working day. No occasion lies before `go_live_date`: the portal did not exist.
    """

    days_before: tuple[int, ...]
    days_after: tuple[int, ...]
    quarterly_day: int | None
    holidays: frozenset[date]
    go_live_date: date

    def occasion(self, *, deadline: date, on: date) -> date | None:
        """The working day of the reminder that is due on `on`, or None when none is.

        The latest occasion up to `on` counts, for CATCH_UP days.
        """
        past = [day for day in self._occasions(deadline, until=on) if day <= on]
        latest = max(past, default=None)
        return None if latest is None or on - latest > CATCH_UP else latest

    def working_day(self, day: date) -> date:
        """`day` itself, or the next day on which something may be sent."""
        return next_working_day(day, self.holidays)

    def _occasions(self, deadline: date, *, until: date) -> Iterator[date]:
        nominal = [deadline - timedelta(days=n) for n in self.days_before]
        nominal += [deadline + timedelta(days=n) for n in self.days_after]
        last_step = max([deadline, *nominal])
        # Last year's too: only what lies within CATCH_UP of `until` can still count.
        nominal += [
            date(year, month, self.quarterly_day)
            for year in range(max(deadline.year, until.year - 1), until.year + 1)
            for month in QUARTER_MONTHS
            if self.quarterly_day and date(year, month, self.quarterly_day) > last_step
        ]
        for day in nominal:
            working = self.working_day(day)
            if working >= self.go_live_date:
                yield working


def next_working_day(day: date, holidays: Collection[date]) -> date:
    """`day` itself, or the first day after it that is no weekend and no holiday."""
    while day.weekday() >= SATURDAY or day in holidays:
        day += timedelta(days=1)
    return day
