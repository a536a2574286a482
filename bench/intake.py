"""How fast mail is taken in: applications with a file of 200 KB each, by one process and by two."""

import hashlib
import json
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
import time
from email import message_from_bytes
from email.message import EmailMessage, Message
from pathlib import Path
from typing import Any

from flask_migrate import upgrade

from tracker.accounts.models import Person
from tracker.app import create_app
from tracker.core.db import db, now
from tracker.notifications.models import Letterhead
from tracker.organization.models import Employer
from tracker.postings import operations as postings
from tracker.postings import queries
from tracker.postings.content import DocumentValue, PostingValues
from tracker.postings.rules import DocumentKind
from tracker.upkeep.demo.papers import Paper, pdf

ROOT = Path(__file__).resolve().parent.parent
MAILS = 1_000
ATTACHMENT = 200_000
PROCESSES = (1, 2)
MAILBOX = "jobs@example.org"


def measure_intake(mails: int = MAILS) -> None:
    """Print how many mails a second are taken in, beside the bare minimum of it.

    The start of the processes counts as well. Each number of them has mail of its own, and a
    database of its own.
    """
    print(f"\nIntake of {mails} mails with {ATTACHMENT // 1000} KB each:")
    for processes in PROCESSES:
        with tempfile.TemporaryDirectory(prefix="tracker-bench-") as place:
            folder = Path(place)
            box = folder / "mail"
            box.mkdir()
            _write(box, mails)
            bare = _bare(box, folder / "bare")
            rate, work = _rate(box, _prepare(folder), mails, processes)
        print(
            f"  {processes} at work: {rate:.1f} a second ({work * 1000:.0f} ms of work each);"
            f" bare (parse, fsync, a row; one process): {bare:.0f} a second;"
            f" ratio {rate / bare:.2f}",
            flush=True,
        )


def _rate(
    box: Path, environment: dict[str, str], mails: int, processes: int
) -> tuple[float, float]:
    """Take a box in, by some processes at once: mails a second, and seconds of work for each."""
    began, before = time.perf_counter(), os.times()
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "flask", "mail", "intake", "--json", str(box)],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
        )
        for _ in range(processes)
    ]
    said = [json.loads(each.communicate()[0]) for each in running]
    seconds, after = time.perf_counter() - began, os.times()
    taken = sum(_is_taken(each) for one in said for each in one)
    if taken != mails:
        raise SystemExit(f"{taken} of {mails} mails became applications with their file")
    worked = (after[2] + after[3]) - (before[2] + before[3])
    return mails / seconds, worked / mails


def _is_taken(said: dict[str, Any]) -> bool:
    files = said["attachments"]
    return said["verdict"] == "application" and [each["accepted"] for each in files] == [True]


def _write(box: Path, mails: int) -> None:
    lines = tuple("Ten years at the desk, and what came over it, hour by hour." for _ in range(40))
    paper = pdf(Paper("Resume. Education. Work experience.", lines))
    start = re.findall(rb"startxref\s+(\d+)", paper)[-1]
    end = b"\nstartxref\n%b\n%%%%EOF\n" % start
    for number in range(mails):
        # What makes up the size is random, as a scan's bytes are: a comment, and the end once more.
        padding = os.urandom((ATTACHMENT - len(paper) - len(end)) // 2).hex().encode()
        message = EmailMessage()
        message["From"] = f"Candidate {number} <candidate{number}@example.net>"
        message["To"], message["Subject"] = MAILBOX, "Bookkeeper"
        message["Message-ID"] = f"<{number}@bench.example.net>"
        message.set_content("Dear all,\n\nI apply for the position, as my resume says.\n\nKim\n")
        message.add_attachment(
            paper + b"\n%" + padding + end,
            maintype="application",
            subtype="pdf",
            filename="resume.pdf",
        )
        (box / f"{number:06}.eml").write_bytes(message.as_bytes())


def _bare(box: Path, folder: Path) -> float:
    """Parse each mail, write its file to the disk, and name both in a row: mails a second."""
    folder.mkdir()
    connection = sqlite3.connect(folder / "bare.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE mail (sha256 TEXT, subject TEXT, size INTEGER)")
    paths = sorted(box.iterdir())[:200]
    began = time.perf_counter()
    for path in paths:
        raw = path.read_bytes()
        message = message_from_bytes(raw)
        for name, content in (("raw", raw), ("file", _attachment(message))):
            with (folder / f"{path.stem}.{name}").open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        connection.execute(
            "INSERT INTO mail VALUES (?, ?, ?)",
            (hashlib.sha256(raw).hexdigest(), message["Subject"], len(raw)),
        )
    seconds = time.perf_counter() - began
    connection.close()
    return len(paths) / seconds


def _attachment(message: Message) -> bytes:
    content = list(message.walk())[-1].get_payload(decode=True)
    assert isinstance(content, bytes)
    return content


def _prepare(folder: Path) -> dict[str, str]:
    """Make an employer with one open posting, in a place of its own."""
    settings = {
        "INSTANCE_PATH": str(folder / "instance"),
        "BASE_URL": "http://localhost",
        "SECRET_KEY": "only for measuring",
        "INTAKE_ADDRESS": MAILBOX,
        "DATABASE_URL": "",
        "FILES_URL": "",
    }
    app = create_app(settings)
    with app.app_context():
        upgrade()
        db.session.add(Employer(id=1, name="A library", equal_opportunity_statement="All."))
        db.session.add(Letterhead(sender_name="A library", sender_address=MAILBOX))
        db.session.commit()
        person = _contact()
        values: PostingValues = {
            "title": "Bookkeeper",
            "summary": "We look for a bookkeeper.",
            "subject_keyword": "Bookkeeper",
            "closes_on": now().date().replace(year=now().year + 1),
            "contact_person_id": person,
            "documents": [
                DocumentValue(DocumentKind.COVER_LETTER, "Cover letter"),
                DocumentValue(DocumentKind.RESUME, "Resume"),
            ],
        }
        posting = postings.draft(by=None, values=values)
        db.session.flush()
        confirmed = [each.code for each in queries.checks_of(posting)]
        postings.publish(posting, by=None, confirmed=confirmed)
        db.session.commit()
        db.engine.dispose()
    return {**os.environ, **settings}


def _contact() -> int:
    person = Person(name="Ida Moreno", email="ida@example.org")
    db.session.add(person)
    db.session.commit()
    return person.id
