"""A worker that dies between a step and its commit leaves nothing half done, and nothing out."""

import datetime as dt

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from tests.routing.factories import arrived
from tests.routing.following import IDA, at_position, follow_up, mails, person, steps
from tests.routing.test_digest import choose, come, digests, untold
from tracker.core.db import db, now, writing
from tracker.intake.untaken import untaken_of
from tracker.routing import operations, queries
from tracker.routing.models import Assignment, ContactLink, Digest
from tracker.routing.rules import Step

Clock = time_machine.Traveller


def test_a_step_is_taken_whole_or_not_at_all(any_app: Flask, clock: Clock) -> None:
    arrived(at_position())
    clock.shift(dt.timedelta(days=2))
    before = (mails(), db.session.query(ContactLink).count())
    ids = queries.due_steps(now(), limit=50)

    def die() -> None:
        with writing():
            assert operations.take_steps(ids, at=now()) == 1
            raise KeyboardInterrupt

    for _each in range(3):
        with pytest.raises(KeyboardInterrupt):
            die()
    assert (mails(), db.session.query(ContactLink).count()) == before
    assert steps() == []
    follow_up()
    assert steps() == [(Step.REMINDER, [IDA], "")]
    assert mails() == [*before[0], ("reminder", IDA)]


def test_a_digest_is_told_whole_or_not_at_all(any_app: Flask, clock: Clock) -> None:
    posting_id = at_position().id
    choose(16)
    come(posting_id, "Ann", "Bo")
    clock.shift(dt.timedelta(hours=6))
    ida_id = person(IDA).id

    def die() -> None:
        with writing():
            assert operations.send_digest(ida_id, at=now(), untaken=untaken_of) is not None
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        die()
    assert (digests(), untold()) == ([], 2)
    assert db.session.scalars(select(Digest)).all() == []
    follow_up()
    assert (len(digests()), untold()) == (1, 0)
    digest = db.session.scalars(select(Digest)).one()
    told = db.session.scalars(select(Assignment)).all()
    assert [each.digest_id for each in told] == [digest.id] * 2
