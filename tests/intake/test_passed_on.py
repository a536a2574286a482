"""A candidate's later paper that a colleague forwards goes to the application that they have."""

from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from tests.applications import desk
from tests.intake.letters import stands
from tests.intake.mails import LETTER, MAILBOX, bookkeeper, mail, one, resume, rows, sent_to
from tests.intake.test_further import ALONE, NOTE, SENDER, applied, certificate, contact_of
from tests.plugins.pages import Page
from tests.plugins.snapshots import MailSnapshot
from tests.postings import factories as postings
from tests.routing.factories import path_in
from tracker.applications.models import Application
from tracker.core.db import db
from tracker.intake.models import Reply
from tracker.intake.rules import Writer

pytestmark = pytest.mark.settings(INTAKE_ADDRESS=MAILBOX)
RUTH = "ruth.okafor@example.org"
PASSED_ON = "Ruth Okafor passed it on."
CAUTION = "known by the addresses in it alone"
BETWEEN_US = "Between us: I know her from school."


def attached(
    *files: tuple[bytes, str], sender: str = f"Ruth <{RUTH}>", **values: Any
) -> EmailMessage:
    """A mail that a colleague forwards as an attachment."""
    given = {"text": NOTE, "message_id": "<inner@example.net>", **values}
    outer = mail(
        sender=sender, subject="Fwd: Bookkeeper", text=BETWEEN_US, message_id="<outer@example.org>"
    )
    outer.add_attachment(mail(files=files, **given))
    return outer


def quoted(*files: tuple[bytes, str]) -> EmailMessage:
    """A mail that a colleague forwards in the text, its files beside it."""
    text = (
        f"{BETWEEN_US}\n\n-----Original Message-----\nFrom: {SENDER}\nSubject: Bookkeeper\n\n{NOTE}"
    )
    return mail(sender=RUTH, text=text, files=files, message_id="<outer@example.org>")


def library() -> None:
    postings.person(RUTH, name="Ruth Okafor")
    bookkeeper()


@pytest.mark.both_databases
@pytest.mark.parametrize("forward", [attached, quoted])
def test_a_certificate_that_a_colleague_forwards_goes_to_the_application(
    any_app: Flask, tmp_path: Path, forward: Any
) -> None:
    library()
    application = applied(any_app, tmp_path)
    before, number, contact = stands(application), application.number, contact_of(application)
    to_candidate = len(sent_to(SENDER))
    said = one(any_app, tmp_path / "1", forward(certificate()))
    assert (said["verdict"], said["application"], said["posting"]) == ("reply", number, None)
    assert said["why"] == (
        "A colleague passed it on; it comes from an address that has applied for this posting,"
        f" and brings no resume: it goes to application {number}."
    )
    application = db.session.query(Application).one()
    assert stands(application) == before
    reply = db.session.query(Reply).one()
    assert (reply.application, reply.writer, reply.held) == (application, Writer.CANDIDATE, "")
    assert "here is the certificate" in reply.text
    told = sent_to(contact)[-1]
    assert told.message == "candidate_replied"
    for words in (told.text, " ".join(told.html.replace("&#39;", "'").split())):
        assert (PASSED_ON in words, CAUTION in words, ALONE in words) == (True, True, False)
    assert "- certificate.pdf" in told.text
    assert (len(sent_to(SENDER)), sent_to(RUTH)) == (to_candidate, [])


def test_the_pages_say_who_passed_it_on_and_the_files_are_added(
    app: Flask, tmp_path: Path, mail_snapshot: MailSnapshot
) -> None:
    library()
    application = applied(app, tmp_path)
    key, contact = application.id, contact_of(application)
    one(app, tmp_path / "1", attached(certificate()))
    client, url = desk.coordinator(app), f"/staff/applications/{key}"
    page = client.page(url)
    assert (PASSED_ON in page.text, CAUTION in page.text, ALONE in page.text) == (True, True, False)
    assert "Ruth Okafor passed on what the candidate wrote: Bookkeeper" in page.text
    assert client.submit(url, form="/take").status_code == 303
    last = db.session.get_one(Application, key).documents[-1]
    assert (last.title, last.document.sha256) == (
        "certificate.pdf",
        rows()[-1].attachments[-1].sha256,
    )
    mail_snapshot(sent_to(contact)[-1], "certificate_passed_on")
    behind_link = app.test_client().get(path_in(sent_to(contact)[-1])).text
    assert PASSED_ON in behind_link


def test_the_candidate_sees_nothing_of_what_a_colleague_mailed(app: Flask, tmp_path: Path) -> None:
    library()
    applied(app, tmp_path)
    one(app, tmp_path / "1", quoted(certificate(), (b"x", "our notes.txt")))
    (receipt,) = (each for each in sent_to(SENDER) if "/my/" in each.text)
    token = receipt.text.split("/my/")[1].split()[0]
    shown = app.test_client().get(f"/my/{token}").text
    for words in ("Ruth", "Between us", "our notes", "here is the certificate"):
        assert words not in shown


def test_a_resume_that_is_missing_goes_to_it_and_one_anew_does_not(
    app: Flask, tmp_path: Path
) -> None:
    library()
    applied(app, tmp_path, files=[])
    said = one(app, tmp_path / "1", attached((resume(), "CV.pdf")))
    assert said["verdict"] == "reply"
    assert "brings the resume that was still to come" in said["why"]


def test_a_resume_anew_is_an_application(app: Flask, tmp_path: Path) -> None:
    library()
    applied(app, tmp_path)
    said = one(app, tmp_path / "1", attached((resume("Version 2"), "CV.pdf")))
    assert said["verdict"] == "application"
    assert [each.message for each in sent_to(SENDER)].count("applied_again") == 1


def test_of_two_open_ones_none_is_guessed(app: Flask, tmp_path: Path) -> None:
    library()
    applied(app, tmp_path)
    anew = mail(files=[(resume("Version 2"), "CV.pdf")], message_id="<anew@example.net>")
    assert one(app, tmp_path / "1", anew)["verdict"] == "application"
    assert one(app, tmp_path / "2", attached(certificate()))["verdict"] == "application"
    assert db.session.query(Reply).count() == 0


@pytest.mark.parametrize("sender", ["Eve <eve@example.net>", RUTH])
def test_a_stranger_and_who_has_left_put_nothing_into_an_application(
    app: Flask, tmp_path: Path, sender: str
) -> None:
    """What they send is their own: known by the address that it comes from, not by one inside."""
    library()
    application = applied(app, tmp_path)
    key, before = application.id, stands(application)
    postings.person(RUTH, disabled_at=application.submitted_at)
    one(app, tmp_path / "1", attached(certificate(), sender=sender, text=LETTER))
    (row,) = (each for each in rows() if each.message_id == "<outer@example.org>")
    assert (row.application_id != key, row.forwarded_by) == (True, None)
    assert db.session.query(Reply).count() == 0
    assert stands(db.session.get_one(Application, key)) == before


@pytest.mark.settings(INTAKE_ADDRESS=MAILBOX, INTAKE_AUTHORITY="mx.example.org")
def test_a_colleague_who_may_be_forged_puts_nothing_into_an_application(
    app: Flask, tmp_path: Path
) -> None:
    library()
    applied(app, tmp_path)
    forged = attached(certificate())
    forged["Authentication-Results"] = "mx.example.org; dmarc=fail header.from=example.org"
    said = one(app, tmp_path / "1", forged)
    assert (said["verdict"], said["application"]) == ("unsorted", None)
    assert "the sender may be forged" in said["why"]


def test_an_answer_to_the_candidate_is_in_no_thread_of_the_colleagues(
    app: Flask, tmp_path: Path
) -> None:
    library()
    key = applied(app, tmp_path).id
    one(app, tmp_path / "1", attached(certificate()))
    client, url = desk.coordinator(app), f"/staff/applications/{key}/write"
    page = client.page(url)
    for button in ("preview", "send"):
        answer = client.fill(page, {"text": "Thank you."}, form="write", button=button)
        page = Page(answer.text, answer.request.url)
    (letter,) = (each for each in sent_to(SENDER) if each.message == "answer_to_candidate")
    assert "<outer@example.org>" not in " ".join(letter.headers.values())
    assert letter.headers["In-Reply-To"] in {each.message_id for each in sent_to(SENDER)}
