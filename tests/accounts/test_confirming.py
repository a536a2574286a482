"""Whom a contact or a page named is confirmed by those who meet them first."""

import pytest
from flask import Flask

from tests.plugins.apps import Client
from tests.plugins.pages import text_of
from tests.routing.behind import ROBIN
from tests.routing.factories import arrived, mails, path_in
from tests.routing.test_unconfirmed import ROW, robin, signed_in
from tracker.accounts.models import Person
from tracker.applications.models import Application
from tracker.core.access import Role
from tracker.core.db import db, writing
from tracker.routing import operations as routing
from tracker.routing.rules import Why

MAY = [Role.ADMINISTRATOR, Role.COORDINATOR]


@pytest.fixture
def named(app: Flask) -> str:
    """Ida Moreno has asked Robin Vale, whom nobody knows, to look: where they are confirmed."""
    application_url(app)
    return f"/staff/people/{robin().id}/confirm"


def application_url(app: Flask) -> str:
    application_id = arrived().id
    client = app.test_client()
    assert isinstance(client, Client)
    page = path_in(mails("application_arrived")[0])
    values = {"person": "else", "name": ROW, "email": ROBIN, "note": "What do you think?"}
    client.submit(f"{page}/ask", values, form="/ask", button="Ask them")
    return f"/staff/applications/{application_id}"


@pytest.mark.parametrize("role", MAY)
def test_who_sees_every_application_confirms_from_the_desk(
    app: Flask, named: str, role: Role
) -> None:
    client = signed_in(app, role)
    assert named in [each.get("href") for each in client.page("/staff").all("a")]
    page = client.page(named)
    shown = page.text
    assert "Ida Moreno asked them to look at the application of" in shown
    assert ROBIN in shown
    answer = client.fill(page, form="/confirm", button="Confirm as they are", follow=True)
    assert "Confirmed." in answer.text
    assert not robin().unconfirmed
    assert robin().role is None
    assert named not in client.get("/staff").text


@pytest.mark.parametrize("role", [Role.MANAGER, Role.PANELIST, None])
def test_nobody_else_does(app: Flask, named: str, role: Role | None) -> None:
    if role is None:
        client = app.test_client()
        assert isinstance(client, Client)
    else:
        client = signed_in(app, role)
    token = client.token("/staff" if role else "/sign-in")
    assert client.get(named).status_code == (403 if role else 302)
    answer = client.post(named, data={"csrf_token": token})
    assert answer.status_code == (403 if role else 401)
    assert robin().unconfirmed
    assert "People to confirm" not in client.get("/staff", follow_redirects=True).text


def test_a_coordinator_confirms_and_changes_nothing_else(app: Flask, named: str) -> None:
    client = signed_in(app, Role.COORDINATOR)
    values = {
        "csrf_token": client.token(named),
        "name": "Eve Adder",
        "email": "eve@example.org",
        "role": "administrator",
    }
    assert client.post(named, data=values).status_code == 303
    row = robin()
    assert (row.name, row.email, row.role, row.unconfirmed) == (ROW, ROBIN, None, False)
    person = named.removesuffix("/confirm")
    for path in (person, "/staff/people", "/staff/people/invite"):
        assert client.get(path).status_code == 403
    for act in ("", "/disable", "/invite-again"):
        assert client.post(person + act, data=values).status_code == 403


def test_the_application_that_they_read_leads_there(app: Flask) -> None:
    url = application_url(app)
    named = f"/staff/people/{robin().id}/confirm"
    coordinator = signed_in(app, Role.COORDINATOR)
    assert named in coordinator.get(url).text
    coordinator.submit(named, form="/confirm")
    assert named not in coordinator.get(url).text


def test_a_manager_sees_that_they_are_unconfirmed_and_no_more(app: Flask) -> None:
    url = application_url(app)
    client = signed_in(app, Role.MANAGER)
    with writing():
        manager = db.session.query(Person).filter_by(role=Role.MANAGER).one()
        row = db.session.query(Application).one()
        routing.assign(row, manager, why=Why.COPIED)
        db.session.commit()
    page = client.page(url)
    given = next(each for each in map(text_of, page.all("li")) if each.startswith(ROW))
    assert "Unconfirmed" in given
    assert "Is this a colleague?" not in given
    assert not [each for each in page.all("a") if "/staff/people" in (each.get("href") or "")]


def test_who_is_confirmed_meanwhile_is_said_to_be(app: Flask, named: str) -> None:
    ada, cora = signed_in(app), signed_in(app, Role.COORDINATOR)
    page = cora.page(named)
    ada.submit(named, form="/confirm")
    answer = cora.fill(page, form="/confirm", follow=True)
    assert "confirmed already" in answer.text
    assert "confirmed already" in cora.get(named, follow_redirects=True).text
