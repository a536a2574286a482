"""The moves of a posting's life, all through one door (`operations.door.move`)."""

import datetime as dt
from collections.abc import Iterable

from tracker.accounts.models import Person
from tracker.core.db import db, now
from tracker.core.errors import DomainError
from tracker.postings import queries
from tracker.postings.checks import Check
from tracker.postings.content import PostingValues
from tracker.postings.models import PlannedReopening, Posting, PostingChange
from tracker.postings.operations.approving import needs_approval, tell_approved
from tracker.postings.operations.door import BlockedError, move, stamp
from tracker.postings.operations.keeping import begin
from tracker.postings.operations.writing import apply_values, change
from tracker.postings.rules import PostingState, check_move, closing_instant

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
    `BlockedError` or `UnconfirmedError` (see `queries.checks_of`), and `ApprovalNeededError`
    where a second person publishes and this is none.
    """
    at = at or now()
    approving = needs_approval(posting, by=by)
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
    if approving and by is not None:
        posting.approved_by_id = by.id
    entry = move(posting, S.SCHEDULED if later else S.OPEN, by=by, confirmed=codes, at=at)
    if approving and by is not None:
        tell_approved(posting, entry, by=by)
    return entry


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
    begin(posting)
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


def extend(
    posting: Posting,
    *,
    by: Person | None,
    reason: str,
    closes_on: dt.date | None = None,
    open_until_filled: bool = False,
    at: dt.datetime | None = None,
) -> Posting:
    """Have an open posting close later: on another date, at the same time of day, or when filled.

    The same as changing its dates (`change`), asked for by itself.
    """
    if posting.state_at(at or now()) is not S.OPEN:
        raise DomainError(
            "Only an open posting can be extended. If it has closed, reopen it with a new date."
        )
    values: PostingValues = {"closes_on": None, "closes_time": None, "open_until_filled": True}
    if closes_on is not None:
        later = closing_instant(closes_on, posting.closes_time, queries.zone())
        if posting.closes_at is None or later <= posting.closes_at:
            raise DomainError(
                "That is not later than it closes now. To have it close earlier, edit it."
            )
        values = {"closes_on": closes_on, "open_until_filled": False}
    elif not open_until_filled:
        raise DomainError("Give the new closing date, or have it stay open until filled.")
    return change(posting, values, by=by, reason=reason)


def plan_reopening(
    posting: Posting,
    *,
    by: Person | None,
    reason: str,
    opens_at: dt.datetime,
    closes_on: dt.date | None = None,
    open_until_filled: bool = False,
    at: dt.datetime | None = None,
) -> PlannedReopening:
    """Have a closed or filled posting open again by itself at a time to come.

    A second plan takes the first one's place. What would stop it then is said now where it
    is known: a closing date that is past when it opens.
    """
    at = at or now()
    settle(posting, at=at)
    if posting.state not in {S.CLOSED, S.FILLED}:
        raise DomainError("Only a posting that has closed can be planned to open again.")
    check_move(posting.state, S.OPEN, reason=reason)
    if opens_at <= at:
        raise DomainError("The time at which it opens again has passed. Leave it empty for now.")
    kept = closes_on or (None if open_until_filled else posting.closes_on)
    if kept and closing_instant(kept, posting.closes_time, queries.zone()) <= opens_at:
        raise DomainError("It would have closed before it opens again. Give a later closing date.")
    plan = queries.planned_reopening(posting) or PlannedReopening(posting=posting)
    plan.opens_at, plan.reason, plan.problem = opens_at, reason.strip(), ""
    plan.closes_on = closes_on
    plan.open_until_filled = open_until_filled and closes_on is None
    plan.by_id, plan.created_at = by.id if by else None, at
    db.session.add(plan)
    stamp(posting, by=by)
    db.session.flush()
    return plan


def drop_reopening(posting: Posting, *, by: Person | None) -> None:
    """Leave a posting closed that was to open again by itself."""
    plan = queries.planned_reopening(posting)
    if plan is not None:
        db.session.delete(plan)
        stamp(posting, by=by)
        db.session.flush()


def reopen_planned(posting: Posting, *, at: dt.datetime) -> PostingChange | None:
    """Open a posting whose planned time has come; what stops it is noted with the plan."""
    plan = queries.planned_reopening(posting)
    if plan is None or plan.opens_at > at or plan.problem:
        return None
    try:
        with db.session.begin_nested():
            return reopen(
                posting,
                by=plan.by,
                reason=plan.reason,
                closes_on=plan.closes_on,
                open_until_filled=plan.open_until_filled,
                at=at,
            )
    except DomainError as error:
        plan.problem = error.message
        db.session.flush()
        return None


def settle(posting: Posting, *, at: dt.datetime | None = None) -> None:
    """Write down that an open posting has closed, when its time is past."""
    at = at or now()
    if posting.state is S.OPEN and posting.state_at(at) is S.CLOSED:
        move(posting, S.CLOSED, by=None, at=at)
