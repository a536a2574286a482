"""Whatever a document makes of its reader, nothing of ours is reached and nothing is left."""

import json
import os
import platform
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.documents import samples
from tracker.documents import inspection, sandbox
from tracker.documents.rules import DEFAULT_LIMITS, Decision, Reason

PROBES = "tests.documents.probes:"
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="walls of Linux")


@pytest.fixture(
    params=[pytest.param(True, marks=linux), False], ids=["forked", "started"], autouse=True
)
def warm(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether children are forked by a zygote or started as programs: the walls are the same."""
    monkeypatch.setattr(sandbox, "WARM", request.param)
    return bool(request.param)


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "resume"
    path.write_bytes(samples.txt())
    return path


def probe(name: str, document: Path, **options: Any) -> Any:
    return sandbox.run(PROBES + name, document, **options)


def test_a_child_that_takes_two_gigabytes_is_refused_them(document: Path) -> None:
    with pytest.raises(sandbox.UnreadableError) as caught:
        probe("allocate", document, size=2 << 30)
    assert caught.value.reason == Reason.TOO_COMPLEX


def test_a_child_gets_the_memory_that_reading_needs(document: Path) -> None:
    assert probe("allocate", document, size=200 << 20) == 200 << 20


def test_a_child_that_sleeps_is_killed_in_time(document: Path) -> None:
    started = time.monotonic()
    with pytest.raises(sandbox.UnreadableError) as caught:
        probe("sleep", document, limits=replace(DEFAULT_LIMITS, wall_seconds=0.5), seconds=30)
    assert (caught.value.reason, time.monotonic() - started < 3) == (Reason.TOO_COMPLEX, True)


def test_a_child_that_works_for_ever_is_killed_by_the_processor_limit(document: Path) -> None:
    limits = replace(DEFAULT_LIMITS, cpu_seconds=1, wall_seconds=20)
    with pytest.raises(sandbox.UnreadableError) as caught:
        probe("spin", document, limits=limits)
    assert caught.value.note == "Reading it took too much work."


def test_a_crash_is_a_damaged_document(document: Path) -> None:
    with pytest.raises(sandbox.UnreadableError) as caught:
        probe("crash", document)
    assert caught.value.reason == Reason.DAMAGED


def test_an_answer_of_too_many_bytes_is_cut_off(document: Path) -> None:
    with pytest.raises(sandbox.UnreadableError) as caught:
        probe("talk", document, size=5 << 20)
    assert caught.value.note == "Its reader said too much."


def test_what_a_library_prints_does_not_garble_the_answer(document: Path) -> None:
    assert probe("print_much", document) == "answer"


@linux
def test_a_child_cannot_reach_a_listener_on_this_machine(document: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        socket.create_connection(("127.0.0.1", port), 3).close()  # it is there for others
        assert probe("connect", document, port=port) == "EPERM"


def test_the_environment_has_nothing_of_ours(
    document: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_KEY", "not for children")
    seen = set(probe("environment", document))
    assert seen - {"SYSTEMROOT", "LC_CTYPE"} == {"HOME", "LC_ALL", "MALLOC_ARENA_MAX", "TMPDIR"}


@linux
def test_no_open_file_is_inherited(document: Path) -> None:
    with document.open("rb") as file:
        os.set_inheritable(file.fileno(), True)
        # Standard input, output and error, and the pipe that the answer goes through.
        assert probe("inherited", document, up_to=60) == [0, 1, 2, 3]


@linux
def test_a_child_cannot_read_the_files_around_it(document: Path) -> None:
    house = Path(__file__).parents[2]
    wanted = ["/etc/passwd", str(document), str(house / "setup.cfg"), "/proc/1/environ"]
    assert {probe("read", document, where=path) for path in wanted} == {"EACCES"}


@linux
def test_a_child_writes_only_in_its_folder(document: Path, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()

    def act(path: Path, size: int) -> str:
        return str(probe("write", document, folder=folder, where=str(path), size=size))

    inside, outside = act(folder / "page", 10), act(tmp_path / "other", 10)
    assert (inside, outside, (folder / "page").stat().st_size) == ("done", "EACCES", 10)


@linux
def test_a_child_cannot_write_a_huge_file(document: Path, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    came = probe("write", document, folder=folder, where=str(folder / "page"), size=64 << 20)
    assert (came, (folder / "page").stat().st_size) == ("EFBIG", DEFAULT_LIMITS.file_size)


@linux
def test_a_child_makes_no_process_and_starts_no_program(document: Path) -> None:
    came = (probe("fork", document), probe("execute", document, program="/bin/true"))
    assert came == ("EPERM", "EPERM")


@linux
def test_every_wall_stands_here() -> None:
    expected = {"memory", "data", "cpu", "file_size", "open_files", "core", "dies_with_parent",
                "no_new_privileges", "fenced_files", "refused_calls"}  # fmt: skip
    assert platform.machine() in {"x86_64", "aarch64"}
    # A container may forbid namespaces; sockets are refused all the same (tested above).
    assert set(sandbox.walls()) - {"no_network"} == expected


@linux
def test_no_child_and_no_folder_is_left(document: Path, tmp_path: Path) -> None:
    def children() -> set[str]:
        listed = Path(f"/proc/{os.getpid()}/task").glob("*/children")
        return {child for file in listed for child in file.read_text().split()}

    before = children()
    with pytest.raises(sandbox.UnreadableError):
        probe("sleep", document, limits=replace(DEFAULT_LIMITS, wall_seconds=0.3), seconds=30)
    inspection.inspect(document, file_name="resume.txt")
    assert children() - before == set()


@linux
def test_a_child_dies_with_its_parent(document: Path, tmp_path: Path) -> None:
    script = (
        "from pathlib import Path; from tracker.documents import sandbox;"
        f"sandbox.run('{PROBES}write_pid', Path({str(document)!r}),"
        f" folder=Path({str(tmp_path)!r}), name='pid')"
    )
    house = Path(__file__).parents[2]
    env = os.environ | {"TMPDIR": str(tmp_path)}  # a killed parent tidies nothing
    with subprocess.Popen([sys.executable, "-c", script], cwd=house, env=env) as parent:
        pid = tmp_path / "pid"
        deadline = time.monotonic() + 10
        while not (pid.exists() and pid.read_text()) and time.monotonic() < deadline:
            time.sleep(0.02)
        parent.send_signal(signal.SIGKILL)
    child = int(pid.read_text())
    deadline = time.monotonic() + 5
    while _lives(child) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not _lives(child)


def _lives(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] not in {"Z", "X"}


@pytest.mark.parametrize("then", ["end", "crash", "sleep", "raise", "garble", "much"])
def test_what_was_said_stays_said_whatever_comes_next(document: Path, then: str) -> None:
    limits = replace(DEFAULT_LIMITS, wall_seconds=1.5)
    said = sandbox.run_in_parts(PROBES + "say_in_parts", document, limits=limits, then=then)
    assert said == [{"said": "one"}, {"said": "two"}]


def test_a_child_that_breaks_before_it_said_anything_has_not_read_the_document(
    document: Path,
) -> None:
    with pytest.raises(sandbox.UnreadableError) as caught:
        sandbox.run_in_parts(PROBES + "say_nothing", document)
    assert caught.value.reason == Reason.DAMAGED


def test_a_task_that_is_not_there_is_our_fault_and_not_the_documents(document: Path) -> None:
    with pytest.raises(sandbox.SandboxError) as caught:
        sandbox.run("tests.documents.nowhere:look", document)
    assert (caught.value.status, type(caught.value)) == (503, sandbox.SandboxError)


def test_a_hang_is_a_refusal_and_not_an_error(document: Path) -> None:
    limits = replace(DEFAULT_LIMITS, wall_seconds=0.001)
    found = inspection.inspect(document, file_name="resume.txt", limits=limits)
    assert (found.decision, found.reason) == (Decision.REFUSE, Reason.TOO_COMPLEX)


def test_work_behind_the_pages_that_got_no_time_is_tried_again(document: Path, warm: bool) -> None:
    limits = replace(DEFAULT_LIMITS.patient(), wall_seconds=0.2)
    with pytest.raises(sandbox.SandboxError) as caught:
        probe("sleep", document, limits=limits, seconds=30)
    assert type(caught.value) is sandbox.SandboxError


def test_many_at_once_all_get_an_answer(document: Path) -> None:
    answers: list[Decision] = []

    def look() -> None:
        answers.append(inspection.inspect(document, file_name="resume.txt").decision)

    threads = [threading.Thread(target=look) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [Decision.ACCEPT] * 8


def test_the_parent_never_loads_what_reads_documents() -> None:
    script = (
        "import json, sys; from tracker.documents import inspection, previews, extraction;"
        "print(json.dumps(sorted(sys.modules)))"
    )
    house = Path(__file__).parents[2]
    said = subprocess.run(
        [sys.executable, "-c", script], cwd=house, check=True, capture_output=True
    ).stdout
    readers = {"pypdfium2", "kreuzberg", "PIL", "tracker.documents.confined"}
    assert readers & set(json.loads(said)) == set()
