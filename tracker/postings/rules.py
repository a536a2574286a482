"""States of a posting and the moves between them; the kinds of what it asks for."""

import datetime as dt
import enum
from zoneinfo import ZoneInfo

from tracker.core.errors import DomainError


class PostingState(enum.StrEnum):
    """Where a posting is in its life."""

    DRAFT = "draft"
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


class MemberRole(enum.StrEnum):
    """What a further person is to a posting: managing it, or copied on its mail."""

    MANAGER = "manager"
    COPIED = "copied"


S = PostingState
# from: {to: whether a reason must be given}
MOVES: dict[PostingState, dict[PostingState, bool]] = {
    S.DRAFT: {S.SCHEDULED: False, S.OPEN: False, S.CANCELLED: True},
    S.SCHEDULED: {S.DRAFT: False, S.OPEN: False, S.CANCELLED: True},
    S.OPEN: {S.CLOSED: False, S.FILLED: False, S.CANCELLED: True},
    S.CLOSED: {S.OPEN: True, S.FILLED: False, S.CANCELLED: True},
    S.FILLED: {S.OPEN: True},
    S.CANCELLED: {S.DRAFT: True},
}


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


def closing_instant(on: dt.date, time: dt.time | None, zone: str) -> dt.datetime:
    """Return the instant at which a posting closes, in UTC; without a time, the day's end.

    Where clocks change, a local time may come twice or never: the later reading counts,
    so that nobody is shut out an hour early.
    """
    local = dt.datetime.combine(on, time or END_OF_DAY, tzinfo=ZoneInfo(zone))
    return max(local.replace(fold=fold).astimezone(dt.UTC) for fold in (0, 1))
