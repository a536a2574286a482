"""Guessing is slowed; the honest owner is not."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from tests.accounts.conftest import PersonMaker, sign_in
from tests.plugins.apps import Client
from tracker.accounts import operations, throttle
from tracker.accounts.models import Person, SignInAttempt
from tracker.core.db import db, now, writing
from tracker.core.errors import TooManyRequestsError
from tracker.core.jobs import run_now

WRONG = "not the password"


def _fail(client: Client, address: str, times: int) -> None:
    """Fail through the page once, and as often as it takes by the same rows as it writes."""
    assert sign_in(client, address, WRONG).status_code == 422
    written = db.session.scalars(select(SignInAttempt).order_by(SignInAttempt.id.desc())).first()
    assert written is not None
    for _ in range(times - 1):
        db.session.add(
            SignInAttempt(
                account_key=written.account_key,
                client_address=written.client_address,
                device_key=written.device_key,
            )
        )
    db.session.commit()


@pytest.mark.parametrize("address", ["robin.vale@example.org", "nobody@example.org"])
def test_strangers_are_slowed_at_any_address(
    client: Client, robin: Person, clock: time_machine.Traveller, address: str
) -> None:
    """After ten failures comes a wait that the answer names, known address or not."""
    _fail(client, address, 10)
    answer = sign_in(client, address, WRONG)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "900")
    assert "Wait 15 minutes" in answer.text
    clock.shift(dt.timedelta(minutes=15, seconds=1))
    assert sign_in(client, address, WRONG).status_code == 422


def test_the_right_password_does_not_pass_a_closed_door(client: Client, robin: Person) -> None:
    """While it is closed, the answer tells a guesser nothing."""
    _fail(client, robin.email, 10)
    assert sign_in(client).status_code == 429


def test_the_owners_browser_is_not_slowed_by_strangers(
    app: Flask, client: Client, robin: Person
) -> None:
    """A browser that has signed in before has an allowance of its own."""
    assert sign_in(client).status_code == 303
    client.submit("/staff/account", form=0)
    stranger = app.test_client()
    assert isinstance(stranger, Client)
    _fail(stranger, robin.email, 10)
    assert sign_in(stranger, robin.email, WRONG).status_code == 429
    assert sign_in(client).status_code == 303


def test_the_owners_browser_has_an_end_too(client: Client, robin: Person) -> None:
    """Whoever sits down at the owner's browser cannot guess for ever either."""
    sign_in(client)
    client.submit("/staff/account", form=0)
    _fail(client, robin.email, 10)
    assert sign_in(client).status_code == 429


def test_a_mark_made_by_hand_or_for_another_account_counts_as_none(
    app: Flask, client: Client, robin: Person, add_person: PersonMaker
) -> None:
    """The browser's mark is signed, and stands for the accounts that it signed in to."""
    add_person("alex.moreno@example.org", name="Alex Moreno")
    sign_in(client, "alex.moreno@example.org")
    client.submit("/staff/account", form=0)
    _fail(client, robin.email, 10)
    client.set_cookie("tracker-device", "made-by-hand")
    assert sign_in(client, robin.email, WRONG).status_code == 429


def test_one_network_is_slowed_over_many_accounts(client: Client, robin: Person) -> None:
    """One guess at each of many accounts is guessing too."""
    for number in range(8):
        _fail(client, f"person{number}@example.org", 5)
    assert sign_in(client, "another@example.org", WRONG).status_code == 429


def test_who_is_over_the_limit_writes_nothing(client: Client, robin: Person) -> None:
    """A flood fills no table."""
    _fail(client, robin.email, 10)
    for _ in range(5):
        sign_in(client, robin.email, WRONG)
    assert db.session.scalar(select(func.count()).select_from(SignInAttempt)) == 10


def test_many_tries_at_one_moment_pass_no_more_than_the_limit(any_app: Flask) -> None:
    """Tries are counted before they are judged, under a lock on both databases."""

    def try_once(_number: int) -> bool:
        with any_app.app_context():
            try:
                with writing():
                    operations.note_attempt(
                        purpose=throttle.SIGN_IN,
                        account_key="a",
                        network="192.0.2.1",
                        device_key="",
                    )
                    db.session.commit()
            except TooManyRequestsError:
                return False
            return True

    with ThreadPoolExecutor(8) as pool:
        passed = list(pool.map(try_once, range(24)))
    assert passed.count(True) == 10


def test_links_are_mailed_three_times_an_hour(client: Client, robin: Person) -> None:
    """Nobody's mailbox is filled by somebody else's wish for a new password."""
    for _ in range(3):
        assert client.submit("/forgotten-password", {"email": robin.email}).status_code == 303
    answer = client.submit("/forgotten-password", {"email": robin.email})
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 3500


@pytest.mark.settings(TRUSTED_PROXIES=1)
def test_behind_a_trusted_proxy_the_client_is_counted_not_the_proxy(
    client: Client, robin: Person
) -> None:
    """The address is the one that the trusted proxy saw, whatever the client claims."""
    client.post(
        "/sign-in",
        data={"email": "a@example.org", "password": WRONG, "csrf_token": client.token("/sign-in")},
        headers={"X-Forwarded-For": "203.0.113.9, 198.51.100.7"},
    )
    assert db.session.scalars(select(SignInAttempt.client_address)).all() == ["198.51.100.7"]


def test_old_tries_are_forgotten(app: Flask, clock: time_machine.Traveller) -> None:
    """Tries that no longer count do not stay."""
    for age in (dt.timedelta(days=2), dt.timedelta(minutes=5)):
        db.session.add(
            SignInAttempt(account_key=str(age), client_address="192.0.2.1", at=now() - age)
        )
    db.session.commit()
    run_now("forget_attempts")
    assert db.session.scalars(select(SignInAttempt.account_key)).all() == ["0:05:00"]


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("", "unknown"),
        (None, "unknown"),
    ],
)
def test_a_network_is_what_one_subscriber_has(address: str | None, network: str) -> None:
    """An IPv6 subscriber has a whole /64 to try from."""
    assert throttle.network_of(address) == network


def test_a_wait_ends_when_the_oldest_of_the_last_tries_leaves_the_window() -> None:
    """Ten tries a quarter of an hour means any quarter of an hour."""
    at = dt.datetime(2027, 5, 14, 15, 0, tzinfo=dt.UTC)
    allowance = throttle.Allowance(3, dt.timedelta(minutes=15))
    failures = [at - dt.timedelta(minutes=minutes) for minutes in (20, 14, 10, 1)]
    assert allowance.wait(failures, at) == 60
    assert allowance.wait(failures[2:], at) == 0
