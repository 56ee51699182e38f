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

    `go_live_date` is itself an occasion for duties that fell due before it, since nobody could
    be reminded of them by a portal that did not exist. `holidays` are days on which nothing is
    sent; an occasion on one, or on a weekend, moves to the next working day.
    """

    days_before: tuple[int, ...]
    days_after: tuple[int, ...]
    quarterly_day: int
    holidays: frozenset[date]
    go_live_date: date

    def occasion(self, *, deadline: date, on: date) -> date | None:
        """The working day of the reminder that is due on `on`, or None when none is.

        The latest occasion up to `on` counts, for CATCH_UP days; the go-live one without end,
        until a later one follows. No occasion lies before the go-live date.
        """
        past = [day for day in self._occasions(deadline, until=on) if day <= on]
        if not past:
            return None
        latest = max(past)
        if on - latest > CATCH_UP and latest != self._go_live_occasion(deadline):
            return None
        return latest

    def _occasions(self, deadline: date, *, until: date) -> Iterator[date]:
        nominal = [deadline - timedelta(days=n) for n in self.days_before]
        nominal += [deadline + timedelta(days=n) for n in self.days_after]
        last_step = max([deadline, *nominal])
        nominal += [
            date(year, month, self.quarterly_day)
            for year in range(deadline.year, until.year + 1)
            for month in QUARTER_MONTHS
            if date(year, month, self.quarterly_day) > last_step
        ]
        for day in nominal:
            working = next_working_day(day, self.holidays)
            if working >= self.go_live_date:
                yield working
        go_live = self._go_live_occasion(deadline)
        if go_live is not None:
            yield go_live

    def _go_live_occasion(self, deadline: date) -> date | None:
        if deadline >= self.go_live_date:
            return None
        return next_working_day(self.go_live_date, self.holidays)


def next_working_day(day: date, holidays: Collection[date]) -> date:
    """`day` itself, or the first day after it that is no weekend and no holiday."""
    while day.weekday() >= SATURDAY or day in holidays:
        day += timedelta(days=1)
    return day
