"""The zygote: a small process that has the readers imported and forks a child a document.

Started afresh (no memory, no connection and no setting of its starter's), it reads no byte of
a document itself. Its standard input is a socket over which its starter sends requests: JSON,
with three descriptors, of the document, of the answer's pipe, and of a line by which the two
talk about this one child. On the line it tells how the child ended and what it cost; its
starter tells it to make the child wait behind others (`SLOWER`), or closes the line, and the
child is killed. A line that is closed without a word means that there was no child.

It must stay single-threaded: a fork copies one thread and the locks of all. It ends when its
starter does, or when the socket is closed and the last child is done; no child outlives it
(`walls` tells children to die with their parent).
"""

import gc
import json
import os
import select
import signal
import socket
import sys
from contextlib import suppress
from importlib import import_module
from typing import Any

LARGEST_REQUEST = 64 * 1024
MOST_DESCRIPTORS = 4096
SLOWER = b"s"
SLOWEST = 10
READERS = (
    "tracker.documents.confined.tasks", "tracker.documents.confined.containers",
    "tracker.documents.confined.opendocument", "tracker.documents.confined.pdf",
    "tracker.documents.confined.photographs", "tracker.documents.confined.rich",
    "tracker.documents.confined.walls", "tracker.documents.confined.word",
    "pypdfium2", "pypdfium2.raw", "PIL.Image", "PIL.ImageOps", "PIL.JpegImagePlugin",
    "PIL.PngImagePlugin", "PIL.WebPImagePlugin", "kreuzberg", "nh3",
)  # fmt: skip


def main() -> None:
    """Import the readers, say so, and fork until the starter is gone."""
    start: dict[str, Any] = json.loads(sys.argv[1])
    sys.path[:0] = start["paths"]
    from tracker.documents.confined import child

    environment = dict(os.environ)
    for name in (*READERS, *start["readers"]):
        import_module(name)
    for name in set(os.environ) - set(environment):
        del os.environ[name]  # a library leaves its folder's name there
    os.nice(child.NICENESS)  # not before: whoever starts this waits for it
    gc.collect()
    gc.freeze()  # what is here is shared with the children: leave it untouched
    control = socket.socket(fileno=os.dup(0))
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    control.send(json.dumps({"threads": len(os.listdir("/proc/self/task"))}).encode())
    _Zygote(control, start["parent"], child.live).run()


class _Zygote:
    """Watches its starter, its requests, and for each child the child and its line."""

    def __init__(self, control: socket.socket, starter: int, live: Any) -> None:
        self.control = control
        self.live = live
        self.own = os.getpid()
        self.poll = select.poll()
        self.lines: dict[int, tuple[int, socket.socket]] = {}  # line's number: child, line
        self.children: dict[int, tuple[int, int]] = {}  # handle: child, line's number
        self.starter = os.pidfd_open(starter)
        if os.getppid() != starter:
            os._exit(0)
        self.poll.register(self.starter, select.POLLIN)
        self.poll.register(control, select.POLLIN)

    def run(self) -> None:
        open_for_more = True
        while open_for_more or self.children:
            # One event at a time: the next may be about a number that this one gives away.
            number, _event = self.poll.poll()[0]
            if number == self.starter:
                os._exit(0)
            if number == self.control.fileno():
                open_for_more = self._take()
            elif number in self.children:
                self._bury(number)
            else:
                self._listen(number)

    def _take(self) -> bool:
        """Fork a child for a request; say whether there will be more of them."""
        message, numbers, _flags, _address = socket.recv_fds(self.control, LARGEST_REQUEST, 3)
        if not message:
            self.poll.unregister(self.control)
            return False
        document, answer, end = numbers
        line = socket.socket(fileno=end)
        try:
            pid = os.fork()
        except OSError:
            line.close()
        else:
            if pid == 0:
                self._become_child(json.loads(message), document, answer)
            self._watch(pid, line)
        finally:
            os.close(document)
            os.close(answer)
        return True

    def _become_child(self, request: dict[str, Any], document: int, answer: int) -> None:
        """Keep the document and the answer, let go of everything else, and live."""
        try:
            os.dup2(document, 0)
            os.dup2(answer, 1)
            os.closerange(3, MOST_DESCRIPTORS)
            os.chdir(request["writable"])
            os.environ["HOME"] = os.environ["TMPDIR"] = request["writable"]
            request["parent"] = self.own  # asked here, it may be whoever gets orphans
            self.live(request)
        finally:
            os._exit(1)

    def _watch(self, pid: int, line: socket.socket) -> None:
        handle = os.pidfd_open(pid)
        self.children[handle] = pid, line.fileno()
        self.lines[line.fileno()] = pid, line
        self.poll.register(handle, select.POLLIN)
        self.poll.register(line, select.POLLIN)

    def _listen(self, number: int) -> None:
        """Slow a child down when told, kill it when nobody listens any more."""
        pid, line = self.lines[number]
        said = b""
        with suppress(ConnectionError):
            said = line.recv(16)
        if said == SLOWER:
            with suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, pid, SLOWEST)
            return
        self.poll.unregister(number)  # it stays open until the child is buried
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)

    def _bury(self, handle: int) -> None:
        """Tell how a child ended: its exit code, seconds of work, most memory in bytes."""
        pid, number = self.children.pop(handle)
        self.poll.unregister(handle)
        os.close(handle)
        _pid, status, used = os.wait4(pid, 0)
        _, line = self.lines.pop(number)
        with suppress(KeyError):
            self.poll.unregister(number)
        told = {
            "status": os.waitstatus_to_exitcode(status),
            "seconds": used.ru_utime + used.ru_stime,
            "memory": used.ru_maxrss * 1024,
        }
        with line, suppress(OSError):
            line.send(json.dumps(told).encode(), socket.MSG_DONTWAIT)


if __name__ == "__main__":
    main()
