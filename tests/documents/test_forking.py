"""A zygote saves time and nothing else: it has nothing of ours, and nothing outlives us."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.documents import samples
from tracker.documents import forking, inspection, sandbox
from tracker.documents.forking import Nursery
from tracker.documents.places import FullError, Places
from tracker.documents.rules import DEFAULT_LIMITS, Decision, Reason

PROBES = "tests.documents.probes:"
HOUSE = Path(__file__).parents[2]
PATIENCE = 20.0
pytestmark = pytest.mark.skipif(not forking.POSSIBLE, reason="zygotes are for Linux")


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "resume"
    path.write_bytes(samples.txt())
    return path


@pytest.fixture
def nursery(monkeypatch: pytest.MonkeyPatch) -> Iterator[Nursery]:
    """A zygote of this test's own."""
    own = Nursery()
    monkeypatch.setattr(sandbox, "_nursery", own)
    yield own
    own.close()


def zygote_pid(nursery: Nursery) -> int:
    return nursery.zygote(lambda: pytest.fail("no zygote runs")).pid


def look(document: Path) -> Decision:
    return inspection.inspect(document, file_name="resume.txt").decision


def lives(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] not in {"Z", "X"}


def children_of(pid: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def eventually(holds: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + PATIENCE
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.01)
    return holds()


def test_one_zygote_serves_document_after_document(nursery: Nursery, document: Path) -> None:
    pids = set()
    for _ in range(3):
        assert look(document) == Decision.ACCEPT
        pids.add(zygote_pid(nursery))
    assert len(pids) == 1


def test_a_zygote_has_nothing_of_ours(
    nursery: Nursery, document: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_KEY", "not for zygotes")
    with (tmp_path / "database").open("w") as file, socket.create_server(("127.0.0.1", 0)) as ours:
        os.set_inheritable(file.fileno(), True)
        os.set_inheritable(ours.fileno(), True)
        look(document)
        place = Path(f"/proc/{zygote_pid(nursery)}")
        open_files = {os.readlink(each).partition(":")[0] for each in (place / "fd").iterdir()}
        environment = (place / "environ").read_bytes()
        threads = len(list((place / "task").iterdir()))
    assert open_files == {"/dev/null", "socket", "anon_inode"}  # its line to us, us, itself
    assert [name.partition(b"=")[0] for name in sorted(environment.split(b"\0")) if name] == [
        b"HOME",
        b"LC_ALL",
        b"MALLOC_ARENA_MAX",
        b"TMPDIR",
    ]
    assert threads == 1


def test_a_zygote_that_was_killed_is_replaced(nursery: Nursery, document: Path) -> None:
    look(document)
    first = zygote_pid(nursery)
    os.kill(first, signal.SIGKILL)
    assert [look(document), look(document)] == [Decision.ACCEPT] * 2
    assert zygote_pid(nursery) != first


def test_a_zygote_killed_over_a_document_costs_time_and_no_document(
    nursery: Nursery, document: Path, tmp_path: Path
) -> None:
    look(document)
    zygote, answers = zygote_pid(nursery), []
    reader = threading.Thread(
        target=lambda: answers.append(sandbox.run(PROBES + "sleep", document, seconds=1))
    )
    reader.start()
    assert eventually(lambda: bool(children_of(zygote)))
    (child,) = children_of(zygote)
    os.kill(zygote, signal.SIGKILL)
    reader.join()
    assert answers == [None]  # what sleeping answers: a child was started afresh
    assert eventually(lambda: not lives(child))


def test_where_no_zygote_can_be_had_children_are_started(
    nursery: Nursery, document: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forking, "ZYGOTE", tmp_path / "nowhere.py")
    assert look(document) == Decision.ACCEPT


def test_after_a_crash_the_next_document_gets_another_zygote(
    nursery: Nursery, document: Path
) -> None:
    look(document)
    first = zygote_pid(nursery)
    with pytest.raises(sandbox.UnreadableError) as caught:
        sandbox.run(PROBES + "crash", document)
    assert caught.value.reason == Reason.DAMAGED
    assert look(document) == Decision.ACCEPT
    assert zygote_pid(nursery) != first
    assert eventually(lambda: not lives(first))


def test_a_crash_does_not_end_the_others(nursery: Nursery, document: Path) -> None:
    look(document)
    zygote, answers = zygote_pid(nursery), []
    other = threading.Thread(
        target=lambda: answers.append(sandbox.run(PROBES + "sleep", document, seconds=1))
    )
    other.start()
    assert eventually(lambda: bool(children_of(zygote)))
    with pytest.raises(sandbox.UnreadableError):
        sandbox.run(PROBES + "crash", document)
    other.join()
    assert answers == [None]
    assert eventually(lambda: not lives(zygote))


def test_a_late_child_is_gone_when_its_time_is_up(nursery: Nursery, document: Path) -> None:
    limits = replace(DEFAULT_LIMITS, wall_seconds=0.2)
    with pytest.raises(sandbox.UnreadableError):
        sandbox.run(PROBES + "sleep", document, limits=limits, seconds=60)
    assert children_of(zygote_pid(nursery)) == []


def test_nothing_outlives_a_web_worker_that_is_killed(tmp_path: Path, document: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from tracker.documents import sandbox;"
        "sandbox.run('tests.documents.probes:sleep', Path(sys.argv[1]), seconds=60)"
    )
    env = os.environ | {"TMPDIR": str(tmp_path)}  # a killed worker tidies nothing
    worker = subprocess.Popen([sys.executable, "-c", script, str(document)], cwd=HOUSE, env=env)
    with worker:
        assert eventually(lambda: bool(children_of(worker.pid)))
        (zygote,) = children_of(worker.pid)
        assert eventually(lambda: bool(children_of(zygote)))
        (child,) = children_of(zygote)
        worker.kill()
    assert eventually(lambda: not lives(zygote))
    assert eventually(lambda: not lives(child))


def test_a_child_whose_zygote_died_before_it_looked_knows_it(tmp_path: Path) -> None:
    """Else it takes whoever got it for the one that it dies with, and outlives everybody."""
    script = """
import os, sys, time
from tracker.documents.confined import zygote
made = object.__new__(zygote._Zygote)
made.own, made.live = os.getpid(), lambda request: os.write(1, str(request["parent"]).encode())
if os.fork() == 0:
    while os.getppid() == made.own:
        time.sleep(0.01)
    made._become_child({"writable": sys.argv[1]}, 0, 1)
"""
    arguments = [sys.executable, "-c", script, str(tmp_path)]
    with subprocess.Popen(arguments, cwd=HOUSE, stdout=subprocess.PIPE) as starter:
        assert starter.stdout is not None
        assert starter.stdout.read() == str(starter.pid).encode()


def test_work_that_nobody_waits_for_comes_after_everything_else(
    nursery: Nursery, document: Path
) -> None:
    limits = DEFAULT_LIMITS.patient()
    assert sandbox.run(PROBES + "niceness", document, limits=limits, seconds=0) >= 10


def test_a_child_that_takes_long_is_made_slower(nursery: Nursery, document: Path) -> None:
    quick, slow = (
        sandbox.run(PROBES + "niceness", document, seconds=seconds) for seconds in (0, 3.0)
    )
    assert quick < slow


def test_a_fork_of_ours_leaves_our_zygote_alone(nursery: Nursery, document: Path) -> None:
    script = (
        "import os, sys; from pathlib import Path; from tracker.documents import sandbox\n"
        "look = lambda: sandbox.run('walls', Path(sys.argv[1]))\n"
        "look(); pid = os.fork()\n"
        "if pid == 0:\n    look(); os._exit(0)\n"
        "print(os.waitpid(pid, 0)[1], len(look()) > 0)"
    )
    said = subprocess.run(
        [sys.executable, "-c", script, str(document)],
        cwd=HOUSE,
        check=True,
        capture_output=True,
        text=True,
    )
    assert (said.stdout, said.stderr) == ("0 True\n", "")


def test_two_slow_files_do_not_hold_up_a_third(
    document: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sandbox, "_places", Places(quick=1, slow=2))
    ended: list[str] = []

    def act(name: str, seconds: float) -> None:
        sandbox.run(PROBES + "sleep", document, seconds=seconds)
        ended.append(name)

    slow = [threading.Thread(target=act, args=(f"slow {n}", 4.0)) for n in (1, 2)]
    for each in slow:
        each.start()
    act("quick", 0)
    assert ended == ["quick"]
    for each in slow:
        each.join()


def test_places_are_given_in_the_order_of_asking() -> None:
    places, order = Places(quick=1, slow=0), []
    waiting: list[threading.Thread] = []

    def act(number: int) -> None:
        with places.place(PATIENCE):
            order.append(number)

    with places.place(PATIENCE):
        for number in range(5):
            thread = threading.Thread(target=act, args=(number,))
            waiting.append(thread)
            thread.start()
            assert eventually(lambda: places.waiting == len(waiting))
    for each in waiting:
        each.join()
    assert order == [0, 1, 2, 3, 4]


def test_who_waits_too_long_for_a_place_leaves_the_line() -> None:
    places = Places(quick=1, slow=0)
    with places.place(PATIENCE), pytest.raises(FullError), places.place(0.01):
        pass
    with places.place(0):
        assert places.waiting == 0


def test_the_slow_step_aside_as_far_as_there_is_room() -> None:
    places = Places(quick=1, slow=1)
    with places.place(0) as first:
        first.step_aside()
        first.step_aside()
        with places.place(0) as second:
            second.step_aside()
            with pytest.raises(FullError), places.place(0):
                pass
    with places.place(0) as first:
        first.step_aside()
        with places.place(0):
            pass
