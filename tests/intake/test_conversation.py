"""The conversation on the pages: read as one thread, answered from the application, never lost."""

import io
from email.message import EmailMessage

import pytest
from flask import Flask

from tests.applications import desk
from tests.documents import samples
from tests.intake.letters import CANDIDATE, CONTACT, answered, mails
from tests.plugins.apps import Client
from tests.plugins.clocks import QueryCounter
from tests.plugins.mail import MailServer
from tests.plugins.mailboxes import TestMailbox
from tests.plugins.pages import Page
from tests.postings import factories as postings
from tests.routing.factories import arrived
from tracker.applications.models import Application
from tracker.core.access import Role
from tracker.core.db import db, writing
from tracker.core.files import files
from tracker.core.jobs import run_now
from tracker.intake import conversations
from tracker.intake.arrival import Arrival
from tracker.intake.models import IncomingEmail, Letter, LetterDraft, Reply
from tracker.intake.polling import fetch_new
from tracker.intake.rules import Verdict, Writer
from tracker.notifications.delivery import deliver_due
from tracker.notifications.models import OutgoingEmail
from tracker.notifications.operations import drop
from tracker.notifications.rules import MailState

pytestmark = pytest.mark.settings(INTAKE_ADDRESS="jobs@example.org")


def url(application: Application, rest: str = "") -> str:
    return f"/staff/applications/{application.id}{rest}"


def raw(
    answering: OutgoingEmail, *, address: str = CANDIDATE, text: str = "Yes.", pdf: bytes = b""
) -> bytes:
    """A mail as a mail program would answer one of ours."""
    made = EmailMessage()
    made["From"] = f"Sam Rivera <{address}>"
    made["To"] = str(answering.reply_to_address)
    made["Subject"] = f"Re: {answering.subject}"
    made["Message-ID"] = f"<{hash(text) % 10**9}.{answering.id}@mail.example.net>"
    made["In-Reply-To"] = answering.message_id
    made["Date"] = "Mon, 30 Nov 2026 09:12:00 +0000"
    made.set_content(text)
    if pdf:
        made.add_attachment(pdf, maintype="application", subtype="pdf", filename="degree.pdf")
    return made.as_bytes()


def take_in(mail: bytes) -> Reply:
    """Have a raw mail kept and understood."""
    outcome = Arrival().take_in_stream(io.BytesIO(mail), source="test")
    assert outcome is not None
    assert outcome.verdict is Verdict.REPLY, outcome.why
    return db.session.query(Reply).filter_by(incoming_id=outcome.email_id).one()


# The staff's page


def test_the_page_shows_mail_out_and_in_as_one_thread(app: Flask) -> None:
    application = arrived()
    receipt, told = mails("application_received")[0], mails("application_arrived")[0]
    answered(receipt, text="Is Saturday a must?")
    answered(told, address=CONTACT, text="Every other Saturday.")
    answered(receipt, address="eve@example.net", from_name="Eve", text="Hello?")
    page = desk.coordinator(app).page(url(application))
    said = page.texts("ol[@class='talk-list']/li")
    assert [words in each for words, each in zip(
        ("We have your application", "Sam Rivera", "Every other Saturday.", "Eve (not known here)"),
        said, strict=True,
    )] == [True] * 4  # fmt: skip
    titles = page.texts("p[@class='timeline-title']")
    assert any(each.startswith("The candidate wrote: Re: We have") for each in titles)
    assert any(each.startswith("Mail came: Re:") for each in titles)


def test_a_mail_that_was_dropped_does_not_look_as_if_it_waited(app: Flask) -> None:
    application = arrived()
    (receipt,) = mails("application_received")
    with writing():
        held = db.session.get_one(OutgoingEmail, receipt.id)
        held.state, held.next_attempt_at = MailState.HELD, None
        db.session.commit()
    staff = desk.coordinator(app)
    assert "to Sam Rivera, held" in staff.page(url(application)).text
    with writing():
        drop(db.session.get_one(OutgoingEmail, receipt.id), by=None)
        db.session.commit()
    shown = staff.page(url(application)).text
    assert "to Sam Rivera, dropped: it does not go" in shown
    assert "to Sam Rivera, held" not in shown


def test_staff_answer_from_the_application(app: Flask) -> None:
    application = arrived()
    reply = answered(mails("application_received")[0], text="Is Saturday a must?")
    client = desk.coordinator(app)
    page = client.page(url(application))
    form = client.page(page.link("Answer Sam Rivera"))
    shown = client.fill(form, {"text": "Dear Sam,\n\nno."}, form="write", button="preview")
    assert "Dear Sam,\n\nno." in shown.text
    assert mails("answer_to_candidate") == []
    preview = client.page(url(application, "/write"))
    sent = client.fill(preview, {"text": "Dear Sam,\n\nno."}, form="write", button="preview")
    assert sent.status_code == 200
    last = client.fill(Page(sent.text, sent.request.url), {}, form="write", button="send")
    assert last.status_code == 303
    (mail,) = mails("answer_to_candidate")
    assert mail.headers["In-Reply-To"] == reply.incoming.message_id
    assert db.session.query(LetterDraft).count() == 0
    page = client.page(url(application))
    assert "Waits for an answer" not in page.text
    assert page.link("Write to Sam Rivera")


def test_what_was_typed_is_not_lost(app: Flask) -> None:
    application = arrived()
    client = desk.coordinator(app)
    client.submit(url(application, "/write"), {"text": "Half a"}, form="write", button="preview")
    page = client.page(url(application))
    again = client.page(page.link("Go on with your letter"))
    assert "Half a" in again.text
    # Another colleague has a draft of their own.
    manager = postings.person("ada.stone@example.org", role=Role.ADMINISTRATOR)
    other = desk.signed_in(app, manager)
    assert "Half a" not in other.page(url(application, "/write")).text


def test_a_letter_that_is_too_long_comes_back_as_it_was_typed(app: Flask) -> None:
    application = arrived()
    client = desk.coordinator(app)
    typed = "x" * 10_001
    answer = client.submit(
        url(application, "/write"), {"text": typed}, form="write", button="preview"
    )
    assert (answer.status_code, typed in answer.text) == (422, True)


def test_a_letter_to_somebody_who_lost_their_address_keeps_its_words(app: Flask) -> None:
    application = arrived()
    client = desk.coordinator(app)
    data = {
        "csrf_token": client.token(url(application)),
        "text": "Dear Sam",
        "token": "t",
        "do": "send",
    }
    row = db.session.get_one(Application, application.id)
    contact = row.posting.contact_person_id
    row.channel, row.entered_by_id, row.received_on = "paper", contact, row.submitted_at.date()  # type: ignore[assignment]
    row.email = row.email_key = ""
    db.session.commit()
    answer = client.post(url(application, "/write"), data=data)
    assert answer.status_code == 409
    assert "no e-mail address" in answer.text
    assert db.session.query(Letter).count() == 0


def test_a_message_may_need_no_answer(app: Flask) -> None:
    application = arrived()
    answered(mails("application_received")[0], text="Thanks!")
    client = desk.coordinator(app)
    assert [each.text for each in waiting()] == ["Thanks!"]
    answer = client.submit(url(application), form="/done", follow=True)
    assert "this message needs no answer" in answer.text
    assert waiting() == []


def waiting() -> list[Reply]:
    db.session.rollback()
    return list(conversations.waiting_for_answer(postings.coordinator(), limit=20))


def test_a_manager_of_another_posting_neither_reads_nor_writes(app: Flask) -> None:
    application = arrived()
    other = desk.signed_in(app, postings.manager("mia.lark@example.org"))
    for rest in ("", "/write"):
        assert other.get(url(application, rest)).status_code == 404


def test_a_panelist_reads_and_does_not_write(app: Flask) -> None:
    application = arrived()
    panelist = desk.panelist("pat.bell@example.org", seat_on=application)
    client = desk.signed_in(app, panelist)
    assert client.get(url(application, "/write")).status_code == 403


def test_the_page_asks_the_database_the_same_however_much_was_written(
    app: Flask, count_queries: QueryCounter
) -> None:
    application = arrived()
    receipt = mails("application_received")[0]
    client = desk.coordinator(app)
    answered(receipt, text="Number 0", files=["a.pdf"])
    client.page(url(application))
    with count_queries() as one:
        client.page(url(application))
    for number in range(1, 30):
        answered(receipt, text=f"Number {number}", files=["a.pdf"])
    with count_queries() as many:
        page = client.page(url(application))
    assert len(page.all("li[@class='talk talk-in']")) == 30
    assert len(many) == len(one)


# The desk


def test_the_desk_shows_what_waits_oldest_first(app: Flask, count_queries: QueryCounter) -> None:
    posting = postings.open_posting()
    arrived(posting, email="one@example.org", name="First One")
    answered(mails("application_received")[0], address="one@example.org", text="Any news?")
    client = desk.coordinator(app)
    client.page("/staff")
    with count_queries() as one:
        client.page("/staff")
    for number in range(2, 6):
        arrived(posting, email=f"n{number}@example.org", name=f"Number {number}")
        receipt = mails("application_received")[-1]
        answered(receipt, address=f"n{number}@example.org", text=f"Question {number}")
    with count_queries() as many:
        page = client.page("/staff")
    block = page.texts("section[@aria-labelledby='desk-written']//li")
    assert [each.split()[0:2] for each in block] == [
        ["First", "One"], *(["Number", str(number)] for number in range(2, 6))
    ]  # fmt: skip
    assert len(many) == len(one)


# The candidate's and the contact's pages


def test_the_candidates_page_shows_what_they_wrote_and_what_came_back(
    app: Flask, client: Client
) -> None:
    arrived()
    receipt = mails("application_received")[0]
    answered(receipt, text="Is Saturday a must?")
    answered(receipt, address="eve@example.net", text="A stranger's words")
    answered(mails("application_arrived")[0], address=CONTACT, text="Every other one.")
    token = receipt.text.split("/my/")[1].split()[0]
    page = client.page(f"/my/{token}")
    said = page.texts("details[@class='message']")
    assert "Every other one." in said[0]
    assert "Is Saturday a must?" in said[1]
    assert "A stranger's words" not in page.text
    assert CONTACT not in "".join(said)


def test_the_contacts_page_shows_the_conversation(app: Flask, client: Client) -> None:
    arrived()
    told = mails("application_arrived")[0]
    answered(mails("application_received")[0], text="Is Saturday a must?")
    answered(told, address=CONTACT, text="Every other one.")
    token = told.text.split("/for/")[1].split()[0]
    page = client.page(f"/for/{token}")
    said = page.texts("ol[@class='talk-list']/li")
    assert "Is Saturday a must?" in said[1]
    assert "Every other one." in said[2]
    assert "/my/" not in page.text


# Real mail


def test_a_file_that_the_candidate_mailed_is_taken_over_to_the_byte(app: Flask) -> None:
    application = arrived()
    pdf = samples.pdf("My degree")
    take_in(raw(mails("application_received")[0], text="Here it is.", pdf=pdf))
    client = desk.coordinator(app)
    answer = client.submit(url(application), form="/take", follow=True)
    assert "degree.pdf stands with the application now." in answer.text
    db.session.rollback()
    added = db.session.get_one(Application, application.id).documents[-1]
    assert (added.title, added.document.size) == ("degree.pdf", len(pdf))
    assert b"".join(files().chunks(added.document.file_key)) == pdf
    page = client.page(url(application))
    assert "stands with the application" in page.text
    assert page.all("form[@class='post-button']/button") != []


def test_a_strangers_file_is_not_taken_over(app: Flask) -> None:
    application = arrived()
    mail = raw(mails("application_received")[0], address="eve@example.net", pdf=samples.pdf("x"))
    reply = take_in(mail)
    assert reply.writer is Writer.STRANGER
    client = desk.coordinator(app)
    (attachment,) = reply.incoming.attachments
    answer = client.post(
        url(application, f"/attachments/{attachment.id}/take"),
        data={"csrf_token": client.token(url(application))},
    )
    assert answer.status_code == 409
    assert "Only what the candidate sent" in answer.text


def test_from_the_mailbox_to_the_contact_and_back(
    app: Flask, mailbox: TestMailbox, smtp_server: MailServer
) -> None:
    app.config |= {"INTAKE_URL": mailbox.url, "MAIL_URL": smtp_server.url}
    arrived()
    deliver_due()
    receipt = mails("application_received")[0]
    mailbox.put(raw(receipt, text="Is Saturday a must?"))
    assert fetch_new(at_once=True).kept == 1
    run_now("understand")
    deliver_due()
    passed_on = smtp_server.to(CONTACT)[-1].message
    assert passed_on["Auto-Submitted"] == "auto-generated"
    told = mails("candidate_replied")[0]
    mailbox.put(raw(told, address=CONTACT, text="Every other one.\n\nIda"))
    fetch_new(at_once=True)
    run_now("understand")
    deliver_due()
    back = smtp_server.to(CANDIDATE)[-1].message
    assert back["From"].addresses[0].display_name == "Ida Moreno, Tracker"
    assert back["In-Reply-To"] == db.session.query(IncomingEmail).order_by("id").first().message_id  # type: ignore[union-attr]
    assert CONTACT not in back.as_string()


def test_a_bounce_is_shown_on_the_mail_that_came_back(app: Flask) -> None:
    arrived()
    receipt = mails("application_received")[0]
    report = (
        "From: MAILER-DAEMON@mail.example.net\r\nTo: jobs@example.org\r\n"
        "Subject: Undelivered Mail Returned to Sender\r\nAuto-Submitted: auto-replied\r\n"
        "MIME-Version: 1.0\r\nMessage-ID: <b1@mail.example.net>\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nIt did not arrive.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; mail.example.net\r\n\r\n"
        f"Final-Recipient: rfc822; {CANDIDATE}\r\nAction: failed\r\nStatus: 5.1.1\r\n"
        "Diagnostic-Code: smtp; 550 No such person\r\n\r\n"
        f"--b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: {receipt.message_id}\r\n"
        "Subject: x\r\n\r\nhi\r\n--b--\r\n"
    )
    Arrival().take_in_stream(io.BytesIO(report.encode()), source="test")
    page = desk.coordinator(app).page(f"/staff/messages/{receipt.id}")
    assert "What came back" in page.text
    incoming = db.session.query(IncomingEmail).one()
    assert page.link("Undelivered Mail Returned to Sender").endswith(str(incoming.id))


def test_a_mailbox_that_cannot_be_read_is_told_of(app: Flask) -> None:
    app.config["INTAKE_URL"] = "imap://jobs:x@127.0.0.1:1/"
    assert fetch_new(at_once=True).trouble
    page = desk.coordinator(app).page("/staff/messages")
    assert "Mail cannot be fetched" in page.text
    assert "The mail server 127.0.0.1:1 could not be reached" in page.text
