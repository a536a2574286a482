"""What is kept stays kept: verify sees what is missing, backups carry it, the sweep spares it."""

from pathlib import Path

import pytest
from flask import Flask

from tests.intake.mails import MAILBOX, bookkeeper, mail, one, resume, rows
from tracker.core.files import files
from tracker.documents.queries import unnamed_keys
from tracker.upkeep.backup import KEYS, back_up
from tracker.upkeep.verification import verify

pytestmark = pytest.mark.settings(INTAKE_ADDRESS=MAILBOX)


def test_verify_sees_a_kept_mail_that_is_gone_or_changed(any_app: Flask, tmp_path: Path) -> None:
    bookkeeper()
    one(any_app, tmp_path / "in", mail(files=[(resume(), "cv.pdf")]))
    key, email_id = rows()[0].file_key, rows()[0].id
    assert unnamed_keys([key, "00/nobody"]) == {"00/nobody"}
    report = verify()
    assert report.broken == []
    assert report.checked["incoming mails"] == 1
    path = tmp_path / "files" / key
    path.write_bytes(path.read_bytes() + b"x")
    (changed,) = verify().broken
    assert (changed.kind, changed.what) == ("changed file", f"incoming mail {email_id}")
    files().delete(key)
    (missing,) = verify().broken
    assert (missing.kind, missing.what) == ("missing file", f"incoming mail {email_id}")


def test_a_backup_carries_kept_mails(app: Flask, tmp_path: Path) -> None:
    bookkeeper()
    one(app, tmp_path / "in", mail(files=[(resume(), "cv.pdf")]))
    assert ("incoming_email", "file_key") in KEYS
    counts = back_up(tmp_path / "all.tar")
    assert f"files/{rows()[0].file_key}".encode() in (tmp_path / "all.tar").read_bytes()
    assert counts["files"] == 3
