"""Who has a posting open, and what of it waits to be saved."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import select

from tracker.accounts.models import Person
from tracker.core.db import db
from tracker.core.errors import NotFoundError
from tracker.postings.models import UnsavedWords

FRESH = dt.timedelta(minutes=3)
"""An open editor says so every minute; a browser may be slow to, out of sight."""


def unsaved_of(person: Person, posting_id: int | None) -> Sequence[UnsavedWords]:
    """Return a person's words about a posting, or about new ones, latest first."""
    statement = select(UnsavedWords).where(
        UnsavedWords.person_id == person.id,
        UnsavedWords.posting_id.is_(None)
        if posting_id is None
        else UnsavedWords.posting_id == posting_id,
        UnsavedWords.kept_at.is_not(None),
    )
    ordered = statement.order_by(UnsavedWords.kept_at.desc(), UnsavedWords.id.desc())
    return db.session.scalars(ordered.limit(20)).all()


def get_unsaved(person: Person, words_id: int, posting_id: int | None) -> UnsavedWords:
    """Load words of a person's about that posting, or raise `NotFoundError`."""
    words = get_own_words(person, words_id)
    if words.posting_id != posting_id or words.typed is None:
        raise NotFoundError
    return words


def get_own_words(person: Person, words_id: int) -> UnsavedWords:
    """Load words of a person's, or raise `NotFoundError`: nobody else's are shown."""
    words = db.session.get(UnsavedWords, words_id)
    if words is None or words.person_id != person.id:
        raise NotFoundError
    return words


def is_open(words: UnsavedWords, at: dt.datetime) -> bool:
    """Tell whether an editor is open in a window just now."""
    return words.left_at is None and words.seen_at > at - FRESH


def others_at(posting_id: int, person: Person, at: dt.datetime) -> list[UnsavedWords]:
    """Return who else has a posting open now: one row a person, the first who opened it first."""
    statement = select(UnsavedWords).where(
        UnsavedWords.posting_id == posting_id,
        UnsavedWords.person_id != person.id,
        UnsavedWords.left_at.is_(None),
        UnsavedWords.seen_at > at - FRESH,
    )
    rows = db.session.scalars(statement.order_by(UnsavedWords.opened_at, UnsavedWords.id)).all()
    return list({row.person_id: row for row in reversed(rows)}.values())[::-1]
