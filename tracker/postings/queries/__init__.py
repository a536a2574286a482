"""Reads of postings. Nothing here writes."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import ColumnElement, false, func, or_, select, true
from sqlalchemy.orm import defer, joinedload

from tracker.accounts import queries as people
from tracker.accounts.models import Person
from tracker.core.access import Role
from tracker.core.db import db, now
from tracker.core.errors import NotFoundError
from tracker.organization import queries as organization
from tracker.organization.models import Position
from tracker.organization.rules import How
from tracker.postings.checks import Check, check
from tracker.postings.models import Posting, PostingChange, PostingMember, ShortLink
from tracker.postings.queries.facts import (
    ContactFacts,
    EmployerFacts,
    contact_facts,
    employer_facts,
    facts_of,
    zone,
)
from tracker.postings.queries.listing import (
    Place,
    is_listed,
    is_open_listed,
    is_past,
    listed,
    listing_changed_at,
    next_listing,
    open_listed,
    open_listed_until,
    whole,
)
from tracker.postings.queries.versions import (
    announcements_of,
    differences_in,
    due_to_reopen,
    last_version,
    planned_reopening,
    snapshot_of,
    to_announce,
    told_changes,
    versions_of,
)
from tracker.postings.rules import MemberRole, PostingState

__all__ = [
    "ContactFacts",
    "EmployerFacts",
    "Place",
    "announcements_of",
    "awaiting_approval",
    "by_id",
    "by_slug",
    "by_source",
    "checks_of",
    "contact_facts",
    "contact_of",
    "contact_today",
    "copied_on",
    "count_by_state",
    "differences_in",
    "due_to_close",
    "due_to_open",
    "due_to_reopen",
    "employer_facts",
    "facts_of",
    "get_short_link",
    "get_visible",
    "has_contact",
    "history_of",
    "is_accepting",
    "is_listed",
    "is_open_listed",
    "known_contact",
    "last_version",
    "listed",
    "listing_changed_at",
    "managers_of",
    "may_see",
    "next_listing",
    "open_listed",
    "open_listed_until",
    "planned_reopening",
    "position_titled",
    "short_link",
    "short_links",
    "snapshot_of",
    "staff_list",
    "to_announce",
    "to_check",
    "told_changes",
    "versions_of",
    "visible_to",
    "who_may_approve",
    "zone",
]
S = PostingState


def by_slug(slug: str) -> Posting | None:
    """Find a posting by the last part of its address, with everything its page shows."""
    return db.session.scalars(whole().where(Posting.slug == slug)).one_or_none()


def by_id(posting_id: int) -> Posting | None:
    """Find a posting by its number, with everything its page shows."""
    return db.session.scalars(whole().where(Posting.id == posting_id)).one_or_none()


def visible_to(person: Person) -> ColumnElement[bool]:
    """Return the condition on `Posting` that keeps what a person may see as staff.

    Administrators and coordinators see all; a manager those that they manage, and those
    whose contact they are today, themselves or through a position.
    """
    if person.role in {Role.ADMINISTRATOR, Role.COORDINATOR}:
        return true()
    if person.role is not Role.MANAGER:
        return false()
    managed = select(PostingMember.posting_id).where(
        PostingMember.person_id == person.id, PostingMember.role == MemberRole.MANAGER
    )
    concerned = or_(
        Posting.id.in_(managed),
        Posting.contact_person_id == person.id,
        Posting.contact_position_id.in_(organization.answered_by(person.id)),
    )
    return concerned & Posting.is_template.is_(False)


def get_visible(person: Person, posting_id: int) -> Posting:
    """Load a posting that the person may see as staff, or raise `NotFoundError`."""
    statement = whole().where(Posting.id == posting_id, visible_to(person))
    posting = db.session.scalars(statement).one_or_none()
    if posting is None:
        raise NotFoundError
    return posting


def may_see(person: Person, posting: Posting) -> bool:
    """Tell whether a person may see a posting as staff."""
    statement = select(Posting.id).where(Posting.id == posting.id, visible_to(person))
    return db.session.scalar(statement) is not None


def staff_list(
    person: Person, *, state: PostingState | None = None, limit: int = 50, offset: int = 0
) -> Sequence[Posting]:
    """Return a page of the postings that a person may see, newest first, with contacts."""
    statement = (
        select(Posting)
        .where(visible_to(person), Posting.is_template.is_(False))
        .order_by(Posting.id.desc())
        .limit(limit)
        .offset(offset)
        .options(
            defer(Posting.source_text),
            joinedload(Posting.contact_person),
            joinedload(Posting.contact_position),
        )
    )
    if state is not None:
        statement = statement.where(_in_state(state, now()))
    return db.session.scalars(statement).all()


def _in_state(state: PostingState, at: dt.datetime) -> ColumnElement[bool]:
    if state is S.OPEN:
        return (Posting.state == S.OPEN) & ~is_past(at)
    if state is S.CLOSED:
        return (Posting.state == S.CLOSED) | ((Posting.state == S.OPEN) & is_past(at))
    return Posting.state == state


def count_by_state(person: Person, at: dt.datetime | None = None) -> dict[PostingState, int]:
    """Count the postings that a person may see by the state that holds at a time."""
    at = at or now()
    past = is_past(at)
    rows = db.session.execute(
        select(Posting.state, past, func.count())
        .where(visible_to(person), Posting.is_template.is_(False))
        .group_by(Posting.state, past)
    )
    counts = dict.fromkeys(PostingState, 0)
    for state, over, count in rows:
        counts[S.CLOSED if state is S.OPEN and over else state] += count
    return counts


def contact_of(posting: Posting) -> Person | None:
    """Return who gets the posting's applications now: see `contact_today`."""
    found = contact_today(posting)
    return found[0] if found else None


def contact_today(
    posting: Posting, found: organization.Directory | None = None
) -> tuple[Person, How] | None:
    """Return who answers for the posting today, and how it came to them.

    Its person, or its position's (`organization.rules.answering`); for a person on leave
    whoever stands in on a position of theirs. None when there is no contact, or when it cannot
    get mail: a disabled person, a position that resolves to nobody. `found` saves a look at
    the positions to who asks for many.
    """
    if posting.contact_position_id is not None:
        found = found or organization.directory()
        answer = found.answering(posting.contact_position_id)
        person = found.person(answer.person_id)
        return (person, answer.how) if person else None
    person = posting.contact_person
    if person is None or person.disabled_at is not None:
        return None
    away = found.is_away(person.id) if found else bool(organization.on_leave([person.id]))
    stand_in = (found or organization.directory()).stand_in(person.id) if away else None
    return (stand_in, How.DEPUTY) if stand_in else (person, How.HOLDER)


def has_contact(posting: Posting) -> bool:
    """Tell whether a contact is named at all."""
    return posting.contact_person_id is not None or posting.contact_position_id is not None


def is_accepting(posting: Posting, at: dt.datetime | None = None) -> bool:
    """Tell whether an application sent at that time (or now) would be taken."""
    return posting.is_accepting(at or now())


def copied_on(posting: Posting) -> list[Person]:
    """Return the further people who get a copy of the posting's mail and can get any."""
    return [
        each.person
        for each in posting.members
        if each.role is MemberRole.COPIED and each.person.disabled_at is None
    ]


def managers_of(posting: Posting) -> list[Person]:
    """Return the further people who manage the posting and are not disabled."""
    return [
        each.person
        for each in posting.members
        if each.role is MemberRole.MANAGER and each.person.disabled_at is None
    ]


def who_may_approve(posting: Posting) -> list[Person]:
    """Return who may publish a posting that somebody asks to have approved, by name.

    Neither who asked nor who edited it last since then; who cannot sign in is nobody.
    """
    besides = {posting.asked_by_id, posting.edited_by_id}
    managing = {each.id for each in managers_of(posting)}
    return [
        each
        for each in people.active_people()
        if each.id not in besides
        and (
            each.role in {Role.ADMINISTRATOR, Role.COORDINATOR}
            or (each.role is Role.MANAGER and each.id in managing)
        )
    ]


def awaiting_approval(person: Person) -> Sequence[Posting]:
    """Return the postings that wait for a second person, and that this one may approve."""
    statement = (
        select(Posting)
        .where(
            Posting.state == S.AWAITING,
            Posting.asked_by_id != person.id,
            or_(Posting.edited_by_id.is_(None), Posting.edited_by_id != person.id),
            visible_to(person),
        )
        .order_by(Posting.id)
        .options(defer(Posting.source_text), joinedload(Posting.asked_by))
    )
    return db.session.scalars(statement).all()


def checks_of(
    posting: Posting, at: dt.datetime | None = None, *, employer: EmployerFacts | None = None
) -> list[Check]:
    """List what publishing the posting would warn about or stop at, and what is advised.

    `employer` saves asking for it once more where many postings are checked.
    """
    at = at or now()
    return check(facts_of(posting, employer or employer_facts(at)), at=at)


def to_check(at: dt.datetime) -> Sequence[Posting]:
    """Return the postings that are, or may still become, public: oldest first, whole."""
    states = (S.DRAFT, S.SCHEDULED, S.OPEN)
    alive = (
        Posting.is_template.is_(False)
        & Posting.state.in_(states)
        & ((Posting.state != S.OPEN) | ~is_past(at))
    )
    return db.session.scalars(whole().where(alive).order_by(Posting.id)).all()


def history_of(posting: Posting) -> Sequence[PostingChange]:
    """Return the posting's moves with who made them, oldest first."""
    statement = (
        select(PostingChange)
        .where(PostingChange.posting_id == posting.id)
        .order_by(PostingChange.id)
        .options(joinedload(PostingChange.by))
    )
    return db.session.scalars(statement).all()


def short_link(code: str) -> ShortLink | None:
    """Find a short link with its posting by its code, as it is stored."""
    statement = (
        select(ShortLink)
        .where(ShortLink.code == code)
        .options(joinedload(ShortLink.posting).load_only(Posting.slug, Posting.published_at))
    )
    return db.session.scalars(statement).one_or_none()


def short_links(posting: Posting) -> Sequence[ShortLink]:
    """Return a posting's short links, those that have ended among them, oldest first."""
    statement = select(ShortLink).where(ShortLink.posting_id == posting.id)
    return db.session.scalars(statement.order_by(ShortLink.id)).all()


def get_short_link(posting: Posting, link_id: int) -> ShortLink:
    """Load a short link of this posting, or raise `NotFoundError`."""
    found = db.session.get(ShortLink, link_id)
    if found is None or found.posting_id != posting.id:
        raise NotFoundError
    return found


def due_to_open(at: dt.datetime) -> Sequence[int]:
    """Return the ids of scheduled postings whose time has come."""
    return db.session.scalars(
        select(Posting.id).where(
            Posting.state == S.SCHEDULED,
            or_(Posting.publish_at.is_(None), Posting.publish_at <= at),
        )
    ).all()


def due_to_close(at: dt.datetime) -> Sequence[int]:
    """Return the ids of open postings past their closing."""
    return db.session.scalars(select(Posting.id).where(Posting.state == S.OPEN, is_past(at))).all()


def by_source(name: str, sha256: str | None = None) -> Posting | None:
    """Find the latest posting that was read from a source of that name, and of those bytes."""
    statement = select(Posting).where(Posting.source_name == name)
    if sha256 is not None:
        statement = statement.where(Posting.source_sha256 == sha256)
    return db.session.scalars(statement.order_by(Posting.id.desc()).limit(1)).one_or_none()


def position_titled(title: str) -> Position | None:
    """Find a position by its title, however it is capitalized and spaced."""
    # Compared in Python: databases do not agree on what lower case is beyond plain letters.
    wanted = " ".join(title.split()).casefold()
    for position in organization.positions():
        if wanted and " ".join(position.title.split()).casefold() == wanted:
            return position
    return None


def known_contact(title: str, email: str) -> tuple[Position | None, Person | None]:
    """Find the position that a title names, and the person that an address is of."""
    return position_titled(title), people.by_email(email) if email else None
