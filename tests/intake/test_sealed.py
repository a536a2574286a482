"""Mail that only other programs can open: it is said so, and never taken for words."""

from email.message import EmailMessage
from email.mime.application import MIMEApplication
from email.mime.multipart import MIMEMultipart
from pathlib import Path

import pytest
from flask import Flask

from tests.intake.mails import MAILBOX, bookkeeper, mail, one, resume, sent_to
from tracker.applications.models import Application
from tracker.core.db import db

pytestmark = pytest.mark.settings(INTAKE_ADDRESS=MAILBOX)
ARMORED = b"-----BEGIN PGP MESSAGE-----\n\nhQEMA5b0oAtVf2m1AQf\n-----END PGP MESSAGE-----\n"


def encrypted(name: str | None) -> bytes:
    """A mail in the form of RFC 3156, its second part called something, or nothing."""
    whole = MIMEMultipart("encrypted", protocol="application/pgp-encrypted")
    whole["From"], whole["To"] = "Marisol Quennell <marisol@example.net>", MAILBOX
    whole["Subject"], whole["Message-ID"] = "Bookkeeper", "<sealed@example.net>"
    whole.attach(MIMEApplication(b"Version: 1\n", "pgp-encrypted"))
    part = MIMEApplication(ARMORED, "octet-stream")
    if name:
        part.add_header("Content-Disposition", "inline", filename=name)
    whole.attach(part)
    return whole.as_bytes()


@pytest.mark.parametrize("name", [None, "encrypted.asc", "msg.txt", "resume.pdf"])
def test_an_encrypted_mail_waits_and_its_sender_is_told_so(
    app: Flask, tmp_path: Path, name: str | None
) -> None:
    bookkeeper()
    said = one(app, tmp_path / "in", encrypted(name))
    assert (said["verdict"], said["application"]) == ("unsorted", None)
    assert "It is encrypted (PGP) and cannot be read here." in said["why"]
    assert not any(each["accepted"] for each in said["attachments"])
    (told,) = sent_to("marisol@example.net")
    assert "It is encrypted, and cannot be read here." in told.text
    assert db.session.query(Application).count() == 0


def test_an_encrypted_file_beside_a_resume_is_not_taken_and_said_in_the_receipt(
    app: Flask, tmp_path: Path
) -> None:
    bookkeeper()
    message: EmailMessage = mail(files=[(resume(), "cv.pdf"), (ARMORED, "letter.txt")])
    said = one(app, tmp_path / "in", message)
    assert said["verdict"] == "application"
    assert {each["name"]: each["accepted"] for each in said["attachments"]} == {
        "cv.pdf": True,
        "letter.txt": False,
    }
    (receipt,) = sent_to("marisol@example.net")
    assert "A part of your mail is encrypted and cannot be read here." in receipt.text
