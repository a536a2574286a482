"""A posting as it would be with other words, for looking at: never stored."""

import datetime as dt

from tracker.accounts.models import Person
from tracker.core.db import db
from tracker.organization.models import Position
from tracker.postings.addressing import slug_of
from tracker.postings.content import PostingValues
from tracker.postings.models import Posting
from tracker.postings.operations.writing import apply_values
from tracker.postings.rules import PostingState

S = PostingState
HIDDEN = frozenset({S.DRAFT, S.SCHEDULED})


def sketch(
    values: PostingValues,
    *,
    like: Posting | None,
    contact: Person | None = None,
    at: dt.datetime,
) -> Posting:
    """Make what a posting would be with these values, once it is public.

    It belongs to no session, so that nothing of it can be saved. `contact` is one whom nobody
    knows yet; else the values name the contact.
    """
    posting = Posting(
        slug=like.slug if like else slug_of(values.get("title", "")) or "posting",
        reference=like.reference if like else "",
        state=S.OPEN if like is None or like.state in HIDDEN else like.state,
        published_at=(like.published_at if like else None) or at,
        closed_at=like.closed_at if like else None,
        open_until_filled=False,
    )
    shown: PostingValues = {**values}
    shown.pop("managers", None)
    shown.pop("copied", None)
    apply_values(posting, shown)
    position_id, person_id = values.get("contact_position_id"), values.get("contact_person_id")
    posting.contact_position = db.session.get(Position, position_id) if position_id else None
    posting.contact_person = db.session.get(Person, person_id) if person_id else contact
    return posting
