"""One temporary folder for a whole test run, shared by its parallel workers.

What is expensive is built once in it, by whichever worker comes first: the template
databases, the PostgreSQL server. The run that made the folder removes it.
"""

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import fasteners
import pytest

VARIABLE = "TRACKER_TEST_RUN"
_cleanups: list[Callable[[], None]] = []


def is_worker(config: pytest.Config) -> bool:
    """Tell a parallel worker from the process that started it."""
    return hasattr(config, "workerinput")


def worker_name() -> str:
    """The parallel worker's name: `gw0`, or `main` when there is but one process."""
    return os.environ.get("PYTEST_XDIST_WORKER", "main")


def shared_folder() -> Path:
    """The run's folder."""
    return Path(os.environ[VARIABLE])


def build_once(name: str, build: Callable[[Path], None]) -> Path:
    """Build a file or folder once in the run; whoever comes later finds it ready.

    `build` gets a temporary path, renamed to `name` when it returns, so that a build that
    failed leaves nothing that looks finished.
    """
    target = shared_folder() / name
    with fasteners.InterProcessLock(str(shared_folder() / f"{name}.lock")):
        if not target.exists():
            draft = target.with_name(f"{name}.draft")
            build(draft)
            draft.rename(target)
    return target


def at_end_of_run(cleanup: Callable[[], None]) -> None:
    """Run a cleanup once, after the last worker has finished."""
    _cleanups.append(cleanup)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Make the folder before any worker starts; they inherit its name."""
    if not is_worker(config):
        os.environ[VARIABLE] = tempfile.mkdtemp(prefix="tracker-tests-")


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop what the run started, and leave nothing behind."""
    if is_worker(config):
        return
    for cleanup in _cleanups:
        cleanup()
    shutil.rmtree(os.environ.pop(VARIABLE), ignore_errors=True)
