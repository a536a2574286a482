"""A file of ten megabytes goes in and out without being held in memory."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.documents import samples
from tests.journeys import crashing
from tests.journeys.candidates import Candidate, open_posting
from tests.plugins.servers import ROOT, LiveServer, ServerStarter
from tests.plugins.stores import ObjectStore

MEGABYTE = 1 << 20
PICTURE = 10_400_000
SIZE, MOST = 10 * MEGABYTE, 20 * MEGABYTE
PEAK = """
import io, resource, sys
from pathlib import Path
from tracker.core.files import FileStore

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024

store, path = FileStore(sys.argv[1]), Path(sys.argv[2])
small = store.store(io.BytesIO(b"what every process needs, needed now"), limit=100)
list(store.chunks(small.key))
before = peak()
with path.open("rb") as file:
    key = store.store(file, limit=1 << 30).key
stored = peak()
with path.open("rb") as file:
    assert all(chunk == file.read(len(chunk)) for chunk in store.chunks(key))
print(stored - before, peak() - stored)
"""


@pytest.mark.parametrize("kind", ["folder", "s3"])
def test_a_store_takes_and_gives_a_file_piece_by_piece(
    request: pytest.FixtureRequest, kind: str, tmp_path: Path
) -> None:
    url = str(tmp_path / "files")
    if kind == "s3":
        store: ObjectStore = request.getfixturevalue("object_store")
        url = store.url
    path = tmp_path / "large"
    path.write_bytes(b"%PDF-1.7 " * (SIZE // 9))
    said = subprocess.run(
        [sys.executable, "-c", PEAK, url, str(path)],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    into, out_of = map(int, said.split())
    assert into < MOST
    assert out_of < MOST


def test_an_upload_over_the_web_is_laid_on_the_disk_as_it_comes(
    start_server: ServerStarter, tmp_path: Path
) -> None:
    server = start_server(TMPDIR=str(tmp_path), WEB_WORKERS="1", WORKER_CLOCK="0")
    opening = open_posting(server)
    Candidate(opening, "Ada Quill").apply()
    (worker,) = crashing.web_workers(server)
    forget_peak(worker)
    before = peak(worker)
    large = Candidate(opening, "Bo Reed")
    scan = b"<< /Length %d >>\nstream\n%s\nendstream" % (PICTURE, b"x" * PICTURE)
    large.resume = samples.pdf("Resume of Bo Reed", extra=[scan])
    assert MEGABYTE * 9 < len(large.resume) <= SIZE
    large.apply()
    assert peak(worker) - before < MOST
    assert_stored(server, large)


def assert_stored(server: LiveServer, candidate: Candidate) -> None:
    """The candidate's files are there to the byte."""
    assert candidate.checksums in {each.checksums for each in crashing.kept(server).receipts}


def forget_peak(pid: int) -> None:
    """Count a process's most memory from now on."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def peak(pid: int) -> int:
    """The most memory that a process has had, in bytes."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    (line,) = (each for each in lines if each.startswith("VmHWM"))
    return int(line.split()[1]) * 1024
