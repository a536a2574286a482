"""Files that go with a mail arrive byte for byte, or the mail says why it did not go."""

import hashlib
import io
from email.message import Message

import pytest
from flask import Flask
from sqlalchemy import select

from tests.notifications.factories import calendar, queue, reload
from tests.notifications.test_mime import structure
from tests.plugins.apps import Client
from tests.plugins.mail import MailServer, Received
from tests.plugins.stores import ObjectStore
from tests.postings import factories as postings
from tracker.core.access import Role
from tracker.core.db import db, writing
from tracker.core.files import FileStore, files
from tracker.notifications import operations
from tracker.notifications.delivery import deliver_due
from tracker.notifications.headers import disposition
from tracker.notifications.models import EmailAttachment
from tracker.notifications.rules import Attachment, MailState, size_of_mail

NASTY = b"\r\n.\r\n..\n.\r\nFrom here\x00\xff\r\r\n" * 400
NAMES = [
    "resume.pdf",
    "Lebenslauf und Zeugnisse – Zoë Müller (2026); final.pdf",
    'my "best" resume; filename=evil.exe.pdf',
    "履歴書" * 60 + ".pdf",
    "a\r\nBcc: eve@example.org\r\n.pdf",
    "=?utf-8?q?a=0d=0aBcc:_eve@example.org?=.pdf",
    "../../etc/passwd",
]


def stored(content: bytes, name: str = "resume.pdf") -> Attachment:
    """A file in the store, as it goes with a mail."""
    kept = files().store(io.BytesIO(content), limit=len(content))
    return Attachment(kept.key, name, "application/pdf", kept.size)


def attached(received: Received) -> list[Message]:
    """The attached parts of a mail, in their order."""
    return [each for each in received.message.walk() if each.get_filename() is not None]


def digest(part: Message) -> str:
    """The SHA-256 of what is in an attached part."""
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return hashlib.sha256(content).hexdigest()


def send(app: Flask, smtp_server: MailServer, *attachments: Attachment) -> Received:
    app.config["MAIL_URL"] = smtp_server.url
    queue(attachments=attachments)
    deliver_due()
    return smtp_server.received[-1]


@pytest.mark.both_databases
def test_files_arrive_byte_for_byte_in_their_order(app: Flask, smtp_server: MailServer) -> None:
    contents = [bytes(range(256)) * 1200 + b"odd", NASTY, b"\x00", b"plain words\n" * 50]
    sent = [stored(each, f"{place}.pdf") for place, each in enumerate(contents)]
    received = send(app, smtp_server, *sent)
    assert structure(received)[:4] == [
        "multipart/mixed",
        "  multipart/alternative",
        "    text/plain; charset=utf-8",
        "    text/html; charset=utf-8",
    ]
    assert structure(received)[4:] == ["  application/pdf"] * 4
    parts = attached(received)
    assert [each.get_filename() for each in parts] == ["0.pdf", "1.pdf", "2.pdf", "3.pdf"]
    assert [digest(each) for each in parts] == [
        hashlib.sha256(each).hexdigest() for each in contents
    ]
    assert max(len(line) for line in received.content.split(b"\r\n")) < 200


@pytest.mark.parametrize("name", NAMES)
def test_no_name_adds_a_header_or_leaves_its_place(
    app: Flask, smtp_server: MailServer, name: str
) -> None:
    received = send(app, smtp_server, stored(NASTY, name))
    assert "Bcc" not in received.message
    assert received.recipients == ("ann@example.org",)
    (part,) = attached(received)
    assert sorted(part.keys()) == [
        "Content-Disposition",
        "Content-Transfer-Encoding",
        "Content-Type",
        "MIME-Version",
    ]
    shown = part.get_filename() or ""
    assert part.get_content_disposition() == "attachment"
    assert "/" not in shown
    assert "\n" not in shown
    assert len(shown.encode()) <= 150
    assert digest(part) == hashlib.sha256(NASTY).hexdigest()
    assert max(len(line) for line in received.content.split(b"\r\n")) <= 998


def test_a_name_is_encoded_as_rfc_2231_says_and_keeps_its_ending() -> None:
    assert disposition("resume-2026_a.pdf") == 'attachment; filename="resume-2026_a.pdf"'
    assert disposition("Zoë.pdf") == "attachment; filename*=utf-8''Zo%C3%AB.pdf"
    assert disposition("a b;c.pdf") == "attachment; filename*=utf-8''a%20b%3Bc.pdf"
    assert disposition("é" * 100 + ".docx").endswith("%C3%A9.docx")
    assert disposition("...") == 'attachment; filename="file"'


def test_a_mail_becomes_no_larger_than_was_reckoned(app: Flask, smtp_server: MailServer) -> None:
    contents = [bytes(200_000), bytes(57), bytes(1)]
    received = send(app, smtp_server, *(stored(each, "é" * 75) for each in contents))
    mail = reload(1)
    reckoned = size_of_mail(
        words=len(mail.text) + len(mail.html), files=[len(each) for each in contents]
    )
    assert len(received.content) < reckoned < len(received.content) + 20_000


@pytest.mark.both_databases
def test_a_file_that_is_gone_fails_the_mail_in_words_and_stops_no_other(
    app: Flask, smtp_server: MailServer
) -> None:
    app.config["MAIL_URL"] = smtp_server.url
    gone = stored(b"gone", "resume.pdf")
    first, second = queue(attachments=[gone]).id, queue(to="bob@example.org").id
    files().delete(gone.file_key)
    report = deliver_due()
    assert (report.sent, report.failed, report.trouble) == (1, 1, None)
    failed = reload(first)
    assert failed.state is MailState.FAILED
    assert failed.last_answer is not None
    assert "“resume.pdf”, which was to go with it, is not in the store" in failed.last_answer
    assert reload(second).state is MailState.SENT


@pytest.mark.parametrize("change", [b"longer than before", b"x"])
def test_a_file_that_is_not_what_was_stored_is_not_sent(
    app: Flask, smtp_server: MailServer, change: bytes
) -> None:
    app.config["MAIL_URL"] = smtp_server.url
    kept = stored(b"as it was")
    email_id = queue(attachments=[kept]).id
    root = files().root
    assert root is not None
    (root / kept.file_key).write_bytes(change)
    deliver_due()
    assert "is not the one that was stored" in (reload(email_id).last_answer or "")
    assert smtp_server.received == []


def test_a_store_that_is_away_delays_the_mail(
    app: Flask, smtp_server: MailServer, own_object_store: ObjectStore
) -> None:
    app.config["MAIL_URL"] = smtp_server.url
    app.extensions["files"] = FileStore(own_object_store.url)
    email_id = queue(attachments=[stored(b"kept elsewhere")]).id
    own_object_store.kill()
    deliver_due()
    delayed = reload(email_id)
    assert delayed.state is MailState.DELAYED
    assert "could not reach the stored files" in (delayed.last_answer or "")


def test_a_calendar_travels_alone(app: Flask) -> None:
    with pytest.raises(ValueError, match="travels alone"):
        queue(attachments=[stored(b"x")], calendar=calendar("REQUEST"), calendar_method="REQUEST")


@pytest.mark.both_databases
def test_a_file_is_taken_off_mail_that_has_not_gone(app: Flask, smtp_server: MailServer) -> None:
    bad, good = stored(b"bad", "bad.pdf"), stored(b"good", "good.pdf")
    send(app, smtp_server, bad)
    queue(attachments=[bad, good])
    with writing():
        assert operations.detach(bad.file_key) == 1
        db.session.commit()
    deliver_due()
    assert [each.get_filename() for each in attached(smtp_server.received[-1])] == ["good.pdf"]
    assert len(db.session.scalars(select(EmailAttachment)).all()) == 2


def test_the_page_of_a_mail_names_its_files(app: Flask, client: Client) -> None:
    email_id = queue(attachments=[stored(b"a", "resume.pdf"), stored(b"b", "letter.pdf")]).id
    postings.sign_in(client, postings.person("ada@example.org", role=Role.ADMINISTRATOR))
    assert "resume.pdf, letter.pdf" in client.get(f"/staff/messages/{email_id}").text
