"""Everything held about a candidate, as one file: byte for byte, and nothing of anybody else."""

import io
import json
import secrets
import tracemalloc
import zipfile
from html import unescape
from pathlib import Path
from typing import Any

from flask import Flask

from tests.applications import desk, factories
from tests.applications.test_mine import arrived, ask, send
from tests.documents import samples
from tests.documents.samples import photographs
from tests.plugins.apps import Client
from tests.plugins.pages import Page
from tests.postings import factories as postings
from tests.postings import subscribers
from tracker.accounts.models import Person
from tracker.applications import operations
from tracker.applications.models import Application
from tracker.applications.rules import Outcome, Reason, Stage
from tracker.core.db import db, now, writing
from tracker.core.files import files
from tracker.documents.models import Document

MOVE = ("stage", "outcome", "by", "note")


def download(client: Client, token: str) -> zipfile.ZipFile:
    """Press the button on the candidate's page; returns the archive, which is sound."""
    answer = client.get(client.page(f"/my/{token}").link("Download everything"))
    assert answer.status_code == 200
    archive = zipfile.ZipFile(io.BytesIO(answer.data))
    assert archive.testzip() is None
    return archive


def record(archive: zipfile.ZipFile) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(archive.read("application.json"))
    return found


def test_it_is_a_file_to_save_that_no_cache_keeps(client: Client) -> None:
    made = factories.submission()
    answer = client.get(f"/my/{made.token}/everything.zip")
    name = f"application-{made.application.number}.zip"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert int(answer.headers["Content-Length"]) == len(answer.data)
    assert client.get("/my/nothing/everything.zip").status_code == 404


def test_files_are_in_it_byte_for_byte_photographs_too(client: Client) -> None:
    posting = factories.demanding_posting()
    shots = [photographs.photograph(words=words) for words in ("1", "2")]
    answer = factories.apply_with(
        client, posting, file1=[(shots[0], "page.jpg"), (shots[1], "page.jpg")]
    )
    token = answer.location.split("/my/")[1].split("/")[0]
    archive = download(client, token)
    assert archive.read("files/01/Cover letter.pdf") == samples.pdf("Dear library,")
    taken = [name for name in archive.namelist() if name.startswith("files/02/photographs/")]
    assert [archive.read(name) for name in taken] == shots
    pdf = db.session.query(Document).filter(Document.originals.any()).one()
    assert archive.read(f"files/02/{pdf.file_name}") == b"".join(files().chunks(pdf.file_key))


def test_answers_and_history_are_there_for_people_and_machines(client: Client) -> None:
    made = arrived()
    client.submit(f"/my/{made.token}/contact", {"phone": "203 555 0199"})
    send(client, made.token, ask(made.application), (samples.pdf(), "degree.pdf"))
    desk.move(made.application, Stage.SHORTLISTED, mail=True)
    client.submit(f"/my/{made.token}/withdraw", {"note": "I have found another job."})
    archive = download(client, made.token)
    held = record(archive)
    assert (held["name"], held["phone"]) == (factories.NAME, "203 555 0199")
    moves = [tuple(each[name] for name in MOVE) for each in held["history"]]
    assert moves == [
        ("received", None, "you", ""),
        ("shortlisted", None, "the employer", ""),
        ("shortlisted", "withdrawn", "you", "I have found another job."),
    ]
    page = unescape(archive.read("application.html").decode())
    for words in (factories.NAME, "203 555 0100", "degree.pdf", "I have found another job."):
        assert words in page
    Page(archive.read("application.html").decode())


def test_what_colleagues_say_among_themselves_is_not_in_it(app: Flask, client: Client) -> None:
    made = arrived()
    key, by = made.application.id, postings.coordinator().id
    with writing():
        operations.note(
            db.session.get_one(Application, key),
            "Between ourselves.",
            by=db.session.get_one(Person, by),
        )
        db.session.commit()
    desk.move(made.application, Outcome.NOT_SELECTED, reason=Reason.LATE, note="A staff note.")
    archive = download(client, made.token)
    text = archive.read("application.html").decode() + archive.read("application.json").decode()
    names = [each.name for each in db.session.query(Person)]
    for words in ("Between ourselves.", "A staff note.", "application_arrived", *names):
        assert words not in text
    outcomes = [each["outcome"] for each in record(archive)["history"]]
    assert outcomes == [None]  # the end was not told yet; how it stands says so
    assert record(archive)["outcome"] == "not selected"


def test_a_file_named_to_escape_stays_in_its_folder(client: Client) -> None:
    made = arrived()
    name = "..\\..\\..//etc/passwd\u202efdp.exe"
    send(client, made.token, ask(made.application), (samples.pdf(), name))
    for each in download(client, made.token).namelist():
        assert ".." not in Path(each).parts
        assert not each.startswith("/")
        assert "\u202e" not in each


def test_a_store_that_is_away_is_an_error_page_and_no_half_archive(
    app: Flask, client: Client
) -> None:
    made = factories.submission()
    url = f"/my/{made.token}/everything.zip"
    key = db.session.query(Document.file_key).first()
    assert key is not None
    files().delete(key[0])
    answer = client.get(url)
    assert answer.status_code == 503
    assert "They are not lost" in Page(answer.text).text


def test_ten_megabytes_are_sent_without_being_held(app: Flask, client: Client) -> None:
    made = arrived()
    number = ask(made.application)
    padding = b"<< /Length 9000000 >>\nstream\n" + secrets.token_bytes(9_000_000)
    large = samples.pdf("Pages", extra=[padding + b"\nendstream"])
    send(client, made.token, number, (large, "large.pdf"))
    tracemalloc.start()
    answer = client.get(f"/my/{made.token}/everything.zip", buffered=False)
    size = sum(len(each) for each in answer.iter_encoded())
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size > 9_000_000
    assert most < 4_000_000


def test_mail_about_new_openings_is_in_it_for_a_proved_address_alone(client: Client) -> None:
    made = arrived()
    subscribers.subscribe(made.application.email, words="librarian")
    assert record(download(client, made.token))["news_of_openings"] is None
    with writing():
        operations.confirm(db.session.get_one(Application, made.application.id), at=now())
        db.session.commit()
    held = record(download(client, made.token))["news_of_openings"]
    assert (held["words"], held["kinds"], held["written_to_on"]) == ("librarian", [], [])
