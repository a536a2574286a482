"""A few requests work at once, and those that wait let others work."""

import os
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest

from tracker.core.turns import HEAVY, Turns, _is_heavy, aside

PATIENCE_S = 30.0


def ask(turns: Turns, body: Any = None, **environ: Any) -> list[bytes]:
    """Send a request through, as a web server does."""
    return list(turns({"wsgi.input": body, **environ}, lambda *_: None))


@contextmanager
def line() -> Iterator[tuple[Any, Any]]:
    """Both ends of a line: what is written to the second comes out of the first."""
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb", 0) as body, os.fdopen(writing, "wb", 0) as caller:
        yield body, caller


def read_body(environ: dict[str, Any], _start: Callable[..., Any]) -> Iterable[bytes]:
    """Answer with what was sent, if anything was."""
    return [environ["wsgi.input"].read()] if environ.get("slow") else [b"at once"]


def test_no_more_than_so_many_work_at_once() -> None:
    at_work, most, counting = 0, 0, threading.Lock()

    def work(_environ: dict[str, Any], _start: Callable[..., Any]) -> Iterable[bytes]:
        nonlocal at_work, most
        with counting:
            at_work += 1
            most = max(most, at_work)
        threading.Event().wait(0.01)
        with counting:
            at_work -= 1
        return [b"done"]

    turns = Turns(work, size=3)
    with ThreadPoolExecutor(12) as callers:
        answers = list(callers.map(lambda _: ask(turns), range(24)))
    assert (answers, most) == ([[b"done"]] * 24, 3)


def test_a_slow_line_keeps_nobody_waiting() -> None:
    turns = Turns(read_body, size=1)
    with line() as (body, caller), ThreadPoolExecutor(2) as callers:
        slow = callers.submit(ask, turns, body, slow=True)
        caller.write(b"half of it, ")
        assert callers.submit(ask, turns).result(PATIENCE_S) == [b"at once"]
        assert not slow.done()
        caller.write(b"the rest")
        caller.close()
        assert slow.result(PATIENCE_S) == [b"half of it, the rest"]


def test_who_waits_aside_lets_another_work_and_then_goes_on() -> None:
    met = threading.Barrier(2)

    def meet(_environ: dict[str, Any], _start: Callable[..., Any]) -> Iterable[bytes]:
        with aside(), aside():
            met.wait(PATIENCE_S)  # two at once, though one may work at a time
        return [b"met"]

    turns = Turns(meet, size=1)
    with ThreadPoolExecutor(2) as callers:
        assert list(callers.map(lambda _: ask(turns), range(2))) == [[b"met"], [b"met"]]


def test_an_error_gives_the_turn_back() -> None:
    def fail(_environ: dict[str, Any], _start: Callable[..., Any]) -> Iterable[bytes]:
        with aside():
            raise LookupError

    turns = Turns(fail, size=1)
    for _ in range(3):
        with pytest.raises(LookupError):
            ask(turns)


def test_outside_of_a_turn_there_is_nothing_to_give_away() -> None:
    with aside():
        pass


def test_those_who_bring_files_leave_turns_to_those_who_read() -> None:
    begun, end = threading.Semaphore(0), threading.Event()

    def hold(environ: dict[str, Any], _start: Callable[..., Any]) -> Iterable[bytes]:
        if environ.get("CONTENT_LENGTH"):
            begun.release()
            assert end.wait(PATIENCE_S)
        return [b"done"]

    turns = Turns(hold, size=3, heavy=1)
    with ThreadPoolExecutor(8) as callers:
        heavy = [callers.submit(ask, turns, CONTENT_LENGTH=str(HEAVY + 1)) for _ in range(6)]
        assert begun.acquire(timeout=PATIENCE_S)
        assert callers.submit(ask, turns).result(PATIENCE_S) == [b"done"]
        assert not begun.acquire(blocking=False)  # a second one did not begin meanwhile
        end.set()
        assert [each.result(PATIENCE_S) for each in heavy] == [[b"done"]] * 6


@pytest.mark.parametrize(
    ("length", "heavy"),
    [("", False), ("0", False), (str(HEAVY), False), (str(HEAVY + 1), True), ("many", True)],
)
def test_a_length_that_nobody_can_read_counts_as_a_file(length: str, heavy: bool) -> None:
    assert _is_heavy({"CONTENT_LENGTH": length}) is heavy


def test_who_steps_aside_lets_another_bring_files() -> None:
    both = threading.Barrier(2)

    def meet(_environ: dict[str, Any], _start: Callable[..., Any]) -> Iterable[bytes]:
        with aside():
            both.wait(PATIENCE_S)
        return [b"met"]

    turns = Turns(meet, size=2, heavy=1)
    with ThreadPoolExecutor(2) as callers:
        sent = [callers.submit(ask, turns, CONTENT_LENGTH=str(HEAVY + 1)) for _ in range(2)]
        assert [each.result(PATIENCE_S) for each in sent] == [[b"met"]] * 2
