"""Small builders of mail. They commit."""

import threading
from collections.abc import Callable
from typing import Any

from flask import Flask

from tracker.core.db import db, writing
from tracker.notifications import operations
from tracker.notifications.models import OutgoingEmail
from tracker.notifications.wording import Message, declare

NEWS = declare(
    Message(
        name="test_news",
        audience="contact",
        purpose="Goes only in tests.",
        subject="News for {name}",
        body="Dear {name},\n\nhere is some news:\n{news}",
        samples={"name": "Ann Lee", "news": "The library has a new door."},
    )
)


def queue(to: str = "ann@example.org", name: str = "Ann Lee", **options: Any) -> OutgoingEmail:
    """A mail in the outbox, committed."""
    options.setdefault("values", {"name": name, "news": "It rains."})
    with writing():
        email = operations.queue("test_news", to=(name, to), **options)
        email_id = email.id
        db.session.commit()
    return reload(email_id)


def reload(email_id: int) -> OutgoingEmail:
    """The mail as the database has it now."""
    db.session.rollback()
    email = db.session.get(OutgoingEmail, email_id, populate_existing=True)
    assert email is not None
    return email


def calendar(method: str, sequence: int = 0) -> str:
    """An iCalendar text that is good enough to travel."""
    lines = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Tracker//EN",
        f"METHOD:{method}",
        "BEGIN:VEVENT",
        "UID:interview-1@example.org",
        f"SEQUENCE:{sequence}",
        "DTSTAMP:20261122T150000Z",
        "DTSTART:20261201T150000Z",
        "SUMMARY:Gespräch – interview",
        "END:VEVENT",
        "END:VCALENDAR",
    )
    return "\r\n".join(lines) + "\r\n"


def side_by_side(app: Flask, work: Callable[[], object], *, count: int) -> None:
    """Do the same in several threads that begin together."""
    start = threading.Barrier(count)

    def run() -> None:
        with app.app_context():
            start.wait()
            work()
            db.session.remove()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
