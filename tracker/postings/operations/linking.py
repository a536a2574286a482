"""Make and end short links, and count how often they are opened."""

from sqlalchemy import select, update

from tracker.accounts.models import Person
from tracker.core.db import db, now
from tracker.core.errors import DomainError
from tracker.postings.addressing import new_code
from tracker.postings.models import Posting, ShortLink

TRIES = 20


def make_link(posting: Posting, *, source: str, by: Person | None) -> ShortLink:
    """Make a posting's short link for a source; one that has ended begins again.

    The code on a poster that hangs already goes on leading to the same posting.
    """
    if posting.published_at is None:
        raise DomainError("A short link leads to a public page: publish the posting first.")
    standing = db.session.scalars(
        select(ShortLink).where(ShortLink.posting_id == posting.id, ShortLink.source == source)
    ).one_or_none()
    if standing is not None:
        standing.ended_at = None
        db.session.flush()
        return standing
    link = ShortLink(
        code=_free_code(), posting=posting, source=source, created_by_id=by.id if by else None
    )
    db.session.add(link)
    db.session.flush()
    return link


def _free_code() -> str:
    for _ in range(TRIES):
        code = new_code()
        if db.session.scalar(select(ShortLink.id).where(ShortLink.code == code)) is None:
            return code
    raise DomainError("No short code was free. Try again.")


def end_link(link: ShortLink) -> None:
    """Have a short link lead nowhere; what it counted stays."""
    link.ended_at = link.ended_at or now()
    db.session.flush()


def count_opening(link_id: int) -> None:
    """Count one more opening, in one statement: two at the same moment are two."""
    db.session.execute(
        update(ShortLink).where(ShortLink.id == link_id).values(opened=ShortLink.opened + 1)
    )
