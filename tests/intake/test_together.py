"""A small mail's files are looked into in the child that opens it: to the same end as uploads."""

import hashlib
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from tests.documents import samples
from tests.intake.mails import MAILBOX, bookkeeper, mail, put, rows, take_in
from tracker.core.db import db
from tracker.core.files import files
from tracker.documents import operations as documents
from tracker.documents.models import Document, DocumentText
from tracker.documents.rules import DEFAULT_LIMITS, MEGABYTE
from tracker.intake import dissecting, opening
from tracker.intake.rules import Verdict

pytestmark = pytest.mark.settings(INTAKE_ADDRESS=MAILBOX)
PROBES = "tests.intake.probes:"
Make = Callable[[], bytes]
TAKEN: list[tuple[Make, str]] = [
    (samples.pdf, "resume.pdf"),
    (samples.pdf, "resume.docx"),
    (samples.javascript_pdf, "resume.pdf"),
    (samples.scanned_pdf, "resume.pdf"),
    (samples.docx, "resume.docx"),
    (samples.odt, "resume.odt"),
    (samples.rtf, "resume.rtf"),
    (samples.txt, "resume.txt"),
    (samples.photograph, "resume.jpg"),
]
REFUSED: list[tuple[Make, str]] = [
    (samples.encrypted_pdf, "resume.pdf"),
    (samples.broken_pdf, "resume.pdf"),
    (samples.old_doc, "resume.doc"),
    (samples.program, "resume.exe"),
    (samples.zip_bomb_docx, "resume.docx"),
    (samples.heic, "resume.heic"),
    (lambda: b"", "resume.pdf"),
]


def named(make: Make, name: str) -> str:
    return f"{getattr(make, '__name__', 'empty').strip('<>')} as {name}"


@pytest.mark.parametrize(("make", "name"), TAKEN, ids=[named(*each) for each in TAKEN])
def test_the_rows_of_a_mails_file_are_those_of_an_upload(
    app: Flask, tmp_path: Path, make: Make, name: str
) -> None:
    bookkeeper()
    (said,) = take_in(app, *put(tmp_path / "in", mail(files=[(make(), name)])))
    uploaded = documents.receive(io.BytesIO(make()), name, limit=10 * MEGABYTE)
    document = db.session.query(Document).filter_by(file_name=uploaded.file_name).one()
    text = db.session.get_one(DocumentText, document.id)
    for column in ("media_type", "kind", "size", "pages", "words", "first_lines", "note"):
        assert getattr(document, column) == getattr(uploaded, column), column
    assert text.text == uploaded.text
    assert b"".join(files().chunks(document.file_key)) == b"".join(
        files().chunks(uploaded.file_key)
    )
    assert [each["accepted"] for each in said["attachments"]] == [True]


@pytest.mark.parametrize(("make", "name"), REFUSED, ids=[named(*each) for each in REFUSED])
def test_a_mails_file_is_refused_in_the_words_of_an_upload(
    app: Flask, tmp_path: Path, make: Make, name: str
) -> None:
    bookkeeper()
    (said,) = take_in(app, *put(tmp_path / "in", mail(files=[(make(), name)])))
    with pytest.raises(documents.RefusedError) as refused:
        documents.receive(io.BytesIO(make()), name, limit=10 * MEGABYTE)
    assert [each["reason"] for each in said["attachments"]] == [refused.value.message]


def test_a_file_that_took_its_reader_over_changes_nothing_but_itself(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it says of other bytes than came, or what no reader says, does not count."""
    bookkeeper()
    monkeypatch.setattr(opening, "TOGETHER", PROBES + "lie")
    two, three = samples.docx(), samples.txt("Ten years at the desk.")
    named = [(samples.pdf(), "a.pdf"), (two, "b.docx"), (three, "c.txt"), (samples.odt(), "d.odt")]
    (said,) = take_in(app, *put(tmp_path / "in", mail(files=named)))
    assert [each["accepted"] for each in said["attachments"]] == [False, True, True, False]
    sums = [hashlib.sha256(content).hexdigest() for content, _ in named]
    assert [each["sha256"] for each in said["attachments"]] == sums
    (email,) = rows()
    assert (email.verdict, email.from_address) == (Verdict.APPLICATION, "marisol@example.net")
    texts = " ".join(each.text for each in db.session.query(DocumentText))
    assert "Hired already" not in texts
    kept = {each.kind: each for each in db.session.query(Document)}
    assert b"".join(files().chunks(kept["docx"].file_key)) == two


@pytest.mark.parametrize("probe", ["crash", "break_at_once"])
def test_a_mail_whose_child_ends_early_is_read_all_the_same(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, probe: str
) -> None:
    bookkeeper()
    monkeypatch.setattr(opening, "TOGETHER", PROBES + probe)
    (said,) = take_in(app, *put(tmp_path / "in", mail(files=[(samples.pdf(), "resume.pdf")])))
    assert (said["verdict"], [each["accepted"] for each in said["attachments"]]) == (
        "application",
        [True],
    )


def test_a_small_mails_files_are_looked_into_as_it_is_opened(tmp_path: Path) -> None:
    named = [(samples.pdf(), "a.pdf"), (samples.broken_pdf(), "b.pdf"), (samples.txt(), "c.txt")]
    (path,) = put(tmp_path / "in", mail(files=named))
    folder = tmp_path / "folder"
    folder.mkdir()
    small = opening.open_mail(path, folder, most_bytes=40 << 20, most_file=10 << 20)
    assert {rank: each["kind"] for rank, each in small.seen.items()} == {0: "pdf", 2: "txt"}


def test_what_a_mail_says_is_said_before_its_files_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    data = mail(files=[(samples.pdf(), "resume.pdf")]).as_bytes()
    said = dissecting.read(
        data, DEFAULT_LIMITS, [], most=10 << 20, most_seen=20, at="2026-11-28T00:00:00+00:00"
    )
    assert next(said)["from"] == [("Marisol Quennell", "marisol@example.net")]
    Path("part-000").write_bytes(samples.docx())  # what was read by then would still be a PDF
    assert [each["seen"]["kind"] for each in said] == ["docx"]


def test_a_mail_of_many_megabytes_is_opened_by_itself(app: Flask, tmp_path: Path) -> None:
    bookkeeper()
    (found,) = put(tmp_path / "in", mail(files=[(samples.pdf(), "a.pdf"), (bytes(5 << 20), "b")]))
    folder = tmp_path / "folder"
    folder.mkdir()
    large = opening.open_mail(found, folder, most_bytes=40 << 20, most_file=10 << 20)
    assert ([each.name for each in large.files], dict(large.seen)) == (["a.pdf", "b"], {})
    (said,) = take_in(app, found)
    assert [each["accepted"] for each in said["attachments"]] == [True, False]
