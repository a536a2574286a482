"""What is done next while nobody looks at an application, and when. Pure.

Each step is counted in working days from the one before it, the first from the telling. So a
server that was off for a week does one step when it is back, and not all of them at once.
"""

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from tracker.applications.rules import Stage
from tracker.organization.workdays import Calendar
from tracker.routing.rules import Step

# Where an application stands while who asked for more time has not decided yet.
UNDECIDED = frozenset({Stage.RECEIVED, Stage.UNDER_REVIEW})
DEFAULT_WAITS: Mapping[Step, int | None] = dict.fromkeys(Step, 2)


@dataclass(frozen=True)
class Policy:
    """After how many working days each step is due; None leaves the step out."""

    waits: Mapping[Step, int | None] = field(default_factory=lambda: dict(DEFAULT_WAITS))


@dataclass(frozen=True)
class Booking:
    """How the interviews of an application stand.

    `booked_at` is when one was booked that still stands, `called_off_at` when the last was
    called off of which none stands.
    """

    booked_at: dt.datetime | None = None
    called_off_at: dt.datetime | None = None


Bookings = Callable[[Collection[int]], Mapping[int, Booking]]
"""Asks how the interviews of these applications stand: that is known further up the house."""


@dataclass(frozen=True)
class Move:
    """A move that a person made."""

    at: dt.datetime
    old: Stage | None
    new: Stage


def is_answered(
    since: dt.datetime,
    *,
    stage: Stage,
    moves: Sequence[Move],
    booking: Booking,
    put_off: bool = False,
) -> bool:
    """Tell whether an application that has not ended was answered since somebody got it.

    By an interview that was booked, or by a move of a person. `put_off` says that more time was
    asked for: to take it under review is no answer then. What a booking had moved is undone with
    the last interview: it answered nothing.
    """
    if booking.booked_at is not None and booking.booked_at >= since:
        return True
    last = moves[-1] if moves else None
    off_at = booking.called_off_at
    if last and off_at and last.at <= off_at and last.new is Stage.INTERVIEW is not last.old:
        stage = last.old or stage
        last = moves[-2] if len(moves) > 1 else None
    if put_off and stage in UNDECIDED:
        return False
    return last is not None and last.at > since


@dataclass(frozen=True)
class Watch:
    """What is known of one assignment whose person should look.

    `done` are the steps taken; those of them that are in `silent` told nobody. `later_until`
    is until when the person asked to be left in peace. `answered` says that the application has
    ended, or what `is_answered` says; `seen` that somebody who may decide has looked.
    `called_off_at` is when the last interview was called off: the waiting begins anew then.
    `lost` says that the last mail about it came back or could not go. `reachable` says that
    the person works here and is not on leave.
    """

    told_at: dt.datetime
    done: Mapping[Step, dt.datetime] = field(default_factory=dict)
    silent: Collection[Step] = frozenset()
    later_until: dt.datetime | None = None
    called_off_at: dt.datetime | None = None
    seen: bool = False
    answered: bool = False
    lost: bool = False
    reachable: bool = True

    @property
    def last(self) -> Step | None:
        """The step taken last; None before the first."""
        return next((each for each in reversed(list(Step)) if each in self.done), None)


@dataclass(frozen=True)
class Due:
    """What comes next, and when. A futile step would reach nobody; it is passed over."""

    step: Step
    at: dt.datetime
    futile: bool = False


def next_due(watch: Watch, policy: Policy, calendar: Calendar) -> Due | None:
    """Say which step comes next, and when; None where nothing does.

    A reminder to somebody who cannot read it is futile. What follows a step that told nobody
    is due at once, and so is what follows a mail that was lost: somebody else must hear of it.
    """
    if watch.answered or (watch.seen and watch.later_until is None):
        return None
    step = following(watch.last, policy)
    if step is None:
        return None
    futile = step is Step.REMINDER and (watch.lost or not watch.reachable)
    start = watch.done[watch.last] if watch.last else watch.told_at
    if watch.lost:
        return Due(step, start, futile)
    anew = (watch.later_until, watch.called_off_at)
    start = max([start, *(each for each in anew if each is not None)])
    if watch.last in watch.silent:
        return Due(step, start, futile)
    return Due(step, calendar.after(start, policy.waits[step] or 0), futile)


def following(last: Step | None, policy: Policy) -> Step | None:
    """Name the first step after that one which the employer wants."""
    order = list(Step)
    rest = order[order.index(last) + 1 :] if last else order
    return next((each for each in rest if policy.waits.get(each) is not None), None)
