"""Mail about new openings is changed, paused and ended by its reader and by what comes back."""

import datetime as dt
from email import message_from_bytes, policy

import pytest
from flask import Flask
from sqlalchemy import select
from time_machine import Traveller

from tests.plugins.apps import Client
from tests.plugins.clocks import QueryCounter
from tests.plugins.mail import MailServer
from tests.postings import factories
from tests.postings.alerting import DAY, FORM, deliver, next_morning, went
from tests.postings.subscribers import (
    ADDRESS,
    ask,
    mails,
    news,
    secret_in,
    subscribe,
    subscriptions,
    tell,
    titles,
)
from tracker.core.db import db, now, writing
from tracker.core.jobs import run_now
from tracker.notifications import operations as outbox
from tracker.notifications.models import DeliveryAttempt, OutgoingEmail
from tracker.notifications.rules import MailState
from tracker.postings import operations
from tracker.postings.models import (
    Subscription,
    SubscriptionDay,
    SubscriptionLink,
)
from tracker.postings.rules import Pause


@pytest.fixture(autouse=True)
def _house(app: Flask) -> None:
    """An application with an employer stands in every test."""
    factories.employer()


# Changed, paused, ended


def test_the_private_page_changes_and_pauses(client: Client, clock: Traveller) -> None:
    factories.open_posting(employment_types=["PART_TIME"])
    token = subscribe(words="librarian")
    url = f"/alerts/{token}"
    changed = {"words": "page", "kinds": ["PART_TIME"], "language": "es"}
    client.submit(url, changed, form="/change", button="Save")
    (kept,) = subscriptions()
    assert (kept.words, kept.kinds, kept.language) == ("page", ["PART_TIME"], "es")
    all_of_it = {"words": "", "kinds": [], "language": "en"}
    client.submit(url, all_of_it, form="/change", button="Guardar")
    client.fill(client.page(url), form="/pause")
    assert subscriptions()[0].pause is Pause.WISHED
    factories.open_posting(title="Meanwhile")
    next_morning(clock)
    tell()
    assert news() == []
    client.fill(client.page(url), form="/resume")
    tell()
    assert [titles(each) for each in news()] == [["meanwhile"]]


def test_a_link_changes_for_sixty_days_and_ends_for_good(client: Client, clock: Traveller) -> None:
    token = subscribe()
    clock.shift(60 * DAY)
    assert client.get(f"/alerts/{token}").status_code == 410
    assert client.get(f"/alerts/{token}/end").status_code == 200
    assert client.post(f"/alerts/{token}/end").status_code == 200
    assert subscriptions() == []


def test_a_look_ends_nothing_and_shows_a_button(client: Client) -> None:
    token = subscribe()
    page = client.page(f"/alerts/{token}/end")
    assert client.head(f"/alerts/{token}/end").status_code == 200
    assert len(subscriptions()) == 1
    answer = client.fill(page, form=0)
    assert (answer.status_code, subscriptions()) == (200, [])


@pytest.mark.settings(BASE_URL="https://jobs.example.org")
def test_one_click_ends_it_without_cookie_token_or_redirect(
    app: Flask, clock: Traveller, smtp_server: MailServer
) -> None:
    """RFC 8058 §3.1 and §3.2: what the mail's headers say works by itself."""
    subscribe()
    factories.open_posting()
    next_morning(clock)
    tell()
    app.config["MAIL_URL"] = smtp_server.url
    deliver()
    received = smtp_server.received[-1]
    headers = message_from_bytes(received.content, policy=policy.default)
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    way = headers["List-Unsubscribe"]
    assert way.startswith("<https://jobs.example.org/alerts/")
    assert way.endswith("/end>")
    assert b"=?utf-8?" not in received.content.split(b"\r\n\r\n")[0].split(b"List-Unsubscribe:")[1]
    path = way[1:-1].removeprefix("https://jobs.example.org")
    stranger = app.test_client()
    answer = stranger.post(
        path,
        base_url="https://jobs.example.org",
        data={"List-Unsubscribe": "One-Click"},
        content_type="application/x-www-form-urlencoded",
    )
    assert (answer.status_code, answer.headers.get("Set-Cookie")) == (200, None)
    assert subscriptions() == []
    again = stranger.post(path, base_url="https://jobs.example.org")
    assert again.status_code == 200


@pytest.mark.settings(BASE_URL="https://jobs.example.org", INTAKE_ADDRESS="jobs@example.org")
def test_with_an_address_for_replies_a_mail_ends_it_too(clock: Traveller) -> None:
    subscribe()
    factories.open_posting()
    next_morning(clock)
    tell()
    (mail,) = news()
    token = secret_in(mail)
    assert mail.headers["List-Unsubscribe"] == (
        f"<https://jobs.example.org/alerts/{token}/end>,"
        f" <mailto:jobs@example.org?subject=unsubscribe%20{token}>"
    )


def test_who_ended_it_is_erased_everywhere(client: Client, clock: Traveller) -> None:
    token = subscribe("Rosa.Unique@example.org")
    factories.open_posting()
    next_morning(clock)
    tell()
    client.post(f"/alerts/{token}/end")
    for table in db.metadata.sorted_tables:
        for row in db.session.execute(select(table)).all():
            assert "rosa.unique" not in repr(row).lower(), table.name
    deliver()
    assert {each.state for each in db.session.scalars(select(OutgoingEmail))} <= {
        MailState.HELD,
        MailState.SENT,
    }
    assert client.get(f"/alerts/{token}").status_code == 410
    page = client.page(f"/alerts/{token}/end")
    assert page.texts("h1") == ["It has ended"]


def test_what_is_kept_is_said_on_the_page(client: Client) -> None:
    token = ask()
    for url in (FORM, f"/alerts/{token}"):
        assert "What is kept, and for how long" in client.page(url).texts("main//h2")


# Mail that comes back


def test_an_address_that_refuses_mail_is_paused_and_comes_back_by_the_form(
    app: Flask, client: Client, clock: Traveller, smtp_server: MailServer
) -> None:
    subscribe()
    factories.open_posting(title="One")
    next_morning(clock)
    tell()
    app.config["MAIL_URL"] = smtp_server.url
    smtp_server.refuse(ADDRESS)
    deliver()
    assert news()[0].state is MailState.FAILED
    tell()
    assert subscriptions()[0].pause is Pause.CAME_BACK
    token = ask()
    client.fill(client.page(f"/alerts/{token}"), form="/confirm")
    assert subscriptions()[0].pause is None
    tell()  # what came back before says nothing of the address any more
    assert subscriptions()[0].pause is None


def test_a_report_that_a_mail_came_back_pauses(clock: Traveller) -> None:
    subscribe()
    factories.open_posting()
    next_morning(clock)
    tell()
    mail = news()[0]
    went(mail)
    outbox.bounce(mail, words="5.1.1 No such person", at=now(), recipient=ADDRESS)
    db.session.commit()
    tell()
    assert subscriptions()[0].pause is Pause.CAME_BACK


def test_a_server_that_is_away_pauses_nobody(clock: Traveller) -> None:
    subscribe()
    factories.open_posting()
    next_morning(clock)
    tell()
    mail = news()[0]
    mail.state, mail.next_attempt_at = MailState.FAILED, None
    db.session.add(DeliveryAttempt(email_id=mail.id, result="unreachable", answer="No answer."))
    db.session.commit()
    tell()
    assert subscriptions()[0].pause is None


@pytest.mark.parametrize(
    ("why", "days"), [(Pause.CAME_BACK, 90), (Pause.WISHED, 365)], ids=["came back", "wished"]
)
def test_what_rests_too_long_is_erased(clock: Traveller, why: Pause, days: int) -> None:
    subscribe()
    with writing():
        operations.pause_subscription(subscriptions()[0], at=now(), why=why)
        db.session.commit()
    clock.shift(dt.timedelta(days=days, seconds=-1))
    run_now("forget_subscriptions")
    assert len(subscriptions()) == 1
    clock.shift(dt.timedelta(seconds=1))
    run_now("forget_subscriptions")
    assert subscriptions() == []


def test_mails_and_days_are_erased_after_thirty_days(clock: Traveller) -> None:
    subscribe()
    factories.open_posting(closes_on=None, open_until_filled=True)
    next_morning(clock)
    tell()
    clock.shift(dt.timedelta(days=31))
    run_now("forget_subscriptions")
    assert (mails(), db.session.scalars(select(SubscriptionDay)).all()) == ([], [])
    assert len(subscriptions()) == 1
    tell()
    assert news() == []


def test_nobody_sends_a_subscribers_mail_elsewhere(clock: Traveller) -> None:
    subscribe()
    factories.open_posting()
    next_morning(clock)
    tell()
    mail = news()[0]
    mail.state, mail.next_attempt_at = MailState.FAILED, None
    db.session.flush()
    assert outbox.may_correct(mail, by=factories.coordinator()) is False


def test_subscriptions_are_numbered_once(any_app: Flask) -> None:
    """What is kept of a mail names a number: it must never become somebody else's."""
    ask("first@example.org")
    (first,) = subscriptions()
    number = first.id
    db.session.query(SubscriptionLink).delete()
    db.session.delete(db.session.get_one(Subscription, number))
    db.session.commit()
    ask("second@example.org")
    assert subscriptions()[0].id > number


@pytest.mark.parametrize("count", [1, 30])
def test_the_clock_asks_the_same_for_one_and_for_thirty(
    clock: Traveller, count_queries: QueryCounter, count: int
) -> None:
    for number in range(count):
        subscribe(f"s{number}@example.org")
    db.session.expunge_all()
    next_morning(clock)
    with count_queries() as statements:
        tell()
    assert len(statements) <= 5
