"""The one door of a posting's state, and what must hold before it opens."""

import datetime as dt
from collections.abc import Iterable

from tracker.accounts.models import Person
from tracker.core.db import db, now
from tracker.core.errors import DomainError
from tracker.organization import queries as organization
from tracker.postings import queries
from tracker.postings.checks import Check
from tracker.postings.models import Posting, PostingChange
from tracker.postings.operations.keeping import keep
from tracker.postings.rules import HIDDEN, PostingState, VersionKind, check_move

S = PostingState


class BlockedError(DomainError):
    """What a posting lacks to be public; `checks` are they."""

    def __init__(self, checks: list[Check]) -> None:
        super().__init__(" ".join(each.message for each in checks))
        self.checks = checks


class ApprovalNeededError(DomainError):
    """The employer wants every posting published by a second person, and this is none."""


def refuse_blocked(posting: Posting, *, closing_moved: bool, at: dt.datetime | None = None) -> None:
    """Raise `BlockedError` where a posting lacks what a public one needs."""
    blocking = [
        each
        for each in queries.checks_of(posting, at)
        if each.severity == "blocks" and (closing_moved or each.code != "closing-past")
    ]
    if blocking:
        raise BlockedError(blocking)


def stamp(posting: Posting, *, by: Person | None) -> None:
    """Note that a posting was changed now, and by whom."""
    posting.changed_by_id = by.id if by else None
    # Always later than the making, so that an imported draft shows whether it was touched.
    posting.changed_at = max(now(), posting.created_at + dt.timedelta(microseconds=1))


def move(
    posting: Posting,
    to: PostingState,
    *,
    by: Person | None,
    reason: str = "",
    confirmed: Iterable[str] = (),
    at: dt.datetime | None = None,
) -> PostingChange:
    """Move a posting to a state and write the move down: the one door of `state`.

    Opening keeps a version of what the page says. Raises `DomainError` for a move that
    `rules.MOVES` does not know or that lacks its reason, `BlockedError` for one that would
    make public what is not whole, `ApprovalNeededError` where a second person publishes and
    nobody has approved.
    """
    at = at or now()
    if posting.is_template:
        raise DomainError("This is a template. Begin a posting with it, and publish that one.")
    check_move(posting.state, to, reason=reason)
    if to in {S.OPEN, S.SCHEDULED, S.AWAITING}:
        refuse_blocked(posting, closing_moved=True, at=at)
    if to in {S.OPEN, S.SCHEDULED}:
        _refuse_unapproved(posting)
    entry = PostingChange(
        posting=posting,
        by_id=by.id if by else None,
        at=at,
        old=posting.state,
        new=to,
        reason=reason.strip(),
        confirmed=sorted(confirmed),
    )
    db.session.add(entry)
    _set(posting, to, at)
    stamp(posting, by=by)
    if to is S.OPEN:
        kind = VersionKind.PUBLISHED if entry.old in HIDDEN else VersionKind.REOPENED
        keep(posting, kind=kind, by=by, reason=entry.reason or _why_again(posting), at=at)
    db.session.flush()
    return entry


def _set(posting: Posting, to: PostingState, at: dt.datetime) -> None:
    if to is S.OPEN:
        posting.published_at = posting.published_at or at
    if to in {S.OPEN, S.DRAFT, S.SCHEDULED, S.AWAITING}:
        posting.closed_at = None
    elif posting.closed_at is None and posting.published_at is not None:
        posting.closed_at = min(at, posting.closes_at or at)
    if to is S.DRAFT:
        posting.asked_by_id = posting.edited_by_id = posting.approved_by_id = None
    posting.state = to
    planned = queries.planned_reopening(posting) if to is not S.CLOSED else None
    if planned is not None:  # whatever happens next, it is not that
        db.session.delete(planned)


def _refuse_unapproved(posting: Posting) -> None:
    """A scheduled one that opens was let through already, as was one that reopens."""
    if posting.state not in {S.DRAFT, S.AWAITING} or posting.approved_by_id is not None:
        return
    if organization.publishing().second_person:
        raise ApprovalNeededError(
            "Here a second person publishes. Ask for approval on the posting's page; somebody"
            " else then publishes it or sends it back."
        )


def _why_again(posting: Posting) -> str:
    """Say why what was cancelled is published again: its history knows since it was a draft."""
    if queries.last_version(posting) is None:
        return ""
    reasons = [each.reason for each in queries.history_of(posting) if each.reason]
    return reasons[-1] if reasons else "Published again."
