"""The desk shows what waits for the person who looks, and for nobody else."""

import datetime as dt
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import update

from tests.plugins.apps import Client
from tests.plugins.clocks import QueryCounter
from tests.plugins.pages import Page, text_of
from tests.postings import factories
from tests.upkeep.journeys import apply, journey, posting
from tracker.accounts.models import Person
from tracker.applications.models import Application, StageChange
from tracker.core.access import Role
from tracker.core.db import db, now
from tracker.notifications.models import OutgoingEmail
from tracker.notifications.rules import MailState

SignIn = Callable[[Person], Client]
EMPTY = {
    "Applications you have not seen": "You have seen every application that was given to you.",
    "Candidates who wait for an answer": "Every candidate has heard from you",
    "Postings that close soon": "No posting closes within a week.",
    "Mail that failed": "No mail has failed.",
    "Postings without a reachable contact": "Every open posting has somebody",
    "People to confirm": "Nobody waits.",
    "Interviews in the next seven days": "None are planned.",
}
FOR_ADMINISTRATORS = {"Postings without a reachable contact"}
FOR_COORDINATORS = {"People to confirm"}
FOR_PANELISTS = {"Applications you have not seen", "Interviews in the next seven days"}


@pytest.fixture
def sign_in(app: Flask) -> SignIn:
    """A browser in which somebody is signed in."""

    def enter(person: Person) -> Client:
        client = app.test_client()
        assert isinstance(client, Client)
        with client.session_transaction() as session:
            session["_user_id"] = person.get_id()
            session["_fresh"] = True
            session["signed_in_at"] = int(now().timestamp())
        return client

    return enter


def blocks(page: Page) -> dict[str, str]:
    """The desk's blocks: what is under each heading."""
    found = {}
    for section in page.all("section"):
        heading, *rest = [text_of(each) for each in section]
        found[heading.partition(" (")[0]] = " ".join(rest)
    return found


def test_an_empty_desk_says_what_will_appear(sign_in: SignIn) -> None:
    factories.employer()
    desk = blocks(sign_in(factories.person(role=Role.ADMINISTRATOR)).page("/staff"))
    assert desk.keys() == EMPTY.keys()
    assert {name for name, words in EMPTY.items() if not desk[name].startswith(words)} == set()


@pytest.mark.parametrize(
    ("role", "shown"),
    [
        (Role.COORDINATOR, EMPTY.keys() - FOR_ADMINISTRATORS),
        (Role.MANAGER, EMPTY.keys() - FOR_ADMINISTRATORS - FOR_COORDINATORS),
        (Role.PANELIST, FOR_PANELISTS),
    ],
)
def test_each_role_sees_its_own_blocks(sign_in: SignIn, role: Role, shown: set[str]) -> None:
    factories.employer()
    assert blocks(sign_in(factories.person(role=role)).page("/staff")).keys() == shown


def test_nobody_signed_in_is_asked_to_sign_in(client: Client) -> None:
    assert client.get("/staff").location == "/sign-in?next=/staff"


def test_an_administrator_is_told_where_to_begin(sign_in: SignIn) -> None:
    page = sign_in(factories.person(role=Role.ADMINISTRATOR)).page("/staff")
    assert page.link("Write the employer’s profile").endswith("/staff/organization")


def test_an_unseen_application_waits_for_its_contact_alone(any_app: Flask, sign_in: SignIn) -> None:
    apply(posting().id)
    contact = factories.person("ida.moreno@example.org")
    other = factories.manager("zoe.finch@example.org")
    seen = [
        blocks(sign_in(person).page("/staff"))["Applications you have not seen"]
        for person in (contact, other)
    ]
    assert seen == [
        "Ada Quill Children's Librarian today",
        EMPTY["Applications you have not seen"] + " New ones appear here.",
    ]


def long_ago(days: int) -> None:
    """Let everything about applications have happened so many days ago."""
    then = now() - dt.timedelta(days=days)
    db.session.execute(update(Application).values(submitted_at=then))
    db.session.execute(update(StageChange).values(at=then))
    db.session.commit()


@pytest.mark.parametrize(
    ("days", "waits"), [(13, EMPTY["Candidates who wait for an answer"]), (15, "Ada Quill")]
)
def test_a_candidate_waits_after_two_weeks(
    any_app: Flask, sign_in: SignIn, days: int, waits: str
) -> None:
    apply(posting().id)
    long_ago(days)
    page = sign_in(factories.coordinator()).page("/staff")
    assert blocks(page)["Candidates who wait for an answer"].startswith(waits)


def test_a_candidate_with_an_interview_ahead_or_an_outcome_does_not_wait(
    any_app: Flask, sign_in: SignIn
) -> None:
    journey()
    long_ago(30)
    page = sign_in(factories.coordinator()).page("/staff")
    assert blocks(page)["Candidates who wait for an answer"].startswith("Every candidate")


def test_failed_mail_is_seen_by_those_whom_it_concerns(any_app: Flask, sign_in: SignIn) -> None:
    apply(posting().id)
    db.session.execute(
        update(OutgoingEmail)
        .where(OutgoingEmail.message == "application_received")
        .values(state=MailState.FAILED, next_attempt_at=None)
    )
    db.session.commit()
    contact = factories.person("ida.moreno@example.org")
    other = factories.manager("zoe.finch@example.org")
    failed = [
        blocks(sign_in(person).page("/staff"))["Mail that failed"].startswith("We have your")
        for person in (factories.coordinator(), contact, other)
    ]
    assert failed == [True, True, False]


def test_a_posting_that_closes_within_a_week_is_shown(any_app: Flask, sign_in: SignIn) -> None:
    soon = now().date() + dt.timedelta(days=5)
    late = now().date() + dt.timedelta(days=9)
    factories.open_posting(title="Cataloger", closes_on=soon)
    factories.open_posting(title="Archivist", closes_on=late)
    desk = blocks(sign_in(factories.coordinator()).page("/staff"))
    assert desk["Postings that close soon"].startswith("Cataloger ")
    assert "Archivist" not in desk["Postings that close soon"]


def test_administrators_see_postings_that_reach_nobody(any_app: Flask, sign_in: SignIn) -> None:
    contact = factories.person("ida.moreno@example.org")
    factories.open_posting(contact=contact, title="Cataloger")
    contact.disabled_at = now()
    factories.open_posting(contact=factories.person("ben.oak@example.org"), title="Archivist")
    desk = blocks(
        sign_in(factories.person("a@example.org", role=Role.ADMINISTRATOR)).page("/staff")
    )
    assert desk["Postings without a reachable contact"] == (
        "Cataloger Ida Moreno no longer works here Choose another contact Cataloger"
        " Until then, applications go to its managers, or to the coordinators."
    )


def test_administrators_see_whom_to_confirm(any_app: Flask, sign_in: SignIn) -> None:
    factories.employer()
    factories.person("met.once@example.org", unconfirmed=True, title="Head of Maps")
    desk = blocks(
        sign_in(factories.person("a@example.org", role=Role.ADMINISTRATOR)).page("/staff")
    )
    assert desk["People to confirm"] == "Met Once Head of Maps met.once@example.org"


def test_interviews_are_shown_to_those_who_sit_in_them(any_app: Flask, sign_in: SignIn) -> None:
    journey()
    contact = factories.person("ida.moreno@example.org")
    other = factories.person("pat.stone@example.org", role=Role.PANELIST)
    shown = [
        "Ada Quill" in blocks(sign_in(person).page("/staff"))["Interviews in the next seven days"]
        for person in (contact, other)
    ]
    assert shown == [True, False]


def test_it_asks_the_database_as_often_for_many_as_for_one(
    app: Flask, sign_in: SignIn, count_queries: QueryCounter
) -> None:
    opening = posting().id
    client = sign_in(factories.person("ida.moreno@example.org", role=Role.ADMINISTRATOR))
    counts = []
    for wanted in (1, 29):
        for number in range(wanted):
            apply(opening, f"Candidate {number}", with_pdf=False)
        long_ago(20)
        with count_queries() as statements:
            client.page("/staff")
        counts.append(len(statements))
    assert counts[0] == counts[1]
    assert counts[1] <= 20
