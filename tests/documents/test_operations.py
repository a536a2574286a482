"""What is received is stored to the byte, or refused without a trace."""

import hashlib
import io
from pathlib import Path

import pytest
from flask import Flask

from tests.documents import samples
from tracker.core.db import db, writing
from tracker.core.errors import UnavailableError
from tracker.core.files import FileStore, files
from tracker.documents import operations
from tracker.documents.models import Document, DocumentText
from tracker.documents.operations import Received, RefusedError, receive, receive_text
from tracker.documents.rules import Reason

LIMIT = 1 << 20


def stored(received: Received) -> bytes:
    return b"".join(files().chunks(received.file_key))


KINDS = [
    ("pdf", samples.pdf(), 1),
    ("docx", samples.docx(), None),
    ("odt", samples.odt(), None),
    ("rtf", samples.rtf(), None),
    ("txt", samples.txt(), None),
]


@pytest.mark.parametrize(("kind", "content", "pages"), KINDS, ids=[each[0] for each in KINDS])
def test_every_kind_is_stored_to_the_byte(
    app: Flask, kind: str, content: bytes, pages: int | None
) -> None:
    received = receive(io.BytesIO(content), f"resume.{kind}", limit=LIMIT)
    assert stored(received) == content
    assert (received.kind, received.size, received.sha256, received.pages) == (
        kind,
        len(content),
        hashlib.sha256(content).hexdigest(),
        pages,
    )
    assert received.first_lines.splitlines()[0] == "Marisol Quennell"


REFUSED = [
    (b"", Reason.EMPTY),
    (b"GIF89a" + bytes(60), Reason.PICTURE),
    (samples.encrypted_pdf(), Reason.ENCRYPTED),
    (samples.broken_pdf(), Reason.DAMAGED),
    (samples.old_doc(), Reason.OLD_WORD),
    (b"%PDF-1.7" + b" " * LIMIT, Reason.TOO_LARGE),
    (samples.macro_docx(), Reason.MACROS),
]


@pytest.mark.parametrize(("content", "reason"), REFUSED, ids=[each[1] for each in REFUSED])
def test_what_is_refused_leaves_nothing(
    app: Flask, spool: Path, content: bytes, reason: Reason
) -> None:
    with pytest.raises(RefusedError) as refused:
        receive(io.BytesIO(content), "resume.pdf", limit=LIMIT)
    assert refused.value.code is reason
    assert refused.value.message == refused.value.template % refused.value.values
    assert list(files().list()) == []
    assert list(spool.iterdir()) == []


def test_a_limit_is_named_in_the_sentence(app: Flask) -> None:
    with pytest.raises(RefusedError, match="larger than 1 MB"):
        receive(io.BytesIO(b"x" * (LIMIT + 1)), "resume.pdf", limit=LIMIT)


def test_a_store_that_is_away_is_our_fault_and_worth_another_try(
    app: Flask, spool: Path, tmp_path: Path
) -> None:
    blocked = tmp_path / "store"
    store = FileStore(str(blocked))
    (blocked / ".incoming").rmdir()
    blocked.rmdir()
    blocked.write_text("a file where the folder was")
    app.extensions["files"] = store
    with pytest.raises(UnavailableError):
        receive(io.BytesIO(samples.pdf()), "resume.pdf", limit=LIMIT)
    assert list(spool.iterdir()) == []


def test_a_name_is_only_a_name(app: Flask) -> None:
    received = receive(io.BytesIO(samples.pdf()), "../../etc/\u202ecv.pdf\n", limit=LIMIT)
    assert received.file_name == "cv.pdf"
    assert "cv" not in received.file_key


def test_typed_words_are_stored_as_they_are(app: Flask) -> None:
    words = "Dear library,\n\nnaïve – “yes”.\n"
    received = receive_text(words, "Cover letter.txt")
    assert stored(received) == words.encode()
    assert (received.kind, received.words) == ("txt", 5)


def test_a_recorded_document_has_its_text_and_waits_for_its_preview(any_app: Flask) -> None:
    received = receive(io.BytesIO(samples.docx()), "resume.docx", limit=LIMIT)
    with writing():
        operations.record(received)
        db.session.commit()
    document = db.session.query(Document).one()
    assert (document.file_key, document.preview_state) == (received.file_key, "waiting")
    text = db.session.query(DocumentText).one().text
    assert "Circulation assistant, Fairhaven Town Library" in text


def test_removed_documents_name_the_files_to_forget(any_app: Flask) -> None:
    received = receive_text("Dear library", "letter.txt")
    with writing():
        operations.record(received)
        db.session.commit()
    with writing():
        keys = operations.remove([db.session.query(Document).one()])
        db.session.commit()
    assert keys == [received.file_key]
    assert files().exists(received.file_key)
    operations.forget_files(keys)
    assert not files().exists(received.file_key)
    assert db.session.query(Document).count() == 0
