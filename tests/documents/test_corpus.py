"""Whatever is sent, its reader neither falls over nor takes long, and nothing is sent out.

By itself this runs every hostile file and a third of the damaged ones; `make soak` runs all,
with their previews.
"""

import logging
import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.documents.corpus import Hostile
from tests.documents.corpus.collection import MAKERS, collection
from tests.plugins.soak import SOAKING
from tracker.documents import forking, sandbox
from tracker.documents.forking import Ended
from tracker.documents.inspection import Examination, examine
from tracker.documents.previews import render_html, render_pages
from tracker.documents.rules import DEFAULT_LIMITS, MEDIA_TYPES, Reason
from tracker.documents.sandbox import UnreadableError

pytestmark = [
    pytest.mark.soak,
    pytest.mark.skipif(not forking.POSSIBLE, reason="zygotes tell what a file has cost"),
]
DAMAGED = ("cut", "flipped", "overwritten", "masked", "glued", "prefixed")
MOST_SECONDS = 10.0
MOST_SECONDS_OF_A_BOMB = 5.0
MOST_MEMORY = 300 << 20
MOST_MEMORY_OF_A_PREVIEW = 600 << 20


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """What the files would fetch from."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        yield server


def chosen(harm: str, listener: socket.socket) -> list[Hostile]:
    host, port = listener.getsockname()
    files = list(collection(harm, f"{host}:{port}"))
    return files if SOAKING or harm not in DAMAGED else files[::3]


def children(pid: int) -> set[str]:
    listed = Path(f"/proc/{pid}/task").glob("*/children")
    return {child for file in listed for child in file.read_text().split()}


def grandchildren() -> set[str]:
    """The children of our zygotes: none may be left. Servers of other tests have theirs."""
    zygotes = [each for each in children(os.getpid()) if b"zygote.py" in command_of(each)]
    assert len(zygotes) <= 1
    return {each for zygote in zygotes for each in children(int(zygote))}


def command_of(pid: str) -> bytes:
    """The command line of a process; nothing of one that has ended meanwhile."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def wrong(each: Hostile, found: Examination, seconds: float, ended: list[Ended]) -> list[str]:
    """Say what was wrong with the way in which a file was looked at."""
    seen = found.inspection
    checks = {
        "took long": seconds > MOST_SECONDS,
        "took much memory": any(end.memory > MOST_MEMORY for end in ended),
        "grew": each.bomb and seen.accepted,
        "grew for long": each.bomb and any(e.seconds > MOST_SECONDS_OF_A_BOMB for e in ended),
        "has no reason": seen.accepted is (seen.reason is not None),
        "was stopped by an error of ours": "Its reader stopped" in (seen.detail or ""),
        "says too much": len(found.text) > DEFAULT_LIMITS.max_text,
    }
    return [f"{each.name}: {what}" for what, is_so in checks.items() if is_so]


@pytest.mark.parametrize("harm", MAKERS)
def test_no_file_does_harm(
    tmp_path: Path, listener: socket.socket, caplog: pytest.LogCaptureFixture, harm: str
) -> None:
    path, failed = tmp_path / "upload", []
    caplog.set_level(logging.DEBUG, logger="tracker.documents.sandbox")
    for each in chosen(harm, listener):
        caplog.clear()
        path.write_bytes(each.content)
        started = time.monotonic()
        found = examine(path, file_name=each.name)
        seconds = time.monotonic() - started
        ended = [record.__dict__["ended"] for record in caplog.records if "ended" in vars(record)]
        failed += wrong(each, found, seconds, ended)
    assert failed == []
    assert grandchildren() == set()
    with pytest.raises(BlockingIOError):
        listener.accept()


@pytest.mark.parametrize("harm", MAKERS if SOAKING else ["containers", "flipped"])
def test_no_preview_of_a_file_does_harm(
    tmp_path: Path, listener: socket.socket, caplog: pytest.LogCaptureFixture, harm: str
) -> None:
    path, out = tmp_path / "upload", tmp_path / "out"
    out.mkdir()
    refused: list[Reason] = []
    caplog.set_level(logging.DEBUG, logger="tracker.documents.sandbox")
    for each in chosen(harm, listener):
        path.write_bytes(each.content)
        kind = examine(path, file_name=each.name).inspection.kind
        if kind not in MEDIA_TYPES:
            continue
        try:
            if kind == "pdf":
                render_pages(path, out)
            else:
                assert "<script" not in render_html(path).lower()
        except UnreadableError as error:
            refused.append(error.reason)
    ended = [record.__dict__["ended"] for record in caplog.records if "ended" in vars(record)]
    assert max(end.memory for end in ended) < MOST_MEMORY_OF_A_PREVIEW
    assert set(refused) <= {Reason.TOO_COMPLEX, Reason.DAMAGED}
    assert grandchildren() == set()
    with pytest.raises(BlockingIOError):
        listener.accept()


def test_there_are_hundreds_of_them() -> None:
    names = [each.name for harm in DAMAGED for each in collection(harm)]
    assert (len(names) >= 300, len(names) - len(set(names))) == (True, 0)  # others not counted


def test_no_file_can_send_a_packet() -> None:
    assert {"refused_calls", "fenced_files"} <= set(sandbox.walls())
