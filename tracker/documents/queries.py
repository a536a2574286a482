"""Reads of documents."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import Column, Select, Text, or_, select

from tracker.core.db import Base, db
from tracker.documents.models import Document


def waiting_for_preview(at: dt.datetime, limit: int = 5) -> Select[Document]:
    """Select documents without previews that no worker has claimed, oldest first."""
    claimed = Document.preview_claimed_until
    return (
        select(Document)
        .where(Document.preview_state == "waiting", or_(claimed.is_(None), claimed <= at))
        .order_by(Document.id)
        .limit(limit)
    )


def unnamed_keys(keys: Sequence[str]) -> set[str]:
    """Return those of these file keys that no row of any room names.

    Every text column whose name ends in `_key` counts, in every table: a room that stores
    files of its own is safe from the sweep without being listed here.
    """
    left = set(keys)
    for column in _key_columns():
        if not left:
            break
        left -= set(db.session.scalars(select(column).where(column.in_(left))))
    return left


def _key_columns() -> list[Column[str]]:
    return [
        column
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if column.name.endswith("_key") and isinstance(column.type, Text)
    ]
