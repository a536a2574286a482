"""Where a reply goes: straight to the candidate, or through a tagged address once there is one."""

import re

import pytest
from flask import Flask
from sqlalchemy import select

from tests.interviews import factories as interviews
from tests.plugins.apps import Client
from tests.plugins.mail import MailServer
from tests.plugins.snapshots import MailSnapshot
from tests.postings import factories as postings
from tests.routing.factories import arrived
from tracker.applications import emails as applying
from tracker.applications import operations as moves
from tracker.applications.models import Application
from tracker.applications.rules import Outcome, Reason
from tracker.core import links
from tracker.core.access import Role
from tracker.core.db import db, writing
from tracker.intake import emails as letters
from tracker.notifications import operations
from tracker.notifications.delivery import deliver_due
from tracker.notifications.headers import check_address, message_ids_in, thread_headers
from tracker.notifications.models import OutgoingEmail
from tracker.notifications.operations import queue
from tracker.notifications.tags import Reaches, read_tag, tag_in, was_sent_to
from tracker.routing import operations as routing

CONFIGURED = pytest.mark.settings(
    BASE_URL="https://jobs.example.org", INTAKE_ADDRESS="jobs@example.org"
)


def mails() -> list[OutgoingEmail]:
    return list(db.session.scalars(select(OutgoingEmail).order_by(OutgoingEmail.id)))


def mail(message: str) -> OutgoingEmail:
    return next(each for each in mails() if each.message == message)


def one_of_each() -> Application:
    """An application with mail to the candidate, a contact, a colleague, a panelist."""
    application = arrived()
    panelist = postings.person("pat.bell@example.org", role=Role.PANELIST)
    interviews.scheduled(application.id, [panelist])
    with writing():
        owner = db.session.get_one(Application, application.id)
        contact = owner.posting.contact_person
        assert contact is not None
        colleague = postings.person("lee.ash@example.org")
        routing.hand_over(owner, colleague, reason="Knows the branch", by=contact)
        db.session.commit()
    return application


def reaches(email: OutgoingEmail) -> Reaches | None:
    text = tag_in(email.reply_to_address or "", links.intake_address())
    read = read_tag(links.signing_key(), text) if text else None
    if read is None:
        return None
    assert was_sent_to(links.signing_key(), read, email.recipient_address)
    assert (read.kind, read.row_id) == (email.about_kind, email.about_id)
    return read.reaches


@CONFIGURED
def test_once_configured_every_mail_about_an_application_is_tagged(app: Flask) -> None:
    one_of_each()
    found = {(each.message, reaches(each)) for each in mails()}
    assert found == {
        ("application_received", Reaches.HANDLERS),
        ("application_arrived", Reaches.CANDIDATE),
        ("interview_invitation", Reaches.HANDLERS),
        ("panel_invitation", Reaches.COLLEAGUES),
    }
    for each in mails():
        assert each.reply_to_address is not None
        assert check_address(each.reply_to_address) == each.reply_to_address


@CONFIGURED
def test_every_recipient_has_a_tag_of_their_own(app: Flask) -> None:
    one_of_each()
    tags = [each.reply_to_address for each in mails()]
    assert len(set(tags)) == len(tags) == 5


def test_until_then_a_contact_replies_to_the_candidate(app: Flask) -> None:
    one_of_each()
    to = {(each.message, each.reply_to_address) for each in mails()}
    assert to == {
        ("application_received", None),
        ("application_arrived", "sam@example.org"),
        ("interview_invitation", None),
        ("panel_invitation", None),
    }


@pytest.mark.parametrize("message", ["application_arrived", "panel_invitation"])
@pytest.mark.settings(BASE_URL="https://jobs.example.org")
def test_the_first_line_before(app: Flask, message: str, mail_snapshot: MailSnapshot) -> None:
    one_of_each()
    _compare(mail(message), f"{message}.direct", mail_snapshot)


@pytest.mark.parametrize("message", ["application_arrived", "panel_invitation"])
@CONFIGURED
def test_the_first_line_once_configured(
    app: Flask, message: str, mail_snapshot: MailSnapshot
) -> None:
    one_of_each()
    _compare(mail(message), f"{message}.tagged", mail_snapshot)


def _compare(email: OutgoingEmail, name: str, mail_snapshot: MailSnapshot) -> None:
    first, second = email.text.splitlines()[:2]
    head = operations.Rendered("First line", f"{first}\n{second}\n", email.html)
    mail_snapshot(head, name)
    if second == "" and first:
        assert first in email.html


@CONFIGURED
def test_what_is_about_no_application_keeps_its_reply(app: Flask) -> None:
    kinds: list[tuple[str, int] | None] = [
        None, ("posting", 1), ("person", 1), ("accommodation_request", 1)
    ]  # fmt: skip
    with writing():
        for about in kinds:
            sent = queue(
                "posting_question",
                to=("Ida", "ida@example.org"),
                values={"contact_name": "Ida", "posting_title": "Page", "asker_name": "Jo"},
                context={"asker_name": "Jo", "address": "jo@example.org", "question": "When?"},
                about=about,
                reply_to=("Jo", "jo@example.org"),
            )
            assert sent.reply_to_address == "jo@example.org"
            assert sent.text.startswith("Replying writes to Jo directly.")


@CONFIGURED
def test_a_candidate_without_an_address_leaves_the_reply_among_colleagues(app: Flask) -> None:
    with writing():
        sent = queue(
            "candidate_address_corrected",
            to=("Ida", "ida@example.org"),
            values={
                "contact_name": "Ida",
                "candidate_name": "Sam",
                "posting_title": "Page",
                "number": "2027-K7Q4M",
                "candidate_address": "",
            },
            about=("application", 7),
            reply_to=("Sam", ""),
        )
    assert reaches(sent) is Reaches.COLLEAGUES


@CONFIGURED
def test_a_tagged_mail_goes_over_the_wire_as_it_stands(app: Flask, smtp_server: MailServer) -> None:
    app.config["MAIL_URL"] = smtp_server.url
    arrived()
    deliver_due()
    (contact,) = smtp_server.to("ida.moreno@example.org")
    (address,) = contact.message["Reply-To"].addresses
    assert address.addr_spec == mail("application_arrived").reply_to_address
    assert address.display_name == "Sam Rivera"
    assert contact.sender == contact.message["From"].addresses[0].addr_spec


@CONFIGURED
def test_the_message_page_hides_the_tag(app: Flask, client: Client) -> None:
    arrived()
    postings.sign_in(client, postings.coordinator())
    page = client.page(f"/staff/messages/{mail('application_arrived').id}")
    assert "Sam Rivera <jobs+…@example.org>" in page.text


# What answers what


def test_a_thread_names_what_it_answers() -> None:
    chain = ["<a@x.org>", "<b@x.org>", "<c@x.org>"]
    assert thread_headers(chain) == {
        "In-Reply-To": "<c@x.org>",
        "References": "<a@x.org> <b@x.org> <c@x.org>",
    }
    assert thread_headers(chain[:1]) == {"In-Reply-To": "<a@x.org>", "References": "<a@x.org>"}
    assert thread_headers([]) == {}


def test_what_strangers_wrote_into_a_header_is_left_out() -> None:
    hostile = ["<a b@x.org>", "<a@x.org>\r\nBcc: eve@x.org", "a@x.org", "<é@x.org>"]
    assert thread_headers([*hostile, "<" + "a" * 300 + "@x.org>"]) == {}
    assert thread_headers(["<ok@x.org>", *hostile])["References"] == "<ok@x.org>"


def test_a_long_thread_keeps_its_first_and_its_newest() -> None:
    chain = [f"<{number:032}@jobs.example.org>" for number in range(40)]
    references = thread_headers(chain)["References"].split()
    assert len(" ".join(references)) <= 400
    assert references[0] == chain[0]
    assert references[1:] == chain[-len(references) + 1 :]


def test_message_ids_are_found_in_any_header() -> None:
    found = message_ids_in("  <a@x.org>\r\n\t<b@x.org> (comment) <a@x.org> <no> <c d@x>")
    assert found == ["<a@x.org>", "<b@x.org>"]


@pytest.mark.parametrize("configured", [False, True])
def test_what_is_shown_before_a_mail_goes_is_the_mail(app: Flask, configured: bool) -> None:
    """Of an answer, a request and a letter: to the letter, with the line on answering it."""
    app.config["INTAKE_ADDRESS"] = "jobs@example.org" if configured else ""
    application = arrived()
    person = postings.person("pat.bell@example.org", role=Role.COORDINATOR)
    shown = {
        "outcome_not_selected": applying.preview_answer(application, outcome=Outcome.NOT_SELECTED),
        "answer_to_candidate": letters.preview_letter(application, "Please call us.", answers=""),
    }
    with writing():
        owner = db.session.get_one(Application, application.id)
        moves.move(owner, outcome=Outcome.NOT_SELECTED, reason=Reason.LATE, by=person, mail=True)
        letters.to_candidate(
            owner,
            "Please call us.",
            by=person,
            answers="",
            thread=[],
            once_key="1",
            automatic=False,
        )
        db.session.commit()
    for message, before in shown.items():
        email = mail(message)
        link = re.search(r"/my/(\S+)", email.text)
        token = link.group(1) if link else "…"
        assert before.subject == email.subject
        assert before.text == email.text.replace(token, "…")
        assert before.html == email.html.replace(token, "…")
        assert ("You can answer this mail" in before.text) is configured
