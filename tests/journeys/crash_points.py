"""Submit an application and die on the way, later each time: a program of its own.

A fork ends itself by `kill -9` before its first step, the next one before its second, and so
on: before a file gets its name, before each statement, before the commit, before the worker
is nudged. Each says where it dies. The first death that leaves any row changed is the last;
then "changed" is printed. A number given on the command line is the most that die so.
"""

import io
import itertools
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from flask import Flask
from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session

from tests.documents import samples
from tests.postings import factories as postings
from tracker.app import create_app
from tracker.applications import operations as applications
from tracker.applications.models import Draft
from tracker.core.db import db, lock, now, writing
from tracker.core.tokens import new_token
from tracker.documents import operations as documents
from tracker.postings.rules import DocumentKind
from tracker.routing import operations as routing


def main(most: int) -> None:
    """Die until something has changed, or often enough."""
    app = create_app()
    with app.app_context():
        draft_id, letter_id = prepare()
        before = everything()
        put_away(app)
        die_once(1, take_a_resume)
        for number in range(1, most + 1):
            put_away(app)
            die_once(number, lambda: submit(draft_id, letter_id))
            if everything() != before:
                print("changed")
                break


def prepare() -> tuple[int, int]:
    """Keep a draft with a resume; the ids of the draft and of the letter it lacks."""
    contact = postings.manager("ida.moreno@example.org")
    posting = postings.open_posting(contact=contact, questions=[], skills=[])
    posting_id = posting.id
    ids = {each.kind: each.id for each in posting.documents}
    resume = take_a_resume()
    with writing():
        draft = applications.start(posting_id, browser_hash="browser", token=new_token())
        applications.save(draft, {"name": "Ada Quill", "email": "ada.quill@example.org"})
        applications.attach(draft, ids[DocumentKind.RESUME], documents.record(resume))
        draft_id: int = draft.id
        db.session.commit()
    return draft_id, ids[DocumentKind.COVER_LETTER]


def take_a_resume() -> documents.Received:
    """Take in a PDF, which a child of its own looks at first."""
    return documents.receive(io.BytesIO(samples.pdf()), "resume.pdf", limit=1 << 20)


def submit(draft_id: int, letter_id: int) -> None:
    """Send the draft as the form does: the typed letter's file first, then all rows at once."""
    letter = documents.receive_text("Dear all, I am Ada Quill.", "letter.txt")
    with writing():
        draft = lock(Draft, draft_id)
        applications.attach(draft, letter_id, documents.record(letter))
        routing.receive(draft, at=now())
        db.session.commit()


def die_once(number: int, work: Callable[[], object]) -> None:
    """Do some work in a fork that dies at its step of that number."""
    child = os.fork()
    if child == 0:
        die_at(number)
        work()
        os._exit(1)
    _, status = os.waitpid(child, 0)
    if os.waitstatus_to_exitcode(status) != -signal.SIGKILL:
        sys.exit("nobody died")


def die_at(number: int) -> None:
    """End this process before its step of that number; after the commit at the latest."""
    step: Callable[[], int] = itertools.count(1).__next__

    def die(label: str) -> None:
        os.write(1, f"{label}\n".encode())
        os.kill(os.getpid(), signal.SIGKILL)

    def audit(name: str, _arguments: Any) -> None:
        if name == "os.link" and step() == number:
            die("link a file")

    def statement(_connection: Any, _cursor: Any, sql: str, *_rest: Any) -> None:
        if step() == number:
            die(" ".join(sql.split()[:3]))

    def commit(_connection: Any) -> None:
        if step() == number:
            die("commit")

    def committed(session: Session) -> None:
        if not session.in_nested_transaction():
            die("nudge")

    sys.addaudithook(audit)
    event.listen(Engine, "before_cursor_execute", statement)
    event.listen(Engine, "commit", commit)
    event.listen(db.session, "after_commit", committed, insert=True)


def everything() -> dict[str, list[str]]:
    """Every row of every table."""
    db.session.rollback()
    return {
        table.name: sorted(str(tuple(row)) for row in db.session.execute(select(table)))
        for table in db.metadata.sorted_tables
    }


def put_away(app: Flask) -> None:
    """Close what a fork must not share."""
    db.session.remove()
    db.engine.dispose()
    app.extensions["huey"].storage.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else sys.maxsize)
