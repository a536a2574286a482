"""Positions change hands and people leave: what they had to answer follows."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial

import structlog
from sqlalchemy import select

from tracker.accounts import operations as accounts
from tracker.accounts.models import Person
from tracker.applications.models import Application
from tracker.core.db import now
from tracker.notifications.models import OutgoingEmail
from tracker.organization import operations as organization
from tracker.organization import queries as positions
from tracker.organization.models import Position
from tracker.organization.rules import line_of
from tracker.postings.models import Posting
from tracker.routing import emails, queries, rules
from tracker.routing.emails import Line
from tracker.routing.models import Assignment
from tracker.routing.operations.giving import add_assignment, answering, end, first_step_at
from tracker.routing.operations.links import give_link
from tracker.routing.rules import Why

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Gift:
    """An application that goes to somebody, and why."""

    application: Application
    why: Why
    reason: str = ""


@dataclass
class _Moved:
    """What has moved so far: to whom, and from whom to whom."""

    gifts: dict[Person, list[Gift]] = field(default_factory=dict)
    taken: dict[Person, list[tuple[Application, str]]] = field(default_factory=dict)


def change_position(
    position: Position,
    *,
    title: str,
    holder: Person | None,
    deputy: Person | None,
    next_in_line: Position | None,
    version: int,
    by: Person,
) -> int:
    """Change a position; with another holder, what nobody has answered yet follows.

    Returns how many applications went to somebody else. Its postings name the position, and
    so follow by themselves. Raises what `organization.operations.edit_position` raises.
    """
    old_id = position.holder_id
    organization.edit_position(
        position,
        title=title,
        holder=holder,
        deputy=deputy,
        next_in_line=next_in_line,
        version=version,
        by=by,
    )
    return follow(position, old_id, by=by) if position.holder_id != old_id else 0


def vacate(position: Position, *, by: Person) -> int:
    """Take the holder out; what they had to answer goes to whoever answers from now on."""
    old_id = position.holder_id
    organization.vacate(position, by=by)
    return follow(position, old_id, by=by)


def disable(person: Person, *, by: Person) -> int:
    """Shut a person out, and give what they had to answer to whoever answers from now on."""
    accounts.disable(person, by=by)
    left = queries.open_of(Assignment.person_id == person.id)
    return _move(left, because=Why.TAKEN_OVER, by=by)


def follow(position: Position, old_id: int | None, *, by: Person | None) -> int:
    """Give a position's unanswered applications to whoever answers for it now.

    Those that its old holder had as its contact, and those that others had in place of one
    and have not looked at; so too for the positions that this one is in line for. Idempotent:
    what has followed is with somebody else.
    """
    posts = positions.directory().posts
    concerned = [each for each in posts if position.id in line_of(each, posts)]
    at_position = Assignment.application_id.in_(
        select(Application.id)
        .join(Application.posting)
        .where(Posting.contact_position_id.in_(concerned))
    )
    found = queries.open_of(at_position)
    due = [
        each
        for each in found
        if (each.person_id == old_id and each.why in rules.OF_THE_PLACE)
        or (each.why in rules.IN_PLACE and each.seen_at is None)
    ]
    return _move(due, because=Why.NEW_HOLDER, by=by)


def _move(assignments: Sequence[Assignment], *, because: Why, by: Person | None) -> int:
    """Move assignments to who answers for their postings now, and tell both sides, once each."""
    moved, now_with = _Moved(), {}
    for each in assignments:
        posting = each.application.posting
        if posting.id not in now_with:
            now_with[posting.id] = answering(posting)
        receivers = now_with[posting.id]
        if receivers and each.person_id not in {person.id for person, _ in receivers}:
            _pass_on(each, receivers, because, moved)
    for person, gifts in moved.gifts.items():
        give_many(
            person,
            gifts,
            mail=partial(emails.taken_over, person),
            by=by,
        )
    for person, taken in moved.taken.items():
        if person.disabled_at is None:
            emails.passed_on(person, taken)
    count = sum(len(each) for each in moved.taken.values())
    if count:
        log.info("applications_followed", count=count, by=by.id if by else None)
    return count


def _pass_on(
    assignment: Assignment,
    receivers: Iterable[tuple[Person, Why]],
    because: Why,
    moved: _Moved,
) -> None:
    """End an assignment, and note to whom its application goes, unless they have it."""
    application, old = assignment.application, assignment.person
    names = []
    for person, why in receivers:
        names.append(person.name)
        had = queries.assignment_of(application.id, person.id)
        if had is not None and had.why in rules.MAY_DECIDE:
            continue
        gifts = moved.gifts.setdefault(person, [])
        if application not in [each.application for each in gifts]:
            reason = f"in place of {old.name}"
            gifts.append(Gift(application, because if why is Why.CONTACT else why, reason))
    end(assignment)
    moved.taken.setdefault(old, []).append((application, ", ".join(names)))


def give_many(
    person: Person,
    gifts: Sequence[Gift],
    *,
    mail: Callable[[list[Line]], OutgoingEmail],
    by: Person | None,
) -> OutgoingEmail:
    """Give several applications to a person with one mail that has a link to each of them."""
    lines = []
    for gift in gifts:
        had = queries.assignment_of(gift.application.id, person.id)
        if had is not None:  # they only read it so far
            end(had)
        token = give_link(gift.application, person)
        lines.append(Line.of(gift.application, token, gift.why, gift.reason))
    email = mail(lines)
    first = first_step_at(now())
    for gift in gifts:
        add_assignment(
            gift.application,
            person,
            why=gift.why,
            reason=gift.reason,
            by=by,
            email=email,
            next_step_at=first if gift.why in rules.WATCHED else None,
        )
    return email
