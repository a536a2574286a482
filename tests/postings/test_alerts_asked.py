"""Whoever wants to hear of new openings asks for it, and nothing happens before they confirm."""

import datetime as dt

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from time_machine import Traveller
from werkzeug.test import TestResponse

from tests.plugins.apps import Client
from tests.plugins.clocks import QueryCounter
from tests.plugins.pages import Page
from tests.postings import factories
from tests.postings.alerting import DAY, FORM
from tests.postings.subscribers import (
    ADDRESS,
    ask,
    mails,
    secret_in,
    subscribe,
    subscriptions,
)
from tracker.applications.models import Tally
from tracker.applications.throttle import BY_NETWORK, Act
from tracker.core.db import db, now
from tracker.core.jobs import run_now
from tracker.core.tokens import hash_token
from tracker.notifications.models import OutgoingEmail
from tracker.postings.models import SubscriptionLink

SEND = "Send me the link"


@pytest.fixture(autouse=True)
def _house(app: Flask) -> None:
    """An application with an employer stands in every test."""
    factories.employer()


def send(client: Client, email: str = ADDRESS, **entered: object) -> TestResponse:
    return client.submit(FORM, {"email": email, **entered}, form=0, button=SEND)


# Asked for


@pytest.mark.parametrize("path", ["/", "/postings/childrens-librarian"])
@pytest.mark.parametrize("ended", [False, True], ids=["open", "closed"])
def test_public_pages_lead_to_the_form(client: Client, path: str, ended: bool) -> None:
    (factories.closed_posting if ended else factories.open_posting)()
    page = client.page(path, status=410 if ended and path != "/" else 200)
    if path == "/":
        answer = client.submit("/", {"words": "shelver"}, form=0, button="Give my address")
        assert answer.request.path == FORM
        assert Page(answer.text).one("input[@name='words']").get("value") == "shelver"
    else:
        assert page.link("Tell me about new openings").endswith(FORM)


def test_the_careers_page_stays_one_that_is_kept_ready(client: Client) -> None:
    """Its form carries no token, so it sets no cookie: it only leads to the one that does."""
    factories.open_posting()
    assert "Set-Cookie" not in client.get("/").headers


def test_asking_mails_a_link_and_nothing_else_happens(client: Client) -> None:
    factories.open_posting(employment_types=["PART_TIME"])
    answer = send(client, " Rosa@Example.org ", words="Shelver, page", kinds=["PART_TIME"])
    assert (answer.status_code, answer.location) == (303, "/alerts/asked")
    (asked,) = subscriptions()
    assert (asked.email, asked.email_key) == ("Rosa@Example.org", "rosa@example.org")
    assert (asked.words, asked.kinds, asked.confirmed_at) == ("Shelver, page", ["PART_TIME"], None)
    (mail,) = mails("Rosa@Example.org")
    assert "Shelver" not in mail.text + mail.html
    assert "The words that you look for stand on the page." in mail.text
    assert "Kinds of employment: Part-time" in mail.text
    token = secret_in(mail)
    assert len(token) == 32  # 192 bits
    (link,) = db.session.scalars(select(SubscriptionLink))
    assert (link.token_hash, token in repr(vars(link))) == (hash_token(token), False)


def test_the_page_says_the_same_of_every_address(client: Client, clock: Traveller) -> None:
    subscribe()
    clock.shift(DAY)
    said = []
    for email in (ADDRESS, "new@example.org"):
        answer = send(client, email)
        shown = client.get(answer.location)
        said.append((answer.status_code, answer.location, shown.status_code, shown.text))
    assert said[0] == said[1]
    known, new = mails()[-1], mails("new@example.org")[-1]
    assert known.subject == new.subject
    assert known.text.replace(secret_in(known), "…") == new.text.replace(secret_in(new), "…")


def test_a_known_and_an_unknown_address_cost_the_same(
    client: Client, count_queries: QueryCounter
) -> None:
    subscribe("known@example.org")
    send(client, "warm@example.org")
    counts = []
    for email in ("known@example.org", "unknown@example.org"):
        page = client.page(FORM)
        with count_queries() as statements:
            client.fill(page, {"email": email}, form=0, button=SEND)
        counts.append([each.split(" WHERE ")[0] for each in statements])
    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    "email",
    ["", "nobody", "a@b", "a@example.org\r\nBcc: b@example.org", "x" * 250 + "@example.org"],
)
def test_what_is_no_address_is_told_at_the_field_and_kept(client: Client, email: str) -> None:
    answer = send(client, email, words="shelver")
    assert answer.status_code == 422
    page = Page(answer.text)
    assert page.one("input[@name='words']").get("value") == "shelver"
    assert page.one("input[@name='email']").get("aria-invalid") == "true"
    assert subscriptions() == []


def test_one_address_gets_two_requests_a_day_and_the_page_tells_nobody(client: Client) -> None:
    answers = [send(client) for _ in range(4)]
    assert {(each.status_code, each.location) for each in answers} == {(303, "/alerts/asked")}
    assert len(mails()) == len(subscriptions()) == 2
    assert ADDRESS not in "".join(db.session.scalars(select(Tally.place)))


def test_at_most_three_requests_wait_for_an_address(client: Client, clock: Traveller) -> None:
    for _ in range(3):
        send(client)
        send(client)
        clock.shift(dt.timedelta(hours=23))
    assert len(mails()) == 3


@pytest.mark.settings(FLOOD_LIMITS=True)
def test_one_network_asks_for_so_many_addresses_and_no_more(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit = BY_NETWORK[Act.SUBSCRIBE]
    for number in range(limit.most):
        assert send(client, f"a{number}@example.org").status_code == 303
    answer = send(client, "one.more@example.org", words="shelver")
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert Page(answer.text).one("input[@name='words']").get("value") == "shelver"
    assert len(subscriptions()) == limit.most


@pytest.mark.settings(FORM_PATIENCE=3)
def test_a_script_is_asked_again_and_a_person_goes_through(client: Client) -> None:
    answer = send(client)
    assert (answer.status_code, subscriptions()) == (422, [])
    page = Page(answer.text, FORM)
    assert page.one("input[@name='email']").get("value") == ADDRESS


def test_who_fills_the_hidden_field_is_asked_again(client: Client) -> None:
    answer = send(client, homepage="https://spam.example.org")
    assert (answer.status_code, subscriptions()) == (422, [])


# Confirmed


def test_a_look_confirms_nothing_and_a_button_does(client: Client) -> None:
    token = ask(words="shelver")
    page = client.page(f"/alerts/{token}")
    assert client.head(f"/alerts/{token}").status_code == 200
    assert subscriptions()[0].confirmed_at is None
    answer = client.fill(page, form="/confirm", follow=True)
    assert "You hear from us" in Page(answer.text).texts("p[@class='notice-title']")
    assert subscriptions()[0].confirmed_at is not None


def test_what_nobody_confirms_vanishes_with_its_mail(client: Client, clock: Traveller) -> None:
    token = ask()
    clock.shift(3 * DAY)
    assert client.get(f"/alerts/{token}").status_code == 410
    run_now("forget_subscriptions")
    assert subscriptions() == []
    assert mails() == []
    (mail,) = db.session.scalars(select(OutgoingEmail))
    assert (mail.text, mail.html, mail.headers, mail.recipient_address) == ("", "", {}, "")
    assert client.get(f"/alerts/{token}").status_code == 410


def test_a_second_wish_takes_the_first_ones_place(client: Client, clock: Traveller) -> None:
    first = subscribe(words="librarian")
    token = ask(words="shelver")
    page = client.page(f"/alerts/{token}")
    assert "librarian" in page.text
    client.fill(page, form="/confirm")
    (kept,) = subscriptions()
    assert kept.words == "shelver"
    for each in (first, token):
        field = client.page(f"/alerts/{each}").one("input[@name='words']")
        assert field.get("value") == "shelver"


@pytest.mark.both_databases
def test_one_address_is_confirmed_once(any_app: Flask) -> None:
    ask()
    ask()
    at = now()
    first, second = subscriptions()
    first.confirmed_at = at
    db.session.commit()
    second.confirmed_at = at
    with pytest.raises(IntegrityError):
        db.session.commit()
    db.session.rollback()
    subscribe(words="page")
    assert [each.words for each in subscriptions()] == ["page"]
