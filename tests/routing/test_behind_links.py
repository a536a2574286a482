"""Behind a private link a contact acts as themself alone, and the link ends for good."""

import datetime as dt

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from tests.plugins.apps import Client
from tests.postings import factories as postings
from tests.routing.behind import IDA, end, of
from tests.routing.factories import arrived, mails, path_in
from tracker.applications.models import Application
from tracker.applications.rules import Stage
from tracker.core.db import db, now
from tracker.routing import rules
from tracker.routing.models import MoreTime
from tracker.routing.rules import MoreTimeError

# A Wednesday, in the afternoon of Alder Falls.
WEDNESDAY = dt.datetime(2027, 5, 12, 18, tzinfo=dt.UTC)


@pytest.mark.both_databases
@time_machine.travel(WEDNESDAY, tick=True)
def test_a_contact_asks_for_more_time_in_working_days(app: Flask, client: Client) -> None:
    postings.employer()
    application = arrived()
    page = path_in(mails("application_arrived")[0])
    form = client.page(f"{page}/more-time")
    assert "5 working days, until Wednesday 19 May 2027" in form.text
    assert "You can ask 3 times, until Friday 11 June 2027 at the latest." in form.text
    note = "I am at the conference until Tuesday."
    client.fill(form, {"until": "5", "note": note}, button="Ask for more time")
    now_ = of(IDA)
    until = dt.datetime(2027, 5, 20, 3, 59, tzinfo=dt.UTC)
    assert now_.later_until == until
    assert now_.next_step_at == until  # the clock looks again then
    assert (now_.seen_at is not None, now_.acknowledged_at) == (True, None)
    assert now_.application.stage is Stage.RECEIVED
    shown = client.get(page).text
    assert "You asked for more time, until Wednesday 19 May 2027, 11:59 pm" in shown
    assert note in shown
    postings.sign_in(client, postings.coordinator())
    staff = client.get(f"/staff/applications/{application.id}").text
    assert "asked for more time until 19 May 2027, 11:59 pm" in staff
    assert note in staff
    assert note not in "".join(mail.text for mail in mails("application_received"))


@time_machine.travel(WEDNESDAY, tick=True)
def test_a_day_of_ones_choice_is_asked_for_and_kept_where_it_cannot_be(
    app: Flask, client: Client
) -> None:
    arrived()
    url = path_in(mails("application_arrived")[0]) + "/more-time"
    for values, words in (
        ({}, "Choose until when."),
        ({"until": "day"}, "Choose a day."),
        ({"until": "day", "day": "soon"}, "Choose a day."),
        ({"until": "day", "day": "2027-05-11"}, "Choose a day that is still to come."),
        ({"until": "day", "day": "2027-07-01", "note": "Kept."}, "for 30 days in all"),
    ):
        answer = client.submit(url, values, button="Ask for more time")
        assert answer.status_code == 422
        assert words in answer.text
    assert "Kept." in answer.text
    assert of(IDA).later_until is None
    client.submit(url, {"until": "day", "day": "2027-06-11"}, button="Ask for more time")
    assert of(IDA).later_until is not None


def test_nobody_puts_a_candidate_off_for_ever() -> None:
    at, day = WEDNESDAY, dt.timedelta(days=1)
    rules.check_more_time(at + 30 * day, at=at, asked=[])
    # Counted from when they first asked, and never more than three times.
    rules.check_more_time(at + 10 * day, at=at, asked=[at - 20 * day])
    with pytest.raises(MoreTimeError, match="30 days in all"):
        rules.check_more_time(at + 12 * day, at=at, asked=[at - 20 * day])
    with pytest.raises(MoreTimeError, match="three times"):
        rules.check_more_time(at + day, at=at, asked=[at - day] * 3)


def test_a_fourth_time_is_refused_in_words(client: Client, page: str) -> None:
    for days in ("2", "5", "2"):
        client.submit(f"{page}/more-time", {"until": days}, button="Ask for more time")
    answer = client.submit(f"{page}/more-time", {"until": "5"}, button="Ask for more time")
    assert answer.status_code == 422
    assert "You have asked for more time three times" in answer.text
    assert db.session.scalar(select(func.count(MoreTime.id))) == 3


def test_what_has_ended_is_not_put_off(application: Application, client: Client, page: str) -> None:
    shown = client.page(f"{page}/more-time")
    end(application.id)
    answer = client.fill(shown, {"until": "2"}, button="Ask for more time")
    assert answer.status_code == 409
    assert of(IDA).later_until is None


def test_more_time_lies_ahead_in_the_database_too(any_app: Flask) -> None:
    arrived()
    db.session.add(MoreTime(assignment=of(IDA), until=now() - dt.timedelta(days=1)))
    with pytest.raises(IntegrityError, match="more_time_ahead"):
        db.session.flush()
    db.session.rollback()
