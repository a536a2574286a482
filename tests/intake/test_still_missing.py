"""Whoever gets an application by mail is told what it lacks, and that the candidate was asked."""

import datetime as dt
from pathlib import Path

import pytest
import time_machine
from flask import Flask

from tests.intake.mails import MAILBOX, bookkeeper, mail, one, resume, sent_to
from tests.postings import factories as postings
from tests.routing.factories import path_in
from tests.routing.following import IDA, follow_up
from tests.routing.test_digest import choose
from tracker.accounts.models import Person
from tracker.applications import operations as applications
from tracker.applications.models import Application, Completion
from tracker.core.db import db, now, writing
from tracker.postings.models import Question
from tracker.postings.rules import QuestionKind

pytestmark = pytest.mark.settings(INTAKE_ADDRESS=MAILBOX)
SAID = "Still missing, and asked of the candidate: "
ON_PAGE = "Asked of the candidate, and not here yet: "
ANSWERS = "the answers to the posting’s questions"


def question() -> Question:
    return Question(rank=1, text="Can you work on Saturdays?", kind=QuestionKind.YES_NO, choices=[])


def test_a_mail_without_a_resume_says_so_to_the_contact(any_app: Flask, tmp_path: Path) -> None:
    bookkeeper(questions=[question()])
    one(any_app, tmp_path / "in", mail())
    (told,) = sent_to(IDA)
    assert f"{SAID}Resume, {ANSWERS}." in told.text
    assert told.html.count(SAID) == 1
    page = path_in(told)
    client = any_app.test_client()
    assert f"{ON_PAGE}Resume, {ANSWERS}." in client.get(page).text
    # What comes, or is no longer wanted, or belongs to what has ended, is not missing.
    with writing():
        db.session.query(Completion).one().answered_at = now()
        db.session.commit()
    assert f"{ON_PAGE}Resume." in client.get(page).text
    with writing():
        applications.withdraw(db.session.query(Application).one(), "")
        db.session.commit()
    assert ON_PAGE not in client.get(page).text


def test_what_brought_everything_lacks_nothing(app: Flask, tmp_path: Path) -> None:
    bookkeeper()
    one(app, tmp_path / "in", mail(files=[(resume(), "CV.pdf")]))
    (told,) = sent_to(IDA)
    assert SAID not in told.text + told.html
    assert ON_PAGE not in app.test_client().get(path_in(told)).text


def test_a_digest_says_it_too(app: Flask, tmp_path: Path, clock: time_machine.Traveller) -> None:
    bookkeeper()
    choose(16)
    one(app, tmp_path / "in", mail())
    clock.shift(dt.timedelta(hours=6))
    follow_up()
    (told,) = sent_to(IDA)
    assert "(still missing: Resume)" in told.text


def test_a_document_that_staff_asked_for_stands_on_the_contacts_page(
    app: Flask, tmp_path: Path
) -> None:
    bookkeeper()
    one(app, tmp_path / "in", mail(files=[(resume(), "CV.pdf")]))
    (told,) = sent_to(IDA)
    by_id = postings.coordinator().id
    with writing():
        row = db.session.query(Application).one()
        applications.ask_document(row, title="Degree", by=db.session.get_one(Person, by_id))
        db.session.commit()
    assert f"{ON_PAGE}Degree." in app.test_client().get(path_in(told)).text
