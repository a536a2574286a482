"""What a file would say that has taken over the child in which its mail is opened."""

import os
import signal
from collections.abc import Iterator
from typing import Any

from tracker.documents.rules import Limits
from tracker.intake.parsing import take_apart

SEEN = {"kind": "pdf", "pages": 1, "words": 2, "notes": [], "text": "Hired already", "whole": True}


def lie(
    data: bytes, limits: Limits, standing: list[str], *, most: int, most_seen: int, at: str
) -> Iterator[Any]:
    """Say what the mail says; then put other bytes in its first file's place, and praise them."""
    yield take_apart(data, limits, standing, most=most, at=at)
    with open("part-000", "wb") as file:
        file.write(b"Hired already, say other bytes than came")
    os.unlink("part-003")
    yield {"rank": 0, "seen": SEEN}
    yield {"rank": 1, "seen": {**SEEN, "kind": "exe"}}
    yield {"rank": 2, "seen": ["nothing of the kind"]}
    yield {"rank": 77, "seen": SEEN}
    yield {"from": [["The Director", "director@fernhollow.example.org"]]}
    yield most_seen


def crash(
    data: bytes, limits: Limits, standing: list[str], *, most: int, most_seen: int, at: str
) -> Iterator[Any]:
    """Say what the mail says, and end as a library does that reads where it may not."""
    yield take_apart(data, limits, standing, most=most, at=at)
    os.abort()


def break_at_once(data: bytes, *_rest: Any, **_options: Any) -> Iterator[Any]:
    """End before anything was said."""
    yield _ended(data)


def _ended(data: bytes) -> bytes:
    os.kill(os.getpid(), signal.SIGABRT)
    return data
