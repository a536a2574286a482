"""With `CI` set, a run counts only when every test that was collected has passed.

A test that was skipped, deselected or expected to fail proves nothing, and says so here.

While tests are collected it is long ago: a run may begin on one day and end on the next, so a
time that is taken when a module is imported is wrong, and is wrong here every time.
"""

import datetime as dt
import os
from collections.abc import Generator
from typing import Any

import pytest
import time_machine

LONG_AGO = dt.datetime(2001, 1, 1, tzinfo=dt.UTC)

_collected: set[str] = set()
_deselected: list[str] = []
_passed: set[str] = set()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_node_collection_finished(ids: list[str]) -> None:
    """Note what a parallel worker has collected."""
    _collected.update(ids)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Let no module know what day it is when it is imported."""
    with time_machine.travel(LONG_AGO, tick=True):
        return (yield)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Note what was collected in this process."""
    _collected.update(item.nodeid for item in session.items)


def pytest_deselected(items: list[pytest.Item]) -> None:
    """Note what was left out."""
    _deselected.extend(item.nodeid for item in items)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Note what has passed; an expected failure has not."""
    if report.when == "call" and report.passed and not hasattr(report, "wasxfail"):
        _passed.add(report.nodeid)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail the run when the number passed is not the number collected."""
    if _counts(session.config) and _missing() and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Name what did not pass, above the closing line."""
    if _counts(config):
        total = len(_collected | set(_deselected))
        terminalreporter.write_line(f"{len(_passed)} passed of {total} collected")
        for each in _missing():
            terminalreporter.write_line(f"not passed: {each}")


def _counts(config: pytest.Config) -> bool:
    return bool(os.environ.get("CI")) and not hasattr(config, "workerinput")


def _missing() -> list[str]:
    return sorted((_collected | set(_deselected)) - _passed)
