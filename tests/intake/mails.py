"""Mails as people and machines write them, and the one way to take them in."""

import json
from collections.abc import Sequence
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from flask import Flask

from tests.documents import samples
from tests.postings import factories as postings
from tracker.core.db import db, now
from tracker.intake.models import IncomingEmail
from tracker.notifications.models import Letterhead, OutgoingEmail
from tracker.notifications.rules import MailState
from tracker.postings.models import Posting

MAILBOX = "jobs@fernhollow.example.org"
LETTER = (
    "Dear Ms. Moreno,\n\nI am applying for the position in your library. I have kept the books"
    " of a school for six years and would like to do the same for readers.\n\nSincerely,\n"
    "Marisol Quennell\n"
)
RECEIVED = "from mx.example.net by mail.fernhollow.example.org; {}"


def mail(
    *,
    sender: str = "Marisol Quennell <marisol@example.net>",
    to: str = MAILBOX,
    subject: str = "Bookkeeper",
    text: str = LETTER,
    files: Sequence[tuple[bytes, str]] = (),
    message_id: str = "<one@example.net>",
    **headers: str,
) -> EmailMessage:
    """A mail from outside; `headers` with underscores for hyphens."""
    message = EmailMessage()
    if sender:
        message["From"] = sender
    message["To"] = to
    message["Subject"] = subject
    message["Date"] = "Fri, 27 Nov 2026 10:00:00 -0500"
    if message_id:
        message["Message-ID"] = message_id
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    for content, name in files:
        message.add_attachment(
            content, maintype="application", subtype="octet-stream", filename=name
        )
    return message


def resume(words: str = "Marisol Quennell. Education. Work experience.") -> bytes:
    """A resume that is taken."""
    return samples.pdf(words)


def put(folder: Path, *messages: EmailMessage | bytes) -> list[Path]:
    """Lay mails into a folder as .eml files."""
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for message in messages:
        path = folder / f"{len(list(folder.iterdir())):04}.eml"
        path.write_bytes(message if isinstance(message, bytes) else message.as_bytes())
        made.append(path)
    return made


def take_in(app: Flask, *paths: Path) -> list[dict[str, Any]]:
    """Run the command as an operator would, and read its array."""
    result = app.test_cli_runner().invoke(args=["mail", "intake", "--json", *map(str, paths)])
    assert result.exit_code == 0, result.output
    found: list[dict[str, Any]] = json.loads(result.stdout)
    return found


def one(app: Flask, folder: Path, message: EmailMessage | bytes) -> dict[str, Any]:
    """Take one mail in, and return what was said of it."""
    (said,) = take_in(app, *put(folder, message))
    return said


def bookkeeper(**values: Any) -> Posting:
    """An open posting whose subject line is prescribed, as the library's own postings do."""
    given: dict[str, Any] = {
        "title": "Bookkeeper",
        "subject_keyword": "Bookkeeper",
        "questions": [],
        "skills": [],
    }
    posting = postings.open_posting(**{**given, **values})
    if db.session.get(Letterhead, 1) is None:
        db.session.add(Letterhead(id=1, sender_name="Fernhollow Library", sender_address=MAILBOX))
        db.session.commit()
    return posting


def rows() -> list[IncomingEmail]:
    """Every mail that was kept, oldest first."""
    db.session.rollback()
    return list(db.session.query(IncomingEmail).order_by(IncomingEmail.id))


def sent_to(address: str) -> list[OutgoingEmail]:
    """Every mail of ours to an address, oldest first."""
    db.session.rollback()
    found = db.session.query(OutgoingEmail).filter_by(recipient_address=address)
    return list(found.order_by(OutgoingEmail.id))


def gone(email: OutgoingEmail) -> OutgoingEmail:
    """Let a mail of ours have been sent. Commits."""
    email.state, email.sent_at, email.next_attempt_at = MailState.SENT, now(), None
    db.session.commit()
    return email
