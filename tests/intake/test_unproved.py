"""Nobody is led astray by our mail: what a stranger wrote goes to no address they made up."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock, Semaphore
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, event

from tests.documents import samples
from tests.intake.mails import MAILBOX, bookkeeper, mail, one, resume, rows, sent_to
from tracker.core.db import db, now, writing
from tracker.intake import operations
from tracker.intake.findings import Found, Head
from tracker.intake.models import IncomingEmail
from tracker.intake.operations import Decision, Opened
from tracker.intake.rules import NOTICES_AN_HOUR, Verdict
from tracker.notifications import operations as outbox
from tracker.notifications.headers import without_addresses
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
            (resume(), "cv of www.evil.example.pdf"),
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
        ("Ann at evil.com", "Ann at"),
        ("Ann //evil.com", "Ann"),
        ("Ann / Lee", "Ann / Lee"),
    ],
)
def test_a_name_is_left_without_what_becomes_a_link(name: str, left: str) -> None:
    assert without_addresses(name) == left


def test_so_many_notices_go_out_in_an_hour_whoever_they_are_for(
    any_app: Flask, tmp_path: Path
) -> None:
    bookkeeper()
    _told_before(NOTICES_AN_HOUR - 1)
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


def test_as_few_go_out_when_several_mails_are_taken_in_at_once(any_app: Flask) -> None:
    """The first one's notice is written and not committed yet when the others are to be told."""
    bookkeeper()
    _told_before(NOTICES_AN_HOUR - 1)
    keys = [_kept(number) for number in range(4)]
    db.session.remove()
    others, first = Semaphore(0), Lock()

    def hold(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith("INSERT INTO outgoing_email ") and first.acquire(blocking=False):
            for _ in keys[1:]:
                others.acquire(timeout=0.5)

    def settle(key: int) -> None:
        head = Head(senders=(("", f"victim-{key}@example.net"),))
        decision = Decision(Verdict.UNSORTED, "Sealed.", head, answerable=True, trouble=True)
        with any_app.app_context(), writing():
            opened = Opened(Found(head, tnef=True))
            operations.settle(operations.locked(key), opened, decision, at=now())
            db.session.commit()
        others.release()

    event.listen(Engine, "after_cursor_execute", hold)
    try:
        with ThreadPoolExecutor(len(keys)) as threads:
            list(threads.map(settle, keys))
    finally:
        event.remove(Engine, "after_cursor_execute", hold)
    assert db.session.query(OutgoingEmail).count() == NOTICES_AN_HOUR
    assert [each.verdict for each in rows()] == [Verdict.UNSORTED] * len(keys)


def _kept(number: int) -> int:
    """A mail that waits to be understood. Commits."""
    email = IncomingEmail(file_key=f"aa/{number}", sha256=f"{number:064}", size=100)
    db.session.add(email)
    db.session.commit()
    return email.id


def _told_before(times: int) -> None:
    for number in range(times):
        outbox.queue(
            "mail_unopened",
            to=("", f"victim{number}@example.net"),
            values={"when": "Friday", "reason": "It is large."},
            once_key=f"before-{number}",
        )
    db.session.commit()
