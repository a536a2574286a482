"""Every stored promise is checked, and each broken one is found and named."""

import datetime as dt
import io
import json
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, text
from time_machine import Traveller

from tests.documents import samples
from tests.postings import factories as postings
from tests.postings import subscribers
from tests.upkeep.journeys import apply, journey, posting
from tracker.app import create_app
from tracker.applications.models import Application, StageChange
from tracker.core.db import db, writing
from tracker.core.files import files
from tracker.core.jobs import run_now
from tracker.documents import operations as documents
from tracker.documents.models import Document
from tracker.interviews.models import Interview
from tracker.notifications.models import OutgoingEmail
from tracker.postings.fitting import CONFIRM_WITHIN
from tracker.routing.models import Assignment
from tracker.upkeep.verification import verify


def broken() -> list[tuple[str, str]]:
    """What a check finds: kind and row, without what SQLite says of foreign keys itself."""
    db.session.rollback()
    return [
        (each.kind, each.what)
        for each in verify().broken
        if each.kind != "row without its other half"
    ]


def without_guard(statement: str, **values: object) -> None:
    """Damage the database as no operation could, with foreign keys off."""
    connection = db.engine.raw_connection()
    try:
        connection.execute("PRAGMA foreign_keys=OFF")
        connection.execute(statement, values)
        connection.execute("PRAGMA foreign_keys=ON")
    finally:
        connection.close()


def number_of(key: int) -> str:
    number: str = db.session.get_one(Application, key).number
    return number


def test_it_is_clean_after_a_small_journey(any_app: Flask) -> None:
    journey()
    report = verify()
    assert report.broken == []
    assert report.checked == {
        "files": 4,
        "applications": 2,
        "mails": 7,
        "interviews": 1,
        "subscriptions": 0,
        "incoming mails": 0,
        "documents of drafts": 0,
    }


def test_it_finds_a_subscriber_who_should_have_been_erased(app: Flask, clock: Traveller) -> None:
    postings.employer()
    subscribers.ask("rosa@example.org")
    mail = subscribers.mails("rosa@example.org")[0].id
    assert (broken(), verify().checked["subscriptions"]) == ([], 1)
    clock.shift(CONFIRM_WITHIN + dt.timedelta(hours=1, seconds=1))
    kind = "subscriber who should have been erased"
    assert broken() == [(kind, "subscription 1")]
    db.session.rollback()
    without_guard("DELETE FROM subscription")
    assert broken() == [(kind, f"mail {mail}")]
    run_now("forget_subscriptions")
    assert broken() == []


def test_it_finds_a_missing_file(any_app: Flask) -> None:
    apply(posting().id)
    document = db.session.scalars(select(Document).where(Document.kind == "pdf")).one()
    files().delete(document.file_key)
    assert broken() == [("missing file", f"document {document.id} (resume.pdf)")]


def test_it_finds_a_missing_photograph(app: Flask) -> None:
    received = documents.receive(io.BytesIO(samples.photograph()), "page.jpg", limit=1 << 20)
    with writing():
        photograph = documents.record(received).originals[0]
        what = f"photograph {photograph.id} (page.jpg)"
        db.session.commit()
    assert broken() == []
    files().delete(received.originals[0].file_key)
    assert broken() == [("missing file", what)]


def test_it_finds_a_changed_byte(app: Flask) -> None:
    apply(posting().id)
    document = db.session.scalars(select(Document).where(Document.kind == "pdf")).one()
    path = Path(app.config["FILES_URL"]) / document.file_key
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    assert broken() == [("changed file", f"document {document.id} (resume.pdf)")]


def test_it_finds_a_receipt_that_is_gone(app: Flask) -> None:
    key = apply(posting().id)
    mail = db.session.get_one(Application, key).receipt_email_id
    number = number_of(key)
    without_guard("DELETE FROM outgoing_email WHERE id = :mail", mail=mail)
    assert broken() == [("application without its receipt mail", f"application {number}")]


def test_it_finds_a_contact_whose_mail_is_gone(app: Flask) -> None:
    key = apply(posting().id)
    number = number_of(key)
    mail = db.session.scalars(select(Assignment.told_email_id)).one()
    without_guard("DELETE FROM outgoing_email WHERE id = :mail", mail=mail)
    assert broken() == [("assignment without its mail", f"application {number}")]


def test_it_finds_an_application_that_nobody_was_told_of(any_app: Flask) -> None:
    key = apply(posting().id)
    number = number_of(key)
    db.session.execute(text("DELETE FROM assignment"))
    db.session.commit()
    assert broken() == [("application that nobody was told of", f"application {number}")]


def test_it_finds_a_wish_that_nobody_was_told_of(any_app: Flask) -> None:
    apply(posting().id, accommodation="A room without stairs")
    db.session.execute(text("UPDATE accommodation_request SET email_id = NULL"))
    db.session.commit()
    assert [kind for kind, _what in broken()] == ["wish or question that nobody was told of"]


def test_it_finds_an_answer_whose_mail_is_gone(app: Flask) -> None:
    _, declined = journey()
    number = number_of(declined)
    mail = db.session.scalars(
        select(StageChange.email_id).where(StageChange.email_id.is_not(None))
    ).one()
    without_guard("DELETE FROM outgoing_email WHERE id = :mail", mail=mail)
    assert broken() == [("answer without its mail", f"application {number}")]


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("interview_invitation", "interview without an invitation"),
        ("panel_invitation", "panelist without an invitation"),
    ],
)
def test_it_finds_an_invitation_that_is_gone(any_app: Flask, message: str, kind: str) -> None:
    journey()
    interview = db.session.scalars(select(Interview.id)).one()
    mail = db.session.scalars(select(OutgoingEmail).where(OutgoingEmail.message == message)).one()
    db.session.delete(mail)
    db.session.commit()
    assert broken() == [(kind, f"interview {interview}")]


def test_a_panelist_with_a_new_address_is_still_invited(any_app: Flask) -> None:
    journey()
    db.session.execute(text("UPDATE person SET email = 'ida.new@example.org'"))
    db.session.commit()
    assert broken() == []


def test_it_finds_a_stage_that_no_move_explains(any_app: Flask) -> None:
    key = apply(posting().id)
    number = number_of(key)
    db.session.execute(text("UPDATE application SET stage = 'offer'"))
    db.session.commit()
    assert broken() == [
        ("application that stands elsewhere than its history", f"application {number}")
    ]


def test_it_finds_a_row_whose_other_half_is_gone(app: Flask) -> None:
    apply(posting().id)
    without_guard("DELETE FROM document_text")
    without_guard("DELETE FROM document")
    found = {each.kind for each in verify().broken}
    assert found == {"row without its other half"}


@pytest.fixture
def migrated(settings: dict[str, object], tmp_path: Path) -> Flask:
    """An application whose database the migrations have made."""
    app = create_app(settings | {"DATABASE_URL": f"sqlite:///{tmp_path / 'migrated.db'}"})
    result = app.test_cli_runner().invoke(args=["db", "upgrade"])
    assert result.exit_code == 0, result.output
    return app


def test_the_command_prints_one_json_document(migrated: Flask) -> None:
    with migrated.app_context():
        apply(posting().id)
    result = migrated.test_cli_runner().invoke(args=["verify", "--json"])
    assert (result.exit_code, json.loads(result.stdout)) == (
        0,
        {
            "ok": True,
            "checked": {
                "files": 2,
                "applications": 1,
                "mails": 2,
                "interviews": 0,
                "subscriptions": 0,
                "incoming mails": 0,
                "documents of drafts": 0,
            },
            "broken": [],
            "notes": [],
        },
    )


def test_the_command_lists_what_is_broken_and_exits_with_one(migrated: Flask) -> None:
    with migrated.app_context():
        apply(posting().id)
        document = db.session.scalars(select(Document).where(Document.kind == "pdf")).one()
        key, number = document.file_key, document.id
        files().delete(key)
        db.session.remove()
    result = migrated.test_cli_runner().invoke(args=["verify"])
    assert result.exit_code == 1
    assert result.stdout.splitlines()[0] == (
        f"broken: document {number} (resume.pdf): file {key} is not there."
    )


def test_the_command_says_in_one_line_that_the_database_is_not_ready(
    settings: dict[str, object], tmp_path: Path
) -> None:
    app = create_app(settings | {"DATABASE_URL": f"sqlite:///{tmp_path / 'empty.db'}"})
    result = app.test_cli_runner().invoke(args=["verify"])
    assert (result.exit_code, result.stderr) == (
        1,
        "Error: The database is not up to date. Run: flask db upgrade\n",
    )
