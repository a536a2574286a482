"""How often one person may ask for something that takes work: counted in this process."""

import threading
import time
from collections import deque

from tracker.core.errors import TooManyRequestsError


class Pace:
    """At most `most` times within `window` seconds for each person."""

    def __init__(self, most: int, window: float) -> None:
        self.most, self.window = most, window
        self._asked: dict[int, deque[float]] = {}
        self._lock = threading.Lock()

    def check(self, person_id: int) -> None:
        """Count one time. Raises `TooManyRequestsError` beyond the limit."""
        at = time.monotonic()
        with self._lock:
            times = self._asked.setdefault(person_id, deque())
            while times and times[0] <= at - self.window:
                times.popleft()
            if len(times) >= self.most:
                wait = max(1, round(times[0] + self.window - at))
                raise TooManyRequestsError(
                    "The preview was asked for very often. It goes on in a moment.",
                    retry_after=wait,
                )
            times.append(at)
