"""Words are made fit, which takes a while, before anybody has to wait for a lock."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, event

from tests.applications import desk
from tests.documents import samples
from tests.intake.letters import CANDIDATE, CONTACT, mails
from tests.intake.mails import mail, one, rows
from tests.plugins.apps import Client
from tests.routing.factories import arrived, path_in
from tracker.applications.models import Application
from tracker.core.db import db
from tracker.core.tokens import new_token
from tracker.intake.models import IncomingAttachment, Letter, Reply
from tracker.intake.redaction import HIDDEN
from tracker.notifications.models import OutgoingEmail

pytestmark = [pytest.mark.settings(INTAKE_ADDRESS="jobs@example.org"), pytest.mark.both_databases]
LOCKS = ("BEGIN IMMEDIATE", "INSERT", "UPDATE", "DELETE")


@contextmanager
def asked_before_locks() -> Iterator[None]:
    """See that the secrets in a text are asked for, and never while a lock is held."""
    asked: list[str] = []
    locked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if "json_" in statement and "token_hash" in statement:
            asked.append(locked[0] if locked else "")
        if statement.startswith(LOCKS) or "FOR NO KEY UPDATE" in statement:
            locked.append(statement)

    def end(_connection: Any) -> None:
        locked.clear()

    listeners: dict[str, Callable[..., Any]] = {
        "before_cursor_execute": note,
        "commit": end,
        "rollback": end,
    }
    for moment, listener in listeners.items():
        event.listen(Engine, moment, listener)
    try:
        yield
    finally:
        for moment, listener in listeners.items():
            event.remove(Engine, moment, listener)
    assert asked
    assert [each for each in asked if each] == []


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


def answer_with(answering: OutgoingEmail, address: str, **values: Any) -> EmailMessage:
    """A mail that answers one of ours."""
    given: dict[str, Any] = {"subject": f"Re: {answering.subject}", **values}
    return mail(
        sender=address,
        to=str(answering.reply_to_address),
        In_Reply_To=answering.message_id,
        message_id=f"<{answering.id}@mail.example.net>",
        **given,
    )


def test_what_a_colleague_answers_is_made_fit_before_with_the_subject_that_it_answers(
    any_app: Flask, tmp_path: Path
) -> None:
    arrived()
    secret, receipt = secret_of_ours(), mails("application_received")[0]
    asks = answer_with(receipt, CANDIDATE, subject=f"Saturdays {secret}")
    assert one(any_app, tmp_path / "1", asks)["verdict"] == "reply"
    told = mails("candidate_replied")[0]
    with asked_before_locks():
        said = one(any_app, tmp_path / "2", answer_with(told, CONTACT, text="Every other one."))
    assert said["verdict"] == "reply"
    (letter,) = mails("answer_to_candidate")
    assert letter.subject == f"Re: Saturdays {HIDDEN}"


def with_a_file_named_like_a_link(app: Flask, folder: Path) -> int:
    """A file that the candidate has mailed; the database has to say what it is called."""
    receipt, file = mails("application_received")[0], samples.pdf()
    brings = answer_with(receipt, CANDIDATE, files=[(file, f"{secret_of_ours()}.pdf")])
    assert one(app, folder, brings)["verdict"] == "reply"
    return db.session.query(IncomingAttachment).one().id


def test_the_name_of_a_file_that_staff_add_is_made_fit_before(
    any_app: Flask, tmp_path: Path
) -> None:
    application_id = arrived().id
    key, client = with_a_file_named_like_a_link(any_app, tmp_path), desk.coordinator(any_app)
    url = f"/staff/applications/{application_id}"
    token = client.token(url)
    with asked_before_locks():
        answer = client.post(f"{url}/attachments/{key}/take", data={"csrf_token": token})
    assert answer.status_code == 303
    assert db.session.get_one(Application, application_id).documents[-1].title == f"{HIDDEN}.pdf"


def test_the_name_of_a_file_that_a_contact_adds_is_made_fit_before(
    any_app: Flask, tmp_path: Path
) -> None:
    application_id = arrived().id
    key, client = with_a_file_named_like_a_link(any_app, tmp_path), any_app.test_client()
    assert isinstance(client, Client)
    page = path_in(mails("application_arrived")[0])
    token = client.token(page)
    with asked_before_locks():
        answer = client.post(f"{page}/attachments/{key}/take", data={"csrf_token": token})
    assert answer.status_code == 303
    assert db.session.get_one(Application, application_id).documents[-1].title == f"{HIDDEN}.pdf"
