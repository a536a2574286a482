"""Load the demo: everything goes through the rooms' own operations, as a person would do it."""

import datetime as dt
import io
import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from zoneinfo import ZoneInfo

import structlog
from flask import Flask, current_app
from sqlalchemy import func, select, update

from tracker.accounts import operations as accounts
from tracker.accounts.models import Person
from tracker.applications import operations as applications
from tracker.applications.models import Application, CandidateLink, Draft, StageChange
from tracker.applications.operations import KeyedIn
from tracker.applications.rules import Channel
from tracker.core.db import db, now
from tracker.core.tokens import hash_token, new_token
from tracker.documents import operations as documents
from tracker.documents.operations import Received
from tracker.interviews import operations as interviews
from tracker.interviews.models import Interview
from tracker.interviews.operations import Plan
from tracker.interviews.rules import InterviewKind, instant
from tracker.notifications.models import OutgoingEmail
from tracker.notifications.rules import MailState
from tracker.organization.models import Position
from tracker.postings import operations as postings
from tracker.postings import queries
from tracker.postings.models import Posting
from tracker.postings.rules import DocumentKind
from tracker.routing import operations as routing
from tracker.routing import queries as assignments
from tracker.routing.models import Assignment
from tracker.upkeep.demo import employer, library
from tracker.upkeep.demo.applicants import APPLICANTS, Applicant, Step
from tracker.upkeep.demo.library import OPENINGS, Colleague, Opening
from tracker.upkeep.demo.papers import docx, pdf

LIMIT = 10 * 1024 * 1024
READERS = 4  # children that look into files at the same time
UNSENT = "This mail belongs to the demo and is not sent to anybody."
Papers = dict[tuple[str, int], Received]


@contextmanager
def quietly() -> Iterator[None]:
    """Leave out of the log what nobody did; warnings still show."""
    usual = structlog.get_config()["wrapper_class"]
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    try:
        yield
    finally:
        structlog.configure(wrapper_class=usual)


def receive_papers() -> Papers:
    """Write everybody's papers and take them in as uploads; touches no database.

    The key is an applicant's name and the rank of the document that the posting asks for.
    """
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001
    openings = {each.key: each for each in OPENINGS}

    def take(item: tuple[Applicant, int, DocumentKind, str]) -> tuple[tuple[str, int], Received]:
        applicant, rank, kind, title = item
        with app.app_context():
            return (applicant.name, rank), _receive(applicant, kind, title)

    wanted = [
        (applicant, rank, document.kind, document.title)
        for applicant in APPLICANTS
        for rank, document in enumerate(openings[applicant.posting].values["documents"])
        if document.required or applicant.format != "typed"
    ]
    with ThreadPoolExecutor(READERS) as pool:
        return dict(pool.map(take, wanted))


def _receive(applicant: Applicant, kind: DocumentKind, title: str) -> Received:
    paper = applicant.paper(kind, title)
    if applicant.format == "typed" and kind is DocumentKind.COVER_LETTER:
        return documents.receive_text(paper.text, "Cover letter.txt")
    as_word = applicant.format == "docx"
    content = docx(paper) if as_word else pdf(paper)
    name = f"{applicant.name.split()[-1]} {kind.value.replace('_', ' ')}"
    return documents.receive(
        io.BytesIO(content), f"{name}.{'docx' if as_word else 'pdf'}", limit=LIMIT
    )


def load(papers: Papers, badge: employer.StoredBadge) -> None:
    """Write all rows; called inside `writing()`."""
    at = now()
    people = {each.email: _person(each) for each in library.COLLEAGUES}
    director = people[library.DIRECTOR.email]
    employer.write(badge, by=director)
    positions = employer.write_positions(people, by=director)
    opened = {each.key: _publish(each, positions, people, by=director, at=at) for each in OPENINGS}
    for applicant in APPLICANTS:
        _apply(applicant, opened[applicant.posting], papers, by=director, at=at)
    for each in OPENINGS:
        if each.is_past:
            postings.settle(opened[each.key], at=at)
    _hold_mail()


def _person(colleague: Colleague) -> Person:
    person = accounts.find_or_add(
        email=colleague.email, name=colleague.name, title=colleague.title, by=None
    )
    person.role = colleague.role
    person.unconfirmed = False
    person.is_demo = True
    return person


def _publish(
    opening: Opening,
    positions: dict[str, Position],
    people: dict[str, Person],
    *,
    by: Person,
    at: dt.datetime,
) -> Posting:
    values = opening.dated(at.astimezone(ZoneInfo(library.ZONE)).date())
    values["is_demo"] = True
    values["contact_position_id"] = positions[opening.position].id
    values["copied"] = [people[each.email].id for each in opening.copied]
    posting = postings.draft(by=by, values=values)
    published_at = at - dt.timedelta(days=opening.published_days_ago)
    posting.created_at = published_at
    # The library knows its postings: one may say “from $31.00”, which the check asks about.
    confirmed = [each.code for each in queries.checks_of(posting)]
    postings.publish(posting, by=by, at=published_at, confirmed=confirmed)
    return posting


def _apply(
    applicant: Applicant, posting: Posting, papers: Papers, *, by: Person, at: dt.datetime
) -> None:
    sent_at = _days_before(at, applicant.days_ago, dt.time(10, 23))
    came_on = sent_at.astimezone(ZoneInfo(library.ZONE)).date() - dt.timedelta(days=1)
    keyed_in = KeyedIn(Channel.PAPER, came_on, by) if applicant.on_paper else None
    with _dated(sent_at):
        draft = _draft(applicant, posting, papers)
        submission = routing.receive(draft, at=sent_at, keyed_in=keyed_in)
    application = submission.application
    for step in applicant.steps:
        with _dated(_days_before(at, step.days_ago, dt.time(14, 5))):
            _take(step, application)


def _days_before(at: dt.datetime, days: int, time: dt.time) -> dt.datetime:
    """A time of day at the library, so many days before."""
    today = at.astimezone(ZoneInfo(library.ZONE)).date()
    return instant(today - dt.timedelta(days=days), time, library.ZONE)


def _draft(applicant: Applicant, posting: Posting, papers: Papers) -> Draft:
    token = new_token()
    draft = applications.start(posting.id, browser_hash=hash_token(new_token()), token=token)
    answers = {"name": applicant.name, "email": applicant.email, "phone": applicant.phone}
    for question, text in zip(posting.questions, applicant.answers, strict=True):
        answers[f"question_{question.id}"] = text
    for skill, level in zip(posting.skills, applicant.skills, strict=True):
        answers[f"skill_{skill.id}"] = str(level)
    for wanted in posting.documents:
        received = papers.get((applicant.name, wanted.rank))
        if received is None:
            continue
        if applicant.format == "typed" and wanted.kind is DocumentKind.COVER_LETTER:
            answers[f"text_{wanted.id}"] = received.text
        applications.attach(draft, wanted.id, documents.record(received))
    applications.save(draft, answers)
    return draft


def _take(step: Step, application: Application) -> None:
    assignment = assignments.routing_of(application.id)[0]
    person = assignment.person
    if step.seen:
        routing.record_seen(application, person)
    if step.acknowledged:
        routing.acknowledge(application, by=person)
    if step.stage or step.outcome:
        applications.move(
            application,
            to_stage=step.stage,
            outcome=step.outcome,
            reason=step.reason,
            note=step.note,
            by=person,
            mail=True,
        )
    if step.withdrawn:
        applications.withdraw(application, step.note)
    if step.interview_in is not None:
        _schedule(application, step.interview_in, by=person)


def _schedule(application: Application, days: int, *, by: Person) -> None:
    day = now().astimezone(ZoneInfo(library.ZONE)).date() + dt.timedelta(days=days)
    while day.weekday() > 4:
        day += dt.timedelta(days=1)
    starts_at = instant(day, dt.time(10), library.ZONE)
    second = db.session.scalars(select(Person).where(Person.email == library.REFERENCE.email)).one()
    # Two interviews of the demo may fall on one Monday: the second begins after the first.
    starts_at += dt.timedelta(hours=db.session.scalar(select(func.count(Interview.id))) or 0)
    plan = Plan(
        kind=InterviewKind.IN_PERSON,
        round=1,
        starts_at=starts_at,
        ends_at=starts_at + dt.timedelta(minutes=45),
        time_zone=library.ZONE,
        place="Main library, 18 Orchard Street, small meeting room; ring at the side door",
        link="",
        notes_for_candidate="Bring nothing; we shall show you around afterwards.",
        panel=(by, second),
    )
    interviews.schedule(application, plan, by=by)


@contextmanager
def _dated(at: dt.datetime) -> Iterator[None]:
    """Date back what the operations inside write as happening now."""
    began = now()
    yield
    db.session.flush()
    for column in (
        StageChange.at,
        OutgoingEmail.created_at,
        Assignment.created_at,
        Assignment.seen_at,
        Assignment.acknowledged_at,
        Application.ended_at,
        CandidateLink.created_at,
    ):
        db.session.execute(
            update(column.class_).where(column >= began).values({column.key: at}),
            execution_options={"synchronize_session": "fetch"},
        )


def _hold_mail() -> None:
    """See that no mail of the demo ever leaves, whatever mail server is set later."""
    db.session.execute(
        update(OutgoingEmail).values(
            state=MailState.HELD, next_attempt_at=None, last_answer=UNSENT
        ),
        execution_options={"synchronize_session": "fetch"},
    )
