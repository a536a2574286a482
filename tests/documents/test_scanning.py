"""Files are checked by a real scanner: nothing is cleared unchecked, nothing is lost on the way."""

import datetime as dt
import io
import os
import subprocess
import sys
import time
from itertools import pairwise
from threading import Event, Thread
from typing import Any

import pytest
import time_machine
from flask import Flask

from tests.documents.scanned import CLEAN_TEXT, INFECTED_TEXT, LIMIT, fresh, set_scanner, state
from tests.plugins.scanners import SIGNATURE, STREAM_LIMIT, VIRUS, Clamd, Pretender
from tests.plugins.servers import ROOT
from tracker.core.db import db, lock, now, writing
from tracker.core.files import files
from tracker.core.jobs import run_now
from tracker.documents import clamd, operations, queries, scanning
from tracker.documents.models import Document, OriginalFile

MINUTE = dt.timedelta(minutes=1)


def document(text: str = CLEAN_TEXT) -> int:
    """Take in a typed letter, as the form does."""
    received = operations.receive_text(text, "letter.txt")
    with writing():
        document_id = operations.record(received).id
        db.session.commit()
    return document_id


@pytest.fixture
def scanned(any_app: Flask, scanner: Clamd) -> Flask:
    """An application with a scanner set, on either database."""
    set_scanner(any_app, scanner.url)
    return any_app


def test_without_a_scanner_nothing_waits(app: Flask) -> None:
    document_id = document()
    assert (state(document_id), fresh(document_id).is_cleared) == ("none", True)
    run_now("previews")
    assert fresh(document_id).preview_state == "ready"


def test_a_clean_file_is_cleared_and_then_drawn(scanned: Flask) -> None:
    document_id = document()
    run_now("previews")
    waiting = fresh(document_id)
    assert (waiting.scan_state, waiting.is_cleared, waiting.preview_state) == (
        ("waiting", False, "waiting")
    )
    run_now("scan")
    cleared = fresh(document_id)
    assert (cleared.scan_state, cleared.is_cleared, cleared.scan_note) == ("clean", True, "")
    assert cleared.scanned_at is not None
    run_now("previews")
    assert fresh(document_id).preview_state == "ready"


def test_a_file_with_a_virus_is_kept_to_the_byte_and_never_drawn(scanned: Flask) -> None:
    document_id = document(INFECTED_TEXT)
    run_now("scan")
    run_now("previews")
    found = fresh(document_id)
    assert (found.scan_state, found.preview_state) == ("infected", "waiting")
    assert found.scan_note == f"{SIGNATURE}.UNOFFICIAL"
    assert b"".join(files().chunks(found.file_key)) == INFECTED_TEXT.encode()


def test_a_photograph_that_a_document_was_made_of_is_checked_with_it(scanned: Flask) -> None:
    document_id = document()
    stored = files().store(io.BytesIO(b"JFIF " + VIRUS), limit=LIMIT)
    with writing():
        db.session.add(
            OriginalFile(
                document_id=document_id,
                rank=0,
                file_key=stored.key,
                file_name="page.jpg",
                media_type="image/jpeg",
                size=stored.size,
                sha256=stored.sha256,
            )
        )
        db.session.commit()
    run_now("scan")
    assert state(document_id) == "infected"


def test_a_scanner_set_later_checks_what_was_there_already(app: Flask, scanner: Clamd) -> None:
    ids = [document(), document(INFECTED_TEXT)]
    set_scanner(app, scanner.url)
    run_now("scan")
    assert [state(each) for each in ids] == ["clean", "infected"]


def test_a_scanner_that_is_unset_lets_go_what_waits_and_not_what_it_found(
    app: Flask, own_scanner: Clamd
) -> None:
    own_scanner.start()
    set_scanner(app, own_scanner.url)
    infected = document(INFECTED_TEXT)
    run_now("scan")
    waiting = document()
    set_scanner(app, "")
    run_now("scan")
    assert [state(infected), state(waiting)] == ["infected", "none"]


def test_files_wait_while_the_scanner_is_away_and_go_on_when_it_is_back(
    scanned: Flask, own_scanner: Clamd
) -> None:
    set_scanner(scanned, own_scanner.url)
    ids = [document(), document(INFECTED_TEXT), document()]
    run_now("scan")
    assert [state(each) for each in ids] == ["waiting"] * 3
    said = queries.unscanned(before=now() - MINUTE)
    assert said is not None
    assert (said.count, said.note) == (3, scanning.AWAY)
    own_scanner.start()
    with time_machine.travel(now() + MINUTE):
        run_now("scan")
    assert [state(each) for each in ids] == ["clean", "infected", "clean"]
    assert queries.unscanned(before=now() + MINUTE) is None


def test_one_that_is_killed_in_between_loses_nothing(app: Flask, own_scanner: Clamd) -> None:
    own_scanner.start()
    set_scanner(app, own_scanner.url)
    first = document()
    run_now("scan")
    own_scanner.kill()
    second = document()
    run_now("scan")
    own_scanner.start()
    with time_machine.travel(now() + MINUTE):
        run_now("scan")
    assert [state(first), state(second)] == ["clean", "clean"]


def test_a_scanner_that_is_away_is_asked_less_and_less(app: Flask, own_scanner: Clamd) -> None:
    set_scanner(app, own_scanner.url)
    begun = now()
    with time_machine.travel(begun, tick=False) as clock:
        document()
        tries = []
        for minute in range(40):
            clock.move_to(begun + minute * MINUTE)
            if not queries.scanner_is_left_alone(now()):
                tries.append(minute)
            run_now("scan")
    pauses = [later - earlier for earlier, later in pairwise(tries)]
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (1, 5)


def test_a_new_file_does_not_wake_one_that_is_away(app: Flask, own_scanner: Clamd) -> None:
    set_scanner(app, own_scanner.url)
    document()
    run_now("scan")
    document()
    assert queries.scanner_is_left_alone(now())


@pytest.mark.parametrize("answer", [None, b"", b"HTTP/1.1 400\r\n\0"], ids=["none", "cut", "odd"])
def test_no_answer_to_a_file_clears_nothing_and_tries_the_others_first(
    app: Flask,
    scanner: Clamd,
    pretender: Pretender,
    answer: bytes | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(clamd, "SCAN_SECONDS", 0.3)
    set_scanner(app, pretender(answer))
    other, asked = document(), document()
    run_now("scan")
    assert [(fresh(each).scan_state, fresh(each).scan_note) for each in (other, asked)] == [
        ("waiting", ""),
        ("waiting", scanning.NO_ANSWER),
    ]
    monkeypatch.undo()
    set_scanner(app, scanner.url)
    run_now("scan")
    assert [state(other), state(asked)] == ["clean", "waiting"]
    with time_machine.travel(now() + MINUTE):
        run_now("scan")
    assert state(asked) == "clean"


def test_a_file_that_is_longer_than_the_scanner_takes_waits_and_stops_no_other(
    app: Flask, scanner: Clamd
) -> None:
    set_scanner(app, scanner.url)
    short, long = document(), document("a" * (STREAM_LIMIT + 1))
    run_now("scan")
    assert [state(short), state(long)] == ["clean", "waiting"]
    assert fresh(long).scan_note == scanning.TOO_LARGE


def test_a_file_that_cannot_be_read_waits_and_stops_no_other(app: Flask, scanner: Clamd) -> None:
    set_scanner(app, scanner.url)
    other, gone = document(), document()
    files().delete(fresh(gone).file_key)
    run_now("scan")
    assert [state(other), state(gone)] == ["clean", "waiting"]
    assert fresh(gone).scan_note == scanning.NOT_READ


KILLED = """
import os
from tracker.app import create_app
from tracker.core.jobs import run_now
with create_app().app_context():
    run_now("scan")
"""


def test_a_worker_killed_over_a_file_costs_a_delay_and_no_more(
    app: Flask, settings: dict[str, Any], scanner: Clamd, pretender: Pretender
) -> None:
    set_scanner(app, scanner.url)
    document_id = document()
    given = {name: str(settings[name]) for name in ("DATABASE_URL", "FILES_URL", "SECRET_KEY")}
    given |= {"INSTANCE_PATH": settings["INSTANCE_PATH"], "CLAMD_URL": pretender(None)}
    worker = subprocess.Popen([sys.executable, "-c", KILLED], cwd=ROOT, env={**os.environ, **given})
    deadline = time.monotonic() + 60
    while fresh(document_id).scan_claimed_until is None and time.monotonic() < deadline:
        time.sleep(0.05)
    worker.kill()
    worker.wait()
    assert fresh(document_id).scan_claimed_until is not None
    run_now("scan")
    assert state(document_id) == "waiting"
    with time_machine.travel(now() + scanning.CLAIM):
        run_now("scan")
    assert state(document_id) == "clean"


def test_no_lock_is_held_while_a_file_is_checked(any_app: Flask, pretender: Pretender) -> None:
    written = Event()

    def answer() -> bytes:
        return b"stream: OK\0" if written.wait(30) else b"stream: Lock.Held FOUND\0"

    set_scanner(any_app, pretender(answer))
    document_id = document()

    def scan() -> None:
        with any_app.app_context():
            run_now("scan")

    worker = Thread(target=scan)
    worker.start()
    while fresh(document_id).scan_claimed_until is None:
        time.sleep(0.01)
    with writing():
        lock(Document, document_id).note = "written meanwhile"
        db.session.commit()
    written.set()
    worker.join()
    assert (state(document_id), fresh(document_id).note) == ("clean", "written meanwhile")
