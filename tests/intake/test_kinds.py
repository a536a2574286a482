"""Every way in which somebody applies by mail is understood, its posting and its files."""

import datetime as dt
import hashlib
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
from tests.postings import factories as postings
from tracker.applications.models import Application
from tracker.core.db import db, now
from tracker.postings import operations as publishing

pytestmark = pytest.mark.settings(
    INTAKE_ADDRESS=MAILBOX, INTAKE_AUTHORITY="mail.fernhollow.example.org"
)


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
