"""A contact writes to the candidate from their page, without an account."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from tests.intake.letters import answered, mails
from tests.plugins.apps import Client
from tests.postings import factories as postings
from tests.routing.factories import arrived, path_in
from tracker.accounts.models import Person
from tracker.applications.models import Application
from tracker.core.access import Role
from tracker.core.db import db, now, writing
from tracker.intake.models import Letter, LetterDraft
from tracker.intake.operations import fitting
from tracker.routing import operations
from tracker.routing.models import Assignment, ContactLink, LinkAct
from tracker.routing.rules import LinkDeed, Why

pytestmark = pytest.mark.settings(INTAKE_ADDRESS="jobs@example.org")
IDA = "ida.moreno@example.org"
WORDS = "Dear Sam,\n\nevery other Saturday."


def send(client: Client, page: str, text: str = WORDS) -> Any:
    return client.submit(f"{page}/write", {"text": text}, form="write", button="Send the letter")


def written() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(Letter.text).order_by(Letter.id)))


@pytest.mark.both_databases
def test_a_contact_answers_in_the_thread_from_the_employers_address(any_app: Flask) -> None:
    application_id = arrived().id
    page = path_in(mails("application_arrived")[0])
    question = answered(mails("application_received")[0], text="Is Saturday a must?")
    client = any_app.test_client()
    assert isinstance(client, Client)
    shown = client.page(page)
    assert "Waits for an answer" in shown.text
    form = client.page(shown.link("Answer Sam Rivera"))
    assert "You act here as Ida Moreno" in form.text
    assert "Is Saturday a must?" in form.text
    assert client.get(f"{page}/write").status_code == 200  # a look at the form sends nothing
    assert mails("answer_to_candidate") == []
    sent = client.fill(form, {"text": WORDS}, form="write", button="Send the letter")
    assert (sent.status_code, sent.headers["Location"]) == (303, f"{page}#conversation")
    (mail,) = mails("answer_to_candidate")
    assert (mail.recipient_address, mail.about_id) == ("sam@example.org", application_id)
    assert mail.headers["In-Reply-To"] == question.incoming.message_id
    assert "every other Saturday." in mail.text
    assert IDA not in f"{mail.sender_address} {mail.reply_to_address} {mail.text} {mail.headers}"
    assert mail.sender_name.startswith("Ida Moreno, ")
    assert mail.reply_to_address is not None
    assert mail.reply_to_address.startswith("jobs+")
    after = client.page(page)
    assert "Your letter to Sam Rivera is on its way." in after.text
    assert "every other Saturday." in after.text
    assert "Waits for an answer" not in after.text
    act = db.session.scalars(select(LinkAct)).one()
    assert (act.what, act.signed_in_id) == (LinkDeed.WROTE, None)
    assert db.session.scalars(select(Assignment)).one().seen_at is not None


def test_a_first_letter_needs_no_question(client: Client, page: str) -> None:
    shown = client.page(page)
    assert client.fill(
        client.page(shown.link("Write to Sam Rivera")), {"text": WORDS}, form="write",
        button="Send the letter",
    ).status_code == 303  # fmt: skip
    assert written() == [WORDS]


def test_pressed_twice_it_goes_once(client: Client, page: str) -> None:
    form = client.page(f"{page}/write")
    for _each in range(2):
        answer = client.fill(form, {"text": WORDS}, form="write", button="Send the letter")
        assert answer.status_code == 303
    assert len(written()) == len(mails("answer_to_candidate")) == 1


def test_the_same_words_again_are_refused_and_kept(client: Client, page: str) -> None:
    assert send(client, page).status_code == 303
    again = send(client, page)
    assert again.status_code == 409
    assert "You have sent the candidate these very words already" in again.text
    assert "every other Saturday." in again.text
    assert len(written()) == 1


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("  \n ", "Write something first."),
        ("x" * 10_001, "This text is too long."),
    ],
)
def test_nothing_and_too_much_come_back_as_typed(
    client: Client, page: str, typed: str, words: str
) -> None:
    answer = send(client, page, typed)
    assert answer.status_code == 422
    assert words in answer.text
    assert typed.strip() in answer.text
    assert written() == []


def test_only_invisible_signs_are_no_letter(client: Client, page: str) -> None:
    answer = send(client, page, "\x00\x01")
    assert answer.status_code in {409, 422}
    assert written() == []


def test_a_flood_is_held_back_and_the_words_kept(
    application: Application, client: Client, page: str, clock: time_machine.Traveller
) -> None:
    for number in range(fitting.AN_HOUR):
        assert send(client, page, f"Letter {number}").status_code == 303
    refused = send(client, page, "One too many")
    assert refused.status_code == 429
    assert "very often within an hour" in refused.text
    assert "One too many" in refused.text
    assert len(written()) == fitting.AN_HOUR
    clock.shift(dt.timedelta(minutes=61))
    assert send(client, page, "One too many").status_code == 303


@pytest.mark.parametrize("end", ["revoked", "expired", "shut out", "left"])
def test_a_link_that_has_ended_sends_nothing_and_shows_what_was_typed(
    application: Application, client: Client, page: str, end: str
) -> None:
    form = client.page(f"{page}/write")
    with writing():
        link = db.session.scalars(select(ContactLink)).one()
        if end == "revoked":
            link.revoked_at = now()
        elif end == "expired":
            link.created_at, link.expires_at = now() - dt.timedelta(days=91), now()
        elif end == "left":
            link.person.disabled_at = now()
        else:
            operations.shut_out(link.application, link.person, by=link.person)
        db.session.commit()
    assert client.get(f"{page}/write").status_code == 410
    for text in (WORDS, "x" * 10_001):
        answer = client.fill(form, {"text": text}, form="write", button="Send the letter")
        assert answer.status_code == 410
        assert text.rpartition("\n")[2] in answer.text
        assert "It was not sent." in answer.text
    assert written() == []


def test_a_secret_that_never_was_is_not_found(client: Client, page: str) -> None:
    token = {"csrf_token": client.token(page), "text": WORDS}
    assert client.get("/for/nothing-like-that/write").status_code == 404
    assert client.post("/for/nothing-like-that/write", data=token).status_code == 404


@pytest.mark.parametrize("why", [Why.COPIED, Why.ASKED])
def test_who_only_reads_writes_to_no_candidate(client: Client, page: str, why: Why) -> None:
    token = {"csrf_token": client.token(page), "text": WORDS}
    db.session.scalars(select(Assignment)).one().why = why
    db.session.commit()
    assert f"{page}/write" not in client.get(page).text
    assert client.get(f"{page}/write").status_code == 403
    refused = client.post(f"{page}/write", data=token)
    assert refused.status_code == 403
    assert WORDS.rpartition("\n")[2] in refused.text
    assert written() == []


def test_whom_it_is_no_longer_with_writes_nothing(
    application: Application, client: Client, page: str
) -> None:
    """Their link reads on where they were given it for another reason; it answers nothing."""
    db.session.scalars(select(Assignment)).one().ended_at = now()
    db.session.commit()
    token = {"csrf_token": client.token(page), "text": WORDS}
    assert client.post(f"{page}/write", data=token).status_code == 403
    assert written() == []


def test_who_is_signed_in_as_another_is_told_and_noted(
    application: Application, client: Client, page: str
) -> None:
    form = client.page(f"{page}/write")
    max_reed = postings.person("max@example.org", name="Max Reed", role=Role.COORDINATOR)
    postings.sign_in(client, max_reed)
    typed = {"csrf_token": client.token(page), "text": WORDS}
    unawares = client.post(f"{page}/write", data=typed)
    assert unawares.status_code == 409
    assert "You are signed in as Max Reed" in unawares.text
    assert "every other Saturday." in unawares.text
    assert written() == []
    assert form.text.count("You are signed in as") == 0
    assert send(client, page).status_code == 303
    act = db.session.scalars(select(LinkAct)).one()
    assert (act.what, act.signed_in_id, act.link.person.email) == (LinkDeed.WROTE, max_reed.id, IDA)
    letter = db.session.scalars(select(Letter)).one()
    assert letter.by.email == IDA
    staff = client.get(f"/staff/applications/{application.id}").text
    assert "Done as Ida Moreno while Max Reed was signed in: wrote to the candidate" in staff


def test_what_was_typed_on_the_staffs_page_stays_there(
    application: Application, client: Client, page: str
) -> None:
    ida = db.session.scalars(select(Person).filter_by(email=IDA)).one()
    db.session.add(LetterDraft(application_id=application.id, by_id=ida.id, text="Half a"))
    db.session.commit()
    assert send(client, page).status_code == 303
    assert db.session.scalar(select(func.count(LetterDraft.id))) == 1


def test_a_secret_pasted_into_a_letter_does_not_go(client: Client, page: str) -> None:
    assert send(client, page, f"See http://127.0.0.1{page} please").status_code == 303
    (mail,) = mails("answer_to_candidate")
    assert page.removeprefix("/for/") not in mail.text


def test_a_candidate_without_an_address_is_answered_by_hand(
    application: Application, client: Client, page: str
) -> None:
    token = {"csrf_token": client.token(page), "text": WORDS}
    row = db.session.get_one(Application, application.id)
    contact = row.posting.contact_person_id
    row.channel, row.entered_by_id, row.received_on = "paper", contact, row.submitted_at.date()  # type: ignore[assignment]
    row.email = row.email_key = ""
    db.session.commit()
    assert "answer by letter or telephone" in client.get(page).text
    assert "answer by letter or telephone" in client.get(f"{page}/write").text
    assert client.post(f"{page}/write", data=token).status_code == 409
    assert written() == []
