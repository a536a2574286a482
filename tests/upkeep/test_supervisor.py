"""Children are kept running, end together, and never outlive who started them."""

import os
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tracker.upkeep.supervisor import PortTakenError, claim_port

PATIENCE_S = 10.0

# A supervisor over children that the test writes; each child notes its process id.
PROGRAM = """
import functools, runpy, sys
from tracker.upkeep.supervisor import Child, Supervisor
works = [functools.partial(runpy.run_path, path) for path in sys.argv[1:]]
children = [Child(f"child {number}", work) for number, work in enumerate(works)]
sys.exit(Supervisor(children, say=lambda line: print(line, flush=True)).run())
"""
NOTE = """
import os, pathlib, sys, time
with open(sys.argv[0] + ".pids", "a") as notes:
    notes.write(f"{os.getpid()}\\n")
"""
Start = Callable[..., "Running"]


class Running:
    """A supervisor in a process group of its own, as a terminal starts it."""

    def __init__(self, folder: Path, bodies: tuple[str, ...]) -> None:
        self.scripts = [folder / f"child{number}.py" for number in range(len(bodies))]
        for path, body in zip(self.scripts, bodies, strict=True):
            path.write_text(NOTE + textwrap.dedent(body))
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, *map(str, self.scripts)],
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def pids(self, script: int = 0, count: int = 1) -> list[int]:
        """Wait until a child was started so often; gives all its process ids."""
        notes = Path(f"{self.scripts[script]}.pids")
        wait_until(lambda: notes.exists() and notes.read_text().count("\n") >= count)
        return [int(line) for line in notes.read_text().split()]

    def output(self) -> str:
        """What it said; waits for its end."""
        return self.process.communicate(timeout=PATIENCE_S)[0]


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


def is_gone(pid: int) -> bool:
    """Tell whether a process has ended; one that nobody has waited for yet counts."""
    try:
        os.kill(pid, 0)
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except ProcessLookupError:
        return True
    except FileNotFoundError:  # a system without /proc, or gone between the two looks
        return Path("/proc/self").exists()
    return state == "Z"


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start a supervisor over children with these bodies."""
    started: list[Running] = []

    def one(*bodies: str) -> Running:
        started.append(Running(tmp_path, bodies))
        return started[-1]

    yield one
    for running in started:
        running.process.kill()
        running.process.communicate()


def test_ctrl_c_ends_all_children_and_is_no_failure(start: Start) -> None:
    running = start("time.sleep(60)", "time.sleep(60)")
    pids = running.pids(0) + running.pids(1)
    os.killpg(running.process.pid, signal.SIGINT)
    assert running.process.wait(PATIENCE_S) == 0
    assert [is_gone(pid) for pid in pids] == [True, True]


def test_ctrl_c_reaches_the_supervisor_alone(start: Start, tmp_path: Path) -> None:
    running = start(
        f"""
        import signal
        def note(number, frame):
            pathlib.Path({str(tmp_path / "heard")!r}).write_text(signal.Signals(number).name)
            sys.exit()
        signal.signal(signal.SIGINT, note)
        signal.signal(signal.SIGTERM, note)
        pathlib.Path({str(tmp_path / "listening")!r}).touch()
        time.sleep(60)
        """
    )
    wait_until((tmp_path / "listening").exists)
    os.killpg(running.process.pid, signal.SIGINT)
    running.process.wait(PATIENCE_S)
    assert (tmp_path / "heard").read_text() == "SIGTERM"


def test_a_child_that_will_not_end_is_killed_within_four_seconds(start: Start) -> None:
    running = start(
        """
        import signal
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        pathlib.Path(sys.argv[0] + '.deaf').touch()
        while True:
            time.sleep(60)
        """
    )
    (pid,) = running.pids()
    wait_until(Path(f"{running.scripts[0]}.deaf").exists)
    began = time.monotonic()
    os.killpg(running.process.pid, signal.SIGINT)
    assert running.process.wait(PATIENCE_S) == 0
    assert time.monotonic() - began < 4.0
    assert is_gone(pid)


def test_a_second_ctrl_c_ends_at_once(start: Start) -> None:
    running = start(
        """
        import signal
        signal.signal(signal.SIGTERM, lambda *_: pathlib.Path(sys.argv[0] + '.asked').touch())
        while True:
            time.sleep(60)
        """
    )
    (pid,) = running.pids()
    time.sleep(0.2)
    os.killpg(running.process.pid, signal.SIGINT)
    wait_until(Path(f"{running.scripts[0]}.asked").exists)
    began = time.monotonic()
    os.killpg(running.process.pid, signal.SIGINT)
    assert running.process.wait(PATIENCE_S) == 0
    assert time.monotonic() - began < 1.0
    assert is_gone(pid)


def test_a_child_that_ends_is_started_again_and_said(start: Start) -> None:
    running = start("sys.exit(3)")
    running.pids(count=2)
    os.killpg(running.process.pid, signal.SIGINT)
    assert "child 0 ended with exit code 3; starting it again in 0.5 s." in running.output()


def test_the_pause_before_a_restart_doubles(start: Start) -> None:
    running = start("sys.exit(1)")
    running.pids(count=3)
    os.killpg(running.process.pid, signal.SIGINT)
    pauses = [line.split(" in ")[1] for line in running.output().splitlines()]
    assert pauses[:2] == ["0.5 s.", "1 s."]


def test_a_killed_child_takes_its_own_children_along(start: Start, tmp_path: Path) -> None:
    running = start(
        f"""
        import subprocess
        held = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
        pathlib.Path({str(tmp_path / "grandchild")!r}).write_text(str(held.pid))
        time.sleep(60)
        """
    )
    (pid,) = running.pids()
    wait_until((tmp_path / "grandchild").exists)
    time.sleep(0.1)
    grandchild = int((tmp_path / "grandchild").read_text())
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: is_gone(grandchild))


def test_a_killed_supervisor_leaves_no_child_behind(start: Start) -> None:
    running = start("time.sleep(60)", "time.sleep(60)")
    pids = running.pids(0) + running.pids(1)
    running.process.kill()
    wait_until(lambda: all(is_gone(pid) for pid in pids))


def test_a_port_in_use_is_refused_in_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortTakenError, match=f"^Port {port} on 127.0.0.1 cannot be used"):
            claim_port("127.0.0.1", port)


def test_a_port_that_a_killed_server_still_holds_is_waited_for() -> None:
    taken = socket.create_server(("127.0.0.1", 0))
    port = taken.getsockname()[1]
    ending = threading.Timer(0.5, taken.close)
    ending.start()
    with claim_port("127.0.0.1", port, patience_s=30):
        ending.join()


def test_a_port_that_is_shared_is_refused_too() -> None:
    with socket.create_server(("127.0.0.1", 0), reuse_port=True) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortTakenError):
            claim_port("127.0.0.1", port)


def test_a_claimed_port_lets_the_server_in_and_no_second_claim() -> None:
    with claim_port("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
        with pytest.raises(PortTakenError):
            claim_port("127.0.0.1", port)
        with (
            socket.create_server(("127.0.0.1", port), reuse_port=True) as server,
            socket.create_connection(("127.0.0.1", port), timeout=5),
        ):
            server.accept()[0].close()


def test_a_port_is_free_again_right_after_a_server_closed_connections() -> None:
    with claim_port("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
        with (
            socket.create_server(("127.0.0.1", port), reuse_port=True) as server,
            socket.create_connection(("127.0.0.1", port)) as caller,
        ):
            # The side that closes first keeps the port busy for a minute (TIME_WAIT).
            server.accept()[0].close()
            caller.recv(1)
    claim_port("127.0.0.1", port).close()
