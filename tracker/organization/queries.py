"""The employer, its positions, and who holds them today."""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from tracker.accounts.models import Person
from tracker.core.db import db, now
from tracker.core.errors import NotFoundError
from tracker.notifications.queries import sender
from tracker.organization import rules
from tracker.organization.models import (
    Badge,
    ClosedDay,
    ContactMail,
    Employer,
    Leave,
    Position,
    Publishing,
    WorkingWeek,
)
from tracker.organization.workdays import MONDAY_TO_FRIDAY, Calendar


def employer() -> Employer | None:
    """The employer's profile; None until somebody has written it."""
    row = db.session.get(Employer, 1)
    # The session holds rows weakly, and this one is asked for many times in one request.
    db.session.info["employer"] = row
    return row


def contact_mail() -> ContactMail:
    """What goes with mail to contacts: links alone, until somebody has chosen."""
    return db.session.get(ContactMail, 1) or ContactMail(id=1, attach_documents=False, limit_mb=10)


def publishing() -> Publishing:
    """Who publishes: whoever may, until somebody has chosen that a second person does."""
    return db.session.get(Publishing, 1) or Publishing(id=1, second_person=False)


def badges() -> list[Badge]:
    """The employer's badges in their order."""
    return list(db.session.scalars(select(Badge).order_by(Badge.rank, Badge.id)))


def positions() -> list[Position]:
    """Every position with holder and deputy, by title."""
    return list(db.session.scalars(select(Position).order_by(func.lower(Position.title))))


@dataclass(frozen=True)
class Directory:
    """Every position, the people on them, and who is on leave, as of one day."""

    positions: Mapping[int, Position]
    posts: Mapping[int, rules.Post]
    people: rules.People
    persons: Mapping[int, Person]

    def answering(self, position_id: int) -> rules.Answering:
        """Say who answers for a position, and how it came to them."""
        return rules.answering(position_id, self.posts, self.people)

    def person(self, person_id: int | None) -> Person | None:
        """Return somebody on a position by their id."""
        return self.persons.get(person_id) if person_id is not None else None

    def who(self, position_id: int) -> Person | None:
        """Return the person who answers for a position; None for nobody."""
        return self.person(self.answering(position_id).person_id)

    def is_away(self, person_id: int) -> bool:
        """Tell whether somebody is on leave on that day."""
        return person_id in self.people.away

    def held_by(self, person_id: int) -> list[Position]:
        """List the positions that a person holds, oldest first."""
        return [each for _, each in sorted(self.positions.items()) if each.holder_id == person_id]

    def stand_in(self, person_id: int) -> Person | None:
        """Find who is there for somebody who is away: by a position that they hold."""
        for position in self.held_by(person_id):
            found = self.answering(position.id)
            if found.person_id != person_id and self.people.present(found.person_id):
                return self.person(found.person_id)
        return None


def directory(at: dt.datetime | None = None) -> Directory:
    """Read all positions, in two queries, as they stand on the day of that time, or now."""
    every = positions()
    persons = {
        person.id: person
        for each in every
        for person in (each.holder, each.deputy)
        if person is not None
    }
    return Directory(
        positions={each.id: each for each in every},
        posts={each.id: rules.Post(each.holder_id, each.deputy_id, each.next_id) for each in every},
        people=rules.People(
            able={each.id for each in persons.values() if each.disabled_at is None},
            away=away_on(today(at)),
        ),
        persons=persons,
    )


def today(at: dt.datetime | None = None) -> dt.date:
    """Return the day of a time, or now, in the employer's zone."""
    return (at or now()).astimezone(ZoneInfo(sender().time_zone)).date()


def away_on(day: dt.date) -> frozenset[int]:
    """Read who is on leave on a day, by their ids."""
    return frozenset(
        db.session.scalars(
            select(Leave.person_id).where(Leave.until_on >= day, Leave.from_on <= day)
        )
    )


def on_leave(person_ids: Collection[int]) -> frozenset[int]:
    """Tell who of these people is on leave today, by their ids."""
    return away_on(today()) & frozenset(person_ids)


def leave_of(person_ids: Collection[int], at: dt.datetime | None = None) -> list[Leave]:
    """Read the leave of people that is not over yet, the next first."""
    return list(
        db.session.scalars(
            select(Leave)
            .where(Leave.person_id.in_(person_ids), Leave.until_on >= today(at))
            .order_by(Leave.from_on, Leave.id)
        )
    )


def away_until(person: Person, at: dt.datetime | None = None) -> dt.date | None:
    """The last day of the leave that a person is on today; None for who is here."""
    day = today(at)
    ends = [each.until_on for each in leave_of([person.id], at) if each.from_on <= day]
    return max(ends, default=None)


def leave_named(person_id: int, leave_id: int) -> Leave:
    """Load leave of a person's, else `NotFoundError`."""
    found = db.session.get(Leave, leave_id)
    if found is None or found.person_id != person_id:
        raise NotFoundError
    return found


def holder_today(position: Position) -> Person | None:
    """Who answers for a position today: see `rules.answering`. A disabled person never does."""
    return directory().who(position.id)


def answered_by(person_id: int) -> list[int]:
    """List the positions that a person answers for today, and those they hold, by id."""
    found = directory()
    return [
        each
        for each in found.positions
        if person_id in {found.posts[each].holder, found.answering(each).person_id}
    ]


def calendar() -> Calendar:
    """The employer's calendar: the days that are worked, in its zone."""
    week = db.session.get(WorkingWeek, 1)
    return Calendar(
        weekdays=frozenset(map(int, week.days)) if week else MONDAY_TO_FRIDAY,
        closed=frozenset(db.session.scalars(select(ClosedDay.on))),
        zone=sender().time_zone,
    )


def closed_days(*, since: dt.date) -> list[ClosedDay]:
    """Read the dates from that day on, on which nobody works, in their order."""
    return list(
        db.session.scalars(select(ClosedDay).where(ClosedDay.on >= since).order_by(ClosedDay.on))
    )
