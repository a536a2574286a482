"""A posting's facts in words, in the reader's language, from plain values."""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal

from flask_babel import gettext, lazy_gettext

from tracker.core import formats
from tracker.postings.rules import EmploymentType, PayUnit

TYPES = {
    EmploymentType.FULL_TIME: lazy_gettext("Full-time"),
    EmploymentType.PART_TIME: lazy_gettext("Part-time"),
    EmploymentType.TEMPORARY: lazy_gettext("Temporary"),
    EmploymentType.CONTRACTOR: lazy_gettext("Contractor"),
    EmploymentType.INTERN: lazy_gettext("Internship"),
    EmploymentType.VOLUNTEER: lazy_gettext("Volunteer"),
    EmploymentType.PER_DIEM: lazy_gettext("Per diem"),
    EmploymentType.OTHER: lazy_gettext("Other"),
}


def types(kinds: Iterable[str]) -> str:
    """Write the kinds of employment: Full-time, temporary."""
    known = [TYPES[EmploymentType(each)] for each in kinds if each in TYPES]
    words = ", ".join(str(each) for each in known)
    return words[:1] + words[1:].lower()


def pay(low: Decimal | None, high: Decimal | None, unit: PayUnit | None, currency: str) -> str:
    """Write the pay: $15.00 an hour, $60,000–$80,000 a year, from $60,000 a year; '' unknown."""
    if unit is None or (low is None and high is None):
        return ""
    figures = [each for each in (low, high) if each is not None]
    cents = unit in {PayUnit.HOUR, PayUnit.DAY} or any(each % 1 for each in figures)

    def written(amount: Decimal) -> str:
        return formats.money(amount, currency, cents=cents)

    if low is not None and high is not None:
        amount = written(low) if low == high else f"{written(low)}–{written(high)}"
    elif low is not None:
        amount = gettext("from %(amount)s", amount=written(low))
    else:
        amount = gettext("up to %(amount)s", amount=written(figures[0]))
    return _per(unit, amount)


def _per(unit: PayUnit, amount: str) -> str:
    if unit is PayUnit.HOUR:
        return str(gettext("%(amount)s an hour", amount=amount))
    if unit is PayUnit.DAY:
        return str(gettext("%(amount)s a day", amount=amount))
    if unit is PayUnit.WEEK:
        return str(gettext("%(amount)s a week", amount=amount))
    if unit is PayUnit.MONTH:
        return str(gettext("%(amount)s a month", amount=amount))
    return str(gettext("%(amount)s a year", amount=amount))


def hours(
    low: Decimal | None, high: Decimal | None, *, evenings: bool = False, weekends: bool = False
) -> str:
    """Write the hours: 10–29 hours a week, with evenings and weekends; '' unknown."""
    count, when = _count(low, high), _outside(evenings=evenings, weekends=weekends)
    if not when:
        return count
    return f"{count}, {when}" if count else when[:1].upper() + when[1:]


def _outside(*, evenings: bool, weekends: bool) -> str:
    """Say whether the work goes beyond weekdays."""
    if evenings and weekends:
        return str(gettext("with evenings and weekends"))
    if evenings:
        return str(gettext("with evenings"))
    return str(gettext("with weekends")) if weekends else ""


def _count(low: Decimal | None, high: Decimal | None) -> str:
    if low is not None and high is not None:
        count = _plain(low) if low == high else f"{_plain(low)}–{_plain(high)}"
        return str(gettext("%(count)s hours a week", count=count))
    if low is not None:
        return str(gettext("at least %(count)s hours a week", count=_plain(low)))
    if high is not None:
        return str(gettext("up to %(count)s hours a week", count=_plain(high)))
    return ""


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


def closing(on: dt.date | None, at: dt.datetime | None, zone: str, *, until_filled: bool) -> str:
    """Write when it closes: Friday 14 May 2027, 5:00 pm; "open until filled"; '' unknown.

    `at` is None where it is the end of the day.
    """
    if on is None:
        return str(gettext("Open until filled")) if until_filled else ""
    if at is None:
        return str(gettext("%(date)s, end of the day", date=formats.date(on)))
    return formats.datetime(at, zone, with_zone=True)
