"""Turns: how many requests a process works on at once, and how those that wait step aside.

Python runs one thread at a time, so a few requests at work get as much done as many, and hold
fewer connections to the database. A request that waits for somebody else (a candidate's slow
line, a child that reads a document, an object store) does no work: it gives its turn away
meanwhile and takes another before it goes on. So there can be many threads, nearly all of
them waiting, and nobody's slow upload holds up a page.
"""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

PIECE = 64 * 1024
HEAVY = 64 * 1024
"""Bytes of a body from which a request is taken to bring files."""

WSGI = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
_mine = threading.local()


class Turns:
    """A WSGI application in front of another one: at most `size` requests at work at once.

    Of those that bring files, which are much work, no more than `heavy`: whoever only wants
    to read a page never waits for a turn behind a crowd of them.
    """

    def __init__(self, application: WSGI, *, size: int, heavy: int | None = None) -> None:
        self.application = application
        self._free = threading.Semaphore(size)
        self._heavy = threading.Semaphore(heavy or size)

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        """Answer one request in its turn."""
        environ["wsgi.input"] = _Body(environ["wsgi.input"])
        turn = _Turn(self._heavy, self._free) if _is_heavy(environ) else _Turn(self._free)
        with turn:
            _mine.turn = turn
            try:
                return self.application(environ, start_response)
            finally:
                _mine.turn = None


class _Turn:
    """What one request holds while it works; always taken in the same order."""

    def __init__(self, *held: threading.Semaphore) -> None:
        self._held = held

    def __enter__(self) -> None:
        for each in self._held:
            each.acquire()

    def __exit__(self, *_error: object) -> None:
        for each in reversed(self._held):
            each.release()


def _is_heavy(environ: dict[str, Any]) -> bool:
    length = str(environ.get("CONTENT_LENGTH") or "0")
    return not length.isdigit() or int(length[:20]) > HEAVY


@contextmanager
def aside() -> Iterator[None]:
    """Let others work while the body waits for something that is not Python's work.

    Hold no transaction meanwhile. Outside of a turn, in commands and jobs, it does nothing.
    """
    turn: _Turn | None = getattr(_mine, "turn", None)
    if turn is None:
        yield
        return
    _mine.turn = None  # a step aside within a step aside is the same step
    turn.__exit__()
    try:
        yield
    finally:
        turn.__enter__()
        _mine.turn = turn


class _Body:
    """A request's body, as werkzeug reads it: in pieces, each waited for aside."""

    def __init__(self, body: Any) -> None:
        self._body = body

    def read(self, size: int = -1) -> bytes:
        """Read at most so many bytes, or all of them."""
        if size < 0:
            return b"".join(iter(lambda: self.read(PIECE), b""))
        with aside():
            piece: bytes = self._body.read(size)
        return piece
