"""Work on documents behind the pages: previews, and tidying what nobody needs."""

import datetime as dt
import logging
import tempfile
from pathlib import Path

from tracker.applications import operations as applications
from tracker.core.db import db, now, writing
from tracker.core.files import PAGES, StoredFile, files, sweep_temporary
from tracker.core.jobs import job
from tracker.documents import operations, previews, queries
from tracker.documents.models import Document
from tracker.documents.sandbox import SandboxError, UnreadableError

log = logging.getLogger(__name__)

LARGEST_IMAGE = 16 << 20
ORPHAN_AGE = dt.timedelta(hours=1)
BATCH = 200


@job("previews")
def make_previews() -> None:
    """Draw the pages or the clean HTML of documents that wait for it, a few at a time."""
    while claimed := _claim():
        for document_id in claimed:
            _preview(document_id)


def _claim() -> list[int]:
    with writing():
        claimed = operations.claim_waiting(at=now())
        db.session.commit()
    return claimed


def _preview(document_id: int) -> None:
    """Draw one document while no lock is held; files are stored before the rows."""
    document = db.session.get(Document, document_id)
    if document is None:
        return
    key, kind = document.file_key, document.kind
    db.session.rollback()
    html, pages = "", []
    try:
        with files().local_copy(key) as path:
            if kind == "pdf":
                pages = _store_pages(path)
            else:
                html = previews.render_html(path)
    except UnreadableError as error:
        log.warning("preview_unreadable: document %s: %s", document_id, error.detail)
    except (SandboxError, FileNotFoundError) as error:
        log.warning("preview_failed: document %s: %r", document_id, error)
        return  # the claim runs out, and the sweep tries again
    with writing():
        fresh = db.session.get(Document, document_id, with_for_update=True)
        if fresh is not None and fresh.preview_state == "waiting":
            operations.record_preview(fresh, html=html, pages=pages, media_type=previews.IMAGE_TYPE)
            db.session.commit()
            return
    operations.forget_files([page.file.key for page in pages])


def _store_pages(path: Path) -> list[operations.StoredPage]:
    with tempfile.TemporaryDirectory(prefix=PAGES) as folder:
        drawn = previews.render_pages(path, Path(folder))
        return [
            operations.StoredPage(_store(image.path), number, image.width, image.height)
            for number, image in enumerate(drawn, 1)
        ]


def _store(path: Path) -> StoredFile:
    with path.open("rb") as source:
        return files().store(source, limit=LARGEST_IMAGE)


@job("sweep_files", minutes=30)
def sweep_files() -> None:
    """Delete drafts that a week has passed by, and files that no row has named for an hour."""
    while True:
        with writing():
            forgotten = applications.expire_drafts(at=now())
            db.session.commit()
        operations.forget_files(forgotten)
        if not forgotten:
            break
    _sweep_orphans()


def _sweep_orphans() -> None:
    before = now() - ORPHAN_AGE
    old = [listed.key for listed in files().list() if listed.modified_at < before]
    for start in range(0, len(old), BATCH):
        unnamed = queries.unnamed_keys(old[start : start + BATCH])
        db.session.rollback()
        operations.forget_files(unnamed)
        if unnamed:
            log.info("orphans_removed: %s", len(unnamed))
    files().sweep(ORPHAN_AGE)
    sweep_temporary(ORPHAN_AGE)
