"""A posting's facts in words, in the reader's language; templates use them as filters."""

import datetime as dt
from zoneinfo import ZoneInfo

from flask_babel import gettext, lazy_gettext, ngettext

from tracker.core import formats
from tracker.core.db import now
from tracker.postings.exports import facts as written
from tracker.postings.exports.facts import TYPES
from tracker.postings.models import Posting
from tracker.postings.rules import PostingState

__all__ = ["STATES", "TONES", "TYPES", "closes_in", "closing", "hours", "pay", "state", "types"]

STATES = {
    PostingState.DRAFT: lazy_gettext("Draft"),
    PostingState.AWAITING: lazy_gettext("Awaiting approval"),
    PostingState.SCHEDULED: lazy_gettext("Scheduled"),
    PostingState.OPEN: lazy_gettext("Open"),
    PostingState.CLOSED: lazy_gettext("Closed"),
    PostingState.FILLED: lazy_gettext("Filled"),
    PostingState.CANCELLED: lazy_gettext("Cancelled"),
}
TONES = {
    PostingState.DRAFT: "neutral",
    PostingState.AWAITING: "warning",
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
    return written.types(posting.employment_types)


def pay(posting: Posting) -> str:
    """Write the pay: $15.00 an hour, $60,000–$80,000 a year, from $60,000 a year; '' unknown."""
    return written.pay(posting.pay_min, posting.pay_max, posting.pay_unit, posting.currency)


def hours(posting: Posting) -> str:
    """Write the hours: 10–29 hours a week, with evenings and weekends; '' unknown."""
    return written.hours(
        posting.hours_min,
        posting.hours_max,
        evenings=posting.evenings,
        weekends=posting.weekends,
    )


def closing(posting: Posting, zone: str) -> str:
    """Write when it closes: Friday 14 May 2027, 5:00 pm; "open until filled"; '' unknown."""
    at = None if posting.closes_time is None else posting.closes_at
    return written.closing(posting.closes_on, at, zone, until_filled=posting.open_until_filled)


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
