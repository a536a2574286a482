"""What a mail that arrived can be, and how sure one must be to file it. Pure."""

import datetime as dt
import enum
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from tracker.notifications.rules import CONFIDENTIAL
from tracker.postings.rules import Closing, DocumentKind, PostingState, Taking


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

PERSONAL = frozenset({CONFIDENTIAL, "person"})
"""What mail of ours is about whose words are for its reader alone."""

CLAIM = dt.timedelta(minutes=10)
"""How long one process has for one mail before another one may take it up."""

BY_MISTAKE = "Filed by mistake, the mail is no application:"
"""Begins the reason in the history of an application that was made of a mail by mistake."""


@dataclass(frozen=True)
class Words:
    """What of a mail may be shown and passed on: its words, and its files' names by those names.

    `answers` holds the subject that it answers in the same way, where a colleague wrote it.
    """

    text: str
    files: Mapping[str, str]
    answers: Mapping[str, str] = field(default_factory=dict)


class RuleKind(enum.StrEnum):
    """What of a mail a remembered choice goes by."""

    SENDER = "sender"
    SUBJECT = "subject"


class Remember(enum.StrEnum):
    """What of a choice in the tray later mail follows."""

    NOTHING = "nothing"
    SUBJECT = "subject"
    SENDER = "sender"


class Writer(enum.StrEnum):
    """Who wrote a reply, as far as one can tell; a From is easily forged."""

    CANDIDATE = "candidate"
    COLLEAGUE = "colleague"
    STRANGER = "somebody else"


# Why a file of a mail was not taken, where that says nothing about the file itself.
DECORATION = "A picture in the text of the mail, too small to be a page."
SIGNATURE = "The signature of the mail, no document."
ELSEWHERE = "It stands in the mail that was passed on with another one."
SEALED = "Nothing here opens it: see what the mail's page says."
NO_DOCUMENTS = (DECORATION, SIGNATURE, ELSEWHERE)
"""Of these nobody meant to send a file."""

WITHOUT_WORDS = "(No words, or none that could be read.)"
"""Stands as the text of a reply that has none."""


class FetchState(enum.StrEnum):
    """Where a message on the server is on its way here."""

    FOUND = "found"
    KEPT = "kept"
    TOO_LARGE = "too large"
    GONE = "gone"


LARGEST_MAIL = 128 * 1024 * 1024
"""Bytes of a mail; a larger one stays on the server and is told of on the Messages page."""

MAILBOX_CLAIM = dt.timedelta(minutes=10)
"""How long one process has a mailbox to itself; it asks for more with every message."""

_PAUSES = (1, 2, 5, 10, 20, 30)  # minutes


def pause_after_failures(failures: int) -> dt.timedelta:
    """How long to leave a mailbox alone that could not be read so many times in a row."""
    return dt.timedelta(minutes=_PAUSES[min(max(failures, 1), len(_PAUSES)) - 1])


# What comes from somebody who has applied already


def is_own_application(
    brought: Collection[DocumentKind], lacking: Collection[DocumentKind]
) -> bool:
    """Tell whether a mail with files is an application of its own, though its sender has one open.

    `brought` is what its files were recognised as, `lacking` what the open one has not or was
    asked for. A resume that is there already comes with another application, whose sender is
    offered to replace the first. All else belongs to the open one: a certificate, references, a
    letter, a file that nobody recognises, and the resume that is still missing.
    """
    return DocumentKind.RESUME in brought and DocumentKind.RESUME not in lacking


# How much one sender may cause

APPLICATIONS_A_DAY = 5
"""By mail, from one address; what comes beyond waits in the tray, and nobody is answered."""

NOTICES_A_DAY = 1
"""To one address: that a mail could not be opened."""

NOTICES_AN_HOUR = 50
"""Of these to all addresses together: a sender is easily made up, and each a different one."""


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
