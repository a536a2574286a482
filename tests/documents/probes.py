"""What hostile code would try from inside a child; each answers what came of it.

`sandbox.run("tests.documents.probes:connect", …)` runs one behind the walls.
"""

import errno
import json
import os
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tracker.documents.rules import Limits


def _tried(act: Callable[[], object]) -> str:
    try:
        act()
    except OSError as error:
        return errno.errorcode[error.errno or 0]
    return "done"


def examine(data: bytes, _limits: Limits, _walls: list[str], *, fully: bool) -> dict[str, object]:
    """Answer what a child would that a document has taken over: what the document says."""
    said: dict[str, object] = json.loads(data)
    honest = {"kind": "pdf", "pages": 1, "words": 1, "notes": [], "text": "", "whole": fully}
    return honest | said


def sleep(_data: bytes, _limits: Limits, _walls: list[str], *, seconds: float) -> None:
    """Do nothing for a while."""
    time.sleep(seconds)


def niceness(_data: bytes, _limits: Limits, _walls: list[str], *, seconds: float) -> int:
    """Tell, after a while, how far behind others this is."""
    time.sleep(seconds)
    return os.nice(0)


def spin(_data: bytes, _limits: Limits, _walls: list[str]) -> None:
    """Work for ever."""
    while True:
        pass


def allocate(_data: bytes, _limits: Limits, _walls: list[str], *, size: int) -> int:
    """Take this many bytes of memory and touch them all."""
    return len(b"x" * size)


def crash(_data: bytes, _limits: Limits, _walls: list[str]) -> None:
    """End as a library does that reads where it may not."""
    os.kill(os.getpid(), 11) if os.name == "nt" else os.abort()


def connect(_data: bytes, _limits: Limits, _walls: list[str], *, port: int) -> str:
    """Open a connection to a port of this machine."""
    return _tried(lambda: socket.create_connection(("127.0.0.1", port), 3))


def environment(_data: bytes, _limits: Limits, _walls: list[str]) -> dict[str, str]:
    """Return the environment."""
    return dict(os.environ)


def inherited(_data: bytes, _limits: Limits, _walls: list[str], *, up_to: int) -> list[int]:
    """Return the numbers of the open files."""

    def is_open(number: int) -> bool:
        return _tried(lambda: os.fstat(number)) == "done"

    return [number for number in range(up_to) if is_open(number)]


def read(_data: bytes, _limits: Limits, _walls: list[str], *, where: str) -> str:
    """Read a file."""
    return _tried(Path(where).read_bytes)


def write(_data: bytes, _limits: Limits, _walls: list[str], *, where: str, size: int) -> str:
    """Write a file."""
    return _tried(lambda: Path(where).write_bytes(bytes(size)))


def fork(_data: bytes, _limits: Limits, _walls: list[str]) -> str:
    """Make another process."""

    def act() -> None:
        if os.fork() == 0:
            os._exit(0)

    return _tried(act)


def execute(_data: bytes, _limits: Limits, _walls: list[str], *, program: str) -> str:
    """Become another program."""
    return _tried(lambda: os.execv(program, [program]))


def talk(_data: bytes, _limits: Limits, _walls: list[str], *, size: int) -> str:
    """Answer at this length."""
    return "x" * size


def say_in_parts(
    _data: bytes, _limits: Limits, _walls: list[str], *, then: str
) -> Iterator[dict[str, str]]:
    """Say two things, one after the other, and then end in one way or another."""
    yield {"said": "one"}
    yield {"said": "two"}
    if then == "crash":
        os.abort()
    if then == "sleep":
        time.sleep(60)
    if then == "raise":
        raise ValueError(then)
    if then == "garble":
        os.write(3, b"[" * 50_000 + b"\n")  # where the answers go
        os.write(3, b'{"result": "three"}\n')
    if then == "much":
        yield {"said": "x" * (8 << 20)}


def say_nothing(data: bytes, _limits: Limits, _walls: list[str]) -> Iterator[float]:
    """Break before the first part is said."""
    yield len(data) / 0


def print_much(_data: bytes, _limits: Limits, _walls: list[str]) -> Any:
    """Print, as libraries do, and answer all the same."""
    os.write(1, b"a library's chatter\n")
    print("more of it", flush=True)
    return "answer"


def write_pid(_data: bytes, _limits: Limits, _walls: list[str], *, name: str) -> None:
    """Say who this is, then stay."""
    Path(name).write_text(str(os.getpid()))
    time.sleep(60)
