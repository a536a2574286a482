"""The employer's calendar: which days are worked, and when so many of them have passed. Pure.

A working day later is the same hour of the clock on the wall, on the next day that is worked;
what happens on a day that is not worked counts as if it had happened at that hour of the next
one that is. So nothing that comes in on a Saturday runs ahead of what comes in on a Monday.
"""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

MONDAY_TO_FRIDAY = frozenset({1, 2, 3, 4, 5})
_DAY = dt.timedelta(days=1)
# With every date closed there would be no end: beyond so many days each one counts as worked.
_FARTHEST = 3 * 366


@dataclass(frozen=True)
class Calendar:
    """Days of the week that are worked (ISO: Monday is 1), dates that are not, and the zone."""

    weekdays: frozenset[int] = MONDAY_TO_FRIDAY
    closed: frozenset[dt.date] = frozenset()
    zone: str = "UTC"

    def is_worked(self, day: dt.date) -> bool:
        """Tell whether a day is worked."""
        return day.isoweekday() in self.weekdays and day not in self.closed

    def day_of(self, at: dt.datetime) -> dt.date:
        """Return the day of an instant at the employer's."""
        return at.astimezone(ZoneInfo(self.zone)).date()

    def instant(self, day: dt.date, time: dt.time) -> dt.datetime:
        """Return when a clock on the employer's wall shows a time on a day, in UTC.

        A time that the clock shows twice is the first of the two; one that it skips is as
        long after the change as it would have been (2:30 becomes 3:30).
        """
        local = dt.datetime.combine(day, time.replace(fold=0), ZoneInfo(self.zone))
        return local.astimezone(dt.UTC)

    def worked_from(self, day: dt.date) -> dt.date:
        """Return the first worked day from that one on, itself included."""
        for ahead in range(_FARTHEST):
            if self.is_worked(day + ahead * _DAY):
                return day + ahead * _DAY
        return day

    def after(self, at: dt.datetime, days: int) -> dt.datetime:
        """Return the instant that many working days after another one, in UTC."""
        local = at.astimezone(ZoneInfo(self.zone))
        day = self.worked_from(local.date())
        for _each in range(days):
            day = self.worked_from(day + _DAY)
        return self.instant(day, local.time())

    def next_at(self, hour: int, after: dt.datetime) -> dt.datetime:
        """Return the first time after an instant at which it is that hour of a worked day."""
        day = self.worked_from(self.day_of(after))
        while (found := self.instant(day, dt.time(hour))) <= after:
            day = self.worked_from(day + _DAY)
        return found
