"""A first start that something ended goes on at the next one, and never over anybody's work."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.plugins.servers import ROOT, LiveServer, obey_permissions

PATIENCE_S = 60.0
READY = "Tracker is at"


class Start:
    """`flask serve --prepare` in a folder of its own, started as often as is needed."""

    def __init__(self, folder: Path) -> None:
        self.server = LiveServer(folder)
        self.database = folder / "instance" / "tracker.db"

    def begin(self, *, obeys: bool = False) -> "subprocess.Popen[bytes]":
        """Start it, and do not wait."""
        with self.server.log.open("ab") as log:
            self.server.process = subprocess.Popen(
                [sys.executable, "-m", "flask", "--app", "wsgi", "serve", "--prepare"],
                cwd=ROOT,
                env=self.server.environment,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                preexec_fn=obey_permissions if obeys else None,  # noqa: PLW1509 - no threads yet
            )
        return self.server.process

    def start(self) -> str:
        """Start it once more, wait until it serves, and stop it; returns what it said."""
        before = len(self.said())
        self.begin()
        self.server.wait_until_serving()
        wait_until(lambda: READY in self.said()[before:])
        self.server.stop()
        return self.said()[before:]

    def said(self) -> str:
        return self.server.log.read_text() if self.server.log.exists() else ""

    def count(self, table: str) -> int:
        """How many rows a table has; -1 while there is none."""
        if not self.database.exists():
            return -1
        connection = sqlite3.connect(self.database, timeout=5)
        try:
            return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608 - ours
        except sqlite3.OperationalError:
            return -1
        finally:
            connection.close()


@pytest.fixture
def first(tmp_path: Path) -> Start:
    return Start(tmp_path)


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


def kill(process: "subprocess.Popen[bytes]") -> None:
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def test_killed_between_its_tables_and_its_demo_it_goes_on(first: Start) -> None:
    process = first.begin()
    wait_until(lambda: first.count("application") == 0)
    kill(process)
    assert (first.count("application"), first.count("first_start")) == (0, 1)
    assert "Loaded " in first.start()
    assert (first.count("application") > 0, first.count("first_start")) == (True, 0)
    assert first.server.flask("verify").returncode == 0
    # Once it is done it is done, also for whoever takes the demo away again.
    first.server.flask("demo", "--remove")
    assert "Loaded " not in first.start()
    assert first.count("application") == 0


def test_killed_while_its_tables_are_made_it_begins_anew(first: Start) -> None:
    process = first.begin()
    wait_until(lambda: "up to date" in first.said())
    kill(process)
    assert first.count("application") == -1, "tables are made in one transaction"
    assert "Loaded " in first.start()


def test_a_demo_that_cannot_be_stored_is_told_in_a_line_and_loaded_next_time(
    first: Start,
) -> None:
    folder = first.database.parent / "files" / ".incoming"
    folder.mkdir(parents=True)
    folder.chmod(0o500)
    process = first.begin(obeys=True)
    assert process.wait(PATIENCE_S) == 1
    last = first.said().splitlines()[-1]
    assert last.startswith("Error: The demo could not be loaded (")
    assert "Start again to try again" in last
    assert "Traceback" not in first.said()
    folder.chmod(0o700)
    assert "Loaded " in first.start()


def test_no_demo_comes_over_what_somebody_began(first: Start) -> None:
    process = first.begin()
    wait_until(lambda: first.count("application") == 0)
    kill(process)
    first.server.flask("users", "create-admin", "ada.stone@example.org")
    said = first.start()
    assert "Somebody has begun to work with this Tracker: no demo was loaded." in said
    assert (first.count("person"), first.count("application")) == (1, 0)
    assert first.count("first_start") == 0
    assert "no demo was loaded" not in first.start()


def test_tables_that_somebody_made_by_hand_get_no_demo(first: Start) -> None:
    first.server.flask("db", "upgrade")
    assert first.count("first_start") == 0
    assert "Loaded " not in first.start()
    assert first.count("application") == 0
