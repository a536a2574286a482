"""`flask serve` starts, refuses, ends and survives as its users need."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from tests.plugins.servers import ROOT, LiveServer, ServerStarter

PATIENCE_S = 60.0


@pytest.fixture
def server(start_server: ServerStarter) -> Iterator[LiveServer]:
    """A server that the test may end as it likes."""
    server = start_server()
    yield server
    server.stop()


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def descendants(pid: int) -> list[int]:
    """Every process below one, from Linux's own list."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int(
                    (entry / "stat").read_text().rsplit(")", 1)[1].split()[1]
                )
            except OSError:
                continue
    found, below = [], [pid]
    while below:
        below = [child for child, parent in parents.items() if parent in below]
        found += below
    return found


def is_gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def port_is_free(server: LiveServer) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", server.port)) != 0


def status(url: str) -> int:
    try:
        with urlopen(url, timeout=10) as answer:  # noqa: S310 - our own address
            return int(answer.status)
    except HTTPError as error:
        return error.code


def test_a_fresh_start_prepares_and_says_where_it_is(start_server: ServerStarter) -> None:
    server = start_server(prepare=True)
    wait_until(lambda: "Sign in once" in server.log.read_text())
    said = server.log.read_text()
    assert f"Tracker is at {server.url} (Ctrl-C ends it).\n" in said
    (link,) = re.findall(rf"{server.url}/sign-in/\S+", said)
    assert status(link) == 200
    assert re.search(r"with \d+ postings and \d+ applications", said)


def test_a_taken_port_is_refused_in_one_line(server: LiveServer) -> None:
    result = server.flask("serve", check=False)
    assert (result.returncode, result.stderr.splitlines()) == (
        1,
        [
            f"Error: Port {server.port} on 127.0.0.1 cannot be used (Address already in use). "
            "Stop what listens there, or choose another with PORT."
        ],
    )
    assert server.is_serving()


def test_a_database_behind_the_code_is_refused_in_one_line(
    start_server: ServerStarter, server: LiveServer, tmp_path: Path
) -> None:
    empty = f"sqlite:///{tmp_path / 'empty.db'}"
    other = LiveServer(tmp_path, DATABASE_URL=empty)
    result = other.flask("serve", check=False)
    assert (result.returncode, result.stderr) == (
        1,
        "Error: The database is not up to date. Run: flask db upgrade\n",
    )


def test_production_needs_a_secret_key(tmp_path: Path) -> None:
    server = LiveServer(tmp_path, BASE_URL="https://jobs.example.org")
    result = server.flask("serve", "--prepare", check=False)
    assert result.returncode == 1
    assert "SECRET_KEY is required" in result.stderr


@pytest.mark.parametrize("_time", range(3))
def test_ctrl_c_under_load_ends_everything_within_four_seconds(
    start_server: ServerStarter, _time: int
) -> None:
    server = start_server()
    assert server.process is not None
    processes = descendants(server.process.pid)
    assert len(processes) >= 4  # web with its two workers, and the worker
    busy = True

    def ask() -> None:
        while busy:
            try:
                status(f"{server.url}/")
            except OSError:
                return

    with ThreadPoolExecutor(8) as callers:
        for _ in range(8):
            callers.submit(ask)
        time.sleep(0.3)
        began = time.monotonic()
        os.killpg(server.process.pid, signal.SIGINT)
        code = server.process.wait(PATIENCE_S)
        took = time.monotonic() - began
        busy = False
    assert code == 0
    assert took < 4.0
    assert [pid for pid in processes if not is_gone(pid)] == []
    assert port_is_free(server)


def test_a_killed_supervisor_leaves_no_process_and_a_free_port(server: LiveServer) -> None:
    assert server.process is not None
    processes = descendants(server.process.pid)
    server.kill()
    wait_until(lambda: all(is_gone(pid) for pid in processes))
    assert port_is_free(server)


def test_a_killed_web_server_comes_back(server: LiveServer) -> None:
    assert server.process is not None
    before = descendants(server.process.pid)
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: all(is_gone(pid) for pid in before))
    server.wait_until_serving()
    assert "The web server was ended by SIGKILL; starting it again" in server.log.read_text()


def test_a_second_start_after_the_end_serves_again(server: LiveServer) -> None:
    assert server.stop() == 0
    server.start()
    assert server.is_serving()


def test_commands_name_a_wrong_setting_in_one_line(tmp_path: Path) -> None:
    server = LiveServer(tmp_path)
    server.environment["PORT"] = "http"
    result = server.flask("serve", check=False)
    assert result.returncode == 1
    assert result.stderr.splitlines()[-1].startswith("Error: PORT='http' is not usable")


def test_an_answer_under_way_is_finished_before_the_end(server: LiveServer) -> None:
    assert server.process is not None
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as caller:
        caller.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        os.killpg(server.process.pid, signal.SIGINT)
        assert caller.recv(12).startswith(b"HTTP/1.1 ")
    assert server.process.wait(PATIENCE_S) == 0


def test_the_worker_runs_alone_too(tmp_path: Path) -> None:
    server = LiveServer(tmp_path)
    server.migrate()
    with (tmp_path / "worker.log").open("wb") as log:
        worker = subprocess.Popen(
            [sys.executable, "-m", "flask", "--app", "wsgi", "worker"],
            cwd=ROOT,
            env=server.environment,
            stdout=log,
            stderr=log,
        )
    said = tmp_path / "worker.log"
    try:
        wait_until(lambda: "waits for work" in said.read_text())
    finally:
        worker.terminate()
        code = worker.wait(PATIENCE_S)
    assert code == 0
    assert said.read_text() == "The worker waits for work (Ctrl-C ends it).\n"
