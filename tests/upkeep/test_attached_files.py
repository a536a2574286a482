"""Files that go with mail are known to backup, verify and removal, and never deleted twice."""

import json
import tarfile
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.routing.test_attached import arrive, attach
from tracker.applications.models import Application
from tracker.core.db import db, writing
from tracker.core.files import files
from tracker.documents.models import Document
from tracker.documents.queries import unnamed_keys
from tracker.notifications.models import EmailAttachment
from tracker.upkeep.backup import back_up
from tracker.upkeep.demo import removing
from tracker.upkeep.verification import verify


def keys() -> list[str]:
    """The files that mail carries."""
    return list(db.session.scalars(select(EmailAttachment.file_key)))


def test_a_backup_holds_the_rows_and_each_file_once(app: Flask, tmp_path: Path) -> None:
    attach()
    arrive()
    db.session.rollback()
    back_up(tmp_path / "all.tar")
    with tarfile.open(tmp_path / "all.tar") as archive:
        names = archive.getnames()
        rows = archive.extractfile("tables/email_attachment.jsonl")
        assert rows is not None
        kept = [json.loads(line)["file_key"] for line in rows.read().splitlines()]
    assert sorted(kept) == sorted(keys())
    assert [names.count(f"files/{key}") for key in kept] == [1, 1]


@pytest.mark.both_databases
def test_verify_tells_of_a_file_that_is_gone_once(app: Flask) -> None:
    attach()
    arrive()
    assert verify().broken == []
    files().delete(keys()[0])
    assert [each.kind for each in verify().broken] == ["missing file"]


def test_verify_tells_of_a_file_that_only_a_mail_names(app: Flask) -> None:
    attach()
    arrive()
    with writing():
        row = db.session.scalars(select(EmailAttachment)).first()
        assert row is not None
        row.file_key = "ab/" + "ab" * 16
        db.session.commit()
    (broken,) = verify().broken
    assert broken.kind == "missing file"
    assert "attachment of mail" in broken.what


@pytest.mark.both_databases
def test_what_is_removed_takes_its_mail_s_files_along_and_names_each_file_once(
    app: Flask,
) -> None:
    attach()
    application, _contents = arrive()
    stored = keys()
    with writing():
        db.session.get_one(Application, application.id).is_demo = True
        db.session.flush()
        removal = removing.remove()
        db.session.commit()
    assert db.session.scalar(select(func.count(EmailAttachment.id))) == 0
    assert db.session.scalar(select(func.count(Document.id))) == 0
    assert sorted(key for key in removal.file_keys if key in stored) == sorted(stored)
    assert unnamed_keys(stored) == set(stored)
