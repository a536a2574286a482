"""Kinds and states of interviews, and when one may be held."""

import datetime as dt
import enum
from zoneinfo import ZoneInfo

from tracker.core.errors import DomainError


def N_(text: str) -> str:  # noqa: N802  gettext's own name for "translate later"
    """Mark a sentence for translation; the page translates it."""
    return text


class InterviewKind(enum.StrEnum):
    """How an interview is held."""

    IN_PERSON = "in person"
    PHONE = "by phone"
    VIDEO = "by video"


KIND_WORDS = {
    InterviewKind.IN_PERSON: N_("In person"),
    InterviewKind.PHONE: N_("By phone"),
    InterviewKind.VIDEO: N_("By video"),
}


class InterviewState(enum.StrEnum):
    """Whether an interview stands."""

    SCHEDULED = "scheduled"
    CANCELLED = "cancelled"


class Change(enum.StrEnum):
    """What can be done to an interview."""

    SCHEDULED = "scheduled"
    CHANGED = "changed"
    CANCELLED = "cancelled"


class ProposalState(enum.StrEnum):
    """What has become of times that were proposed."""

    OPEN = "open"
    CHOSEN = "chosen"
    NONE_FITS = "none fits"
    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"
    EXPIRED = "expired"
    ENDED = "application ended"


FIRST_YEAR, LAST_YEAR = 1900, 2200  # beyond them zones and calendars run out of numbers
LENGTHS = (15, 20, 30, 45, 60, 75, 90, 120, 150, 180, 240)  # minutes


def instant(day: dt.date, time: dt.time, zone: str) -> dt.datetime:
    """Turn a day and a wall-clock time in a zone into an instant, in UTC.

    A time that the clock skips in spring raises `DomainError`, as does a year that was
    mistyped; one that it shows twice in autumn is taken as the first.
    """
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise DomainError("Check the year of the day. Nothing was saved.")
    local = dt.datetime.combine(day, time.replace(tzinfo=None, fold=0), ZoneInfo(zone))
    moment = local.astimezone(dt.UTC)
    if moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) != local.replace(tzinfo=None):
        raise DomainError("On that day the clock skips this time. Choose an hour earlier or later.")
    return moment


def check_time(starts_at: dt.datetime, ends_at: dt.datetime, *, at: dt.datetime) -> None:
    """Raise `DomainError` unless an interview may be held then."""
    if starts_at >= ends_at:
        raise DomainError("An interview has to end after it begins.")
    if starts_at <= at:
        raise DomainError("That time has passed. Choose one that is still to come.")


def check_place(kind: InterviewKind, place: str, link: str) -> None:
    """Raise `DomainError` where a candidate would not know where to go."""
    if kind is InterviewKind.IN_PERSON and not place.strip():
        raise DomainError("Say where the interview is held: building, room, how to get in.")
    if kind is InterviewKind.VIDEO and not link.strip():
        raise DomainError("Give the link to the video meeting.")
    if kind is InterviewKind.PHONE and not place.strip():
        raise DomainError("Say who calls whom, and at which number.")
    if link and not link.startswith(("https://", "http://")):
        raise DomainError("The link has to begin with https://.")
