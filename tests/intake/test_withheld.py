"""Mail that comes back holds what we wrote: nobody who sorts mail gets links or words of others."""

import re
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import pytest
from flask import Flask

from tests.intake.mails import MAILBOX, bookkeeper, gone, mail, one, rows, sent_to
from tests.plugins.apps import Client
from tests.postings import factories as postings
from tests.routing.factories import arrived
from tracker.accounts.operations import answer_resets, ask_reset
from tracker.core.access import Role
from tracker.core.db import db, writing
from tracker.notifications import operations as outbox
from tracker.notifications.models import OutgoingEmail
from tracker.notifications.rules import CONFIDENTIAL

pytestmark = pytest.mark.settings(INTAKE_ADDRESS=MAILBOX)
WORDS = "I cannot stand for long and ask for a chair."


def quoting(ours: OutgoingEmail) -> bytes:
    """How qmail sends a mail back: words, and below them the whole mail as it was."""
    report = EmailMessage()
    report["From"], report["To"] = "MAILER-DAEMON@mx.example.org", MAILBOX
    report["Subject"], report["Return-Path"] = "failure notice", "<>"
    report.set_content(
        "Hi. This is the qmail-send program.\n\nMailbox full.\n\n--- Below this line is a copy.\n\n"
        f"To: {ours.recipient_address}\nMessage-ID: {ours.message_id}\n\n{ours.text}"
    )
    return report.as_bytes()


def attaching(ours: OutgoingEmail) -> bytes:
    """How others do it: a report (RFC 3464) with the whole mail attached."""
    lines = [
        "From: MAILER-DAEMON@mx.example.org", f"To: {MAILBOX}", "Subject: Undelivered",
        "Return-Path: <>", "MIME-Version: 1.0",
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"', "",
        "--b", "Content-Type: text/plain", "", "Sorry.", "",
        "--b", "Content-Type: message/delivery-status", "", "Reporting-MTA: dns; mx.example.org",
        "", f"Final-Recipient: rfc822; {ours.recipient_address}", "Action: failed",
        "Status: 5.2.2", "", "--b", "Content-Type: message/rfc822", "",
        f"Message-ID: {ours.message_id}", "Content-Type: text/plain; charset=utf-8", "",
        ours.text, "--b--", "",
    ]  # fmt: skip
    return "\n".join(lines).encode()


def absent(ours: OutgoingEmail) -> bytes:
    """An automatic answer that quotes what it answers."""
    message = mail(sender=ours.recipient_address, subject=f"Away: {ours.subject}", text=ours.text)
    message["In-Reply-To"], message["Auto-Submitted"] = ours.message_id, "auto-replied"
    return message.as_bytes()


Way = Callable[[OutgoingEmail], bytes]
WAYS: list[Way] = [quoting, attaching, absent]


def administrator_link() -> tuple[str, OutgoingEmail, str]:
    """A mail by which an administrator chooses a new password, and its secret."""
    who = postings.person("ada.brook@example.org", role=Role.ADMINISTRATOR)
    with writing():
        ask_reset(who.email)
        db.session.commit()
    with writing():
        answer_resets()
        db.session.commit()
    (ours,) = sent_to(who.email)
    found = re.search(r"/sign-in/([\w-]{20,})", ours.text)
    assert found is not None
    return who.email, gone(ours), found[1]


@pytest.mark.parametrize("way", WAYS)
def test_a_link_that_signs_in_is_neither_shown_nor_given_out(
    app: Flask, client: Client, tmp_path: Path, way: Way
) -> None:
    address, ours, secret = administrator_link()
    ours_id = ours.id
    said = one(app, tmp_path / "in", way(ours))
    assert secret not in str(said)
    (came,) = rows()
    came_id = came.id
    assert came.outgoing_email_id == ours_id
    postings.sign_in(client, postings.coordinator())
    page = client.page(f"/staff/incoming/{came_id}")
    assert secret not in client.get(f"/staff/incoming/{came_id}").text
    assert f"It is about a mail whose words are for {address} alone" in page.text
    answer = client.get(f"/staff/incoming/{came_id}/raw")
    assert answer.status_code == 403
    assert secret not in answer.text
    for path in ("/staff/messages", f"/staff/messages/{ours_id}", "/staff/incoming?show=all"):
        assert secret not in client.get(path).text


@pytest.mark.parametrize("way", WAYS)
def test_words_that_are_confidential_stay_so_when_they_come_back(
    app: Flask, client: Client, tmp_path: Path, way: Way
) -> None:
    with writing():
        ours = outbox.queue(
            "answer_to_candidate",
            to=("Ada Quist", "ada.quist@example.org"),
            values={"subject": "A chair", "text": WORDS},
            about=(CONFIDENTIAL, 1),
        )
        gone(ours)
    said = one(app, tmp_path / "in", way(ours))
    assert WORDS not in str(said)
    came_id = rows()[0].id
    for who in (
        postings.coordinator(),
        postings.person("bo.brook@example.org", role=Role.ADMINISTRATOR),
    ):
        postings.sign_in(client, who)
        assert WORDS not in client.page(f"/staff/incoming/{came_id}").text
        assert client.get(f"/staff/incoming/{came_id}/raw").status_code == 403
    reader = postings.coordinator("ada.quist@example.org")
    postings.sign_in(client, reader)
    assert client.get(f"/staff/incoming/{came_id}/raw").status_code == 200


@pytest.mark.parametrize("way", [quoting, attaching])
def test_a_contacts_link_and_tags_are_hidden_and_the_file_is_kept_back(
    app: Flask, client: Client, tmp_path: Path, way: Way
) -> None:
    arrived(bookkeeper())
    ours = next(each for each in db.session.query(OutgoingEmail) if "/for/" in each.text)
    gone(ours)
    secret = re.search(r"/for/([\w-]{20,})", ours.text)
    assert secret is not None
    one(app, tmp_path / "in", way(ours))
    postings.sign_in(client, postings.coordinator())
    assert secret[1] not in client.get(f"/staff/incoming/{rows()[0].id}").text
    assert client.get(f"/staff/incoming/{rows()[0].id}/raw").status_code == 403


def test_a_mail_to_a_tagged_address_is_shown_without_the_tag(
    app: Flask, client: Client, tmp_path: Path
) -> None:
    arrived(bookkeeper())
    (ours,) = sent_to("sam@example.org")
    assert ours.reply_to_address is not None
    tag = ours.reply_to_address.partition("+")[2].partition("@")[0]
    one(app, tmp_path / "in", mail(sender="sam@example.org", to=ours.reply_to_address))
    postings.sign_in(client, postings.coordinator())
    page = client.page(f"/staff/incoming/{rows()[0].id}")
    assert tag not in client.get(f"/staff/incoming/{rows()[0].id}").text
    assert "jobs+…@" in page.text


def test_mail_without_anything_of_others_is_given_out_as_it_arrived(
    app: Flask, client: Client, tmp_path: Path
) -> None:
    content = mail(subject="When do you open?").as_bytes()
    one(app, tmp_path / "in", content)
    postings.sign_in(client, postings.coordinator())
    assert client.get(f"/staff/incoming/{rows()[0].id}/raw").data == content
