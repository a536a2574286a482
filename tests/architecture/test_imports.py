"""The house's import contracts hold, and leave nothing out."""

import configparser
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


def contract(name: str) -> dict[str, list[str]]:
    """One contract of setup.cfg: each option's lines."""
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg")
    section = parser[f"importlinter:contract:{name}"]
    return {option: section[option].split("\n")[1:] for option in section}


def rooms() -> set[str]:
    return {path.parent.name for path in (ROOT / "tracker").glob("*/__init__.py")}


def test_every_import_contract_is_kept() -> None:
    program = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run(
        [program, "--no-cache"], cwd=ROOT, capture_output=True, text=True, env={"COLUMNS": "120"}
    )
    assert result.returncode == 0, result.stdout
    assert ", 0 broken." in result.stdout


def test_every_room_but_core_follows_the_furniture_contract() -> None:
    listed = {name.removeprefix("tracker.") for name in contract("furniture")["containers"]}
    assert listed == rooms() - {"core"}


@pytest.mark.parametrize("name", sorted(rooms()))
def test_every_room_says_what_it_is_for(name: str) -> None:
    first = (ROOT / "tracker" / name / "__init__.py").read_text().splitlines()[0]
    assert first.startswith('"""')
    assert first.endswith('."""')


def test_no_room_has_a_file_for_everything() -> None:
    names = {path.name for path in (ROOT / "tracker").rglob("*.py")}
    assert names & {"utils.py", "helpers.py", "misc.py", "common.py"} == set()


def test_no_file_is_a_wall() -> None:
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text().splitlines())
        for path in (ROOT / "tracker").rglob("*.py")
    }
    assert {name: lines for name, lines in lengths.items() if lines > 400} == {}
