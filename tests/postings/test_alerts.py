"""New openings by mail: asked for, confirmed, at most one a day, ended by one click."""

import datetime as dt
import threading
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from time_machine import Traveller
from werkzeug.test import TestResponse

from tests.plugins.apps import Client
from tests.plugins.clocks import QueryCounter
from tests.plugins.databases import fresh_sqlite
from tests.plugins.mail import MailServer
from tests.plugins.pages import Page
from tests.postings import factories
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
from tracker.app import create_app
from tracker.applications.models import Tally
from tracker.applications.throttle import BY_NETWORK, Act
from tracker.core.db import db, now, writing
from tracker.core.jobs import run_now
from tracker.core.tokens import hash_token
from tracker.notifications import operations as outbox
from tracker.notifications.models import DeliveryAttempt, OutgoingEmail
from tracker.notifications.rules import MailState
from tracker.postings import operations
from tracker.postings.fitting import day_at
from tracker.postings.models import (
    Posting,
    SeenOpening,
    Subscription,
    SubscriptionDay,
    SubscriptionLink,
)
from tracker.postings.rules import Pause

FORM = "/alerts"
DAY = dt.timedelta(days=1)
SEND = "Send me the link"


@pytest.fixture(autouse=True)
def _house(app: Flask) -> None:
    """An application with an employer stands in every test."""
    factories.employer()


def send(client: Client, email: str = ADDRESS, **entered: object) -> TestResponse:
    return client.submit(FORM, {"email": email, **entered}, form=0, button=SEND)


def next_morning(clock: Traveller) -> None:
    """Go on to seven o'clock and a minute of the next day in New York."""
    zone = ZoneInfo("America/New_York")
    day = now().astimezone(zone).date() + DAY
    clock.move_to(dt.datetime.combine(day, dt.time(7, 1), tzinfo=zone))


def deliver() -> None:
    db.session.rollback()
    run_now("deliver")
    db.session.rollback()


def went(mail: OutgoingEmail) -> None:
    """Note what a server that takes a mail leads to."""
    mail.state, mail.sent_at, mail.next_attempt_at = MailState.SENT, now(), None
    db.session.commit()


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


# The day's mail


def test_a_new_opening_is_told_in_the_morning_once(client: Client, clock: Traveller) -> None:
    factories.open_posting(title="Here before")
    subscribe()
    opened = factories.open_posting(title="Shelver")
    tell()
    assert news() == []
    next_morning(clock)
    tell()
    (mail,) = news()
    assert mail.subject == "New at Fernhollow Library: Shelver"
    assert titles(mail) == [opened.slug]
    assert "Full-time · 37.5 hours a week · $52,000–$61,000 a year · Main library" in mail.text
    for _ in range(3):
        tell()
        next_morning(clock)
    assert len(news()) == 1


def test_before_the_morning_nobody_is_written_to(clock: Traveller) -> None:
    subscribe()
    factories.open_posting()
    clock.move_to(dt.datetime(2026, 11, 24, 11, 59, tzinfo=dt.UTC))  # 6:59 in New York
    tell()
    assert news() == []
    clock.move_to(dt.datetime(2026, 11, 24, 12, 0, tzinfo=dt.UTC))
    tell()
    assert len(news()) == 1


def test_what_opens_after_the_mail_is_the_next_days(clock: Traveller) -> None:
    subscribe()
    factories.open_posting(title="One")
    next_morning(clock)
    tell()
    clock.shift(dt.timedelta(hours=2))
    for title in ("Two", "Three"):
        factories.open_posting(title=title)
    tell()
    deliver()
    assert len(news()) == 1


def test_nobody_hears_of_what_has_closed_or_is_not_listed(clock: Traveller) -> None:
    subscribe()
    closed = factories.open_posting(title="Closed")
    factories.open_posting(title="Past", closes_on=dt.date(2026, 11, 23))
    factories.open_posting(title="By link", unlisted=True)
    factories.draft_posting(title="Draft")
    operations.close(closed, by=None)
    db.session.commit()
    next_morning(clock)
    tell()
    assert news() == []
    assert db.session.scalar(select(func.count()).select_from(SubscriptionDay)) == 0


def test_an_opening_that_is_listed_later_is_news_then(clock: Traveller) -> None:
    subscribe()
    posting = factories.open_posting(unlisted=True)
    next_morning(clock)
    tell()
    operations.change(posting, {"unlisted": False}, by=None)
    db.session.commit()
    tell()
    assert len(news()) == 1


@pytest.mark.parametrize(
    ("wish", "told"),
    [
        ({}, ["night-page", "shelver"]),
        ({"words": "SHELV"}, ["shelver"]),
        ({"words": "helver"}, []),
        ({"words": "cook, págé"}, ["night-page"]),
        ({"kinds": ("PART_TIME",)}, ["night-page"]),
        ({"kinds": ("PART_TIME", "FULL_TIME")}, ["night-page", "shelver"]),
        ({"kinds": ("PART_TIME",), "words": "shelver"}, []),
        ({"words": "c++ (.*"}, []),
    ],
)
def test_only_what_fits_is_told(clock: Traveller, wish: dict[str, Any], told: list[str]) -> None:
    subscribe(**wish)
    for title, kind in (("Shelver", "FULL_TIME"), ("Night page", "PART_TIME")):
        factories.open_posting(title=title, summary="", employment_types=[kind])
    next_morning(clock)
    tell()
    assert [titles(each) for each in news()] == ([told] if told else [])


def test_the_mail_is_in_the_subscribers_language(clock: Traveller) -> None:
    subscribe(language="es")
    factories.open_posting(closes_on=dt.date(2026, 12, 5))
    next_morning(clock)
    tell()
    (mail,) = news()
    assert "Tiempo completo" in mail.text
    assert "sábado 5 de diciembre de 2026" in mail.text
    assert '<html lang="es">' in mail.html


def test_ten_subscribers_each_get_their_own(clock: Traveller) -> None:
    addresses = [f"s{number}@example.org" for number in range(10)]
    for address in addresses:
        subscribe(address)
    factories.open_posting()
    next_morning(clock)
    tell()
    tokens = {secret_in(news(address)[0]) for address in addresses}
    assert len(tokens) == 10


# Never more than one a day


def test_a_crash_before_the_commit_leaves_nothing_and_after_it_everything(
    clock: Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscribe()
    factories.open_posting()
    next_morning(clock)
    day = day_at(now(), "America/New_York")
    assert day is not None
    (subscription,) = subscriptions()
    number = subscription.id
    with writing():  # a worker that ends before its commit
        assert operations.tell_of_openings(number, day, at=now()) is not None
    assert (news(), db.session.scalars(select(SubscriptionDay)).all()) == ([], [])
    assert db.session.scalars(select(SeenOpening)).all() == []
    for _ in range(2):  # one that was killed right after it, and started again
        with writing():
            operations.tell_of_openings(number, day, at=now())
            db.session.commit()
    tell()
    assert len(news()) == 1


@pytest.mark.both_databases
def test_two_workers_at_one_moment_write_one_mail(any_app: Flask) -> None:
    subscribe()
    posting = factories.open_posting()
    (subscription,) = subscriptions()
    subscription.confirmed_at = now() - 3 * DAY
    posting.published_at = now() - 2 * DAY
    number = subscription.id
    db.session.commit()
    at = dt.datetime.combine(now().date(), dt.time(18), tzinfo=dt.UTC)
    day = day_at(at, "America/New_York")
    assert day is not None
    gate, failures = threading.Barrier(2), []

    def work() -> None:
        with any_app.app_context():
            gate.wait()
            try:
                with writing():
                    operations.tell_of_openings(number, day, at=at)
                    db.session.commit()
            except Exception as error:
                failures.append(error)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    db.session.rollback()
    assert failures == []
    assert len(news()) == 1


@pytest.mark.both_databases
def test_the_database_itself_holds_one_day_to_one_row(any_app: Flask) -> None:
    subscribe()
    (subscription,) = subscriptions()
    day = now().date()
    for _ in range(2):
        db.session.add(SubscriptionDay(subscription_id=subscription.id, day=day))
    with pytest.raises(IntegrityError):
        db.session.flush()
    db.session.rollback()


def test_a_clock_that_is_set_back_brings_no_second_mail(clock: Traveller) -> None:
    subscribe()
    factories.open_posting(title="One")
    next_morning(clock)
    tell()
    deliver()
    factories.open_posting(title="Two")
    for hours in (24, 48):
        clock.move_to(now() - dt.timedelta(hours=hours))
        tell()
    assert len(news()) == 1


@pytest.mark.parametrize(
    ("at", "on"),
    [
        # New York, clocks go forward on 14 March 2027 and back on 7 November.
        (dt.datetime(2027, 3, 14, 10, 59, tzinfo=dt.UTC), None),
        (dt.datetime(2027, 3, 14, 11, 0, tzinfo=dt.UTC), dt.date(2027, 3, 14)),
        (dt.datetime(2027, 3, 15, 3, 59, tzinfo=dt.UTC), dt.date(2027, 3, 14)),
        (dt.datetime(2027, 3, 15, 4, 0, tzinfo=dt.UTC), None),
        (dt.datetime(2027, 11, 7, 11, 59, tzinfo=dt.UTC), None),
        (dt.datetime(2027, 11, 7, 12, 0, tzinfo=dt.UTC), dt.date(2027, 11, 7)),
        (dt.datetime(2027, 11, 8, 4, 59, tzinfo=dt.UTC), dt.date(2027, 11, 7)),
        (dt.datetime(2027, 11, 8, 5, 0, tzinfo=dt.UTC), None),
    ],
)
def test_a_day_is_one_day_also_where_clocks_change(at: dt.datetime, on: dt.date | None) -> None:
    day = day_at(at, "America/New_York")
    assert (day.on if day else None) == on


@pytest.mark.parametrize("weekend", [dt.date(2027, 3, 13), dt.date(2027, 11, 6)])
def test_four_days_around_a_change_of_clocks_are_four_mails(
    clock: Traveller, weekend: dt.date
) -> None:
    clock.move_to(dt.datetime.combine(weekend - DAY, dt.time(12), tzinfo=dt.UTC))
    subscribe()
    for hour in range(4 * 24):
        clock.shift(dt.timedelta(hours=1))
        factories.open_posting(title=f"Opening {hour}", closes_on=None, open_until_filled=True)
        tell()
        for mail in news():
            if mail.state is not MailState.SENT:
                went(mail)
    zone = ZoneInfo("America/New_York")
    days = [each.created_at.astimezone(zone).date() for each in news()]
    assert days == [weekend + number * DAY for number in range(4)]


def test_while_a_mail_is_late_no_second_one_is_written(clock: Traveller) -> None:
    """Nothing takes the mail for two days; then it goes, and that day has had its mail."""
    subscribe()
    factories.open_posting(title="One")
    next_morning(clock)
    tell()
    factories.open_posting(title="Two")
    next_morning(clock)
    tell()
    assert len(news()) == 1
    went(news()[0])
    tell()
    assert len(news()) == 1
    next_morning(clock)
    tell()
    assert [titles(each) for each in news()] == [["one"], ["two"]]


def test_who_comes_back_on_the_same_day_has_had_their_mail(
    client: Client, clock: Traveller
) -> None:
    token = subscribe()
    factories.open_posting(title="One")
    next_morning(clock)
    tell()
    client.post(f"/alerts/{token}/end")
    subscribe()
    factories.open_posting(title="Two")
    clock.shift(dt.timedelta(hours=5))
    tell()
    assert news() == []


def test_a_mail_that_waits_is_written_anew_when_an_opening_closes(clock: Traveller) -> None:
    subscribe()
    closing = factories.open_posting(title="One")
    factories.open_posting(title="Two")
    next_morning(clock)
    tell()
    assert sorted(titles(news()[0])) == ["one", "two"]
    operations.close(db.session.get_one(Posting, closing.id), by=None)
    db.session.commit()
    tell()
    assert [titles(each) for each in news()] == [["two"]]
    old = db.session.scalars(select(OutgoingEmail).order_by(OutgoingEmail.id)).all()[1]
    assert (old.state, old.text, old.next_attempt_at) == (MailState.HELD, "", None)


def test_a_mail_that_waits_is_not_sent_when_all_of_it_has_closed(clock: Traveller) -> None:
    subscribe()
    factories.open_posting(closes_on=dt.date(2026, 11, 24), closes_time=dt.time(9))
    next_morning(clock)
    tell()
    assert len(news()) == 1
    clock.shift(dt.timedelta(hours=3))
    tell()
    assert news() == []


def test_after_a_restore_nobody_is_written_to_twice_that_day(
    app: Flask, clock: Traveller, tmp_path: Path
) -> None:
    """What went after the backup is known to nobody; the next morning it is told again."""
    subscribe()
    factories.open_posting()
    saved = tmp_path / "before.tar.gz"
    db.session.rollback()
    runner = app.test_cli_runner()
    next_morning(clock)
    result = runner.invoke(args=["backup", str(saved)])
    assert result.exit_code == 0, result.output
    place = tmp_path / "restored"
    place.mkdir()
    empty = create_app(
        {
            **{name: app.config[name] for name in ("TESTING", "BASE_URL", "SECRET_KEY")},
            "INSTANCE_PATH": str(place / "instance"),
            "DATABASE_URL": fresh_sqlite(place),
            "FILES_URL": str(place / "files"),
        }
    )
    with empty.app_context():
        result = empty.test_cli_runner().invoke(args=["restore", str(saved)])
        assert result.exit_code == 0, result.output
        tell()
        assert news() == []
        next_morning(clock)
        tell()
        assert len(news()) == 1
        db.session.remove()
        db.engine.dispose()
    empty.extensions["huey"].storage.close()


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
