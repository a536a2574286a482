"""A contact is told about every application, in the transaction that brought it."""

import pytest
from flask import Flask
from sqlalchemy import select

from tests.postings import factories as postings
from tests.routing.factories import arrived
from tracker.applications import operations as applications
from tracker.applications.models import Application, Draft, Reader
from tracker.core.access import Role
from tracker.core.db import db, now, writing
from tracker.core.tokens import hash_token, new_token
from tracker.notifications.models import OutgoingEmail
from tracker.organization.models import Position
from tracker.postings.models import Posting, PostingMember
from tracker.postings.rules import MemberRole
from tracker.routing import operations
from tracker.routing.models import Assignment, ContactLink
from tracker.routing.rules import Why


def told() -> list[tuple[str, str]]:
    """Whom the outbox tells of applications, by address, and why they were chosen."""
    rows = db.session.scalars(select(Assignment).order_by(Assignment.id))
    return [(each.person.email, each.why.value) for each in rows if each.told_email]


def test_the_contact_is_assigned_and_mailed(app: Flask) -> None:
    application = arrived()
    assert told() == [("ida.moreno@example.org", "contact of the posting")]
    (assignment,) = db.session.scalars(select(Assignment))
    mail = assignment.told_email
    assert mail is not None
    assert mail.message == "application_arrived"
    assert mail.subject == "Application for Children's Librarian: Sam Rivera"
    assert (mail.about_kind, mail.about_id) == ("application", application.id)
    assert mail.reply_to_address == "sam@example.org"


def test_the_mail_says_who_for_what_the_answers_and_how_to_open_it(app: Flask) -> None:
    arrived()
    mail = db.session.scalars(
        select(OutgoingEmail).where(OutgoingEmail.message == "application_arrived")
    ).one()
    for words in (
        "Replying writes to Sam Rivera directly",
        "sam@example.org",
        "203 555 0100",
        "Can you work on Saturdays?",
        "Yes",
        "Story time: I use it regularly",
        "Resume: Resume.txt",
        "http://localhost/for/",
    ):
        assert words in mail.text, words
    (link,) = db.session.scalars(select(ContactLink))
    token = mail.text.split("/for/")[1].split()[0]
    assert link.token_hash == hash_token(token)
    assert len(token) * 6 >= 128


def test_a_position_resolves_to_its_holder_and_then_to_the_deputy(app: Flask) -> None:
    holder = postings.person("head@example.org")
    deputy = postings.person("deputy@example.org")
    position = Position(title="Head of Youth", holder_id=holder.id, deputy_id=deputy.id)
    db.session.add(position)
    db.session.commit()
    posting = postings.open_posting(contact_position_id=position.id)
    arrived(posting)
    posting_id = posting.id
    db.session.get_one(type(holder), holder.id).disabled_at = now()
    db.session.commit()
    arrived(db.session.get_one(Posting, posting_id), email="kim@example.org", name="Kim Lund")
    assert [address for address, _ in told()] == ["head@example.org", "deputy@example.org"]


def test_people_copied_on_the_posting_are_told_too_and_nobody_twice(app: Flask) -> None:
    posting = postings.open_posting()
    contact = postings.person()
    other = postings.person("copied@example.org")
    db.session.add_all(
        PostingMember(posting_id=posting.id, person_id=each.id, role=MemberRole.COPIED)
        for each in (contact, other)
    )
    db.session.commit()
    arrived(posting)
    assert told() == [
        ("ida.moreno@example.org", "contact of the posting"),
        ("copied@example.org", "copied on the posting"),
    ]
    replies = {
        each.recipient_address: each.reply_to_address
        for each in db.session.query(OutgoingEmail).filter_by(message="application_arrived")
    }
    # Who only reads along does not write to the candidate by replying.
    assert replies == {"ida.moreno@example.org": "sam@example.org", "copied@example.org": None}


def test_without_a_reachable_contact_the_coordinators_hear_of_it(app: Flask) -> None:
    posting = postings.open_posting()
    postings.coordinator()
    postings.person("ann@example.org", role=Role.ADMINISTRATOR)
    postings.manager()
    postings.person().disabled_at = now()
    db.session.commit()
    arrived(posting)
    assert sorted(address for address, _ in told()) == [
        "ann@example.org",
        "cora.field@example.org",
    ]
    assert {why for _, why in told()} == {Why.MANAGER.value}


def test_who_is_told_may_see_the_application(app: Flask) -> None:
    application = arrived()
    rows = db.session.scalars(select(Reader))
    assert [(each.application_id, each.person_id) for each in rows] == [
        (application.id, postings.person().id)
    ]


def send(posting_id: int, token: str) -> None:
    """Send the same short application under a token."""
    with writing():
        draft = applications.start(posting_id, browser_hash="browser", token=token)
        applications.save(draft, {"name": "Sam Rivera", "email": "sam@example.org"})
        operations.receive(draft, at=now())
        db.session.commit()


@pytest.mark.both_databases
def test_the_same_submission_again_tells_nobody_twice(app: Flask) -> None:
    posting_id = postings.open_posting(documents=[], questions=[], skills=[]).id
    token = new_token()
    send(posting_id, token)
    with pytest.raises(applications.SentError):
        send(posting_id, token)
    assert len(db.session.scalars(select(Application)).all()) == 1
    assert len(told()) == 1
    messages = db.session.scalars(select(OutgoingEmail.message).order_by(OutgoingEmail.id))
    assert sorted(messages) == ["application_arrived", "application_received"]


def test_a_crash_before_the_commit_leaves_no_half_row(app: Flask) -> None:
    posting_id = postings.open_posting(documents=[], questions=[], skills=[]).id

    def crash() -> None:
        with writing():
            draft = applications.start(posting_id, browser_hash="browser", token="t")
            applications.save(draft, {"name": "Sam Rivera", "email": "sam@example.org"})
            operations.receive(draft, at=now())
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        crash()
    for table in (Application, Assignment, OutgoingEmail, ContactLink, Draft):
        assert db.session.scalars(select(table)).all() == []


def test_a_corrected_address_reaches_whoever_would_reply_to_the_old_one(app: Flask) -> None:
    application_id = arrived(email="sam@exmaple.org").id
    with writing():
        application = db.session.get_one(Application, application_id)
        operations.correct_address(application, "sam@example.org")
        db.session.commit()
    mail = db.session.scalars(
        select(OutgoingEmail).where(OutgoingEmail.message == "candidate_address_corrected")
    ).one()
    assert mail.recipient_address == "ida.moreno@example.org"
    assert mail.reply_to_address == "sam@example.org"
    assert "It is now sam@example.org." in mail.text
