"""An employer and its people for these tests."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from tests.plugins.apps import Client
from tracker.accounts.models import Person
from tracker.accounts.operations import issue_link
from tracker.accounts.rules import LinkKind
from tracker.core.access import Role
from tracker.core.db import db
from tracker.organization import operations
from tracker.organization.models import Employer
from tracker.organization.rules import Profile

ClientFor = Callable[[Role], Client]

PROFILE: dict[str, str] = {
    "name": "Alder Falls Public Library",
    "street": "1 Mill Street",
    "city": "Alder Falls",
    "region": "CT",
    "postal_code": "06000",
    "country": "US",
    "website": "https://library.example.org",
    "time_zone": "America/New_York",
    "currency": "USD",
    "accent_colour": "#1f5f8b",
    "introduction": "We lend **books**.",
    "film_url": "",
    "equal_opportunity_statement": "Everybody may apply.",
    "accommodation_name": "",
    "accommodation_email": "",
    "accommodation_phone": "",
    "privacy_notice": "",
}


@pytest.fixture
def employer(app: Flask) -> Employer:
    """An employer whose profile is written."""
    found = operations.save_profile(
        Profile(**PROFILE),
        sender_name="Alder Falls Hiring",
        sender_address="jobs@example.org",
        version=None,
        by=None,
    )
    db.session.commit()
    return found


def add_person(email: str, name: str, role: Role | None = None, **values: Any) -> Person:
    """Add a person."""
    person = Person(email=email, name=name, role=role, **values)
    db.session.add(person)
    db.session.commit()
    return person


@pytest.fixture
def signed_in_as(app: Flask) -> ClientFor:
    """A browser in which somebody with a role is signed in, by a one-time link."""

    def sign_in(role: Role) -> Client:
        person = add_person(f"{role.value}@example.org", f"The {role.value}", role)
        token = issue_link(person, LinkKind.SIGN_IN, by=None)
        db.session.commit()
        client = app.test_client()
        assert isinstance(client, Client)
        assert client.submit(f"/sign-in/{token}").status_code == 303
        return client

    return sign_in


@pytest.fixture
def admin(signed_in_as: ClientFor) -> Client:
    """A browser in which an administrator is signed in."""
    return signed_in_as(Role.ADMINISTRATOR)
