"""Object storage for tests: an S3 server in a process of its own, spoken to over HTTP.

- `object_store`: the run's server, with an empty bucket of this test's own; its address and
  credentials stand in the environment, for this process and for those it starts.
- `own_object_store`: a server of this test's own, which may be paused, killed and started
  again. It keeps what it is given in memory: killed, it forgets.
"""

import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from tests.plugins.places import at_end_of_run, build_once, shared_folder
from tests.plugins.servers import free_port

PATIENCE_S = 60.0
ADDRESS = "s3.address"
_started: "list[ObjectStore]" = []  # held on to: the process outlives the test that starts it


@dataclass
class ObjectStore:
    """A server's port, a bucket on it, and what a test may do to the process."""

    port: int
    process: "subprocess.Popen[bytes] | None" = None
    bucket: str = field(default_factory=lambda: f"tracker-{secrets.token_hex(6)}")

    @property
    def url(self) -> str:
        """What FILES_URL says."""
        return f"s3://{self.bucket}"

    @property
    def environment(self) -> dict[str, str]:
        """What the store's client reads besides."""
        return {
            "AWS_ENDPOINT": f"http://127.0.0.1:{self.port}",
            "AWS_ACCESS_KEY_ID": "tests",
            "AWS_SECRET_ACCESS_KEY": "tests",
            "AWS_REGION": "us-east-1",
        }

    def start(self, log: Path) -> int:
        """Start the process and make the bucket; returns when both are there."""
        with log.open("ab") as file:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "moto.server", "-p", str(self.port)],
                stdout=file,
                stderr=file,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                self.make_bucket()
            except OSError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise AssertionError(f"no S3 server: {log.read_text()}") from None
                time.sleep(0.05)
            else:
                return self.process.pid

    def make_bucket(self) -> None:
        """Make the bucket, empty."""
        with urlopen(Request(self.environment["AWS_ENDPOINT"] + f"/{self.bucket}", method="PUT")):  # noqa: S310 - our own address
            pass

    def pause(self) -> None:
        """Let the process take connections and answer none."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)

    def wait_for_caller(self) -> None:
        """Wait until somebody has sent a paused server something."""
        deadline = time.monotonic() + PATIENCE_S
        while not self._unread():
            assert time.monotonic() < deadline, "nobody calls"
            time.sleep(0.02)

    def _unread(self) -> int:
        """How many bytes wait to be read by the server, by Linux's own list."""
        rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
        ours = [row for row in rows if row[1].endswith(f":{self.port:04X}") and row[3] == "01"]
        return sum(int(row[4].partition(":")[2], 16) for row in ours)

    def kill(self) -> None:
        """End the process as `kill -9` does; nothing to do when it has ended."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()


def pytest_configure() -> None:
    """See that the server ends with the run."""
    at_end_of_run(_stop)


@pytest.fixture
def object_store(monkeypatch: pytest.MonkeyPatch) -> ObjectStore:
    """The run's S3 server, with an empty bucket of this test's own."""
    port, _pid = build_once(ADDRESS, _start).read_text().split()
    store = ObjectStore(int(port))
    store.make_bucket()
    _enter(store, monkeypatch)
    return store


@pytest.fixture
def own_object_store(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[ObjectStore]:
    """An S3 server of this test's own."""
    store = ObjectStore(free_port())
    store.start(tmp_path / "s3.log")
    _enter(store, monkeypatch)
    yield store
    store.kill()


def _enter(store: ObjectStore, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in store.environment.items():
        monkeypatch.setenv(name, value)


def _start(address: Path) -> None:
    store = ObjectStore(free_port())
    pid = store.start(shared_folder() / "s3.log")
    _started.append(store)
    address.write_text(f"{store.port} {pid}")


def _stop() -> None:
    for each in _started:
        each.kill()
    address = shared_folder() / ADDRESS
    if address.exists() and not _started:
        _port, pid = address.read_text().split()
        with suppress(ProcessLookupError):
            os.kill(int(pid), signal.SIGKILL)
