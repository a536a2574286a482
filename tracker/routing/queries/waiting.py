"""Reads of the clock: what is due, what a round of it has to know, what it has done so far."""

import datetime as dt
from collections.abc import Collection, Sequence
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
from tracker.routing.clock import Policy
from tracker.routing.models import (
    Assignment,
    Escalation,
    EscalationNotice,
    MailChoice,
    RoutingPolicy,
)
from tracker.routing.queries.reading import open_assignments, story
from tracker.routing.rules import LOST, MAY_DECIDE


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

    When a person moved them last, which of them somebody who decides has looked at, who may
    decide on which already, and who coordinates.
    """

    moved_at: dict[int, dt.datetime]
    seen: frozenset[int]
    given: set[tuple[int, int]]
    coordinators: list[Person]


def known_of(assignments: Sequence[Assignment]) -> Known:
    """Ask what a round has to know, in three queries."""
    ids = {each.application_id for each in assignments}
    moves = db.session.execute(
        select(StageChange.application_id, func.max(StageChange.at))
        .where(StageChange.application_id.in_(ids), StageChange.by_kind == ActorKind.PERSON)
        .group_by(StageChange.application_id)
    )
    deciding = [
        each for given in open_assignments(ids).values() for each in given if each.why in MAY_DECIDE
    ]
    return Known(
        moved_at={row[0]: row[1] for row in moves},
        seen=frozenset(each.application_id for each in deciding if each.seen_at is not None),
        given={(each.application_id, each.person_id) for each in deciding},
        coordinators=coordinators(),
    )


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
