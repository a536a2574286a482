"""What a mail that arrived can be, and how sure one must be to file it. Pure."""

import datetime as dt
import enum

from tracker.postings.rules import Closing, PostingState, Taking


class Verdict(enum.StrEnum):
    """What a mail that arrived was found to be."""

    APPLICATION = "application"
    REPLY = "reply"
    BOUNCE = "bounce"
    AUTO_REPLY = "auto_reply"
    CALENDAR = "calendar"
    UNSORTED = "unsorted"
    DUPLICATE = "duplicate"
    QUARANTINED = "quarantined"


WAITING = frozenset({Verdict.UNSORTED, Verdict.QUARANTINED})
"""Verdicts that leave a mail in the Unsorted tray until somebody files or dismisses it."""

CLAIM = dt.timedelta(minutes=2)
"""How long one process has for one mail before another one may take it up."""


class RuleKind(enum.StrEnum):
    """What of a mail a remembered choice goes by."""

    SENDER = "sender"
    SUBJECT = "subject"


class Remember(enum.StrEnum):
    """What of a choice in the tray later mail follows."""

    NOTHING = "nothing"
    SUBJECT = "subject"
    SENDER = "sender"


# How much one sender may cause

APPLICATIONS_A_DAY = 5
"""By mail, from one address; what comes beyond waits in the tray, and nobody is answered."""

NOTICES_A_DAY = 1
"""To one address: that a mail could not be opened, or came too late."""


def in_time(closing: Closing, *, arrived_at: dt.datetime, at: dt.datetime) -> Taking:
    """Tell how a mail is taken that arrived at one time and is read at another.

    What arrived while the posting took applications is in time, however late it is read. When
    it arrived is the word of the employer's own server, never the sender's.
    """
    if not closing.accepting or closing.state in {PostingState.FILLED, PostingState.CANCELLED}:
        return Taking.NOT
    taking = closing.taking(at)
    if taking is Taking.OPEN:
        return taking
    ends = [each for each in (closing.closes_at, closing.closed_at) if each is not None]
    if ends and arrived_at < min(ends):
        return Taking.GRACE
    return taking
