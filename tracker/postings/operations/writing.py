"""Draft and change postings."""

import datetime as dt
from dataclasses import replace
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
from tracker.postings.content import (
    DocumentValue,
    PostingValues,
    QuestionValue,
    SectionValue,
    tidied,
)
from tracker.postings.models import (
    Posting,
    PostingMember,
    PostingSection,
    Question,
    RequestedDocument,
    Skill,
)
from tracker.postings.naming import kinds_of
from tracker.postings.operations.door import move, refuse_blocked, stamp
from tracker.postings.operations.keeping import begin, keep
from tracker.postings.rules import (
    HIDDEN,
    MemberRole,
    PostingState,
    VersionKind,
    closing_instant,
    listing_instant,
    opening_instant,
)

S = PostingState
PARTS = frozenset({"sections", "documents", "questions", "skills", "managers", "copied"})
NAMING_LOCK = 0x706F7374  # any number of our own, for PostgreSQL's advisory locks


def draft(
    *,
    by: Person | None,
    values: PostingValues | None = None,
    reference: str = "",
    slug: str = "",
) -> Posting:
    """Create a draft; a manager who writes one manages it. `by` None: read from a page.

    `reference` and `slug` are those that it had elsewhere: the one must be free, the other
    is taken where it is.
    """
    _lock_names()
    made_at = now()
    employer = organization.employer()
    posting = Posting(
        reference=reference or _next_reference(),
        slug="",
        state=S.DRAFT,
        title="",
        currency=employer.currency if employer else "USD",
        created_at=made_at,
        changed_at=made_at,
        created_by_id=by.id if by else None,
        changed_by_id=by.id if by else None,
    )
    wanted: PostingValues = {**values} if values else {}
    if by is not None and by.role is Role.MANAGER:
        wanted["managers"] = [*wanted.get("managers", []), by.id]
    with db.session.no_autoflush:
        db.session.add(posting)
        apply_values(posting, wanted)
        rename(posting, slug)
    db.session.flush()
    return posting


def change(
    posting: Posting,
    values: PostingValues,
    *,
    by: Person | None,
    version: int | None = None,
    reason: str = "",
) -> Posting:
    """Set fields of a posting. What is public stays whole, and is kept as a version.

    `version` is the one that the editor started from. Raises `StaleError` when somebody
    else changed the posting since, `BlockedError` when a public posting would lose what
    it needs, `ReasonNeededError` when it would change in what matters to those who have
    applied and `reason` does not say why.
    """
    if version is not None and version != posting.version:
        raise StaleError(
            "Somebody else changed this posting while you had it open. Nothing was overwritten."
        )
    if by is not None and by.role is Role.MANAGER and "managers" in values:
        values = {**values, "managers": [*values["managers"], by.id]}
    at, closing = now(), posting.closes_at
    public = posting.published_at is not None and posting.state not in HIDDEN
    if public:
        begin(posting)
    said = None if public else _said(posting)
    with db.session.no_autoflush:
        apply_values(posting, values)
        if posting.state is S.DRAFT and posting.published_at is None and "title" in values:
            _lock_names()
            rename(posting)
        stamp(posting, by=by)
        if posting.state not in {S.DRAFT, S.CANCELLED}:
            refuse_blocked(posting, closing_moved=posting.closes_at != closing)
        _refuse_reopening(posting, closing, at=at)
        if public:
            keep(posting, kind=VersionKind.CHANGED, by=by, reason=reason, at=at)
        elif said != _said(posting):
            _note_edit(posting, by=by)
    db.session.flush()
    return posting


def _said(posting: Posting) -> tuple[Any, ...]:
    """What a second person approves of a posting: all that it says, and when and where."""
    return (
        queries.snapshot_of(posting),
        posting.publish_at,
        posting.unlisted,
        posting.listed_on,
    )


def _refuse_reopening(posting: Posting, closing: dt.datetime | None, *, at: dt.datetime) -> None:
    """What has closed does not open again by the way, as its date is edited."""
    over = posting.state in {S.CLOSED, S.FILLED} or (
        posting.state is S.OPEN and closing is not None and closing <= at
    )
    if over and posting.closes_at != closing and (posting.closes_at or at) >= at:
        raise DomainError(
            "This posting has closed. To take applications again, use Reopen on its page and"
            " give the new closing date there: those who have applied are told."
        )


def _note_edit(posting: Posting, *, by: Person | None) -> None:
    """Have somebody else approve what was edited after it was asked for, or approved."""
    if posting.state is S.SCHEDULED and posting.approved_by_id is not None:
        posting.approved_by_id = None
        move(posting, S.AWAITING, by=by, reason="It was edited after it was approved.")
    if posting.state is S.AWAITING:
        posting.edited_by_id = by.id if by else None


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


def rename(posting: Posting, slug: str = "") -> None:
    """Give a posting that was never public the slug of its title, or that wished for.

    A template leaves the slug of its title free.
    """
    wanted = slug or ("" if posting.is_template else slug_of(posting.title))
    wanted = wanted or f"posting-{posting.reference.lower()}"
    taken = db.session.scalars(
        select(Posting.slug).where(Posting.slug.startswith(wanted), Posting.id != (posting.id or 0))
    )
    posting.slug = free_slug(wanted, set(taken))


def apply_values(posting: Posting, values: PostingValues) -> None:
    values = tidied(values)
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
    _set_listing(posting)
    _apply_parts(posting, values)


def _set_listing(posting: Posting) -> None:
    if not posting.unlisted:
        posting.listed_on = None
    on = posting.listed_on
    posting.listed_at = listing_instant(on, queries.zone()) if on else None


def _set_closing(posting: Posting) -> None:
    if posting.closes_on is None:
        posting.closes_at = None
        return
    posting.open_until_filled = False
    posting.closes_at = closing_instant(posting.closes_on, posting.closes_time, queries.zone())


def follow_zone(zone: str, *, before: str) -> int:
    """Move what postings do by the clock to another zone of the employer's; returns how many moved.

    What was promised is a day and a time as the employer's clock shows them, so they stay
    and the instant moves. Postings that are over keep the instant at which they closed.
    """
    alive = db.session.scalars(
        select(Posting)
        .where(Posting.state.in_([S.DRAFT, S.AWAITING, S.SCHEDULED, S.OPEN]))
        .order_by(Posting.id)
        .with_for_update(of=Posting)
    )
    at = now()
    moved = sum(
        _follow(posting, zone, before, at)
        for posting in alive
        if posting.state_at(at) is posting.state
    )
    db.session.flush()
    return moved


def _follow(posting: Posting, zone: str, before: str, at: dt.datetime) -> bool:
    """Move a posting's instants that are still to come; tells whether any moved."""
    stood = (posting.closes_at, posting.listed_at, posting.publish_at)
    if posting.closes_on is not None:
        posting.closes_at = closing_instant(posting.closes_on, posting.closes_time, zone)
    if posting.listed_on is not None and posting.is_unlisted(at):
        posting.listed_at = listing_instant(posting.listed_on, zone)
    if posting.publish_at is not None and posting.published_at is None:
        local = posting.publish_at.astimezone(ZoneInfo(before)).replace(tzinfo=None)
        posting.publish_at = opening_instant(local, zone)
    return stood != (posting.closes_at, posting.listed_at, posting.publish_at)


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
    by_heading = kinds_of(each.heading for each in wanted)
    named = [
        replace(value, kind=value.kind or kind)
        for value, kind in zip(wanted, by_heading, strict=True)
    ]
    if not any(each.id for each in named):  # of a page that was read again, by their places
        places = [row.id for row in posting.sections[: len(named)]]
        known = [replace(value, id=row) for value, row in zip(named, places, strict=False)]
        named[: len(known)] = known
    _sync(posting.sections, named, PostingSection, _section_fields)


def _section_fields(value: SectionValue) -> dict[str, Any]:
    return {"kind": value.kind, "heading": value.heading, "text": value.text}


def _document_fields(value: DocumentValue) -> dict[str, Any]:
    return {
        "kind": value.kind,
        "title": value.title,
        "instructions": value.instructions,
        "word_limit": value.word_limit,
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
