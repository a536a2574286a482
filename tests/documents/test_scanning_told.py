"""A virus that was found is told to whom it concerns, once."""

import io
from typing import Any

import click
import pytest
from flask import Flask
from sqlalchemy import select

from tests.applications import desk
from tests.documents import samples
from tests.documents.scanned import CLEAN_TEXT, INFECTED_TEXT, LIMIT, set_scanner, state
from tests.plugins.scanners import VIRUS, Clamd
from tests.postings import factories as postings
from tracker.app import create_app
from tracker.applications import operations as applications
from tracker.applications.models import Application, DocumentRequest
from tracker.applications.rules import Outcome
from tracker.core.db import db, lock, now, writing
from tracker.core.jobs import run_now
from tracker.core.tokens import new_token
from tracker.documents import operations
from tracker.notifications.models import OutgoingEmail
from tracker.routing import operations as routing


def mails(message: str) -> list[OutgoingEmail]:
    db.session.rollback()
    statement = select(OutgoingEmail).where(OutgoingEmail.message == message)
    return list(db.session.scalars(statement.order_by(OutgoingEmail.id)))


@pytest.fixture
def scanned(any_app: Flask, scanner: Clamd) -> Flask:
    """An application with a scanner set, on either database."""
    set_scanner(any_app, scanner.url)
    return any_app


def arrived_with(text: str) -> Application:
    """An application whose resume says this."""
    posting = postings.open_posting()
    wanted = [each.id for each in posting.documents]
    letters = [operations.receive_text(each, "a.txt") for each in (CLEAN_TEXT, text)]
    posting_id = posting.id
    with writing():
        draft = applications.start(posting_id, browser_hash="b", token=new_token())
        applications.save(draft, {"name": "Jo Fenwick", "email": "jo@example.org"})
        for requested_id, letter in zip(wanted, letters, strict=True):
            applications.attach(draft, requested_id, operations.record(letter))
        application = routing.receive(draft, at=now()).application
        db.session.commit()
    return application


def test_a_find_is_told_to_the_candidate_and_to_the_contact_once(scanned: Flask) -> None:
    application = arrived_with(INFECTED_TEXT)
    for _again in range(2):
        run_now("scan")
    asked, told = mails("clean_copy_needed"), mails("virus_found")
    assert [each.recipient_address for each in asked] == ["jo@example.org"]
    assert "Resume" in asked[0].subject
    assert "/my/" in asked[0].text
    assert [each.recipient_address for each in told] == ["ida.moreno@example.org"]
    requests = db.session.scalars(select(DocumentRequest)).all()
    assert [(each.title, each.application_id, each.asked_by) for each in requests] == [
        ("Resume", application.id, None)
    ]


def test_a_clean_application_is_told_to_nobody(scanned: Flask) -> None:
    arrived_with(CLEAN_TEXT)
    run_now("scan")
    assert mails("clean_copy_needed") + mails("virus_found") == []


def test_an_ended_application_is_asked_for_nothing(app: Flask, scanner: Clamd) -> None:
    set_scanner(app, scanner.url)
    application = arrived_with(INFECTED_TEXT)
    with writing():
        applications.withdraw(lock(Application, application.id))
        db.session.commit()
    assert fresh_outcome(application.id) is Outcome.WITHDRAWN
    run_now("scan")
    assert mails("clean_copy_needed") == []
    assert "was not asked for a clean copy" in mails("virus_found")[0].text


def fresh_outcome(application_id: int) -> Outcome | None:
    db.session.rollback()
    return db.session.get_one(Application, application_id).outcome


def test_a_find_before_the_form_is_sent_is_told_when_it_is(app: Flask, scanner: Clamd) -> None:
    set_scanner(app, scanner.url)
    posting = postings.open_posting()
    posting_id, requested_id = posting.id, posting.documents[1].id
    received = operations.receive_text(INFECTED_TEXT, "a.txt")
    with writing():
        draft = applications.start(posting_id, browser_hash="b", token=new_token())
        applications.save(draft, {"name": "Jo Fenwick", "email": "jo@example.org"})
        applications.attach(draft, requested_id, operations.record(received))
        db.session.commit()
    run_now("scan")
    assert mails("virus_found") == []
    with writing():
        routing.receive(lock(type(draft), draft.id), at=now())
        db.session.commit()
    assert len(mails("virus_found")) == len(mails("clean_copy_needed")) == 1


def test_the_contact_is_told_of_an_application_whose_files_are_being_checked(
    app: Flask, own_scanner: Clamd
) -> None:
    set_scanner(app, own_scanner.url)
    desk.arrived()
    assert "The files are being checked for viruses" in mails("application_arrived")[0].text
    set_scanner(app, "")
    desk.arrived(postings.open_posting(title="Another"))
    assert "being checked" not in mails("application_arrived")[-1].text


def test_a_real_pdf_is_clean_and_one_that_carries_a_virus_is_not(
    app: Flask, scanner: Clamd
) -> None:
    set_scanner(app, scanner.url)
    ids = []
    for content in (samples.pdf(pages=2), samples.pdf() + b"\n%" + VIRUS + b"\n"):
        received = operations.receive(io.BytesIO(content), "resume.pdf", limit=LIMIT)
        with writing():
            ids.append(operations.record(received).id)
            db.session.commit()
    run_now("scan")
    assert [state(each) for each in ids] == ["clean", "infected"]


def test_a_scanner_s_address_is_checked_at_the_start(settings: dict[str, Any]) -> None:
    with pytest.raises(
        click.ClickException, match="CLAMD_URL='clamd:3310' must look like unix:///run"
    ):
        create_app({**settings, "CLAMD_URL": "clamd:3310"})
