"""Two mails of one candidate, or a mail and the form, in the very same moment: one application."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, event

from tests.documents import samples
from tests.intake.mails import LETTER, MAILBOX, bookkeeper, mail, put, resume, rows, sent_to
from tests.routing.factories import arrived
from tracker.applications.models import Application
from tracker.core.db import db
from tracker.core.files import files
from tracker.documents.models import Document, PageImage
from tracker.intake import boxes
from tracker.intake.arrival import Arrival
from tracker.intake.models import Reply
from tracker.intake.rules import Verdict
from tracker.postings.models import Posting
from tracker.upkeep import verification

pytestmark = [pytest.mark.settings(INTAKE_ADDRESS=MAILBOX), pytest.mark.both_databases]
SENDER = "marisol@example.net"
FIRST = mail(text=LETTER, files=[(resume(), "CV.pdf")])
LATER = mail(
    text="Here is the certificate that I wrote of.\n\nMarisol Quennell\n",
    files=[(samples.pdf("This certifies that she keeps books."), "certificate.pdf")],
    message_id="<two@example.net>",
)


BETWEEN = "between"


@contextmanager
def when_looked_for_applications(then: Callable[[], object]) -> Iterator[None]:
    """Do something as soon as a thread has read which applications a sender has open.

    For each thread once: by what it has read then, it decides. What is done in between is not
    held up itself.
    """
    held_up: set[int] = set()

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        thread = threading.current_thread()
        is_asked = "FROM application" in statement and "application.email_key =" in statement
        if is_asked and thread.name != BETWEEN and thread.ident not in held_up:
            held_up.add(thread.ident or 0)
            then()

    event.listen(Engine, "after_cursor_execute", note)
    try:
        yield
    finally:
        event.remove(Engine, "after_cursor_execute", note)


def begun(app: Flask, work: Callable[[], object], name: str = "") -> threading.Thread:
    """Work beside this, as far as the database can tell in a process of its own."""

    def inside() -> None:
        with app.app_context():
            work()

    thread = threading.Thread(target=inside, name=name)
    thread.start()
    return thread


def take_in(path: Path) -> None:
    (found,) = boxes.walk(path, skipped=[])
    Arrival().take_in(found)


def in_between(app: Flask, path: Path, work: Callable[[], object]) -> None:
    """Take a mail in, and have something happen after it was decided on, before it is filed."""

    def then() -> None:
        begun(app, work, BETWEEN).join()

    with when_looked_for_applications(then):
        begun(app, lambda: take_in(path)).join()


def only_application() -> Application:
    """The one application, to which every mail belongs; no file lies about."""
    db.session.rollback()
    (application,) = db.session.query(Application)
    assert {each.application_id for each in rows()} == {application.id}
    assert verification.verify().broken == []
    known = [*rows(), *db.session.query(Document), *db.session.query(PageImage)]
    assert {each.key for each in files().list()} == {each.file_key for each in known}
    return application


def test_two_papers_that_meet_are_one_application(any_app: Flask, tmp_path: Path) -> None:
    """Whichever is written down first: neither brings a resume."""
    bookkeeper()
    diploma = (samples.pdf("This diploma says that she keeps books."), "diploma.pdf")
    other = mail(text="And this.", files=[diploma], message_id="<three@example.net>")
    both = threading.Barrier(2, timeout=60)
    with when_looked_for_applications(both.wait):
        paths = put(tmp_path / "in", LATER, other)
        for each in [begun(any_app, partial(take_in, path)) for path in paths]:
            each.join()
    assert sorted(str(each.verdict) for each in rows()) == ["application", "reply"]
    assert only_application().email == SENDER
    assert [each.message for each in sent_to(SENDER)] == ["application_by_mail"]


def test_a_mail_taken_in_in_between_makes_the_application(any_app: Flask, tmp_path: Path) -> None:
    bookkeeper()
    first, later = put(tmp_path / "in", FIRST, LATER)
    in_between(any_app, later, partial(take_in, first))
    verdicts = {each.message_id: each.verdict for each in rows()}
    assert verdicts == {
        "<one@example.net>": Verdict.APPLICATION,
        "<two@example.net>": Verdict.REPLY,
    }
    application = only_application()
    assert "CV.pdf" in {each.document.file_name for each in application.documents}
    assert db.session.query(Reply).one().application == application


def test_a_form_sent_in_between_has_the_certificate(any_app: Flask, tmp_path: Path) -> None:
    key = bookkeeper().id
    (later,) = put(tmp_path / "in", LATER)
    in_between(
        any_app,
        later,
        lambda: arrived(db.session.get(Posting, key), email=SENDER, name="Marisol Quennell"),
    )
    assert [each.verdict for each in rows()] == [Verdict.REPLY]
    assert db.session.query(Reply).one().application == only_application()


def test_two_resumes_that_meet_are_two_and_their_sender_is_asked(
    any_app: Flask, tmp_path: Path
) -> None:
    bookkeeper()
    anew = mail(files=[(resume("Version 2. Education."), "CV.pdf")], message_id="<3@example.net>")
    first, later = put(tmp_path / "in", FIRST, anew)
    in_between(any_app, later, partial(take_in, first))
    assert [each.verdict for each in rows()] == [Verdict.APPLICATION] * 2
    assert [each.message for each in sent_to(SENDER)].count("applied_again") == 1
