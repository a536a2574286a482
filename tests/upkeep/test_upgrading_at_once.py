"""Two that upgrade the same database at the same moment: one does it, the other waits for it."""

import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from tests.plugins import postgres
from tests.plugins.databases import with_database
from tests.plugins.places import worker_name
from tests.plugins.servers import ROOT, LiveServer

PATIENCE_S = 60.0


def begin(folder: Path, **settings: str) -> "subprocess.Popen[str]":
    """Start an upgrade as a first start does it, and do not wait."""
    return subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "wsgi", "db", "upgrade", "-x", "first-start"],
        cwd=ROOT,
        env=LiveServer(folder, **settings).environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def ended(process: "subprocess.Popen[str]") -> tuple[int, bool]:
    """How one ended, and whether with a traceback."""
    said, _nothing = process.communicate(timeout=PATIENCE_S)
    return process.returncode, "Traceback" in said


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


@pytest.fixture
def new_postgresql() -> Iterator[str]:
    """The address of a PostgreSQL database in which nothing is."""
    name = f"tracker_upgraded_{worker_name()}"
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    with psycopg.connect(postgres.server_url(), autocommit=True) as server:
        server.execute(drop)
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    yield with_database(postgres.server_url(), name)
    with psycopg.connect(postgres.server_url(), autocommit=True) as server:
        server.execute(drop)


def test_on_postgresql_the_later_waits_and_finds_nothing_to_do(
    new_postgresql: str, tmp_path: Path
) -> None:
    with psycopg.connect(new_postgresql) as held:
        # Neither gets beyond its first table while another transaction is making it.
        held.execute("CREATE TABLE alembic_version (version_num text)")
        with psycopg.connect(new_postgresql, autocommit=True) as looking:
            first = begin(tmp_path, DATABASE_URL=new_postgresql)
            wait_until(lambda: waiting(looking) == 1)
            later = begin(tmp_path, DATABASE_URL=new_postgresql, DATABASE_PATIENCE="1")
            wait_until(lambda: waiting(looking) == 2)
            time.sleep(2)  # longer than its patience with a page
            assert waiting(looking) == 2
        held.rollback()
    assert [ended(first), ended(later)] == [(0, False), (0, False)]
    with psycopg.connect(new_postgresql) as looking:
        for what in ("alembic_version", "first_start"):
            found = looking.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(what)))
            assert found.fetchone() == (1,)
        locks = looking.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")
        assert locks.fetchone() == (0,)


def waiting(looking: "psycopg.Connection[tuple[object, ...]]") -> int:
    """How many wait for another one."""
    rows = looking.execute(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock'"
    ).fetchone()
    assert rows is not None
    return int(str(rows[0]))


def test_on_sqlite_the_later_waits_and_finds_nothing_to_do(tmp_path: Path) -> None:
    database = tmp_path / "instance" / "tracker.db"
    database.parent.mkdir()
    with closing(sqlite3.connect(database, isolation_level=None)) as held:
        held.execute("PRAGMA journal_mode=WAL")
        held.execute("BEGIN IMMEDIATE")
        two = [begin(tmp_path, DATABASE_PATIENCE="1") for _ in range(2)]
        wait_until(lambda: all(opened(each.pid, database) for each in two))
        time.sleep(2)  # longer than their patience with a page
        held.execute("ROLLBACK")
    assert [ended(each) for each in two] == [(0, False), (0, False)]
    with closing(sqlite3.connect(database)) as looking:
        for what in ("alembic_version", "first_start"):
            assert looking.execute(f"SELECT count(*) FROM {what}").fetchone() == (1,)  # noqa: S608 - ours


def opened(pid: int, file: Path) -> bool:
    """Tell whether a process has a file open."""
    held = Path(f"/proc/{pid}/fd")
    return any(each.resolve() == file for each in held.iterdir())
