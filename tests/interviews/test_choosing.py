"""A candidate chooses one of the times, and one slot is one interview."""

import threading
from typing import Any

import pytest
from flask import Flask
from icalendar import Calendar
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from tests.interviews.choosing import first_time, only, second_time
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
from tests.plugins.pages import Page
from tests.routing.factories import arrived, mails
from tracker.applications.models import Application
from tracker.applications.rules import Stage
from tracker.core.db import db, lock, writing
from tracker.core.errors import GoneError
from tracker.interviews import operations
from tracker.interviews.models import Interview, Panelist, Proposal, ProposedSlot
from tracker.interviews.operations import TakenError
from tracker.interviews.rules import InterviewState, ProposalState


@pytest.fixture
def application(app: Flask) -> Application:
    """Sam Rivera's, with Ida Moreno as contact."""
    return arrived()


# Choosing


@pytest.mark.both_databases
def test_the_candidate_chooses_by_a_post_and_everybody_is_told(app: Flask, client: Client) -> None:
    application_id = arrived().id
    proposal_id = proposed(application_id)
    page = page_of_candidate()
    assert page.endswith(f"/times/{proposal_id}")
    client.get(page)
    assert only().state is ProposalState.OPEN  # a look chooses nothing
    slot = only().slots[1].id
    done = client.submit(page, {"slot": str(slot)}, button="Choose this time", follow=True)
    assert "Your interview is booked" in done.text
    assert "Main library, room 204" in done.text
    made = only()
    assert made.state is ProposalState.CHOSEN
    assert [each.interview_id for each in made.slots] == [None, made.interview_id]
    interview = db.session.scalars(select(Interview)).one()
    assert (interview.starts_at, interview.state) == (second_time(), InterviewState.SCHEDULED)
    assert interview.application.stage is Stage.INTERVIEW
    (seat,) = interview.panelists
    assert seat.person.email == CONTACT
    invited = [
        (mail.recipient_address, mail.calendar_method)
        for mail in [*mails("interview_invitation"), *mails("panel_invitation")]
    ]
    assert invited == [("sam@example.org", "REQUEST"), (CONTACT, "REQUEST")]
    (event,) = Calendar.from_ical(mails("interview_invitation")[0].calendar or "").walk("VEVENT")
    assert event.decoded("DTSTART") == second_time()
    (told,) = mails("time_chosen")
    assert told.recipient_address == CONTACT
    contact = "/for/" + told.text.split("/for/")[1].split()[0]
    assert "the interview is booked" in client.get(contact).text
    # Again, from a page that was still open.
    assert "You have chosen" in client.get(page).text
    with pytest.raises(GoneError):
        chosen(proposal_id)


def test_a_candidate_finds_the_times_on_their_own_page(
    application: Application, client: Client
) -> None:
    proposal_id = proposed(application.id)
    own = page_of_candidate().rpartition("/times")[0]
    shown = client.get(own).text
    assert "Please answer by" in shown
    assert f'href="{own}/times/{proposal_id}"' in shown
    chosen(proposal_id)
    assert "Please answer by" not in client.get(own).text.partition("Messages")[0]


def test_nothing_chosen_is_named_at_the_field(application: Application, client: Client) -> None:
    proposed(application.id)
    answer = client.submit(page_of_candidate(), form=0, button="Choose this time")
    assert answer.status_code == 422
    assert "Choose one of the times." in answer.text


def test_a_slot_of_somebody_else_is_not_there(application: Application, client: Client) -> None:
    proposed(application.id)
    page = client.page(page_of_candidate())
    other = arrived(name="Kim Lund", email="kim@example.org")
    foreign = proposal(proposed(other.id, first_time() + 9 * DAY)).slots[0].id
    answer = client.post(page.url, data={"csrf_token": page.token(), "slot": str(foreign)})
    assert answer.status_code == 404
    assert db.session.scalars(select(Interview)).all() == []


def test_none_fits_with_a_word_reaches_the_contact(
    application: Application, client: Client
) -> None:
    proposed(application.id)
    said = "I work until five. Could it be a Saturday?"
    client.submit(page_of_candidate(), {"answer": said}, button="Tell them that none fits")
    made = only()
    assert (made.state, made.answer) == (ProposalState.NONE_FITS, said)
    (told,) = mails("times_none_fits")
    assert told.recipient_address == CONTACT
    assert said in told.text
    assert said in client.get(page_of_contact()).text
    assert "None of the times suits the candidate." in client.get(page_of_contact()).text
    times = "/for/" + told.text.split("/for/")[1].split()[0]
    assert times.endswith("/times")
    assert "Main library, room 204" in client.get(times).text


def test_a_word_that_is_too_long_is_kept_on_the_page(
    application: Application, client: Client
) -> None:
    proposed(application.id)
    answer = client.submit(
        page_of_candidate(), {"answer": "x" * 1001}, button="Tell them that none fits"
    )
    assert answer.status_code == 422
    assert "x" * 1001 in answer.text
    assert only().state is ProposalState.OPEN


def test_a_candidate_who_reads_spanish_is_asked_in_spanish(
    application: Application, client: Client
) -> None:
    db.session.get_one(Application, application.id).language = "es"
    db.session.commit()
    proposed(application.id)
    (mail,) = mails("times_proposed")
    assert mail.subject == "Elija una hora para su entrevista: Children's Librarian"
    page = client.get(page_of_candidate(), headers={"Accept-Language": "es"}).text
    assert "Elegir esta hora" in page
    assert "Choose" not in page


# One slot is one interview


def test_a_time_taken_by_another_is_shown_as_such_and_refused(
    application: Application, client: Client
) -> None:
    mine = proposed(application.id)
    page = client.page(page_of_candidate())
    kim = arrived(name="Kim Lund", email="kim@example.org")
    chosen(proposed(kim.id))
    first = proposal(mine).slots[0].id
    answer = client.fill(page, {"slot": str(first)}, button="Choose this time")
    assert answer.status_code == 409
    assert "That time has been taken in the meantime." in answer.text
    assert "Ida" not in answer.text
    again = Page(answer.text, page.url)
    assert "No longer free:" in again.text
    second = proposal(mine).slots[1].id
    assert client.fill(again, {"slot": str(second)}, button="Choose this time").status_code == 303
    assert len(db.session.scalars(select(Interview)).all()) == 2


def test_the_same_time_chosen_in_two_windows_is_booked_once_and_said_so(
    application: Application, client: Client
) -> None:
    proposed(application.id)
    windows = [client.page(page_of_candidate()) for _ in range(2)]
    first, second = (str(each.id) for each in only().slots)
    for page in windows:
        done = client.fill(page, {"slot": first}, button="Choose this time")
        assert done.status_code == 303
    assert "Your interview is booked" in client.get(done.headers["Location"]).text
    other = client.fill(windows[0], {"slot": second}, button="Choose this time")
    assert other.status_code == 410
    assert "You had chosen already" in other.text
    assert "Your interview is booked as it stands here" in other.text
    assert "Nothing was booked" not in other.text
    assert len(db.session.scalars(select(Interview)).all()) == 1
    assert len(mails("time_chosen")) == 1


def test_a_chosen_time_that_was_called_off_is_not_promised(
    application: Application, client: Client
) -> None:
    chosen(proposed(application.id))
    with writing():
        interview = db.session.scalars(select(Interview)).one()
        operations.cancel(interview, reason="", by=interview.application.posting.contact_person)
        db.session.commit()
    shown = client.get(page_of_candidate()).text
    assert "but this interview no longer takes place" in shown


def test_a_choice_in_spanish_is_told_the_contact_in_english(client: Client) -> None:
    application_id = arrived().id
    with writing():
        db.session.get_one(Application, application_id).language = "es"
        db.session.commit()
    proposed(application_id)
    page = page_of_candidate()
    assert "Elija" in client.get(page).text  # the application's language, on this page as well
    slot = str(only().slots[0].id)
    assert client.fill(client.page(page), {"slot": slot}, form=0).status_code == 303
    (told,) = mails("time_chosen")
    for text in (told.subject, told.text, told.html):
        assert "Time)" in text
        assert "hora" not in text


def side_by_side(app: Flask, *work: Any) -> list[Any]:
    """Do several things at once, each in a thread; what each gave or raised."""
    start, found = threading.Barrier(len(work)), [None] * len(work)

    def run(place: int) -> None:
        with app.app_context():
            start.wait()
            try:
                found[place] = work[place]()
            except Exception as error:
                found[place] = error  # type: ignore[call-overload]
            db.session.remove()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(work))]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return found


def test_many_candidates_at_once_take_a_contacts_time_once(any_app: Flask) -> None:
    ids = []
    for number in range(4):
        application = arrived(name=f"Kim {number}", email=f"kim{number}@example.org")
        ids.append(proposed(application.id, first_time()))
    found = side_by_side(any_app, *(lambda each=each: chosen(each) for each in ids))
    taken = [each for each in found if isinstance(each, TakenError)]
    booked = [each for each in found if isinstance(each, int)]
    assert (len(booked), len(taken)) == (1, 3), found
    assert len(db.session.scalars(select(Interview)).all()) == 1
    assert len(db.session.scalars(select(Panelist)).all()) == 1
    states = [proposal(each).state for each in ids]
    assert sorted(states) == [ProposalState.CHOSEN, *[ProposalState.OPEN] * 3]
    assert len(mails("time_chosen")) == len(mails("interview_invitation")) == 1


def test_one_candidate_in_two_windows_books_one_interview(any_app: Flask) -> None:
    proposal_id = proposed(arrived().id)
    found = side_by_side(any_app, lambda: chosen(proposal_id, 1), lambda: chosen(proposal_id, 2))
    assert sorted(type(each).__name__ for each in found) == ["GoneError", "int"]
    assert len(db.session.scalars(select(Interview)).all()) == 1


def test_choosing_and_taking_back_at_once_has_one_end(any_app: Flask) -> None:
    proposal_id = proposed(arrived().id)

    def take_back() -> None:
        with writing():
            found = db.session.get_one(Proposal, proposal_id)
            lock(Application, found.application_id)
            operations.withdraw(lock(Proposal, proposal_id))
            db.session.commit()

    found = side_by_side(any_app, lambda: chosen(proposal_id), take_back)
    booked = len(db.session.scalars(select(Interview)).all())
    state = proposal(proposal_id).state
    assert (booked, state) in {(1, ProposalState.CHOSEN), (0, ProposalState.WITHDRAWN)}, found
    assert len(mails("times_withdrawn")) == 1 - booked


def test_one_slot_becomes_one_interview_in_the_database(any_app: Flask) -> None:
    chosen(proposed(arrived().id))
    kim = arrived(name="Kim Lund", email="kim@example.org")
    other = proposal(proposed(kim.id, first_time() + 9 * DAY)).slots[0]
    taken = db.session.scalars(select(Interview.id)).one()
    other.interview_id = taken
    with pytest.raises(IntegrityError, match="proposed_slot"):
        db.session.flush()
    db.session.rollback()
    slot = db.session.scalars(select(ProposedSlot)).first()
    assert slot is not None
    slot.proposal.state = ProposalState.OPEN
    with pytest.raises(IntegrityError, match=r"settled_has_time|chosen_is_booked"):
        db.session.flush()
    db.session.rollback()
