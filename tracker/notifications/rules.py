"""States of a mail, and when to try again."""

import datetime as dt
import enum
from collections.abc import Sequence
from dataclasses import dataclass


class MailState(enum.StrEnum):
    """Where a mail is, in words a person understands."""

    WAITING = "waiting"
    SENT = "sent"
    DELAYED = "delayed"
    FAILED = "failed"
    HELD = "held"


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


PART_HEAD = 2000  # bytes of headers of the mail and of each part, at the most
GIVE_UP_AFTER = dt.timedelta(days=2)
_PAUSES = (1, 2, 5, 10, 30, 60, 120, 240)  # minutes


def pause_after(attempts: int) -> dt.timedelta:
    """How long to wait after that many tries: minutes at first, four hours in the end."""
    return dt.timedelta(minutes=_PAUSES[min(max(attempts, 1), len(_PAUSES)) - 1])


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
