"""A folder of hostile mail, three times over, by two processes at once: nothing breaks."""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from tests.intake.hostile import corpus
from tests.intake.hostile.machines import machines
from tests.intake.mails import MAILBOX, bookkeeper, put, rows, take_in
from tests.plugins.servers import ROOT
from tracker.applications.models import Application
from tracker.core.db import db
from tracker.core.files import files
from tracker.intake.rules import Verdict
from tracker.notifications.models import OutgoingEmail
from tracker.upkeep import verification

pytestmark = pytest.mark.settings(
    INTAKE_ADDRESS=MAILBOX, INTAKE_AUTHORITY="mail.fernhollow.example.org"
)


def start(settings: dict[str, Any], *arguments: str) -> "subprocess.Popen[str]":
    """Start the command in a process of its own, with the settings of the test."""
    environment = {
        **os.environ,
        **{name: str(value) for name, value in settings.items() if name != "TESTING"},
    }
    return subprocess.Popen(
        [sys.executable, "-m", "flask", "mail", "intake", *arguments],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def end(process: "subprocess.Popen[str]") -> list[dict[str, Any]]:
    """Wait for a process, which must end well, and read its array."""
    said, complained = process.communicate(timeout=300)
    assert process.returncode == 0, complained
    assert "Traceback" not in complained
    found: list[dict[str, Any]] = json.loads(said)
    return found


@pytest.mark.both_databases
def test_any_folder_three_times_over_by_two_processes(
    app: Flask, settings: dict[str, Any], tmp_path: Path
) -> None:
    bookkeeper()
    mails = corpus()
    assert len(mails) >= 100
    folder = tmp_path / "in"
    folder.mkdir()
    for number, content in enumerate(mails.values()):
        (folder / f"{number:03}.eml").write_bytes(content)
    different = len(set(mails.values()))
    verdicts: Counter[str] = Counter()
    for _ in range(3):
        pair = [start(settings, str(folder), "--json") for _ in range(2)]
        for said in map(end, pair):
            assert len(said) == len(mails)
            assert [each["path"] for each in said] == sorted(map(str, folder.iterdir()))
            verdicts.update(each["verdict"] for each in said)
    assert verdicts.total() == 6 * len(mails)
    first_time = sum(count for verdict, count in verdicts.items() if verdict != "duplicate")
    kept = rows()
    assert len(kept) == different
    doubles = sum(each.verdict is Verdict.DUPLICATE for each in kept)
    assert first_time == different - doubles
    assert all(each.verdict is not None and each.why for each in kept)
    made = sum(each.verdict is Verdict.APPLICATION for each in kept)
    assert db.session.query(Application).count() == made
    stored = {b"".join(files().chunks(each.file_key)) for each in kept}
    assert stored == set(mails.values())
    report = verification.verify()
    assert report.broken == []


def test_no_machine_of_the_corpus_is_answered(app: Flask, tmp_path: Path) -> None:
    bookkeeper()
    names, contents = zip(*machines(), strict=True)
    said = take_in(app, *put(tmp_path / "in", *contents))
    found = {name: each["verdict"] for name, each in zip(names, said, strict=True)}
    assert found == {
        "out of office": "auto_reply",
        "out of office by its subject": "auto_reply",
        "fuera de la oficina": "auto_reply",
        "an old autoresponder": "auto_reply",
        "bulk": "unsorted",
        "a list": "unsorted",
        "a null sender": "auto_reply",
        "a daemon": "bounce",
        "nobody to answer": "unsorted",
        "our own address": "quarantined",
        "a bounce of nothing": "bounce",
        "a bounce that is broken": "unsorted",
        "a read receipt": "auto_reply",
        "a calendar answer": "calendar",
        "a calendar that is none": "unsorted",
    }
    assert db.session.query(OutgoingEmail).count() == 0
