"""Work on documents behind the pages: previews, and tidying what nobody needs."""

import datetime as dt
import logging
import tempfile
from pathlib import Path

from obstore.exceptions import BaseError
from sqlalchemy import select

from tracker.applications import operations as applications
from tracker.applications.models import Application, ApplicationDocument
from tracker.core.db import db, lock, now, writing
from tracker.core.errors import UnavailableError
from tracker.core.files import PAGES, StoredFile, files, sweep_temporary
from tracker.core.jobs import job
from tracker.documents import inspection, operations, previews, queries, scanning
from tracker.documents.clamd import Scanner, ScannerAwayError, ScannerError
from tracker.documents.models import Document
from tracker.documents.rules import DEFAULT_LIMITS
from tracker.documents.sandbox import SandboxError, UnreadableError
from tracker.routing import operations as routing

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
    key, kind, long = document.file_key, document.kind, _is_long(document)
    db.session.rollback()
    html, pages, seen = "", list[operations.StoredPage](), None
    try:
        with files().local_copy(key) as path:
            if kind == "pdf":
                pages = _store_pages(path)
                seen = (
                    inspection.examine(
                        path, file_name="", limits=DEFAULT_LIMITS.patient(), fully=True
                    )
                    if long
                    else None
                )
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
            if seen is not None and seen.inspection.accepted:
                operations.record_text(fresh, seen.text, seen.inspection.words)
            db.session.commit()
            return
    operations.forget_files([page.file.key for page in pages])


def _is_long(document: Document) -> bool:
    """Tell whether only the first pages were read while the sender waited."""
    return (document.pages or 0) > DEFAULT_LIMITS.read_pages


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


@job("scan")
def scan() -> None:
    """Have documents that wait for it checked for viruses, one after the other.

    Nudged when one arrives, and swept every minute: what was being checked when a worker
    died, or came while the scanner was away, is found again.
    """
    scanner = scanning.scanner()
    if scanner is None:
        _turn_all(scanning.WAITING, scanning.NONE)
        return
    _turn_all(scanning.NONE, scanning.WAITING)
    if not _is_there(scanner):
        return
    while (document_id := _claim_unscanned()) is not None:
        if not _check(document_id, scanner):
            return


def _turn_all(state: str, into: str) -> None:
    while queries.any_in(state):
        with writing():
            turned = operations.turn(state, into)
            db.session.commit()
        log.info("scan_states_turned: %s from %s into %s", turned, state, into)


def _is_there(scanner: Scanner) -> bool:
    """Tell whether there is work and a scanner for it; a scanner that is away is left alone."""
    at = now()
    idle = not queries.any_in(scanning.WAITING) or queries.scanner_is_left_alone(at)
    db.session.rollback()
    if idle:
        return False
    try:
        scanner.ping()
    except ScannerAwayError as error:
        log.warning("scanner_away: %s", error)
        with writing():
            operations.put_all_off(at=at)
            db.session.commit()
        return False
    return True


def _claim_unscanned() -> int | None:
    with writing():
        claimed = operations.claim_unscanned(at=now())
        db.session.commit()
    return claimed


def _check(document_id: int, scanner: Scanner) -> bool:
    """Check one document while no lock is held; False when the scanner left meanwhile."""
    document = db.session.get(Document, document_id)
    if document is None:
        return True
    keys = [document.file_key, *(each.file_key for each in document.originals)]
    db.session.rollback()
    signature, trouble = "", ""
    try:
        # The photographs that a document was made of are as much a way in as itself.
        found = (scanner.scan(files().chunks(key)).signature for key in keys)
        signature = next((each for each in found if each), "")
    except (ScannerError, UnavailableError, OSError, BaseError) as error:
        log.warning("not_scanned: document %s: %r", document_id, error)
        trouble = scanning.trouble(error)
    _keep_verdict(document_id, signature, trouble)
    return trouble != scanning.NO_ANSWER


def _keep_verdict(document_id: int, signature: str, trouble: str) -> None:
    """Record what came of a check; of a virus, tell whoever must know of it."""
    with writing():
        document, item = _locked(document_id)
        if document is None:
            return
        if trouble:
            operations.put_off(document, trouble, at=now())
        elif operations.record_verdict(document, signature, at=now()) and signature:
            log.warning("virus_found: document %s: %s", document_id, signature)
            if item is not None:
                routing.tell_of_virus(item)
        db.session.commit()


def _locked(document_id: int) -> tuple[Document | None, ApplicationDocument | None]:
    """Lock the application that a document belongs to, if any, then the document itself."""
    belongs = select(ApplicationDocument).where(ApplicationDocument.document_id == document_id)
    while True:
        item = db.session.scalars(belongs).one_or_none()
        if item is not None:
            lock(Application, item.application_id)
        document = db.session.get(Document, document_id, with_for_update=True)
        if item is not None or db.session.scalars(belongs).one_or_none() is None:
            return document, item
        db.session.rollback()  # sent in this very moment: lock again, in the house's order


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
