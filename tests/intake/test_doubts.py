"""What looks like one thing and may be another: old bounces, two senders, questions, crowds."""

import itertools
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage
from pathlib import Path

import pytest
from flask import Flask

from tests.intake.mails import MAILBOX, bookkeeper, gone, mail, one, put, resume, rows, sent_to
from tests.plugins.servers import ROOT, LiveServer
from tests.postings import factories as postings
from tests.routing.factories import arrived
from tracker.applications.models import Application
from tracker.core.db import db, writing
from tracker.intake.matching import subject_key
from tracker.intake.rules import APPLICATIONS_A_DAY
from tracker.notifications import operations as outbox
from tracker.notifications.models import OutgoingEmail
from tracker.notifications.rules import MailState

pytestmark = pytest.mark.settings(INTAKE_ADDRESS=MAILBOX)
_number = itertools.count(1)


def report(ours: OutgoingEmail, recipient: str) -> bytes:
    """A server's word that somebody was not reached."""
    lines = [
        "From: MAILER-DAEMON@mx.example.org", f"To: {MAILBOX}", "Subject: Undelivered",
        f"Message-ID: <{next(_number)}@mx.example.org>", "Return-Path: <>", "MIME-Version: 1.0",
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"', "",
        "--b", "Content-Type: message/delivery-status", "", "Reporting-MTA: dns; mx.example.org",
        "", f"Final-Recipient: rfc822; {recipient}", "Action: failed", "Status: 5.1.1",
        "Diagnostic-Code: smtp; 550 5.1.1 No such person", "", "--b",
        "Content-Type: text/rfc822-headers", "", f"Message-ID: {ours.message_id}", "--b--", "",
    ]  # fmt: skip
    return "\n".join(lines).encode()


def test_a_late_report_about_the_old_address_leaves_the_corrected_mail_sent(
    any_app: Flask, tmp_path: Path
) -> None:
    arrived(bookkeeper())
    ours = sent_to("sam@example.org")[0]
    key = ours.id
    gone(ours)
    assert one(any_app, tmp_path / "1", report(ours, "sam@example.org"))["verdict"] == "bounce"
    with writing():
        email = db.session.get_one(OutgoingEmail, key)
        assert email.state is MailState.BOUNCED
        outbox.correct_address(email, "sam.rivera@example.org", by=postings.coordinator())
        gone(email)
    again = report(db.session.get_one(OutgoingEmail, key), "sam@example.org").replace(
        b"No such person", b"Still no such person"
    )
    assert one(any_app, tmp_path / "2", again)["verdict"] == "bounce"
    db.session.rollback()
    assert db.session.get_one(OutgoingEmail, key).state is MailState.SENT
    new = report(db.session.get_one(OutgoingEmail, key), "sam.rivera@example.org")
    one(any_app, tmp_path / "3", new)
    db.session.rollback()
    assert db.session.get_one(OutgoingEmail, key).state is MailState.BOUNCED


def test_a_report_that_names_an_address_mail_was_passed_on_to_is_about_our_mail(
    app: Flask, tmp_path: Path
) -> None:
    arrived(bookkeeper())
    ours = sent_to("sam@example.org")[0]
    key = ours.id
    gone(ours)
    one(app, tmp_path / "1", report(ours, "sam.at.home@example.net"))
    db.session.rollback()
    assert db.session.get_one(OutgoingEmail, key).state is MailState.BOUNCED


@pytest.mark.parametrize("by_tag", [True, False])
def test_an_answer_with_two_senders_is_nobodys(app: Flask, tmp_path: Path, by_tag: bool) -> None:
    arrived(bookkeeper())
    ours = sent_to("sam@example.org")[0]
    sent, tag, message_id = ours.message_id, ours.reply_to_address, ours.message_id
    both = "sam@example.org, other@example.net"
    message = mail(sender=both, to=tag or "", text="Please withdraw me.")
    if not by_tag:
        message = mail(sender=both, text="Please withdraw me.", In_Reply_To=message_id)
    before = db.session.query(OutgoingEmail).count()
    said = one(app, tmp_path / "in", message)
    assert (said["verdict"], said["application"]) == ("unsorted", None)
    assert "more than one sender" in said["why"]
    assert db.session.query(OutgoingEmail).count() == before
    assert sent


@pytest.mark.parametrize(
    ("subject", "verdict"),
    [("Question about the Archive Assistant", "unsorted"), ("ARCHIVE-7", "application")],
)
def test_a_question_that_names_a_posting_waits_for_somebody_to_answer_it(
    app: Flask, tmp_path: Path, subject: str, verdict: str
) -> None:
    """Short words count as a letter only where the mail is addressed as the posting asks."""
    bookkeeper(title="Archive Assistant", subject_keyword="ARCHIVE-7")
    text = (
        "Hello,\n\nI read of the position and would like to know whether one needs a car for it."
        " I do not want to apply yet. Please write to me.\n\nKim\n"
    )
    said = one(app, tmp_path / "in", mail(subject=subject, text=text))
    assert said["verdict"] == verdict
    if verdict == "unsorted":
        assert "a question?" in said["why"]


def test_a_remembered_subject_is_that_subject_and_no_other() -> None:
    assert subject_key("Re: Job at the library!") == subject_key("Job at the library")
    assert subject_key("Job at the library") != subject_key("Job: Library")
    assert subject_key("Job at the library") != subject_key("Library")
    assert subject_key("Application: Bookkeeper") != ""
    assert subject_key("My resume") == ""


@pytest.mark.both_databases
def test_one_sender_makes_no_more_applications_a_day_however_many_processes_read(
    database: str, tmp_path: Path
) -> None:
    server = LiveServer(
        tmp_path, TMPDIR=str(tmp_path), DATABASE_URL=database, INTAKE_ADDRESS=MAILBOX
    )
    app = server.app()
    with app.app_context():
        bookkeeper()
        mails: list[EmailMessage] = [
            mail(message_id=f"<{number}@example.net>", text=f"I apply, {number} times. " * 20,
                 files=[(resume(), "cv.pdf")])
            for number in range(12)
        ]  # fmt: skip
        put(tmp_path / "in", *mails)

    def read(_: int) -> int:
        return subprocess.run(
            [sys.executable, "-m", "flask", "mail", "intake", str(tmp_path / "in")],
            cwd=ROOT, env=server.environment, capture_output=True,
        ).returncode  # fmt: skip

    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(read, range(3))) == [0, 0, 0]
    with app.app_context():
        assert db.session.query(Application).count() == APPLICATIONS_A_DAY
        waiting = [each.why for each in rows() if each.application_id is None]
        assert len(waiting) == 12 - APPLICATIONS_A_DAY
        assert all("several applications today" in why for why in waiting)
        db.session.remove()
        db.engine.dispose()
        app.extensions["huey"].storage.close()
