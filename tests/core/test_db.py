"""What is decided is read under the lock that protects it."""

import datetime as dt
import threading

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import OperationalError

from tests.postings import factories as postings
from tracker.accounts.models import Person
from tracker.core.db import UTCDateTime, db, is_deadlock, lock, now, writing
from tracker.core.errors import NotFoundError
from tracker.postings.models import Posting, PostingChange
from tracker.postings.rules import PostingState

WRITERS, TURNS = 4, 40
DRAFT, OPEN = PostingState.DRAFT, PostingState.OPEN


@pytest.mark.both_databases
def test_no_update_is_lost_between_writers(app: Flask) -> None:
    person_id = postings.person().id
    db.session.remove()

    def count() -> None:
        with app.app_context():
            for _ in range(TURNS):
                with writing():
                    person = lock(Person, person_id)
                    person.session_epoch += 1
                    db.session.commit()
            db.session.remove()

    threads = [threading.Thread(target=count) for _ in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert db.session.get_one(Person, person_id).session_epoch == 1 + WRITERS * TURNS


@pytest.mark.both_databases
def test_what_is_left_uncommitted_is_rolled_back(app: Flask) -> None:
    person_id = postings.person().id
    with writing():
        db.session.get_one(Person, person_id).name = "Somebody Else"
        db.session.flush()
    assert db.session.get_one(Person, person_id).name == "Ida Moreno"


def test_a_writer_waits_for_the_writer_before_it(app: Flask) -> None:
    order: list[str] = []
    holding = threading.Event()

    def second() -> None:
        with app.app_context():
            holding.wait()
            with writing():
                order.append("second")
            db.session.remove()

    thread = threading.Thread(target=second)
    thread.start()
    with writing():
        holding.set()
        thread.join(0.2)
        order.append("first")
    thread.join()
    assert order == ["first", "second"]


def test_a_reader_is_not_stopped_by_a_writer(app: Flask) -> None:
    postings.person()
    read: list[int] = []

    def look() -> None:
        with app.app_context():
            read.append(len(db.session.query(Person).all()))
            db.session.remove()

    with writing():
        db.session.add(Person(email="new@example.org", name="New"))
        db.session.flush()
        thread = threading.Thread(target=look)
        thread.start()
        thread.join(5)
    assert read == [1]


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_who_gives_way_to_another_writer_is_told_so(app: Flask) -> None:
    people = [postings.person(f"{name}@example.org").id for name in ("ada", "bo")]
    db.session.remove()
    both_hold_one = threading.Barrier(2)
    gave_way: list[bool] = []

    def take(first: int, second: int) -> None:
        with app.app_context(), writing():
            lock(Person, first)
            both_hold_one.wait(30)
            try:
                lock(Person, second)
            except OperationalError as error:
                gave_way.append(is_deadlock(error))
            db.session.remove()

    other = threading.Thread(target=take, args=people)
    other.start()
    take(*reversed(people))
    other.join()
    assert gave_way == [True]


@pytest.mark.both_databases
def test_two_who_name_a_row_and_then_lock_it_do_not_wait_for_each_other(app: Flask) -> None:
    posting_id = postings.draft_posting().id
    db.session.remove()
    both_have_named_it = threading.Barrier(2)
    is_sqlite = db.engine.dialect.name == "sqlite"
    changed: list[int] = []

    def change() -> None:
        with app.app_context(), writing():
            change = PostingChange(posting_id=posting_id, old=DRAFT, new=OPEN)
            db.session.add(change)
            db.session.flush()
            if not is_sqlite:  # there the second one waits from the start
                both_have_named_it.wait(30)
            lock(Posting, posting_id).title += "!"
            db.session.commit()
            changed.append(change.id)
            db.session.remove()

    other = threading.Thread(target=change)
    other.start()
    change()
    other.join()
    assert len(set(changed)) == 2
    assert db.session.get_one(Posting, posting_id).title.endswith("!!")


def test_no_other_trouble_is_taken_for_a_deadlock(app: Flask) -> None:
    with pytest.raises(OperationalError) as caught:
        db.session.execute(text("SELECT 1 FROM nothing"))
    assert not is_deadlock(caught.value)


def test_a_missing_row_is_not_found(app: Flask) -> None:
    with writing(), pytest.raises(NotFoundError):
        lock(Person, 404)


@pytest.mark.both_databases
def test_times_come_back_aware_and_in_utc(app: Flask) -> None:
    moment = dt.datetime(2027, 5, 14, 15, 0, tzinfo=dt.timezone(dt.timedelta(hours=-4)))
    person_id = postings.person(created_at=moment).id
    db.session.expire_all()
    stored = db.session.get_one(Person, person_id).created_at
    assert stored == moment
    assert stored.tzinfo is dt.UTC


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        UTCDateTime().process_bind_param(now().replace(tzinfo=None), sqlite.dialect())


def test_sqlite_keeps_what_it_acknowledged(app: Flask) -> None:
    pragmas = {
        name: db.session.execute(text(f"PRAGMA {name}")).scalar()
        for name in ("journal_mode", "synchronous", "foreign_keys")
    }
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
