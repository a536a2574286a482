"""What Tracker needs goes away and comes back: nothing lost, nothing half, nobody has to help.

Each part is a real one: a disk that takes no more, a folder that may not be written, an object
store that is killed, a database that somebody else has locked or that admits nobody.
"""

import resource
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from tests.journeys import crashing
from tests.journeys.candidates import AwayError, Candidate, Opening, Shown, open_posting
from tests.plugins import postgres
from tests.plugins.pages import Page
from tests.plugins.servers import LiveServer, ServerStarter
from tests.plugins.soak import scaled
from tests.plugins.stores import ObjectStore

NOTHING_LOST = ("Nothing was lost", "nothing is lost")


@dataclass
class House:
    """A server with an open posting, and every receipt that was shown there."""

    server: LiveServer
    opening: Opening
    shown: list[Shown] = field(default_factory=list)

    def filled_in(self, name: str) -> Candidate:
        """Somebody who has filled in the form and not pressed yet."""
        candidate = Candidate(self.opening, name)
        candidate.fill()
        return candidate

    def recovers(self, candidate: Candidate) -> None:
        """The next press is taken; exactly what was acknowledged is there, and all is well."""
        self.shown.append(candidate.press())
        kept = crashing.kept(self.server)
        assert kept.receipts == sorted(self.shown, key=lambda each: each.number)
        assert kept.drafts == 0
        assert crashing.broken(self.server) == []


def house(start: ServerStarter, folder: Path, **settings: str) -> House:
    """Start a server that obeys permissions and is impatient with locks."""
    server = start(
        obeys=True, TMPDIR=str(folder), WORKER_CLOCK="0", DATABASE_PATIENCE="1", **settings
    )
    return House(server, open_posting(server))


@pytest.fixture(scope="module")
def home(start_server: ServerStarter, tmp_path_factory: pytest.TempPathFactory) -> House:
    """A house on SQLite and a folder, shared by the tests of this module."""
    return house(start_server, tmp_path_factory.mktemp("spool"))


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


@pytest.mark.soak
@pytest.mark.parametrize("past", [0, 20_000][: scaled(1, 2)])  # not even the log; no upload
def test_a_full_disk(home: House, past: int) -> None:
    candidate = home.filled_in(f"Ada Quill {past}")
    with no_room(home.server, past=past):
        refused(candidate)
    assert crashing.kept(home.server).receipts == home.shown
    home.recovers(candidate)


def test_a_store_that_may_not_be_written_keeps_the_words(home: House) -> None:
    candidate = home.filled_in("Bo Reed")
    with read_only(home.server.folder / "instance" / "files"):
        page = refused(candidate)
    assert words_on(page, candidate) == ("Bo Reed", candidate.letter)
    assert crashing.kept(home.server).drafts == 1
    home.recovers(candidate)


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


def test_an_object_store_that_dies_during_an_upload_and_stays_away(
    start_server: ServerStarter, own_object_store: ObjectStore, tmp_path: Path
) -> None:
    there = house(start_server, tmp_path, FILES_URL=own_object_store.url)
    candidate = there.filled_in("Ada Quill")
    own_object_store.pause()
    with ThreadPoolExecutor(1) as people:
        pressing = people.submit(refused, candidate)
        own_object_store.wait_for_caller()
        own_object_store.kill()
        page = pressing.result()
    assert words_on(page, candidate) == ("Ada Quill", candidate.letter)
    assert words_on(refused(candidate), candidate) == ("Ada Quill", candidate.letter)
    assert crashing.kept(there.server).drafts == 1
    own_object_store.start(tmp_path / "s3.log")
    there.recovers(candidate)
    there.server.stop()


# The database


def test_a_database_that_somebody_else_has_locked(home: House) -> None:
    candidate = home.filled_in("Cy Ames")
    other = sqlite3.connect(home.server.folder / "instance" / "tracker.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    refused(candidate)
    other.execute("ROLLBACK")
    other.close()
    assert crashing.kept(home.server).drafts == 0
    home.recovers(candidate)


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_database_server_that_is_locked_and_gone_and_comes_back(
    start_server: ServerStarter, database: str, tmp_path: Path
) -> None:
    there = house(start_server, tmp_path, DATABASE_URL=database)
    candidates = [there.filled_in(name) for name in ("Ada Quill", "Bo Reed", "Cy Ames")]
    with psycopg.connect(database) as other:
        other.execute("LOCK TABLE draft IN ACCESS EXCLUSIVE MODE")
        refused(candidates[0])
    there.recovers(candidates[0])
    throw_out(database)  # connections that broke are replaced by themselves
    there.recovers(candidates[1])
    with closed_to_all(database):
        refused(candidates[2])
    there.recovers(candidates[2])
    there.server.stop()


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
