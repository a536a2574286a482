"""What changes while an application waits: leave, lost mail, calendars, many at once."""

import datetime as dt
import threading

import pytest
from flask import Flask
from sqlalchemy import select

from tests.plugins.clocks import QueryCounter
from tests.postings import factories as postings
from tests.routing.factories import arrived
from tests.routing.following import (
    CORA,
    DAY,
    IDA,
    KIM,
    Clock,
    at_position,
    follow_up,
    lose_mail,
    mails,
    person,
    steps,
)
from tracker.applications.models import Application
from tracker.core.access import Role
from tracker.core.db import db, now, writing
from tracker.core.jobs import run_now
from tracker.notifications.models import OutgoingEmail
from tracker.notifications.rules import MailState
from tracker.organization.models import ClosedDay, Leave
from tracker.postings.models import Posting
from tracker.routing import operations, queries
from tracker.routing.models import Assignment, Escalation
from tracker.routing.rules import Step, Why


def test_a_lost_mail_has_somebody_else_told_within_the_minute(any_app: Flask, clock: Clock) -> None:
    arrived(at_position())
    lose_mail("application_arrived")
    follow_up()
    assert steps() == [
        (Step.REMINDER, [], "The mail to Ida Moreno did not arrive."),
        (Step.DEPUTY, [KIM], ""),
    ]
    follow_up()
    assert len(steps()) == 2
    lose_mail("applications_escalated")
    follow_up()
    follow_up()
    assert steps()[2:] == [(Step.COORDINATORS, [CORA], "The mail to Kim Odell did not arrive.")]


def test_a_delayed_mail_is_not_lost(app: Flask, clock: Clock) -> None:
    arrived(at_position())
    lose_mail("application_arrived", MailState.DELAYED)
    follow_up()
    assert steps() == []


def test_on_leave_at_the_moment_it_comes_the_deputy_gets_it(any_app: Flask, clock: Clock) -> None:
    posting = at_position()
    day = dt.date(2026, 11, 23)
    db.session.add(Leave(person_id=person(IDA).id, from_on=day, until_on=day))
    db.session.commit()
    arrived(posting)
    (given,) = db.session.scalars(select(Assignment))
    assert (given.person.email, given.why) == (KIM, Why.DEPUTY)
    clock.shift(2 * DAY)
    follow_up()
    assert mails()[-1] == ("reminder", KIM)


def test_who_went_on_leave_since_is_not_reminded_but_stood_in_for(
    any_app: Flask, clock: Clock
) -> None:
    arrived(at_position())
    first = dt.date(2026, 11, 24)
    db.session.add(Leave(person_id=person(IDA).id, from_on=first, until_on=first + 7 * DAY))
    db.session.commit()
    clock.shift(2 * DAY)
    follow_up()
    assert steps() == [
        (Step.REMINDER, [], "Ida Moreno is on leave, so no reminder was sent."),
        (Step.DEPUTY, [KIM], ""),
    ]


def test_more_time_defers_it_until_then(any_app: Flask, clock: Clock) -> None:
    application_id = arrived(at_position()).id
    with writing():
        application = db.session.get_one(Application, application_id)
        given = operations.acknowledge(application, by=person(IDA))
        given.later_until = now() + 4 * DAY  # Friday
        db.session.commit()
    for _each in range(7):
        clock.shift(DAY)
        follow_up()
    assert steps() == []
    clock.shift(DAY)  # Tuesday: two working days after
    follow_up()
    assert steps() == [(Step.REMINDER, [IDA], "")]


def test_one_mail_reminds_of_all_and_each_has_its_row(any_app: Flask, clock: Clock) -> None:
    posting = at_position()
    posting_id = posting.id
    for number in range(3):
        arrived(db.session.get_one(Posting, posting_id), email=f"c{number}@example.org")
    clock.shift(2 * DAY)
    follow_up()
    assert mails()[3:] == [("reminder", IDA)]
    assert steps() == [(Step.REMINDER, [IDA], "")] * 3
    mail = db.session.scalars(
        select(OutgoingEmail).where(OutgoingEmail.message == "applications_reminder")
    ).one()
    assert mail.subject == "Not looked at yet: 3 applications"
    assert mail.text.count("/for/") == 3


def test_a_changed_calendar_and_changed_steps_count_anew(any_app: Flask, clock: Clock) -> None:
    arrived(at_position())
    admin = postings.person("ann@example.org", role=Role.ADMINISTRATOR)
    with writing():
        operations.close_day(dt.date(2026, 11, 25), "Inventory", by=admin)
        db.session.commit()
    clock.shift(2 * DAY)
    follow_up()
    assert steps() == []  # Wednesday is closed now
    with writing():
        waits = {Step.REMINDER: 1, Step.DEPUTY: None, Step.COORDINATORS: 5}
        operations.save_policy(waits, weekdays=[1, 2, 3, 4, 5], by=admin)
        db.session.commit()
    follow_up()
    assert [step for step, _, _ in steps()] == [Step.REMINDER]
    assert db.session.get(ClosedDay, dt.date(2026, 11, 25)) is not None


def test_what_one_cannot_be_worked_on_does_not_hold_up_the_others(
    app: Flask, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    posting_id = at_position().id
    for number in range(3):
        arrived(db.session.get_one(Posting, posting_id), email=f"c{number}@example.org")
    spoilt = db.session.scalars(select(Assignment).order_by(Assignment.id)).first()
    assert spoilt is not None
    # A step that was half written down: the same step again breaks the constraint.
    db.session.add(Escalation(assignment_id=spoilt.id, step=Step.DEPUTY, at=now()))
    db.session.add(Escalation(assignment_id=spoilt.id, step=Step.COORDINATORS, at=now()))
    db.session.commit()
    clock.shift(2 * DAY)
    follow_up()
    assert sorted(step.value for step, told, _ in steps() if told) == ["reminder", "reminder"]


def test_it_asks_as_much_for_thirty_as_for_one(
    app: Flask, clock: Clock, count_queries: QueryCounter
) -> None:
    """Reads do not grow with what is due; rows that are written do."""
    posting_id = at_position().id
    counts = []
    for wanted in (1, 30):
        for number in range(wanted):
            email = f"c{wanted}{number}@example.org"
            arrived(db.session.get_one(Posting, posting_id), email=email)
        clock.shift(2 * DAY)
        db.session.rollback()
        with count_queries() as statements:
            run_now("follow_up")
        counts.append(sum(each.startswith("SELECT") for each in statements))
        clock.shift(20 * DAY)
        for given in db.session.scalars(select(Assignment)):
            given.seen_at, given.next_step_at = now(), None
        db.session.commit()
    assert counts[1] <= counts[0] + 3


def test_two_workers_take_each_step_once(any_app: Flask) -> None:
    posting_id = at_position().id
    for number in range(12):
        arrived(db.session.get_one(Posting, posting_id), email=f"c{number}@example.org")
    for given in db.session.scalars(select(Assignment)):
        assert given.told_email is not None
        given.told_email.created_at = now() - 30 * DAY
        given.next_step_at = now() - DAY
    db.session.commit()
    db.session.remove()
    barrier, failures = threading.Barrier(3), []

    def work() -> None:
        with any_app.app_context():
            barrier.wait()
            try:
                for _each in range(3):
                    run_now("follow_up")
            except Exception as error:
                failures.append(error)
            finally:
                db.session.remove()

    workers = [threading.Thread(target=work) for _each in range(3)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()
    assert failures == []
    assert steps() == [(Step.REMINDER, [IDA], "")] * 12
    reminders = [each for each in mails() if each[0] == "reminder"]
    texts = db.session.scalars(
        select(OutgoingEmail.text).where(OutgoingEmail.message == "applications_reminder")
    )
    assert sum(text.count("/for/") for text in texts) == 12
    assert 1 <= len(reminders) <= 12


def test_what_is_due_is_found_by_an_index(app: Flask) -> None:
    at_position()
    statement = (
        "EXPLAIN QUERY PLAN SELECT id FROM assignment WHERE next_step_at <= '2026-01-01'"
        " AND told_email_id IS NOT NULL ORDER BY next_step_at, id LIMIT 50"
    )
    plan = " ".join(str(row) for row in db.session.execute(db.text(statement)))
    assert "ix_assignment_due" in plan
    assert queries.due_steps(now(), limit=50) == []
