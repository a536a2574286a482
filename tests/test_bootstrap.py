"""Tracker starts on a bare Python, and says in one line what a machine lacks."""

import ast
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tracker import bootstrap

ROOT = Path(__file__).resolve().parent.parent
COMMANDS = ("setup", "run", "test", "lint", "bench", "soak", "translate")
# An address where nothing listens: a machine that is not online.
NOWHERE = "http://127.0.0.1:9/simple"


def run(*command: str, cwd: Path = ROOT, **variables: str) -> "subprocess.CompletedProcess[str]":
    # Under `make test` a make of our own would take itself for a part of that one.
    inner = ("XDIST", "MAKE", "MFLAGS")
    outer = {
        name: value for name, value in os.environ.items() if not any(each in name for each in inner)
    }
    return subprocess.run(
        command, cwd=cwd, env={**outer, **variables}, capture_output=True, text=True
    )


@pytest.mark.parametrize("name", ["__main__.py", "bootstrap.py"])
def test_what_runs_before_the_setup_needs_the_standard_library_alone(name: str) -> None:
    tree = ast.parse((ROOT / "tracker" / name).read_text())
    imported = {
        (each.names[0].name if isinstance(each, ast.Import) else each.module or "").split(".")[0]
        for each in ast.walk(tree)
        if isinstance(each, (ast.Import, ast.ImportFrom))
    }
    assert imported - sys.stdlib_module_names <= {"tracker"}


def test_an_old_python_can_read_what_turns_it_away() -> None:
    ast.parse((ROOT / "tracker" / "__main__.py").read_text(), feature_version=(3, 4))


def test_an_old_python_is_turned_away_in_one_line() -> None:
    pretend = "import runpy, sys; sys.version_info = (3, 10, 4); runpy.run_module('tracker')"
    result = run(sys.executable, "-c", pretend)
    assert (result.returncode, result.stderr) == (
        1,
        "Tracker needs Python 3.11 or newer, and this is Python 3.10.\n",
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_make_does_what_python_does(command: str) -> None:
    result = run("make", "--dry-run", command, "PYTHON=some-python")
    assert result.stdout == f"some-python -m tracker {command}\n"


def test_help_names_every_command() -> None:
    result = run(sys.executable, "-m", "tracker", "--help")
    named = [line.split()[0] for line in result.stdout.splitlines() if line.startswith("  ")]
    assert (result.returncode, tuple(named)) == (0, COMMANDS)


def test_an_unknown_command_is_refused() -> None:
    result = run(sys.executable, "-m", "tracker", "walk")
    assert result.returncode == 2
    assert result.stderr.startswith("Unknown command: walk\n")


@pytest.fixture
def bare_tree(tmp_path: Path) -> Path:
    """What a fresh clone holds of the set-up, and no environment."""
    for name in (*bootstrap.SOURCES, "tracker/__init__.py", "tracker/__main__.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / "tracker" / "bootstrap.py", tmp_path / "tracker")
    return tmp_path


def test_without_a_network_the_set_up_says_so_in_one_line(bare_tree: Path) -> None:
    python = getattr(sys, "_base_executable", sys.executable)
    result = run(
        *(python, "-m", "tracker", "setup"),
        cwd=bare_tree,
        PIP_INDEX_URL=NOWHERE,
        PIP_RETRIES="0",
        PIP_CONFIG_FILE=os.devnull,
    )
    assert result.returncode == 1
    assert len(result.stderr.splitlines()) == 1
    assert result.stderr.startswith(
        f"Tracker cannot start: uv {bootstrap.UV_VERSION} could not be downloaded; "
        "is this machine online?"
    )


def test_a_python_without_venv_is_told_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap, "ENVIRONMENT", tmp_path / "none")
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(bootstrap.SetupError, match="apt install python3-venv"):
        bootstrap.create_environment()


def test_a_second_set_up_has_nothing_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    environment = tmp_path / ".venv"
    (environment / "bin").mkdir(parents=True)
    (environment / "Scripts").mkdir()
    monkeypatch.setattr(bootstrap, "ENVIRONMENT", environment)
    monkeypatch.setattr(bootstrap, "STAMP", environment / "stamp.json")
    Path(bootstrap.executable("python")).touch()
    bootstrap.STAMP.write_text(
        f'{{"sources": "{bootstrap.fingerprint()}", "development": false}}', encoding="utf-8"
    )
    bootstrap.prepare(development=False)
    assert capsys.readouterr().out == ""


SKIPPED = (
    "import pytest\n\ndef test_one():\n    pass\n\n@pytest.mark.skip\ndef test_two():\n    pass\n"
)
EXPECTED = SKIPPED.replace("@pytest.mark.skip", "@pytest.mark.xfail").replace(
    "two():\n    pass", "two():\n    raise ValueError"
)
PASSING = "def test_one():\n    pass\n\ndef test_two():\n    pass\n"


@pytest.mark.parametrize(
    ("workers", "source", "ci", "code"),
    [
        ("0", PASSING, "1", 0),
        ("0", SKIPPED, "1", 1),
        ("0", EXPECTED, "1", 1),
        ("0", SKIPPED, "", 0),
        ("2", PASSING, "1", 0),
        ("2", EXPECTED, "1", 1),
    ],
    ids=["passed", "skipped", "expected", "elsewhere", "passed-parallel", "expected-parallel"],
)
def test_in_ci_only_a_run_in_which_everything_passed_is_green(
    tmp_path: Path, workers: str, source: str, ci: str, code: int
) -> None:
    (tmp_path / "test_sample.py").write_text(source)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    options = ["-p", "tests.plugins.strictness", "-p", "no:cacheprovider", "-n", workers]
    result = run(
        *(sys.executable, "-m", "pytest", *options, str(tmp_path)),
        cwd=tmp_path,
        CI=ci,
        PYTHONPATH=str(ROOT),
    )
    assert result.returncode == code, result.stdout
    assert ("2 passed of 2 collected" in result.stdout) == (source == PASSING), result.stdout


def test_in_ci_a_test_left_out_is_no_pass(tmp_path: Path) -> None:
    (tmp_path / "test_sample.py").write_text(PASSING)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    options = ["-p", "tests.plugins.strictness", "-p", "no:cacheprovider", "-k", "one"]
    result = run(
        *(sys.executable, "-m", "pytest", *options, str(tmp_path)),
        cwd=tmp_path,
        CI="1",
        PYTHONPATH=str(ROOT),
    )
    assert result.returncode == 1
