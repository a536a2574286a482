"""What each kind of mail becomes: forwarded, bounced, automatic, sealed, too large, forged."""

import datetime as dt
import hashlib
from email.message import EmailMessage
from pathlib import Path

import pytest
from flask import Flask

from tests.documents import samples
from tests.intake.mails import (
    LETTER,
    MAILBOX,
    bookkeeper,
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
from tracker.core.db import db, now
from tracker.intake.models import CalendarAnswer
from tracker.notifications.models import OutgoingEmail
from tracker.notifications.rules import ChangeKind, MailState
from tracker.postings import operations as publishing
from tracker.postings.models import Posting

pytestmark = pytest.mark.settings(
    INTAKE_ADDRESS=MAILBOX, INTAKE_AUTHORITY="mail.fernhollow.example.org"
)


def first_sent() -> tuple[int, str]:
    """The id and the Message-ID of the first mail that went to the candidate."""
    sent = sent_to("sam@example.org")[0]
    sent.state, sent.sent_at, sent.next_attempt_at = MailState.SENT, now(), None
    db.session.commit()
    return sent.id, sent.message_id


# From which mail somebody applies


def test_a_colleague_forwards_as_an_attachment(app: Flask, tmp_path: Path) -> None:
    postings.person("ida.moreno@example.org", title="Head of Finance")
    bookkeeper()
    outer = mail(
        sender="Ida Moreno <ida.moreno@example.org>",
        subject="Fwd: Bookkeeper",
        text="Another one.",
        message_id="<outer@example.org>",
    )
    outer.add_attachment(mail(files=[(resume(), "CV.pdf")], message_id="<inner@example.net>"))
    said = one(app, tmp_path / "in", outer)
    assert said["verdict"] == "application"
    application = db.session.query(Application).one()
    assert (application.name, application.email) == ("Marisol Quennell", "marisol@example.net")
    (row,) = rows()
    assert row.forwarded_by is not None
    assert row.forwarded_by.email == "ida.moreno@example.org"
    assert sent_to("marisol@example.net")[0].message == "application_by_mail"


@pytest.mark.parametrize(
    "mark",
    [
        "---------- Forwarded message ---------\nFrom: Marisol Quennell <marisol@example.net>\n"
        "Date: Fri, Nov 27, 2026 at 10:00 AM\nSubject: Bookkeeper\nTo: <ida.moreno@example.org>\n",
        "Begin forwarded message:\n\n> From: Marisol Quennell <marisol@example.net>\n"
        "> Subject: Bookkeeper\n> Date: November 27, 2026\n>\n",
        "-----Original Message-----\nFrom: Marisol Quennell [mailto:marisol@example.net]\n"
        "Sent: Friday, November 27, 2026 10:00 AM\nTo: Ida Moreno\nSubject: Bookkeeper\n",
    ],
)
def test_a_colleague_forwards_in_the_text(app: Flask, tmp_path: Path, mark: str) -> None:
    postings.person("ida.moreno@example.org", title="Head of Finance")
    bookkeeper()
    outer = mail(
        sender="ida.moreno@example.org",
        subject="FW: Bookkeeper",
        text=f"See below.\n\n{mark}\n{LETTER}",
        files=[(resume(), "CV.pdf")],
    )
    assert one(app, tmp_path / "in", outer)["verdict"] == "application"
    application = db.session.query(Application).one()
    assert (application.name, application.email) == ("Marisol Quennell", "marisol@example.net")


def test_a_colleague_who_passes_nothing_on_waits_in_the_tray(app: Flask, tmp_path: Path) -> None:
    postings.person("ida.moreno@example.org")
    bookkeeper()
    said = one(
        app, tmp_path / "in", mail(sender="ida.moreno@example.org", files=[(resume(), "cv.pdf")])
    )
    assert (said["verdict"], said["posting"]) == ("unsorted", None)
    assert said["why"] == "It comes from a colleague and passes no mail on."


def test_a_quoted_mail_of_a_stranger_is_no_forward(app: Flask, tmp_path: Path) -> None:
    bookkeeper()
    quoted = f"{LETTER}\n-----Original Message-----\nFrom: boss@example.com\nSubject: Jobs\n\nHi"
    one(app, tmp_path / "in", mail(text=quoted, files=[(resume(), "CV.pdf")]))
    assert db.session.query(Application).one().email == "marisol@example.net"


# Which posting


@pytest.mark.parametrize(
    ("to", "subject", "verdict"),
    [
        ("jobs+archivist@fernhollow.example.org", "Hello", "application"),
        (MAILBOX, "Application: Archivist", "application"),
        (MAILBOX, "Re: [EXTERNAL] Fwd: Bookkeeper", "application"),
        ("someone@example.org, Contact.A@example.org", "Hello", "application"),
        (MAILBOX, "Bookkeeper or Archivist", "unsorted"),
        (MAILBOX, "Hello", "unsorted"),
    ],
)
def test_a_posting_is_found_or_left_to_staff(
    app: Flask, tmp_path: Path, to: str, subject: str, verdict: str
) -> None:
    bookkeeper(contact=postings.person("contact.b@example.org"))
    bookkeeper(
        title="Archivist", subject_keyword="", contact=postings.person("contact.a@example.org")
    )
    said = one(
        app, tmp_path / "in", mail(to=to, subject=subject, text="Hi.", files=[(resume(), "a.pdf")])
    )
    assert said["verdict"] == verdict, said
    if verdict == "application":
        assert said["posting"] == ("bookkeeper" if "Bookkeeper" in subject else "archivist")


def test_a_question_is_no_application(app: Flask, tmp_path: Path) -> None:
    bookkeeper()
    said = one(app, tmp_path / "in", mail(text="Is this position still open? Is it part-time?"))
    assert said["verdict"] == "unsorted"
    assert sent_to("marisol@example.net") == []


def test_a_body_alone_is_the_letter(app: Flask, tmp_path: Path) -> None:
    bookkeeper()
    assert one(app, tmp_path / "in", mail())["verdict"] == "application"
    application = db.session.query(Application).one()
    assert [each.title for each in application.documents] == ["Cover letter"]
    assert application.documents[0].typed
    assert [each.title for each in application.requests] == ["Resume"]
    (receipt,) = sent_to("marisol@example.net")
    assert "- Resume" in receipt.text


def test_a_closed_posting_takes_what_had_arrived_before(app: Flask, tmp_path: Path) -> None:
    posting = bookkeeper()
    publishing.close(posting, by=None)
    posting.closed_at = now() - dt.timedelta(hours=1)
    db.session.commit()
    before = f"{now() - dt.timedelta(hours=2):%a, %d %b %Y %H:%M:%S +0000}"
    later = f"{now() - dt.timedelta(minutes=2):%a, %d %b %Y %H:%M:%S +0000}"
    early, late = (
        mail(
            sender=f"{name}@example.net",
            message_id=f"<{name}@example.net>",
            files=[(resume(name), "cv.pdf")],
            Received=f"from a by mail.fernhollow.example.org; {when}",
        )
        for name, when in (("early", before), ("late", later))
    )
    said = take_in(app, *put(tmp_path / "in", early, late))
    assert [each["verdict"] for each in said] == ["application", "unsorted"]
    assert "closed on" in said[1]["why"]
    assert not db.session.query(Application).one().is_late


def test_the_same_person_again_gets_the_link_of_the_doubles_rule(
    app: Flask, tmp_path: Path
) -> None:
    bookkeeper()
    first, second = (
        mail(message_id=f"<{n}@example.net>", files=[(resume(f"Version {n}"), "cv.pdf")])
        for n in (1, 2)
    )
    said = take_in(app, *put(tmp_path / "in", first, second))
    assert [each["verdict"] for each in said] == ["application", "application"]
    assert sorted(each.message for each in sent_to("marisol@example.net")) == [
        "application_by_mail",
        "application_by_mail",
        "applied_again",
    ]


def test_one_sender_gets_five_receipts_a_day_at_most(app: Flask, tmp_path: Path) -> None:
    bookkeeper()
    flood = [
        mail(message_id=f"<{n}@example.net>", files=[(resume(f"Version {n}"), "cv.pdf")])
        for n in range(8)
    ]
    said = take_in(app, *put(tmp_path / "in", *flood))
    assert sorted(each["verdict"] for each in said) == ["application"] * 5 + ["unsorted"] * 3
    receipts = [each for each in sent_to("marisol@example.net") if "by_mail" in each.message]
    assert len(receipts) == 5


# Files


def test_files_are_taken_refused_and_guessed(any_app: Flask, tmp_path: Path) -> None:
    bookkeeper()
    letter = samples.docx("Dear Ms. Moreno, I apply. Sincerely, Marisol")
    files = [
        (letter, "Quennell cover letter.docx"),
        (resume(), "scan0001.pdf"),
        (samples.program(), "portfolio.exe"),
        (samples.encrypted_pdf(), "degree.pdf"),
        (samples.txt("My references: Ada Stone, 203 555 0100"), "references.txt"),
    ]
    said = one(any_app, tmp_path / "in", mail(files=files))
    assert {each["name"]: each["accepted"] for each in said["attachments"]} == {
        "Quennell cover letter.docx": True,
        "scan0001.pdf": True,
        "portfolio.exe": False,
        "degree.pdf": False,
        "references.txt": True,
    }
    assert {each["name"]: each["sha256"] for each in said["attachments"]} == {
        name: hashlib.sha256(content).hexdigest() for content, name in files
    }
    assert all(each["accepted"] or each["reason"] for each in said["attachments"])
    application = db.session.query(Application).one()
    assert {each.title: each.document.file_name for each in application.documents} == {
        "Cover letter": "Quennell cover letter.docx",
        "Resume": "scan0001.pdf",
        "references.txt": "references.txt",
    }
    (receipt,) = sent_to("marisol@example.net")
    assert "- degree.pdf: This file opens only with a password." in receipt.text
    assert "- portfolio.exe: " in receipt.text


def test_photographs_become_one_document(app: Flask, tmp_path: Path) -> None:
    bookkeeper()
    pages = [(samples.photograph(), f"IMG_{number}.jpg") for number in (1, 2)]
    said = one(app, tmp_path / "in", mail(files=pages))
    assert [each["accepted"] for each in said["attachments"]] == [True, True]
    application = db.session.query(Application).one()
    made = {each.title: each.document for each in application.documents}
    assert [each.sha256 for each in made["Resume"].originals] == [
        hashlib.sha256(content).hexdigest() for content, _ in pages
    ]


def test_winmail_is_said_to_staff_and_to_its_sender(app: Flask, tmp_path: Path) -> None:
    bookkeeper()
    said = one(app, tmp_path / "in", mail(files=[(b"\x78\x9f\x3e\x22", "winmail.dat")]))
    assert said["verdict"] == "unsorted"
    assert "winmail.dat, which only Outlook opens" in said["why"]
    (told,) = sent_to("marisol@example.net")
    assert (told.message, told.state) == ("mail_unopened", "waiting")


def test_winmail_beside_a_resume_is_said_in_the_receipt(app: Flask, tmp_path: Path) -> None:
    bookkeeper()
    files = [(resume(), "cv.pdf"), (b"\x78\x9f\x3e\x22", "winmail.dat")]
    assert one(app, tmp_path / "in", mail(files=files))["verdict"] == "application"
    (receipt,) = sent_to("marisol@example.net")
    assert "winmail.dat: This is how Outlook packs files" in receipt.text


def test_a_large_mail_is_kept_with_its_head_understood(app: Flask, tmp_path: Path) -> None:
    bookkeeper()
    path = tmp_path / "in" / "large.eml"
    path.parent.mkdir()
    with path.open("wb") as file:
        file.write(mail(message_id="<large@example.net>").as_bytes())
        for _ in range(50):
            file.write(b"QUJD\n" * ((1 << 20) // 5))
    (said,) = take_in(app, path)
    assert said["verdict"] == "quarantined"
    assert said["message_id"] == "<large@example.net>"
    assert "more than the 35 MB that are opened here" in said["why"]
    (row,) = rows()
    assert (row.from_address, row.subject) == ("marisol@example.net", "Bookkeeper")
    assert row.size == path.stat().st_size
    assert [each.message for each in sent_to("marisol@example.net")] == ["mail_unopened"]


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
