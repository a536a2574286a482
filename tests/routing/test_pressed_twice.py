"""A button pressed twice, where no script holds the second press back, does what it does once."""

import datetime as dt

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from tests.applications import desk
from tests.interviews.proposing import page_of_contact
from tests.interviews.test_proposing import OFFERED, SPRING
from tests.plugins.apps import Client
from tests.postings import factories as postings
from tests.routing.factories import arrived, mails
from tracker.applications.models import AccommodationRequest, Application, ApplicationNote, Enquiry
from tracker.core.db import db
from tracker.interviews.models import Proposal
from tracker.routing.models import MoreTime

Clock = time_machine.Traveller


def count(table: type) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(table)) or 0


@pytest.mark.both_databases
def test_the_same_times_are_mailed_once(any_app: Flask, client: Client, clock: Clock) -> None:
    clock.move_to(SPRING)
    arrived()
    postings.employer()
    shown = client.page(f"{page_of_contact()}/times")
    for _press in range(2):
        sent = client.fill(shown, OFFERED, button="Send the times to the candidate")
        assert sent.status_code == 303
    assert (count(Proposal), len(mails("times_proposed"))) == (1, 1)


def test_other_times_take_the_place_of_the_first_at_once(
    app: Flask, client: Client, clock: Clock
) -> None:
    clock.move_to(SPRING)
    arrived()
    postings.employer()
    shown = client.page(f"{page_of_contact()}/times")
    client.fill(shown, OFFERED, button="Send the times to the candidate")
    other = {**OFFERED, "slots-1-time": "11:00"}
    client.fill(shown, other, button="Send the times to the candidate")
    assert (count(Proposal), len(mails("times_proposed"))) == (2, 2)


def test_the_same_times_can_be_sent_anew_later(app: Flask, client: Client, clock: Clock) -> None:
    clock.move_to(SPRING)
    arrived()
    postings.employer()
    shown = client.page(f"{page_of_contact()}/times")
    client.fill(shown, OFFERED, button="Send the times to the candidate")
    clock.move_to(SPRING + dt.timedelta(hours=3))
    client.fill(shown, OFFERED, button="Send the times to the candidate")
    assert (count(Proposal), len(mails("times_proposed"))) == (2, 2)


def test_more_time_is_taken_once(application: Application, client: Client, page: str) -> None:
    shown = client.page(f"{page}/more-time")
    for _press in range(3):
        sent = client.fill(shown, {"until": "5"}, button="Ask for more time")
        assert sent.status_code == 303
    assert count(MoreTime) == 1
    assert "You can ask 2 times" in client.get(f"{page}/more-time").text


def test_a_candidates_need_is_mailed_once(app: Flask, client: Client) -> None:
    postings.employer(accommodation_name="Ada Kin", accommodation_email="ada.kin@example.org")
    arrived()
    (receipt,) = mails("application_received")
    path = "/my/" + receipt.text.split("/my/")[1].split()[0]
    shown = client.page(f"{path}/accommodation")
    for need in ("A ramp, please.", "A ramp, please.", "And an interpreter."):
        client.fill(shown, {"text": need}, button="Send my request")
    assert (count(AccommodationRequest), len(mails("accommodation_request"))) == (2, 2)


@pytest.mark.both_databases
def test_a_question_is_passed_on_once(any_app: Flask, client: Client) -> None:
    posting = postings.open_posting()
    shown = client.page(f"/postings/{posting.slug}/question")
    asked = {"name": "Jo Fenwick", "email": "jo@example.org", "text": "Which hours?"}
    answers = [client.fill(shown, asked, button="Send my question") for _press in range(2)]
    assert [each.status_code for each in answers] == [303, 303]
    assert (count(Enquiry), len(mails("posting_question"))) == (1, 1)
    client.fill(shown, {**asked, "text": "And on Sundays?"}, button="Send my question")
    assert count(Enquiry) == 2


def test_a_note_stands_once(app: Flask, application: Application) -> None:
    staff = desk.coordinator(app)
    shown = staff.page(f"/staff/applications/{application.id}")
    for note in ("Call her.", "Call her.", "She called back."):
        staff.fill(shown, {"text": note}, form="notes", button="Add the note")
    assert count(ApplicationNote) == 2
