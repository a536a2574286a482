"""How often one person may ask for something that takes work: counted in this process."""

import threading
import time
from collections import deque
from weakref import WeakKeyDictionary

from flask import Flask, current_app

from tracker.core.errors import N_, TooManyRequestsError

PREVIEWED = N_("The preview was asked for very often. It goes on in a moment.")


class Pace:
    """At most `most` times within `window` seconds for each person; `said` beyond that."""

    def __init__(self, most: int, window: float, said: str = PREVIEWED) -> None:
        self.most, self.window, self.said = most, window, said
        self._asked: WeakKeyDictionary[Flask, dict[int, deque[float]]] = WeakKeyDictionary()
        self._lock = threading.Lock()

    def check(self, person_id: int) -> None:
        """Count one time. Raises `TooManyRequestsError` beyond the limit."""
        at = time.monotonic()
        # Several applications in one process have different persons of the same number.
        app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001
        with self._lock:
            times = self._asked.setdefault(app, {}).setdefault(person_id, deque())
            while times and times[0] <= at - self.window:
                times.popleft()
            if len(times) >= self.most:
                wait = max(1, round(times[0] + self.window - at))
                raise TooManyRequestsError(self.said, retry_after=wait)
            times.append(at)
