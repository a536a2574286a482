"""The daily digest: one mail of what is new, for those who chose it."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence

from sqlalchemy import select, update

from tracker.accounts.models import Person
from tracker.applications import queries as applications
from tracker.applications.models import Application
from tracker.core.db import db, now
from tracker.core.errors import DomainError
from tracker.organization import queries as organization
from tracker.routing import emails, queries, rules
from tracker.routing.emails import Line
from tracker.routing.models import Assignment, Digest, MailChoice
from tracker.routing.operations.giving import end, first_step_at
from tracker.routing.operations.links import give_link


def choose(person: Person, *, hour: int | None, by: Person | None) -> MailChoice:
    """Have a person told of new applications at an hour of each working day, or of each at once.

    What waits for a digest goes with the next one at the new hour; at once, if there is none
    any more.
    """
    if hour is not None and not 0 <= hour <= 23:
        raise DomainError("Choose an hour of the day.")
    choice = db.session.get(MailChoice, person.id)
    if choice is None:
        choice = MailChoice(person_id=person.id)
        db.session.add(choice)
    choice.hour, choice.changed_at = hour, now()
    choice.by_id = by.id if by else None
    at = now() if hour is None else organization.calendar().next_at(hour, now())
    db.session.execute(
        update(Assignment)
        .where(
            Assignment.person_id == person.id,
            Assignment.told_email_id.is_(None),
            Assignment.ended_at.is_(None),
        )
        .values(next_step_at=at)
    )
    db.session.flush()
    return choice


def _locked(person_id: int) -> MailChoice:
    """Lock a person's choice: two workers send one digest, one after the other."""
    return db.session.scalars(
        select(MailChoice)
        .where(MailChoice.person_id == person_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


Untaken = Callable[[Sequence[Application]], Mapping[int, Sequence[tuple[str, str]]]]
"""Says of applications which files came by mail and could not be taken: a room above knows."""


def send_digest(person_id: int, *, at: dt.datetime, untaken: Untaken) -> Digest | None:
    """Tell a person by one mail of everything that they were given and not told of.

    Also of what its candidate has withdrawn since: nothing is left out. None where nothing
    waits, and on a day that has become a holiday: then the next one is waited for. Somebody
    who has left is told nothing, and has it no longer.
    """
    choice = _locked(person_id)
    waiting = queries.untold(person_id)
    person = db.session.get_one(Person, person_id)
    if person.disabled_at is not None:
        for each in waiting:
            end(each)
        return None
    calendar = organization.calendar()
    if choice.hour is not None and not calendar.is_worked(calendar.day_of(at)):
        for each in waiting:
            each.next_step_at = calendar.next_at(choice.hour, at)
        db.session.flush()
        return None
    return _tell(person, waiting, at, untaken) if waiting else None


def _still_missing(what: Sequence[str]) -> str:
    return f"still missing: {', '.join(what)}" if what else ""


def _tell(
    person: Person, waiting: Sequence[Assignment], at: dt.datetime, untaken: Untaken
) -> Digest:
    given = [each.application for each in waiting]
    missing, left = applications.still_missing(given), untaken(given)
    lines = [
        Line.of(
            each.application,
            give_link(each.application, person),
            each.why,
            _still_missing(missing.get(each.application_id, [])),
            untaken=left.get(each.application_id, ()),
        )
        for each in waiting
    ]
    digest = Digest(person_id=person.id, at=at, email_id=emails.digest(person, lines).id)
    db.session.add(digest)
    db.session.flush()
    first = first_step_at(at)
    for each in waiting:
        each.told_email_id, each.digest_id = digest.email_id, digest.id
        each.next_step_at = first if each.why in rules.WATCHED else None
    db.session.flush()
    return digest
