"""Have children forked by a zygote that has the readers imported: 200 ms saved a document.

One zygote (`confined/zygote.py`) a process, started when the first document comes. It is a
program of its own, with an environment that has nothing in it and not one descriptor of ours
but its socket. After a child has crashed, the next document gets a new zygote: all children
of one have their memory laid out alike, and a second try must not profit from a first.
"""

import json
import os
import select
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ZYGOTE = Path(__file__).with_name("confined") / "zygote.py"
START_SECONDS = 30.0
END_SECONDS = 2.0
PIECE = 1 << 16
SLOWER = b"s"
# Whether this system has what a zygote needs: packets on Unix sockets, and handles of processes.
POSSIBLE = sys.platform == "linux" and hasattr(os, "pidfd_open")


class LostError(Exception):
    """There was no child to be had from a zygote; nothing is known about the document."""


@dataclass(frozen=True, slots=True)
class Ended:
    """What a child said and how it ended; memory is its most, in bytes, 0 where not known.

    `late` says that its time ran out before it had ended, and that it was killed.
    """

    said: bytes
    status: int
    late: bool
    seconds: float = 0.0
    memory: int = 0


class Zygote:
    """A zygote that runs, and the socket to it."""

    def __init__(
        self, paths: list[str], environment: dict[str, str], readers: Sequence[str] = ()
    ) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        start = json.dumps({"parent": os.getpid(), "paths": paths, "readers": list(readers)})
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", str(ZYGOTE), start],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd="/",
                env=environment,
                # Away from the terminal's Ctrl-C, but in our session: where each session has
                # a share of the processor, niceness counts within it only.
                process_group=0,
            )
        self._socket = ours
        ours.settimeout(START_SECONDS)
        try:
            if json.loads(ours.recv(1024))["threads"] != 1:
                raise LostError("the zygote has threads")
        except (OSError, ValueError) as error:
            self.kill()
            raise LostError(repr(error)) from error
        except LostError:
            self.kill()
            raise

    @property
    def pid(self) -> int:
        """The zygote's process id."""
        return self._process.pid

    def fork(self, request: str, document: int, answer: int) -> socket.socket:
        """Have a child forked for a request; returns the line to the zygote about it."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            try:
                ends = [document, answer, theirs.fileno()]
                socket.send_fds(self._socket, [request.encode()], ends)
            except OSError as error:
                ours.close()
                raise LostError(repr(error)) from error
        return ours

    def dismiss(self) -> None:
        """Let it end by itself when its last child is done."""
        self._socket.close()
        threading.Thread(target=self._process.wait, daemon=True).start()

    def kill(self) -> None:
        """End it and all its children at once."""
        self._socket.close()
        self._process.kill()
        self._process.wait()

    def forget(self) -> None:
        """In a fork of our own process: it is not ours."""
        self._socket.close()
        self._process.returncode = 0  # nobody here may wait for it


def converse(
    zygote: Zygote,
    request: str,
    document: int,
    *,
    seconds: float,
    most: int,
    patience: float,
    slow: Callable[[], None],
) -> Ended:
    """Have a child forked, wait for its answer of at most `most` bytes, and for its end.

    The child is killed after `seconds`, or when it says more; after `patience` seconds it is
    made slower, and `slow` called, once. Raises LostError.
    """
    answers, answer = os.pipe()
    try:
        try:
            line = zygote.fork(request, document, answer)
        finally:
            os.close(answer)
        with line:
            return _listen(answers, line, seconds, most, patience, slow)
    finally:
        os.close(answers)


def _listen(
    answers: int,
    line: socket.socket,
    seconds: float,
    most: int,
    patience: float,
    slow: Callable[[], None],
) -> Ended:
    started = time.monotonic()
    said = bytearray()
    poll = select.poll()
    poll.register(answers, select.POLLIN)
    waits = [patience, seconds] if patience < seconds else [seconds]
    while len(said) <= most:
        left = started + waits[0] - time.monotonic()
        if left <= 0 or not poll.poll(left * 1000 + 1):
            del waits[0]
            if not waits:
                return _ended(bytes(said), line, late=True)
            with suppress(OSError):
                line.send(SLOWER)
            slow()
            continue
        piece = os.read(answers, PIECE)
        if not piece:
            break
        said += piece
    return _ended(bytes(said), line, late=False, stop=len(said) > most)


def _ended(said: bytes, line: socket.socket, *, late: bool, stop: bool = False) -> Ended:
    """Wait for what the zygote tells of a child that has ended, or is stopped now."""
    line.settimeout(END_SECONDS)
    try:
        if late or stop:
            line.shutdown(socket.SHUT_WR)
        told = line.recv(1024)
        if not told:  # or could not fork
            raise LostError("the zygote is gone")
    except TimeoutError:
        if late or stop:
            raise LostError("the zygote does not answer") from None
        return _ended(said, line, late=True)
    except OSError as error:
        raise LostError(repr(error)) from error
    found: dict[str, Any] = json.loads(told)
    return Ended(said, found["status"], late, found["seconds"], found["memory"])


class Nursery:
    """This process's zygote, started when it is first needed, and again after it was lost."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._zygote: Zygote | None = None

    def zygote(self, start: Callable[[], Zygote]) -> Zygote:
        """Return the zygote that runs, or start one. Raises LostError, OSError."""
        with self._lock:
            if self._zygote is None:
                self._zygote = start()
            return self._zygote

    def replace(self, zygote: Zygote, *, lost: bool) -> None:
        """Let the next document have a new one; a lost one is killed, another may finish."""
        with self._lock:
            if self._zygote is zygote:
                self._zygote = None
                zygote.kill() if lost else zygote.dismiss()

    def close(self) -> None:
        """End the zygote with its children, at the end of the process."""
        with self._lock:
            if self._zygote is not None:
                self._zygote.kill()
                self._zygote = None

    def forget(self) -> None:
        """In a fork of this process: start anew; the lock may be held by a thread left behind."""
        self._lock = threading.Lock()
        if self._zygote is not None:
            self._zygote.forget()
            self._zygote = None
