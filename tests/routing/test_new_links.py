"""A private link that has ended: every address behind it says how to get a new one, once."""

import pytest
from flask import Flask

from tests.plugins.apps import Client
from tests.routing.behind import ROBIN
from tests.routing.factories import arrived, mails, path_in
from tracker.core.db import db, now, writing
from tracker.routing.models import ContactLink

TYPED = "They did it for two years."


def ended(app: Flask) -> str:
    """The path of a contact's link that has expired."""
    arrived()
    page = path_in(mails("application_arrived")[0])
    with writing():
        for link in db.session.query(ContactLink):
            link.expires_at = now()
        db.session.commit()
    return page


@pytest.mark.parametrize("below", ["", "/ask", "/decline", "/more-time", "/write", "/renew"])
def test_every_page_behind_it_offers_a_new_one(app: Flask, client: Client, below: str) -> None:
    page = client.page(ended(app) + below, status=410)
    assert "This link no longer opens the application." in page.text
    assert "Mail a new link" in page.texts("button")


@pytest.mark.parametrize("below", ["ask", "write", "more-time"])
def test_what_was_typed_is_there_to_be_copied(app: Flask, client: Client, below: str) -> None:
    arrived()
    page = path_in(mails("application_arrived")[0])
    field = "text" if below == "write" else "note"
    token = client.token(f"{page}/{below}")
    with writing():
        for link in db.session.query(ContactLink):
            link.expires_at = now()
        db.session.commit()
    answer = client.post(f"{page}/{below}", data={"csrf_token": token, field: TYPED})
    assert answer.status_code == 410
    assert TYPED in answer.text


def test_pressed_twice_one_new_link_is_mailed_and_it_works(app: Flask, client: Client) -> None:
    page = ended(app)
    for _ in range(2):
        client.fill(client.page(page, status=410), button="Mail a new link")
    (again,) = mails("contact_link_again")
    assert client.get(path_in(again)).status_code == 200


def test_an_open_link_leads_back_from_where_a_new_one_is_asked_for(
    app: Flask, client: Client
) -> None:
    arrived()
    page = path_in(mails("application_arrived")[0])
    assert client.get(f"{page}/renew").headers["Location"].endswith(page)


def test_nobody_is_asked_whom_one_did_not_mean(app: Flask, client: Client) -> None:
    """With suggestions there, none is chosen beforehand; one chosen and one typed are two."""
    arrived()
    page = path_in(mails("application_arrived")[0])
    client.submit(f"{page}/ask", {"person": "else", "name": "Robin Vale", "email": ROBIN})
    (first,) = mails("opinion_asked")
    form = client.page(f"{page}/ask")
    assert form.all("input[@type='radio'][@checked]") == []
    chosen = form.all("input[@type='radio']")[0].get("value")
    typed = {"name": "Nina Hale", "email": "nina.hale@example.org"}
    both = client.submit(f"{page}/ask", {"person": chosen or "", **typed})
    assert "You chose one and typed another." in both.text
    assert "nina.hale@example.org" in both.text
    assert [each.id for each in mails("opinion_asked")] == [first.id]
    client.submit(f"{page}/ask", typed)
    assert [each.recipient_address for each in mails("opinion_asked")] == [
        ROBIN,
        "nina.hale@example.org",
    ]
