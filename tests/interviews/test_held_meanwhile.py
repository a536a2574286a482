"""What time does while a decline waits for a look: what took place stays, what is ahead goes."""

import datetime as dt

import pytest
import time_machine
from flask import Flask

from tests.applications import desk
from tests.applications.test_mine import mails
from tests.interviews.factories import next_week
from tests.interviews.proposing import DAY, proposal
from tests.interviews.test_held_decisions import Booked, offered
from tests.notifications.test_holding import DECLINE
from tracker.core.db import db, now
from tracker.interviews.models import Interview
from tracker.interviews.rules import InterviewState, ProposalState

__all__ = ["offered"]  # a fixture
QUARTER = dt.timedelta(minutes=15)


@pytest.fixture
def booked(any_app: Flask) -> Booked:
    return Booked(any_app)


def interview(interview_id: int) -> Interview:
    db.session.rollback()
    return db.session.get_one(Interview, interview_id, populate_existing=True)


@pytest.mark.parametrize("act", ["release", "drop"])
@pytest.mark.parametrize("since", [QUARTER, DAY])
def test_an_interview_that_has_begun_or_taken_place_stays_as_it_was(
    booked: Booked, act: str, since: dt.timedelta
) -> None:
    later_id = booked.book(days=3).id
    email_id = booked.decline()
    with time_machine.travel(next_week() + since, tick=True):
        page = booked.staff.page(f"/staff/messages/{email_id}").text
        assert "stays as it was: it has begun or taken place" in page
        answer = booked.staff.submit(f"/staff/messages/{email_id}", form=f"/{act}", follow=True)
        assert "1 interview is called off with it" in answer.text
        held = interview(booked.interview_id)
        assert (held.state, held.sequence, held.cancelled_at) == (InterviewState.SCHEDULED, 0, None)
        assert [seat.active for seat in held.panelists] == [True]
        assert interview(later_id).state is InterviewState.CANCELLED
        assert {each.about_id for each in mails("interview_cancelled")} == {later_id}
        shown = booked.staff.get(f"/staff/interviews/{booked.interview_id}").text
        assert "Cancelled" not in shown
        assert "is called off" not in shown


def test_a_decline_released_after_everything_calls_nothing_off(booked: Booked) -> None:
    email_id = booked.decline()
    with time_machine.travel(next_week() + DAY, tick=True):
        answer = booked.staff.submit(f"/staff/messages/{email_id}", form="/release", follow=True)
        assert "The mail goes as soon as it can." in answer.text
        assert "called off" not in answer.text
        assert booked.state() is InterviewState.SCHEDULED
        assert booked.called_off() == []


@pytest.mark.parametrize(
    ("passed", "becomes"),
    [(dt.timedelta(), ProposalState.ENDED), (10 * DAY, ProposalState.EXPIRED)],
    ids=["some are ahead", "all have passed"],
)
def test_offered_times_end_with_the_decline_and_lapse_where_they_have_passed(
    offered: tuple[int, int, str], any_app: Flask, passed: dt.timedelta, becomes: ProposalState
) -> None:
    _application_id, proposal_id, _token = offered
    email_id = mails(DECLINE)[0].id
    with time_machine.travel(now() + passed, tick=True):
        desk.coordinator(any_app).submit(f"/staff/messages/{email_id}", form="/release")
        assert proposal(proposal_id).state is becomes
    assert mails("times_unanswered") == []
