"""Reads across rooms: what waits for a person."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, literal, or_, select, text
from sqlalchemy.orm import defer, joinedload

from tracker.accounts.models import Person
from tracker.applications import queries as applications
from tracker.applications.models import AnswerByHand, Application, StageChange
from tracker.applications.rules import ActorKind
from tracker.core.access import SCOPED
from tracker.core.db import db
from tracker.interviews.models import Interview, InterviewChange
from tracker.interviews.rules import InterviewState
from tracker.notifications import queries as outbox
from tracker.notifications.models import OutgoingEmail
from tracker.notifications.rules import LOST
from tracker.organization import queries as organization
from tracker.postings import queries as postings
from tracker.postings.models import Posting
from tracker.postings.rules import PostingState
from tracker.upkeep.models import FirstStart

PATIENCE = dt.timedelta(days=14)
CLOSING_SOON = dt.timedelta(days=7)
SHOWN = 20


@dataclass(frozen=True)
class Unanswered:
    """An open application whose candidate has heard nothing since a time."""

    application: Application
    heard_at: dt.datetime


def answers_database() -> bool:
    """Tell whether the database answers; raises what the driver raises when it does not."""
    return bool(db.session.scalar(text("SELECT 1")))


def table_in_use() -> str | None:
    """Name a table that has a row, if any has; what is made again from others does not count."""
    for table in db.metadata.sorted_tables:
        if not table.info.get("derived") and db.session.scalar(
            select(literal(1)).select_from(table).limit(1)
        ):
            return table.name
    return None


def first_start_is_under_way() -> bool:
    """Tell whether a first start has made the tables and not come to its end."""
    return db.session.scalar(select(FirstStart.id)) is not None


def unanswered(person: Person, *, at: dt.datetime, limit: int = SHOWN) -> list[Unanswered]:
    """Open applications whose candidates have heard nothing for `PATIENCE`, oldest first.

    The receipt counts as hearing, and so does every mailed move, and what was told by hand;
    an interview that is still to come is answer enough.
    """
    last = (
        select(func.max(StageChange.at))
        .where(
            StageChange.application_id == Application.id,
            or_(StageChange.email_id.is_not(None), StageChange.old_stage.is_(None)),
        )
        .correlate(Application)
        .scalar_subquery()
    )
    to_come = select(Interview.id).where(
        Interview.application_id == Application.id,
        Interview.state == InterviewState.SCHEDULED,
        Interview.starts_at > at,
    )
    told = select(AnswerByHand.id).where(
        AnswerByHand.application_id == Application.id, AnswerByHand.at >= at - PATIENCE
    )
    rows = db.session.execute(
        select(Application, last)
        .where(
            Application.outcome.is_(None),
            Application.submitted_at < at - PATIENCE,
            last < at - PATIENCE,
            ~to_come.exists(),
            ~told.exists(),
            applications.visible_to(person),
        )
        .options(joinedload(Application.posting).load_only(Posting.title))
        .order_by(last, Application.id)
        .limit(limit)
    )
    return [Unanswered(application, heard_at) for application, heard_at in rows]


def to_tell_by_hand(person: Person, *, limit: int = SHOWN) -> Sequence[Application]:
    """Applications without an address whose candidates have yet to be told something.

    That is a move, or anything done to an interview, since they were last told, or since
    their application was keyed in. Oldest first.
    """
    told = (
        select(func.max(AnswerByHand.at))
        .where(AnswerByHand.application_id == Application.id)
        .correlate(Application)
        .scalar_subquery()
    )
    last = func.coalesce(told, Application.submitted_at)
    moved = select(StageChange.id).where(
        StageChange.application_id == Application.id,
        StageChange.old_stage.is_not(None),
        StageChange.by_kind != ActorKind.CANDIDATE,
        StageChange.at > last,
    )
    invited = (
        select(InterviewChange.id)
        .join(Interview, Interview.id == InterviewChange.interview_id)
        .where(Interview.application_id == Application.id, InterviewChange.at > last)
    )
    return db.session.scalars(
        select(Application)
        .where(
            Application.email == "",
            or_(moved.exists(), invited.exists()),
            applications.visible_to(person),
        )
        .options(joinedload(Application.posting).load_only(Posting.title))
        .order_by(Application.id)
        .limit(limit)
    ).all()


def mail_visible_to(person: Person) -> ColumnElement[bool]:
    """Make the condition on `OutgoingEmail` that holds for what a person may see."""
    if person.role not in SCOPED:
        return outbox.is_open_to(person.role, person.email)
    mine = select(Application.id).where(applications.visible_to(person))
    kind, row = OutgoingEmail.about_kind, OutgoingEmail.about_id
    interviews = select(Interview.id).where(Interview.application_id.in_(mine))
    return or_(
        and_(kind == "application", row.in_(mine)),
        and_(kind == "interview", row.in_(interviews)),
        and_(kind == "posting", row.in_(select(Posting.id).where(postings.visible_to(person)))),
    )


def failed_mail(person: Person, *, limit: int = SHOWN) -> Sequence[OutgoingEmail]:
    """Mail that did not go, or came back, oldest first."""
    return db.session.scalars(
        select(OutgoingEmail)
        .where(OutgoingEmail.state.in_(LOST), mail_visible_to(person))
        .options(
            defer(OutgoingEmail.text), defer(OutgoingEmail.html), defer(OutgoingEmail.calendar)
        )
        .order_by(OutgoingEmail.id)
        .limit(limit)
    ).all()


def held_mail(person: Person, *, limit: int = SHOWN) -> Sequence[OutgoingEmail]:
    """Mail that waits for a look before it goes, oldest first."""
    return outbox.held_for_a_look(mail_visible_to(person), limit=limit)


def closing_soon(person: Person, *, at: dt.datetime, limit: int = SHOWN) -> Sequence[Posting]:
    """Open postings that close within `CLOSING_SOON`, the next first."""
    return db.session.scalars(
        select(Posting)
        .where(
            Posting.state == PostingState.OPEN,
            Posting.closes_at > at,
            Posting.closes_at <= at + CLOSING_SOON,
            postings.visible_to(person),
        )
        .options(defer(Posting.source_text))
        .order_by(Posting.closes_at, Posting.id)
        .limit(limit)
    ).all()


def without_contact(*, at: dt.datetime) -> list[Posting]:
    """Postings that take applications, or soon will, and whose contact can get no mail.

    A position counts as reachable while anybody stands in for its holder.
    """
    rows = db.session.scalars(
        select(Posting)
        .where(Posting.state.in_([PostingState.OPEN, PostingState.SCHEDULED]))
        .options(
            defer(Posting.source_text),
            joinedload(Posting.contact_person),
            joinedload(Posting.contact_position),
        )
        .order_by(Posting.id)
    )
    found = organization.directory(at)
    return [
        posting
        for posting in rows
        if posting.state_at(at) is not PostingState.CLOSED
        and postings.contact_today(posting, found) is None
    ]


def unconfirmed_people(*, limit: int = SHOWN) -> Sequence[Person]:
    """People first met in an imported page whom nobody has confirmed, oldest first."""
    return db.session.scalars(
        select(Person)
        .where(Person.unconfirmed, Person.disabled_at.is_(None))
        .order_by(Person.created_at, Person.id)
        .limit(limit)
    ).all()
