"""Why an application is with somebody, what they may do with it, how long a link opens it."""

import datetime as dt
import enum
from collections.abc import Mapping, Sequence

from tracker.applications.rules import STAGES, Outcome, Stage
from tracker.core.errors import DomainError, GoneError, StaleError
from tracker.notifications.rules import MailState

LINK_LIFETIME = dt.timedelta(days=90)
# A forwarded mail may ask for links; a leaked one must not become a source of mail.
REQUESTS_PER_LINK = 5
LINKS_AN_HOUR = 5


class Why(enum.StrEnum):
    """Why an application was given to a person."""

    CONTACT = "contact of the posting"
    DEPUTY = "deputy during leave"
    NEXT_IN_LINE = "next in line for the position"
    NEW_HOLDER = "new holder of the position"
    TAKEN_OVER = "taken over from somebody who has left"
    ESCALATED = "escalated, since nobody had looked"
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
    WROTE = "wrote to the candidate"
    FILE_ADDED = "mailed file added"
    LINK_GIVEN = "link given to a colleague"
    LINK_REFUSED = "link refused to a colleague"
    MAIL = "own mail chosen"
    LEAVE = "own leave written down"


# Who may answer for the employer from the mail alone; a copied colleague reads along.
MAY_DECIDE = frozenset(
    {
        Why.CONTACT,
        Why.DEPUTY,
        Why.NEXT_IN_LINE,
        Why.NEW_HOLDER,
        Why.TAKEN_OVER,
        Why.ESCALATED,
        Why.MANAGER,
        Why.BY_HAND,
    }
)
# Whose look is waited for: an escalation has a clock already, that of who did not look.
WATCHED = MAY_DECIDE - {Why.ESCALATED}
# Given to somebody as who answers for the posting: follows when that becomes somebody else.
OF_THE_PLACE = frozenset({Why.CONTACT, Why.DEPUTY, Why.NEXT_IN_LINE, Why.NEW_HOLDER})
# Given to somebody because there was nobody better.
IN_PLACE = frozenset({Why.NEXT_IN_LINE, Why.MANAGER})


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


def check_lets_in(why: Why | None) -> None:
    """Raise `DomainError` unless an assignment for this reason lets a person let others in."""
    if why not in MAY_DECIDE:
        raise DomainError(
            "This application was sent here to be read. Who else reads it is for those who decide"
            " on it to say, so nobody was asked and no link was sent. Write to the hiring contact"
            " of the posting."
        )


def check_open(outcome: Outcome | None) -> None:
    """Raise `DomainError` for an application that has ended: opening one again is staff's."""
    if outcome is not None:
        raise DomainError(f"This application has ended ({outcome.value}). Nothing was changed.")


def check_shortlist(stage: Stage) -> None:
    """Raise `DomainError` for an application that has come further than the shortlist."""
    if STAGES.index(stage) > STAGES.index(Stage.SHORTLISTED):
        raise DomainError(
            f"It stands at “{stage.value}” already, which is past the shortlist. Nothing was"
            " changed."
        )


class MovedMeanwhileError(StaleError):
    """An application moved on while a contact had the form open."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(
            "This application was moved after you had opened the page: it stands at"
            f" “{stage.value}” now. Nothing was changed. If you mean it all the same, send the"
            " form again."
        )


class LinkEndedError(GoneError):
    """A private link opens nothing any more; its owner may have a new one mailed."""


def check_link(*, expires_at: dt.datetime, revoked_at: dt.datetime | None, at: dt.datetime) -> None:
    """Raise `LinkEndedError` when a private link no longer opens anything."""
    if revoked_at is not None or expires_at <= at:
        raise LinkEndedError("This link no longer opens the application. Ask for a new one below.")


class Step(enum.StrEnum):
    """What is done, in this order, while nobody looks at an application."""

    REMINDER = "reminder"
    DEPUTY = "deputy"
    COORDINATORS = "coordinators"


LONGEST_WAIT = 60  # working days
# States of a mail that will reach nobody.
LOST = frozenset(each for each in MailState if each.value in {"failed", "bounced"})


def check_policy(waits: Mapping[Step, int | None]) -> None:
    """Raise `DomainError` for a wait that is no number of working days, or no step at all."""
    if any(days is not None and not 1 <= days <= LONGEST_WAIT for days in waits.values()):
        raise DomainError(f"Enter a number of working days from 1 to {LONGEST_WAIT}.")
    if all(days is None for days in waits.values()):
        raise DomainError(
            "Keep at least one step: without any, an application that nobody looks at would"
            " stay where it is."
        )
