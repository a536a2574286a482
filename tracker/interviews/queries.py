"""Reads of interviews."""

import datetime as dt
from collections.abc import Collection, Iterable

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from tracker.accounts.models import Person
from tracker.applications import queries as applications
from tracker.applications.models import Application
from tracker.core.access import Role
from tracker.core.db import db
from tracker.core.errors import NotFoundError
from tracker.interviews.models import (
    Interview,
    InterviewChange,
    Panelist,
    Proposal,
    ProposedSlot,
)
from tracker.interviews.rules import InterviewState, ProposalState
from tracker.interviews.slots import last_answer
from tracker.routing import queries as routing
from tracker.routing.clock import Booking
from tracker.routing.models import Assignment
from tracker.routing.rules import MAY_DECIDE

_WHOLE = (
    joinedload(Interview.application).joinedload(Application.posting),
    selectinload(Interview.panelists),
)


def of_application(application_id: int, *, with_cancelled: bool = True) -> list[Interview]:
    """An application's interviews, in the order in which they are held."""
    statement = select(Interview).where(Interview.application_id == application_id).options(*_WHOLE)
    if not with_cancelled:
        statement = statement.where(Interview.state == InterviewState.SCHEDULED)
    return list(db.session.scalars(statement.order_by(Interview.starts_at, Interview.id)))


def changes_of(application_id: int) -> list[InterviewChange]:
    """Everything done to an application's interviews, oldest first, with who did it."""
    return list(
        db.session.scalars(
            select(InterviewChange)
            .join(InterviewChange.interview)
            .where(Interview.application_id == application_id)
            .options(contains_eager(InterviewChange.interview), joinedload(InterviewChange.by))
            .order_by(InterviewChange.id)
        )
    )


def ahead_of(application_ids: Collection[int], at: dt.datetime) -> list[Interview]:
    """Interviews of these applications that are still to begin, in order."""
    if not application_ids:
        return []
    return list(
        db.session.scalars(
            select(Interview)
            .where(
                Interview.application_id.in_(application_ids),
                Interview.state == InterviewState.SCHEDULED,
                Interview.starts_at > at,
            )
            .options(joinedload(Interview.application))
            .order_by(Interview.starts_at, Interview.id)
        )
    )


def waiting_with(email_ids: Collection[int], at: dt.datetime) -> dict[int, list[Interview]]:
    """The interviews that are called off once one of these held mails tells why; by the mail."""
    mails = {
        application_id: email_id
        for application_id, email_id in applications.untold_ends(
            applications.ends_told_by(email_ids)
        ).items()
        if email_id in email_ids
    }
    found: dict[int, list[Interview]] = {}
    for each in ahead_of(mails, at):
        found.setdefault(mails[each.application_id], []).append(each)
    return found


def begun_before(email_ids: Collection[int], at: dt.datetime) -> list[Interview]:
    """The interviews that were ahead when these held mails were written, and have begun since."""
    ends = applications.untold_ends(applications.ends_told_by(email_ids))
    return list(
        db.session.scalars(
            select(Interview)
            .join(Interview.application)
            .where(
                Interview.application_id.in_(ends),
                Interview.state == InterviewState.SCHEDULED,
                Interview.starts_at > Application.ended_at,
                Interview.starts_at <= at,
            )
            .order_by(Interview.starts_at, Interview.id)
        )
    )


def waiting_for_mail(interviews: Iterable[Interview], at: dt.datetime) -> dict[int, int]:
    """Those of these interviews that stand until a held mail tells why not; the mail, by id."""
    ahead = [
        each
        for each in interviews
        if each.state is InterviewState.SCHEDULED
        and each.starts_at > at
        and each.application.outcome is not None
    ]
    mails = applications.untold_ends({each.application_id for each in ahead})
    return {each.id: mails[each.application_id] for each in ahead if each.application_id in mails}


def next_of(application_ids: Collection[int], at: dt.datetime) -> dict[int, Interview]:
    """Read each of these applications' next interview that is still to end, in one query."""
    statement = (
        select(Interview)
        .where(
            Interview.application_id.in_(application_ids),
            Interview.state == InterviewState.SCHEDULED,
            Interview.ends_at > at,
        )
        .order_by(Interview.starts_at.desc(), Interview.id.desc())
    )
    return {each.application_id: each for each in db.session.scalars(statement)}


def bookings_of(application_ids: Collection[int]) -> dict[int, Booking]:
    """Tell the clock of routing how the interviews of these applications stand, in one query."""
    booked = case((Interview.state == InterviewState.SCHEDULED, Interview.created_at))
    rows = db.session.execute(
        select(Interview.application_id, func.max(booked), func.max(Interview.cancelled_at))
        .where(Interview.application_id.in_(application_ids))
        .group_by(Interview.application_id)
    )
    return {
        key: Booking(booked_at=at, called_off_at=None if at else called_off)
        for key, at, called_off in rows
    }


def get_visible(person: Person, interview_id: int) -> Interview:
    """Load an interview whose application the person may see, else `NotFoundError`."""
    interview = db.session.scalars(
        select(Interview)
        .join(Interview.application)
        .where(Interview.id == interview_id, applications.visible_to(person))
        .options(*_WHOLE)
    ).one_or_none()
    if interview is None:
        raise NotFoundError
    return interview


def between(person: Person, start: dt.datetime, end: dt.datetime) -> list[Interview]:
    """Interviews that begin in [start, end) and that the person may see, in order.

    A panelist sees only those on whose panel they sit.
    """
    statement = (
        select(Interview)
        .join(Interview.application)
        .where(
            Interview.state == InterviewState.SCHEDULED,
            Interview.starts_at >= start,
            Interview.starts_at < end,
            applications.visible_to(person),
        )
        .options(*_WHOLE)
        .order_by(Interview.starts_at, Interview.id)
        .limit(500)
    )
    if person.role is Role.PANELIST:
        statement = statement.where(
            Interview.panelists.any((Panelist.person_id == person.id) & Panelist.active)
        )
    return list(db.session.scalars(statement))


def next_after(person: Person, at: dt.datetime) -> Interview | None:
    """The first interview from a moment on that the person may see."""
    found = between(person, at, at + dt.timedelta(days=365))
    return found[0] if found else None


def busy(
    people: Iterable[int], start: dt.datetime, end: dt.datetime, *, but: int | None = None
) -> list[Panelist]:
    """Seats of these people that overlap [start, end), apart from those of interview `but`."""
    return list(
        db.session.scalars(
            select(Panelist)
            .where(
                Panelist.person_id.in_(list(people)),
                Panelist.active,
                Panelist.starts_at < end,
                Panelist.ends_at > start,
                Panelist.interview_id != (but or 0),
            )
            .order_by(Panelist.starts_at)
        )
    )


def lock_people(people: Iterable[int]) -> None:
    """Make whoever books the same people at the same moment wait; in one order for all."""
    ids = sorted(people)
    db.session.execute(
        select(Person.id).where(Person.id.in_(ids)).order_by(Person.id).with_for_update()
    )


def candidate_busy(
    application: Application, start: dt.datetime, end: dt.datetime, *, but: int | None = None
) -> Interview | None:
    """Another interview of the same candidate (by address) that overlaps [start, end).

    Candidates without an address have nothing in common: each is known by the application.
    """
    same = (
        Application.email_key == application.email_key
        if application.email_key
        else Application.id == application.id
    )
    return db.session.scalars(
        select(Interview)
        .join(Interview.application)
        .where(
            same,
            Interview.state == InterviewState.SCHEDULED,
            Interview.starts_at < end,
            Interview.ends_at > start,
            Interview.id != (but or 0),
        )
        .limit(1)
    ).first()


def open_proposal(application_id: int) -> Proposal | None:
    """The times that a candidate was offered and has not answered yet, expired ones included."""
    return db.session.scalars(
        select(Proposal)
        .where(Proposal.application_id == application_id, Proposal.state == ProposalState.OPEN)
        .options(selectinload(Proposal.slots))
    ).one_or_none()


def proposal_that_became(interview_id: int) -> Proposal | None:
    """The times that were offered, where the candidate's choice has become an interview."""
    statement = select(Proposal).where(Proposal.interview_id == interview_id)
    return db.session.scalars(statement).one_or_none()


def proposals_of(application_id: int) -> list[Proposal]:
    """Everything that a candidate was offered, oldest first."""
    return list(
        db.session.scalars(
            select(Proposal)
            .where(Proposal.application_id == application_id)
            .options(selectinload(Proposal.slots), joinedload(Proposal.interview))
            .order_by(Proposal.id)
        )
    )


def latest_proposal(application_id: int) -> Proposal | None:
    """What a candidate was offered last."""
    found = proposals_of(application_id)
    return found[-1] if found else None


def proposal_of(application_id: int, proposal_id: int) -> Proposal:
    """Load one of an application's proposals, else `NotFoundError`."""
    found = next((each for each in proposals_of(application_id) if each.id == proposal_id), None)
    if found is None:
        raise NotFoundError
    return found


def count_proposals(application_id: int, person_id: int) -> int:
    """Count how often a contact has offered times for an application."""
    statement = select(func.count(Proposal.id)).where(
        Proposal.application_id == application_id, Proposal.proposed_by_id == person_id
    )
    return db.session.scalar(statement) or 0


def next_round(application_id: int) -> int:
    """Number the round that comes after the interviews that stand."""
    held = select(func.max(Interview.round)).where(
        Interview.application_id == application_id, Interview.state == InterviewState.SCHEDULED
    )
    return (db.session.scalar(held) or 0) + 1


def has_say(proposal: Proposal) -> bool:
    """Tell whether who offered times still works here and has a say in the application."""
    if proposal.proposed_by.disabled_at is not None:
        return False
    assignment = routing.assignment_of(proposal.application_id, proposal.proposed_by_id)
    return assignment is not None and assignment.why in MAY_DECIDE


def stands(proposal: Proposal, at: dt.datetime) -> bool:
    """Tell whether a candidate may still choose among times, whatever the clock has closed."""
    return (
        proposal.state is ProposalState.OPEN
        and proposal.expires_at > at
        and applications.is_open_as_told(proposal.application)
        and has_say(proposal)
    )


def is_booked(proposal: Proposal) -> bool:
    """Tell whether one of the times was chosen and its interview still stands."""
    made = proposal.interview
    return (
        proposal.state is ProposalState.CHOSEN
        and made is not None
        and made.state is InterviewState.SCHEDULED
    )


def free_slots(proposal: Proposal, at: dt.datetime) -> list[ProposedSlot]:
    """Those of the times that can still be chosen: not too soon, and nobody busy."""
    application = proposal.application
    return [
        each
        for each in proposal.slots
        if last_answer(each.starts_at) > at
        and not busy([proposal.proposed_by_id], each.starts_at, each.ends_at)
        and candidate_busy(application, each.starts_at, each.ends_at) is None
    ]


def lapsed_proposals(at: dt.datetime, *, limit: int) -> list[int]:
    """List open proposals that no candidate can choose from any more, oldest first."""
    say = (
        select(Assignment.id)
        .where(
            Assignment.application_id == Proposal.application_id,
            Assignment.person_id == Proposal.proposed_by_id,
            Assignment.ended_at.is_(None),
            Assignment.why.in_(MAY_DECIDE),
        )
        .correlate(Proposal)
    )
    return list(
        db.session.scalars(
            select(Proposal.id)
            .join(Proposal.application)
            .join(Proposal.proposed_by)
            .where(
                Proposal.state == ProposalState.OPEN,
                or_(
                    Proposal.expires_at <= at,
                    and_(Application.outcome.is_not(None), ~applications.ends_untold()),
                    Person.disabled_at.is_not(None),
                    ~say.exists(),
                ),
            )
            .order_by(Proposal.id)
            .limit(limit)
        )
    )


def seats_on(application: Application, person: Person) -> list[Panelist]:
    """The person's seats on panels of this application that still stand."""
    return list(
        db.session.scalars(
            select(Panelist)
            .join(Panelist.interview)
            .where(
                Interview.application_id == application.id,
                Panelist.person_id == person.id,
                Panelist.active,
            )
        )
    )
