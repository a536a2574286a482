"""An application handed over by hand: one answers it, and who did so before no longer does."""

import pytest
from flask import Flask

from tests.applications import desk
from tests.plugins.pages import Page
from tests.postings import factories as postings
from tracker.accounts.models import Person
from tracker.applications.models import Application, Reader
from tracker.core.db import db, now, writing
from tracker.core.errors import DomainError
from tracker.notifications.models import OutgoingEmail
from tracker.routing import operations
from tracker.routing.models import Assignment, ContactLink
from tracker.routing.rules import Why


def hand_over(application: Application, to: Person, reason: str = "On leave.") -> None:
    ids = (application.id, to.id, postings.coordinator().id)
    with writing():
        row = db.session.get_one(Application, ids[0])
        receiver, by = desk.person(ids[1]), desk.person(ids[2])
        operations.hand_over(row, receiver, reason=reason, by=by)
        db.session.commit()


def given() -> dict[str, tuple[Why, str, bool]]:
    """Who has, or had, the application: why, the reason, and whether they still have it."""
    return {
        each.person.email: (each.why, each.reason, each.ended_at is None)
        for each in db.session.query(Assignment)
    }


def link_of(address: str) -> str:
    """The newest private link that was mailed there."""
    mail = (
        db.session.query(OutgoingEmail)
        .filter_by(recipient_address=address)
        .order_by(OutgoingEmail.id.desc())
        .first()
    )
    assert mail is not None
    return "/for/" + mail.text.split("/for/")[1].split()[0]


def test_the_new_one_is_told_and_the_old_one_is_out(any_app: Flask) -> None:
    application = desk.arrived()
    old = link_of("ida.moreno@example.org")
    hand_over(application, postings.person("noa.berg@example.org"))
    assert given() == {
        "ida.moreno@example.org": (Why.CONTACT, "", False),
        "noa.berg@example.org": (Why.BY_HAND, "On leave.", True),
    }
    by = db.session.query(Assignment).filter_by(why=Why.BY_HAND).one().by
    assert by is not None
    assert by.email == "cora.field@example.org"
    readers = {each.person_id for each in db.session.query(Reader)}
    assert readers == {postings.person("noa.berg@example.org").id}
    client = any_app.test_client()
    assert client.get(link_of("noa.berg@example.org")).status_code == 200
    assert client.get(old).status_code == 410


def test_the_mail_says_who_handed_over_and_why(app: Flask) -> None:
    hand_over(desk.arrived(), postings.person("noa.berg@example.org"))
    mail = db.session.query(OutgoingEmail).order_by(OutgoingEmail.id.desc()).first()
    assert mail is not None
    words = "Cora Field handed this application over to you: On leave."
    assert words in mail.text
    assert words in mail.html


def test_who_is_out_gets_no_new_link(app: Flask) -> None:
    application = desk.arrived()
    hand_over(application, postings.person("noa.berg@example.org"))
    links = db.session.query(ContactLink).count()
    ida = db.session.query(ContactLink).order_by(ContactLink.id).first()
    assert ida is not None
    with writing(), pytest.raises(DomainError, match="no longer with you"):
        operations.renew_link(db.session.get_one(ContactLink, ida.id))
    assert db.session.query(ContactLink).count() == links


def test_it_can_come_back_to_the_same_person_who_is_told_again(any_app: Flask) -> None:
    application = desk.arrived()
    ida, noa = postings.person(), postings.person("noa.berg@example.org")
    with writing():
        row = db.session.get_one(Application, application.id)
        operations.acknowledge(row, by=desk.person(postings.person().id))
        db.session.commit()
    hand_over(application, noa)
    hand_over(application, ida, "Back from leave.")
    assert given() == {
        "ida.moreno@example.org": (Why.BY_HAND, "Back from leave.", True),
        "noa.berg@example.org": (Why.BY_HAND, "On leave.", False),
    }
    first, again = db.session.query(Assignment).filter_by(person_id=ida.id).order_by("id")
    assert first.acknowledged_at is not None
    assert (again.seen_at, again.acknowledged_at) == (None, None)
    assert again.told_email is not None
    assert again.told_email.recipient_address == "ida.moreno@example.org"
    told = db.session.query(OutgoingEmail).filter_by(
        message="application_arrived", recipient_address="ida.moreno@example.org"
    )
    assert told.count() == 2
    assert any_app.test_client().get(link_of("ida.moreno@example.org")).status_code == 200


def test_a_copied_colleague_goes_on_reading(app: Flask) -> None:
    application = desk.arrived()
    copied, noa = postings.person("kim@example.org"), postings.person("noa.berg@example.org")
    with writing():
        row = db.session.get_one(Application, application.id)
        operations.assign(row, desk.person(copied.id), why=Why.COPIED)
        db.session.commit()
    hand_over(application, noa)
    assert given()["kim@example.org"] == (Why.COPIED, "", True)
    hand_over(application, copied, "Kim decides.")
    assert given()["kim@example.org"] == (Why.BY_HAND, "Kim decides.", True)


@pytest.mark.parametrize("reason", ["", "  "])
def test_a_reason_is_needed(app: Flask, reason: str) -> None:
    application = desk.arrived()
    with pytest.raises(DomainError, match="Say why"):
        hand_over(application, postings.person("noa.berg@example.org"), reason)


def test_it_is_not_given_to_who_has_it_or_has_left(app: Flask) -> None:
    application = desk.arrived()
    with pytest.raises(DomainError, match="has this application already"):
        hand_over(application, postings.person())
    gone = postings.person("gone@example.org", disabled_at=now())
    with pytest.raises(DomainError, match="no longer works here"):
        hand_over(application, gone)
    assert given() == {"ida.moreno@example.org": (Why.CONTACT, "", True)}


def test_the_form_on_the_page_hands_over(app: Flask) -> None:
    application = desk.arrived()
    noa = postings.person("noa.berg@example.org")
    client = desk.coordinator(app)
    url = f"/staff/applications/{application.id}"
    page = client.page(url)
    assert "Ida Moreno" not in page.texts("option")
    missing = client.fill(page, {"person": noa.id}, form="/hand-over")
    assert missing.status_code == 422
    assert "Say why, in a few words." in Page(missing.text).text
    entered = {"person": noa.id, "reason": "On leave."}
    done = client.fill(page, entered, form="/hand-over", follow=True)
    told = Page(done.text, done.request.url)
    assert "Handed over to Noa Berg, who gets a mail now." in told.text
    assert "Given to Noa Berg" in told.text
    assert "No longer with Ida Moreno" in told.text
