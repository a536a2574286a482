"""Which times can be offered to a candidate, and until when one can be chosen. Pure.

What a contact reads, and candidates do not: it stays English.
"""

import datetime as dt
from collections.abc import Sequence
from itertools import pairwise
from zoneinfo import ZoneInfo

from tracker.core.errors import DomainError

MOST_SLOTS = 5
NOTICE = dt.timedelta(hours=2)  # between the last moment for an answer and the interview
MOST_PROPOSALS = 10  # of one contact, for one application
LONGEST_ANSWER = 1000


class TimesError(DomainError):
    """Times cannot be proposed; the message says which, and what to do."""


def check_slots(slots: Sequence[tuple[dt.datetime, dt.datetime]], *, at: dt.datetime) -> None:
    """Raise `TimesError` unless these times (start, end) can be offered to a candidate."""
    if not slots:
        raise TimesError("Enter at least one time.")
    if len(slots) > MOST_SLOTS:
        raise TimesError(f"Propose at most {MOST_SLOTS} times at once.")
    for start, end in slots:
        if start <= at:
            raise TimesError("One of the times has passed. Choose times that are still to come.")
        if start < at + NOTICE:
            raise TimesError(
                "Choose times at least two hours from now, so that the candidate can answer."
            )
        if start >= end:
            raise TimesError("An interview has to end after it begins.")
    ordered = sorted(slots)
    if any(later[0] < earlier[1] for earlier, later in pairwise(ordered)):
        raise TimesError("Two of the times overlap. Each must stand for itself.")


def last_answer(starts_at: dt.datetime) -> dt.datetime:
    """Tell until when a time can be chosen."""
    return starts_at - NOTICE


def check_shown_once(day: dt.date, time: dt.time, zone: str) -> None:
    """Raise `TimesError` for a time that the clock shows twice on that day: which is meant?"""
    first, second = (
        dt.datetime.combine(day, time.replace(tzinfo=None, fold=fold), ZoneInfo(zone))
        for fold in (0, 1)
    )
    # A skipped time differs as well, the other way round: `instant` says that one.
    if first.utcoffset() != second.utcoffset() and first.astimezone(dt.UTC) < second.astimezone(
        dt.UTC
    ):
        raise TimesError(
            "On that day the clock is set back and shows this time twice, so nobody could tell"
            " which is meant. Choose an hour earlier or later."
        )
