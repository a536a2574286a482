"""Why an application is with somebody, what they may do with it, how long a link opens it."""

import datetime as dt
import enum
from collections.abc import Sequence

from tracker.core.errors import DomainError, GoneError

LINK_LIFETIME = dt.timedelta(days=90)
# A forwarded mail may ask for links; a leaked one must not become a source of mail.
REQUESTS_PER_LINK = 5
LINKS_AN_HOUR = 5


class Why(enum.StrEnum):
    """Why an application was given to a person."""

    CONTACT = "contact of the posting"
    MANAGER = "manager of the posting, which has no reachable contact"
    COPIED = "copied on the posting"
    ASKED = "asked by a colleague"
    BY_HAND = "reassigned by hand"


class LinkDeed(enum.StrEnum):
    """What a person did behind their private link."""

    ACKNOWLEDGED = "acknowledged"
    SHORTLISTED = "shortlisted"
    DECLINED = "declined"
    TOOK_BACK = "taken back"
    MORE_TIME = "asked for more time"
    ASKED = "asked a colleague"
    LOOKED = "looked"
    OPINION = "opinion given"
    PROPOSED = "interview times proposed"
    WITHDREW = "interview times withdrawn"
    LINK_GIVEN = "link given to a colleague"
    LINK_REFUSED = "link refused to a colleague"


# Who may answer for the employer from the mail alone; a copied colleague reads along.
MAY_DECIDE = frozenset({Why.CONTACT, Why.MANAGER, Why.BY_HAND})


MOST_MORE_TIME = 3
LONGEST_MORE_TIME = dt.timedelta(days=30)
MORE_TIME_DAYS = (2, 5, 10)  # working days that are offered
MOST_CONSULTED = 5  # colleagues whom one contact asks about one application
LONGEST_OPINION = 2000


class MoreTimeError(DomainError):
    """There is no more time to be had, or not that much."""


class NotAskedError(DomainError):
    """A colleague cannot be asked to look, for a reason that belongs to the field."""


def check_more_time(until: dt.datetime, *, at: dt.datetime, asked: Sequence[dt.datetime]) -> None:
    """Raise `DomainError` unless a contact may be given time until then.

    `asked` are the times at which they asked before: a candidate does not wait for ever.
    """
    if until <= at:
        raise MoreTimeError("Choose a day that is still to come.")
    if len(asked) >= MOST_MORE_TIME:
        raise MoreTimeError(
            "You have asked for more time three times, and the candidate still waits. Decide, ask"
            " a colleague to look, or write to the hiring team so that somebody else can."
        )
    # The day of the last moment counts whole.
    if until > last_time(at, asked) + dt.timedelta(days=1):
        raise MoreTimeError(
            "That is too late: an application can be put off for 30 days in all, counted from"
            " when you first asked."
        )


def last_time(at: dt.datetime, asked: Sequence[dt.datetime]) -> dt.datetime:
    """Tell until when an application can be put off at the latest."""
    return min([at, *asked]) + LONGEST_MORE_TIME


class ReadOnlyError(DomainError):
    """The person sees the application and has no say in it."""

    status = 403

    def __init__(self) -> None:
        super().__init__(
            "You may read this application; others decide on it. Write to the contact of its"
            " posting if you think that something should happen."
        )


def check_may_decide(why: Why) -> None:
    """Raise `DomainError` unless an assignment made for this reason lets a person decide."""
    if why not in MAY_DECIDE:
        raise DomainError(
            "You were sent this application to read. Its hiring contact decides on it;"
            " write to them if you think they should act."
        )


def check_link(*, expires_at: dt.datetime, revoked_at: dt.datetime | None, at: dt.datetime) -> None:
    """Raise `GoneError` when a private link no longer opens anything."""
    if revoked_at is not None or expires_at <= at:
        raise GoneError("This link no longer opens the application. Ask for a new one below.")
