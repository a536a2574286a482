"""A contact offers times for an interview from their mail, in the employer's zone."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from tests.interviews.choosing import first_time, only, second_time
from tests.interviews.factories import scheduled
from tests.interviews.proposing import (
    CONTACT,
    DAY,
    chosen,
    page_of_contact,
    proposal,
    proposed,
)
from tests.plugins.apps import Client
from tests.postings import factories as postings
from tests.routing.factories import arrived, mails
from tracker.accounts.models import Person
from tracker.applications.models import Application
from tracker.core.db import db, now
from tracker.core.errors import DomainError, GoneError
from tracker.interviews import slots
from tracker.interviews.models import Proposal
from tracker.interviews.rules import ProposalState
from tracker.interviews.slots import TimesError
from tracker.routing.models import Assignment

OFFERED = {
    "slots-0-day": "2027-05-14",
    "slots-0-time": "15:00",
    "slots-1-day": "2027-05-18",
    "slots-1-time": "10:00",
    "slots-1-length": "60",
    "place": "Main library, room 204",
}
SPRING = dt.datetime(2027, 5, 1, 12, tzinfo=dt.UTC)


@pytest.fixture
def application(app: Flask) -> Application:
    """Sam Rivera's, with Ida Moreno as contact."""
    return arrived()


def send(client: Client, values: dict[str, Any] | None = None, **more: Any) -> Any:
    """Fill the contact's form in and send it."""
    return client.submit(
        f"{page_of_contact()}/times",
        {**OFFERED, **(values or {}), **more},
        button="Send the times to the candidate",
    )


@pytest.mark.both_databases
@time_machine.travel(SPRING, tick=True)
def test_a_contact_offers_times_in_the_employers_zone(app: Flask, client: Client) -> None:
    arrived()
    postings.employer()
    form = client.page(f"{page_of_contact()}/times")
    assert "America/New_York (Eastern Time)" in form.text
    assert send(client).status_code == 303
    made = only()
    assert [(each.rank, each.starts_at, each.ends_at) for each in made.slots] == [
        (
            1,
            dt.datetime(2027, 5, 14, 19, 0, tzinfo=dt.UTC),
            dt.datetime(2027, 5, 14, 19, 45, tzinfo=dt.UTC),
        ),
        (
            2,
            dt.datetime(2027, 5, 18, 14, 0, tzinfo=dt.UTC),
            dt.datetime(2027, 5, 18, 15, 0, tzinfo=dt.UTC),
        ),
    ]
    assert made.expires_at == dt.datetime(2027, 5, 18, 12, 0, tzinfo=dt.UTC)
    (mail,) = mails("times_proposed")
    assert mail.id == made.email_id
    assert mail.recipient_address == "sam@example.org"
    assert "Friday 14 May 2027, 3:00 pm (Eastern Daylight Time), until 3:45 pm" in mail.text
    shown = client.get(page_of_contact()).text
    assert "Waits for the candidate’s answer until Tuesday 18 May 2027, 8:00 am" in shown


@time_machine.travel(SPRING, tick=True)
@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"slots-0-day": "2027-04-30"}, "One of the times has passed."),
        ({"slots-0-day": "2027-05-01", "slots-0-time": "09:00"}, "at least two hours from now"),
        ({"slots-1-day": "2027-05-14", "slots-1-time": "15:30"}, "Two of the times overlap."),
        ({"slots-1-time": ""}, "Choose a time."),
        ({"slots-1-day": ""}, "Choose a day."),
        ({"slots-0-day": "2028-03-12", "slots-0-time": "02:30"}, "the clock skips this time"),
        ({"slots-0-day": "2027-11-07", "slots-0-time": "01:30"}, "shows this time twice"),
        (
            {"slots-0-day": "", "slots-0-time": "", "slots-1-day": "", "slots-1-time": ""},
            "one time",
        ),
        ({"place": ""}, "Say where the interview is held"),
        ({"kind": "by video"}, "Give the link to the video meeting."),
        ({"answer_by": "2027-04-30"}, "The day by which you want an answer has passed."),
    ],
)
def test_a_time_that_cannot_be_meant_is_refused_in_words_and_nothing_typed_is_lost(
    app: Flask, client: Client, values: dict[str, str], words: str
) -> None:
    arrived()
    response = send(client, values, notes_for_candidate="Ring twice.")
    assert response.status_code == 422
    assert words in response.text
    assert "Ring twice." in response.text
    assert 'value="10:00"' in response.text or values.get("slots-1-time") is not None
    assert db.session.scalars(select(Proposal)).all() == []
    assert mails("times_proposed") == []


@time_machine.travel(SPRING, tick=True)
def test_all_that_is_missing_is_said_at_once(app: Flask, client: Client) -> None:
    arrived()
    nothing = {f"slots-{row}-{part}": "" for row in (0, 1) for part in ("day", "time")}
    shown = send(client, nothing, place="").text
    assert "Say where the interview is held" in shown
    assert "Enter at least one time." in shown


@time_machine.travel(SPRING, tick=True)
def test_times_beside_the_change_of_clocks_are_what_the_clock_says(
    app: Flask, client: Client
) -> None:
    arrived()
    send(
        client,
        {
            "slots-0-day": "2027-11-07",
            "slots-0-time": "03:00",
            "slots-1-day": "2028-03-12",
            "slots-1-time": "03:00",
        },
    )
    assert [each.starts_at.hour for each in only().slots] == [8, 7]


def test_a_time_at_which_the_contact_or_the_candidate_is_busy_is_refused(
    application: Application,
) -> None:
    ida = db.session.query(Person).filter_by(email=CONTACT).one()
    kim = arrived(name="Kim Lund", email="kim@example.org")
    scheduled(kim.id, [ida], starts_at=first_time())
    with pytest.raises(TimesError, match="You already sit in an interview at that time"):
        proposed(application.id, first_time(), second_time())
    robin = postings.person("robin@example.org")
    scheduled(application.id, [robin], starts_at=second_time())
    with pytest.raises(TimesError, match="The candidate already has an interview"):
        proposed(application.id, first_time() + 3 * DAY, second_time())


@time_machine.travel(SPRING, tick=True)
def test_who_may_only_read_proposes_nothing(app: Flask, client: Client) -> None:
    arrived()
    shown = client.page(f"{page_of_contact()}/times")
    db.session.scalars(select(Assignment)).one().why = "copied on the posting"  # type: ignore[assignment]
    db.session.commit()
    sent = client.fill(shown, OFFERED, button="Send the times to the candidate")
    assert sent.status_code == 409
    assert mails("times_proposed") == []


def test_a_candidate_without_an_address_is_agreed_with_by_telephone(
    application: Application,
) -> None:
    row = db.session.get_one(Application, application.id)
    row.channel, row.entered_by_id = "paper", postings.coordinator().id  # type: ignore[assignment]
    row.received_on, row.email, row.email_key = now().date(), "", ""
    db.session.commit()
    with pytest.raises(DomainError, match="Agree on a time by telephone"):
        proposed(application.id)


def test_a_link_is_no_endless_source_of_mail_to_the_candidate(application: Application) -> None:
    for number in range(slots.MOST_PROPOSALS):
        proposed(application.id, first_time() + number * DAY)
    with pytest.raises(DomainError, match="10 times already"):
        proposed(application.id)
    assert len(mails("times_proposed")) == slots.MOST_PROPOSALS


@pytest.mark.both_databases
def test_newer_times_replace_earlier_ones_and_one_stands_at_a_time(app: Flask) -> None:
    application_id = arrived().id
    first = proposed(application_id)
    second = proposed(application_id, first_time() + 5 * DAY)
    assert proposal(first).state is ProposalState.REPLACED
    assert proposal(second).state is ProposalState.OPEN
    assert "take the place of the ones" in mails("times_proposed")[1].text
    with pytest.raises(GoneError):
        chosen(first)
    with pytest.raises(IntegrityError, match="interview_proposal"):
        db.session.execute(
            Proposal.__table__.update()  # type: ignore[attr-defined]
            .where(Proposal.id == first)
            .values(state="open", settled_at=None)
        )
    db.session.rollback()
