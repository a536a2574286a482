"""Steps that are taken while nobody looks at an application: remind, then tell others."""

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from sqlalchemy import or_, update

from tracker.accounts.models import Person
from tracker.applications.models import Application
from tracker.core.db import db, now
from tracker.notifications.models import OutgoingEmail
from tracker.organization import operations as organization_writes
from tracker.organization import queries as organization
from tracker.organization.queries import Directory
from tracker.organization.workdays import Calendar
from tracker.routing import emails, queries, rules
from tracker.routing.clock import Booking, Bookings, Due, Policy, Watch, next_due
from tracker.routing.emails import Line
from tracker.routing.models import (
    Assignment,
    Escalation,
    EscalationNotice,
    RoutingPolicy,
)
from tracker.routing.operations.following import Gift, give_many
from tracker.routing.operations.links import give_link
from tracker.routing.rules import Step, Why


def _no_interviews(_ids: Collection[int]) -> Mapping[int, Booking]:
    return {}


def save_policy(
    waits: Mapping[Step, int | None], *, weekdays: Collection[int], by: Person
) -> RoutingPolicy:
    """Say which steps are taken after how many working days, and which days are worked.

    What is waited for already is counted anew. Raises `DomainError`.
    """
    rules.check_policy(waits)
    organization_writes.save_week(weekdays, by=by)
    found = db.session.get(RoutingPolicy, 1)
    if found is None:
        found = RoutingPolicy(id=1)
        db.session.add(found)
    for step in Step:
        setattr(found, f"{step.value}_after", waits.get(step))
    db.session.flush()
    count_anew()
    return found


def close_day(on: dt.date, name: str, *, by: Person) -> None:
    """Close a date for everybody; what is waited for is counted anew."""
    organization_writes.add_closed_day(on, name, by=by)
    count_anew()


def open_day(on: dt.date, *, by: Person) -> None:
    """Work on a date after all; what is waited for is counted anew."""
    organization_writes.remove_closed_day(on, by=by)
    count_anew()


def count_anew() -> None:
    """Have the clock look anew at everything that nobody has looked at.

    After a change of the steps or of the calendar: what is due is then another time.
    """
    db.session.execute(
        update(Assignment)
        .where(
            Assignment.ended_at.is_(None),
            or_(Assignment.seen_at.is_(None), Assignment.later_until.is_not(None)),
            Assignment.told_email_id.is_not(None),
            Assignment.why.in_(rules.WATCHED),
        )
        .values(next_step_at=now())
    )


Telling = dict[Person, list[tuple[Assignment, Escalation]]]


@dataclass
class _Round:
    """What one round of the clock knows, and whom it has to tell of which steps."""

    at: dt.datetime
    policy: Policy
    calendar: Calendar
    directory: Directory
    known: queries.Known
    coordinators: Sequence[Person]
    reminders: Telling = field(default_factory=dict)
    others: Telling = field(default_factory=dict)


def take_steps(
    ids: Collection[int], *, at: dt.datetime, bookings: Bookings = _no_interviews
) -> int:
    """Take every step that is due for these assignments; returns how many were taken.

    A row in hand of another worker is left to it. One mail tells a person of all their steps
    of this round, and each assignment has at most one step in it that tells somebody.
    `bookings` says how interviews stand: one that is booked answers.
    """
    assignments = queries.lock_watched(ids)
    found = _round(assignments, at=at, bookings=bookings)
    taken = [step for each in assignments for step in _steps_of(each, found)]
    db.session.flush()
    _tell(found)
    db.session.flush()
    for each in assignments:
        due = _due(each, found)
        each.next_step_at = due.at if due else None
    db.session.flush()
    return len(taken)


def _round(assignments: Sequence[Assignment], *, at: dt.datetime, bookings: Bookings) -> _Round:
    return _Round(
        at=at,
        policy=queries.policy(),
        calendar=organization.calendar(),
        directory=organization.directory(at),
        known=queries.known_of(assignments, bookings),
        coordinators=queries.coordinators(),
    )


def stop_clock(application: Application) -> None:
    """Wait for nobody: an interview is booked. Until when more time was asked for stays known."""
    db.session.execute(
        update(Assignment)
        .where(
            Assignment.application_id == application.id,
            Assignment.ended_at.is_(None),
            Assignment.told_email_id.is_not(None),
        )
        .values(next_step_at=None)
    )


def start_clock(application: Application, *, bookings: Bookings) -> None:
    """Wait again for whoever was waited for before the interview that is called off now.

    Counted from now, or from when the time ends that they asked for. Nobody is waited for where
    somebody has looked or moved the application in the meantime.
    """
    given = queries.open_of(Assignment.application_id == application.id)
    told = [each for each in given if each.why in rules.WATCHED and each.told_email is not None]
    found = _round(told, at=now(), bookings=bookings)
    for each in told:
        due = _due(each, found)
        each.next_step_at = due.at if due else None
    db.session.flush()


def _due(assignment: Assignment, found: _Round) -> Due | None:
    return next_due(_watch(assignment, found), found.policy, found.calendar)


def _watch(assignment: Assignment, found: _Round) -> Watch:
    """Gather what is known of an assignment for the rule."""
    told, person, known = assignment.told_email, assignment.person, found.known
    assert told is not None  # others are not asked for
    return Watch(
        told_at=told.created_at,
        done={each.step: each.at for each in assignment.steps},
        silent={each.step for each in assignment.steps if not each.notices},
        later_until=known.later_until(assignment),
        called_off_at=known.booking(assignment).called_off_at,
        seen=assignment.application_id in known.seen,
        answered=known.is_answered(assignment),
        lost=_is_lost(assignment),
        reachable=person.disabled_at is None and not found.directory.is_away(person.id),
    )


def _is_lost(assignment: Assignment) -> bool:
    """Tell whether the last that was mailed about an assignment reached nobody."""
    last = assignment.steps[-1] if assignment.steps else None
    mails = [each.email for each in last.notices] if last else [assignment.told_email]
    return bool(mails) and all(each is not None and each.state in rules.LOST for each in mails)


def _steps_of(assignment: Assignment, found: _Round) -> Iterator[Escalation]:
    """Take the steps that are due now, up to the first that tells somebody."""
    while (due := _due(assignment, found)) is not None and due.at <= found.at:
        receivers, note = _receivers(assignment, due, found)
        step = Escalation(step=due.step, at=found.at, note=note, notices=[])
        assignment.steps.append(step)
        telling = found.reminders if due.step is Step.REMINDER else found.others
        for person in receivers:
            telling.setdefault(person, []).append((assignment, step))
            found.known.given.add((assignment.application_id, person.id))
        yield step
        if receivers:
            return


def _receivers(assignment: Assignment, due: Due, found: _Round) -> tuple[list[Person], str]:
    """Say whom a step tells, and what there is to say of it."""
    person, lost = assignment.person, _is_lost(assignment)
    note = f"The mail to {_last_told(assignment)} did not arrive." if lost else ""
    if due.step is Step.REMINDER:
        if not due.futile:
            return [person], note
        gone = "no longer works here" if person.disabled_at else "is on leave"
        return [], note or f"{person.name} {gone}, so no reminder was sent."
    if due.step is Step.DEPUTY:
        free = _free(assignment, _deputies(assignment, found.directory), found)[:1]
        none = "There is no deputy who could be told."
    else:
        free = _free(assignment, found.coordinators, found)
        here = [each for each in free if not found.directory.is_away(each.id)]
        free, none = here or free, "Everybody who could be told has it already."
    return free, note if free else f"{note} {none}".strip()


def _free(assignment: Assignment, people: Sequence[Person], found: _Round) -> list[Person]:
    """Leave out who has the application already and may answer it."""
    given = found.known.given
    return [each for each in people if (assignment.application_id, each.id) not in given]


def _last_told(assignment: Assignment) -> str:
    """Name whoever was mailed last about an assignment."""
    if assignment.steps and assignment.steps[-1].notices:
        return ", ".join(each.person.name for each in assignment.steps[-1].notices)
    return assignment.person.name


def _deputies(assignment: Assignment, directory: Directory) -> list[Person]:
    """List who could stand in for a contact, in order: deputies, then who is next in line.

    By the position that is the posting's contact, and by those that the person holds.
    """
    position_id = assignment.application.posting.contact_position_id
    held = [each.id for each in directory.held_by(assignment.person_id)]
    found: dict[int, Person] = {}
    for each in dict.fromkeys([*([position_id] if position_id else []), *held]):
        post = directory.posts[each]
        in_line = [directory.answering(post.next_id).person_id] if post.next_id else []
        for key in (post.deputy, *in_line):
            person = directory.person(key)
            if person is not None and directory.people.present(key):
                found.setdefault(person.id, person)
    found.pop(assignment.person_id, None)
    return list(found.values())


def _tell(found: _Round) -> None:
    """Queue the mails of a round, and note beside each step whom it told."""
    for person, steps in found.reminders.items():
        lines = [_line(each, give_link(each.application, person)) for each, _ in steps]
        _note(person, steps, emails.reminder(person, lines))
    for person, steps in found.others.items():
        gifts = [
            Gift(each.application, Why.ESCALATED, step.note or f"not seen by {each.person.name}")
            for each, step in steps
        ]
        mail = partial(emails.escalated, person)
        _note(person, steps, give_many(person, gifts, mail=mail, by=None))


def _line(assignment: Assignment, token: str) -> Line:
    return Line.of(assignment.application, token, assignment.why)


def _note(
    person: Person, steps: Sequence[tuple[Assignment, Escalation]], email: OutgoingEmail
) -> None:
    for _, step in steps:
        step.notices.append(EscalationNotice(person=person, email=email))
