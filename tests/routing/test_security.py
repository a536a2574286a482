"""A private link that has got into the wrong hands stays a link to one application."""

import datetime as dt

import time_machine
from sqlalchemy import select

from tests.plugins.apps import Client
from tests.postings import factories as postings
from tests.routing.factories import arrived, mails, path_in
from tracker.core.db import db, now
from tracker.routing import rules
from tracker.routing.models import ContactLink


def test_an_old_link_is_no_source_of_mail(client: Client, page: str) -> None:
    token = client.token(page)
    renewals, begun = [], now()
    for number in range(rules.LINKS_AN_HOUR + 2):  # not as one who presses twice
        with time_machine.travel(begun + number * dt.timedelta(minutes=3)):
            answer = client.post(f"{page}/renew", data={"csrf_token": token})
            renewals.append(answer.status_code)
    # The link in the first mail counts too.
    assert renewals == [200] * (rules.LINKS_AN_HOUR - 1) + [429] * 3
    assert len(mails("contact_link_again")) == rules.LINKS_AN_HOUR - 1
    newest = path_in(mails("contact_link_again")[-1])
    assert client.get(newest).status_code == 200


def test_a_link_opens_no_other_applications_documents(client: Client, page: str) -> None:
    other = arrived(postings.open_posting(title="Page"), email="ann@example.org")
    for each in other.documents:
        for tail in ("", "/pages/1", "/original"):
            assert client.get(f"{page}/documents/{each.id}{tail}").status_code == 404


def test_a_replaced_link_opens_nothing(client: Client, page: str) -> None:
    document = arrived().documents[0].id
    client.post(f"{page}/renew", data={"csrf_token": client.token(page)})
    for tail in ("", f"/documents/{document}", f"/documents/{document}/original", "/decline"):
        assert client.get(page + tail).status_code == 410
    token = {"csrf_token": client.token("/sign-in")}
    for act in ("acknowledge", "shortlist", "decline", "colleague"):
        assert client.post(f"{page}/{act}", data=token).status_code == 410
    assert len(db.session.scalars(select(ContactLink)).all()) == 3
