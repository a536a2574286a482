"""What a mail that arrived can be, and how sure one must be to file it. Pure."""

import datetime as dt
import enum


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
