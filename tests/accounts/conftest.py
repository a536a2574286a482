"""People for these tests."""

from collections.abc import Callable

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.plugins.apps import Client
from tracker.accounts import passwords
from tracker.accounts.models import Person
from tracker.core.access import Role
from tracker.core.db import db

PASSWORD = "quiet reading room"
_HASH = passwords.hash_password(PASSWORD)

PersonMaker = Callable[..., Person]


@pytest.fixture
def add_person(app: Flask) -> PersonMaker:
    """Add a person who can sign in with `PASSWORD`, unless told otherwise."""

    def add(
        email: str = "robin.vale@example.org",
        role: Role | None = Role.ADMINISTRATOR,
        *,
        name: str = "Robin Vale",
        password_hash: str | None = _HASH,
        **values: object,
    ) -> Person:
        person = Person(email=email, name=name, role=role, password_hash=password_hash, **values)
        db.session.add(person)
        db.session.commit()
        return person

    return add


@pytest.fixture
def robin(add_person: PersonMaker) -> Person:
    """An administrator."""
    return add_person()


def sign_in(
    client: Client, email: str = "robin.vale@example.org", password: str = PASSWORD
) -> TestResponse:
    """Sign in through the page."""
    return client.submit("/sign-in", {"email": email, "password": password})


@pytest.fixture
def admin(client: Client, robin: Person) -> Client:
    """A browser in which the administrator is signed in."""
    assert sign_in(client).status_code == 303
    return client
