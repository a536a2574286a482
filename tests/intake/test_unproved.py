"""Nobody is led astray by our mail: what a stranger wrote goes to no address they made up."""

import datetime as dt
from pathlib import Path

import pytest
from flask import Flask

from tests.documents import samples
from tests.intake.mails import MAILBOX, bookkeeper, mail, one, resume, sent_to
from tracker.core.db import db, now
from tracker.intake.rules import NOTICES_AN_HOUR
from tracker.intake.sorting import without_addresses
from tracker.notifications import operations as outbox
from tracker.notifications.models import OutgoingEmail

pytestmark = pytest.mark.settings(INTAKE_ADDRESS=MAILBOX)


def test_a_strangers_words_go_to_nobody_whose_address_they_used(app: Flask, tmp_path: Path) -> None:
    bookkeeper()
    words = "Your card is locked, log in at http://evil.example/login"
    bait = mail(
        sender=f'"{words}" <victim@example.net>',
        subject=words,
        text=words,
        files=[(b"\x78\x9f\x3e\x22", "winmail.dat")],
    )
    one(app, tmp_path / "in", bait)
    (told,) = sent_to("victim@example.net")
    assert told.message == "mail_unopened"
    assert "A mail from your address came on " in told.text
    assert "evil" not in f"{told.subject}{told.text}{told.html}{told.recipient_name}"


def test_a_name_and_file_names_in_a_receipt_lead_nowhere(app: Flask, tmp_path: Path) -> None:
    bookkeeper()
    bait = mail(
        sender='"Winner www.evil.example claim evil.example/now" <victim@example.net>',
        files=[
            (resume(), "cv.pdf"),
            (samples.encrypted_pdf(), "Claim it www.evil.example.pdf"),
        ],
    )
    assert one(app, tmp_path / "in", bait)["verdict"] == "application"
    (receipt,) = sent_to("victim@example.net")
    assert "Dear Winner claim,\n" in receipt.text
    assert "- Claim it: This file opens only with a password." in receipt.text
    assert "evil" not in f"{receipt.subject}{receipt.text}{receipt.recipient_name}"


@pytest.mark.parametrize(
    ("name", "left"),
    [
        ("Marisol Quennell", "Marisol Quennell"),
        ("  Dr. J.R. O’Neil-St.John, Ph.D. ", "Dr. J.R. O’Neil-St.John, Ph.D."),
        ("www.evil.example", ""),
        ("Ann HTTPS://evil.example/x Lee", "Ann Lee"),
        ("Ann evil.example/x", "Ann"),
        ("Ann evil.example:80", "Ann"),
        ("Ann ｗｗｗ．evil.example", "Ann"),
        ("Ann / Lee", "Ann / Lee"),
    ],
)
def test_a_name_is_left_without_what_becomes_a_link(name: str, left: str) -> None:
    assert without_addresses(name) == left


def test_so_many_notices_go_out_in_an_hour_whoever_they_are_for(
    any_app: Flask, tmp_path: Path
) -> None:
    bookkeeper()
    for number in range(NOTICES_AN_HOUR - 1):
        outbox.queue(
            "mail_unopened",
            to=("", f"victim{number}@example.net"),
            values={"when": "Friday", "reason": "It is large."},
            once_key=f"before-{number}",
        )
    db.session.commit()
    for number, told in ((60, 1), (61, 0)):
        bait = mail(
            sender=f"victim{number}@example.net",
            files=[(b"\x78\x9f\x3e\x22", "winmail.dat")],
            message_id=f"<bait{number}@example.net>",
        )
        assert one(any_app, tmp_path / f"in{number}", bait)["verdict"] == "unsorted"
        assert len(sent_to(f"victim{number}@example.net")) == told
    db.session.query(OutgoingEmail).update({"created_at": now() - dt.timedelta(hours=2)})
    db.session.commit()
    bait = mail(
        sender="victim62@example.net",
        files=[(b"\x78\x9f\x3e\x22", "winmail.dat")],
        message_id="<bait62@example.net>",
    )
    one(any_app, tmp_path / "in62", bait)
    assert len(sent_to("victim62@example.net")) == 1
