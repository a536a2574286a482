"""Name stored files in rows, and let go of them."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select

from tracker.core import jobs
from tracker.core.db import db
from tracker.core.files import StoredFile
from tracker.documents import queries
from tracker.documents.models import Document, DocumentText, OriginalFile, PageImage
from tracker.documents.operations.spooling import Received
from tracker.documents.scanning import WAITING, first_state

CLAIM = dt.timedelta(minutes=10)


def record(received: Received) -> Document:
    """Name a stored file in a row, with its text; its previews are made afterwards."""
    return record_all([received])[0]


def record_all(received: Sequence[Received]) -> list[Document]:
    """Name stored files in rows, in their order, all at once; see `record`."""
    made = [_row_of(each) for each in received]
    db.session.add_all(made)
    db.session.flush()
    for document in made:
        # A document that has to be checked is drawn afterwards.
        jobs.after_commit("scan" if document.scan_state == WAITING else "previews")
    return made


def _row_of(received: Received) -> Document:
    document = Document(
        file_key=received.file_key,
        file_name=received.file_name,
        media_type=received.media_type,
        kind=received.kind,
        size=received.size,
        sha256=received.sha256,
        pages=received.pages,
        words=received.words,
        first_lines=received.first_lines,
        note=received.note,
        preview_state="waiting",
        scan_state=first_state(),
    )
    # PostgreSQL has no place for NUL in a text; no reader should let one through.
    document.text = DocumentText(text=received.text.replace("\0", ""), html="")
    document.originals = [
        OriginalFile(
            rank=rank,
            file_key=original.file_key,
            file_name=original.file_name,
            media_type=original.media_type,
            size=original.size,
            sha256=original.sha256,
        )
        for rank, original in enumerate(received.originals)
    ]
    return document


def remove(documents: Iterable[Document]) -> list[str]:
    """Delete the rows of documents that nothing names any more.

    Returns the keys of their files, to be given to `forget_files` once that is committed:
    a file outlives its row, never the reverse.
    """
    keys: list[str] = []
    for document in _locked(documents):
        keys.append(document.file_key)
        keys += [image.file_key for image in document.page_images]
        keys += [original.file_key for original in document.originals]
        db.session.execute(delete(OriginalFile).where(OriginalFile.document_id == document.id))
        db.session.execute(delete(PageImage).where(PageImage.document_id == document.id))
        db.session.execute(delete(DocumentText).where(DocumentText.document_id == document.id))
        db.session.execute(delete(Document).where(Document.id == document.id))
        db.session.expunge(document)
    return keys


def _locked(documents: Iterable[Document]) -> list[Document]:
    """Lock documents before anything that hangs on them, as the previews do.

    The other way round, a preview that holds the document waits for its text while we,
    holding the text, wait for the document: PostgreSQL ends one of the two.
    """
    ids = sorted(document.id for document in documents)
    if not ids:
        return []
    statement = select(Document).where(Document.id.in_(ids)).order_by(Document.id)
    locked = statement.with_for_update(of=Document).execution_options(populate_existing=True)
    return list(db.session.scalars(locked))


@dataclass(frozen=True, slots=True)
class StoredPage:
    """A picture of a page that is stored already, before its row."""

    file: StoredFile
    number: int
    width: int
    height: int


def record_text(document: Document, text: str, words: int | None) -> None:
    """Put the text of every page where so far that of the first pages stood."""
    if document.text is None:
        document.text = DocumentText(text="", html="")
    document.text.text = text.replace("\0", "")
    document.words = words
    db.session.flush()


def record_preview(
    document: Document, *, html: str, pages: list[StoredPage], media_type: str
) -> None:
    """Name a document's page images and clean HTML in rows: 'ready', or 'none' without any."""
    for page in pages:
        db.session.add(
            PageImage(
                document_id=document.id,
                number=page.number,
                file_key=page.file.key,
                media_type=media_type,
                size=page.file.size,
                sha256=page.file.sha256,
                width=page.width,
                height=page.height,
            )
        )
    if html:
        text = db.session.get(DocumentText, document.id)
        if text is None:
            text = DocumentText(document_id=document.id, text="")
            db.session.add(text)
        text.html = html
    document.preview_state = "ready" if pages or html else "none"
    document.preview_claimed_until = None
    db.session.flush()


def claim_waiting(*, at: dt.datetime, limit: int = 5) -> list[int]:
    """Claim documents that wait for previews, for this worker alone; returns their ids.

    A claim runs out after ten minutes, so that a worker that died costs a delay and no more.
    """
    statement = queries.waiting_for_preview(at, limit).with_for_update(skip_locked=True)
    found = db.session.scalars(statement).all()
    for document in found:
        document.preview_claimed_until = at + CLAIM
    db.session.flush()
    return [document.id for document in found]
