"""Words are made fit, which takes a while, before anybody has to wait for a lock."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, event

from tests.applications import desk
from tests.intake.letters import mails
from tests.intake.mails import mail, one, rows
from tests.plugins.apps import Client
from tests.routing.factories import arrived, path_in
from tracker.core.db import db
from tracker.core.tokens import new_token
from tracker.intake.models import Letter, Reply
from tracker.intake.redaction import HIDDEN

pytestmark = [pytest.mark.settings(INTAKE_ADDRESS="jobs@example.org"), pytest.mark.both_databases]
LOCKS = ("BEGIN IMMEDIATE", "INSERT", "UPDATE", "DELETE")


@contextmanager
def asked_before_locks() -> Iterator[None]:
    """See that the secrets in a text are asked for, and never once a lock is held."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        statements.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    asked = [at for at, each in enumerate(statements) if "json_" in each and "token_hash" in each]
    locked = [
        at
        for at, each in enumerate(statements)
        if each.startswith(LOCKS) or "FOR NO KEY UPDATE" in each
    ]
    assert asked
    assert locked
    assert asked[-1] < locked[0], statements[locked[0] : asked[-1] + 1]


def secret_of_ours() -> str:
    """What a private link ends with, standing alone: the database has to say what it is."""
    secret = path_in(mails("application_arrived")[0]).rpartition("/")[2]
    assert len(secret) > 20
    return secret


def test_a_letter_of_staff_is_made_fit_before(any_app: Flask) -> None:
    application = arrived()
    client = desk.coordinator(any_app)
    url = f"/staff/applications/{application.id}/write"
    text, token = f"Dear Sam,\n\n{secret_of_ours()}", client.token(url)
    with asked_before_locks():
        data = {"csrf_token": token, "text": text, "token": new_token(), "do": "send"}
        assert client.post(url, data=data).status_code == 303
    assert db.session.query(Letter).one().text == f"Dear Sam,\n\n{HIDDEN}"


def test_a_letter_from_behind_a_link_is_made_fit_before(any_app: Flask) -> None:
    arrived()
    client, page = any_app.test_client(), path_in(mails("application_arrived")[0])
    assert isinstance(client, Client)
    data = {"text": f"Dear Sam,\n\n{secret_of_ours()}", "csrf_token": client.token(f"{page}/write")}
    with asked_before_locks():
        assert client.post(f"{page}/write", data=data).status_code == 303
    assert db.session.query(Letter).one().text == f"Dear Sam,\n\n{HIDDEN}"


def in_the_tray(app: Flask, folder: Path, text: str) -> str:
    """The page of a mail that waits."""
    given = mail(sender="Sam <sam.2@example.net>", subject="Quiet hours", text=text)
    assert one(app, folder, given)["verdict"] == "unsorted"
    return f"/staff/incoming/{rows()[-1].id}"


def test_a_mail_put_to_an_application_is_made_fit_before(any_app: Flask, tmp_path: Path) -> None:
    number = arrived().number
    url = in_the_tray(any_app, tmp_path / "in", f"I found this: {secret_of_ours()}")
    client = desk.coordinator(any_app)
    data = {"csrf_token": client.token(url), "attach-number": number}
    with asked_before_locks():
        assert client.post(f"{url}/attach", data=data).status_code == 303
    assert db.session.query(Reply).one().text == f"I found this: {HIDDEN}"


def test_an_answer_from_the_tray_is_made_fit_before(any_app: Flask, tmp_path: Path) -> None:
    arrived()
    url = in_the_tray(any_app, tmp_path / "in", "Do you have a quiet room?")
    client = desk.coordinator(any_app)
    data = {"csrf_token": client.token(url), "answer-text": f"Yes. {secret_of_ours()}"}
    with asked_before_locks():
        assert client.post(f"{url}/answer", data=data).status_code == 303
    (answer,) = mails("answer_to_sender")
    assert answer.text.startswith(f"Yes. {HIDDEN}")
