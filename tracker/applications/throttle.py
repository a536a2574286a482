"""How soon and how much anybody may send. Pure: windows of time and the most of each.

The limits are for floods, not for people: thirty applicants of one library sit behind one
address and apply within ten minutes, each with several files and a second try of some.
"""

import datetime as dt
import enum
import math
from collections.abc import Sequence
from dataclasses import dataclass


class Act(enum.StrEnum):
    """What is counted."""

    SEND = "application"
    UPLOAD = "upload"
    ENQUIRY = "enquiry"
    SUBSCRIBE = "subscription"


@dataclass(frozen=True)
class Limit:
    """At most so many (and, of files, so many bytes) within each window of that length."""

    most: int
    window: dt.timedelta
    most_bytes: int | None = None

    def window_at(self, at: dt.datetime) -> dt.datetime:
        """Return when the window began that a time falls in; windows follow the clock."""
        seconds = int(self.window.total_seconds())
        return dt.datetime.fromtimestamp(int(at.timestamp()) // seconds * seconds, dt.UTC)

    def is_passed(self, count: int, size: int) -> bool:
        """Tell whether what was counted in a window is more than it allows."""
        return count > self.most or (self.most_bytes is not None and size > self.most_bytes)

    def wait(self, at: dt.datetime) -> int:
        """Seconds until the next window begins; at least one."""
        return max(1, math.ceil((self.window_at(at) + self.window - at).total_seconds()))


_TEN_MINUTES, _HOUR = dt.timedelta(minutes=10), dt.timedelta(hours=1)
_DAY = dt.timedelta(days=1)
BY_NETWORK: dict[Act, Limit] = {
    Act.SEND: Limit(100, _TEN_MINUTES),
    Act.UPLOAD: Limit(2000, _HOUR, most_bytes=8 << 30),
    Act.ENQUIRY: Limit(20, _HOUR),
    Act.SUBSCRIBE: Limit(20, _HOUR),
}
BY_POSTING: dict[Act, Limit] = {
    Act.SEND: Limit(1000, _TEN_MINUTES),
    Act.ENQUIRY: Limit(60, _HOUR),
}
BY_ADDRESS: dict[Act, Limit] = {
    Act.SUBSCRIBE: Limit(2, _DAY),
}
"""What one address may be written to because somebody typed it into a form."""

# Documents that a candidate adds to an application, and nobody asked for

MOST_ADDED, MOST_ADDED_A_DAY = 20, 10


@dataclass(frozen=True)
class Full:
    """An application takes no more such documents until `again_at`; None for not any more."""

    again_at: dt.datetime | None


def fullness(times: Sequence[dt.datetime], at: dt.datetime) -> Full | None:
    """Tell whether another one is too many, after those that came at `times`, oldest first.

    A day is the last 24 hours: whoever adds until midnight does not begin anew a minute later.
    """
    if len(times) >= MOST_ADDED:
        return Full(None)
    recent = [each for each in times if each > at - _DAY]
    if len(recent) < MOST_ADDED_A_DAY:
        return None
    return Full(recent[-MOST_ADDED_A_DAY] + _DAY)
