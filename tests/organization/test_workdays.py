"""Working days, across weekends, holidays, years, zones and changes of the clock."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.organization.workdays import Calendar

NEW_YORK = "America/New_York"
ZONES = ["UTC", NEW_YORK, "Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia"]
LIBRARY = Calendar(zone=NEW_YORK)

days = st.dates(dt.date(2024, 1, 1), dt.date(2031, 12, 31))
instants = st.integers(0, 8 * 365 * 24 * 60).map(
    lambda minutes: dt.datetime(2024, 1, 1, tzinfo=dt.UTC) + dt.timedelta(minutes=minutes)
)
calendars = st.builds(
    Calendar,
    weekdays=st.frozensets(st.integers(1, 7), min_size=1),
    closed=st.frozensets(days, max_size=20),
    zone=st.sampled_from(ZONES),
)


def at(text: str, zone: str = NEW_YORK) -> dt.datetime:
    """An instant by what the clock on the wall shows."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(dt.UTC)


def shown(moment: dt.datetime, zone: str = NEW_YORK) -> str:
    return moment.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("told", "wait", "due"),
    [
        ("2026-11-23 10:00", 2, "2026-11-25 10:00"),  # Monday to Wednesday
        ("2026-11-20 15:00", 2, "2026-11-24 15:00"),  # Friday: the weekend does not count
        ("2026-11-21 10:00", 2, "2026-11-25 10:00"),  # Saturday counts as Monday
        ("2026-11-22 23:59", 1, "2026-11-24 23:59"),  # Sunday too
        ("2026-12-31 09:00", 1, "2027-01-01 09:00"),  # over the year's end, nothing closed
        ("2028-02-28 09:00", 1, "2028-02-29 09:00"),  # the leap day is a day
        ("2027-03-12 02:30", 1, "2027-03-15 02:30"),  # over the change to summer time
        ("2026-10-30 01:30", 1, "2026-11-02 01:30"),  # and back
    ],
)
def test_so_many_working_days_later(told: str, wait: int, due: str) -> None:
    assert shown(LIBRARY.after(at(told), wait)) == due


def test_a_holiday_is_no_working_day() -> None:
    thanksgiving = Calendar(
        closed=frozenset({dt.date(2026, 11, 26), dt.date(2026, 11, 27)}), zone=NEW_YORK
    )
    assert shown(thanksgiving.after(at("2026-11-25 10:00"), 2)) == "2026-12-01 10:00"
    assert shown(thanksgiving.after(at("2026-11-26 10:00"), 1)) == "2026-12-01 10:00"


def test_a_library_that_is_open_on_saturdays_counts_them() -> None:
    calendar = Calendar(weekdays=frozenset({2, 3, 4, 5, 6}), zone=NEW_YORK)
    assert shown(calendar.after(at("2026-11-20 10:00"), 2)) == "2026-11-24 10:00"


def test_a_day_is_the_employers_and_not_greenwichs() -> None:
    """Friday evening in New York is Saturday in UTC, and still counts as Friday."""
    assert LIBRARY.day_of(at("2026-11-20 21:00")) == dt.date(2026, 11, 20)
    assert shown(LIBRARY.after(at("2026-11-20 21:00"), 1)) == "2026-11-23 21:00"


def test_an_hour_that_the_clock_skips_comes_once_and_one_shown_twice_too() -> None:
    every_day = Calendar(weekdays=frozenset(range(1, 8)), zone=NEW_YORK)
    skipped = every_day.next_at(2, at("2027-03-13 12:00"))  # 2:00 does not exist on the 14th
    assert shown(skipped) == "2027-03-14 03:00"
    assert shown(every_day.next_at(2, skipped)) == "2027-03-15 02:00"
    twice = every_day.next_at(1, at("2026-10-31 12:00"))  # 1:00 comes twice on the 1st
    assert twice == dt.datetime(2026, 11, 1, 5, 0, tzinfo=dt.UTC)
    assert shown(every_day.next_at(1, twice)) == "2026-11-02 01:00"


def test_the_day_that_samoa_never_had() -> None:
    """Apia went from the 29th to the 31st of December 2011: the 30th has no hours."""
    calendar = Calendar(weekdays=frozenset(range(1, 8)), zone="Pacific/Apia")
    told = at("2011-12-29 09:00", "Pacific/Apia")
    assert calendar.after(told, 1) > told
    assert calendar.next_at(9, told) > told


def test_an_employer_who_closed_every_date_still_comes_to_an_end() -> None:
    first = dt.date(2026, 1, 1)
    closed = frozenset(first + dt.timedelta(days=each) for each in range(2000))
    calendar = Calendar(closed=closed, zone=NEW_YORK)
    told = at("2026-11-23 10:00")
    assert calendar.after(told, 2) > told
    assert calendar.next_at(9, told) > told


@given(calendars, instants, st.integers(1, 30))
def test_what_is_due_is_due_on_a_worked_day_at_the_same_hour(
    calendar: Calendar, told: dt.datetime, wait: int
) -> None:
    due = calendar.after(told, wait)
    zone = ZoneInfo(calendar.zone)
    local, was = due.astimezone(zone), told.astimezone(zone)
    on_the_wall = local.replace(tzinfo=None)
    assert calendar.is_worked(local.date())
    # The clock may have skipped that hour, by no more than one.
    assert on_the_wall - dt.datetime.combine(local.date(), was.time()) <= dt.timedelta(hours=1)
    assert on_the_wall.time() >= was.replace(tzinfo=None).time()


@given(calendars, instants, st.integers(1, 30))
def test_exactly_so_many_worked_days_have_begun_since(
    calendar: Calendar, told: dt.datetime, wait: int
) -> None:
    first = calendar.worked_from(calendar.day_of(told))
    last = calendar.day_of(calendar.after(told, wait))
    between = (first + dt.timedelta(days=each) for each in range(1, (last - first).days + 1))
    assert sum(calendar.is_worked(day) for day in between) == wait


@given(calendars, instants, instants, st.integers(1, 10))
def test_who_is_told_later_is_never_due_earlier_on_another_day(
    calendar: Calendar, one: dt.datetime, other: dt.datetime, wait: int
) -> None:
    earlier, later = sorted((one, other))
    due = [calendar.day_of(calendar.after(each, wait)) for each in (earlier, later)]
    assert due == sorted(due)


@given(calendars, instants, st.integers(1, 10), st.integers(1, 10))
def test_two_waits_in_a_row_are_as_long_as_both(
    calendar: Calendar, told: dt.datetime, first: int, second: int
) -> None:
    in_two = calendar.after(calendar.after(told, first), second)
    assert calendar.day_of(in_two) == calendar.day_of(calendar.after(told, first + second))


@given(calendars, instants, st.integers(0, 23))
def test_a_daily_hour_comes_once_on_each_worked_day(
    calendar: Calendar, since: dt.datetime, hour: int
) -> None:
    found = [since]
    for _each in range(6):
        found.append(calendar.next_at(hour, found[-1]))
    dates = [calendar.day_of(each) for each in found[1:]]
    assert dates == sorted(set(dates))
    assert all(calendar.is_worked(each) for each in dates)
    reach = (dates[-1] - dates[0]).days + 1
    worked = [dates[0] + dt.timedelta(days=each) for each in range(reach)]
    assert [each for each in worked if calendar.is_worked(each)] == dates
