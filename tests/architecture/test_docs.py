"""What the documents say is there, and what is there is documented."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from flask import Flask

from tracker.core.config import SETTINGS

ROOT = Path(__file__).resolve().parent.parent.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
# Flask's own, and those of its extensions that operators do not need.
FOREIGN = {"run", "shell", "routes", "db"}


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def commands(app: Flask) -> Iterator[str]:
    """Every command of ours as it is typed: `flask users create-admin`."""
    for name, command in app.cli.commands.items():
        if name in FOREIGN or command.hidden:
            continue
        if isinstance(command, click.Group):
            yield from (f"flask {name} {each}" for each in command.commands)
        else:
            yield f"flask {name}"


def test_every_setting_is_documented_and_every_documented_one_exists() -> None:
    documented = set(re.findall(r"^\| `([A-Z_]+)` \|", text("docs/settings.md"), re.MULTILINE))
    assert documented == {each.name for each in SETTINGS}


def test_every_default_is_the_one_that_is_documented() -> None:
    rows = dict(
        re.findall(r"^\| `([A-Z_]+)` \| `([^`]+)` \|", text("docs/settings.md"), re.MULTILINE)
    )
    wrong = {
        each.name: rows[each.name]
        for each in SETTINGS
        if each.default != ""
        and rows.get(each.name)
        != str(int(each.default) if isinstance(each.default, bool) else each.default)
    }
    assert wrong == {}


def test_every_command_is_documented_and_every_documented_one_exists(app: Flask) -> None:
    table = re.findall(r"^\| `(flask [a-z -]+?)[ `]?(?:[A-Z…]+)?`", text("docs/settings.md"), re.M)
    documented = {each.strip() for each in table}
    assert documented == {*commands(app), "flask db upgrade"}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_between_documents_leads_somewhere(document: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", document.read_text(encoding="utf-8"))
    assert [each for each in links if not (document.parent / each).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_command_that_a_document_names_exists(document: Path, app: Flask) -> None:
    known = {*app.cli.commands, "COMMAND", "finds"}
    named = re.findall(r"(?:^|[`/ ])flask ([a-z]+)", document.read_text(encoding="utf-8"))
    assert {each for each in named if each not in known} == set()


def test_make_does_what_python_does() -> None:
    targets = re.search(r"^\.PHONY: (.+)$", text("Makefile"), re.MULTILINE)
    assert targets is not None
    usage = re.findall(r"^  (\w+)  ", text("tracker/bootstrap.py"), re.MULTILINE)
    assert sorted(targets[1].split()) == sorted(usage)
