"""Places for children: few at once, first come first served, and the slow step aside."""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager


class FullError(Exception):
    """Nobody gave a place back in time."""


class Places:
    """A number of places for those who are quick, and some beside them for the slow.

    Whoever turns out to take long gives the place to the next who waits, as long as there is
    room at the side: two files that are slow to read do not hold up a third.
    """

    def __init__(self, quick: int, slow: int) -> None:
        self._lock = threading.Lock()
        self._free = quick
        self._aside = slow
        self._waiting: deque[threading.Event] = deque()

    @contextmanager
    def place(self, patience: float) -> Iterator["Place"]:
        """Lend a place; wait for it at most `patience` seconds. Raises FullError."""
        self._take(patience)
        place = Place(self)
        try:
            yield place
        finally:
            place.leave()

    @property
    def waiting(self) -> int:
        """How many wait for a place."""
        with self._lock:
            return len(self._waiting)

    def _take(self, patience: float) -> None:
        with self._lock:
            if self._free and not self._waiting:
                self._free -= 1
                return
            mine = threading.Event()
            self._waiting.append(mine)
        if mine.wait(patience):
            return
        with self._lock:
            if not mine.is_set():  # it may have come between the two looks
                self._waiting.remove(mine)
                raise FullError

    def _give_back(self) -> None:
        """Hand a place to whoever has waited longest; called under the lock."""
        if self._waiting:
            self._waiting.popleft().set()
        else:
            self._free += 1

    def move_aside(self) -> bool:
        """Turn one place into one at the side; False when there is no room."""
        with self._lock:
            if not self._aside:
                return False
            self._aside -= 1
            self._give_back()
            return True

    def take_back(self, *, aside: bool) -> None:
        """Take one place back."""
        with self._lock:
            if aside:
                self._aside += 1
            else:
                self._give_back()


class Place:
    """One place, held by one child."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._is_aside = False

    def step_aside(self) -> None:
        """Let others go ahead, where there is room at the side."""
        if not self._is_aside:
            self._is_aside = self._places.move_aside()

    def leave(self) -> None:
        """Give the place back."""
        self._places.take_back(aside=self._is_aside)
