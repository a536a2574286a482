"""What is decided is read under the lock that protects it."""

import datetime as dt
import threading

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.dialects import sqlite

from tests.postings import factories as postings
from tracker.accounts.models import Person
from tracker.core.db import UTCDateTime, db, lock, now, writing
from tracker.core.errors import NotFoundError

WRITERS, TURNS = 4, 40


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
