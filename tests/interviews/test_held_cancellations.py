"""Cancellations are held for a look too: one press lets a decline go and what it calls off."""

import datetime as dt

import pytest
from flask import Flask

from tests.applications.test_mine import mails
from tests.interviews.factories import next_week, plan
from tests.interviews.test_held_decisions import CANDIDATE, EVERYBODY, OFF, Booked
from tests.notifications.test_holding import DECLINE, deliver, hold, story
from tests.plugins.mail import MailServer
from tests.postings import factories as postings
from tracker.accounts.models import Person
from tracker.core.db import db, writing
from tracker.interviews import operations
from tracker.interviews.models import Interview
from tracker.interviews.rules import InterviewState
from tracker.notifications.rules import MailState

TOGETHER = "Release it and the cancellations"
ALONE = "Release it, hold the cancellations"
HELD_TOO = "Mail that calls off an interview is held for a look too"


@pytest.fixture
def booked(any_app: Flask) -> Booked:
    """An interview with a held decline, in a house where cancellations are held as well."""
    made = Booked(any_app)
    for each in OFF:
        hold(each)
    return made


def states() -> set[MailState]:
    """How the cancellations stand; nobody lacks theirs."""
    found = [each for name in OFF for each in mails(name)]
    assert sorted(each.recipient_address for each in found) == sorted(EVERYBODY)
    return {each.state for each in found}


def test_one_press_releases_the_decline_and_what_it_calls_off(
    booked: Booked, any_app: Flask, smtp_server: MailServer
) -> None:
    email_id = booked.decline()
    page = booked.staff.page(f"/staff/messages/{email_id}")
    assert HELD_TOO in page.text
    answer = booked.staff.fill(page, form="/release", button=TOGETHER, follow=True)
    assert "1 interview is called off with it, and everybody invited is told." in answer.text
    assert booked.state() is InterviewState.CANCELLED
    assert states() == {MailState.WAITING}
    by = postings.coordinator().name
    assert story(mails(OFF[0])[0].id) == [("held", ""), ("released", by)]
    deliver(any_app, smtp_server)
    assert methods(smtp_server, EVERYBODY[1]) == ["REQUEST", "CANCEL"]
    assert methods(smtp_server, CANDIDATE) == ["REQUEST", "CANCEL"]
    told = [str(each.message["Subject"]) for each in smtp_server.to(CANDIDATE)]
    assert told[-2:] == [mails(DECLINE)[0].subject, mails(OFF[0])[0].subject]


def methods(server: MailServer, address: str) -> list[str]:
    """The calendar mails that came to somebody, in the order in which they came."""
    return [
        str(part.get_param("method"))
        for each in server.to(address)
        for part in each.message.walk()
        if part.get_content_type() == "text/calendar"
    ]


def test_the_cancellations_can_be_looked_at_first(booked: Booked) -> None:
    email_id = booked.decline()
    page = booked.staff.page(f"/staff/messages/{email_id}")
    answer = booked.staff.fill(page, form="/release", button=ALONE, follow=True)
    assert "1 interview is called off with it. The cancellations are held for a look" in answer.text
    assert booked.state() is InterviewState.CANCELLED
    assert mails(DECLINE)[0].state is MailState.WAITING
    assert states() == {MailState.HELD}


def test_several_that_are_released_let_their_cancellations_go(booked: Booked) -> None:
    email_id = booked.decline()
    tray = "/staff/messages?state=held"
    page = booked.staff.page(tray)
    assert "Releasing one that calls off an interview releases the cancellations" in page.text
    data = {"csrf_token": page.token(), "mail": [email_id], "action": "release"}
    booked.staff.post("/staff/messages/held", data=data)
    assert states() == {MailState.WAITING}


def test_a_decline_that_is_dropped_leaves_its_cancellations_held(booked: Booked) -> None:
    """Nobody has looked at what then is the first that the candidate hears."""
    email_id = booked.decline()
    answer = booked.staff.submit(f"/staff/messages/{email_id}", form="/drop", follow=True)
    assert "1 interview is called off with it. The cancellations are held for a look" in answer.text
    assert states() == {MailState.HELD}


def test_no_cancellation_overtakes_an_invitation_that_is_held(
    booked: Booked, any_app: Flask, smtp_server: MailServer
) -> None:
    hold("interview_changed")
    move(booked)
    changed = mails("interview_changed")[0]
    assert changed.state is MailState.HELD
    email_id = booked.decline()
    page = booked.staff.page(f"/staff/messages/{email_id}")
    booked.staff.fill(page, form="/release", button=TOGETHER)
    deliver(any_app, smtp_server)
    assert methods(smtp_server, CANDIDATE) == ["REQUEST"]
    assert mails(OFF[0])[0].state is MailState.WAITING
    booked.staff.submit(f"/staff/messages/{changed.id}", form="/release")
    deliver(any_app, smtp_server)
    assert methods(smtp_server, CANDIDATE) == ["REQUEST", "REQUEST", "CANCEL"]


def move(booked: Booked) -> None:
    """Put the interview off by a day."""
    by_id = postings.coordinator().id
    with writing():
        known = db.session.get_one(Interview, booked.interview_id)
        panel = [db.session.get_one(Person, booked.panelist_id)]
        by = db.session.get_one(Person, by_id)
        later = plan(panel, starts_at=next_week() + dt.timedelta(days=1))
        assert operations.change(known, later, version=known.version, by=by)
        db.session.commit()


def test_where_cancellations_go_at_once_nothing_is_asked(any_app: Flask) -> None:
    booked = Booked(any_app)
    email_id = booked.decline()
    text = booked.staff.get(f"/staff/messages/{email_id}").text
    assert HELD_TOO not in text
    assert ALONE not in text
    assert "releases the cancellations" not in booked.staff.get("/staff/messages?state=held").text
