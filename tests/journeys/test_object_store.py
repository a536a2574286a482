"""With FILES_URL on an object store everything is as with a folder."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask

from tests.applications import factories
from tests.journeys import crashing
from tests.journeys.candidates import Candidate, open_posting
from tests.plugins.servers import ServerStarter
from tests.plugins.stores import ObjectStore
from tracker.core.db import now
from tracker.core.files import files
from tracker.core.jobs import run_now
from tracker.documents import operations as documents
from tracker.documents.exports import send_original


@pytest.fixture
def settings(settings: dict[str, Any], object_store: ObjectStore) -> dict[str, Any]:
    """The usual settings, with files in an object store."""
    return settings | {"FILES_URL": object_store.url}


def test_an_application_is_sent_kept_and_verified(
    start_server: ServerStarter, object_store: ObjectStore, tmp_path: Path
) -> None:
    server = start_server(FILES_URL=object_store.url, TMPDIR=str(tmp_path), WORKER_CLOCK="0")
    shown = Candidate(open_posting(server), "Ada Quill").apply()
    assert crashing.kept(server).receipts == [shown]
    assert crashing.verified(server) == (True, [])
    assert crashing.present_files(server) == set()


def test_pages_are_drawn_and_an_original_is_an_attachment(app: Flask) -> None:
    application = factories.submitted_application()
    run_now("previews")
    document = application.documents[0].document
    assert document.preview_state == "ready"
    answer = send_original(document)
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert len(answer.get_data()) == document.size


def test_files_that_no_row_names_go_after_an_hour(app: Flask) -> None:
    kept = {each.document.file_key for each in factories.submitted_application().documents}
    documents.receive_text("nobody's", "a.txt")
    run_now("sweep_files")
    assert len(list(files().list())) == len(kept) + 1
    with time_machine.travel(now() + dt.timedelta(hours=2)):
        run_now("sweep_files")
    assert {each.key for each in files().list()} == kept
