"""Taken in once, though the process dies anywhere on the way; and nobody answers for ever."""

import subprocess
import sys
from email.message import EmailMessage
from pathlib import Path

import pytest
from flask import Flask

from tests.intake.mails import MAILBOX, bookkeeper, mail, resume, rows
from tests.plugins.mail import MailServer
from tests.plugins.servers import ROOT, LiveServer
from tracker.core.db import db, now
from tracker.core.jobs import run_now
from tracker.intake import arrival, batch, boxes
from tracker.intake.models import IncomingEmail
from tracker.intake.rules import Verdict
from tracker.notifications.delivery import deliver_due
from tracker.upkeep import verification

STRIDE = 9


@pytest.mark.both_databases
def test_a_mail_is_taken_in_once_wherever_its_process_dies(database: str, tmp_path: Path) -> None:
    server = LiveServer(
        tmp_path, TMPDIR=str(tmp_path), DATABASE_URL=database, INTAKE_ADDRESS=MAILBOX
    )
    done = subprocess.run(
        [sys.executable, "-m", "tests.intake.crash_points", str(STRIDE)],
        cwd=ROOT,
        env=server.environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    lines = [line.split() for line in done.stdout.splitlines()]
    assert len(lines) > 8
    *deaths, last = lines
    assert {tuple(line[1:]) for line in deaths} <= {
        ("True", "application", "1", "1", "1"),
        ("True", "duplicate", "1", "1", "1"),  # it died after the last commit
    }
    assert last[1:] == ["False", "duplicate", "1", "1", "1"]


@pytest.mark.settings(INTAKE_ADDRESS=MAILBOX)
def test_the_worker_understands_what_was_only_kept(any_app: Flask, tmp_path: Path) -> None:
    bookkeeper()
    path = tmp_path / "mail.eml"
    path.write_bytes(mail(files=[(resume(), "cv.pdf")]).as_bytes())
    worker = arrival.Arrival()
    (found,) = boxes.walk(path, skipped=[])
    with found.open() as stream:
        spooled = arrival._spool(stream, tmp_path / "spooled")
    worker._keep(spooled, "a test")
    assert [each.verdict for each in rows()] == [None]
    claimed = db.session.query(IncomingEmail).one()
    claimed.claimed_until, claimed.claimed_by = now(), "another machine/:1:aa"
    db.session.commit()
    run_now("understand")
    assert [each.verdict for each in rows()] == [Verdict.APPLICATION]
    assert verification.verify().broken == []


@pytest.mark.settings(INTAKE_ADDRESS=MAILBOX)
@pytest.mark.parametrize("marked", [True, False])
def test_two_autoresponders_get_one_mail_each_at_most(
    app: Flask, smtp_server: MailServer, tmp_path: Path, marked: bool
) -> None:
    """Over SMTP and back: each answers whatever comes, and ours stops.

    The other one may say that it is a machine, or not even that.
    """
    app.config["MAIL_URL"] = smtp_server.url
    bookkeeper()
    waiting: list[EmailMessage] = [mail(files=[(resume(), "cv.pdf")])]
    answered = 0
    for turn in range(6):
        for message in waiting:
            path = tmp_path / f"{turn}.eml"
            path.write_bytes(message.as_bytes())
            list(batch.take_all(boxes.walk(path, skipped=[]), arrival.Arrival()))
        db.session.remove()
        deliver_due()
        waiting = []
        for each in smtp_server.received[answered:]:
            if "marisol@example.net" in each.recipients:
                waiting.append(_answer(each.message, turn, marked=marked))
        answered = len(smtp_server.received)
    to_them = [each for each in smtp_server.received if "marisol@example.net" in each.recipients]
    assert len(to_them) == 1
    assert [each.verdict for each in rows()] == [
        Verdict.APPLICATION,
        Verdict.AUTO_REPLY if marked else Verdict.REPLY,
    ]


def _answer(message: EmailMessage, turn: int, *, marked: bool) -> EmailMessage:
    answer = mail(
        subject=f"Re: {message['Subject']}",
        text="I am away and will read your mail later.",
        message_id=f"<answer-{turn}@example.net>",
    )
    if marked:
        answer["Auto-Submitted"] = "auto-replied"
    else:
        answer["In-Reply-To"] = message["Message-ID"]
    return answer
