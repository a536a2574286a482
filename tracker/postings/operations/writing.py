"""Draft and change postings."""

import datetime as dt
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
from tracker.postings.rules import MemberRole, PostingState, closing_instant

S = PostingState
PARTS = frozenset({"sections", "documents", "questions", "skills", "managers", "copied"})
NAMING_LOCK = 0x706F7374  # any number of our own, for PostgreSQL's advisory locks


class BlockedError(DomainError):
    """What a posting lacks to be public; `checks` are they."""

    def __init__(self, checks: list[Check]) -> None:
        super().__init__(" ".join(each.message for each in checks))
        self.checks = checks


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
    )
    wanted: PostingValues = {**values} if values else {}
    if by is not None and by.role is Role.MANAGER:
        wanted["managers"] = [*wanted.get("managers", []), by.id]
    with db.session.no_autoflush:
        db.session.add(posting)
        apply_values(posting, wanted)
        _name(posting, slug)
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
        apply_values(posting, values)
        if posting.state is S.DRAFT and posting.published_at is None and "title" in values:
            _lock_names()
            _name(posting)
        stamp(posting)
        if posting.state not in {S.DRAFT, S.CANCELLED}:
            refuse_blocked(posting, closing_moved=posting.closes_at != closing)
    db.session.flush()
    return posting


def refuse_blocked(posting: Posting, *, closing_moved: bool, at: dt.datetime | None = None) -> None:
    blocking = [
        each
        for each in queries.checks_of(posting, at)
        if each.severity == "blocks" and (closing_moved or each.code != "closing-past")
    ]
    if blocking:
        raise BlockedError(blocking)


def stamp(posting: Posting) -> None:
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


def _name(posting: Posting, slug: str = "") -> None:
    """Give a posting that was never public the slug of its title, or that wished for."""
    wanted = slug or slug_of(posting.title) or f"posting-{posting.reference.lower()}"
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
    _apply_parts(posting, values)


def _set_closing(posting: Posting) -> None:
    if posting.closes_on is None:
        posting.closes_at = None
        return
    posting.open_until_filled = False
    posting.closes_at = closing_instant(posting.closes_on, posting.closes_time, queries.zone())


def follow_zone(zone: str) -> int:
    """Move the closing instants to another zone of the employer's; returns how many moved.

    What was promised is a day and a time as the employer's clock shows them, so they stay
    and the instant moves. Postings that are over keep the instant at which they closed.
    """
    dated = db.session.scalars(
        select(Posting)
        .where(Posting.state.in_([S.DRAFT, S.SCHEDULED, S.OPEN]), Posting.closes_on.is_not(None))
        .order_by(Posting.id)
        .with_for_update(of=Posting)
    )
    moved = 0
    for posting in dated:
        assert posting.closes_on is not None  # by the query
        instant = closing_instant(posting.closes_on, posting.closes_time, zone)
        if instant != posting.closes_at and posting.state_at(now()) is posting.state:
            posting.closes_at = instant
            moved += 1
    db.session.flush()
    return moved


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
