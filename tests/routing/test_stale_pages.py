"""A contact decides on what they were shown: not on what ended or moved on meanwhile."""

from collections.abc import Callable

import pytest
from flask import Flask

from tests.interviews.proposing import chosen, proposed
from tests.plugins.apps import Client
from tests.postings import factories as postings
from tests.routing.behind import ask
from tests.routing.factories import mails, path_in
from tracker.applications import operations as applications
from tracker.applications.models import Application
from tracker.applications.rules import Outcome, Stage
from tracker.core.db import db, lock, writing

DECIDING = ("shortlist", "decline", "more-time", "times", "ask")


def stands(application_id: int) -> tuple[Stage, Outcome | None]:
    db.session.rollback()
    found = db.session.get_one(Application, application_id)
    return found.stage, found.outcome


def withdraw(application_id: int) -> None:
    """Let the candidate withdraw. Commits."""
    with writing():
        applications.withdraw(lock(Application, application_id), note="I found another.")
        db.session.commit()


def make_an_offer(application_id: int) -> None:
    """Let the posting's manager make an offer. Commits."""
    with writing():
        applications.move(
            lock(Application, application_id),
            to_stage=Stage.OFFER,
            by=postings.manager(),
            mail=False,
        )
        db.session.commit()


@pytest.mark.both_databases
def test_who_has_withdrawn_is_not_shortlisted_from_a_page_that_stood_open(
    any_app: Flask, application: Application, client: Client, page: str
) -> None:
    shown = client.page(f"{page}/shortlist")
    withdraw(application.id)
    answer = client.fill(shown, {"mail": True}, button="Shortlist")
    assert answer.status_code == 409
    assert "This application has ended (withdrawn). Nothing was changed." in answer.text
    assert stands(application.id) == (Stage.RECEIVED, Outcome.WITHDRAWN)
    assert mails("moved_shortlisted") == []


def test_nobody_is_put_back_to_the_shortlist(
    application: Application, client: Client, page: str
) -> None:
    shown = client.page(f"{page}/shortlist")
    make_an_offer(application.id)
    answer = client.fill(shown, {"mail": True}, button="Shortlist")
    assert answer.status_code == 409
    assert "It stands at “offer” already, which is past the shortlist." in answer.text
    assert (stands(application.id), mails("moved_shortlisted")) == ((Stage.OFFER, None), [])


def test_who_was_made_an_offer_meanwhile_is_not_declined_unawares(
    application: Application, client: Client, page: str
) -> None:
    shown = client.page(f"{page}/decline")
    make_an_offer(application.id)
    fields = {"reason": "other", "note": "Kind, but far away."}
    answer = client.fill(shown, fields, button="Decline the application")
    assert answer.status_code == 409
    assert "it stands at “offer” now" in answer.text
    assert "Kind, but far away." in answer.text
    assert (stands(application.id), mails("outcome_not_selected")) == ((Stage.OFFER, None), [])


def test_who_chose_a_time_meanwhile_is_not_declined_unawares(
    application: Application, client: Client, page: str
) -> None:
    proposal_id = proposed(application.id)
    shown = client.page(f"{page}/decline")
    chosen(proposal_id)
    answer = client.fill(shown, {"reason": "no response"}, button="Decline the application")
    assert answer.status_code == 409
    assert "it stands at “interview” now" in answer.text
    assert "is called off with it, and everybody invited is told." in answer.text
    assert (stands(application.id), mails("outcome_not_selected")) == ((Stage.INTERVIEW, None), [])


def test_who_was_told_so_may_decline_all_the_same(
    application: Application, client: Client, page: str
) -> None:
    shown = client.page(f"{page}/decline")
    make_an_offer(application.id)
    fields = {"reason": "no response"}
    client.fill(shown, fields, button="Decline the application")
    client.submit(f"{page}/decline", fields, button="Decline the application")
    assert stands(application.id) == (Stage.OFFER, Outcome.NOT_SELECTED)


def test_what_one_did_oneself_meanwhile_is_no_surprise(
    application: Application, client: Client, page: str
) -> None:
    shown = client.page(f"{page}/decline")
    client.submit(page, form="acknowledge", button="Acknowledge")
    client.fill(shown, {"reason": "no response"}, button="Decline the application")
    assert stands(application.id) == (Stage.UNDER_REVIEW, Outcome.NOT_SELECTED)


@pytest.mark.parametrize("what", DECIDING)
@pytest.mark.parametrize("meanwhile", [withdraw, None], ids=["ended", "reader"])
def test_no_form_is_shown_that_could_not_be_sent(
    application: Application,
    client: Client,
    page: str,
    what: str,
    meanwhile: Callable[[int], None] | None,
) -> None:
    if meanwhile is not None:
        meanwhile(application.id)
    else:
        ask(client, page)
        (mail,) = mails("opinion_asked")
        page = path_in(mail)
    answer = client.get(f"{page}/{what}")
    assert (answer.status_code, answer.location) == (303, page)


def test_the_page_says_that_declining_calls_an_interview_off(
    application: Application, client: Client, page: str
) -> None:
    assert "is called off with it" not in client.get(f"{page}/decline").text
    chosen(proposed(application.id))
    shown = client.page(f"{page}/decline").text
    assert "is called off with it, and everybody invited is told." in shown


def test_what_is_taken_back_says_that_a_booked_interview_stands(
    application: Application, client: Client, page: str
) -> None:
    chosen(proposed(application.id))
    shown = client.page(page)
    assert "The interview that is booked stands" in shown.text
    taken = client.fill(shown, form="take-back", button="Take it back", follow=True)
    assert "The interview that is booked stands" in taken.text
