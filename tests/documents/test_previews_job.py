"""Previews are made behind the pages, once; what nobody needs is swept away, and nothing else."""

import datetime as dt
import io
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest
import time_machine
from flask import Flask

from tests.applications import factories
from tests.documents import samples
from tests.postings.factories import employer, open_posting
from tracker.applications import operations as applications
from tracker.applications.models import Draft
from tracker.core.db import db, now, writing
from tracker.core.files import files
from tracker.core.jobs import run_now
from tracker.core.tokens import new_token
from tracker.documents import operations
from tracker.documents.exports import send_original, send_page
from tracker.documents.models import Document, PageImage
from tracker.documents.previews import MAX_PAGES

LIMIT = 1 << 20
OLD = dt.timedelta(hours=2)


def document(content: bytes, name: str) -> int:
    received = operations.receive(io.BytesIO(content), name, limit=LIMIT)
    with writing():
        recorded = operations.record(received)
        document_id = recorded.id
        db.session.commit()
    return document_id


def fresh(document_id: int) -> Document:
    db.session.rollback()
    return db.session.get_one(Document, document_id, populate_existing=True)


def age(key: str) -> None:
    """Make a stored file two hours old."""
    root = files().root
    assert root is not None
    old = time.time() - OLD.total_seconds()
    os.utime(root / key, (old, old))


def test_a_pdf_becomes_pictures_of_its_pages(any_app: Flask) -> None:
    document_id = document(samples.pdf(pages=2), "resume.pdf")
    run_now("previews")
    made = fresh(document_id)
    assert (made.preview_state, [each.number for each in made.page_images]) == ("ready", [1, 2])
    for image in made.page_images:
        assert files().measure(image.file_key) == (image.size, image.sha256)


def test_of_a_long_pdf_the_first_pages_are_drawn_and_every_page_is_read(app: Flask) -> None:
    content = samples.pdf("Marisol Quennell\n", pages=MAX_PAGES + 3)
    document_id = document(content, "theses.pdf")
    before = fresh(document_id)
    assert before.text is not None
    assert (before.words, before.text.text.count("Quennell")) == (40, 20)
    run_now("previews")
    after = fresh(document_id)
    assert after.text is not None
    assert (after.words, after.text.text.count("Quennell")) == (106, 53)
    assert [each.number for each in after.page_images] == list(range(1, MAX_PAGES + 1))


def test_other_documents_become_clean_html(app: Flask) -> None:
    document_id = document(samples.docx(), "resume.docx")
    run_now("previews")
    made = fresh(document_id)
    assert made.text is not None
    assert (made.preview_state, "<p>Marisol Quennell</p>" in made.text.html) == ("ready", True)


def test_a_preview_is_made_once(app: Flask) -> None:
    document_id = document(samples.pdf(), "resume.pdf")
    run_now("previews")
    first = [each.file_key for each in fresh(document_id).page_images]
    run_now("previews")
    assert [each.file_key for each in fresh(document_id).page_images] == first
    assert len(list(files().list())) == 2


def test_two_workers_do_not_draw_the_same_document(any_app: Flask) -> None:
    ids = [document(samples.pdf(), f"{number}.pdf") for number in range(4)]
    db.session.rollback()

    def work(_number: int) -> None:
        with any_app.app_context():
            run_now("previews")

    with ThreadPoolExecutor(2) as workers:
        list(workers.map(work, range(2)))
    assert [fresh(each).preview_state for each in ids] == ["ready"] * 4
    assert db.session.query(PageImage).count() == 4
    assert len(list(files().list())) == 8


def test_a_claim_of_a_worker_that_died_runs_out(app: Flask) -> None:
    document_id = document(samples.pdf(), "resume.pdf")
    with writing():
        assert operations.claim_waiting(at=now()) == [document_id]
        db.session.commit()
    run_now("previews")
    assert fresh(document_id).preview_state == "waiting"
    with time_machine.travel(now() + operations.CLAIM + dt.timedelta(seconds=1)):
        run_now("previews")
    assert fresh(document_id).preview_state == "ready"


def test_a_document_that_cannot_be_drawn_has_no_preview(app: Flask) -> None:
    document_id = document(samples.pdf(), "resume.pdf")
    root = files().root
    assert root is not None
    (root / fresh(document_id).file_key).write_bytes(samples.broken_pdf())
    run_now("previews")
    assert fresh(document_id).preview_state == "none"


def test_files_that_no_row_names_go_after_an_hour(any_app: Flask) -> None:
    orphan = operations.receive_text("nobody's", "a.txt")
    young = operations.receive_text("just now", "b.txt")
    kept = fresh(document(samples.pdf(), "resume.pdf")).file_key
    age(orphan.file_key)
    age(kept)
    run_now("sweep_files")
    left = {each.key for each in files().list()}
    assert left == {young.file_key, kept}


def test_what_a_reader_left_when_it_was_killed_is_swept(
    app: Flask, spool: Path, tmp_path: Path
) -> None:
    script = (
        "import sys; from pathlib import Path; from tracker.documents import sandbox;"
        "sandbox.run('tests.documents.probes:write_pid', Path(sys.argv[1]), name='pid')"
    )
    path = tmp_path / "upload"
    path.write_bytes(samples.txt())
    env = os.environ | {"TMPDIR": str(spool)}
    house = Path(__file__).parents[2]
    with subprocess.Popen([sys.executable, "-c", script, str(path)], cwd=house, env=env) as worker:
        deadline = time.monotonic() + 20
        while not list(spool.glob("*/pid")) and time.monotonic() < deadline:
            time.sleep(0.02)
        worker.kill()
    (left,) = spool.iterdir()
    run_now("sweep_files")
    assert left.exists()  # somebody may be at it still
    old = time.time() - OLD.total_seconds()
    os.utime(left, (old, old))
    run_now("sweep_files")
    assert list(spool.iterdir()) == []


def test_files_of_other_rooms_are_not_swept(app: Flask) -> None:
    logo = operations.receive_text("a picture", "logo.txt")
    employer(logo_key=logo.file_key, logo_type="image/png")
    age(logo.file_key)
    run_now("sweep_files")
    assert files().exists(logo.file_key)


@pytest.mark.parametrize(("days", "left"), [(6, 1), (8, 0)])
def test_a_draft_is_kept_for_a_week(app: Flask, days: int, left: int) -> None:
    posting = open_posting()
    posting_id, requested = posting.id, posting.documents[0].id
    received = operations.receive_text("Dear library", "letter.txt")
    with writing():
        draft = applications.start(posting_id, browser_hash="b", token=new_token())
        applications.attach(draft, requested, operations.record(received))
        db.session.commit()
    with time_machine.travel(now() + dt.timedelta(days=days)):
        run_now("sweep_files")
    db.session.rollback()
    assert db.session.query(Draft).count() == left
    assert files().exists(received.file_key) is bool(left)


def test_an_application_outlives_every_sweep(app: Flask) -> None:
    made = factories.submitted_application()
    keys = [each.document.file_key for each in made.documents]
    for key in keys:
        age(key)
    with time_machine.travel(now() + dt.timedelta(days=400)):
        run_now("sweep_files")
    assert [files().exists(key) for key in keys] == [True, True]


def test_a_page_is_sent_as_a_picture_that_can_do_nothing(app: Flask) -> None:
    document_id = document(samples.pdf(), "resume.pdf")
    run_now("previews")
    with app.test_request_context():
        answer = send_page(fresh(document_id), 1)
        assert answer.mimetype == "image/webp"
        assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert len(answer.get_data()) == answer.content_length


def test_the_original_is_sent_to_be_saved(app: Flask) -> None:
    document_id = document(samples.pdf(), "résumé.pdf")
    with app.test_request_context():
        answer = send_original(fresh(document_id))
        assert answer.get_data() == samples.pdf()
        assert answer.headers["Content-Disposition"].startswith("attachment; ")


def test_a_file_taken_back_while_its_preview_is_recorded_stops_neither(any_app: Flask) -> None:
    document_id = document(samples.docx("Dear all"), "letter.docx")
    held, ready = Event(), Event()

    def preview() -> None:
        with any_app.app_context(), writing():
            drawn = db.session.get_one(Document, document_id, with_for_update=True)
            held.set()
            ready.wait(0.5)  # the other has had the time to come as far as it can
            operations.record_preview(drawn, html="<p>Dear all</p>", pages=[], media_type="")
            db.session.commit()

    def take_back() -> None:
        with any_app.app_context():
            held.wait()
            with writing():
                operations.remove([db.session.get_one(Document, document_id)])
                db.session.commit()
            ready.set()

    db.session.rollback()
    with ThreadPoolExecutor() as pool:
        for each in [pool.submit(preview), pool.submit(take_back)]:
            each.result()
    assert db.session.get(Document, document_id) is None
