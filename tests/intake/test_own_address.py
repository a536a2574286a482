"""A candidate's page names an address of the employer's: what is asked there is not lost."""

import datetime as dt
import re
from pathlib import Path

import pytest
import time_machine
from flask import Flask

from tests.intake.letters import CANDIDATE, CONTACT, mails
from tests.intake.mails import mail, one
from tests.plugins.apps import Client
from tests.plugins.pages import Page
from tests.postings import factories as postings
from tests.routing.factories import arrived
from tracker.accounts.models import Person
from tracker.applications.models import Application
from tracker.core.db import db, now, writing
from tracker.intake.models import Reply
from tracker.intake.rules import Writer
from tracker.routing import operations as routing

TAGGED = re.compile(r"jobs\+a1-c[a-z2-7]{6}-[a-z2-7]{16}@example\.org")
pytestmark = pytest.mark.settings(INTAKE_ADDRESS="jobs@example.org")


def own_page(client: Client, rest: str = "") -> Page:
    """The page that the receipt's link opens."""
    (receipt,) = mails("application_received")
    return client.page(f"/my/{receipt.text.split('/my/')[1].split()[0]}{rest}")


def addresses(page: Page) -> list[str]:
    found = [each.get("href", "") for each in page.all("a")]
    return [each.removeprefix("mailto:") for each in found if each.startswith("mailto:")]


@pytest.mark.parametrize("rest", ["", "/receipt"])
def test_questions_go_to_an_address_of_the_application(
    app: Flask, client: Client, rest: str
) -> None:
    arrived()
    page = own_page(client, rest)
    (address,) = addresses(page)
    assert TAGGED.fullmatch(address)
    assert address == mails("application_received")[0].reply_to_address
    assert CONTACT not in page.text
    assert "Questions go to Ida Moreno" in page.text
    assert "What you write there stays with your application." in page.text


@pytest.mark.settings(INTAKE_ADDRESS="")
def test_until_there_is_one_they_go_to_the_contact(app: Flask, client: Client) -> None:
    arrived()
    page = own_page(client)
    assert addresses(page) == [CONTACT]
    assert "stays with your application" not in page.text


def test_whoever_waits_too_long_writes_there_too(app: Flask, client: Client) -> None:
    soon = now() + dt.timedelta(days=2)
    arrived(postings.open_posting(closes_on=None, open_until_filled=True, answer_by_on=soon.date()))
    with time_machine.travel(soon + dt.timedelta(days=3), tick=False):
        page = own_page(client)
    assert "You should have heard from us by now" in page.text
    (address,) = addresses(page)
    assert TAGGED.fullmatch(address)


@pytest.mark.both_databases
def test_what_is_asked_there_reaches_whoever_handles_it_now(any_app: Flask, tmp_path: Path) -> None:
    application = arrived()
    key, number = application.id, application.number
    lee = postings.person("lee.ash@example.org").id
    with writing():
        owner = db.session.get_one(Application, key)
        contact = owner.posting.contact_person
        assert contact is not None
        routing.hand_over(owner, db.session.get_one(Person, lee), reason="Away", by=contact)
        db.session.commit()
    client = any_app.test_client()
    assert isinstance(client, Client)
    (address,) = addresses(own_page(client))
    asked = mail(sender=CANDIDATE, to=address, subject="Saturdays", text="Is Saturday a must?")
    said = one(any_app, tmp_path / "in", asked)
    assert (said["verdict"], said["application"]) == ("reply", number)
    assert db.session.query(Reply).one().writer is Writer.CANDIDATE
    assert [each.recipient_address for each in mails("candidate_replied")] == [
        "lee.ash@example.org"
    ]


def test_whoever_else_knows_it_is_marked_as_unknown(
    app: Flask, client: Client, tmp_path: Path
) -> None:
    arrived()
    (address,) = addresses(own_page(client))
    one(app, tmp_path / "in", mail(sender="eve@example.net", to=address, text="I am Sam."))
    assert db.session.query(Reply).one().writer is Writer.STRANGER
    assert mails("candidate_replied") == []
    (told,) = mails("colleague_replied")
    assert "eve@example.net" in told.text
