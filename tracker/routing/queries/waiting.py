"""Reads of the clock: what is due, what a round of it has to know, what it has done so far."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import aliased, contains_eager, defer, joinedload

from tracker.accounts import queries as people
from tracker.accounts.models import Person
from tracker.applications.models import Application, StageChange
from tracker.applications.rules import ActorKind
from tracker.core.access import Role
from tracker.core.db import db
from tracker.notifications.models import OutgoingEmail
from tracker.postings.models import Posting
from tracker.routing.clock import Booking, Bookings, Move, Policy, is_answered
from tracker.routing.models import (
    Assignment,
    Escalation,
    EscalationNotice,
    MailChoice,
    MoreTime,
    RoutingPolicy,
)
from tracker.routing.queries.reading import open_assignments, story
from tracker.routing.rules import LOST, MAY_DECIDE, WATCHED


def policy() -> Policy:
    """The steps that are taken while nobody looks, as the employer wants them."""
    found = db.session.get(RoutingPolicy, 1)
    return Policy(found.waits) if found else Policy()


def digest_hours(person_ids: Collection[int]) -> dict[int, int]:
    """Read at which hour these people are told of new applications; who is not in it, at once."""
    rows = db.session.execute(
        select(MailChoice.person_id, MailChoice.hour).where(
            MailChoice.person_id.in_(person_ids), MailChoice.hour.is_not(None)
        )
    )
    return {person_id: hour for person_id, hour in rows if hour is not None}


def untold(person_id: int) -> Sequence[Assignment]:
    """Lock what waits for a person's digest, oldest first."""
    return db.session.scalars(
        select(Assignment)
        .where(
            Assignment.person_id == person_id,
            Assignment.told_email_id.is_(None),
            Assignment.ended_at.is_(None),
        )
        .options(joinedload(Assignment.application).joinedload(Application.posting))
        .order_by(Assignment.id)
        .with_for_update(of=Assignment)
        .execution_options(populate_existing=True)
    ).all()


def due_digests(at: dt.datetime) -> Sequence[int]:
    """List the people whose digest is due, by id."""
    return db.session.scalars(
        select(Assignment.person_id)
        .where(Assignment.next_step_at <= at, Assignment.told_email_id.is_(None))
        .distinct()
    ).all()


def due_steps(at: dt.datetime, *, limit: int) -> list[int]:
    """List assignments at which the clock has to look, longest due first, a number at a time.

    Those whose time has come, and those whose last mail was lost since.
    """
    due = db.session.scalars(
        select(Assignment.id)
        .where(Assignment.next_step_at <= at, Assignment.told_email_id.is_not(None))
        .order_by(Assignment.next_step_at, Assignment.id)
        .limit(limit)
    ).all()
    return list(dict.fromkeys([*due, *_with_lost_mail(limit)]))[:limit]


def _with_lost_mail(limit: int) -> list[int]:
    told = aliased(Escalation)
    taken = select(told.id).where(told.assignment_id == Assignment.id)
    first = (
        select(Assignment.id)
        .join(OutgoingEmail, OutgoingEmail.id == Assignment.told_email_id)
        .where(
            OutgoingEmail.state.in_(LOST),
            Assignment.next_step_at.is_not(None),
            ~taken.exists(),
        )
        .limit(limit)
    )
    later = taken.where(told.id > Escalation.id).correlate(Assignment, Escalation)
    steps = (
        select(Assignment.id)
        .join(Assignment.steps)
        .join(Escalation.notices)
        .join(EscalationNotice.email)
        .where(
            OutgoingEmail.state.in_(LOST),
            Assignment.next_step_at.is_not(None),
            ~later.exists(),
        )
        .limit(limit)
    )
    return [*db.session.scalars(first), *db.session.scalars(steps)]


def lock_watched(ids: Collection[int]) -> Sequence[Assignment]:
    """Lock those of these assignments that the clock still watches, with all it asks of them."""
    return db.session.scalars(
        select(Assignment)
        .where(
            Assignment.id.in_(ids),
            Assignment.ended_at.is_(None),
            Assignment.next_step_at.is_not(None),
            Assignment.told_email_id.is_not(None),
        )
        .options(
            *story(),
            joinedload(Assignment.application)
            .joinedload(Application.posting)
            .defer(Posting.source_text),
        )
        .order_by(Assignment.id)
        .with_for_update(of=Assignment, skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()


@dataclass(frozen=True)
class Known:
    """What a round of the clock knows of the applications it looks at.

    How people moved them, how their interviews stand, which of them somebody who decides has
    looked at or acknowledged, who may decide on which already; and of assignments, when more
    time was asked for.
    """

    moves: dict[int, list[Move]]
    bookings: Mapping[int, Booking]
    seen: frozenset[int]
    acknowledged_at: dict[int, dt.datetime]
    given: set[tuple[int, int]]
    asked_at: dict[int, dt.datetime]

    def booking(self, assignment: Assignment) -> Booking:
        """How the interviews of its application stand."""
        return self.bookings.get(assignment.application_id) or Booking()

    def later_until(self, assignment: Assignment) -> dt.datetime | None:
        """Until when more time was asked for, unless the application was acknowledged since."""
        asked = self.asked_at.get(assignment.id)
        taken_on = self.acknowledged_at.get(assignment.application_id)
        if asked is not None and taken_on is not None and taken_on >= asked:
            return None
        return assignment.later_until

    def is_answered(self, assignment: Assignment) -> bool:
        """Tell whether nobody has to be waited for any more."""
        application = assignment.application
        return application.outcome is not None or is_answered(
            assignment.created_at,
            stage=application.stage,
            moves=self.moves.get(application.id, []),
            booking=self.booking(assignment),
            put_off=self.later_until(assignment) is not None,
        )


def known_of(assignments: Sequence[Assignment], bookings: Bookings) -> Known:
    """Ask what a round has to know, in a fixed number of queries."""
    ids = {each.application_id for each in assignments}
    deciding = [
        each for given in open_assignments(ids).values() for each in given if each.why in MAY_DECIDE
    ]
    taken_on: dict[int, dt.datetime] = {}
    for each in deciding:
        if each.acknowledged_at is not None:
            before = taken_on.get(each.application_id, each.acknowledged_at)
            taken_on[each.application_id] = max(before, each.acknowledged_at)
    return Known(
        moves=_moves_of(ids),
        bookings=bookings(ids),
        seen=frozenset(each.application_id for each in deciding if each.seen_at is not None),
        acknowledged_at=taken_on,
        given={(each.application_id, each.person_id) for each in deciding},
        asked_at=_asked_at({each.id for each in assignments if each.later_until is not None}),
    )


def _moves_of(application_ids: Collection[int]) -> dict[int, list[Move]]:
    """What people have moved, oldest first."""
    found: dict[int, list[Move]] = {}
    rows = db.session.execute(
        select(
            StageChange.application_id, StageChange.at, StageChange.old_stage, StageChange.new_stage
        )
        .where(
            StageChange.application_id.in_(application_ids),
            StageChange.by_kind == ActorKind.PERSON,
        )
        .order_by(StageChange.id)
    )
    for application_id, at, old, new in rows:
        found.setdefault(application_id, []).append(Move(at, old, new))
    return found


def _asked_at(assignment_ids: Collection[int]) -> dict[int, dt.datetime]:
    """When more time was asked for last."""
    rows = db.session.execute(
        select(MoreTime.assignment_id, func.max(MoreTime.asked_at))
        .where(MoreTime.assignment_id.in_(assignment_ids))
        .group_by(MoreTime.assignment_id)
    )
    return {row[0]: row[1] for row in rows}


def still_waited_for(assignments: Sequence[Assignment], bookings: Bookings) -> frozenset[int]:
    """Tell for which of these assignments the clock runs: nobody has looked, nobody has answered.

    As `clock.next_due` has it, so that a page announces no step that will not be taken.
    """
    open_ones = [
        each for each in assignments if each.ended_at is None and each.next_step_at is not None
    ]
    if not open_ones:
        return frozenset()
    known = known_of(open_ones, bookings)
    return frozenset(
        each.id
        for each in open_ones
        if each.why in WATCHED
        and not known.is_answered(each)
        and (each.application_id not in known.seen or known.later_until(each) is not None)
    )


def is_put_off(assignment: Assignment, bookings: Bookings) -> bool:
    """Tell whether somebody's wish for more time still counts: nobody has answered since."""
    known = known_of([assignment], bookings)
    return known.later_until(assignment) is not None and not known.is_answered(assignment)


def coordinators() -> list[Person]:
    """Who hears of an application last: the coordinators, failing them the administrators."""
    active = people.active_people()
    found = [each for each in active if each.role is Role.COORDINATOR]
    return found or [each for each in active if each.role is Role.ADMINISTRATOR]


def open_of(condition: ColumnElement[bool]) -> list[Assignment]:
    """Lock the open assignments of a kind whose application nobody has answered, oldest first."""
    return list(
        db.session.scalars(
            select(Assignment)
            .join(Assignment.application)
            .where(
                condition,
                Assignment.ended_at.is_(None),
                Assignment.why.in_(MAY_DECIDE),
                Application.outcome.is_(None),
            )
            .options(
                contains_eager(Assignment.application)
                .joinedload(Application.posting)
                .options(defer(Posting.source_text), joinedload(Posting.contact_person))
            )
            .order_by(Assignment.id)
            .with_for_update(of=Assignment)
            .execution_options(populate_existing=True)
        )
    )


@dataclass(frozen=True)
class LogPage:
    """A page of a posting's routing log, newest first; `newer` and `older` to go on from."""

    rows: Sequence[Assignment]
    newer: int | None
    older: int | None


LOG_SIZE = 50


def log_of(
    posting_id: int,
    visible: ColumnElement[bool],
    *,
    before: int | None = None,
    after: int | None = None,
    size: int = LOG_SIZE,
) -> LogPage:
    """Read to whom a posting's applications were given and what came of it, newest first."""
    statement = (
        select(Assignment)
        .join(Assignment.application)
        .where(Application.posting_id == posting_id, visible)
        .options(contains_eager(Assignment.application), *story())
    )
    if after is not None:
        statement = statement.where(Assignment.id > after).order_by(Assignment.id)
        found = list(db.session.scalars(statement.limit(size + 1)))
        more, rows = len(found) > size, found[:size][::-1]
        return LogPage(rows, rows[0].id if more else None, rows[-1].id if rows else None)
    if before is not None:
        statement = statement.where(Assignment.id < before)
    found = list(db.session.scalars(statement.order_by(Assignment.id.desc()).limit(size + 1)))
    more, rows = len(found) > size, found[:size]
    newer = rows[0].id if rows and before is not None else None
    return LogPage(rows, newer, rows[-1].id if more else None)
