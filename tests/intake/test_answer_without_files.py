"""A colleague's mailed answer goes without its files, and they are told so, once."""

import threading
from email.message import EmailMessage
from pathlib import Path

import pytest
from flask import Flask

from tests.intake.letters import CANDIDATE, CONTACT, answered, came, mails, receive
from tests.intake.mails import MAILBOX, bookkeeper, mail, one, put, resume, take_in
from tests.plugins.apps import Client
from tests.plugins.mail import MailServer
from tests.plugins.snapshots import MailSnapshot
from tests.postings import factories as postings
from tests.routing.factories import arrived, path_in
from tracker.applications.models import Application
from tracker.core.db import db, writing
from tracker.intake import operations, threads
from tracker.intake.models import IncomingEmail
from tracker.intake.rules import Verdict
from tracker.notifications.delivery import deliver_due
from tracker.notifications.models import OutgoingEmail

pytestmark = pytest.mark.settings(BASE_URL="https://jobs.example.org", INTAKE_ADDRESS=MAILBOX)
NOTICE = "answer_without_files"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


@pytest.fixture
def application(any_app: Flask) -> Application:
    bookkeeper()
    return arrived()


@pytest.fixture
def told(application: Application) -> OutgoingEmail:
    return mails("application_arrived")[0]


def written(
    told: OutgoingEmail, *files: tuple[bytes, str], number: int = 1, **headers: str
) -> EmailMessage:
    """What Ida answers with her own mail program."""
    return mail(
        sender=f"Ida Moreno <{CONTACT}>",
        subject=f"Re: {told.subject}",
        text=f"Tuesday at three suits us well, {number}.\n",
        files=files,
        message_id=f"<plan-{number}@example.org>",
        In_Reply_To=told.message_id,
        **headers,
    )


def test_the_colleague_is_told_what_stayed_here(
    application: Application, told: OutgoingEmail, mail_snapshot: MailSnapshot
) -> None:
    reply = answered(told, address=CONTACT, files=["plan.pdf"])
    (notice,) = mails(NOTICE)
    assert notice.recipient_address == CONTACT
    assert notice.headers["Auto-Submitted"] == "auto-generated"
    assert notice.headers["In-Reply-To"] == reply.incoming.message_id
    assert "without the file “plan.pdf”" in notice.text
    assert [each.recipient_address for each in mails("answer_to_candidate")] == [CANDIDATE]
    mail_snapshot(notice)


def test_several_are_named_and_many_counted(application: Application, told: OutgoingEmail) -> None:
    answered(told, address=CONTACT, text="One.", files=["a.pdf", "b.pdf"])
    answered(told, address=CONTACT, text="Two.", files=[f"{each}.pdf" for each in "cdefghi"])
    first, second = mails(NOTICE)
    assert "without the files “a.pdf” and “b.pdf”:" in first.text
    assert "“c.pdf”, “d.pdf”, “e.pdf”, “f.pdf”, “g.pdf” and 2 more:" in second.text


def test_its_link_leads_to_where_the_file_is(
    application: Application, told: OutgoingEmail, client: Client
) -> None:
    answered(told, address=CONTACT, files=["plan.pdf"])
    page = client.get(path_in(mails(NOTICE)[0])).text
    assert "plan.pdf" in page
    assert CANDIDATE in page


def test_as_it_goes_and_as_it_came(
    any_app: Flask, told: OutgoingEmail, tmp_path: Path, smtp_server: MailServer
) -> None:
    """By the whole pipeline; read three times it is one mail, and what answers it brings none."""
    paths = put(tmp_path, written(told, (resume("The plan."), "plan.pdf")))
    for _ in range(3):
        take_in(any_app, *paths)
    assert len(mails(NOTICE)) == 1
    any_app.config["MAIL_URL"] = smtp_server.url
    deliver_due()
    (notice,) = [
        each.message
        for each in smtp_server.to(CONTACT)
        if str(each.message["Subject"]).startswith("Only your words")
    ]
    assert notice["Auto-Submitted"] == "auto-generated"
    assert notice["X-Auto-Response-Suppress"]
    assert notice["In-Reply-To"] == "<plan-1@example.org>"
    back = mails(NOTICE)[0]
    answered(back, address=CONTACT, text="Thank you, here again.", files=["plan.pdf"])
    assert len(mails(NOTICE)) == 1


def test_a_mail_without_a_file_brings_none(application: Application, told: OutgoingEmail) -> None:
    answered(told, address=CONTACT)
    assert len(mails("answer_to_candidate")) == 1
    assert mails(NOTICE) == []


def test_a_logo_in_the_signature_is_no_file(
    any_app: Flask, told: OutgoingEmail, tmp_path: Path
) -> None:
    message = written(told)
    message.add_alternative('<p>Tuesday.</p><img src="cid:logo">', subtype="html")
    message.get_payload()[1].add_related(PNG, "image", "png", cid="<logo>", filename="logo.png")  # type: ignore[index,union-attr]
    assert one(any_app, tmp_path, message)["verdict"] == "reply"
    assert [each.name for each in db.session.query(IncomingEmail).one().attachments] == ["logo.png"]
    assert len(mails("answer_to_candidate")) == 1
    assert mails(NOTICE) == []


def test_a_file_beside_a_logo_is_named_alone(
    any_app: Flask, told: OutgoingEmail, tmp_path: Path
) -> None:
    message = written(told)
    message.add_alternative('<p>Tuesday.</p><img src="cid:logo">', subtype="html")
    message.get_payload()[1].add_related(PNG, "image", "png", cid="<logo>", filename="logo.png")  # type: ignore[index,union-attr]
    message.add_attachment(b"MZ no document", "application", "octet-stream", filename="plan.bin")
    one(any_app, tmp_path, message)
    (notice,) = mails(NOTICE)
    assert "without the file “plan.bin”:" in notice.text


def test_automatic_mail_is_told_nothing(
    any_app: Flask, told: OutgoingEmail, tmp_path: Path
) -> None:
    message = written(told, (resume(), "plan.pdf"), Auto_Submitted="auto-replied")
    assert one(any_app, tmp_path, message)["verdict"] == "auto_reply"
    assert mails(NOTICE) == []


def test_whoever_only_says_that_they_are_a_colleague_causes_none(
    application: Application, told: OutgoingEmail
) -> None:
    """A stranger, the candidate, a colleague who was not written to."""
    postings.person("lee.ash@example.org")
    for address in ("eve@example.net", CANDIDATE, "lee.ash@example.org"):
        answered(told, address=address, text=f"From {address}", files=["plan.pdf"])
    assert mails(NOTICE) == []


@pytest.mark.settings(INTAKE_AUTHORITY="mx.example.org")
def test_a_forged_one_is_told_nothing(any_app: Flask, told: OutgoingEmail, tmp_path: Path) -> None:
    forged = written(
        told,
        (resume(), "plan.pdf"),
        Authentication_Results="mx.example.org; dmarc=fail header.from=example.org",
    )
    assert one(any_app, tmp_path, forged)["verdict"] == "unsorted"
    assert mails(NOTICE) == []


def test_what_somebody_filed_by_hand_brings_none(
    application: Application, told: OutgoingEmail
) -> None:
    """Its sender was in doubt; whoever filed it saw what came with it."""
    incoming_id = came(told, address=CONTACT, files=["plan.pdf"], verdict=Verdict.UNSORTED)
    receive(incoming_id)
    assert len(mails("answer_to_candidate")) == 1
    assert mails(NOTICE) == []


def test_what_was_not_passed_on_brings_none(application: Application, told: OutgoingEmail) -> None:
    for _ in range(2):  # the same words and the same file
        answered(told, address=CONTACT, files=["plan.pdf"])
    assert len(mails("answer_to_candidate")) == 1
    assert len(mails(NOTICE)) == 1


def test_two_that_read_it_at_once_tell_once(
    any_app: Flask, application: Application, told: OutgoingEmail
) -> None:
    incoming_id = came(told, address=CONTACT, files=["plan.pdf"])
    incoming = db.session.get_one(IncomingEmail, incoming_id)
    found = threads.find(incoming)
    assert found is not None
    words = operations.fit_message(incoming, found.application.id)
    db.session.remove()
    gate = threading.Barrier(2)

    def read() -> None:
        with any_app.app_context():
            gate.wait(30)
            try:
                with writing():
                    row = db.session.get_one(IncomingEmail, incoming_id, with_for_update=True)
                    operations.receive_reply(row, words)
                    db.session.commit()
            finally:
                db.session.remove()

    both = [threading.Thread(target=read) for _ in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join()
    assert len(mails(NOTICE)) == 1
