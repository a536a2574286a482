"""What is listed: on the careers page, in feeds, in the sitemap, everywhere by one condition."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, func, or_, select, tuple_
from sqlalchemy.orm import defer, joinedload, selectinload

from tracker.core.db import db, now
from tracker.organization import queries as organization
from tracker.postings.models import Posting
from tracker.postings.rules import PostingState

S = PostingState


def whole() -> Select[Posting]:
    """Select postings with everything that their pages show."""
    return select(Posting).options(
        defer(Posting.source_text),
        joinedload(Posting.contact_person),
        joinedload(Posting.contact_position),
        selectinload(Posting.sections),
        selectinload(Posting.documents),
        selectinload(Posting.questions),
        selectinload(Posting.skills),
    )


def open_listed(at: dt.datetime | None = None) -> list[Posting]:
    """Return the postings that the careers page lists: open at that time, newest first.

    One query; texts and relations of a posting are not loaded with it.
    """
    return open_listed_until(at or now())[0]


def open_listed_until(at: dt.datetime) -> tuple[list[Posting], dt.datetime | None]:
    """Return what `open_listed` does, and when the next one that is by link only comes to it.

    In one query too: the careers page has no time for two.
    """
    statement = (
        select(Posting)
        .where(
            Posting.state == S.OPEN,
            Posting.unlisted.is_(False) | Posting.listed_at.is_not(None),
            ~is_past(at),
        )
        .order_by(Posting.published_at.desc(), Posting.id.desc())
        .options(
            defer(Posting.source_text),
            defer(Posting.findings),
            defer(Posting.equal_opportunity_text),
            defer(Posting.benefits),
        )
    )
    found = db.session.scalars(statement).all()
    listed_now = [each for each in found if not each.is_unlisted(at)]
    coming = (each.listed_at for each in found if each.listed_at and each.listed_at > at)
    return listed_now, min(coming, default=None)


def is_listed(at: dt.datetime) -> ColumnElement[bool]:
    """Return the condition on `Posting` for being listed: on the page, in feeds, everywhere."""
    return (Posting.state == S.OPEN) & ~_is_unlisted(at) & ~is_past(at)


def _is_unlisted(at: dt.datetime) -> ColumnElement[bool]:
    return Posting.unlisted & or_(Posting.listed_at.is_(None), Posting.listed_at > at)


def next_listing(at: dt.datetime) -> dt.datetime | None:
    """Return when the next open posting that is still by link only comes into the lists."""
    return db.session.scalar(
        select(func.min(Posting.listed_at)).where(
            Posting.state == S.OPEN, Posting.unlisted, Posting.listed_at > at
        )
    )


def is_open_listed(posting: Posting, at: dt.datetime) -> bool:
    """Tell of one posting whether `open_listed` would have it at that time."""
    return posting.state_at(at) is S.OPEN and not posting.is_unlisted(at)


Place = tuple[dt.datetime, int]
"""Where a page of the list ended: when its last posting was published, and its number."""


def listed(
    at: dt.datetime, *, after: Place | None = None, limit: int | None = None
) -> Sequence[Posting]:
    """Return the postings of `open_listed` in the same order, with all that they say."""
    statement = whole().where(is_listed(at))
    if after is not None:
        statement = statement.where(tuple_(Posting.published_at, Posting.id) < after)
    ordered = statement.order_by(Posting.published_at.desc(), Posting.id.desc())
    return db.session.scalars(ordered.limit(limit)).all()


def listing_changed_at(at: dt.datetime) -> dt.datetime:
    """Return when the list last became another: by a change, or as one closed or came to it.

    A day that nobody can tell is the first of all, as an empty site's is.
    """
    changed = db.session.execute(
        select(
            func.max(Posting.changed_at),
            func.max(Posting.closes_at).filter(is_past(at)),
            func.max(Posting.listed_at).filter(Posting.listed_at <= at),
        ).where(Posting.published_at.is_not(None))
    ).one()
    employer = organization.employer()
    moments = [*changed, employer.changed_at if employer else None]
    return max((each for each in moments if each is not None), default=_BEGINNING)


_BEGINNING = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def is_past(at: dt.datetime) -> ColumnElement[bool]:
    """Return the condition on `Posting` for being past its closing."""
    return Posting.closes_at.is_not(None) & (Posting.closes_at <= at)
