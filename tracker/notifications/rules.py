"""States of a mail, the moves between them, and when to try again."""

import datetime as dt
import enum
from collections.abc import Sequence
from dataclasses import dataclass

from tracker.core.errors import DomainError


class MailState(enum.StrEnum):
    """Where a mail is, in words a person understands."""

    WAITING = "waiting"
    SENT = "sent"
    DELAYED = "delayed"
    FAILED = "failed"
    HELD = "held"
    BOUNCED = "bounced"


OPEN = frozenset({MailState.WAITING, MailState.DELAYED})
"""These go by themselves when they are due."""

HAS_GONE = frozenset({MailState.SENT, MailState.BOUNCED})
"""These have a time at which a server took them."""

LOST = frozenset({MailState.FAILED, MailState.BOUNCED})
"""These reached nobody, and somebody has to do something."""

# That a server has taken a mail is so whatever else was noted meanwhile: a worker whose claim
# has ended still says what it saw.
MOVES: dict[MailState, frozenset[MailState]] = {
    MailState.WAITING: frozenset(
        {MailState.SENT, MailState.DELAYED, MailState.FAILED, MailState.HELD}
    ),
    MailState.DELAYED: frozenset(
        {
            MailState.SENT,
            MailState.DELAYED,
            MailState.FAILED,
            MailState.HELD,
            MailState.WAITING,
        }
    ),
    MailState.FAILED: frozenset({MailState.WAITING, MailState.SENT, MailState.HELD}),
    MailState.HELD: frozenset({MailState.WAITING, MailState.SENT}),
    MailState.SENT: frozenset({MailState.BOUNCED}),
    MailState.BOUNCED: frozenset({MailState.WAITING, MailState.HELD}),
}


def may_move(old: MailState, new: MailState) -> bool:
    """Tell whether a mail in one state may come into another."""
    return new in MOVES[old]


def check_move(old: MailState, new: MailState) -> None:
    """Raise `DomainError` unless a mail in one state may come into another."""
    if may_move(old, new):
        return
    if old is MailState.SENT and new is MailState.WAITING:
        raise DomainError("This mail has been sent already. Nothing was sent again.")
    if old is new is MailState.WAITING:
        raise DomainError("This mail waits to be sent already. Nothing was changed.")
    raise DomainError(f"A mail that is {old.value} cannot become {new.value}. Nothing was changed.")


class AttemptResult(enum.StrEnum):
    """How one try ended."""

    ACCEPTED = "accepted"
    REFUSED_FOR_NOW = "refused for now"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A stored file that goes with a mail: its key, what it is called and is, its length."""

    file_key: str
    file_name: str
    media_type: str
    size: int


def size_of_mail(*, words: int, files: Sequence[int]) -> int:
    """Tell how many bytes a mail with these files may have as it travels, rather too many.

    `words` are the characters of text and HTML, `files` the lengths of the files. Base64 makes
    57 bytes a line of 78 (RFC 2045 §6.8), quoted-printable a letter up to six bytes.
    """
    lines = sum((each + 56) // 57 * 78 for each in files)
    return lines + PART_HEAD * (len(files) + 1) + 2 * words


class ChangeKind(enum.StrEnum):
    """What was done to a mail, or reported of it, besides trying to send it."""

    HELD = "held"
    EDITED = "edited"
    RELEASED = "released"
    DROPPED = "dropped"
    TAKEN_BACK = "taken back"
    AGAIN = "sent again"
    CORRECTED = "address corrected"
    BOUNCED = "bounced"
    LATE_BOUNCE = "late bounce"
    DELAY_REPORTED = "delay reported"
    DELIVERY_REPORTED = "delivery reported"


PART_HEAD = 2000  # bytes of headers of the mail and of each part, at the most
GIVE_UP_AFTER = dt.timedelta(days=2)
_PAUSES = (1, 2, 5, 10, 30, 60, 120, 240)  # minutes


def pause_after(attempts: int) -> dt.timedelta:
    """How long to wait after that many tries: minutes at first, four hours in the end."""
    return dt.timedelta(minutes=_PAUSES[min(max(attempts, 1), len(_PAUSES)) - 1])


def pause_of_doubt(interruptions: int) -> dt.timedelta:
    """How long a mail waits that so many workers died with in hand; after the first, not at all."""
    return pause_after(interruptions - 1) if interruptions > 1 else dt.timedelta()


def gives_up(attempts: int) -> bool:
    """Tell whether enough was tried: the pauses so far add up to two days.

    Counted in tries and not by the clock, so that a mail which waited while nothing ran is
    not given up before the server has refused it often enough.
    """
    return sum((pause_after(each) for each in range(1, attempts + 1)), dt.timedelta()) > (
        GIVE_UP_AFTER
    )


# The server wants a password first (RFC 4954): MAIL_URL is at fault, not the mail.
_SIGN_IN_FIRST = {530, 534, 535, 538}


def result_of_code(code: int) -> AttemptResult:
    """Read an SMTP reply (RFC 5321 §4.2.1): 2 taken, 5 refused for good, else for now."""
    if 200 <= code < 300:
        return AttemptResult.ACCEPTED
    for_good = 500 <= code < 600 and code not in _SIGN_IN_FIRST
    return AttemptResult.REFUSED if for_good else AttemptResult.REFUSED_FOR_NOW


CONFIDENTIAL = "accommodation_request"
"""What a mail is about that only its recipient may read: see `views.visible_to`."""
