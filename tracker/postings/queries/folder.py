"""Reads about postings' files in a folder: whose they are, and what was agreed on last."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import defer, joinedload

from tracker.core.db import db
from tracker.postings.models import Posting, PostingFile


def by_reference(reference: str) -> Posting | None:
    """Find a posting by its reference."""
    return db.session.scalars(select(Posting).where(Posting.reference == reference)).one_or_none()


def by_file(name: str) -> PostingFile | None:
    """Find what was read last from a file of that name that named no posting."""
    statement = (
        select(PostingFile)
        .where(PostingFile.name == name, PostingFile.base == "")
        .order_by(PostingFile.id.desc())
        .limit(1)
    )
    return db.session.scalars(statement).one_or_none()


def agreed(posting: Posting, base: str) -> PostingFile | None:
    """Return what the posting and a file with that base line had in common last."""
    statement = select(PostingFile).where(
        PostingFile.posting_id == posting.id, PostingFile.base == base
    )
    return db.session.scalars(statement).one_or_none()


def came_from_file(posting: Posting, digest: str) -> bool:
    """Tell whether these words of the posting were brought by a file."""
    statement = select(PostingFile.id).where(
        PostingFile.posting_id == posting.id, PostingFile.digest == digest, PostingFile.imported
    )
    return db.session.scalars(statement.limit(1)).one_or_none() is not None


def latest_files() -> list[PostingFile]:
    """Return of each posting that has a file what was agreed on last, by reference."""
    statement = (
        select(PostingFile)
        .order_by(PostingFile.agreed_at, PostingFile.id)
        .options(
            defer(PostingFile.content),
            joinedload(PostingFile.posting).load_only(Posting.reference, Posting.title),
        )
    )
    latest = {each.posting_id: each for each in db.session.scalars(statement)}
    return sorted(latest.values(), key=lambda each: each.posting.reference)


def to_export() -> Sequence[int]:
    """Return the ids of all postings, oldest first."""
    return db.session.scalars(select(Posting.id).order_by(Posting.id)).all()
