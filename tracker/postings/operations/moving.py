"""The moves of a posting's life, all through one door."""

import datetime as dt
from collections.abc import Iterable

from tracker.accounts.models import Person
from tracker.core.db import db, now
from tracker.core.errors import DomainError
from tracker.postings import queries
from tracker.postings.checks import Check
from tracker.postings.models import Posting, PostingChange
from tracker.postings.operations.writing import BlockedError, apply_values, refuse_blocked, stamp
from tracker.postings.rules import PostingState, check_move

S = PostingState


class UnconfirmedError(DomainError):
    """Warnings that nobody has confirmed by name; `checks` are they."""

    def __init__(self, checks: list[Check]) -> None:
        names = ", ".join(each.name.lower() for each in checks)
        super().__init__(f"Confirm each warning by name before publishing: {names}.")
        self.checks = checks


def publish(
    posting: Posting,
    *,
    by: Person | None,
    confirmed: Iterable[str] = (),
    at: dt.datetime | None = None,
) -> PostingChange:
    """Open a draft, or schedule it when its `publish_at` is still to come.

    `confirmed` are the codes of the warnings that the person ticked by name. Raises
    `BlockedError` or `UnconfirmedError` (see `queries.checks_of`).
    """
    at = at or now()
    confirmed = set(confirmed)
    checks = queries.checks_of(posting, at)
    blocking = [each for each in checks if each.severity == "blocks"]
    if blocking:
        raise BlockedError(blocking)
    warnings = [each for each in checks if each.severity == "confirm"]
    missing = [each for each in warnings if each.code not in confirmed]
    if missing:
        raise UnconfirmedError(missing)
    later = posting.publish_at is not None and posting.publish_at > at
    codes = [each.code for each in warnings]
    return move(posting, S.SCHEDULED if later else S.OPEN, by=by, confirmed=codes, at=at)


def unschedule(posting: Posting, *, by: Person | None, reason: str = "") -> PostingChange:
    """Take a scheduled posting back to a draft."""
    return move(posting, S.DRAFT, by=by, reason=reason)


def open_scheduled(posting: Posting, *, at: dt.datetime) -> PostingChange:
    """Open a scheduled posting; one that is no longer whole goes back to a draft, saying why."""
    try:
        return move(posting, S.OPEN, by=None, at=at)
    except BlockedError as error:
        reason = f"It could not be published when its time came. {error.message}"
        return move(posting, S.DRAFT, by=None, reason=reason, at=at)


def close(
    posting: Posting, *, by: Person | None, reason: str = "", at: dt.datetime | None = None
) -> PostingChange:
    """Stop taking applications."""
    return move(posting, S.CLOSED, by=by, reason=reason, at=at)


def fill(posting: Posting, *, by: Person | None, reason: str = "") -> PostingChange:
    """Mark a posting as filled."""
    settle(posting)
    return move(posting, S.FILLED, by=by, reason=reason)


def cancel(posting: Posting, *, by: Person | None, reason: str) -> PostingChange:
    """Cancel a posting, with a reason."""
    return move(posting, S.CANCELLED, by=by, reason=reason)


def reopen(
    posting: Posting,
    *,
    by: Person | None,
    reason: str,
    closes_on: dt.date | None = None,
    open_until_filled: bool = False,
    at: dt.datetime | None = None,
) -> PostingChange:
    """Open a closed or filled posting again; a cancelled one becomes a draft.

    A closing date that is past must be replaced, by another or by "until filled".
    """
    at = at or now()
    settle(posting, at=at)
    if posting.state is S.CANCELLED:
        return move(posting, S.DRAFT, by=by, reason=reason, at=at)
    check_move(posting.state, S.OPEN, reason=reason)
    if closes_on is not None or open_until_filled:
        with db.session.no_autoflush:
            apply_values(
                posting,
                {
                    "closes_on": closes_on,
                    "closes_time": posting.closes_time if closes_on else None,
                    "open_until_filled": open_until_filled and closes_on is None,
                },
            )
    return move(posting, S.OPEN, by=by, reason=reason, at=at)


def settle(posting: Posting, *, at: dt.datetime | None = None) -> None:
    """Write down that an open posting has closed, when its time is past."""
    at = at or now()
    if posting.state is S.OPEN and posting.state_at(at) is S.CLOSED:
        move(posting, S.CLOSED, by=None, at=at)


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

    Raises `DomainError` for a move that `rules.MOVES` does not know or that lacks its
    reason, `BlockedError` for one that would make public what is not whole.
    """
    at = at or now()
    if posting.is_template:
        raise DomainError("This is a template. Begin a posting with it, and publish that one.")
    check_move(posting.state, to, reason=reason)
    if to in {S.OPEN, S.SCHEDULED}:
        refuse_blocked(posting, closing_moved=True, at=at)
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
    if to is S.OPEN:
        posting.published_at = posting.published_at or at
    if to in {S.OPEN, S.DRAFT, S.SCHEDULED}:
        posting.closed_at = None
    elif posting.closed_at is None and posting.published_at is not None:
        posting.closed_at = min(at, posting.closes_at or at)
    posting.state = to
    stamp(posting, by=by)
    db.session.flush()
    return entry
