"""What one mail brings about stands in its thread, and a hostile head brings nothing else."""

from email.message import EmailMessage
from pathlib import Path

import pytest
from flask import Flask

from tests.intake.letters import CONTACT, answered, mails
from tests.intake.mails import LETTER, MAILBOX, bookkeeper, mail, one, resume, rows, sent_to
from tests.plugins.apps import Client
from tests.plugins.mail import MailServer
from tests.postings import factories as postings
from tests.routing.factories import arrived
from tracker.applications.models import Application
from tracker.core.db import db, now, writing
from tracker.intake.findings import Head
from tracker.notifications.delivery import deliver_due
from tracker.notifications.headers import is_message_id

pytestmark = pytest.mark.settings(INTAKE_ADDRESS=MAILBOX)
SENDER = "marisol@example.net"
WRAPPED = (b"\x78\x9f\x3e\x22", "winmail.dat")


def test_a_receipt_and_an_offer_stand_in_the_thread_of_the_mail(
    any_app: Flask, tmp_path: Path, smtp_server: MailServer
) -> None:
    bookkeeper()
    for number in (1, 2):
        message = mail(
            message_id=f"<{number}@example.net>",
            files=[(resume(f"Version {number}"), "cv.pdf")],
            References="<first@example.net> <second@example.net>",
            In_Reply_To="<second@example.net>",
        )
        assert one(any_app, tmp_path / str(number), message)["verdict"] == "application"
    any_app.config["MAIL_URL"] = smtp_server.url
    deliver_due()
    found = [each.message for each in smtp_server.to(SENDER)]
    assert sorted(each["In-Reply-To"] for each in found) == [
        "<1@example.net>", "<2@example.net>", "<2@example.net>",
    ]  # fmt: skip
    for each in found:
        assert each["References"].split() == [
            "<first@example.net>", "<second@example.net>", each["In-Reply-To"],
        ]  # fmt: skip
        assert each["Auto-Submitted"] == "auto-generated"


def test_a_notice_stands_in_the_thread_of_the_mail(app: Flask, tmp_path: Path) -> None:
    bookkeeper()
    one(app, tmp_path / "in", mail(files=[WRAPPED]))
    (told,) = sent_to(SENDER)
    assert told.message == "mail_unopened"
    assert told.headers["In-Reply-To"] == told.headers["References"] == "<one@example.net>"


def test_what_was_not_passed_on_is_said_in_the_thread_of_the_mail(app: Flask) -> None:
    application = arrived()
    told = mails("application_arrived")[0]
    with writing():
        owner = db.session.get_one(Application, application.id)
        owner.channel, owner.entered_by_id = "paper", owner.posting.contact_person_id  # type: ignore[assignment]
        owner.received_on, owner.email, owner.email_key = now().date(), "", ""
        db.session.commit()
    reply = answered(told, address=CONTACT)
    (mail_,) = mails("reply_not_passed_on")
    assert mail_.headers["In-Reply-To"] == reply.incoming.message_id
    assert mail_.headers["References"].split() == [
        told.message_id, "<unknown@example.net>", reply.incoming.message_id,
    ]  # fmt: skip


# Whose mail is answered


@pytest.mark.parametrize("attached", [True, False])
def test_of_a_mail_that_was_passed_on_the_candidates_own_is_answered(
    app: Flask, tmp_path: Path, attached: bool
) -> None:
    postings.person("ida.moreno@example.org")
    bookkeeper()
    inner = mail(message_id="<inner@example.net>", files=[(resume(), "CV.pdf")])
    outer = EmailMessage()
    outer["From"], outer["To"], outer["Subject"] = "ida.moreno@example.org", MAILBOX, "FW"
    outer["Message-ID"] = "<outer@example.org>"
    said = f"-----Original Message-----\nFrom: {SENDER}\nSubject: Bookkeeper\n\n{LETTER}"
    outer.set_content("See below.\n" if attached else said)
    if attached:
        outer.add_attachment(inner)
    assert one(app, tmp_path / "in", outer)["verdict"] == "application"
    (receipt,) = sent_to(SENDER)
    assert receipt.headers.get("In-Reply-To") == ("<inner@example.net>" if attached else None)
    assert rows()[0].thread == []


def test_whoever_is_written_to_elsewhere_is_in_no_thread(
    app: Flask, client: Client, tmp_path: Path
) -> None:
    posting_id = bookkeeper().id
    said = one(app, tmp_path / "in", mail(subject="Quiet hours", files=[(resume(), "CV.pdf")]))
    assert said["verdict"] == "unsorted"
    postings.sign_in(client, postings.coordinator())
    key = rows()[0].id
    given = {"posting": str(posting_id), "email": "other@example.net"}
    client.submit(
        f"/staff/incoming/{key}", given, form=f"{key}/file", button="File as an application"
    )
    (receipt,) = sent_to("other@example.net")
    assert "In-Reply-To" not in receipt.headers


# Whoever writes a head of their own


@pytest.mark.parametrize(
    "own",
    [
        "<=?utf-8?q?a=0D=0ABcc:_victim=40example.net?=@evil.example>",
        "<a@evil.example>\r\n\tBcc: victim@example.net",
        f"<{'a' * 280}@evil.example>",
        "<a b@evil.example>",
        "<no-at-sign>",
        "",
    ],
)
def test_a_hostile_message_id_brings_no_header_and_no_thread(
    app: Flask, tmp_path: Path, smtp_server: MailServer, own: str
) -> None:
    bookkeeper()
    raw = mail(message_id="<placeholder@x>", files=[(resume(), "cv.pdf")]).as_bytes()
    line = f"Message-ID: {own}\n".encode() if own else b""
    raw = raw.replace(b"Message-ID: <placeholder@x>\n", line + b"References: <old@example.net>\n")
    assert one(app, tmp_path / "in", raw)["verdict"] == "application"
    app.config["MAIL_URL"] = smtp_server.url
    deliver_due()
    (receipt,) = smtp_server.to(SENDER)
    assert receipt.recipients == (SENDER,)
    found = receipt.message
    assert "Bcc" not in found
    proper = own.startswith("<a@")
    assert found["In-Reply-To"] == ("<a@evil.example>" if proper else None)
    assert found["References"] == ("<old@example.net> <a@evil.example>" if proper else None)


def test_references_without_end_keep_the_first_and_the_newest(app: Flask, tmp_path: Path) -> None:
    bookkeeper()
    many = " ".join(f"<{number:04}@example.net>" for number in range(300))
    hostile = f"{many} <=?utf-8?q?x?=@evil.example> <b\x0b@evil.example>"
    raw = mail(files=[(resume(), "cv.pdf")]).as_bytes()
    raw = b"References: " + hostile.encode() + b"\n" + raw
    one(app, tmp_path / "in", raw)
    (receipt,) = sent_to(SENDER)
    named = receipt.headers["References"].split()
    assert receipt.headers["In-Reply-To"] == named[-1] == "<one@example.net>"
    assert all(is_message_id(each) for each in named)
    assert len(receipt.headers["References"]) <= 400
    assert "<0299@example.net>" in named


def test_of_several_mails_that_it_answers_none_is_its_thread() -> None:
    """RFC 5322 §3.6.4: without References, one In-Reply-To counts and several do not."""
    several = Head(message_id="<c@x.org>", in_reply_to=("<a@x.org>", "<b@x.org>"))
    assert several.thread == ("<c@x.org>",)
    assert Head(message_id="<c@x.org>", in_reply_to=("<a@x.org>",)).thread == (
        "<a@x.org>", "<c@x.org>",
    )  # fmt: skip
    assert Head(in_reply_to=("<a@x.org>",)).thread == ()
