"""What Tracker needs goes away and comes back: nothing lost, nothing half, nobody has to help.

Each part is a real one: a disk that takes no more, a folder that may not be written, an object
store that is killed, a database that somebody else has locked or that admits nobody.
"""

import resource
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from tests.journeys import crashing
from tests.journeys.candidates import AwayError, Candidate, Opening, Shown, inside, open_posting
from tests.plugins import postgres
from tests.plugins.pages import Page
from tests.plugins.servers import LiveServer, ServerStarter
from tests.plugins.stores import ObjectStore
from tracker.applications.models import Draft
from tracker.core.db import db

NOTHING_LOST = ("Nothing was lost", "nothing is lost")


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, str]:
    """What every server here is started with."""
    spool = tmp_path / "spool"
    spool.mkdir()
    return {"TMPDIR": str(spool), "WORKER_CLOCK": "0", "DATABASE_PATIENCE": "1"}


@pytest.fixture
def start(start_server: ServerStarter, settings: dict[str, str]) -> Iterator[ServerStarter]:
    """Start servers that end with the test."""
    servers: list[LiveServer] = []

    def begin(*, obeys: bool = False, **more: str) -> LiveServer:
        servers.append(start_server(obeys=obeys, **(settings | more)))
        return servers[-1]

    yield begin
    for each in servers:
        each.stop()


def refused(candidate: Candidate) -> Page:
    """Press, and be told to try again."""
    with pytest.raises(AwayError) as told:
        candidate.press()
    page = told.value.page
    assert any(each in page.text for each in NOTHING_LOST), page.text
    return page


def words_on(page: Page, candidate: Candidate) -> tuple[str, str]:
    """The name and the letter that a form still holds."""
    form = page.form("apply").values
    return form["name"][0], form[candidate.opening.letter_field][0]


def filled_in(opening: Opening, name: str) -> Candidate:
    """Somebody who has filled in the form and not pressed yet."""
    candidate = Candidate(opening, name)
    candidate.fill()
    return candidate


def assert_well(server: LiveServer, shown: list[Shown]) -> None:
    """Exactly what was acknowledged is there, and `flask verify` finds nothing."""
    assert crashing.kept(server).receipts == sorted(shown, key=lambda each: each.number)
    assert crashing.verified(server) == (True, [])


# The disk


@contextmanager
def no_room(server: LiveServer, *, past: int) -> Iterator[None]:
    """Let the web write no file past so many bytes, as a full disk or a quota does."""
    before = {
        pid: resource.prlimit(pid, resource.RLIMIT_FSIZE) for pid in crashing.web_workers(server)
    }
    for pid, (_, hard) in before.items():
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (past, hard))
    yield
    for pid, limits in before.items():
        resource.prlimit(pid, resource.RLIMIT_FSIZE, limits)


@pytest.mark.parametrize("past", [0, 20_000])  # not even the log; the database and no upload
def test_a_full_disk(start: ServerStarter, past: int) -> None:
    server = start()
    candidate = filled_in(open_posting(server), "Ada Quill")
    with no_room(server, past=past):
        refused(candidate)
        assert crashing.kept(server).receipts == []
        assert crashing.verified(server) == (True, [])
    assert_well(server, [candidate.apply()])


def test_a_store_that_may_not_be_written_keeps_the_words(
    start: ServerStarter,
) -> None:
    server = start(obeys=True)
    candidate = filled_in(open_posting(server), "Ada Quill")
    with read_only(server.folder / "instance" / "files"):
        page = refused(candidate)
        assert words_on(page, candidate) == ("Ada Quill", candidate.letter)
        assert crashing.kept(server).drafts == 1
    assert_well(server, [candidate.press()])


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Take away the right to write, from a folder and all that is in it."""
    everything = [folder, *folder.rglob("*")]
    before = {path: path.stat().st_mode for path in everything}
    for path in everything:
        path.chmod(before[path] & ~0o222)
    yield
    for path, mode in before.items():
        if path.exists():
            path.chmod(mode)


# The object store


def test_an_object_store_that_is_down(
    start: ServerStarter,
    own_object_store: ObjectStore,
    tmp_path: Path,
) -> None:
    server = start(FILES_URL=own_object_store.url)
    candidate = filled_in(open_posting(server), "Ada Quill")
    own_object_store.kill()
    page = refused(candidate)
    assert words_on(page, candidate) == ("Ada Quill", candidate.letter)
    assert crashing.kept(server).drafts == 1
    own_object_store.start(tmp_path / "s3.log")
    assert_well(server, [candidate.press()])


def test_an_object_store_that_dies_during_an_upload(
    start: ServerStarter,
    own_object_store: ObjectStore,
    tmp_path: Path,
) -> None:
    server = start(FILES_URL=own_object_store.url)
    candidate = filled_in(open_posting(server), "Ada Quill")
    own_object_store.pause()
    with ThreadPoolExecutor(1) as people:
        pressing = people.submit(refused, candidate)
        own_object_store.wait_for_caller()
        own_object_store.kill()
        page = pressing.result()
    assert words_on(page, candidate) == ("Ada Quill", candidate.letter)
    own_object_store.start(tmp_path / "s3.log")
    assert_well(server, [candidate.press()])


# The database


def test_a_database_that_somebody_else_has_locked(
    start: ServerStarter,
) -> None:
    server = start()
    candidate = filled_in(open_posting(server), "Ada Quill")
    other = sqlite3.connect(server.folder / "instance" / "tracker.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    refused(candidate)
    other.execute("ROLLBACK")
    other.close()
    assert crashing.kept(server).drafts == 0
    assert_well(server, [candidate.press()])


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_table_that_somebody_else_has_locked(start: ServerStarter, database: str) -> None:
    server = start(DATABASE_URL=database)
    candidate = filled_in(open_posting(server), "Ada Quill")
    with psycopg.connect(database) as other:
        other.execute("LOCK TABLE draft IN ACCESS EXCLUSIVE MODE")
        refused(candidate)
    with inside(server):
        assert db.session.query(Draft).count() == 0
    assert_well(server, [candidate.press()])


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_database_that_is_gone_and_comes_back(start: ServerStarter, database: str) -> None:
    server = start(DATABASE_URL=database)
    opening = open_posting(server)
    first, second = filled_in(opening, "Ada Quill"), filled_in(opening, "Bo Reed")
    throw_out(database)
    shown = [first.press()]  # connections that broke are replaced by themselves
    with closed_to_all(database):
        refused(second)
    assert_well(server, [*shown, second.press()])


def throw_out(database: str) -> None:
    """End every connection to a database, as its server does when it is stopped."""
    name = database.partition("?")[0].rpartition("/")[2]
    with psycopg.connect(postgres.server_url(), autocommit=True) as server:
        server.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
        )


@contextmanager
def closed_to_all(database: str) -> Iterator[None]:
    """Admit nobody to a database, and throw out who is there."""
    name = sql.Identifier(database.partition("?")[0].rpartition("/")[2])
    with psycopg.connect(postgres.server_url(), autocommit=True) as server:
        server.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(name))
        throw_out(database)
        yield
        server.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS true").format(name))
