"""Files before rows: what is stored is on the disk, whole, under a key nobody chose."""

import datetime as dt
import hashlib
import io
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import obstore
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.plugins.servers import ROOT, LiveServer
from tests.plugins.stores import ObjectStore
from tracker.core.db import now
from tracker.core.errors import UnavailableError
from tracker.core.files import PIECE, FileStore, TooLargeError, new_key

SECONDS = 60  # for five tries on a busy machine; unbounded, each of them would take minutes
BOTH = pytest.mark.parametrize("store", ["folder", "s3"], indirect=True)


@pytest.fixture
def store(request: pytest.FixtureRequest, tmp_path: Path) -> FileStore:
    """A store in an empty folder or, where a test wants both, in an empty bucket."""
    if getattr(request, "param", "folder") == "s3":
        bucket: ObjectStore = request.getfixturevalue("object_store")
        return FileStore(f"{bucket.url}/inside/it")
    return FileStore(str(tmp_path / "files"))


def left(store: FileStore) -> list[str]:
    """Everything that lies in a store, of ours or not."""
    if store.root is not None:
        return [path.name for path in store.root.rglob("*") if path.is_file()]
    return [each["path"] for batch in obstore.list(store.backend) for each in batch]


@BOTH
def test_what_comes_out_is_what_went_in_to_the_byte(store: FileStore) -> None:
    content = os.urandom(700_000)
    stored = store.store(io.BytesIO(content), limit=1_000_000)
    assert b"".join(store.chunks(stored.key)) == content
    assert (stored.size, stored.sha256) == (700_000, hashlib.sha256(content).hexdigest())
    assert store.measure(stored.key) == (stored.size, stored.sha256)


@BOTH
def test_a_long_file_and_an_empty_one_come_out_as_well(store: FileStore, tmp_path: Path) -> None:
    content = os.urandom(3 * PIECE + 1)
    stored = store.store(io.BytesIO(content), limit=len(content))
    with store.local_copy(stored.key) as path:
        assert path.read_bytes() == content
    empty = store.store(io.BytesIO(), limit=10)
    assert list(store.chunks(empty.key)) == []
    assert store.exists(empty.key)


@BOTH
def test_a_file_that_is_not_there_is_told_before_the_first_chunk(store: FileStore) -> None:
    key = new_key()
    assert store.exists(key) is False
    with pytest.raises(FileNotFoundError):
        next(store.chunks(key))


@BOTH
def test_a_file_past_the_limit_leaves_nothing(store: FileStore) -> None:
    with pytest.raises(TooLargeError):
        store.store(io.BytesIO(b"x" * 11), limit=10)
    assert left(store) == []


@BOTH
def test_a_broken_stream_leaves_nothing(store: FileStore) -> None:
    class Broken(io.RawIOBase):
        def read(self, size: int = -1) -> bytes:
            raise OSError("connection reset")

    with pytest.raises(UnavailableError):
        store.store(Broken(), limit=10)  # type: ignore[arg-type]  # reads as a file does
    assert left(store) == []


def test_a_store_that_is_gone_says_that_nothing_was_lost(store: FileStore, tmp_path: Path) -> None:
    shutil.rmtree(tmp_path / "files")
    with pytest.raises(UnavailableError, match="Nothing was lost"):
        store.store(io.BytesIO(b"x"), limit=10)


def test_keys_are_generated_and_never_repeat() -> None:
    keys = {new_key() for _ in range(1000)}
    assert len(keys) == 1000
    assert all(re.fullmatch(r"[0-9a-f]{2}/[0-9a-f]{32}", key) for key in keys)


@BOTH
def test_a_key_is_written_once(store: FileStore) -> None:
    key = new_key()
    store.put_back(key, io.BytesIO(b"first"))
    with pytest.raises(UnavailableError):
        store.put_back(key, io.BytesIO(b"second"))
    assert b"".join(store.chunks(key)) == b"first"


@given(st.text(max_size=60))
def test_nothing_but_a_key_of_ours_is_put_back(
    tmp_path_factory: pytest.TempPathFactory, key: str
) -> None:
    store = FileStore(str(tmp_path_factory.getbasetemp() / "put-back"))
    with pytest.raises(ValueError):  # noqa: PT011  the key itself is the message
        store.put_back(key, io.BytesIO(b""))


@BOTH
def test_the_list_names_our_files_only(store: FileStore) -> None:
    assert store.is_empty()
    obstore.put(store.backend, "their/own.txt", b"somebody else's")
    assert not store.is_empty()
    stored = store.store(io.BytesIO(b"one"), limit=10)
    assert [(each.key, each.size) for each in store.list()] == [(stored.key, 3)]
    (listed,) = store.list()
    assert dt.timedelta(0) <= now() - listed.modified_at < dt.timedelta(minutes=5)
    store.delete(stored.key)
    assert list(store.list()) == []
    store.delete(stored.key)


def everything_fails(store: FileStore) -> None:
    """Each way to use a store says that it is away, and that nothing was lost."""
    key = new_key()
    ways: list[Callable[[], object]] = [
        lambda: store.store(io.BytesIO(b"x"), limit=10),
        lambda: list(store.chunks(key)),
        lambda: store.exists(key),
        lambda: store.delete(key),
        lambda: list(store.list()),
    ]
    for way in ways:
        with pytest.raises(UnavailableError):
            way()


def test_an_object_store_that_is_down_is_known_in_seconds(own_object_store: ObjectStore) -> None:
    store = FileStore(own_object_store.url)
    own_object_store.kill()
    before = time.monotonic()
    everything_fails(store)
    assert time.monotonic() - before < SECONDS


def test_a_bucket_that_is_not_there_is_a_store_that_is_away(object_store: ObjectStore) -> None:
    with pytest.raises(UnavailableError):
        FileStore("s3://nobodys-bucket").store(io.BytesIO(b"x"), limit=10)


TRACED = """
import io
from tests.documents import samples
from tests.journeys import crash_points
from tracker.app import create_app
from tracker.applications import operations as applications
from tracker.applications.models import Draft
from tracker.core.db import db, lock, writing
from tracker.documents import operations as documents
from tracker.upkeep.verification import named_files

with create_app().app_context():
    draft_id, letter_id = crash_points.prepare()
    pages = [(io.BytesIO(samples.photograph(words=each)), f"{each}.jpg") for each in "12"]
    photographed = documents.receive_photographs((), pages, limit=1 << 20)
    with writing():
        draft = lock(Draft, draft_id)
        (resume,) = draft.files
        applications.attach(draft, resume.requested_id, documents.record(photographed))
        db.session.commit()
    crash_points.submit(draft_id, letter_id)
    print(*[key for _, key, _, _ in named_files()])
"""
ORDER = ["flush file", "link key", "flush its folder", "flush the store", "write row", "flush row"]


@pytest.mark.skipif(sys.platform != "linux", reason="strace reads Linux system calls")
def test_each_file_then_its_folders_then_its_row_reach_the_disk(tmp_path: Path) -> None:
    strace = shutil.which("strace")
    assert strace, "python -m tracker test says how to get strace"
    server, trace = LiveServer(tmp_path), tmp_path / "trace"
    server.migrate()
    calls = "trace=fsync,fdatasync,link,linkat,pwrite64"
    said = subprocess.run(
        [
            *(strace, "-f", "--seccomp-bpf", "-y", "-s", "65535", "-e", calls, "-o", str(trace)),
            *(sys.executable, "-c", TRACED),
        ],
        cwd=ROOT,
        env=server.environment,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    lines = trace.read_text().splitlines()
    keys = said.split()
    assert len(keys) == 4  # a letter, a document, and the two photographs that it was made of
    for key in keys:
        assert steps(lines, key) == ORDER


def steps(lines: list[str], key: str) -> list[str]:
    """Say what happened to the file of a key and its row, each step where it came first."""
    (link,) = (line for line in lines if " link" in line and f'/{key}"' in line)
    temporary, folder = re.findall(r'"([^"]+)"', link)[0], key[:2]
    patterns = {
        "flush file": rf"sync\(\d+<{temporary}>",
        "link key": re.escape(link),
        "flush its folder": rf"sync\(\d+<[^>]*/files/{folder}>",
        "flush the store": r"sync\(\d+<[^>]*/files>",
        "write row": rf"pwrite64\(\d+<[^>]*tracker.db-wal>.*{key}",
        "flush row": r"sync\(\d+<[^>]*tracker.db-wal>",
    }
    found: list[str] = []
    rest = lines
    for step, pattern in patterns.items():
        at = next((at for at, line in enumerate(rest) if re.search(pattern, line)), None)
        if at is None:
            return found
        # Nothing that belongs later has come before.
        row = re.compile(patterns["write row"])
        if step in ORDER[:4] and any(row.search(line) for line in rest[:at]):
            return [*found, "write row"]
        found, rest = [*found, step], rest[at + 1 :]
    return found
