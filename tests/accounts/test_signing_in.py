"""Signing in, staying signed in, and being shut out at once."""

import datetime as dt
from typing import Any, cast

import pytest
import time_machine
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import select

from tests.accounts.conftest import PASSWORD, PersonMaker, sign_in
from tests.plugins.apps import Client
from tracker.accounts import operations, passwords
from tracker.accounts.models import EndedSession, Person, SignInAttempt
from tracker.accounts.queries import signed_in_person
from tracker.accounts.rules import SESSION_LIFETIME
from tracker.core.access import Role
from tracker.core.db import db, writing
from tracker.core.jobs import run_now

ACCOUNT = "/staff/account"
SESSION = "tracker"


def test_the_right_password_opens_the_page_that_was_wanted(client: Client, robin: Person) -> None:
    """Whoever was sent to sign-in comes back to where they were going."""
    asked = client.get(f"{ACCOUNT}?tab=1")
    assert asked.status_code == 302
    answer = client.submit(
        asked.headers["Location"], {"email": "Robin.Vale@Example.org ", "password": PASSWORD}
    )
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{ACCOUNT}?tab=1")
    assert client.page(ACCOUNT).texts("h1") == ["Your account"]


@pytest.mark.settings(BASE_URL="https://jobs.example.org")
def test_sign_in_works_over_https_with_safe_cookies(client: Client, robin: Person) -> None:
    """Over https the cookies are Secure, bound to the host, and unreadable for scripts."""
    answer = sign_in(client)
    assert answer.status_code == 303
    cookies = answer.headers.getlist("Set-Cookie")
    assert sorted(each.partition("=")[0] for each in cookies) == [
        "__Host-tracker",
        "__Host-tracker-device",
    ]
    assert all("Secure" in each and "HttpOnly" in each for each in cookies)
    assert client.get(ACCOUNT).status_code == 200


@pytest.mark.parametrize(
    "target", ["https://example.net/", "//example.net", "/\\example.net", "javascript:alert(1)"]
)
def test_nobody_is_sent_to_a_strange_address(client: Client, robin: Person, target: str) -> None:
    """A forged `next` leads to this site all the same."""
    answer = client.post(
        "/sign-in",
        query_string={"next": target},
        data={
            "email": robin.email,
            "password": PASSWORD,
            "csrf_token": client.token("/sign-in"),
        },
    )
    assert answer.status_code == 303
    assert answer.headers["Location"] in {"/", "/staff"}


def test_a_wrong_password_and_an_unknown_address_get_the_same_page(
    client: Client, robin: Person
) -> None:
    """Nobody learns from sign-in who has an account."""
    known = sign_in(client, robin.email, "not the password")
    unknown = sign_in(client, "nobody@example.org", "not the password")
    assert known.status_code == unknown.status_code == 422
    assert _without_what_was_typed(known.text, robin.email) == _without_what_was_typed(
        unknown.text, "nobody@example.org"
    )
    assert "The address or the password is not right." in unknown.text


def _without_what_was_typed(page: str, address: str) -> str:
    lines = page.replace(address, "ADDRESS").splitlines()
    return "\n".join(line for line in lines if "csrf_token" not in line)


def test_unknown_addresses_cost_the_same_hashing(
    client: Client, robin: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One verification is made whatever the address is: known, unknown, disabled."""
    counted: list[bool] = []
    verify = type(passwords._hasher).verify

    def counting(self: PasswordHasher, *arguments: Any) -> bool:
        counted.append(True)
        return verify(self, *arguments)

    monkeypatch.setattr(type(passwords._hasher), "verify", counting)
    for address in (robin.email, "nobody@example.org"):
        counted.clear()
        sign_in(client, address, "not the password")
        assert len(counted) == 1


@pytest.mark.parametrize(
    "values", [{"role": None}, {"disabled_at": dt.datetime(2026, 1, 5, tzinfo=dt.UTC)}]
)
def test_the_right_password_is_not_enough_without_an_account(
    client: Client, add_person: PersonMaker, values: dict[str, object]
) -> None:
    """A contact without a role, and a disabled person, get the same answer as a stranger."""
    add_person(**values)
    assert sign_in(client).status_code == 422


def test_a_password_kept_with_old_parameters_is_kept_anew(
    client: Client, add_person: PersonMaker
) -> None:
    """Signing in renews a hash that was made with weaker parameters."""
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    person = add_person(password_hash=weak)
    assert sign_in(client).status_code == 303
    db.session.refresh(person)
    assert person.password_hash != weak
    assert not passwords.is_outdated(person.password_hash or "")
    assert passwords.matches(person.password_hash, PASSWORD)


def test_nothing_from_before_survives_signing_in(client: Client, robin: Person) -> None:
    """A session that somebody planted is emptied."""
    with client.session_transaction() as session:
        session["planted"] = "by somebody else"
    sign_in(client)
    with client.session_transaction() as session:
        assert "planted" not in session
        assert session["_user_id"] == f"{robin.id}.{robin.session_epoch}"


def test_signing_out_is_a_post_and_ends_the_session(admin: Client) -> None:
    """A picture on a foreign page cannot sign anybody out."""
    assert admin.get("/sign-out").status_code == 303
    assert admin.get(ACCOUNT).status_code == 200
    answer = admin.submit(ACCOUNT, form=0)
    assert answer.status_code == 303
    assert admin.get(ACCOUNT).status_code == 302


def test_a_copied_cookie_opens_nothing_after_signing_out(
    app: Flask, client: Client, robin: Person
) -> None:
    """Nor does signing out here end the session of another browser."""
    other, thief = cast("Client", app.test_client()), app.test_client()
    sign_in(client)
    sign_in(other)
    cookie = client.get_cookie(SESSION)
    assert cookie is not None
    thief.set_cookie(SESSION, cookie.value)
    assert thief.get(ACCOUNT).status_code == 200
    client.submit(ACCOUNT, form=0)
    assert thief.get(ACCOUNT).status_code == 302
    assert other.get(ACCOUNT).status_code == 200
    with time_machine.travel(dt.datetime.now(dt.UTC) + SESSION_LIFETIME + dt.timedelta(hours=1)):
        run_now("forget_attempts")
    assert db.session.scalars(select(EndedSession)).all() == []


def test_disabling_ends_sessions_at_the_very_next_request(
    app: Flask, client: Client, add_person: PersonMaker
) -> None:
    """Not when the cookie runs out, not when they sign out: now."""
    add_person()
    alex = add_person("alex.moreno@example.org", Role.COORDINATOR, name="Alex Moreno")
    sign_in(client, alex.email)
    assert client.get(ACCOUNT).status_code == 200
    with writing():
        operations.disable(db.session.get_one(Person, alex.id), by=alex)
        db.session.commit()
    assert client.get(ACCOUNT).status_code == 302
    with writing():
        operations.enable(db.session.get_one(Person, alex.id), by=alex)
        db.session.commit()
    assert client.get(ACCOUNT).status_code == 302  # the old cookie stays dead


def test_taking_the_role_away_ends_access_at_once(client: Client, add_person: PersonMaker) -> None:
    """A role is looked up at every request."""
    alex = add_person("alex.moreno@example.org", Role.COORDINATOR)
    sign_in(client, alex.email)
    alex.role = None
    db.session.commit()
    assert client.get(ACCOUNT).status_code == 302


def test_a_session_ends_after_two_weeks(
    client: Client, robin: Person, clock: time_machine.Traveller
) -> None:
    """A forgotten browser does not stay signed in for ever."""
    sign_in(client)
    clock.shift(dt.timedelta(days=13))
    assert client.get(ACCOUNT).status_code == 200
    clock.shift(dt.timedelta(days=2))
    assert client.get(ACCOUNT).status_code == 302


@pytest.mark.parametrize("cookie", ["1", "1.x", "x.1", ".", "1.1.1", "²", "9" * 30 + ".1"])
def test_odd_session_ids_are_nobody(app: Flask, robin: Person, cookie: str) -> None:
    """What is not a person's id and epoch signs nobody in."""
    assert signed_in_person(cookie, "") is None


def test_a_try_names_no_address_in_the_table(client: Client, robin: Person) -> None:
    """The table of tries tells nobody which addresses were typed."""
    sign_in(client, "robin.vale@example.org", "not the password")
    attempt = db.session.scalars(select(SignInAttempt)).one()
    assert attempt.account_key.isalnum()
    assert len(attempt.account_key) == 64
    assert (attempt.client_address, attempt.succeeded) == ("127.0.0.1", False)


@pytest.mark.parametrize("typed", ["a\x00b@example.org", "ü" * 100, "' OR 1=1 --"])
def test_odd_input_is_refused_with_a_page(any_app: Flask, typed: str) -> None:
    """Whatever is typed, the answer is a sentence."""
    client = any_app.test_client()
    assert isinstance(client, Client)
    answer = client.post(
        "/sign-in",
        data={"email": typed, "password": typed, "csrf_token": client.token("/sign-in")},
    )
    assert answer.status_code == 422
    assert "The address or the password is not right." in answer.text


def test_the_first_start_says_how_to_get_in(client: Client) -> None:
    """With nobody there, the page names the command."""
    assert "flask users create-admin" in client.page("/sign-in").text
