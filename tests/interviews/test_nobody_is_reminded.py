"""An interview that is booked answers an application: nobody is reminded, until it is off."""

import datetime as dt

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from tests.interviews.factories import scheduled
from tests.interviews.proposing import chosen, page_of_contact, proposed
from tests.plugins.apps import Client
from tests.postings import factories as postings
from tests.routing.factories import arrived
from tests.routing.following import CORA, IDA, at_position, follow_up, person, steps
from tracker.applications import operations as applications
from tracker.applications.models import Application
from tracker.applications.rules import Stage
from tracker.core.db import db, now, writing
from tracker.interviews import operations
from tracker.interviews.models import Interview
from tracker.postings.models import Posting
from tracker.routing import operations as routing
from tracker.routing.models import Assignment
from tracker.routing.rules import Step

Clock = time_machine.Traveller
DAY = dt.timedelta(days=1)
PUT_OFF = "asked for more time until 28 Nov 2026, 10:00 am"


@pytest.fixture
def staff(any_app: Flask, clock: Clock) -> Client:
    """A browser of the coordinator's, signed in at any time that the clock shows."""
    client = any_app.test_client()
    assert isinstance(client, Client)
    return client


def line(client: Client, application_id: int) -> list[str]:
    """What the application's page shows of its routing, without how the mail went."""
    postings.sign_in(client, postings.coordinator())
    points = client.page(f"/staff/applications/{application_id}").texts("ol[@class='trail']/li")
    return [each for each in points if not each.startswith(("told", "mail", "seen"))]


def more_time(application_id: int, days: int = 5) -> None:
    """Ida asks for it, from Monday until Saturday."""
    with writing():
        row = db.session.get_one(Application, application_id)
        routing.ask_more_time(row, until=now() + days * DAY, note="", by=person(IDA))
        db.session.commit()


def book(application_id: int) -> int:
    """The candidate takes one of the times that Ida offers; the interview's id."""
    return chosen(proposed(application_id))


def call_off(interview_id: int) -> None:
    with writing():
        found = db.session.get_one(Interview, interview_id)
        operations.cancel(found, reason="The room is flooded.", by=person(CORA))
        db.session.commit()


def move(application_id: int, stage: Stage) -> None:
    with writing():
        row = db.session.get_one(Application, application_id)
        applications.move(row, to_stage=stage, by=person(CORA), mail=False)
        db.session.commit()


def of_ida() -> Assignment:
    db.session.rollback()
    return db.session.scalars(select(Assignment).where(Assignment.person == person(IDA))).one()


def pass_days(clock: Clock, days: int) -> None:
    for _each in range(days):
        clock.shift(DAY)
        follow_up()


@pytest.mark.both_databases
def test_who_asked_for_more_time_is_not_reminded_once_it_is_booked(
    staff: Client, clock: Clock
) -> None:
    application_id = arrived(at_position()).id
    more_time(application_id)
    clock.shift(dt.timedelta(hours=1))
    assert line(staff, application_id) == [
        PUT_OFF,
        "next, if nobody looks: reminder on 28 Nov 2026, 10:00 am",
    ]
    book(application_id)
    assert of_ida().next_step_at is None
    assert line(staff, application_id) == [PUT_OFF]
    pass_days(clock, 20)
    assert steps() == []
    assert line(staff, application_id) == [PUT_OFF]


def test_the_contacts_page_stops_saying_until_when_they_are_left_alone(
    staff: Client, clock: Clock
) -> None:
    application_id = arrived(at_position()).id
    more_time(application_id)
    page, words = page_of_contact(), "Until then you are not reminded."
    assert words in staff.get(page).text
    book(application_id)
    assert words not in staff.get(page).text


def test_a_changed_calendar_wakes_nobody_whose_interview_is_booked(
    staff: Client, clock: Clock
) -> None:
    """Also where no move came with the booking: the application stood there already."""
    application_id = arrived(at_position()).id
    clock.shift(dt.timedelta(hours=1))
    move(application_id, Stage.INTERVIEW)
    with writing():
        row = db.session.get_one(Application, application_id)
        routing.hand_over(row, person("kim.odell@example.org"), reason="Leave", by=person(CORA))
        db.session.commit()
    assert len(line(staff, application_id)) == 2  # who had it, and Kim's next step
    scheduled(application_id, [postings.coordinator()])
    with writing():
        routing.count_anew()
        db.session.commit()
    assert [each for each in line(staff, application_id) if each.startswith("next")] == []
    pass_days(clock, 12)
    assert steps() == []


@pytest.mark.both_databases
@pytest.mark.parametrize("put_off", [True, False])
def test_the_clock_goes_on_when_the_interview_is_called_off(
    staff: Client, clock: Clock, put_off: bool
) -> None:
    """From that moment, or from the end of the time that was asked for."""
    application_id = arrived(at_position()).id
    if put_off:
        more_time(application_id)
    interview_id = book(application_id)
    clock.shift(DAY)
    call_off(interview_id)
    when = "2 Dec 2026, 10:00 am" if put_off else "26 Nov 2026, 10:00 am"
    assert line(staff, application_id)[-1] == f"next, if nobody looks: reminder on {when}"
    # From Tuesday two working days; and from Saturday, which counts as Monday's first hour.
    pass_days(clock, 7 if put_off else 1)
    assert steps() == []
    pass_days(clock, 1)
    assert steps() == [(Step.REMINDER, [IDA], "")]


def test_one_that_was_moved_since_or_before_has_its_answer(staff: Client, clock: Clock) -> None:
    posting_id = at_position().id
    before, since = (
        arrived(db.session.get_one(Posting, posting_id), email=f"c{number}@example.org").id
        for number in range(2)
    )
    clock.shift(dt.timedelta(hours=1))
    move(before, Stage.SHORTLISTED)
    for application_id in (before, since):
        interview_id = scheduled(application_id, [postings.coordinator()]).id
        clock.shift(dt.timedelta(hours=1))
        call_off(interview_id)
    clock.shift(dt.timedelta(hours=1))
    move(since, Stage.REFERENCES)
    for application_id in (before, since):
        assert [each for each in line(staff, application_id) if each.startswith("next")] == []
    pass_days(clock, 12)
    assert steps() == []


def test_with_another_interview_booked_it_stays_answered(staff: Client, clock: Clock) -> None:
    application_id = arrived(at_position()).id
    more_time(application_id)
    first = book(application_id)
    scheduled(application_id, [postings.coordinator()], starts_at=now() + 20 * DAY)
    call_off(first)
    assert of_ida().next_step_at is None
    pass_days(clock, 15)
    assert steps() == []


@pytest.mark.parametrize("by", [IDA, "kim.odell@example.org"])
def test_who_acknowledges_after_asking_for_more_time_is_not_reminded(
    staff: Client, clock: Clock, by: str
) -> None:
    application_id = arrived(at_position()).id
    if by != IDA:
        pass_days(clock, 4)  # Kim has it too
    more_time(application_id, days=1)
    clock.shift(dt.timedelta(hours=1))
    taken = len(steps())
    with writing():
        row = db.session.get_one(Application, application_id)
        routing.acknowledge(row, by=person(by))
        db.session.commit()
    assert [each for each in line(staff, application_id) if each.startswith("next")] == []
    pass_days(clock, 12)
    assert len(steps()) == taken


def test_a_move_takes_the_reminder_off_the_line_at_once(staff: Client, clock: Clock) -> None:
    application_id = arrived(at_position()).id
    clock.shift(dt.timedelta(hours=1))
    assert len(line(staff, application_id)) == 1
    move(application_id, Stage.SHORTLISTED)
    assert line(staff, application_id) == []


def test_who_gets_it_with_an_interview_booked_is_waited_for(staff: Client, clock: Clock) -> None:
    """They have not looked, whoever did before them."""
    application_id = arrived(at_position()).id
    book(application_id)
    clock.shift(dt.timedelta(hours=1))
    with writing():
        row = db.session.get_one(Application, application_id)
        routing.hand_over(row, person("kim.odell@example.org"), reason="Leave", by=person(CORA))
        db.session.commit()
    assert any(each.startswith("next") for each in line(staff, application_id))
    pass_days(clock, 3)
    assert steps() == [(Step.REMINDER, ["kim.odell@example.org"], "")]
