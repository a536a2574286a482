"""Keep what people have typed about postings and not saved yet."""

import datetime as dt

from sqlalchemy import delete, func, select

from tracker.accounts.models import Person
from tracker.core.db import db
from tracker.core.errors import N_, DomainError, NotFoundError
from tracker.postings.models import UnsavedWords

KEPT = dt.timedelta(days=30)
LOOKED = dt.timedelta(hours=1)
"""How long an editor in which nothing was typed is remembered after it was last open."""

MOST_KEPT = 20
"""Editors of one person at one posting, or at new ones, whose words are kept."""

Typed = dict[str, list[str]]


class FullError(DomainError):
    """A person keeps so many words about a posting that no more are taken."""


def keep(
    token: str,
    *,
    by: Person,
    posting_id: int | None,
    at: dt.datetime,
    typed: Typed | None = None,
    version: int | None = None,
) -> UnsavedWords:
    """Write down that an editor is open and, where given, what is typed in it.

    Raises `NotFoundError` for an editor of somebody else's or of another posting, `FullError`
    for one too many: words are never pushed out by others, only editors without any are.
    """
    words = _locked(token)
    if words is None:
        _make_room(by, posting_id)
        words = UnsavedWords(token=token, posting_id=posting_id, person_id=by.id, opened_at=at)
        db.session.add(words)
    elif (words.person_id, words.posting_id) != (by.id, posting_id):
        raise NotFoundError
    words.seen_at, words.left_at = max(at, words.opened_at), None
    if typed is not None:
        words.typed, words.kept_at, words.version = typed, at, version
    db.session.flush()
    return words


def _make_room(person: Person, posting_id: int | None) -> None:
    """Forget the editor that was open longest ago without words, where there are too many."""
    mine = (
        UnsavedWords.person_id == person.id,
        UnsavedWords.posting_id.is_not_distinct_from(posting_id),
    )
    held = db.session.scalar(select(func.count()).select_from(UnsavedWords).where(*mine)) or 0
    if held < MOST_KEPT:
        return
    empty = select(UnsavedWords).where(*mine, UnsavedWords.typed.is_(None))
    oldest = db.session.scalars(empty.order_by(UnsavedWords.seen_at, UnsavedWords.id)).first()
    if oldest is None:
        raise FullError(
            N_(
                "Not kept: words of yours from many windows wait at this posting already. Save"
                " this one, or open the posting anew and discard what you do not need."
            )
        )
    db.session.delete(oldest)
    db.session.flush()


def leave(token: str, *, by: Person, at: dt.datetime) -> None:
    """Write down that an editor was closed; its words stay, if there are any."""
    words = _locked(token)
    if words is None or words.person_id != by.id:
        return
    if words.typed is None:
        db.session.delete(words)
    else:
        words.left_at = at
    db.session.flush()


def let_go(token: str, *, by: Person) -> None:
    """Delete the words of an editor: they were saved, or are not wanted."""
    db.session.execute(
        delete(UnsavedWords).where(UnsavedWords.token == token, UnsavedWords.person_id == by.id)
    )


def forget_words(*, at: dt.datetime) -> int:
    """Delete what nobody came back for in 30 days; returns how many rows went."""
    old = UnsavedWords.seen_at < at - KEPT
    looked = UnsavedWords.typed.is_(None) & (UnsavedWords.seen_at < at - LOOKED)
    found = db.session.scalars(select(UnsavedWords.id).where(old | looked)).all()
    db.session.execute(delete(UnsavedWords).where(UnsavedWords.id.in_(found)))
    return len(found)


def _locked(token: str) -> UnsavedWords | None:
    statement = select(UnsavedWords).where(UnsavedWords.token == token)
    return db.session.scalars(
        statement.with_for_update(of=UnsavedWords).execution_options(populate_existing=True)
    ).one_or_none()
