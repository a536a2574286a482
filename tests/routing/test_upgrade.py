"""A database with assignments in it moves to the clock: nothing is lost, what waits is watched."""

import datetime as dt

import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import text

from tests.postings import factories as postings
from tests.routing.factories import arrived
from tests.routing.following import mails, steps
from tracker.core.db import db, now, writing
from tracker.core.jobs import run_now
from tracker.postings.models import Posting
from tracker.routing import operations
from tracker.routing.models import Assignment
from tracker.routing.rules import Step, Why

COLUMNS = "id, application_id, person_id, why, told_email_id, seen_at, ended_at"


def rows() -> list[tuple[object, ...]]:
    found = db.session.execute(text(f"SELECT {COLUMNS} FROM assignment ORDER BY id"))  # noqa: S608  no input
    return [tuple(row) for row in found]


@pytest.mark.both_databases
def test_assignments_survive_the_way_there_and_back(app: Flask) -> None:
    posting_id = postings.open_posting().id
    for number in range(3):
        arrived(db.session.get_one(Posting, posting_id), email=f"c{number}@example.org")
    noa = postings.person("noa.berg@example.org").id
    by = postings.coordinator().id
    with writing():
        given = db.session.query(Assignment).order_by(Assignment.id).first()
        assert given is not None
        operations.record_seen(given.application, given.person)
        person = db.session.get_one(type(given.person), noa)
        actor = db.session.get_one(type(given.person), by)
        operations.hand_over(given.application, person, reason="Leave.", by=actor)
        db.session.commit()
    before = rows()
    db.session.remove()
    downgrade(revision="0001")
    assert rows() == before
    db.session.remove()
    upgrade()
    assert rows() == before
    found = db.session.query(Assignment).order_by(Assignment.id).all()
    watched = [each.next_step_at == each.created_at for each in found]
    # Seen and handed over, then two that nobody has looked at, and the one by hand.
    assert watched == [False, True, True, True]
    assert [each.why for each in found] == [*[Why.CONTACT] * 3, Why.BY_HAND]
    run_now("follow_up")
    db.session.rollback()
    assert steps() == []  # told a moment ago: the clock only takes its time down
    told_long_ago = now() - dt.timedelta(days=20)
    for each in db.session.query(Assignment):
        assert each.told_email is not None
        each.told_email.created_at = told_long_ago
        each.next_step_at = each.next_step_at and told_long_ago
    db.session.commit()
    count = len(mails())
    run_now("follow_up")
    db.session.rollback()
    assert {step for step, _, _ in steps()} == {Step.REMINDER}
    assert len(mails()) - count == 2  # one for each of the two people, not for each application
