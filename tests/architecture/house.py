"""The whole house with its world in it, and a window of each role: for questions to every route."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from tests.architecture.test_routes import rules
from tests.architecture.world import OF_NOBODY, Value, World, build
from tests.plugins.databases import fresh_sqlite
from tests.postings import factories as postings
from tracker.app import create_app
from tracker.core.access import Role
from tracker.core.db import db

ROLES: tuple[Role | None, ...] = (None, *Role)
ADD = "add a line to `values` in tests/architecture/world.py, and make the thing in `build`"


@dataclass(frozen=True)
class Browser:
    """A window in which a role is signed in, and the tokens that its forms carry."""

    client: FlaskClient
    tokens: dict[str, str]


@dataclass(frozen=True)
class House:
    """The application, its world, and a signed-in browser of each role."""

    app: Flask
    folder: Path
    world: World
    browsers: dict[Role | None, Browser]

    def browser(self, role: Role | None) -> Browser:
        """Open another window, in which a role is signed in."""
        return _browser(self.app, self.world, role)


@contextmanager
def open_house(folder: Path) -> Iterator[House]:
    """Build the application and its world in a folder."""
    app = create_app(
        {
            "TESTING": True,
            "INSTANCE_PATH": str(folder / "instance"),
            "DATABASE_URL": fresh_sqlite(folder),
            "FILES_URL": str(folder / "files"),
            "BASE_URL": "http://localhost",
            "SECRET_KEY": "only for tests",
            "FORM_PATIENCE": 0,
            "FLOOD_LIMITS": False,
        }
    )
    with app.app_context():
        world = build(app)
        db.session.remove()
    # Outside of a context of the test's own: who is signed in is then each request's own.
    yield House(app, folder, world, {role: _browser(app, world, role) for role in ROLES})
    with app.app_context():
        db.engine.dispose()
    app.extensions["huey"].storage.close()


def _browser(app: Flask, world: World, role: Role | None) -> Browser:
    client = app.test_client()
    if role is not None:
        with app.app_context():
            postings.sign_in(client, postings.person(world.people[role]))
    slug = next(each.own for each in world.values if each.name == "slug")
    tokens = {
        "csrf_token": "/sign-in" if role is None else "/staff/account",
        "submission_token": f"/postings/{slug}/apply",
    }
    return Browser(client, {name: _token(client, name, page) for name, page in tokens.items()})


def _token(client: FlaskClient, name: str, page: str) -> str:
    """Read a token from a page's form; empty where it has none, as a closed posting's."""
    found = re.search(rf'name="{name}"[^>]*value="([^"]+)"', client.get(page).text)
    return found[1] if found else ""


def named(house: House) -> list[tuple[Rule, list[Value]]]:
    """Every rule with arguments, and what they name, in the order of its address."""
    found = []
    for rule in rules(house.app):
        if not rule.arguments or rule.endpoint in OF_NOBODY:
            continue
        values = []
        for name in re.findall(r"<(?:[^<>]*:)?([a-z_]+)>", rule.rule):
            value = house.world.value(rule.rule, name)
            assert value is not None, f"nothing is known of {name} in {rule.rule}: {ADD}"
            values.append(value)
        found.append((rule, values))
    return found


def address(rule: Rule, values: list[Value], parts: list[str]) -> str:
    """Fill the address of a rule in."""
    path = rule.rule
    for value, part in zip(values, parts, strict=True):
        path = re.sub(rf"<(?:[^<>]*:)?{value.name}>", part, path, count=1)
    return path


def methods(rule: Rule) -> list[str]:
    return sorted((rule.methods or set()) & {"GET", "POST"})
