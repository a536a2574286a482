"""A daily digest: theirs at once, told in one mail, and nothing is ever left out."""

import datetime as dt
import threading

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from tests.postings import factories as postings
from tests.routing.factories import arrived
from tests.routing.following import CORA, IDA, at_position, follow_up, mails, person, steps
from tracker.accounts.models import Person
from tracker.applications import operations as applications
from tracker.applications.models import Application, Reader
from tracker.core.db import db, lock, now, writing
from tracker.core.jobs import run_now
from tracker.notifications.models import OutgoingEmail
from tracker.organization.models import ClosedDay
from tracker.postings.models import Posting
from tracker.routing import operations
from tracker.routing.models import Assignment, Digest, MailChoice
from tracker.routing.rules import Step, Why
from tracker.upkeep import verification

Clock = time_machine.Traveller
DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)


def choose(hour: int | None, email: str = IDA) -> None:
    key = postings.person(email).id
    with writing():
        operations.choose(lock(Person, key), hour=hour, by=None)
        db.session.commit()


def come(posting_id: int, *names: str) -> None:
    for name in names:
        posting = db.session.get_one(Posting, posting_id)
        arrived(posting, name=name, email=f"{name.lower()}@example.org")


def digests() -> list[str]:
    rows = db.session.scalars(
        select(OutgoingEmail).filter_by(message="applications_digest").order_by("id")
    )
    return [each.text for each in rows]


def untold() -> int:
    rows = db.session.scalars(select(Assignment))
    return sum(each.told_email_id is None and each.ended_at is None for each in rows)


def test_it_is_theirs_at_once_and_told_at_the_hour(any_app: Flask, clock: Clock) -> None:
    """Chosen: 4:00 pm. It is 10:00 am."""
    posting_id = at_position().id
    choose(16)
    come(posting_id, "Ann", "Bo")
    assert mails() == []
    (first, _second) = db.session.scalars(select(Assignment).order_by(Assignment.id))
    assert (first.why, first.in_digest, first.told_email_id) == (Why.CONTACT, True, None)
    assert db.session.scalars(select(Reader.person_id)).all() == [person(IDA).id] * 2
    clock.shift(5 * HOUR)
    follow_up()
    assert digests() == []
    clock.shift(HOUR)
    follow_up()
    (text,) = digests()
    assert [name in text for name in ("Ann", "Bo")] == [True, True]
    links = ["/for/" + each.split()[0] for each in text.split("/for/")[1:]]
    client = any_app.test_client()
    assert [client.get(each).status_code for each in links] == [200, 200]
    (digest,) = db.session.scalars(select(Digest))
    told = db.session.scalars(select(Assignment)).all()
    assert [each.digest_id for each in told] == [digest.id] * 2
    assert [each.told_email_id for each in told] == [digest.email_id] * 2
    follow_up()
    assert len(digests()) == 1


def test_the_clock_begins_with_the_telling(any_app: Flask, clock: Clock) -> None:
    posting_id = at_position().id
    choose(9)  # tomorrow: it is 10:00 am
    come(posting_id, "Ann")
    for _each in range(2):
        clock.shift(DAY)
        follow_up()
    assert steps() == []  # told on Tuesday; Wednesday is one working day later
    clock.shift(DAY)
    follow_up()
    assert [step for step, _, _ in steps()] == [Step.REMINDER]
    assert mails()[-1] == ("reminder", IDA)  # reminders come at once


def test_no_digest_on_a_day_that_is_not_worked(any_app: Flask, clock: Clock) -> None:
    posting_id = at_position().id
    choose(9)
    clock.shift(4 * DAY + 2 * HOUR)  # Friday noon
    come(posting_id, "Ann")
    db.session.add(ClosedDay(on=dt.date(2026, 11, 30), name="Inventory"))  # closed since
    db.session.commit()
    for day in (28, 29, 30):
        clock.move_to(dt.datetime(2026, 11, day, 20, 0, tzinfo=dt.UTC))
        follow_up()
    assert digests() == []
    clock.move_to(dt.datetime(2026, 12, 1, 14, 1, tzinfo=dt.UTC))
    follow_up()
    assert len(digests()) == 1


def test_an_hour_that_does_not_exist_that_day_runs_once(any_app: Flask, clock: Clock) -> None:
    clock.move_to(dt.datetime(2027, 3, 12, 15, 0, tzinfo=dt.UTC))
    posting_id = at_position().id
    with writing():
        admin = postings.person(CORA)
        waits: dict[Step, int | None] = dict.fromkeys(Step, 5)
        operations.save_policy(waits, weekdays=range(1, 8), by=admin)
        db.session.commit()
    choose(2)  # on the 14th the clock goes from 1:59 to 3:00
    clock.move_to(dt.datetime(2027, 3, 13, 15, 0, tzinfo=dt.UTC))
    come(posting_id, "Ann")
    clock.move_to(dt.datetime(2027, 3, 14, 6, 59, tzinfo=dt.UTC))
    follow_up()
    assert digests() == []
    clock.move_to(dt.datetime(2027, 3, 14, 7, 0, tzinfo=dt.UTC))
    for _each in range(3):
        follow_up()
        clock.shift(HOUR)
    assert len(digests()) == 1


def test_what_was_withdrawn_since_is_listed_and_says_so(app: Flask, clock: Clock) -> None:
    posting_id = at_position().id
    choose(16)
    come(posting_id, "Ann", "Bo")
    with writing():
        gone = db.session.scalars(select(Application).filter_by(name="Ann")).one()
        applications.withdraw(gone, "")
        db.session.commit()
    clock.shift(6 * HOUR)
    follow_up()
    (text,) = digests()
    assert text.count("withdrawn since by the candidate") == 1
    assert "Bo" in text


def test_what_was_handed_over_before_is_not_told_to_who_has_it_no_longer(
    app: Flask, clock: Clock
) -> None:
    posting_id = at_position().id
    choose(16)
    come(posting_id, "Ann", "Bo")
    with writing():
        row = db.session.scalars(select(Application).filter_by(name="Ann")).one()
        operations.hand_over(row, person(CORA), reason="Knows her.", by=person(CORA))
        db.session.commit()
    clock.shift(6 * HOUR)
    follow_up()
    (text,) = digests()
    assert "Ann" not in text
    assert untold() == 0


def test_back_to_at_once_tells_what_waits(any_app: Flask, clock: Clock) -> None:
    posting_id = at_position().id
    choose(9)
    come(posting_id, "Ann")
    choose(None)
    follow_up()
    assert len(digests()) == 1
    come(posting_id, "Bo")
    assert mails()[-1] == ("arrived", IDA)


def test_another_hour_moves_what_waits(app: Flask, clock: Clock) -> None:
    posting_id = at_position().id
    choose(9)
    come(posting_id, "Ann")
    choose(12)
    clock.shift(2 * HOUR)
    follow_up()
    assert len(digests()) == 1


def test_a_server_that_was_off_sends_one_digest_of_everything(any_app: Flask, clock: Clock) -> None:
    posting_id = at_position().id
    choose(9)
    come(posting_id, "Ann")
    clock.shift(DAY)
    come(posting_id, "Bo")
    clock.shift(8 * DAY)
    follow_up()
    (text,) = digests()
    assert ("Ann" in text, "Bo" in text, untold()) == (True, True, 0)
    assert steps() == []  # nobody was told before, so nobody is reminded yet


def test_who_left_is_told_nothing_and_another_has_it(any_app: Flask, clock: Clock) -> None:
    posting_id = at_position().id
    choose(9)
    come(posting_id, "Ann")
    with writing():
        operations.disable(person(IDA), by=person(CORA))
        db.session.commit()
    clock.shift(DAY)
    follow_up()
    assert digests() == []
    assert untold() == 0
    assert mails() == [("taken_over", "kim.odell@example.org")]


def test_the_database_keeps_the_untold_to_the_digest(any_app: Flask, clock: Clock) -> None:
    application = arrived(at_position())
    (given,) = db.session.scalars(select(Assignment))
    given.told_email_id = None
    with pytest.raises(IntegrityError, match="untold_waits_for_digest"):
        db.session.commit()
    db.session.rollback()
    assert application is not None


def test_verify_finds_what_no_digest_will_tell(app: Flask, clock: Clock) -> None:
    posting_id = at_position().id
    choose(9)
    come(posting_id, "Ann")
    names = {"assignment without its mail"}
    assert names & {each.kind for each in verification.verify().broken} == set()
    (given,) = db.session.scalars(select(Assignment))
    given.next_step_at = None
    db.session.commit()
    assert names & {each.kind for each in verification.verify().broken} == names


def test_two_workers_tell_everything_once(any_app: Flask) -> None:
    posting_id = at_position().id
    choose(9)
    come(posting_id, *(f"Person{number}" for number in range(8)))
    for given in db.session.scalars(select(Assignment)):
        given.next_step_at = now() - DAY
    # A day that is worked, whichever it is when the test runs.
    db.session.get_one(MailChoice, person(IDA).id).hour = None
    db.session.commit()
    db.session.remove()
    barrier = threading.Barrier(3)

    def work() -> None:
        with any_app.app_context():
            barrier.wait()
            run_now("follow_up")
            db.session.remove()

    workers = [threading.Thread(target=work) for _each in range(3)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()
    assert sum(text.count("/for/") for text in digests()) == 8
    assert len(digests()) == 1
    assert untold() == 0
