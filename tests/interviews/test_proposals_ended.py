"""Times on offer end: taken back, lapsed, or with the application; and staff see it."""

import datetime as dt
import re

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from tests.interviews.choosing import first_time, second_time
from tests.interviews.proposing import (
    CONTACT,
    DAY,
    chosen,
    page_of_candidate,
    page_of_contact,
    proposal,
    proposed,
)
from tests.plugins.apps import Client
from tests.plugins.clocks import QueryCounter
from tests.postings import factories as postings
from tests.routing.factories import arrived, mails
from tracker.accounts.models import Person
from tracker.applications import operations as applications
from tracker.applications.models import Application
from tracker.applications.rules import Outcome, Reason
from tracker.core.access import Role
from tracker.core.db import db, lock, now, writing
from tracker.core.errors import GoneError
from tracker.core.jobs import run_now
from tracker.interviews import operations, slots
from tracker.interviews.models import Interview
from tracker.interviews.operations import TakenError
from tracker.interviews.rules import ProposalState
from tracker.interviews.slots import TimesError
from tracker.routing import operations as routing
from tracker.routing.models import LinkAct
from tracker.routing.rules import LinkDeed

HOUSE = re.compile(r"FROM (?:employer|letterhead)\b")


@pytest.fixture
def application(app: Flask) -> Application:
    """Sam Rivera's, with Ida Moreno as contact."""
    return arrived()


# What ends


def test_a_contact_takes_times_back_and_the_candidate_is_told(
    application: Application, client: Client
) -> None:
    proposal_id = proposed(application.id)
    shown = client.submit(page_of_contact(), form="withdraw", button="Take them back", follow=True)
    assert "Taken back" in shown.text
    assert proposal(proposal_id).state is ProposalState.WITHDRAWN
    assert mails("times_withdrawn")[0].recipient_address == "sam@example.org"
    page = client.get(page_of_candidate()).text
    assert "These times no longer stand" in page
    assert "Choose this time" not in page


@pytest.mark.both_databases
def test_times_lapse_by_the_clock_and_the_contact_is_told(app: Flask) -> None:
    proposal_id = proposed(arrived().id)
    with time_machine.travel(second_time() - slots.NOTICE - dt.timedelta(minutes=1), tick=True):
        run_now("lapse_times")
        assert proposal(proposal_id).state is ProposalState.OPEN
    with time_machine.travel(second_time() - slots.NOTICE + dt.timedelta(minutes=1), tick=True):
        with pytest.raises(GoneError):
            chosen(proposal_id, 2)  # also before the clock has come by
        run_now("lapse_times")
        run_now("lapse_times")
    assert proposal(proposal_id).state is ProposalState.EXPIRED
    (told,) = mails("times_unanswered")
    assert told.recipient_address == CONTACT
    assert "203 555 0100" in told.text


def test_a_time_that_is_too_soon_is_no_longer_offered_while_others_are(
    application: Application, client: Client
) -> None:
    proposal_id = proposed(application.id)
    with time_machine.travel(first_time() - dt.timedelta(hours=1), tick=True):
        page = client.page(page_of_candidate())
        assert "No longer free:" in page.text
        with pytest.raises(TakenError, match="too late for that time"):
            chosen(proposal_id, 1)
        chosen(proposal_id, 2)


@pytest.mark.both_databases
def test_with_the_application_its_times_end(app: Flask) -> None:
    application_id = arrived().id
    proposal_id = proposed(application_id)
    with writing():
        application = lock(Application, application_id)
        by = db.session.query(Person).filter_by(email=CONTACT).one()
        applications.move(
            application,
            outcome=Outcome.NOT_SELECTED,
            reason=Reason.NO_RESPONSE,
            by=by,
            mail=False,
        )
        operations.settle(application, by=by)
        db.session.commit()
    assert proposal(proposal_id).state is ProposalState.ENDED
    with pytest.raises(GoneError):
        chosen(proposal_id)
    assert db.session.scalars(select(Interview)).all() == []


def test_declining_from_the_mail_ends_the_times(application: Application, client: Client) -> None:
    proposal_id = proposed(application.id)
    client.submit(
        f"{page_of_contact()}/decline",
        {"reason": "no response"},
        button="Decline the application",
    )
    assert proposal(proposal_id).state is ProposalState.ENDED


def test_who_has_no_say_any_more_has_no_times_on_offer(application: Application) -> None:
    proposal_id = proposed(application.id)
    robin, by = postings.person("robin@example.org"), postings.coordinator()
    with writing():
        routing.hand_over(
            lock(Application, application.id),
            db.session.get_one(Person, robin.id),
            reason="On leave",
            by=db.session.get_one(Person, by.id),
        )
        db.session.commit()
    with pytest.raises(GoneError):
        chosen(proposal_id)
    run_now("lapse_times")
    assert proposal(proposal_id).state is ProposalState.WITHDRAWN
    assert mails("times_withdrawn")[0].recipient_address == "sam@example.org"


def test_an_interview_booked_by_hand_replaces_the_times(
    application: Application, client: Client
) -> None:
    proposal_id = proposed(application.id)
    postings.sign_in(client, postings.coordinator())
    client.submit(
        f"/staff/applications/{application.id}/interviews/new",
        {
            "day": (now() + 20 * DAY).date().isoformat(),
            "time": "10:00",
            "place": "Room 1",
        },
        button="Schedule and invite",
    )
    assert len(db.session.scalars(select(Interview)).all()) == 1
    assert proposal(proposal_id).state is ProposalState.REPLACED


# Staff


def test_staff_see_what_was_offered_and_what_came_of_it(
    application: Application, client: Client
) -> None:
    proposal_id = proposed(application.id)
    postings.sign_in(client, postings.coordinator())
    url = f"/staff/applications/{application.id}"
    assert "Waits for the candidate’s answer" in client.get(url).text
    chosen(proposal_id)
    shown = client.get(url).text
    assert "Interview times proposed by Ida Moreno" in shown
    assert "One of the interview times chosen" in shown
    assert "(chosen)" in shown


def test_the_pages_ask_as_often_for_one_time_as_for_five(
    application: Application, client: Client, count_queries: QueryCounter
) -> None:
    postings.employer()
    application_id, counted = application.id, []
    for count in (1, 5):
        proposed(application_id, *(first_time() + number * DAY for number in range(count)))
        own = page_of_candidate().rpartition("/times")[0]
        db.session.expunge_all()  # each page is asked for anew
        with count_queries() as statements:
            client.get(own)
            client.get(page_of_contact())
        # The house's own two rows are asked for as often as memory has let go of them.
        counted.append([each for each in statements if not HOUSE.search(each)])
    assert len(counted[0]) == len(counted[1])


def test_offers_of_forty_minutes_touch_and_do_not_overlap(application: Application) -> None:
    half = dt.timedelta(minutes=45)
    proposal_id = proposed(application.id, first_time(), first_time() + half)
    assert len(proposal(proposal_id).slots) == 2
    with pytest.raises(TimesError, match="at most 5"):
        slots.check_slots(
            [(first_time() + n * DAY, first_time() + n * DAY + half) for n in range(6)], at=now()
        )


def test_nobody_offers_or_takes_back_times_as_another_unawares(
    application: Application, client: Client
) -> None:
    proposal_id = proposed(application.id)
    other = postings.person("max@example.org", name="Max Reed", role=Role.MANAGER)
    postings.sign_in(client, other)
    page = page_of_contact()
    shown = client.page(page)
    url = f"{page}/times/{proposal_id}/withdraw"
    refused = client.post(url, data={"csrf_token": shown.token()})
    assert refused.status_code == 409
    assert "You are signed in as Max Reed" in refused.text
    assert proposal(proposal_id).state is ProposalState.OPEN
    assert client.fill(shown, form="/withdraw", button="Take them back").status_code == 303
    acted = db.session.scalars(select(LinkAct)).one()
    assert (acted.what, acted.signed_in_id) == (LinkDeed.WITHDREW, other.id)


def test_a_chosen_time_that_was_called_off_says_so(app: Flask, client: Client) -> None:
    application_id = arrived().id
    interview_id = chosen(proposed(application_id))
    page = page_of_contact()
    assert "the interview is booked" in client.page(page).text
    with writing():
        held = db.session.get_one(Interview, interview_id)
        operations.cancel(held, reason="", by=None)
        db.session.commit()
    text = client.page(page).text
    assert "the interview was called off" in text
    assert "the interview is booked" not in text
