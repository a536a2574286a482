"""Every command ends with one clear line where it cannot work."""

from pathlib import Path

import click
import pytest
from flask import Flask

from tests.plugins.servers import LiveServer
from tracker.core.commands import guarded
from tracker.core.db import db
from tracker.core.errors import DomainError


def lines(app: Flask, *words: str) -> tuple[int, list[str]]:
    """A command's exit code and what it said."""
    result = app.test_cli_runner().invoke(args=list(words))
    return result.exit_code, result.output.strip().splitlines()


@pytest.mark.parametrize(
    "words",
    [
        ("mail", "deliver"),
        ("verify",),
        ("users", "create-admin", "ann@example.org"),
        ("demo",),
        ("backup", "nowhere.tar"),
    ],
)
def test_without_its_tables_a_command_says_so_in_a_line(app: Flask, words: tuple[str, ...]) -> None:
    db.drop_all()
    code, said = lines(app, *words)
    assert code == 1
    assert len(said) == 1
    assert "flask db upgrade" in said[0]


def test_a_broken_rule_is_its_own_line(app: Flask) -> None:
    @click.command("odd")
    def odd() -> None:
        raise DomainError("That cannot be done now.")

    app.cli.add_command(guarded(odd))
    assert lines(app, "odd") == (1, ["Error: That cannot be done now."])


def test_a_command_that_ends_leaves_its_database_in_one_file(tmp_path: Path) -> None:
    """Every connection is closed at the end: nothing waits in a log beside it to be folded in."""
    path = tmp_path / "instance" / "tracker.db"
    LiveServer(tmp_path, DATABASE_URL=f"sqlite:///{path}").flask("db", "upgrade")
    assert [each.name for each in path.parent.glob("tracker.db*")] == ["tracker.db"]
