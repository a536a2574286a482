"""What candidates wrote by mail is found like their documents, by those who may read it."""

from typing import Any

import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import select, update

from tests.applications import desk
from tests.intake.letters import CONTACT, answered, came, mails, receive
from tests.plugins.clocks import QueryCounter
from tests.plugins.pages import text_of
from tests.postings import factories as postings
from tests.records.test_finding import URL, found, indexed, places
from tests.routing.factories import arrived
from tracker.applications.models import AccommodationRequest
from tracker.core.db import db, lock, writing
from tracker.intake.models import Reply
from tracker.records.models.search import SearchChange
from tracker.routing.models import Assignment
from tracker.routing.rules import Why

pytestmark = pytest.mark.settings(
    BASE_URL="https://jobs.example.org", INTAKE_ADDRESS="jobs@example.org"
)


def receipt_to(address: str) -> Any:
    return mails("application_received", to=address)[0]


def test_what_a_candidate_mailed_is_found(any_app: Flask) -> None:
    arrived()
    arrived(name="Somebody Else", email="else@example.org")
    indexed()
    assert found("apiary") == []
    answered(receipt_to("sam@example.org"), text="I also keep an apiary on the roof.")
    indexed()
    assert found("apiary") == found('"on the roof"') == found("rivera apiar*") == ["Sam Rivera"]


def test_a_text_that_is_changed_is_indexed_again(any_app: Flask) -> None:
    arrived()
    reply = answered(receipt_to("sam@example.org"), text="I also keep an apiary.")
    reply_id = reply.id
    indexed()
    with writing():
        lock(Reply, reply_id)
        db.session.execute(update(Reply).values(text="Removed on request."))
        db.session.commit()
    indexed()
    assert (found("apiary"), found("removed")) == ([], ["Sam Rivera"])


def test_what_others_wrote_is_not_found(any_app: Flask) -> None:
    arrived()
    receipt, told = receipt_to("sam@example.org"), mails("application_arrived")[0]
    answered(receipt, address="eve@example.net", text="Ask him about the zeppelin.")
    with writing():
        db.session.execute(update(Assignment).values(why=Why.COPIED))
        db.session.commit()
    answered(told, address=CONTACT, text="Between us: a quagmire.")
    answered(receipt, text="", files=["apiary.pdf"])
    indexed()
    words = ("zeppelin", "quagmire", '"none that could be read"')
    assert [found(each) for each in words] == [[], [], []]


def test_everybody_finds_in_mail_what_they_may_see(any_app: Flask) -> None:
    ours, theirs = postings.open_posting(title="Page"), postings.open_posting(title="Clerk")
    mine = arrived(ours, name="Mine", email="mine@example.org")
    seat = arrived(theirs, name="Seat", email="seat@example.org")
    arrived(theirs, name="Other", email="other@example.org")
    manager = desk.make_manager_of(mine.posting)
    panelist, nobody = desk.panelist(seat_on=seat), desk.panelist("nobody@example.org")
    for name in ("mine", "seat", "other"):
        answered(receipt_to(f"{name}@example.org"), address=f"{name}@example.org", text="Apiary.")
    indexed()
    assert found("apiary") == ["Other", "Seat", "Mine"]
    assert found("apiary", manager) == ["Mine"]
    assert found("apiary", panelist) == ["Seat"]
    assert found("apiary", nobody) == []


def test_what_a_candidate_needs_is_not_found_by_mail_either(any_app: Flask) -> None:
    """A wish for an accommodation is the recipient's alone, and so is an answer to that mail."""
    application_id = arrived().id
    with writing():
        wish = AccommodationRequest(application_id=application_id, text="A wheelchair ramp.")
        db.session.add(wish)
        db.session.flush()
        wish_id = wish.id
        db.session.commit()
    with writing():
        about = mails("application_received")[0]
        about.about_kind, about.about_id = "accommodation_request", wish_id
        about_id = about.id
        db.session.commit()
    answering = next(each for each in mails() if each.id == about_id)
    assert receive(came(answering, text="The wheelchair is 70 cm wide.")) is None
    indexed()
    assert (found("wheelchair"), found("rivera")) == ([], ["Sam Rivera"])


def test_the_list_says_that_it_was_found_in_mail(app: Flask) -> None:
    arrived()
    answered(receipt_to("sam@example.org"), text="I keep <b>bees</b> & an apiary.")
    indexed()
    page = desk.coordinator(app).page(f"{URL}?words=apiary")
    assert places(page) == ["Mail from the candidate: I keep <b>bees</b> & an apiary."]
    assert [text_of(each) for each in page.all("mark")] == ["apiary"]


def test_finding_in_mail_takes_as_many_queries_for_many_as_for_one(
    any_app: Flask, count_queries: QueryCounter
) -> None:
    client = desk.coordinator(any_app)
    counts = []
    for wanted in (1, 5):
        for number in range(wanted):
            address = f"{wanted}-{number}@example.org"
            arrived(name=f"Sought {wanted} {number}", email=address)
            for line in ("Apiary.", "Again: the apiary."):
                answered(receipt_to(address), address=address, text=line)
        indexed()
        with count_queries() as statements:
            page = client.page(f"{URL}?words=apiary")
        assert len(page.all("tr[@class='table-found']")) == (1 if wanted == 1 else 6)
        counts.append(len(statements))
    assert counts[0] == counts[1]


@pytest.mark.both_databases
def test_mail_from_before_is_found_after_the_upgrade(app: Flask) -> None:
    application_id = arrived().id
    answered(receipt_to("sam@example.org"), text="I also keep an apiary.")
    with writing():
        db.session.query(SearchChange).delete()
        db.session.commit()
    db.session.remove()
    downgrade(revision="0015")
    upgrade()
    assert db.session.scalars(select(SearchChange.application_id)).all() == [application_id]
    indexed()
    assert found("apiary") == ["Sam Rivera"]
