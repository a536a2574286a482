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

WSGI = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
_mine = threading.local()


class Turns:
    """A WSGI application in front of another one: at most `size` requests at work at once."""

    def __init__(self, application: WSGI, *, size: int) -> None:
        self.application = application
        self._free = threading.Semaphore(size)

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        """Answer one request in its turn."""
        environ["wsgi.input"] = _Body(environ["wsgi.input"])
        with self._free:
            _mine.free = self._free
            try:
                return self.application(environ, start_response)
            finally:
                _mine.free = None


@contextmanager
def aside() -> Iterator[None]:
    """Let others work while the body waits for something that is not Python's work.

    Hold no transaction meanwhile. Outside of a turn, in commands and jobs, it does nothing.
    """
    free: threading.Semaphore | None = getattr(_mine, "free", None)
    if free is None:
        yield
        return
    _mine.free = None  # a step aside within a step aside is the same step
    free.release()
    try:
        yield
    finally:
        free.acquire()
        _mine.free = free


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
