"""Whose act it is that is done behind a link, and whose link it still is."""

import datetime as dt

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.plugins.apps import Client
from tests.plugins.clocks import QueryCounter
from tests.postings import factories as postings
from tests.routing.behind import IDA, ROBIN, ask, of
from tests.routing.factories import arrived, mails, path_in
from tracker.accounts.models import Person
from tracker.applications.models import Application
from tracker.core.access import Role
from tracker.core.db import db, lock, writing
from tracker.core.tokens import TOKEN_BYTES, hash_token
from tracker.routing import operations, rules
from tracker.routing.models import (
    ContactLink,
    LinkAct,
    LinkFetch,
    LinkRevocation,
)
from tracker.routing.rules import LinkDeed

# Whose act it is


def test_a_look_ahead_and_a_head_are_fetches_and_nothing_more(client: Client, page: str) -> None:
    ida = db.session.query(Person).filter_by(email=IDA).one()
    ida.role = Role.MANAGER
    db.session.commit()
    postings.sign_in(client, ida)
    client.head(page)
    client.get(page, headers={"Sec-Purpose": "prefetch;prerender"})
    client.get(page, headers={"Purpose": "prefetch"})
    assert of(IDA).seen_at is None
    assert db.session.scalar(select(func.count(LinkFetch.id))) == 3
    assert db.session.scalars(select(LinkAct)).all() == []
    client.get(page)  # signed in as the link's person: a look
    assert of(IDA).seen_at is not None


def test_who_is_signed_in_as_another_is_told_before_they_act_and_noted(
    application: Application, client: Client, page: str
) -> None:
    manager = postings.person("max@example.org", name="Max Reed", role=Role.COORDINATOR)
    postings.sign_in(client, manager)
    shown = client.page(page)
    assert "You are signed in as Max Reed" in shown.text
    assert "it is noted that Max Reed was signed in" in shown.text
    assert "Open the application as Max Reed instead" in shown.text
    assert client.fill(shown, form="acknowledge", button="Acknowledge").status_code == 303
    acted = db.session.scalars(select(LinkAct)).one()
    assert (acted.what, acted.link.person.email) == (LinkDeed.ACKNOWLEDGED, IDA)
    assert acted.signed_in_id == manager.id
    done = of(IDA)
    assert done.acknowledged_at is not None
    assert done.application.history[-1].by_id == done.person_id
    staff = client.get(f"/staff/applications/{application.id}").text
    assert "Done as Ida Moreno while Max Reed was signed in: acknowledged" in staff


@pytest.mark.parametrize("act", ["acknowledge", "shortlist", "take-back", "more-time", "ask"])
def test_who_signed_in_after_the_page_was_drawn_does_nothing_unawares(
    client: Client, page: str, act: str
) -> None:
    manager = postings.person("max@example.org", name="Max Reed", role=Role.MANAGER)
    postings.sign_in(client, manager)
    values = {"until": "2", "person": "else", "name": "Kim", "email": "kim@example.org"}
    token = {"csrf_token": client.token(page), **values}
    for seen in ("", "999"):
        answer = client.post(f"{page}/{act}", data={**token, "signed_in": seen})
        assert answer.status_code == 409
        assert "You are signed in as Max Reed" in answer.text
    assert of(IDA).seen_at is None
    assert db.session.scalars(select(LinkAct)).all() == []


def test_with_nobody_signed_in_a_deed_is_noted_without_another(client: Client, page: str) -> None:
    client.submit(page, form="acknowledge", button="Acknowledge")
    assert db.session.scalars(select(LinkAct.signed_in_id)).all() == [None]


# The link itself


def test_a_link_has_more_than_128_bits_and_is_kept_as_a_hash(page: str) -> None:
    token = page.removeprefix("/for/")
    assert TOKEN_BYTES * 8 == 192
    assert len(token) == 32
    link = db.session.scalars(select(ContactLink)).one()
    assert link.token_hash == hash_token(token)
    assert token not in str(vars(link))
    assert link.expires_at - link.created_at <= rules.LINK_LIFETIME + dt.timedelta(seconds=5)


@pytest.mark.both_databases
def test_staff_end_a_link_and_no_mail_brings_it_back(app: Flask, client: Client) -> None:
    application = arrived()
    page = path_in(mails("application_arrived")[0])
    staff = app.test_client()
    assert isinstance(staff, Client)
    postings.sign_in(staff, postings.coordinator())
    url = f"/staff/applications/{application.id}"
    shown = staff.submit(url, form="/end", button="End their link", follow=True)
    assert "The links of Ida Moreno to this application open nothing now." in shown.text
    assert "Their private links have been ended." in shown.text
    assert "Private links of Ida Moreno ended" in shown.text
    ended = client.page(page, status=410)
    assert "A colleague has ended your links" in ended.text
    assert "Mail a new link" not in ended.text  # it would be refused
    token = {"csrf_token": client.token("/sign-in")}
    for act in ("acknowledge", "decline", "more-time", "ask", "times"):
        assert client.post(f"{page}/{act}", data=token).status_code in {410, 422}
    refused = client.post(f"{page}/renew", data=token)
    assert refused.status_code == 409
    assert "A colleague has ended your links" in refused.text
    assert mails("contact_link_again") == []
    with writing():  # a link that goes out with another mail opens nothing either
        ida = db.session.query(Person).filter_by(email=IDA).one()
        secret = operations.give_link(db.session.get_one(Application, application.id), ida)
        db.session.commit()
    assert client.get(f"/for/{secret}").status_code == 410
    staff.submit(url, form="/send", button="Send a new link Ida Moreno")
    fresh = path_in(mails("contact_link_again")[0])
    assert client.get(fresh).status_code == 200
    assert client.get(page).status_code == 410
    revoked = db.session.scalars(select(LinkRevocation)).one()
    assert revoked.lifted_at is not None


def test_links_are_ended_once_and_only_of_whom_they_were_given(
    application: Application, client: Client
) -> None:
    postings.sign_in(client, postings.coordinator())
    url = f"/staff/applications/{application.id}"
    shown = client.page(url)
    stranger = postings.person("stranger@example.org").id
    token = {"csrf_token": shown.token()}
    for act in ("end", "send"):
        answer = client.post(f"{url}/links/{stranger}/{act}", data=token)
        assert answer.status_code == 404
    assert client.fill(shown, form="/end", button="End their link").status_code == 303
    assert client.fill(shown, form="/end", button="End their link").status_code == 409


def test_who_gets_it_by_hand_again_gets_a_link_that_opens(
    application: Application, client: Client, page: str
) -> None:
    by = postings.coordinator()
    robin = postings.person(ROBIN)
    for receiver in (robin, db.session.query(Person).filter_by(email=IDA).one()):
        with writing():
            row = lock(Application, application.id)
            who = db.session.get_one(Person, by.id)
            if receiver.email == IDA:
                operations.shut_out(row, db.session.get_one(Person, receiver.id), by=who)
            operations.hand_over(
                row, db.session.get_one(Person, receiver.id), reason="Back", by=who
            )
            db.session.commit()
    assert client.get(path_in(mails("application_arrived")[-1])).status_code == 200


def test_the_page_asks_as_often_for_one_opinion_as_for_five(
    application: Application, client: Client, page: str, count_queries: QueryCounter
) -> None:
    postings.employer()
    counted = []
    for number in range(rules.MOST_CONSULTED):
        ask(client, page, email=f"kim{number}@example.org", name="Kim")
        with count_queries() as statements:
            client.get(page)
        counted.append(len(statements))
    assert counted[0] == counted[-1]
