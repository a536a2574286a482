"""Schedule, change and cancel interviews; every calendar hears of each."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import uuid4

from sqlalchemy.exc import DatabaseError, IntegrityError

from tracker.accounts.models import Person
from tracker.applications import operations as applications
from tracker.applications import queries as applied
from tracker.applications.models import Application
from tracker.applications.rules import STAGES, Stage
from tracker.core import formats, links
from tracker.core.db import db, now
from tracker.core.errors import DomainError, StaleError
from tracker.interviews import emails, queries, rules
from tracker.interviews.models import BUSY, Interview, InterviewChange, Panelist
from tracker.interviews.operations import untold
from tracker.interviews.rules import Change, InterviewKind, InterviewState
from tracker.notifications import operations as notifications
from tracker.notifications import queries as outbox
from tracker.notifications.models import OutgoingEmail
from tracker.routing import operations as routing
from tracker.routing import queries as assignments


@dataclass(frozen=True)
class Plan:
    """What an interview is to be. Times are aware; the panel has at least one person."""

    kind: InterviewKind
    round: int
    starts_at: dt.datetime
    ends_at: dt.datetime
    time_zone: str
    place: str
    link: str
    notes_for_candidate: str
    panel: Sequence[Person]


def schedule(application: Application, plan: Plan, *, by: Person) -> Interview:
    """Book an interview and invite everybody. The caller holds the application's lock.

    Moves the application on to the interview stage. Raises `DomainError` when somebody is
    busy, the time has passed, or the application has ended; nothing is kept then.
    """
    if application.outcome is not None:
        raise DomainError("This application has ended. Reopen it before you schedule.")
    return schedule_chosen(application, plan, by=by)


def schedule_chosen(application: Application, plan: Plan, *, by: Person) -> Interview:
    """Book what a candidate has chosen, as `schedule` does, and where it goes on as they know.

    Until they are told of its end they choose as anybody does; it is called off with the rest.
    """
    _check(application, plan, but=None)
    sender = outbox.sender()
    interview = Interview(
        application=application,
        kind=plan.kind,
        round=plan.round,
        starts_at=plan.starts_at,
        ends_at=plan.ends_at,
        time_zone=plan.time_zone,
        place=plan.place,
        link=plan.link,
        notes_for_candidate=plan.notes_for_candidate,
        uid=f"{uuid4()}@{sender.address.rpartition('@')[2]}",
        organizer_name=sender.name,
        organizer_address=sender.address,
        created_by_id=by.id,
    )
    db.session.add(interview)
    _note(interview, Change.SCHEDULED, by=by)
    for person in plan.panel:
        _seat(interview, person)
    earlier = STAGES.index(application.stage) < STAGES.index(Stage.INTERVIEW)
    if application.outcome is None and earlier:
        applications.move(application, to_stage=Stage.INTERVIEW, by=by, mail=False)
    routing.stop_clock(application)
    token = applications.mailed_link(application)
    emails.invite_candidate(interview, changed=False, token=token)
    for seat in interview.panelists:
        emails.invite_panelist(seat, changed=False, link=_page_of(seat))
    return interview


def change(interview: Interview, plan: Plan, *, version: int, by: Person) -> bool:
    """Change an interview and tell whom it concerns; False when nothing differed.

    A new time, place or kind goes to everybody with a higher SEQUENCE. A person taken off
    the panel gets a CANCEL to them alone; one who joins gets the invitation. Raises
    `StaleError` when somebody else changed it first.
    """
    if interview.version != version:
        raise StaleError("Somebody else changed this interview. Look at it again first.")
    _check_stands(interview)
    _check(interview.application, plan, but=interview.id)
    seats = {seat.person_id: seat for seat in interview.panelists if seat.active}
    wanted = {person.id: person for person in plan.panel}
    leaving = [seat for key, seat in seats.items() if key not in wanted]
    moved = _apply(interview, plan)
    if not moved and not leaving and wanted.keys() == seats.keys():
        return False
    if moved or leaving:
        interview.sequence += 1
    staying = [seat for key, seat in seats.items() if key in wanted]
    for seat in staying:
        seat.starts_at, seat.ends_at = plan.starts_at, plan.ends_at
    for seat in leaving:
        _leave(seat)
    _flush()
    _note(interview, Change.CHANGED, by=by)
    joining = [_seat(interview, person) for key, person in wanted.items() if key not in seats]
    _tell(interview, moved=moved, staying=staying, leaving=leaving, joining=joining, by=by)
    return True


def _tell(
    interview: Interview,
    *,
    moved: bool,
    staying: Sequence[Panelist],
    leaving: Sequence[Panelist],
    joining: Sequence[Panelist],
    by: Person,
) -> None:
    for seat in leaving:
        if _hears(interview, seat, why=untold.OFF_PANEL, by=by):
            emails.release_panelist(seat, link=_page_of(seat))
    for seat in joining:
        emails.invite_panelist(seat, changed=False, link=_page_of(seat))
    if moved:
        token = applications.mailed_link(interview.application)
        anew = untold.replace(interview, None, by=by)
        emails.invite_candidate(interview, changed=not anew, token=token)
        for seat in staying:
            anew = untold.replace(interview, seat, by=by)
            emails.invite_panelist(seat, changed=not anew, link=_page_of(seat))


def _hears(interview: Interview, seat: Panelist | None, *, why: str, by: Person | None) -> bool:
    """Tell whether somebody is told that it is off for them; who was never told of it is not."""
    return not untold.withhold(interview, seat, why=why, by=by) or untold.knows(interview, seat)


def cancel(interview: Interview, *, reason: str, by: Person | None, let_go: bool = False) -> None:
    """Call an interview off: same UID, higher SEQUENCE, STATUS:CANCELLED to everybody.

    With `let_go` the mails that tell it do not wait for a look, where their kind is held. Whose
    own invitation still waits for one is told nothing, and it is dropped.
    """
    _check_stands(interview)
    interview.state = InterviewState.CANCELLED
    interview.cancelled_at = now()
    interview.cancel_reason = reason.strip()
    interview.sequence += 1
    _note(interview, Change.CANCELLED, by=by, note=interview.cancel_reason)
    written: list[OutgoingEmail | None] = []
    if _hears(interview, None, why=untold.CALLED_OFF, by=by):
        token = applications.mailed_link(interview.application)
        written.append(emails.cancel_candidate(interview, token=token))
    for seat in interview.panelists:
        if seat.active:
            _leave(seat)
            if _hears(interview, seat, why=untold.CALLED_OFF, by=by):
                written.append(emails.cancel_panelist(seat, link=_page_of(seat)))
    db.session.flush()
    if let_go:
        notifications.let_go([each for each in written if each is not None], by=by)
    if not queries.of_application(interview.application_id, with_cancelled=False):
        routing.start_clock(interview.application, bookings=queries.bookings_of)


def _note(interview: Interview, what: Change, *, by: Person | None, note: str = "") -> None:
    interview.history.append(
        InterviewChange(
            what=what, by_id=by.id if by else None, starts_at=interview.starts_at, note=note
        )
    )
    db.session.flush()


def _apply(interview: Interview, plan: Plan) -> bool:
    """Take over everything but the panel; tell whether a calendar would show it."""
    moved = False
    for name in (
        "kind",
        "round",
        "starts_at",
        "ends_at",
        "time_zone",
        "place",
        "link",
        "notes_for_candidate",
    ):
        value = getattr(plan, name)
        if getattr(interview, name) != value:
            setattr(interview, name, value)
            moved = True
    return moved


def _check_stands(interview: Interview) -> None:
    if interview.state is InterviewState.CANCELLED:
        raise DomainError("This interview was cancelled. Schedule a new one instead.")


def _check(application: Application, plan: Plan, *, but: int | None) -> None:
    rules.check_time(plan.starts_at, plan.ends_at, at=now())
    rules.check_place(plan.kind, plan.place, plan.link)
    if not plan.panel:
        raise DomainError("Choose at least one person for the panel.")
    queries.lock_people([person.id for person in plan.panel])
    away = [person.name for person in plan.panel if person.disabled_at is not None]
    if away:
        raise DomainError(f"{', '.join(away)} no longer works here. Choose somebody else.")
    taken = queries.busy([p.id for p in plan.panel], plan.starts_at, plan.ends_at, but=but)
    if taken:
        names = " and ".join(sorted({seat.person.name for seat in taken}))
        when = formats.datetime(taken[0].starts_at, plan.time_zone)
        raise DomainError(
            f"{names} already sits in an interview that begins {when}."
            " Nothing was saved; choose another time or another person."
        )
    other = queries.candidate_busy(application, plan.starts_at, plan.ends_at, but=but)
    if other is not None:
        raise DomainError(
            "The candidate already has an interview at that time. Choose another time."
        )


def _seat(interview: Interview, person: Person) -> Panelist:
    seat = next((s for s in interview.panelists if s.person_id == person.id), None)
    if seat is None:
        seat = Panelist(interview=interview, person=person)
    seat.starts_at, seat.ends_at, seat.active = interview.starts_at, interview.ends_at, True
    db.session.add(seat)
    _flush()
    applications.admit(interview.application, person, "panel")
    return seat


def _page_of(seat: Panelist) -> str:
    """The page on which a panelist reads the application as things stand; '' for who may not.

    With an account, the staff's. Without one, by a private link where the application is with
    them anyway: a seat alone gives nobody a link that lets in whoever has it.
    """
    application, person = seat.interview.application, seat.person
    if person.role is not None:
        seen = applied.visible_among(person, [application.id])
        return links.staff_application(application.id) if seen else ""
    given = assignments.assignment_of(application.id, person.id)
    if given is None or assignments.is_shut_out(application.id, person.id):
        return ""
    return links.contact_page(routing.give_link(application, person))


def _leave(seat: Panelist) -> None:
    """Take a person off a panel; they lose sight of the application with their last seat."""
    seat.active = False
    db.session.flush()
    application = seat.interview.application
    if not queries.seats_on(application, seat.person):
        applications.dismiss(application, seat.person, "panel")


def _flush() -> None:
    """Flush; where the database found a panelist busy after all, say so in words."""
    try:
        db.session.flush()
    except (IntegrityError, DatabaseError) as error:
        if BUSY not in str(error.orig):
            raise
        raise DomainError(
            "Somebody on the panel was booked for that time a moment ago."
            " Nothing was saved; choose another time or another person."
        ) from error
