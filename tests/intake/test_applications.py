"""An application by mail: matched, taken to the byte, acknowledged, completed."""

import hashlib
from pathlib import Path

import pytest
from flask import Flask

from tests.intake.mails import LETTER, MAILBOX, bookkeeper, mail, one, resume, rows, sent_to
from tracker.applications.models import Application
from tracker.applications.rules import Channel
from tracker.core.db import db
from tracker.core.files import files
from tracker.routing.models import Assignment

pytestmark = pytest.mark.settings(INTAKE_ADDRESS=MAILBOX)


def test_a_mail_with_a_resume_is_an_application_to_the_byte(any_app: Flask, tmp_path: Path) -> None:
    posting = bookkeeper()
    slug, content = posting.slug, resume()
    said = one(any_app, tmp_path / "in", mail(files=[(content, "Quennell_CV.pdf")]))
    application = db.session.query(Application).one()
    sha256 = hashlib.sha256(content).hexdigest()
    assert {**said, "why": ""} == {
        "path": str(tmp_path / "in" / "0000.eml"),
        "message_id": "<one@example.net>",
        "verdict": "application",
        "application": application.number,
        "posting": slug,
        "attachments": [
            {"name": "Quennell_CV.pdf", "sha256": sha256, "accepted": True, "reason": None}
        ],
        "why": "",
    }
    assert (application.name, application.email) == ("Marisol Quennell", "marisol@example.net")
    assert application.channel is Channel.MAIL
    stored = {each.title: each.document for each in application.documents}
    assert set(stored) == {"Resume", "Cover letter"}
    assert b"".join(files().chunks(stored["Resume"].file_key)) == content
    assert b"".join(files().chunks(stored["Cover letter"].file_key)).decode() == LETTER
    (row,) = rows()
    raw = b"".join(files().chunks(row.file_key))
    assert raw == (tmp_path / "in" / "0000.eml").read_bytes()
    assert hashlib.sha256(raw).hexdigest() == row.sha256
    assert row.attachments[0].guess == "Taken for “Resume” by its name."
    assert db.session.query(Assignment).count() == 1
    (receipt,) = sent_to("marisol@example.net")
    assert receipt.id == application.receipt_email_id
    assert receipt.headers["Auto-Submitted"] == "auto-generated"
    assert sha256 in receipt.text
