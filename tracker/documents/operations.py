"""Take in documents, name them in rows, let go of them. Decides nothing about who may read."""

import datetime as dt
import io
import os
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import delete, select

from tracker.core import jobs
from tracker.core.db import db
from tracker.core.errors import DomainError
from tracker.core.files import UPLOAD, StoredFile, TooLargeError, copy_limited, files
from tracker.documents import inspection, queries
from tracker.documents.extraction import first_lines
from tracker.documents.filenames import safe_download_name
from tracker.documents.models import Document, DocumentText, PageImage
from tracker.documents.rules import (
    DEFAULT_LIMITS,
    LONGEST_MARK,
    MEDIA_TYPES,
    MEGABYTE,
    PHOTOGRAPH_MARKS,
    REFUSALS,
    Limits,
    Reason,
    refusal_values,
)

OPENING_LINES = inspection.OPENING_LINES
CLAIM = dt.timedelta(minutes=10)


class RefusedError(DomainError):
    """A file is not taken, and nothing of it was kept.

    `code` is the reason; `message` the sentence in English. To translate it, translate
    `template` and fill in `values`.
    """

    status = 422

    def __init__(self, code: Reason, limits: Limits) -> None:
        self.code = code
        self.template = REFUSALS[code]
        self.values = refusal_values(limits)
        super().__init__(self.template % self.values)


@dataclass(frozen=True, slots=True)
class Original:
    """A photograph that is stored as it was sent; its size is in bytes."""

    file_key: str
    file_name: str
    media_type: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Received:
    """A file that is stored and was read, before any row names it. Sizes in bytes.

    `originals` are the photographs that a PDF was made of, in the order of its pages.
    """

    file_key: str
    file_name: str
    media_type: str
    kind: str
    size: int
    sha256: str
    pages: int | None
    words: int | None
    first_lines: str
    note: str
    text: str
    originals: tuple[Original, ...] = ()

    @property
    def keys(self) -> list[str]:
        """The keys of everything stored for it, to forget when no row comes of it."""
        return [self.file_key, *(original.file_key for original in self.originals)]


def receive(stream: BinaryIO, file_name: str, *, limit: int) -> Received:
    """Spool a stream, look at it in a child, and store it exactly as sent.

    `limit` is in bytes. Touches no database: call it while no lock is held. Raises
    `RefusedError` for a file that is not taken, `UnavailableError` when it could not be
    looked at or stored; neither leaves anything behind.
    """
    limits = replace(DEFAULT_LIMITS, max_bytes=limit)
    # Delete-on-close would keep the child from opening it on Windows.
    descriptor, spool = tempfile.mkstemp(prefix=UPLOAD)
    path = Path(spool)
    try:
        with os.fdopen(descriptor, "wb") as target:
            try:
                copy_limited(stream, target, limit)
            except TooLargeError:
                raise RefusedError(Reason.TOO_LARGE, limits) from None
        seen = inspection.examine(path, file_name=file_name, limits=limits)
        if seen.inspection.reason is not None:
            raise RefusedError(seen.inspection.reason, limits)
        with path.open("rb") as source:
            stored = files().store(source, limit=limit)
    finally:
        path.unlink(missing_ok=True)
    return _received(stored, file_name, seen)


def _received(stored: StoredFile, file_name: str, seen: inspection.Examination) -> Received:
    kind, media_type = seen.inspection.kind, seen.inspection.media_type
    assert kind is not None and media_type is not None  # noqa: PT018 - it was accepted
    return Received(
        file_key=stored.key,
        file_name=safe_download_name(file_name, f"document.{kind}"),
        media_type=media_type,
        kind=kind,
        size=stored.size,
        sha256=stored.sha256,
        pages=seen.inspection.pages,
        words=seen.inspection.words,
        first_lines=seen.first_lines,
        note=seen.inspection.note or "",
        text=seen.text,
    )


def is_photograph(stream: BinaryIO) -> bool:
    """Tell by its first bytes whether a stream is a JPEG or PNG; leaves it where it stood."""
    before = stream.tell()
    head = stream.read(LONGEST_MARK)
    stream.seek(before)
    return head.startswith(PHOTOGRAPH_MARKS)


def originals_of(document: Document | None) -> tuple[Original, ...]:
    """Return the photographs that a document was made of; none for any other document."""
    if document is None:
        return ()
    return tuple(
        Original(each.file_key, each.file_name, each.media_type, each.size, each.sha256)
        for each in document.originals
    )


def receive_photographs(
    kept: Sequence[Original], added: Sequence[tuple[BinaryIO, str]], *, limit: int
) -> Received:
    """Make one PDF of photographs, a page each: those `kept` of an earlier one, then `added`.

    `kept` comes from `originals_of`, all or some of them; `added` are streams with the
    sender's file names. `limit` is in bytes, for each photograph and for the PDF. The PDF and
    every photograph are stored under keys of their own, also those kept, so that the earlier
    document can go (or stay) whole. Touches no database: call it while no lock is held, then,
    under the lock, see that the earlier document is still the one you started from, and if it
    is not, `forget_files(received.keys)` and begin again with the newer one.
    Raises `RefusedError` (also for what is no photograph, and for more than
    `rules.MAX_PHOTOGRAPHS`) and `UnavailableError`; neither leaves anything behind.
    """
    raise NotImplementedError


def receive_text(text: str, file_name: str) -> Received:
    """Store typed words as a UTF-8 text file, byte for byte. Touches no database."""
    data = text.encode("utf-8")
    stored = files().store(io.BytesIO(data), limit=max(len(data), MEGABYTE))
    return Received(
        file_key=stored.key,
        file_name=safe_download_name(file_name, "letter.txt"),
        media_type=MEDIA_TYPES["txt"],
        kind="txt",
        size=stored.size,
        sha256=stored.sha256,
        pages=None,
        words=len(text.split()),
        first_lines=first_lines(text, OPENING_LINES),
        note="",
        text=text[: DEFAULT_LIMITS.max_text],
    )


def record(received: Received) -> Document:
    """Name a stored file in a row, with its text; its previews are made afterwards."""
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
    )
    # PostgreSQL has no place for NUL in a text; no reader should let one through.
    document.text = DocumentText(text=received.text.replace("\0", ""), html="")
    db.session.add(document)
    db.session.flush()
    jobs.after_commit("previews")
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
    statement = select(Document).where(Document.id.in_(ids)).order_by(Document.id)
    locked = statement.with_for_update(of=Document).execution_options(populate_existing=True)
    return list(db.session.scalars(locked))


def forget_files(keys: Iterable[str]) -> None:
    """Delete files from the store, after the rows that named them are gone for good."""
    for key in keys:
        files().delete(key)


@dataclass(frozen=True, slots=True)
class StoredPage:
    """A picture of a page that is stored already, before its row."""

    file: StoredFile
    number: int
    width: int
    height: int


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
