"""Whom a contact typed in is in no list until they are confirmed."""

import pytest
from flask import Flask

from tests.plugins.apps import Client
from tests.postings import factories as postings
from tests.routing.behind import IDA, ROBIN
from tests.routing.factories import arrived, mails, path_in
from tracker.accounts.models import Person
from tracker.applications.models import Application
from tracker.core.access import Role
from tracker.core.db import db
from tracker.organization.models import Position
from tracker.routing.models import Assignment
from tracker.routing.rules import Why

ROW = "Robin Vale"
LISTS = {"person", "contact", "copied", "holder", "deputy", "panel"}


@pytest.fixture
def asked(app: Flask) -> tuple[int, int]:
    """Ida Moreno asks Robin Vale, whom nobody knows, to look: ids of application and posting."""
    application = arrived()
    found = application.id, application.posting_id
    client = app.test_client()
    assert isinstance(client, Client)
    page = path_in(mails("application_arrived")[0])
    values = {"person": "else", "name": ROW, "email": ROBIN, "note": "What do you think?"}
    answer = client.submit(f"{page}/ask", values, form="/ask", button="Ask them")
    assert answer.status_code == 303
    assert robin().unconfirmed
    return found


def robin() -> Person:
    db.session.rollback()
    return db.session.query(Person).filter_by(email=ROBIN).one()


def signed_in(app: Flask, role: Role = Role.ADMINISTRATOR) -> Client:
    client = app.test_client()
    assert isinstance(client, Client)
    postings.sign_in(client, postings.person(f"{role}@example.org", name="Ada Quist", role=role))
    return client


def confirm(app: Flask) -> None:
    client, url = signed_in(app), f"/staff/people/{robin().id}"
    assert "typed in by a contact" in client.get(url).text
    client.submit(url, form="/confirm", button="Confirm as they are")
    assert not robin().unconfirmed


def offered(client: Client, url: str) -> list[str]:
    """The lists of a page that name Robin, by their field."""
    page, row = client.page(url), robin()
    values = {str(row.id), f"person:{row.id}"}
    options = [
        (select.get("name"), option.get("value"))
        for select in page.all("select")
        for option in select.iter()
    ]
    boxes = [(each.get("name"), each.get("value")) for each in page.all("input")]
    return sorted({str(name) for name, value in [*options, *boxes] if value in values} & LISTS)


def test_no_list_names_them_until_they_are_confirmed(app: Flask, asked: tuple[int, int]) -> None:
    application_id, posting_id = asked
    pages = (
        f"/staff/applications/{application_id}",
        f"/staff/postings/{posting_id}/edit",
        "/staff/organization/positions/new",
        f"/staff/applications/{application_id}/interviews/new",
    )
    client = signed_in(app)
    assert [offered(client, url) for url in pages] == [[], [], [], []]
    # They read it, and the page says so.
    assert f"<strong>{ROW}</strong>" in client.get(pages[0]).text
    confirm(app)
    assert [offered(client, url) for url in pages] == [
        ["person"],
        ["contact", "copied"],
        ["deputy", "holder"],
        ["panel"],
    ]


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.ADMINISTRATOR])
def test_their_id_typed_into_the_form_is_refused(
    app: Flask, asked: tuple[int, int], role: Role
) -> None:
    application_id, _posting = asked
    client, url = signed_in(app, role), f"/staff/applications/{application_id}"
    values = {
        "csrf_token": client.token(url),
        "person": str(robin().id),
        "reason": "They know best.",
    }
    refused = client.post(f"{url}/hand-over", data=values)
    assert refused.status_code == 422
    assert "They know best." in refused.text
    open_ones = db.session.query(Assignment).filter_by(ended_at=None).all()
    assert {(each.person.email, each.why) for each in open_ones} == {
        (IDA, Why.CONTACT),
        (ROBIN, Why.ASKED),
    }
    confirm(app)
    assert client.post(f"{url}/hand-over", data=values).status_code == 303


def test_who_is_chosen_already_stays_chosen(app: Flask, asked: tuple[int, int]) -> None:
    """A page that is saved again must not lose a contact whom an import brought."""
    application_id, posting_id = asked
    robin_id = robin().id
    application = db.session.get_one(Application, application_id)
    application.posting.contact_person_id = robin_id
    position = Position(title="Head of Maps", holder_id=robin_id)
    db.session.add(position)
    db.session.commit()
    client = signed_in(app)
    assert offered(client, f"/staff/postings/{posting_id}/edit") == ["contact", "copied"]
    url = f"/staff/organization/positions/{position.id}"
    assert offered(client, url) == ["deputy", "holder"]
