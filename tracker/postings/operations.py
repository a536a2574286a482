"""Writes of postings: draft, change, and the moves of their life through one door."""

import datetime as dt
from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from tracker.accounts.models import Person
from tracker.core.access import Role
from tracker.core.db import db, now
from tracker.core.errors import DomainError, StaleError
from tracker.organization import queries as organization
from tracker.postings import queries
from tracker.postings.addressing import free_slug, reference_of, slug_of
from tracker.postings.checks import Check
from tracker.postings.content import DocumentValue, PostingValues, QuestionValue, SectionValue
from tracker.postings.models import (
    Posting,
    PostingChange,
    PostingMember,
    PostingSection,
    Question,
    RequestedDocument,
    Skill,
)
from tracker.postings.rules import MemberRole, PostingState, check_move, closing_instant

S = PostingState
PARTS = frozenset({"sections", "documents", "questions", "skills", "managers", "copied"})
NAMING_LOCK = 0x706F7374  # any number of our own, for PostgreSQL's advisory locks


class UnconfirmedError(DomainError):
    """Warnings that nobody has confirmed by name; `checks` are they."""

    def __init__(self, checks: list[Check]) -> None:
        names = ", ".join(each.name.lower() for each in checks)
        super().__init__(f"Confirm each warning by name before publishing: {names}.")
        self.checks = checks


class BlockedError(DomainError):
    """What a posting lacks to be public; `checks` are they."""

    def __init__(self, checks: list[Check]) -> None:
        super().__init__(" ".join(each.message for each in checks))
        self.checks = checks


def draft(*, by: Person | None, values: PostingValues | None = None) -> Posting:
    """Create a draft; a manager who writes one manages it. `by` None: read from a page."""
    _lock_names()
    made_at = now()
    employer = organization.employer()
    posting = Posting(
        reference=_next_reference(),
        slug="",
        state=S.DRAFT,
        title="",
        currency=employer.currency if employer else "USD",
        created_at=made_at,
        changed_at=made_at,
        created_by_id=by.id if by else None,
    )
    wanted: PostingValues = {**values} if values else {}
    if by is not None and by.role is Role.MANAGER:
        wanted["managers"] = [*wanted.get("managers", []), by.id]
    with db.session.no_autoflush:
        db.session.add(posting)
        _apply(posting, wanted)
        _name(posting)
    db.session.flush()
    return posting


def change(
    posting: Posting,
    values: PostingValues,
    *,
    by: Person | None,
    version: int | None = None,
) -> Posting:
    """Set fields of a posting. What is public stays whole.

    `version` is the one that the editor started from. Raises `StaleError` when somebody
    else changed the posting since, `BlockedError` when a public posting would lose what
    it needs.
    """
    if version is not None and version != posting.version:
        raise StaleError(
            "Somebody else changed this posting while you had it open. Nothing was overwritten."
        )
    if by is not None and by.role is Role.MANAGER and "managers" in values:
        values = {**values, "managers": [*values["managers"], by.id]}
    closing = posting.closes_at
    with db.session.no_autoflush:
        _apply(posting, values)
        if posting.state is S.DRAFT and posting.published_at is None and "title" in values:
            _lock_names()
            _name(posting)
        _stamp(posting)
        if posting.state not in {S.DRAFT, S.CANCELLED}:
            _refuse_blocked(posting, closing_moved=posting.closes_at != closing)
    db.session.flush()
    return posting


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
            _apply(
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
    check_move(posting.state, to, reason=reason)
    if to in {S.OPEN, S.SCHEDULED}:
        _refuse_blocked(posting, closing_moved=True, at=at)
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
    _stamp(posting)
    db.session.flush()
    return entry


def _refuse_blocked(
    posting: Posting, *, closing_moved: bool, at: dt.datetime | None = None
) -> None:
    blocking = [
        each
        for each in queries.checks_of(posting, at)
        if each.severity == "blocks" and (closing_moved or each.code != "closing-past")
    ]
    if blocking:
        raise BlockedError(blocking)


def _stamp(posting: Posting) -> None:
    # Always later than the making, so that an imported draft shows whether it was touched.
    posting.changed_at = max(now(), posting.created_at + dt.timedelta(microseconds=1))


def _lock_names() -> None:
    """Make the next reference and slug ours alone; SQLite's writer has them already."""
    if db.session.connection().dialect.name == "postgresql":
        db.session.execute(select(func.pg_advisory_xact_lock(NAMING_LOCK)))


def _next_reference() -> str:
    year = now().astimezone(ZoneInfo(queries.zone())).year
    taken = db.session.scalars(
        select(Posting.reference).where(Posting.reference.startswith(f"{year}-"))
    )
    numbers = [int(tail) for each in taken if (tail := each.partition("-")[2]).isdigit()]
    return reference_of(year, max(numbers, default=0) + 1)


def _name(posting: Posting) -> None:
    """Give a posting that was never public the slug of its title."""
    wanted = slug_of(posting.title) or f"posting-{posting.reference}"
    taken = db.session.scalars(
        select(Posting.slug).where(Posting.slug.startswith(wanted), Posting.id != (posting.id or 0))
    )
    posting.slug = free_slug(wanted, set(taken))


def _apply(posting: Posting, values: PostingValues) -> None:
    for name, value in values.items():
        if name not in PARTS:
            setattr(posting, name, value)
    if values.get("contact_person_id") is not None:
        posting.contact_position_id = None
    elif values.get("contact_position_id") is not None:
        posting.contact_person_id = None
    if {"contact_person_id", "contact_position_id"} & values.keys() and posting.id:
        db.session.expire(posting, ["contact_person", "contact_position"])
    _set_closing(posting)
    _apply_parts(posting, values)


def _set_closing(posting: Posting) -> None:
    if posting.closes_on is None:
        posting.closes_at = None
        return
    posting.open_until_filled = False
    posting.closes_at = closing_instant(posting.closes_on, posting.closes_time, queries.zone())


def _apply_parts(posting: Posting, values: PostingValues) -> None:
    if "sections" in values:
        _set_sections(posting, values["sections"])
    if "documents" in values:
        _sync(posting.documents, values["documents"], RequestedDocument, _document_fields)
    if "questions" in values:
        _sync(posting.questions, values["questions"], Question, _question_fields)
    if "skills" in values:
        _set_skills(posting, values["skills"])
    if "managers" in values:
        _set_members(posting, MemberRole.MANAGER, values["managers"])
    if "copied" in values:
        _set_members(posting, MemberRole.COPIED, values["copied"])


def _set_sections(posting: Posting, wanted: list[SectionValue]) -> None:
    while len(posting.sections) > len(wanted):
        posting.sections.pop()
    for rank, value in enumerate(wanted):
        if rank == len(posting.sections):
            posting.sections.append(PostingSection())
        row = posting.sections[rank]
        row.rank, row.heading, row.text = rank, value.heading, value.text


def _document_fields(value: DocumentValue) -> dict[str, Any]:
    return {
        "kind": value.kind,
        "title": value.title,
        "instructions": value.instructions,
        "required": value.required,
    }


def _question_fields(value: QuestionValue) -> dict[str, Any]:
    return {
        "text": value.text,
        "kind": value.kind,
        "choices": list(value.choices),
        "word_limit": value.word_limit,
        "required": value.required,
    }


def _sync(rows: list[Any], wanted: list[Any], model: type[Any], fields: Any) -> None:
    """Make rows what is wanted, keeping those that are named: candidates' drafts hang on them."""
    standing = {row.id: row for row in rows}
    kept = []
    for rank, value in enumerate(wanted):
        row = standing.pop(value.id, None) or model()
        row.rank = rank
        for name, content in fields(value).items():
            setattr(row, name, content)
        kept.append(row)
    rows[:] = kept


def _set_skills(posting: Posting, names: list[str]) -> None:
    standing = {row.name: row for row in posting.skills}
    kept = []
    for rank, name in enumerate(dict.fromkeys(names)):
        row = standing.get(name) or Skill(name=name)
        row.rank = rank
        kept.append(row)
    posting.skills[:] = kept


def _set_members(posting: Posting, role: MemberRole, person_ids: list[int]) -> None:
    wanted = list(dict.fromkeys(person_ids))
    standing = {row.person_id: row for row in posting.members if row.role is role}
    for person_id, row in standing.items():
        if person_id not in wanted:
            posting.members.remove(row)
    for person_id in wanted:
        if person_id not in standing:
            posting.members.append(PostingMember(person_id=person_id, role=role))
