"""A mailbox that is fetched from, and what is kept of it."""

from flask import Flask
from sqlalchemy import func, select

from tracker.core.db import db
from tracker.core.files import files
from tracker.intake.models import FetchedMessage, IncomingEmail, IntakeMailbox
from tracker.intake.polling import Report, fetch_new


def mail(number: int, *, body: bytes = b"Hello.\r\n") -> bytes:
    head = (
        f"From: Sam Rivera <sam@example.org>\r\nTo: jobs@example.org\r\n"
        f"Message-ID: <{number}@example.org>\r\nSubject: Number {number}\r\n\r\n"
    )
    return head.encode() + body


def fetch(app: Flask, url: str, after: str = "leave", **options: object) -> Report:
    app.config["INTAKE_URL"], app.config["INTAKE_AFTER"] = url, after
    return fetch_new(at_once=True, **options)  # type: ignore[arg-type]


def kept() -> list[bytes]:
    """The bytes of every mail that is kept, in order."""
    db.session.rollback()
    rows = db.session.scalars(select(IncomingEmail).order_by(IncomingEmail.id))
    return [b"".join(files().chunks(each.file_key)) for each in rows]


def states() -> dict[str, int]:
    db.session.rollback()
    counted = select(FetchedMessage.state, func.count()).group_by(FetchedMessage.state)
    return {row[0].value: row[1] for row in db.session.execute(counted)}


def box() -> IntakeMailbox:
    db.session.rollback()
    return db.session.scalars(select(IntakeMailbox)).one()
