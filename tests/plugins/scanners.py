"""ClamAV's real daemon, with one signature of our own, and daemons that misbehave.

- `scanner`: the run's clamd, shared by all tests; see `Clamd`.
- `own_scanner`: one of this test's own, which may be paused, killed and started again.
- `pretender(answer)`: the address of something that takes a file and gives this answer, or
  what a function returns in its own time; None answers never.
"""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.plugins.places import at_end_of_run, build_once, shared_folder
from tracker.bootstrap import clamd
from tracker.documents.clamd import Scanner, ScannerAwayError

VIRUS = b"TRACKER-TEST-SAMPLE-f3a81c"
SIGNATURE = "Tracker.Test.Sample"
STREAM_LIMIT = 2 << 20
PATIENCE_S = 60.0
PID, SOCKET = "clamd.pid", "clamd.socket"

Answer = bytes | Callable[[], bytes] | None
Pretender = Callable[[Answer], str]


@dataclass
class Clamd:
    """A clamd in a folder of its own; its database holds the signature of `VIRUS` alone."""

    folder: Path
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        """What CLAMD_URL says."""
        return f"unix://{self.folder / SOCKET}"

    def start(self) -> None:
        """Start it; returns when it answers."""
        program = clamd()
        assert program is not None, "no clamd found; python -m tracker test says how to get one"
        (self.folder / SOCKET).unlink(missing_ok=True)
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [program, "--config-file", str(self._settings())],
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + PATIENCE_S
        while not self.answers():
            ended = self.process.poll() is not None
            if ended or time.monotonic() > deadline:
                raise AssertionError(f"clamd did not start: {(self.folder / 'log').read_text()}")
            time.sleep(0.05)

    def answers(self) -> bool:
        """Tell whether it answers a ping."""
        try:
            Scanner(self.url).ping()
        except ScannerAwayError:
            return False
        return True

    def pause(self) -> None:
        """Let it take connections and say nothing: a daemon that hangs."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)

    def kill(self) -> None:
        """End it as a power cut would, its socket left lying about."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def _settings(self) -> Path:
        database = self.folder / "signatures"
        database.mkdir(exist_ok=True)
        (database / "own.ndb").write_text(f"{SIGNATURE}:0:*:{VIRUS.hex()}\n")
        lines = (
            f"LocalSocket {self.folder / SOCKET}",
            f"DatabaseDirectory {database}",
            f"TemporaryDirectory {self.folder}",
            f"StreamMaxLength {STREAM_LIMIT}",
            "Foreground yes",
            "MaxThreads 4",
        )
        settings = self.folder / "clamd.conf"
        settings.write_text("\n".join(lines) + "\n")
        return settings


@pytest.fixture(scope="session")
def scanner() -> Clamd:
    """The run's clamd."""
    return Clamd(build_once("clamd", _start_shared))


@pytest.fixture
def own_scanner() -> Iterator[Clamd]:
    """A clamd of this test's own; not started yet."""
    # A socket's path is at most 107 letters long, which pytest's own folders may pass.
    with tempfile.TemporaryDirectory(prefix="clamd-", dir=shared_folder()) as folder:
        made = Clamd(Path(folder))
        yield made
        made.kill()


@pytest.fixture
def pretender() -> Iterator[Pretender]:
    """Make sockets that take all that comes and answer what they are told, or nothing."""
    listening: list[tuple[socket.socket, threading.Thread]] = []

    def make(answer: Answer) -> str:
        made = socket.create_server(("127.0.0.1", 0))
        thread = threading.Thread(target=_pretend, args=(made, answer))
        thread.start()
        listening.append((made, thread))
        return f"tcp://127.0.0.1:{made.getsockname()[1]}"

    yield make
    for made, thread in listening:
        made.shutdown(socket.SHUT_RDWR)
        thread.join()
        made.close()


def _pretend(listening: socket.socket, answer: Answer) -> None:
    with ExitStack() as kept, suppress(OSError):
        while True:
            connection = kept.enter_context(listening.accept()[0])
            if connection.recv(6) == b"zPING\0":
                connection.sendall(b"PONG\0")
            elif answer is not None:
                connection.sendall(answer() if callable(answer) else answer)
                connection.shutdown(socket.SHUT_WR)


def _start_shared(draft: Path) -> None:
    """Start the run's clamd: its folder gets its name only when it answers."""
    folder = draft.with_name("clamd.home")
    folder.mkdir(exist_ok=True)
    made = Clamd(folder)
    made.start()
    assert made.process is not None
    _started.append(made)
    (shared_folder() / PID).write_text(str(made.process.pid))
    draft.symlink_to(folder, target_is_directory=True)


def _stop_shared() -> None:
    with suppress(FileNotFoundError, ProcessLookupError):
        os.kill(int((shared_folder() / PID).read_text()), signal.SIGKILL)
    for each in _started:
        each.kill()
    shutil.rmtree(shared_folder() / "clamd.home", ignore_errors=True)


def pytest_configure(config: pytest.Config) -> None:
    """See that the daemon ends with the run."""
    at_end_of_run(_stop_shared)


_started: list[Clamd] = []  # held on to: the process outlives the test that starts it
