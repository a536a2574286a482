"""States of a posting and the moves between them; the kinds of what it asks for."""

import datetime as dt
import enum
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from tracker.core.errors import DomainError


class PostingState(enum.StrEnum):
    """Where a posting is in its life."""

    DRAFT = "draft"
    AWAITING = "awaiting approval"
    SCHEDULED = "scheduled"
    OPEN = "open"
    CLOSED = "closed"
    FILLED = "filled"
    CANCELLED = "cancelled"


class EmploymentType(enum.StrEnum):
    """schema.org's employmentType words."""

    FULL_TIME = "FULL_TIME"
    PART_TIME = "PART_TIME"
    TEMPORARY = "TEMPORARY"
    CONTRACTOR = "CONTRACTOR"
    INTERN = "INTERN"
    VOLUNTEER = "VOLUNTEER"
    PER_DIEM = "PER_DIEM"
    OTHER = "OTHER"


class PayUnit(enum.StrEnum):
    """What the pay figures are for."""

    HOUR = "HOUR"
    DAY = "DAY"
    WEEK = "WEEK"
    MONTH = "MONTH"
    YEAR = "YEAR"


class DocumentKind(enum.StrEnum):
    """What a requested document is."""

    COVER_LETTER = "cover_letter"
    RESUME = "resume"
    ESSAY = "essay"
    REFERENCES = "references"
    OTHER = "other"


class QuestionKind(enum.StrEnum):
    """How a question is answered."""

    SHORT_TEXT = "short text"
    LONG_TEXT = "long text"
    YES_NO = "yes or no"
    CHOICE = "choice"
    LINK = "link"


class SectionKind(enum.StrEnum):
    """What a part of the text is for, in the order in which readers need them; OTHER is its own."""

    SUMMARY = "summary"
    DUTIES = "duties"
    QUALIFICATIONS = "qualifications"
    SCHEDULE = "schedule"
    PAY_AND_BENEFITS = "pay and benefits"
    HOW_TO_APPLY = "how to apply"
    OTHER = "other"


class MemberRole(enum.StrEnum):
    """What a further person is to a posting: managing it, or copied on its mail."""

    MANAGER = "manager"
    COPIED = "copied"


class VersionKind(enum.StrEnum):
    """What made a version of a posting."""

    PUBLISHED = "published"
    CHANGED = "changed"
    REOPENED = "reopened"


class Pause(enum.StrEnum):
    """Why a subscriber gets no mail for now."""

    WISHED = "wished"
    CAME_BACK = "mail came back"


S = PostingState
# from: {to: whether a reason must be given}
MOVES: dict[PostingState, dict[PostingState, bool]] = {
    S.DRAFT: {S.AWAITING: False, S.SCHEDULED: False, S.OPEN: False, S.CANCELLED: True},
    S.AWAITING: {S.DRAFT: True, S.SCHEDULED: False, S.OPEN: False, S.CANCELLED: True},
    S.SCHEDULED: {S.DRAFT: False, S.AWAITING: False, S.OPEN: False, S.CANCELLED: True},
    S.OPEN: {S.CLOSED: False, S.FILLED: False, S.CANCELLED: True},
    S.CLOSED: {S.OPEN: True, S.FILLED: False, S.CANCELLED: True},
    S.FILLED: {S.OPEN: True},
    S.CANCELLED: {S.DRAFT: True},
}
HIDDEN = frozenset({S.DRAFT, S.AWAITING, S.SCHEDULED})
"""States in which nobody outside finds the posting's page."""


def check_move(old: PostingState, new: PostingState, *, reason: str) -> None:
    """Raise `DomainError` unless a posting may move so, with a reason where one is due."""
    if new not in MOVES[old]:
        raise DomainError(f"A posting that is {old.value} cannot become {new.value}.")
    if MOVES[old][new] and not reason.strip():
        raise DomainError(f"Say why the posting becomes {new.value}: people will ask.")


END_OF_DAY = dt.time(23, 59, 59)


def state_at(state: PostingState, closes_at: dt.datetime | None, at: dt.datetime) -> PostingState:
    """Return the state that holds at a time: past its closing, an open posting is closed.

    The clock's job writes it down within a minute; no reader waits for that.
    """
    if state is PostingState.OPEN and closes_at is not None and closes_at <= at:
        return PostingState.CLOSED
    return state


GRACE = dt.timedelta(minutes=15)


class Taking(enum.StrEnum):
    """How an application would be taken at a moment, if at all."""

    OPEN = "open"
    GRACE = "within the grace"
    LATE = "late"
    NOT = "not"


@dataclass(frozen=True)
class Closing:
    """All of a posting that decides whether an application is taken."""

    state: PostingState
    closes_at: dt.datetime | None
    closed_at: dt.datetime | None
    accepting: bool
    accepts_late: bool

    def has_passed(self, at: dt.datetime) -> bool:
        """Tell whether it closed because its time was up: not by hand, not filled or cancelled."""
        if self.closes_at is None or self.closes_at > at:
            return False
        if self.state is PostingState.OPEN:  # the clock's job has yet to write it down
            return True
        by_hand = self.closed_at is not None and self.closed_at < self.closes_at
        return self.state is PostingState.CLOSED and not by_hand

    def grace_ends_at(self, at: dt.datetime) -> dt.datetime | None:
        """Return until when who had begun in time may finish; None when no grace runs."""
        if not self.accepting or not self.has_passed(at):
            return None
        assert self.closes_at is not None
        return ends_at if at < (ends_at := self.closes_at + GRACE) else None

    def taking(self, at: dt.datetime, *, begun_at: dt.datetime | None = None) -> Taking:
        """Tell how an application sent at that time is taken.

        `begun_at` is when its candidate first gave us anything of it: before the closing
        time, and a grace of fifteen minutes is theirs.
        """
        if not self.accepting:
            return Taking.NOT
        if state_at(self.state, self.closes_at, at) is PostingState.OPEN:
            return Taking.OPEN
        if not self.has_passed(at):
            return Taking.NOT
        assert self.closes_at is not None
        begun = begun_at is not None and begun_at < self.closes_at
        if begun and self.grace_ends_at(at) is not None:
            return Taking.GRACE
        return Taking.LATE if self.accepts_late else Taking.NOT


def opening_instant(local: dt.datetime, zone: str) -> dt.datetime:
    """Return the instant of a local time at which something becomes public, in UTC.

    Of a time that comes twice the first counts. One that never comes is as far after the
    change as it would have been: 2:30 is 3:30.
    """
    return local.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(dt.UTC)


def listing_instant(on: dt.date, zone: str) -> dt.datetime:
    """Return the instant at which a day begins, in UTC: then a posting stands in the lists."""
    return opening_instant(dt.datetime.combine(on, dt.time()), zone)


def closing_instant(on: dt.date, time: dt.time | None, zone: str) -> dt.datetime:
    """Return the instant at which a posting closes, in UTC; without a time, the day's end.

    Where clocks change, a local time may come twice or never: the later reading counts,
    so that nobody is shut out an hour early.
    """
    local = dt.datetime.combine(on, time or END_OF_DAY, tzinfo=ZoneInfo(zone))
    return max(local.replace(fold=fold).astimezone(dt.UTC) for fold in (0, 1))


@dataclass(frozen=True)
class Matter:
    """Something that a posting says: what pages call it, and whether who applied must hear of it.

    `text` is written in sentences, so that a difference is shown word by word.
    """

    word: str
    material: bool = False
    text: bool = False


MATTERS: dict[str, Matter] = {
    "title": Matter("title"),
    "summary": Matter("summary", text=True),
    "employment_types": Matter("kind of employment", material=True),
    "openings": Matter("number of openings"),
    "hours": Matter("hours", material=True),
    "schedule": Matter("schedule", text=True),
    "pay": Matter("pay", material=True),
    "benefits": Matter("benefits", text=True),
    "location": Matter("place", material=True),
    "reports_to": Matter("whom it reports to"),
    "contact": Matter("contact", material=True),
    "closing": Matter("closing date", material=True),
    "first_review_on": Matter("day from which applications are read"),
    "interviews_begin_on": Matter("day on which interviews begin"),
    "answer_by_on": Matter("day by which candidates hear"),
    "requirements": Matter("requirements", material=True, text=True),
    "sections": Matter("text", text=True),
    "documents": Matter("documents", material=True),
    "questions": Matter("questions", material=True),
    "skills": Matter("skills", material=True),
    "accepting": Matter("whether applications are taken"),
    "accepts_late": Matter("whether late applications are taken"),
    "equal_opportunity_text": Matter("equal-opportunity statement", text=True),
    "reopened": Matter("taking applications again", material=True),
}
"""All that a version of a posting holds, in the order in which pages tell of it."""
