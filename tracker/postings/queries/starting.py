"""What postings are begun from, and how far one has come that is being edited."""

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from tracker.accounts.models import Person
from tracker.core.db import db
from tracker.core.errors import NotFoundError
from tracker.postings.models import Posting
from tracker.postings.queries import visible_to


def templates() -> Sequence[Posting]:
    """Return every template, by title: whoever writes postings may begin with one."""
    statement = select(Posting).where(Posting.is_template).order_by(Posting.title, Posting.id)
    return db.session.scalars(statement).all()


def earlier(person: Person, words: str, *, limit: int) -> Sequence[Posting]:
    """Return the newest postings that a person may see, with all those words in their titles."""
    statement = select(Posting).where(visible_to(person), Posting.is_template.is_(False))
    for word in words.split()[:10]:
        statement = statement.where(Posting.title.icontains(word, autoescape=True))
    return db.session.scalars(statement.order_by(Posting.id.desc()).limit(limit)).all()


def get_to_copy(person: Person, posting_id: int) -> Posting:
    """Load what a person may begin a posting from, or raise `NotFoundError`."""
    statement = select(Posting).where(
        Posting.id == posting_id, or_(visible_to(person), Posting.is_template)
    )
    posting = db.session.scalars(statement).one_or_none()
    if posting is None:
        raise NotFoundError
    return posting


def version_for(person: Person, posting_id: int) -> int:
    """Return the version of a posting that a person may see, or raise `NotFoundError`."""
    statement = select(Posting.version).where(Posting.id == posting_id, visible_to(person))
    version = db.session.scalar(statement)
    if version is None:
        raise NotFoundError
    return version


def newer_version(posting_id: int) -> Posting:
    """Return a posting with who changed it last."""
    statement = select(Posting).where(Posting.id == posting_id)
    return db.session.scalars(statement.options(joinedload(Posting.changed_by))).one()
