"""One slot is one interview, and every calendar hears of each change."""

import datetime as dt
import threading

import pytest
from flask import Flask
from icalendar import Calendar
from sqlalchemy import select

from tests.interviews.factories import next_week, plan, scheduled
from tests.postings import factories as postings
from tests.routing.factories import arrived
from tracker.accounts.models import Person
from tracker.applications import operations as applications
from tracker.applications.models import Application, Reader
from tracker.applications.rules import Stage
from tracker.core.db import db, now, writing
from tracker.core.errors import DomainError, StaleError
from tracker.interviews import operations
from tracker.interviews.models import Interview, Panelist
from tracker.interviews.operations import booking
from tracker.interviews.rules import InterviewKind, InterviewState
from tracker.notifications.models import OutgoingEmail

ROBIN = "robin.vale@example.org"
KIM = "kim.lund@example.org"


def calendars(since: int = 0) -> list[tuple[str, str, int, str | None]]:
    """Every calendar mail after an id: recipient, method, sequence, status."""
    found = []
    rows = db.session.scalars(
        select(OutgoingEmail)
        .where(OutgoingEmail.calendar.is_not(None), OutgoingEmail.id > since)
        .order_by(OutgoingEmail.id)
    )
    for mail in rows:
        assert mail.calendar is not None
        (event,) = Calendar.from_ical(mail.calendar).walk("VEVENT")
        found.append(
            (
                mail.recipient_address,
                str(mail.calendar_method),
                int(str(event["SEQUENCE"])),
                str(event["STATUS"]) if "STATUS" in event else None,
            )
        )
    return found


def last_mail() -> int:
    """The id of the newest mail."""
    return (
        db.session.scalars(select(OutgoingEmail.id).order_by(OutgoingEmail.id.desc())).first() or 0
    )


def change(interview_id: int, people: list[str], **values: object) -> bool:
    """Change an interview as the pages do. Commits."""
    version = db.session.get_one(Interview, interview_id).version
    with writing():
        interview = db.session.get_one(Interview, interview_id)
        panel = [db.session.query(Person).filter_by(email=each).one() for each in people]
        told = operations.change(
            interview,
            plan(panel, **values),
            version=version,
            by=db.session.query(Person).filter_by(email="cora.field@example.org").one(),
        )
        db.session.commit()
    return told


@pytest.fixture
def robin(app: Flask) -> Person:
    """A colleague who sits on panels."""
    return postings.person(ROBIN)


@pytest.fixture
def interview(app: Flask, robin: Person) -> Interview:
    """An interview of Sam Rivera by Robin."""
    return scheduled(arrived().id, [robin])


def test_candidate_and_panel_are_invited(interview: Interview) -> None:
    assert calendars() == [
        ("sam@example.org", "REQUEST", 0, "CONFIRMED"),
        (ROBIN, "REQUEST", 0, "CONFIRMED"),
    ]


def test_the_organizer_is_who_the_mail_is_from(interview: Interview) -> None:
    for mail in db.session.scalars(
        select(OutgoingEmail).where(OutgoingEmail.calendar.is_not(None))
    ):
        assert mail.calendar is not None
        (event,) = Calendar.from_ical(mail.calendar).walk("VEVENT")
        assert event["ORGANIZER"] == f"mailto:{mail.sender_address}"
        assert event["UID"] == interview.uid


def test_the_candidate_learns_no_address_of_the_panel(interview: Interview) -> None:
    mail = db.session.scalars(
        select(OutgoingEmail).where(OutgoingEmail.message == "interview_invitation")
    ).one()
    for part in (mail.text, mail.html, mail.calendar or ""):
        assert ROBIN not in part


def test_the_application_moves_on_to_the_interview_stage(interview: Interview) -> None:
    assert interview.application.stage is Stage.INTERVIEW
    assert [each.new_stage for each in interview.application.history] == [
        Stage.RECEIVED,
        Stage.INTERVIEW,
    ]


def test_who_sits_on_the_panel_may_see_the_application(interview: Interview) -> None:
    seen_by = db.session.scalars(select(Reader).where(Reader.because == "panel")).all()
    assert [each.person_id for each in seen_by] == [interview.panelists[0].person_id]


def test_a_new_time_updates_everybody_with_a_higher_sequence(interview: Interview) -> None:
    before = last_mail()
    assert change(interview.id, [ROBIN], starts_at=next_week(17)) is True
    assert calendars(before) == [
        ("sam@example.org", "REQUEST", 1, "CONFIRMED"),
        (ROBIN, "REQUEST", 1, "CONFIRMED"),
    ]
    seat = db.session.scalars(select(Panelist)).one()
    assert seat.starts_at == next_week(17)


def test_saving_without_a_change_tells_nobody(interview: Interview) -> None:
    before = last_mail()
    assert change(interview.id, [ROBIN], starts_at=interview.starts_at) is False
    assert calendars(before) == []


def test_leaving_the_panel_is_a_cancel_to_that_person_alone(interview: Interview) -> None:
    postings.person(KIM)
    before = last_mail()
    change(interview.id, [KIM], starts_at=interview.starts_at)
    assert calendars(before) == [
        (ROBIN, "CANCEL", 1, None),
        (KIM, "REQUEST", 1, "CONFIRMED"),
    ]
    readers = db.session.scalars(select(Reader).where(Reader.because == "panel")).all()
    assert [each.person_id for each in readers] == [postings.person(KIM).id]


def test_cancelling_cancels_for_everybody_and_frees_the_panel(
    interview: Interview, robin: Person
) -> None:
    before, interview_id, robin_id = last_mail(), interview.id, robin.id
    with writing():
        operations.cancel(
            db.session.get_one(Interview, interview_id),
            reason="The posting is on hold.",
            by=db.session.get_one(Person, robin_id),
        )
        db.session.commit()
    assert calendars(before) == [
        ("sam@example.org", "CANCEL", 1, "CANCELLED"),
        (ROBIN, "CANCEL", 1, "CANCELLED"),
    ]
    assert db.session.get_one(Interview, interview_id).state is InterviewState.CANCELLED
    scheduled(arrived(email="kim@example.org", name="Kim").id, [robin])


def test_a_cancelled_interview_cannot_be_changed(interview: Interview, robin: Person) -> None:
    with writing():
        interview = db.session.get_one(Interview, interview.id)
        by = db.session.get_one(Person, robin.id)
        operations.cancel(interview, reason="", by=by)
        db.session.commit()
    with pytest.raises(DomainError, match="was cancelled"):
        change(interview.id, [ROBIN], starts_at=next_week(18))


def test_who_was_slower_is_told_so(interview: Interview, robin: Person) -> None:
    with writing(), pytest.raises(StaleError):
        operations.change(
            db.session.get_one(Interview, interview.id),
            plan([db.session.get_one(Person, robin.id)], starts_at=next_week(18)),
            version=interview.version + 1,
            by=robin,
        )


@pytest.mark.both_databases
def test_a_panelist_is_busy_once(app: Flask) -> None:
    robin = postings.person(ROBIN)
    scheduled(arrived().id, [robin])
    other = arrived(postings.open_posting(title="Shelver"), email="kim@example.org", name="Kim")
    starts_at = next_week() + dt.timedelta(minutes=30)
    with pytest.raises(DomainError, match=r"Robin Vale already sits in an interview"):
        scheduled(other.id, [robin], starts_at=starts_at)
    db.session.rollback()
    scheduled(other.id, [robin], starts_at=next_week() + dt.timedelta(minutes=45))
    assert len(db.session.scalars(select(Interview)).all()) == 2


@pytest.mark.both_databases
def test_the_database_itself_refuses_two_at_one_time(app: Flask) -> None:
    robin = postings.person(ROBIN)
    first = scheduled(arrived().id, [robin])
    kim = postings.person(KIM)
    second = scheduled(
        arrived(postings.open_posting(title="Shelver"), email="kim@example.org").id, [kim]
    )
    with writing():
        interview = db.session.get_one(Interview, second.id)
        busy = db.session.get_one(Person, robin.id)
        with pytest.raises(DomainError, match="booked for that time a moment ago"):
            booking._seat(interview, busy)
    assert [seat.interview_id for seat in db.session.scalars(select(Panelist))] == [
        first.id,
        second.id,
    ]


@pytest.mark.both_databases
def test_two_coordinators_at_once_book_a_panelist_once(app: Flask) -> None:
    robin_id = postings.person(ROBIN).id
    by_id = postings.coordinator().id
    ids = [
        arrived(postings.open_posting(title=f"Page {number}"), email=f"p{number}@example.org").id
        for number in range(4)
    ]
    db.session.remove()
    ready, results = threading.Barrier(len(ids)), []

    def book(application_id: int) -> None:
        with app.app_context():
            ready.wait()
            try:
                with writing():
                    operations.schedule(
                        db.session.get_one(Application, application_id),
                        plan([db.session.get_one(Person, robin_id)]),
                        by=db.session.get_one(Person, by_id),
                    )
                    db.session.commit()
            except DomainError:
                results.append("busy")
            else:
                results.append("booked")
            finally:
                db.session.remove()

    threads = [threading.Thread(target=book, args=(each,)) for each in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["booked", "busy", "busy", "busy"]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"starts_at": dt.datetime(2020, 1, 1, tzinfo=dt.UTC)}, "has passed"),
        ({"place": ""}, "Say where the interview is held"),
        ({"kind": InterviewKind.VIDEO}, "Give the link"),
        ({"link": "javascript:alert(1)"}, "begin with https"),
    ],
)
def test_an_interview_nobody_could_come_to_is_refused(
    app: Flask, robin: Person, values: dict[str, object], words: str
) -> None:
    with pytest.raises(DomainError, match=words):
        scheduled(arrived().id, [robin], **values)


def test_an_interview_needs_a_panel(app: Flask) -> None:
    with pytest.raises(DomainError, match="at least one person"):
        scheduled(arrived().id, [])


def test_who_has_left_is_not_put_on_a_panel(app: Flask, robin: Person) -> None:
    robin.disabled_at = now()
    db.session.commit()
    with pytest.raises(DomainError, match="no longer works here"):
        scheduled(arrived().id, [robin])


def test_a_candidate_has_one_interview_at_a_time(app: Flask, robin: Person) -> None:
    scheduled(arrived().id, [robin])
    again = arrived(postings.open_posting(title="Shelver"))
    with pytest.raises(DomainError, match="candidate already has an interview"):
        scheduled(again.id, [postings.person(KIM)])


def test_an_application_that_has_ended_keeps_nobody_waiting_in_a_room(
    interview: Interview,
) -> None:
    before, interview_id = last_mail(), interview.id
    with writing():
        application = db.session.get_one(Interview, interview_id).application
        applications.withdraw(application)
        operations.settle(application, by=None)
        db.session.commit()
    assert calendars(before) == [
        ("sam@example.org", "CANCEL", 1, "CANCELLED"),
        (ROBIN, "CANCEL", 1, "CANCELLED"),
    ]
    ended = db.session.get_one(Interview, interview_id)
    assert ended.state is InterviewState.CANCELLED
    assert ended.cancel_reason == "The application has ended: withdrawn."


def test_an_open_application_keeps_its_interviews(interview: Interview) -> None:
    with writing():
        application = db.session.get_one(Interview, interview.id).application
        assert operations.settle(application, by=None) == []
    assert db.session.get_one(Interview, interview.id).state is InterviewState.SCHEDULED
