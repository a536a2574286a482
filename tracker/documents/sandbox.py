"""Run one task on one document in a short-lived child process that can do little else.

The child (`confined/child.py`) gets the document as its standard input, an environment with
nothing in it, a folder of its own, and walls (`confined/walls.py` says which hold where). It
answers with JSON objects of limited size and ends. It is killed when its time is up.
It is forked by a zygote (`forking`) where that can be had, else started as a program, with
the same walls. On Windows and macOS the wall-clock limit, the clean environment and the
separate process hold; see `walls` for the rest.

As many children run at once as there are processors, behind the pages; others wait in turn,
and a child that takes long steps aside (`places`).
"""

import atexit
import json
import logging
import os
import signal
import subprocess
import sys
import tempfile
import threading
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import asdict, replace
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tracker.core.errors import UnavailableError
from tracker.core.turns import aside
from tracker.documents import forking
from tracker.documents.forking import Ended, LostError, Nursery, Zygote
from tracker.documents.places import FullError, Place, Places
from tracker.documents.rules import DEFAULT_LIMITS, REFUSALS, Limits, Reason, refusal_values

CHILD = Path(__file__).with_name("confined") / "child.py"
TASKS = "tracker.documents.confined.tasks"
LIBRARIES = ("pypdfium2", "pypdfium2_raw", "PIL", "kreuzberg", "nh3")
SYSTEM = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/etc/ld.so.cache", "/dev/urandom",
          "/dev/null", "/proc/self", "/proc/cpuinfo", "/proc/meminfo",
          "/sys/devices/system/cpu")  # fmt: skip
OWN_FOLDER = "tracker-document-"
PATIENCE = 30.0
QUICK_SECONDS = 1.0
WARM = forking.POSSIBLE
CRASHES = {-getattr(signal, name, 1000) for name in ("SIGSEGV", "SIGABRT", "SIGBUS", "SIGILL")}

log = logging.getLogger(__name__)
_processors = max(2, os.cpu_count() or 2)
_places = Places(quick=_processors, slow=_processors)
_nursery = Nursery()
_readers: set[str] = set()
atexit.register(_nursery.close)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_nursery.forget)


class SandboxError(UnavailableError):
    """The document could not be looked at, for a reason that is ours and may pass."""

    def __init__(self, detail: str) -> None:
        super().__init__(
            "The file could not be looked at just now. What you sent before is kept;"
            " please try again in a minute."
        )
        self.detail = detail


class UnreadableError(SandboxError):
    """The child refused the document, or broke on it; `reason` and `note` say why."""

    status = 422

    def __init__(self, reason: Reason, note: str | None) -> None:
        super().__init__(f"{reason}: {note}")
        self.message = REFUSALS[reason] % refusal_values(DEFAULT_LIMITS)
        self.reason = reason
        self.note = note


def run(
    task: str,
    path: Path,
    *,
    limits: Limits = DEFAULT_LIMITS,
    folder: Path | None = None,
    **options: Any,
) -> Any:
    """Return what `task` made of the document at `path`.

    `task` is the name of a function, `module:function`, or just its name when it is one of
    `confined/tasks.py`; `options` are its keyword arguments. `folder`
    is the one folder in which the child may write, None for none that lasts.
    Raises UnreadableError when the document was refused or broke its reader, SandboxError
    when no child could be had.
    """
    return _result(_understand(_ended(task, path, limits, folder, options), limits))


def run_in_parts(
    task: str,
    path: Path,
    *,
    limits: Limits = DEFAULT_LIMITS,
    folder: Path | None = None,
    **options: Any,
) -> list[Any]:
    """Return what a task that yields said, part by part; see `run`.

    What was said whole counts, however the child ended over what came next. Raises as `run`
    does when not even the first part was.
    """
    ended = _ended(task, path, limits, folder, options)
    first, *later = ended.said[: limits.answer_size].splitlines(keepends=True) or [b""]
    if not first.endswith(b"\n"):
        return [_result(_understand(ended, limits))]
    parts = [_result(_understand(replace(ended, said=first, status=0, late=False), limits))]
    with suppress(ValueError, KeyError, TypeError, RecursionError):  # a child may say anything
        for line in later:
            parts.append(json.loads(line)["result"])  # noqa: PERF401 - what was good stays
    return parts


def _ended(
    task: str, path: Path, limits: Limits, folder: Path | None, options: dict[str, Any]
) -> Ended:
    try:
        with aside(), _places.place(PATIENCE) as place, _working_folder(folder) as work:
            ended = _converse(_request(task, limits, work, options), path, work, limits, place)
    except FullError:
        raise SandboxError("too many documents are being read at once") from None
    except OSError as error:
        raise SandboxError(repr(error)) from error
    log.debug("document_read", extra={"task": task, "ended": ended})
    return ended


def _result(answer: dict[str, Any]) -> Any:
    if "result" in answer:
        return answer["result"]
    if "refused" in answer:
        raise UnreadableError(Reason(answer["refused"]), answer["note"])
    if "failed" in answer:
        raise UnreadableError(Reason.DAMAGED, f"Its reader stopped: {answer['failed']}")
    raise SandboxError(answer["unusable"])


def _working_folder(folder: Path | None) -> AbstractContextManager[str]:
    if folder is not None:
        return nullcontext(str(folder))
    return tempfile.TemporaryDirectory(prefix=OWN_FOLDER)


def preload(module: str) -> None:
    """Have a module of an upper room imported once in the zygote, not in each of its children."""
    _readers.add(module)


def walls() -> list[str]:
    """Return the names of the walls that stand around a child on this machine."""
    standing: list[str] = run("walls", Path(os.devnull))
    return standing


def _request(task: str, limits: Limits, work: str, options: dict[str, Any]) -> str:
    paths, readable = _libraries()
    return json.dumps(
        {
            "task": task if ":" in task else f"{TASKS}:{task}",
            "parent": os.getpid(),
            "limits": asdict(limits),
            "paths": paths,
            "readable": readable,
            "writable": work,
            "options": options,
        }
    )


@cache
def _libraries() -> tuple[list[str], list[str]]:
    """Return the child's import path, and what it may read.

    The folder that holds our package is on the first list only: it may also hold the
    database, the files and the settings.
    """
    house = Path(__file__).parents[2]
    sites = []
    for name in LIBRARIES:
        spec = find_spec(name)
        if spec is not None and spec.origin is not None:
            origin = Path(spec.origin)
            sites.append(
                str(origin.parents[1] if spec.submodule_search_locations else origin.parent)
            )
    sites = list(dict.fromkeys(sites))
    here = str(house / "tracker")
    return [str(house), *sites], [here, *sites, sys.base_prefix, *SYSTEM]


def _converse(request: str, path: Path, work: str, limits: Limits, place: Place) -> Ended:
    """Have a child read the document and end, forked where that can be had."""
    if WARM:
        try:
            return _converse_warm(request, path, limits, place)
        except (LostError, OSError) as error:
            log.warning("zygote_lost: %r", error)
    return _converse_cold(request, path, work, limits, place)


def _converse_warm(request: str, path: Path, limits: Limits, place: Place) -> Ended:
    zygote = _nursery.zygote(_start_zygote)
    try:
        with path.open("rb") as document:
            ended = forking.converse(
                zygote,
                request,
                document.fileno(),
                seconds=limits.wall_seconds,
                most=limits.answer_size,
                patience=QUICK_SECONDS,
                slow=place.step_aside,
            )
    except LostError:
        _nursery.replace(zygote, lost=True)
        raise
    if ended.status in CRASHES:
        _nursery.replace(zygote, lost=False)
    return ended


def _start_zygote() -> Zygote:
    return Zygote(_libraries()[0], _environment("/"), sorted(_readers))


def _converse_cold(request: str, path: Path, work: str, limits: Limits, place: Place) -> Ended:
    """Start a child as a program, wait for its answer, and leave nothing of it behind."""
    with path.open("rb") as document:
        child = subprocess.Popen(
            [sys.executable, "-I", "-S", str(CHILD), request],
            stdin=document,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=work,
            env=_environment(work),
            process_group=0 if hasattr(os, "killpg") else None,
        )
    try:
        heard, late = _hear(child, limits, place)
        if late or len(heard) > limits.answer_size:
            _kill(child)
        try:
            status = child.wait(timeout=2)
        except subprocess.TimeoutExpired:
            late = True
            _kill(child)
            status = child.wait()
    except BaseException:
        _kill(child)
        child.wait()
        raise
    return Ended(heard, status, late)


def _hear(child: "subprocess.Popen[bytes]", limits: Limits, place: Place) -> tuple[bytes, bool]:
    """Return what the child said, and whether its time ran out before it had ended.

    A thread reads, since Windows has no other way to stop waiting for a pipe.
    """
    heard: list[bytes] = []
    pipe = child.stdout
    assert pipe is not None

    def listen() -> None:
        with pipe:
            heard.append(pipe.read(limits.answer_size + 1))

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    quick = min(QUICK_SECONDS, limits.wall_seconds)
    listener.join(quick)
    if listener.is_alive():
        place.step_aside()
    listener.join(limits.wall_seconds - quick)
    late = listener.is_alive()
    if late:
        _kill(child)
        listener.join(1)
    return (heard[0] if heard else b""), late


def _kill(child: "subprocess.Popen[bytes]") -> None:
    with suppress(ProcessLookupError, PermissionError):
        if hasattr(os, "killpg"):
            os.killpg(child.pid, signal.SIGKILL)
        else:
            child.kill()


def _understand(ended: Ended, limits: Limits) -> dict[str, Any]:
    """Turn what was heard, or how the child ended, into an answer."""
    complex_ends = {-getattr(signal, name, 0) for name in ("SIGXCPU", "SIGKILL")}
    if ended.late and limits.behind and ended.seconds < limits.cpu_seconds / 4:
        return {"unusable": "the machine had no time for it"}
    if ended.late:
        return {"refused": Reason.TOO_COMPLEX, "note": "Reading it took too long."}
    if len(ended.said) > limits.answer_size:
        return {"refused": Reason.TOO_COMPLEX, "note": "Its reader said too much."}
    if ended.status == 0 and ended.said:
        with suppress(ValueError, RecursionError):
            answer: dict[str, Any] = json.loads(ended.said)
            return answer
    if ended.status in complex_ends:
        return {"refused": Reason.TOO_COMPLEX, "note": "Reading it took too much work."}
    if ended.status > 0:
        return {"unusable": f"the child ended with status {ended.status}"}
    if ended.memory > limits.data // 2:  # libraries that get no more memory stop like this
        return {"refused": Reason.TOO_COMPLEX, "note": "Reading it took too much memory."}
    return {"failed": f"ended by signal {-ended.status}"}


def _environment(work: str) -> dict[str, str]:
    """Return an environment without anything of ours in it.

    Fewer memory arenas: each of them reserves 64 MB of address space, which is limited.
    Windows cannot start a program without its system folder.
    """
    clean = {"LC_ALL": "C.UTF-8", "TMPDIR": work, "HOME": work, "MALLOC_ARENA_MAX": "2"}
    kept = ("SYSTEMROOT",) if os.name == "nt" else ()
    return clean | {name: os.environ[name] for name in kept if name in os.environ}
