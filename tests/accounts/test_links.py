"""Links that sign in: secret, single, short-lived, acting only by POST."""

import datetime as dt
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from tests.accounts.conftest import PASSWORD, PersonMaker, sign_in
from tests.plugins.apps import Client
from tests.plugins.clocks import QueryCounter
from tracker.accounts import operations, passwords
from tracker.accounts.models import Person, ResetRequest, SignInLink
from tracker.accounts.rules import LinkKind
from tracker.core.access import Role
from tracker.core.db import db, now, writing
from tracker.core.errors import GoneError
from tracker.core.jobs import run_now
from tracker.core.tokens import hash_token
from tracker.notifications.models import OutgoingEmail

NEW = "another quiet room"


def _link(person: Person, kind: LinkKind = LinkKind.SIGN_IN) -> str:
    token = operations.issue_link(person, kind, by=None)
    db.session.commit()
    return f"/sign-in/{token}"


def _mailed_link(address: str) -> str:
    mail = db.session.scalars(
        select(OutgoingEmail)
        .where(OutgoingEmail.recipient_address == address)
        .order_by(OutgoingEmail.id.desc())
    ).first()
    assert mail is not None
    found = re.search(r"/sign-in/\S+", mail.text)
    assert found
    return found[0]


def test_a_token_is_long_and_only_its_hash_is_kept(app: Flask, robin: Person) -> None:
    """Whoever reads the table cannot use what they read."""
    token = operations.issue_link(robin, LinkKind.SIGN_IN, by=None)
    kept = db.session.scalars(select(SignInLink)).one()
    assert len(token) * 6 >= 128
    assert kept.token_hash == hash_token(token)
    assert token not in repr(kept.__dict__)


def test_opening_a_link_does_nothing(client: Client, robin: Person) -> None:
    """Mail scanners open links; only the button acts."""
    address = _link(robin)
    for _ in range(3):
        assert client.page(address).texts("h1") == ["Sign in as Robin Vale"]
    assert db.session.scalars(select(SignInLink.used_at)).one() is None
    answer = client.submit(address)
    assert answer.status_code == 303
    assert client.get("/staff/account").status_code == 200


@pytest.mark.parametrize("kind", list(LinkKind))
def test_a_link_works_once(app: Flask, client: Client, robin: Person, kind: LinkKind) -> None:
    """The second time says what happened and what to do."""
    address = _link(robin, kind)
    data = {} if kind is LinkKind.SIGN_IN else {"new_password": NEW}
    assert client.submit(address, data).status_code == 303
    stranger = app.test_client()
    assert isinstance(stranger, Client)
    page = stranger.page(address, status=410)
    assert "This link has been used." in page.text
    assert page.link("ask for a new link by mail").endswith("/forgotten-password")
    token = stranger.token("/sign-in")
    again = stranger.post(address, data={**data, "csrf_token": token})
    assert again.status_code == 410
    assert stranger.get("/staff/account").status_code == 302


@pytest.mark.parametrize(
    ("kind", "hours"),
    [(LinkKind.SIGN_IN, 12), (LinkKind.RESET, 1), (LinkKind.INVITATION, 24 * 7)],
)
def test_a_link_runs_out(
    client: Client, robin: Person, clock: time_machine.Traveller, kind: LinkKind, hours: int
) -> None:
    """Each kind has its time, to the second."""
    address = _link(robin, kind)
    clock.shift(dt.timedelta(hours=hours, seconds=-1))
    assert client.get(address).status_code == 200
    clock.shift(dt.timedelta(seconds=1))
    assert "This link has run out." in client.page(address, status=410).text


def test_an_unknown_link_is_explained(client: Client, robin: Person) -> None:
    """A link that was cut in two gets a sentence, not a riddle."""
    page = client.page("/sign-in/nothing-like-it", status=404)
    assert "We do not know this link." in page.text


def test_a_disabled_persons_link_is_dead(client: Client, add_person: PersonMaker) -> None:
    """A link is no way around being shut out."""
    add_person()
    alex = add_person("alex.moreno@example.org", Role.MANAGER)
    address = _link(alex, LinkKind.RESET)
    operations.disable(alex, by=alex)
    db.session.commit()
    assert client.get(address).status_code == 410


def test_of_two_at_the_same_moment_one_wins(any_app: Flask) -> None:
    """Two browsers press the button together: one signs in, the other is told."""
    person = Person(email="robin.vale@example.org", name="Robin", role=Role.ADMINISTRATOR)
    db.session.add(person)
    db.session.flush()
    token = operations.issue_link(person, LinkKind.SIGN_IN, by=None)
    db.session.commit()
    link_id = db.session.scalars(
        select(SignInLink.id).where(SignInLink.token_hash == hash_token(token))
    ).one()
    db.session.rollback()

    def use(_number: int) -> str:
        with any_app.app_context():
            try:
                with writing():
                    operations.use_link(link_id)
                    db.session.commit()
            except GoneError as error:
                return error.message
            return "in"

    with ThreadPoolExecutor(4) as pool:
        results = sorted(pool.map(use, range(4)))
    used = "This link has been used. Each link works once."
    assert results == [used, used, used, "in"]


def test_a_forgotten_password_is_chosen_anew_by_mail(
    app: Flask, client: Client, robin: Person
) -> None:
    """Ask, get the mail, choose, be in; every other session is over."""
    elsewhere = app.test_client()
    assert isinstance(elsewhere, Client)
    sign_in(elsewhere)
    answer = client.submit("/forgotten-password", {"email": "Robin.Vale@example.org"}, follow=True)
    assert "If the address has an account here" in answer.text
    run_now("reset_links")
    address = _mailed_link("robin.vale@example.org")
    assert client.submit(address, {"new_password": NEW}).status_code == 303
    assert client.get("/staff/account").status_code == 200
    assert elsewhere.get("/staff/account").status_code == 302
    client.submit("/staff/account", form=0)
    assert sign_in(client, password=PASSWORD).status_code == 422
    assert sign_in(client, password=NEW).status_code == 303


def test_a_forgotten_password_pressed_twice_is_mailed_once(client: Client, robin: Person) -> None:
    for _press in range(2):
        client.submit("/forgotten-password", {"email": robin.email})
        run_now("reset_links")
    assert len(db.session.scalars(select(OutgoingEmail.id)).all()) == 1
    with time_machine.travel(now() + dt.timedelta(minutes=3), tick=True):
        client.submit("/forgotten-password", {"email": robin.email})
        run_now("reset_links")
    assert len(db.session.scalars(select(OutgoingEmail.id)).all()) == 2


def test_choosing_a_password_ends_the_other_links_that_could(client: Client, robin: Person) -> None:
    """Of several mails, the last button that was pressed counts."""
    first, second = _link(robin, LinkKind.RESET), _link(robin, LinkKind.RESET)
    assert client.submit(second, {"new_password": NEW}).status_code == 303
    assert client.get(first).status_code == 410


def test_asking_says_and_does_the_same_for_every_address(
    client: Client, robin: Person, count_queries: QueryCounter
) -> None:
    """Status, page, statements: nothing tells a known address from an unknown one."""
    seen = []
    for address in (robin.email, "nobody@example.org"):
        page = client.page("/forgotten-password")
        with count_queries() as statements:
            answer = client.fill(page, {"email": address})
        shown = client.get(answer.headers["Location"])
        seen.append((answer.status_code, answer.text, shown.text, list(statements)))
    assert seen[0] == seen[1]
    run_now("reset_links")
    assert db.session.scalars(select(OutgoingEmail.recipient_address)).all() == [robin.email]
    assert db.session.scalars(select(ResetRequest)).all() == []


@pytest.mark.settings(BASE_URL="https://jobs.example.org")
def test_links_in_mail_use_the_base_url(client: Client, robin: Person) -> None:
    """A forged Host header never gets into a mail."""
    page = client.page("https://evil.example.net/forgotten-password")
    assert client.fill(page, {"email": robin.email}).status_code == 303
    run_now("reset_links")
    text = db.session.scalars(select(OutgoingEmail.text)).one()
    assert re.findall(r"https?://[^/\s]+", text) == ["https://jobs.example.org"]


@pytest.mark.parametrize(
    ("password", "sentence"),
    [
        ("", "Enter a password."),
        ("short", "Use at least 10 characters."),
        ("robin.vale@example.org", "Your address is easy to guess."),
        ("Password123", "Many people use this password"),
        ("aaaaaaaaaaaaaa", "Many people use this password"),
        ("x" * 400 + "yzabc" * 50, "Use at most 500 characters."),
    ],
)
def test_weak_passwords_are_refused_at_the_field(
    client: Client, robin: Person, password: str, sentence: str
) -> None:
    """Length, the commonest, one's own address: each with its own sentence; the link lives."""
    address = _link(robin, LinkKind.RESET)
    answer = client.submit(address, {"new_password": password})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert client.get(address).status_code == 200


@pytest.mark.parametrize(
    "password", ["quiet reading room", "bøker på hylla", "        spaces", "9$kJ!2vR-p"]
)
def test_any_other_password_is_as_good(password: str) -> None:
    """No rule asks for digits, capitals or signs."""
    assert passwords.weakness(password, email="robin.vale@example.org") is None
    assert passwords.matches(passwords.hash_password(password), password)


def test_password_fields_help_password_managers(client: Client, robin: Person) -> None:
    """Fields say what they are for; pasting is nobody's business."""
    fields = {
        each.get("name"): each.get("autocomplete")
        for each in client.page("/sign-in").all("input")
        if each.get("type") in {"email", "password"}
    }
    assert fields == {"email": "username", "password": "current-password"}
    page = client.page(_link(robin, LinkKind.RESET))
    assert page.one("input[@type='password']").get("autocomplete") == "new-password"
