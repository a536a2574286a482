"""The clock of routing: reminder, deputy, coordinators; each once, each told by mail."""

import datetime as dt
import threading
from itertools import pairwise

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from tests.plugins.clocks import QueryCounter
from tests.postings import factories as postings
from tests.routing.factories import arrived
from tracker.accounts.models import Person
from tracker.applications import operations as applications
from tracker.applications.models import Application
from tracker.applications.rules import Outcome, Reason, Stage
from tracker.core.access import Role
from tracker.core.db import db, now, writing
from tracker.core.jobs import run_now
from tracker.notifications.models import OutgoingEmail
from tracker.notifications.rules import MailState
from tracker.organization.models import ClosedDay, Leave, Position
from tracker.postings.models import Posting, PostingMember
from tracker.postings.rules import MemberRole
from tracker.routing import operations, queries
from tracker.routing.models import Assignment, Escalation
from tracker.routing.rules import Step, Why

Clock = time_machine.Traveller
DAY = dt.timedelta(days=1)
IDA, KIM, CORA = "ida.moreno@example.org", "kim.odell@example.org", "cora.field@example.org"


def at_position(**values: int | None) -> Posting:
    """An open posting whose contact is a position: Ida holds it, Kim is her deputy."""
    postings.coordinator()
    position = Position(
        title="Head of Youth",
        holder_id=postings.person(IDA).id,
        deputy_id=postings.person(KIM).id,
    )
    for name, value in values.items():
        setattr(position, name, value)
    db.session.add(position)
    db.session.commit()
    return postings.open_posting(contact_position_id=position.id)


def follow_up() -> None:
    db.session.rollback()
    run_now("follow_up")
    db.session.rollback()


def mails(since: int = 0) -> list[tuple[str, str]]:
    """What contacts were mailed: which message, and to whom; receipts are the candidates'."""
    rows = db.session.scalars(
        select(OutgoingEmail).where(OutgoingEmail.id > since).order_by(OutgoingEmail.id)
    )
    return [
        (each.message.removeprefix("application_").removeprefix("applications_"),
         each.recipient_address)
        for each in rows
        if each.message != "application_received"
    ]  # fmt: skip


def steps() -> list[tuple[Step, list[str], str]]:
    rows = db.session.scalars(select(Escalation).order_by(Escalation.id))
    return [(each.step, [told.person.email for told in each.notices], each.note) for each in rows]


def person(email: str) -> Person:
    return db.session.scalars(select(Person).where(Person.email == email)).one()


def lose_mail(message: str, state: MailState = MailState.FAILED) -> None:
    for each in db.session.scalars(select(OutgoingEmail).where(OutgoingEmail.message == message)):
        each.state, each.next_attempt_at, each.last_answer = state, None, "550 no such user"
    db.session.commit()


def test_reminder_then_deputy_then_coordinators_and_then_no_more(
    any_app: Flask, clock: Clock
) -> None:
    arrived(at_position())
    seen = [mails()]
    for _each in range(14):
        clock.shift(DAY)
        follow_up()
        seen.append(mails())
    news = [after[len(before) :] for before, after in pairwise(seen)]
    assert [each for each in news if each] == [
        [("reminder", IDA)],
        [("escalated", KIM)],
        [("escalated", CORA)],
    ]
    # From Monday: Wednesday, Friday, and over the weekend Tuesday.
    assert [place + 1 for place, each in enumerate(news) if each] == [2, 4, 8]
    assert steps() == [
        (Step.REMINDER, [IDA], ""),
        (Step.DEPUTY, [KIM], ""),
        (Step.COORDINATORS, [CORA], ""),
    ]
    given = db.session.scalars(select(Assignment).order_by(Assignment.id)).all()
    assert [(each.person.email, each.why, each.reason) for each in given] == [
        (IDA, Why.CONTACT, ""),
        (KIM, Why.ESCALATED, "not seen by Ida Moreno"),
        (CORA, Why.ESCALATED, "not seen by Ida Moreno"),
    ]
    assert [each.next_step_at for each in given] == [None, None, None]


def test_the_links_in_reminders_and_escalations_open_the_application(
    app: Flask, clock: Clock
) -> None:
    application = arrived(at_position())
    for _each in range(4):
        clock.shift(DAY)
        follow_up()
    for message in ("applications_reminder", "applications_escalated"):
        mail = db.session.scalars(select(OutgoingEmail).filter_by(message=message)).one()
        assert (mail.about_kind, mail.about_id) == ("application", application.id)
        page = app.test_client().get("/for/" + mail.text.split("/for/")[1].split()[0])
        assert page.status_code == 200
        assert "Acknowledge" in page.text


def test_after_a_week_off_each_step_comes_once_and_not_in_one_minute(
    any_app: Flask, clock: Clock
) -> None:
    arrived(at_position())
    clock.shift(14 * DAY)
    for _each in range(5):
        clock.shift(dt.timedelta(minutes=1))
        follow_up()
    assert [step for step, _, _ in steps()] == [Step.REMINDER]
    clock.shift(2 * DAY)
    follow_up()
    follow_up()
    assert [step for step, _, _ in steps()] == [Step.REMINDER, Step.DEPUTY]


def test_a_fetched_link_is_no_look_and_a_look_is_one(any_app: Flask, clock: Clock) -> None:
    arrived(at_position())
    mail = db.session.scalars(select(OutgoingEmail).filter_by(message="application_arrived")).one()
    path = "/for/" + mail.text.split("/for/")[1].split()[0]
    any_app.test_client().get(path)
    clock.shift(2 * DAY)
    follow_up()
    assert [step for step, _, _ in steps()] == [Step.REMINDER]
    with writing():
        application = db.session.scalars(select(Application)).one()
        operations.record_seen(application, person(IDA))
        db.session.commit()
    clock.shift(10 * DAY)
    follow_up()
    assert [step for step, _, _ in steps()] == [Step.REMINDER]


@pytest.mark.parametrize("end", ["withdrawn", "answered by somebody else", "handed over"])
def test_nobody_is_reminded_of_what_is_answered(app: Flask, clock: Clock, end: str) -> None:
    application_id = arrived(at_position()).id
    with writing():
        application = db.session.get_one(Application, application_id)
        if end == "withdrawn":
            applications.withdraw(application, "")
        elif end == "handed over":
            operations.hand_over(application, person(KIM), reason="Leave.", by=person(CORA))
        else:
            applications.move(
                application,
                outcome=Outcome.NOT_SELECTED,
                reason=Reason.BETTER_QUALIFIED,
                by=person(CORA),
                mail=False,
            )
        db.session.commit()
    clock.shift(3 * DAY)
    before = len(mails())
    follow_up()
    # Whoever has it now by hand has a clock of their own.
    expected = [("reminder", KIM)] if end == "handed over" else []
    assert mails()[before:] == expected


def test_a_move_by_a_colleague_is_an_answer_too(app: Flask, clock: Clock) -> None:
    application_id = arrived(at_position()).id
    clock.shift(dt.timedelta(hours=1))
    with writing():
        application = db.session.get_one(Application, application_id)
        applications.move(application, to_stage=Stage.SHORTLISTED, by=person(CORA), mail=False)
        db.session.commit()
    clock.shift(9 * DAY)
    follow_up()
    assert steps() == []


def test_copied_colleagues_are_never_escalated(any_app: Flask, clock: Clock) -> None:
    posting = at_position()
    copied = postings.person("copied@example.org")
    db.session.add(
        PostingMember(posting_id=posting.id, person_id=copied.id, role=MemberRole.COPIED)
    )
    db.session.commit()
    arrived(posting)
    for _each in range(10):
        clock.shift(DAY)
        follow_up()
    assert ("reminder", "copied@example.org") not in mails()
    assert len(steps()) == 3


def test_a_deputy_who_has_it_already_is_not_told_again(any_app: Flask, clock: Clock) -> None:
    """The deputy holds the position next in line too, and was told once."""
    posting = at_position()
    follower = Position(title="Director", holder_id=person(KIM).id)
    db.session.add(follower)
    db.session.flush()
    position = db.session.scalars(select(Position).filter_by(title="Head of Youth")).one()
    position.next_id = follower.id
    db.session.commit()
    arrived(posting)
    for _each in range(10):
        clock.shift(DAY)
        follow_up()
    assert mails().count(("escalated", KIM)) == 1


def test_without_a_deputy_the_coordinators_hear_at_once_and_it_says_why(
    any_app: Flask, clock: Clock
) -> None:
    arrived(at_position(deputy_id=None))
    for _each in range(4):
        clock.shift(DAY)
        follow_up()
    assert steps() == [
        (Step.REMINDER, [IDA], ""),
        (Step.DEPUTY, [], "There is no deputy who could be told."),
        (Step.COORDINATORS, [CORA], ""),
    ]


def test_without_coordinators_the_administrators_hear(any_app: Flask, clock: Clock) -> None:
    posting = at_position()
    person(CORA).disabled_at = now()
    postings.person("ann@example.org", role=Role.ADMINISTRATOR)
    db.session.commit()
    arrived(posting)
    for _each in range(8):
        clock.shift(DAY)
        follow_up()
    assert mails()[-1] == ("escalated", "ann@example.org")


def test_a_coordinator_on_leave_is_told_only_where_nobody_else_is_there(
    any_app: Flask, clock: Clock
) -> None:
    posting = at_position(deputy_id=None)
    other = postings.coordinator("rae.lind@example.org")
    first = dt.date(2026, 11, 23)
    db.session.add(Leave(person_id=person(CORA).id, from_on=first, until_on=first + 30 * DAY))
    db.session.commit()
    arrived(posting)
    for _each in range(4):
        clock.shift(DAY)
        follow_up()
    assert other.email == "rae.lind@example.org"
    assert steps()[-1] == (Step.COORDINATORS, ["rae.lind@example.org"], "")


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
