"""Reads of documents."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Column, ColumnElement, Select, Text, exists, func, or_, select

from tracker.core.db import Base, db
from tracker.documents.models import Document
from tracker.documents.scanning import AWAY, CLEARED, WAITING


def waiting_for_preview(at: dt.datetime, limit: int = 5) -> Select[Document]:
    """Select documents without previews that no worker has claimed, oldest first.

    One that the virus scanner has not cleared waits: nothing is drawn that nobody may see.
    """
    claimed = Document.preview_claimed_until
    return (
        select(Document)
        .where(
            Document.preview_state == "waiting", cleared(), or_(claimed.is_(None), claimed <= at)
        )
        .order_by(Document.id)
        .limit(limit)
    )


def cleared() -> ColumnElement[bool]:
    """Make the condition on `Document` that holds for what may be read: see `is_cleared`."""
    return Document.scan_state.in_(CLEARED)


def waiting_for_scan(at: dt.datetime, limit: int = 1) -> Select[Document]:
    """Select documents that wait for the virus scanner and that no worker has claimed.

    The newest first: when a scanner is set for the first time, what is there already waits
    for it as well, and what arrives today should not stand behind ten years.
    """
    claimed = Document.scan_claimed_until
    return (
        select(Document)
        .where(Document.scan_state == WAITING, or_(claimed.is_(None), claimed <= at))
        .order_by(Document.id.desc())
        .limit(limit)
    )


def any_in(state: str) -> bool:
    """Tell whether any document is in a state of the scan."""
    return bool(db.session.scalar(select(exists().where(Document.scan_state == state))))


def scanner_is_left_alone(at: dt.datetime) -> bool:
    """Tell whether the scanner was found away so short a time ago that nobody should ask."""
    put_off = exists().where(
        Document.scan_state == WAITING,
        Document.scan_note == AWAY,
        Document.scan_claimed_until > at,
    )
    return bool(db.session.scalar(select(put_off)))


@dataclass(frozen=True, slots=True)
class Unscanned:
    """How many documents wait for the virus scanner, since when, and what keeps them."""

    count: int
    since: dt.datetime
    note: str


def unscanned(*, before: dt.datetime) -> Unscanned | None:
    """Count what waits for the scanner; None unless something keeps it, or since `before`."""
    statement = select(func.count(), func.min(Document.created_at), func.max(Document.scan_note))
    waiting = statement.where(Document.scan_state == WAITING)
    count, since, note = db.session.execute(waiting).one()
    return Unscanned(count, since, note) if count and (note or since < before) else None


def unnamed_keys(keys: Sequence[str]) -> set[str]:
    """Return those of these file keys that no row of any room names.

    Every text column whose name ends in `_key` counts, in every table: a room that stores
    files of its own is safe from the sweep without being listed here.
    """
    left = set(keys)
    for column in key_columns():
        if not left:
            break
        left -= set(db.session.scalars(select(column).where(column.in_(left))))
    return left


def key_columns() -> list[Column[str]]:
    """Return every column that names a stored file: text whose name ends in `_key`."""
    return [
        column
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if column.name.endswith("_key") and isinstance(column.type, Text)
    ]
