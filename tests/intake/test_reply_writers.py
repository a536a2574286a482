"""Who wrote a reply, whose it is, and what becomes of it in the conversation."""

import datetime as dt

import pytest
import time_machine
from flask import Flask

from tests.intake.letters import CANDIDATE, CONTACT, answered, came, mails, receive, stands
from tests.intake.replying import letter, write
from tests.plugins.snapshots import MailSnapshot
from tests.postings import factories as postings
from tests.routing.factories import arrived
from tracker.accounts.models import Person
from tracker.applications.models import Application
from tracker.core.db import db, now, writing
from tracker.intake.models import IncomingEmail, Reply
from tracker.intake.operations import fitting, replies
from tracker.intake.rules import WITHOUT_WORDS, Verdict, Writer
from tracker.notifications.models import OutgoingEmail
from tracker.notifications.tags import Reaches, reach_written_in
from tracker.postings.models import PostingMember
from tracker.postings.rules import MemberRole
from tracker.routing import operations as routing

pytestmark = pytest.mark.settings(
    BASE_URL="https://jobs.example.org", INTAKE_ADDRESS="jobs@example.org"
)


@pytest.fixture
def application(any_app: Flask) -> Application:
    """Sam's application, with its receipt to Sam and its mail to Ida."""
    return arrived()


@pytest.fixture
def receipt(application: Application) -> OutgoingEmail:
    return mails("application_received")[0]


@pytest.fixture
def told(application: Application) -> OutgoingEmail:
    return mails("application_arrived")[0]


# Who wrote


def test_a_forged_contact_on_the_candidates_thread_is_somebody_else(
    application: Application, receipt: OutgoingEmail
) -> None:
    before = stands(application)
    for by_tag in (False, True):
        reply = answered(receipt, address=CONTACT, by_tag=by_tag, text=f"You are hired {by_tag}")
        assert (reply.writer, reply.person_id) == (Writer.STRANGER, None)
    assert mails("answer_to_candidate") == []
    assert stands(application) == before


def test_a_colleague_who_was_not_written_to_does_not_write_to_the_candidate(
    application: Application, told: OutgoingEmail
) -> None:
    postings.person("lee.ash@example.org")
    for by_tag in (False, True):
        reply = answered(told, address="lee.ash@example.org", by_tag=by_tag, text=f"No {by_tag}")
        assert reply.writer is Writer.STRANGER
    assert mails("answer_to_candidate") == []
    assert len(mails("colleague_replied", to=CONTACT)) == 2


def test_a_forged_candidate_changes_nothing_and_is_only_passed_on(
    application: Application, receipt: OutgoingEmail
) -> None:
    before = stands(application)
    answered(receipt, text="I withdraw. My new address is eve@example.net. Confirm it.")
    assert stands(application) == before


def test_a_stranger_is_shown_as_such(application: Application, receipt: OutgoingEmail) -> None:
    reply = answered(receipt, address="eve@example.net", from_name="Sam Rivera")
    assert reply.writer is Writer.STRANGER
    (mail,) = mails("colleague_replied")
    assert "Sam Rivera (eve@example.net) writes about" in mail.text
    assert "Their address is not the candidate's" in mail.text
    assert reach_written_in(str(mail.reply_to_address)) is Reaches.COLLEAGUES


def test_a_mail_without_one_sender_is_somebody_elses(
    application: Application, receipt: OutgoingEmail
) -> None:
    assert answered(receipt, address="").writer is Writer.STRANGER


def test_whom_it_was_handed_over_from_no_longer_writes_to_the_candidate(
    application: Application, told: OutgoingEmail
) -> None:
    lee = postings.person("lee.ash@example.org").id
    with writing():
        owner = db.session.get_one(Application, application.id)
        contact = owner.posting.contact_person
        assert contact is not None
        routing.hand_over(owner, db.session.get_one(Person, lee), reason="Away", by=contact)
        db.session.commit()
    reply = answered(told, address=CONTACT)
    assert reply.held == replies.NOT_WITH_THEM
    assert mails("answer_to_candidate") == []
    assert [each.recipient_address for each in mails("reply_not_passed_on")] == [CONTACT]
    assert [each.recipient_address for each in mails("colleague_replied")] == [
        "lee.ash@example.org"
    ]


def test_a_reply_that_cannot_reach_the_candidate_is_told_of(
    application: Application, told: OutgoingEmail, mail_snapshot: MailSnapshot
) -> None:
    with writing():
        owner = db.session.get_one(Application, application.id)
        owner.channel, owner.entered_by_id = "paper", owner.posting.contact_person_id  # type: ignore[assignment]
        owner.received_on, owner.email, owner.email_key = now().date(), "", ""
        db.session.commit()
    answered(told, address=CONTACT)
    answered(told, address=CONTACT, text="Once more.")
    assert mails("answer_to_candidate") == []
    (mail,) = mails("reply_not_passed_on")
    mail_snapshot(mail, replace={application.number: "NUMBER"})


def test_managers_of_the_posting_hear_of_it_too(application: Application) -> None:
    manager = postings.manager("max.reed@example.org")
    db.session.add(
        PostingMember(
            posting_id=application.posting_id, person_id=manager.id, role=MemberRole.MANAGER
        )
    )
    db.session.commit()
    answered(mails("application_received")[0])
    found = {each.recipient_address: each.text for each in mails("candidate_replied")}
    assert set(found) == {CONTACT, "max.reed@example.org"}
    assert "https://jobs.example.org/for/" in found[CONTACT]
    assert f"/staff/applications/{application.id}" in found["max.reed@example.org"]


# Whose it is


def test_a_mail_that_answers_nothing_belongs_to_nothing(application: Application) -> None:
    assert receive(came(None)) is None
    assert mails("candidate_replied") == mails("colleague_replied") == []


def test_a_tag_of_another_key_leads_to_the_tray_and_a_message_id_still_home(
    any_app: Flask, application: Application, receipt: OutgoingEmail
) -> None:
    any_app.config["SECRET_KEY"] = "another one"
    assert receive(came(receipt, by_tag=True)) is None
    assert answered(receipt).writer is Writer.CANDIDATE


def test_what_staff_filed_by_hand_is_threaded_there(application: Application) -> None:
    reply = answered(None, application_id=application.id)
    assert (reply.writer, reply.application_id) == (Writer.CANDIDATE, application.id)
    assert len(mails("candidate_replied")) == 1


def test_the_same_mail_is_received_once(application: Application, receipt: OutgoingEmail) -> None:
    incoming_id = came(receipt)
    first, second = receive(incoming_id), receive(incoming_id)
    assert first is not None
    assert second is not None
    assert first.id == second.id
    assert len(mails("candidate_replied")) == 1


# Machines that answer each other


def test_two_autoresponders_that_are_not_known_as_such_get_one_mail_each(
    application: Application, receipt: OutgoingEmail
) -> None:
    last = {CANDIDATE: receipt, CONTACT: mails("application_arrived")[0]}
    away = {CANDIDATE: "I am out until Monday.", CONTACT: "Ida is on holiday."}
    before = len(mails())
    for _ in range(6):
        for address, text in away.items():
            answered(last[address], address=address, text=text)
            last |= {each.recipient_address: each for each in mails()}
    assert len(mails()) == before + 2
    assert {each.recipient_address for each in mails()[before:]} == {CANDIDATE, CONTACT}


def test_a_flood_is_kept_and_not_passed_on(
    application: Application, receipt: OutgoingEmail
) -> None:
    for number in range(fitting.AN_HOUR + 5):
        answered(receipt, text=f"Number {number}")
    assert len(mails("candidate_replied")) == fitting.AN_HOUR
    assert db.session.query(Reply).count() == fitting.AN_HOUR + 5
    with time_machine.travel(now() + dt.timedelta(hours=2)):
        assert answered(receipt, text="Later").held == ""


def test_a_flood_from_a_candidate_does_not_hold_up_a_colleagues_answer(
    application: Application, receipt: OutgoingEmail
) -> None:
    for number in range(fitting.AN_HOUR + 1):
        answered(receipt, text=f"Number {number}")
    asked = mails("candidate_replied")[0]
    assert answered(asked, address=CONTACT, text="Thank you, one mail is enough.").held == ""


# Words


def test_only_ones_own_words_are_passed_on(
    application: Application, receipt: OutgoingEmail
) -> None:
    quoted = "".join(f"> {line}\n" for line in receipt.text.splitlines())
    answered(receipt, text=f"Yes.\n\nOn Monday Tracker <jobs@example.org> wrote:\n{quoted}")
    assert db.session.query(Reply).one().text == "Yes."


@pytest.mark.parametrize("text", ["", " \n ", "\u200b"])
def test_a_mail_without_words_says_so(
    application: Application, receipt: OutgoingEmail, text: str
) -> None:
    assert answered(receipt, text=text, files=["degree.pdf"]).text in {
        WITHOUT_WORDS,
        "\u200b",
    }
    assert "- degree.pdf" in mails("candidate_replied")[0].text


def test_braces_and_markup_in_words_stay_words(
    application: Application, receipt: OutgoingEmail, told: OutgoingEmail
) -> None:
    words = "{candidate_name} {link} <b>bold</b> %(name)s {{ 7 * 7 }}"
    answered(receipt, text=words)
    answered(told, address=CONTACT, text=words)
    for mail in (mails("candidate_replied")[0], letter()):
        assert words in mail.text
        assert "&lt;b&gt;bold&lt;/b&gt;" in mail.html


# Answering from the application


def test_an_answer_goes_on_with_the_thread_and_is_no_automatic_mail(
    application: Application, receipt: OutgoingEmail
) -> None:
    reply = answered(receipt)
    written = write(application, "Come at three.")
    mail = written.email
    assert mail.headers == {
        "In-Reply-To": reply.incoming.message_id,
        "References": f"{receipt.message_id} {reply.incoming.message_id}",
    }
    assert mail.sender_name.startswith(f"{written.by.name}, ")
    db.session.refresh(reply)
    assert reply.answered_by_id == written.by_id


def test_a_first_letter_goes_on_with_the_receipt(
    application: Application, receipt: OutgoingEmail
) -> None:
    mail = write(application, "One question.").email
    assert mail.subject == "Your application for Children's Librarian"
    assert mail.headers["In-Reply-To"] == receipt.message_id


def test_a_form_sent_twice_writes_once(application: Application) -> None:
    assert write(application, "Come at three.").id == write(application, "Come at three.").id
    assert len(mails("answer_to_candidate")) == 1


def test_a_link_pasted_into_an_answer_is_hidden(
    application: Application, told: OutgoingEmail
) -> None:
    token = told.text.split("/for/")[1].split()[0]
    assert token not in write(application, f"See https://jobs.example.org/for/{token}").email.text


def test_the_messages_of_a_conversation_read_well(
    application: Application, receipt: OutgoingEmail, mail_snapshot: MailSnapshot
) -> None:
    answered(receipt, files=["certificate.pdf"])
    answered(receipt, address="eve@example.net", from_name="Eve", text="Is Sam any good?")
    write(application, "Come at three.")
    for message in ("candidate_replied", "colleague_replied", "answer_to_candidate"):
        mail_snapshot(mails(message)[0], replace={application.number: "NUMBER"})


def test_incoming_mail_stays_what_it_was(application: Application, receipt: OutgoingEmail) -> None:
    incoming_id = came(receipt, text="Yes.\n> quoted")
    receive(incoming_id)
    incoming = db.session.get_one(IncomingEmail, incoming_id)
    assert (incoming.text, incoming.verdict) == ("Yes.\n> quoted", Verdict.REPLY)
    assert (incoming.application_id, incoming.outgoing_email_id) == (application.id, receipt.id)
