"""Tracker as it really runs: `flask serve` with its web workers and its worker.

- `live_server`: one for a module, with a folder, database and ports of its own.
- `start_server(**settings)`: another one, with settings from the environment; all are
  stopped at the end of the module. With `obeys=True` permissions of files hold for it, whoever
  runs the tests.

When a test fails, its report ends with the last lines of every server that it could reach.
"""

import ctypes
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import weakref
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from flask import Flask

from tests.plugins.places import build_once
from tracker.app import create_app
from tracker.core.config import SETTINGS
from tracker.notifications.masking import mask

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE_S = 30.0
PR_CAPBSET_DROP = 24
SECRETS = {
    "SECRET_KEY",
    "DATABASE_URL",
    "MAIL_URL",
    "MAIL_OAUTH_CLIENT_SECRET",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
}
TAIL_LINES, TAIL_BYTES = 60, 64 * 1024
_servers: "weakref.WeakSet[LiveServer]" = weakref.WeakSet()


def free_port() -> int:
    """A port nobody listens on just now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def obey_permissions() -> None:
    """Have the permissions of files hold for this process, also where root runs the tests."""
    if os.geteuid() == 0:
        library = ctypes.CDLL(None, use_errno=True)
        for capability in (1, 2):  # to override what may be written, and what may be read
            if library.prctl(PR_CAPBSET_DROP, capability):
                raise OSError(ctypes.get_errno(), "a capability could not be given away")


class LiveServer:
    """A running `flask serve`, its address, its folder and its commands."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        self.port = int(settings.get("PORT") or free_port())
        self.url = f"http://127.0.0.1:{self.port}"
        inherited = {
            name: value
            for name, value in os.environ.items()
            if name not in {setting.name for setting in SETTINGS} and name != "INSTANCE_PATH"
        }
        self.environment = inherited | {
            "INSTANCE_PATH": str(folder / "instance"),
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "BASE_URL": self.url,
            "PYTHONWARNINGS": "",
            "FORM_PATIENCE": "0",  # a test types faster than anybody
            **settings,
        }
        self.obeys = False
        self.process: subprocess.Popen[bytes] | None = None
        _servers.add(self)

    def start(self, *, prepare: bool = False) -> None:
        """Serve; returns when the web answers. `prepare` takes the steps of `make run` first."""
        if not prepare:
            self.migrate()
        command = [sys.executable, "-m", "flask", "--app", "wsgi", "serve"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command + (["--prepare"] if prepare else []),
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                preexec_fn=obey_permissions if self.obeys else None,  # noqa: PLW1509 - no threads yet
            )
        self.wait_until_serving()

    def migrate(self) -> None:
        """Give the server its tables; SQLite's are migrated once in a run and copied."""
        database = self.folder / "instance" / "tracker.db"
        if "DATABASE_URL" in self.environment:
            self.flask("db", "upgrade")
        elif not database.exists():
            database.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(build_once("migrated.db", self._migrate_into), database)

    def _migrate_into(self, draft: Path) -> None:
        self.flask("db", "upgrade", DATABASE_URL=f"sqlite:///{draft}")

    @property
    def log(self) -> Path:
        """What the server has said."""
        return self.folder / "serve.log"

    def tail(self) -> str:
        """The last lines of the log, without private links and the server's own secrets."""
        if not self.log.exists():
            return ""
        with self.log.open("rb") as log:
            log.seek(max(0, self.log.stat().st_size - TAIL_BYTES))
            said = mask(log.read().decode(errors="replace"))
        for name in SECRETS & set(self.environment):
            if value := self.environment[name]:
                said = said.replace(value, f"({name})")
        return "\n".join(said.splitlines()[-TAIL_LINES:])

    def wait_until_serving(self) -> None:
        """Wait for the first answer; fails with what the server said."""
        deadline = time.monotonic() + PATIENCE_S
        while not self.is_serving():
            ended = self.process is None or self.process.poll() is not None
            if ended or time.monotonic() > deadline:
                raise AssertionError(f"the server does not answer: {self.log.read_text()}")
            time.sleep(0.03)

    def is_serving(self) -> bool:
        """Tell whether the web answers."""
        try:
            with urlopen(f"{self.url}/static/none", timeout=5):  # noqa: S310 - our own address
                return True
        except URLError as error:
            return hasattr(error, "code")
        except OSError:
            return False

    def flask(
        self, *arguments: str, check: bool = True, **settings: str
    ) -> "subprocess.CompletedProcess[str]":
        """Run a command of Tracker in this server's folder and database."""
        result = subprocess.run(
            [sys.executable, "-m", "flask", "--app", "wsgi", *arguments],
            cwd=ROOT,
            env=self.environment | settings,
            capture_output=True,
            text=True,
        )
        assert not check or result.returncode == 0, result.stderr or result.stdout
        return result

    def app(self) -> Flask:
        """An application on the same database and files, to look and to prepare."""
        settings: dict[str, Any] = {
            setting.name: setting.read(self.environment[setting.name])
            for setting in SETTINGS
            if setting.name in self.environment
        }
        return create_app(settings | {"INSTANCE_PATH": self.environment["INSTANCE_PATH"]})

    def kill(self) -> None:
        """End the supervisor as a power cut would; returns when nobody answers any more."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()
        deadline = time.monotonic() + PATIENCE_S
        while self.is_serving():
            assert time.monotonic() < deadline, "what the supervisor left does not end"
            time.sleep(0.03)

    def stop(self) -> int | None:
        """Press Ctrl-C and wait; returns the exit code. Nothing to do when it has ended."""
        if self.process is None:
            return None
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGINT)
        return self.process.wait(10)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add to a failed test's report what its servers said last."""
    report = yield
    if report.failed:
        for server in sorted(_servers, key=lambda each: each.port):
            said = server.tail()
            if said.count("\n"):  # more than where it is
                report.sections.append((f"server on port {server.port} said last", said))
    return report


ServerStarter = Callable[..., LiveServer]


@pytest.fixture(scope="module")
def start_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerStarter]:
    """Start servers with settings from the environment; all are stopped with the module."""
    servers: list[LiveServer] = []

    def start(*, prepare: bool = False, obeys: bool = False, **settings: str) -> LiveServer:
        server = LiveServer(tmp_path_factory.mktemp("server"), **settings)
        server.obeys = obeys
        servers.append(server)
        server.start(prepare=prepare)
        return server

    yield start
    for server in servers:
        server.stop()


@pytest.fixture(scope="module")
def live_server(start_server: ServerStarter) -> LiveServer:
    """A server of this module's own, with an empty database and no mail server."""
    return start_server()
