"""States of a mail, and when to try again."""

import datetime as dt
import enum


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


GIVE_UP_AFTER = dt.timedelta(days=2)
_PAUSES = (1, 2, 5, 10, 30, 60, 120, 240)  # minutes


def pause_after(attempts: int) -> dt.timedelta:
    """How long to wait after that many tries: minutes at first, four hours in the end."""
    return dt.timedelta(minutes=_PAUSES[min(max(attempts, 1), len(_PAUSES)) - 1])
