"""The way in without mail."""

import re

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.accounts.conftest import PersonMaker
from tests.plugins.apps import Client
from tracker.accounts.models import Person
from tracker.core.access import Role
from tracker.core.db import db

ADDRESS = "robin.vale@example.org"


def _run(app: Flask, *arguments: str) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=["users", "create-admin", *arguments])
    return result.exit_code, result.output


def _link(output: str) -> str:
    found = re.search(r"http://localhost(/sign-in/\S+)$", output.strip())
    assert found, output
    return found[1]


def test_the_first_administrator_gets_a_link_that_signs_in(app: Flask, client: Client) -> None:
    """On an empty database: one command, one link, in."""
    code, output = _run(app, "Robin.Vale@Example.org", "--name", "Robin Vale")
    assert code == 0
    assert output.startswith(f"{ADDRESS}: added.")
    assert client.submit(_link(output)).status_code == 303
    assert client.get("/staff/people").status_code == 200


def test_for_an_administrator_it_is_a_new_link(app: Flask, client: Client, robin: Person) -> None:
    """Nothing changes but that there is a link."""
    code, output = _run(app, ADDRESS)
    assert code == 0
    assert output.startswith(f"{ADDRESS}: is an administrator already.")
    assert client.submit(_link(output)).status_code == 303


def test_it_brings_back_whoever_was_shut_out(
    app: Flask, client: Client, add_person: PersonMaker
) -> None:
    """A disabled panelist becomes an active administrator, and the command says so."""
    person = add_person(role=Role.PANELIST, disabled_at=func.now())
    _code, output = _run(app, ADDRESS)
    assert "enabled again, made administrator (was panelist)" in output
    assert client.submit(_link(output)).status_code == 303
    db.session.refresh(person)
    assert (person.role, person.disabled_at) == (Role.ADMINISTRATOR, None)


@pytest.mark.parametrize("address", ["robin", "robin@", "@example.org", "a b@example.org", ""])
def test_a_bad_address_is_one_clear_line(app: Flask, address: str) -> None:
    """Non-zero, one line, nobody added."""
    code, output = _run(app, address)
    assert code == 1
    assert len(output.strip().splitlines()) == 1
    assert "That is not an e-mail address." in output
    assert db.session.scalar(select(func.count()).select_from(Person)) == 0


def test_a_database_without_tables_is_one_clear_line(app: Flask) -> None:
    """Whoever forgot to migrate is told how."""
    db.drop_all()
    code, output = _run(app, ADDRESS)
    assert code == 1
    assert output.strip().endswith("Run: flask db upgrade")
