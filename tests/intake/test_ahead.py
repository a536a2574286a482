"""Each mail is opened while the one before it is written down: none is lost or done twice."""

import os
import tempfile
from pathlib import Path

import pytest
from flask import Flask

from tests.intake.mails import MAILBOX, bookkeeper, mail, put, resume, rows
from tracker.applications.models import Application, CandidateLink
from tracker.core.db import db
from tracker.intake import boxes
from tracker.intake.arrival import Arrival
from tracker.intake.batch import take_all
from tracker.intake.rules import Verdict

pytestmark = pytest.mark.settings(INTAKE_ADDRESS=MAILBOX)


def applying(number: int) -> bytes:
    """A mail by which somebody applies."""
    return mail(
        message_id=f"<{number}@example.net>",
        sender=f"p{number}@example.net",
        files=[(resume(), "cv.pdf")],
    ).as_bytes()


@pytest.fixture
def copies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where this process lays what it has for a moment."""
    place = tmp_path / "copies"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    return place


def test_who_stops_in_the_middle_leaves_no_copy_and_the_next_one_goes_on(
    any_app: Flask, tmp_path: Path, copies: Path
) -> None:
    bookkeeper()
    put(tmp_path / "in", *(applying(number) for number in range(4)))
    found = list(boxes.walk(tmp_path / "in", skipped=[]))
    taking = take_all(found, Arrival())
    first = next(taking)
    assert [each.verdict for each in rows()] == [Verdict.APPLICATION, None]
    taking.close()
    assert os.listdir(copies) == []
    said = list(take_all(found, Arrival()))
    assert [each.label for each in said] == [str(each.label) for each in found]
    assert [each.verdict for each in said] == [Verdict.DUPLICATE] + [Verdict.APPLICATION] * 3
    assert first.application is not None
    assert db.session.query(Application).count() == 4
    assert os.listdir(copies) == []


def test_the_same_mail_twice_in_a_row_is_one_application(
    any_app: Flask, tmp_path: Path, copies: Path
) -> None:
    bookkeeper()
    put(tmp_path / "in", applying(1), applying(1), applying(2))
    found = list(boxes.walk(tmp_path / "in", skipped=[]))
    assert len(found) == 3
    verdicts = [each.verdict for each in take_all(found, Arrival())]
    assert verdicts == [Verdict.APPLICATION, Verdict.DUPLICATE, Verdict.APPLICATION]
    assert db.session.query(Application).count() == 2
    assert os.listdir(copies) == []


def test_only_the_mailed_secret_opens_an_application_that_came_by_mail(
    app: Flask, tmp_path: Path
) -> None:
    """Nobody saw a receipt's page, so none is there to be opened."""
    bookkeeper()
    put(tmp_path / "in", applying(1))
    list(take_all(boxes.walk(tmp_path / "in", skipped=[]), Arrival()))
    (link,) = db.session.query(CandidateLink)
    assert link.mailed
