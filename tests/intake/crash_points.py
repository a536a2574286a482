"""Take a mail in and die on the way, later each time: a program of its own.

A fork ends itself by `kill -9` before its first step, the next one, with another mail, before a
later one: before a file gets its name, before and after each commit, before each statement. Each
time the mail is then taken in again, as the next run of the command would, and what has come of
it is said in a line: where the fork died, and how many mails, applications and receipts there are.
"""

import io
import itertools
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from flask import Flask
from sqlalchemy import Engine, event, func, select

from tests.intake.mails import bookkeeper, mail, resume
from tracker.app import create_app
from tracker.applications.models import Application
from tracker.core.db import db
from tracker.intake.arrival import Arrival
from tracker.intake.models import IncomingEmail
from tracker.notifications.models import OutgoingEmail


def main(stride: int) -> None:
    """Die at every so many-th step, until a fork has no such step any more."""
    app = create_app()
    with app.app_context():
        bookkeeper()
        for number in itertools.count():
            step = 1 + number * stride
            content = mail(
                sender=f"p{number}@example.net",
                message_id=f"<{number}@example.net>",
                files=[(resume(f"Number {number}"), "cv.pdf")],
            ).as_bytes()
            put_away(app)
            died = die_once(step, content)
            outcome = take_in(content)
            print(step, died, outcome, *counts(f"p{number}@example.net"))
            if not died:
                break


def take_in(content: bytes) -> str:
    """Take a mail in, and return its verdict."""
    outcome = Arrival().take_in_stream(io.BytesIO(content), source="a test")
    db.session.remove()
    return outcome.verdict.value if outcome is not None else "waits"


def counts(address: str) -> list[int]:
    """How many mails of a sender there are, how many applications, how many receipts."""
    found = [
        db.session.scalar(select(func.count()).where(condition)) or 0
        for condition in (
            IncomingEmail.from_address == address,
            Application.email == address,
            OutgoingEmail.recipient_address == address,
        )
    ]
    db.session.remove()
    return found


def die_once(number: int, content: bytes) -> bool:
    """Take a mail in in a fork that dies at its step of that number; tell whether it did."""
    child = os.fork()
    if child == 0:
        die_at(number)
        take_in(content)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    ended = os.waitstatus_to_exitcode(status)
    if ended not in {0, -signal.SIGKILL}:
        sys.exit(f"a fork ended with {ended}")
    return ended != 0


def die_at(number: int) -> None:
    """End this process at its step of that number."""
    step: Callable[[], int] = itertools.count(1).__next__

    def count(*_arguments: Any) -> None:
        if step() == number:
            os.kill(os.getpid(), signal.SIGKILL)

    def audit(name: str, _arguments: Any) -> None:
        if name == "os.link":
            count()

    sys.addaudithook(audit)
    event.listen(Engine, "before_cursor_execute", count)
    event.listen(Engine, "commit", count)
    event.listen(db.session, "after_commit", count, insert=True)


def put_away(app: Flask) -> None:
    """Close what a fork must not share."""
    db.session.remove()
    db.engine.dispose()
    app.extensions["huey"].storage.close()


if __name__ == "__main__":
    main(int(sys.argv[1]))
