"""Claim documents for the virus scanner, and keep what it said of them."""

import datetime as dt

from sqlalchemy import ColumnElement, func, select, update

from tracker.core import jobs
from tracker.core.db import db
from tracker.documents import queries, scanning
from tracker.documents.models import Document

BATCH = 1000


def claim_unscanned(*, at: dt.datetime) -> int | None:
    """Claim one document that waits for the scanner, for this worker alone; returns its id.

    A claim runs out after two minutes, so that a worker that died costs a delay and no more.
    """
    statement = queries.waiting_for_scan(at).with_for_update(skip_locked=True)
    document = db.session.scalars(statement).first()
    if document is None:
        return None
    document.scan_claimed_until, document.scan_note = at + scanning.CLAIM, ""
    db.session.flush()
    return document.id


def record_verdict(document: Document, signature: str, *, at: dt.datetime) -> bool:
    """Keep what the scanner found in a document, '' for nothing; tell whether that is news.

    The document must be loaded under its lock. A second verdict changes nothing: two workers
    may have had it when a claim ran out.
    """
    if document.scan_state != scanning.WAITING:
        return False
    document.scan_state = scanning.INFECTED if signature else scanning.CLEAN
    document.scan_note, document.scan_claimed_until, document.scanned_at = signature, None, at
    db.session.flush()
    if not signature:
        jobs.after_commit("previews")
    return True


def put_off(document: Document, note: str, *, at: dt.datetime) -> None:
    """Leave a document alone for a while that could not be checked, longer each time."""
    if document.scan_state == scanning.WAITING:
        document.scan_note = note
        document.scan_claimed_until = at + scanning.pause(at - document.created_at)
        db.session.flush()


def put_all_off(*, at: dt.datetime) -> None:
    """Leave all that waits alone for a while, since the scanner does not answer."""
    waiting = Document.scan_state == scanning.WAITING
    since = db.session.scalar(select(func.min(Document.created_at)).where(waiting))
    if since is not None:
        until = at + scanning.pause(at - since)
        _set(_ids(waiting), scan_note=scanning.AWAY, scan_claimed_until=until)


def turn(state: str, into: str) -> int:
    """Move documents from one state to another, a thousand at a time; returns how many.

    'none' into 'waiting' when a scanner is set for the first time, and back when none is.
    """
    ids = _ids(Document.scan_state == state, BATCH)
    _set(ids, scan_state=into, scan_claimed_until=None, scan_note="")
    return len(ids)


def _ids(condition: ColumnElement[bool], limit: int | None = None) -> list[int]:
    """Lock documents by their ids, in the order in which everybody locks several of them.

    One that somebody else holds is left out: it is being checked, or taken back.
    """
    found = select(Document.id).where(condition).order_by(Document.id).limit(limit)
    return list(db.session.scalars(found.with_for_update(skip_locked=True)))


def _set(ids: list[int], **values: object) -> None:
    for start in range(0, len(ids), BATCH):
        some = Document.id.in_(ids[start : start + BATCH])
        db.session.execute(update(Document).where(some).values(**values))
