"""What answers our mail is known for what it is, and a forged sender is believed nothing."""

import datetime as dt
from email.message import EmailMessage
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask

from tests.applications import desk
from tests.intake.mails import (
    MAILBOX,
    bookkeeper,
    gone,
    mail,
    one,
    put,
    resume,
    rows,
    sent_to,
    take_in,
)
from tests.interviews import factories as interviews
from tests.postings import factories as postings
from tests.postings import subscribers
from tests.routing.factories import arrived
from tracker.applications.models import Application
from tracker.core.access import Role
from tracker.core.db import db, now, writing
from tracker.intake.models import CalendarAnswer
from tracker.notifications import operations, queries
from tracker.notifications.models import OutgoingEmail
from tracker.notifications.rules import ChangeKind, MailState
from tracker.postings.models import Posting

pytestmark = pytest.mark.settings(
    INTAKE_ADDRESS=MAILBOX, INTAKE_AUTHORITY="mail.fernhollow.example.org"
)


def first_sent() -> tuple[int, str]:
    """The id and the Message-ID of the first mail that went to the candidate."""
    sent = gone(sent_to("sam@example.org")[0])
    return sent.id, sent.message_id


# Whose word is believed


def test_a_forged_sender_is_not_answered(app: Flask, tmp_path: Path) -> None:
    bookkeeper()
    results = "mail.fernhollow.example.org; spf=fail; dkim=none; dmarc=fail header.from=example.net"
    forged = mail(files=[(resume(), "cv.pdf")], Authentication_Results=results)
    said = one(app, tmp_path / "in", forged)
    assert said["verdict"] == "unsorted"
    assert "the sender may be forged" in said["why"]
    assert sent_to("marisol@example.net") == []


def test_nobody_elses_word_on_a_sender_counts(app: Flask, tmp_path: Path) -> None:
    bookkeeper()
    message = mail(files=[(resume(), "cv.pdf")], Authentication_Results="evil.example; dmarc=fail")
    assert one(app, tmp_path / "in", message)["verdict"] == "application"


def test_two_senders_wait_in_the_tray(app: Flask, tmp_path: Path) -> None:
    bookkeeper()
    said = one(app, tmp_path / "in", mail(sender="a@example.net, b@example.net"))
    assert (said["verdict"], said["application"]) == ("unsorted", None)
    assert "more than one sender (a@example.net, b@example.net)" in said["why"]
    assert db.session.query(OutgoingEmail).count() == 0


# Replies, bounces, calendars


def test_a_bounce_lands_on_the_mail_it_is_about(any_app: Flask, tmp_path: Path) -> None:
    arrived(bookkeeper())
    sent_id, message_id = first_sent()
    report = EmailMessage()
    report["From"], report["To"] = "MAILER-DAEMON@example.org", MAILBOX
    report["Subject"], report["Return-Path"] = "Undelivered", "<>"
    report.set_content("Sorry.")
    text = report.as_bytes().replace(b"text/plain", b"text/plain").decode()
    head, _, body = text.partition("\n\n")
    kept = [line for line in head.split("\n") if not line.startswith(("Content-", "MIME"))]
    raw = "\n".join(
        [
            *kept,
            'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
            "",
            f"--b\nContent-Type: text/plain\n\n{body}",
            "--b\nContent-Type: message/delivery-status\n",
            "Reporting-MTA: dns; mx.example.org\n",
            "Final-Recipient: rfc822; sam@example.org\nAction: failed\nStatus: 5.1.1",
            "Diagnostic-Code: smtp; 550 5.1.1 No such person here\n",
            "--b\nContent-Type: text/rfc822-headers\n",
            f"Message-ID: {message_id}\nSubject: x\n",
            "--b--",
        ]
    )
    said = one(any_app, tmp_path / "in", raw.encode())
    assert said["verdict"] == "bounce", said
    assert "550 5.1.1 No such person here" in said["why"]
    (row,) = rows()
    assert row.outgoing_email_id == sent_id
    words = "sam@example.org 5.1.1 550 5.1.1 No such person here"
    email = db.session.get_one(OutgoingEmail, sent_id)
    assert (email.state, email.last_answer) == (MailState.BOUNCED, words)
    assert [(each.kind, each.words) for each in email.changes] == [(ChangeKind.BOUNCED, words)]


def test_a_delay_is_no_bounce(app: Flask, tmp_path: Path) -> None:
    arrived(bookkeeper())
    sent_id, message_id = first_sent()
    raw = (
        "From: postmaster@example.org\nReturn-Path: <>\nSubject: Delayed\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
        "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; a\n\n"
        "Final-Recipient: rfc822; sam@example.org\nAction: delayed\n\n"
        f"--b\nContent-Type: message/rfc822\n\nMessage-ID: {message_id}\n\nHello\n--b--\n"
    )
    said = one(app, tmp_path / "in", raw.encode())
    assert said["verdict"] == "auto_reply"
    assert rows()[0].outgoing_email_id == sent_id
    email = db.session.get_one(OutgoingEmail, sent_id)
    assert email.state is MailState.SENT
    assert [each.kind for each in email.changes] == [ChangeKind.DELAY_REPORTED]


def said_of(message_id: str, *actions: str, to: str = "sam@example.org") -> bytes:
    """A report without a failure (RFC 3464), a group for each action."""
    groups = "\n".join(f"Final-Recipient: rfc822; {to}\nAction: {each}\n" for each in actions)
    return (
        f"Message-ID: <{uuid4()}@example.org>\n"
        "From: postmaster@example.org\nReturn-Path: <>\nSubject: Report\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
        f"--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; a\n\n{groups}\n"
        f"--b\nContent-Type: message/rfc822\n\nMessage-ID: {message_id}\n\nHello\n--b--\n"
    ).encode()


def test_only_a_report_says_that_a_mail_was_delivered(any_app: Flask, tmp_path: Path) -> None:
    arrived(bookkeeper())
    sent_id, message_id = first_sent()
    staff = desk.signed_in(any_app, postings.person("ada@example.org", role=Role.ADMINISTRATOR))
    url = f"/staff/messages/{sent_id}"
    before = staff.page(url)
    assert "The mail server took it for example.org on" in before.text
    assert "Whether it was delivered is not known" in before.text
    own = "/my/" + sent_to("sam@example.org")[0].text.split("/my/")[1].split()[0]
    client = any_app.test_client()
    assert "Delivered to sam@example.org." not in client.get(own).text
    for number, actions in enumerate((("relayed",), ("expanded",), ("delivered", "delayed"))):
        one(any_app, tmp_path / str(number), said_of(message_id, *actions))
        assert delivered_at(sent_id) is None, actions
    told = []
    for number in (8, 9):  # told twice, it was delivered once
        said = one(any_app, tmp_path / str(number), said_of(message_id, "delivered"))
        assert said["verdict"] == "auto_reply"
        told.append(delivered_at(sent_id))
    assert told[0] == told[1] is not None
    email = db.session.get_one(OutgoingEmail, sent_id)
    assert email.state is MailState.SENT
    kinds = [each.kind for each in email.changes]
    assert kinds == [ChangeKind.DELAY_REPORTED, *[ChangeKind.DELIVERY_REPORTED] * 2]
    after = staff.page(url)
    assert "says that it was delivered" in after.text
    assert "is not known" not in after.text
    assert "Delivered" in after.texts("main//span")
    assert "Delivered" in staff.page("/staff/messages").texts("main//td/span")
    assert "Delivered to sam@example.org." in client.get(own).text


def delivered_at(email_id: int) -> dt.datetime | None:
    db.session.rollback()
    return db.session.get_one(OutgoingEmail, email_id, populate_existing=True).delivered_at


def test_what_was_delivered_and_comes_back_came_back(app: Flask, tmp_path: Path) -> None:
    arrived(bookkeeper())
    sent_id, message_id = first_sent()
    one(app, tmp_path / "in", said_of(message_id, "delivered"))
    assert delivered_at(sent_id) is not None
    with writing():
        operations.bounce(queries.one_mail(sent_id, locked=True), words="550 No", at=now())
        db.session.commit()
    assert delivered_at(sent_id) is None
    assert db.session.get_one(OutgoingEmail, sent_id).state is MailState.BOUNCED
    one(app, tmp_path / "late", said_of(message_id, "delivered", to="SAM@example.org"))
    assert delivered_at(sent_id) is None


def test_an_answer_to_our_mail_goes_to_its_application(any_app: Flask, tmp_path: Path) -> None:
    application = arrived(bookkeeper())
    number, sent = application.number, sent_to("sam@example.org")[0]
    said = one(
        any_app,
        tmp_path / "in",
        mail(sender="sam@example.org", text="Thank you.", In_Reply_To=sent.message_id),
    )
    assert (said["verdict"], said["application"]) == ("reply", number)


def test_a_mail_of_ours_that_comes_back_is_a_loop(app: Flask, tmp_path: Path) -> None:
    arrived(bookkeeper())
    sent = sent_to("sam@example.org")[0]
    said = one(app, tmp_path / "in", mail(message_id=sent.message_id))
    assert said["verdict"] == "quarantined"
    assert "a loop" in said["why"]


def test_a_calendar_answer_is_kept_with_its_interview(app: Flask, tmp_path: Path) -> None:
    application = arrived(bookkeeper())
    number = application.number
    panelist = postings.person("pat.bell@example.org")
    interview = interviews.scheduled(application.id, [panelist])
    interview_id = interview.id
    raw = (
        "From: sam@example.org\nSubject: Accepted: Interview\nMessage-ID: <cal@example.org>\n"
        "Content-Type: text/calendar; method=REPLY; charset=utf-8\n\n"
        f"BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\nUID:{interview.uid[:30]}\r\n"
        f" {interview.uid[30:]}\r\nSEQUENCE:0\r\n"
        "ATTENDEE;CN=Sam;PARTSTAT=ACCEPTED:mailto:Sam@example.org\r\nEND:VEVENT\r\n"
        "END:VCALENDAR\r\n"
    )
    said = one(app, tmp_path / "in", raw.encode())
    assert (said["verdict"], said["application"]) == ("calendar", number)
    answer = db.session.query(CalendarAnswer).one()
    assert (answer.interview_id, answer.attendee, answer.answer) == (
        interview_id,
        "sam@example.org",
        "ACCEPTED",
    )


# The same mail


def test_the_same_mail_through_two_ways_is_one_application(app: Flask, tmp_path: Path) -> None:
    bookkeeper()
    message = mail(files=[(resume(), "cv.pdf")]).as_bytes()
    other = b"Received: from a by b; x\nX-Spam: no\nDelivered-To: jobs@example.org\n" + message
    other = other.replace(b"Subject: ", b"Subject: [EXTERNAL] ").replace(b"\n", b"\r\n")
    said = take_in(app, *put(tmp_path / "in", message, other))
    assert sorted(each["verdict"] for each in said) == ["application", "duplicate"]
    assert len(rows()) == 2
    assert db.session.query(Application).count() == 1


def test_a_message_id_used_again_is_another_mail(app: Flask, tmp_path: Path) -> None:
    bookkeeper()
    messages = [mail(files=[(resume(words), "cv.pdf")]) for words in ("One", "Two")]
    said = take_in(app, *put(tmp_path / "in", *messages))
    assert [each["verdict"] for each in said] == ["application", "application"]


def test_the_posting_is_not_loaded_as_a_draft(app: Flask, tmp_path: Path) -> None:
    bookkeeper()
    hidden = postings.draft_posting(title="Secret post")
    assert db.session.get(Posting, hidden.id) is not None
    said = one(
        app, tmp_path / "in", mail(subject="Secret post", text="Hi.", files=[(resume(), "a.pdf")])
    )
    assert said["verdict"] == "unsorted"
    assert rows()[0].suggestions == []


# Mail that ends mail


@pytest.mark.parametrize("known", [True, False], ids=["its secret", "another"])
def test_a_mail_with_a_subscribers_secret_ends_what_it_was_mailed_for(
    app: Flask, tmp_path: Path, known: bool
) -> None:
    """The mailto way of List-Unsubscribe (RFC 2369 §3.2); whoever it says that it is from."""
    token = subscribers.subscribe("rosa@example.org")
    secret = token if known else "A" * 32
    message = mail(sender="Somebody <else@example.net>", subject=f"Unsubscribe {secret}", text="")
    outcome = one(app, tmp_path, message)
    assert outcome["verdict"] == ("auto_reply" if known else "unsorted")
    assert len(subscribers.subscriptions()) == (0 if known else 1)
    assert sent_to("else@example.net") == []
