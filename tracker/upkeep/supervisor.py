"""Keep child processes running, and end them all together. Pure: knows processes only.

Each child is in a session of its own, so that a Ctrl-C at the terminal reaches the
supervisor alone, and holds the reading end of a pipe from the supervisor: when the supervisor
dies, however it dies, the pipe closes and every child ends itself. A child left behind
would go on serving old code beside the new, since the web server shares its port.

On Linux children are forked: what the supervisor has imported, they need not import again.
"""

import contextlib
import multiprocessing
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from types import FrameType
from typing import Any

WINDOWS = sys.platform == "win32"
FORKS = sys.platform == "linux"
ENDING = (signal.SIGINT, signal.SIGTERM)
# A child stops by itself within CHILD_GRACE_S; what is left after GRACE_S is killed, so
# that Ctrl-C ends everything within four seconds.
CHILD_GRACE_S = 3.0
GRACE_S = 3.2
TICK_S = 0.2
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0
# A child that has run this long has recovered: its next pause is short again.
RECOVERED_S = 30.0
# A caller who says nothing is asked after, and given up within two minutes.
SILENCE = {"TCP_KEEPIDLE": 60, "TCP_KEEPINTVL": 15, "TCP_KEEPCNT": 4}
LISTENS_WITHIN_S, LOOK_S = 60.0, 0.05
INTERNET = (socket.AF_INET, socket.AF_INET6)
# Every address of this machine can be listened on; one of them is called.
WILDCARDS = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104 - read, not bound
Address = tuple[str, int] | tuple[str, int, int, int]


class PortTakenError(Exception):
    """Another process listens on the port; the message is one line for whoever starts."""


@dataclass
class Child:
    """A function to keep running, in a process of its own; a module's, for Windows' sake."""

    name: str
    work: Callable[[], object]
    process: BaseProcess | None = None
    started_at_s: float = 0.0
    due_at_s: float = 0.0
    pause_s: float = FIRST_PAUSE_S


@dataclass
class Supervisor:
    """Start children, restart one that ends, stop them all on SIGINT or SIGTERM."""

    children: Sequence[Child]
    say: Callable[[str], None]
    # Asked until it is true, once; then `announce` is called.
    is_ready: Callable[[], bool] = lambda: True
    announce: Callable[[], None] = lambda: None
    _wake: threading.Event = field(default_factory=threading.Event)
    _signals: int = 0
    _lifeline: tuple[Connection, Connection] = field(
        default_factory=lambda: multiprocessing.Pipe(duplex=False)
    )

    def run(self) -> int:
        """Supervise until a signal ends it. Returns 0, the exit code of a wanted end."""
        previous = {number: signal.signal(number, self._on_signal) for number in ENDING}
        announced = False
        try:
            while not self._signals:
                self._start_due()
                if not announced and self.is_ready():
                    announced = True
                    self.announce()
                self._wake.wait(TICK_S)
                self._notice_ends()
        finally:
            self._stop()
            for number, handler in previous.items():
                signal.signal(number, handler)
        return 0

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._signals += 1
        self._wake.set()

    def _start_due(self) -> None:
        for child in self.children:
            if child.process is None and time.monotonic() >= child.due_at_s:
                child.process = start(child.work, *self._lifeline)
                child.started_at_s = time.monotonic()

    def _notice_ends(self) -> None:
        for child in self.children:
            code = None if child.process is None else child.process.exitcode
            if child.process is None or code is None or self._signals:
                continue
            # Whatever the child had started itself must not outlive it.
            release(child.process)
            child.process = None
            if time.monotonic() - child.started_at_s > RECOVERED_S:
                child.pause_s = FIRST_PAUSE_S
            child.due_at_s = time.monotonic() + child.pause_s
            self.say(f"{child.name} {describe(code)}; starting it again in {child.pause_s:g} s.")
            child.pause_s = min(child.pause_s * 2, LONGEST_PAUSE_S)

    def _stop(self) -> None:
        """Ask every child to end; kill what has not after the grace, or on a second signal."""
        running = [child.process for child in self.children if child.process is not None]
        for process in running:
            ask_to_end(process)
        deadline = time.monotonic() + GRACE_S
        asked = self._signals
        while time.monotonic() < deadline and self._signals <= max(asked, 1):
            if all(process.exitcode is not None for process in running):
                break
            time.sleep(0.02)
        for process in running:
            release(process)


def start(work: Callable[[], object], lifeline: Connection, held: Connection) -> BaseProcess:
    """Start a child that ends when `held`, the supervisor's end of the pipe, is closed."""
    context: Any = multiprocessing.get_context("fork" if FORKS else "spawn")
    # A forked child has the supervisor's end too and must let go of it.
    process: BaseProcess = context.Process(
        target=_enter, args=(work, lifeline, held if FORKS else None)
    )
    with _no_signals():
        process.start()
    return process


def _enter(work: Callable[[], object], lifeline: Connection, held: Connection | None) -> None:
    """Begin in a child: leave the terminal's session, watch the lifeline, work."""
    if held is not None:
        held.close()
    if not WINDOWS:
        os.setsid()
        for number in ENDING:
            signal.signal(number, signal.SIG_DFL)
        # Only now may a signal arrive: before, it was the supervisor's to note.
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
    _end_after(lambda: _read_to_the_end(lifeline))
    work()


@contextlib.contextmanager
def _no_signals() -> Iterator[None]:
    if WINDOWS:
        yield
        return
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)


def ask_to_end(process: BaseProcess) -> None:
    """Tell the child's main process alone; it tells its own."""
    # On Windows terminating is killing; the console has passed Ctrl-C to everybody already.
    if not WINDOWS and process.exitcode is None:
        process.terminate()


def release(process: BaseProcess) -> None:
    """Kill what is left of a child and of everything in its session."""
    if not WINDOWS and process.pid is not None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    if process.exitcode is None:
        process.kill()
    process.join()


def describe(code: int) -> str:
    """How a process ended, in words."""
    if code < 0:
        with contextlib.suppress(ValueError):
            return f"was ended by {signal.Signals(-code).name}"
    return f"ended with exit code {code}"


def follow_parent() -> None:
    """In a process that a child has started by `multiprocessing`: end when its parent does."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        _end_after(parent.join)


def _read_to_the_end(lifeline: Connection) -> None:
    with contextlib.suppress(EOFError, OSError):
        lifeline.recv_bytes()


def _end_after(wait: Callable[[], None]) -> None:
    """End this process, politely at first, when `wait` returns."""

    def follow() -> None:
        wait()
        if WINDOWS:
            signal.raise_signal(signal.SIGINT)
        else:
            os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(CHILD_GRACE_S)
        os._exit(1)

    threading.Thread(target=follow, name="lifeline", daemon=True).start()


def claim_port(host: str, port: int, *, patience_s: float = 0.0) -> socket.socket:
    """Make sure that nobody listens on the port, and keep others from claiming it.

    For `patience_s` seconds a port in use is tried again: what a killed server has left behind
    may still be ending.

    The web server's own sockets share the port (SO_REUSEPORT), so that a second server
    would start without a word and answer every other request. The returned socket is bound
    and never listens: it lets the server in and another `claim_port` not. Keep it open.
    Raises `PortTakenError`.
    """
    family, kind, protocol, _, address = _resolve(host, port)
    until = time.monotonic() + patience_s
    while True:
        try:
            _probe(host, port)
            break
        except PortTakenError:
            if time.monotonic() > until:
                raise
            time.sleep(TICK_S)
    claim = socket.socket(family, kind, protocol)
    if hasattr(socket, "SO_REUSEPORT"):
        claim.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        with contextlib.suppress(OSError):
            claim.bind(address)
    return claim


def _probe(host: str, port: int) -> None:
    family, kind, protocol, _, address = _resolve(host, port)
    probe = socket.socket(family, kind, protocol)
    try:
        if not WINDOWS:  # there the option means sharing; here, not waiting for old connections
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(address)
        probe.listen()
    except PermissionError:
        raise PortTakenError(f"Port {port} on {host} is not open to this user.") from None
    except OSError as error:
        raise PortTakenError(
            f"Port {port} on {host} cannot be used ({error.strerror}). "
            "Stop what listens there, or choose another with PORT."
        ) from None
    finally:
        probe.close()


def notice_dead_lines(port: int) -> None:
    """Have the kernel ask after callers who fall silent; for a process about to listen.

    A telephone that went into a tunnel in the middle of an upload says no goodbye, and a
    thread would wait for it for ever. Those who are accepted inherit it from the socket that
    listens. Only Linux tells a process which sockets it has.
    """
    if sys.platform != "linux":
        return

    def watch() -> None:
        deadline = time.monotonic() + LISTENS_WITHIN_S
        while time.monotonic() < deadline and not _ask_after_callers(port):
            time.sleep(LOOK_S)

    threading.Thread(target=watch, name="lines", daemon=True).start()


def _ask_after_callers(port: int) -> bool:
    """Set this process's sockets on a port to be asked after; False when none listens yet."""
    listens = False
    for name in os.listdir("/proc/self/fd"):
        with contextlib.suppress(OSError):  # closed meanwhile, or no socket
            if not os.readlink(f"/proc/self/fd/{name}").startswith("socket:"):
                continue
            with socket.socket(fileno=os.dup(int(name))) as found:
                if found.family not in INTERNET or found.getsockname()[1] != port:
                    continue
                found.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
                for option, value in SILENCE.items():
                    found.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)
                listens |= bool(found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))
    return listens


def accepts(host: str, port: int) -> bool:
    """Tell whether somebody answers on the port."""
    host = WILDCARDS.get(host, host)
    family, kind, protocol, _, address = _resolve(host, port)
    with socket.socket(family, kind, protocol) as caller:
        caller.settimeout(0.5)
        return caller.connect_ex(address) == 0


def _resolve(
    host: str, port: int
) -> tuple[socket.AddressFamily, socket.SocketKind, int, str, Address]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        return found[0]  # type: ignore[return-value]  # bytes only without IPv6 support
    except (OSError, OverflowError) as error:
        raise PortTakenError(f"HOST {host} with PORT {port} is no address: {error}") from None
