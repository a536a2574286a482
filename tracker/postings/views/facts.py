"""A posting's facts in words, in the reader's language; templates use them as filters."""

import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

from flask_babel import gettext, lazy_gettext, ngettext

from tracker.core import formats
from tracker.core.db import now
from tracker.postings.models import Posting
from tracker.postings.rules import EmploymentType, PayUnit, PostingState

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
STATES = {
    PostingState.DRAFT: lazy_gettext("Draft"),
    PostingState.SCHEDULED: lazy_gettext("Scheduled"),
    PostingState.OPEN: lazy_gettext("Open"),
    PostingState.CLOSED: lazy_gettext("Closed"),
    PostingState.FILLED: lazy_gettext("Filled"),
    PostingState.CANCELLED: lazy_gettext("Cancelled"),
}
TONES = {
    PostingState.DRAFT: "neutral",
    PostingState.SCHEDULED: "info",
    PostingState.OPEN: "success",
    PostingState.CLOSED: "neutral",
    PostingState.FILLED: "accent",
    PostingState.CANCELLED: "danger",
}


def state(posting: Posting) -> str:
    """Name the state that holds now."""
    return str(STATES[posting.state_at(now())])


def state_tone(posting: Posting) -> str:
    """Return the badge's tone for the state that holds now."""
    return TONES[posting.state_at(now())]


def types(posting: Posting) -> str:
    """Write the kinds of employment: Full-time, temporary."""
    known = [TYPES[EmploymentType(each)] for each in posting.employment_types if each in TYPES]
    words = ", ".join(str(each) for each in known)
    return words[:1] + words[1:].lower()


def pay(posting: Posting) -> str:
    """Write the pay: $15.00 an hour, $60,000–$80,000 a year, from $60,000 a year; '' unknown."""
    low, high, unit = posting.pay_min, posting.pay_max, posting.pay_unit
    if unit is None or (low is None and high is None):
        return ""
    figures = [each for each in (low, high) if each is not None]
    cents = unit in {PayUnit.HOUR, PayUnit.DAY} or any(each % 1 for each in figures)

    def written(amount: Decimal) -> str:
        return formats.money(amount, posting.currency, cents=cents)

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


def hours(posting: Posting) -> str:
    """Write the hours: 10–29 hours a week, with evenings and weekends; '' unknown."""
    count, when = _hours(posting), _outside(posting)
    if not when:
        return count
    return f"{count}, {when}" if count else when[:1].upper() + when[1:]


def _outside(posting: Posting) -> str:
    """Say whether the work goes beyond weekdays."""
    if posting.evenings and posting.weekends:
        return str(gettext("with evenings and weekends"))
    if posting.evenings:
        return str(gettext("with evenings"))
    return str(gettext("with weekends")) if posting.weekends else ""


def _hours(posting: Posting) -> str:
    low, high = posting.hours_min, posting.hours_max
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


def closing(posting: Posting, zone: str) -> str:
    """Write when it closes: Friday 14 May 2027, 5:00 pm; "open until filled"; '' unknown."""
    if posting.closes_at is None:
        return str(gettext("Open until filled")) if posting.open_until_filled else ""
    if posting.closes_time is None and posting.closes_on is not None:
        return str(gettext("%(date)s, end of the day", date=formats.date(posting.closes_on)))
    return formats.datetime(posting.closes_at, zone, with_zone=True)


def closes_in(posting: Posting, zone: str) -> str:
    """Say how long it is open: Closes in 12 days, tomorrow, today at 5:00 pm; '' unknown."""
    if posting.closes_at is None:
        return str(gettext("Open until filled")) if posting.open_until_filled else ""
    place = ZoneInfo(zone)
    at = now()
    if posting.closes_at <= at:
        return str(gettext("Closed"))
    days = (_day(posting.closes_at, place) - _day(at, place)).days
    if days == 0 and posting.closes_time is not None:
        return str(gettext("Closes today at %(time)s", time=formats.time(posting.closes_at, zone)))
    if days == 0:
        return str(gettext("Closes today"))
    if days == 1:
        return str(gettext("Closes tomorrow"))
    return str(ngettext("Closes in %(num)d day", "Closes in %(num)d days", days))


def _day(at: dt.datetime, place: ZoneInfo) -> dt.date:
    return at.astimezone(place).date()
