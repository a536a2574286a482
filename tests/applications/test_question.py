"""A question before applying reaches whoever answers for the posting, and nothing else does."""

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from tests.applications import factories
from tests.plugins.apps import Client
from tests.plugins.pages import Page
from tests.postings import factories as postings
from tracker.applications.models import Enquiry, Tally
from tracker.applications.throttle import BY_NETWORK, Act
from tracker.core.access import Role
from tracker.core.db import db
from tracker.notifications.models import OutgoingEmail
from tracker.postings import operations
from tracker.postings.models import Posting, PostingMember
from tracker.postings.rules import MemberRole

ASKED = {
    "name": "Jo Fenwick",
    "email": "jo@example.org",
    "text": "Is the Saturday shift every week?\r\nOr every other?",
}


def ask(client: Client, posting: Posting, **entered: str) -> TestResponse:
    url = f"/postings/{posting.slug}/question"
    return client.submit(url, {**ASKED, **entered}, button="Send my question")


def mails() -> list[OutgoingEmail]:
    return list(db.session.scalars(select(OutgoingEmail).order_by(OutgoingEmail.id)))


def test_the_posting_leads_to_it(client: Client) -> None:
    posting = postings.open_posting()
    page = client.page(f"/postings/{posting.slug}")
    assert page.link("Ask a question before you apply").endswith(f"/{posting.slug}/question")


def test_a_question_reaches_the_contact_and_a_reply_reaches_its_asker(client: Client) -> None:
    posting = postings.open_posting()
    assert ask(client, posting).status_code == 303
    mail, enquiry = mails()[0], db.session.query(Enquiry).one()
    assert (mail.recipient_address, mail.reply_to_address) == (
        "ida.moreno@example.org",
        "jo@example.org",
    )
    assert mail.text.startswith("Replying writes to Jo Fenwick directly.")
    assert "Is the Saturday shift every week?\nOr every other?" in mail.text
    assert (enquiry.posting_id, enquiry.email_id, enquiry.language) == (posting.id, mail.id, "en")


def test_the_page_says_what_was_sent(client: Client) -> None:
    page = client.page(ask(client, postings.open_posting()).location)
    assert page.texts("h1") == ["Your question was sent"]
    assert ["jo@example.org" in page.text, "Or every other?" in page.text] == [True, True]


def test_what_was_asked_is_shown_to_nobody_who_makes_up_an_address(client: Client) -> None:
    ask(client, postings.open_posting())
    assert client.get("/postings/question/1").status_code == 404


@pytest.mark.parametrize(
    "stand_in", ["manager of the posting", "coordinator"], ids=["manager", "coordinator"]
)
def test_without_a_contact_who_stands_in_gets_it(client: Client, stand_in: str) -> None:
    contact = postings.person("gone@example.org")
    posting = postings.open_posting(contact=contact)
    postings.coordinator("cora@example.org")
    if stand_in != "coordinator":
        person = postings.person("max@example.org", role=Role.MANAGER)
        member = PostingMember(posting=posting, person=person, role=MemberRole.MANAGER)
        db.session.add(member)
    contact.disabled_at = posting.created_at
    db.session.commit()
    ask(client, posting)
    expected = "cora@example.org" if stand_in == "coordinator" else "max@example.org"
    assert [each.recipient_address for each in mails()] == [expected]


def test_a_closed_posting_says_so_and_gives_the_words_back(client: Client) -> None:
    posting = postings.open_posting()
    page = client.page(f"/postings/{posting.slug}/question")
    operations.close(db.session.get_one(Posting, posting.id), by=None)
    db.session.commit()
    answer = client.fill(page, ASKED, button="Send my question")
    assert (answer.status_code, mails()) == (410, [])
    assert "Or every other?" in Page(answer.text).text
    closed = client.page(f"/postings/{posting.slug}/question", status=410)
    assert closed.all("textarea") == []


@pytest.mark.parametrize("path", ["", "/"])
def test_a_draft_has_no_questions(client: Client, path: str) -> None:
    posting = postings.draft_posting()
    assert client.get(f"/postings/{posting.slug}/question{path}").status_code == 404


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("name", "Win at https://spam.example", "A name cannot hold a web address."),
        ("name", " ", "Enter your name."),
        ("email", "jo at home", "That is not an e-mail address."),
        ("email", "jo@example.org\r\nBcc: all@example.org", "That is not an e-mail address."),
        ("text", "", "Write your question."),
        ("text", "x" * 4001, "This text is too long: at most 4000 characters are taken."),
    ],
)
def test_what_cannot_be_sent_is_said_at_its_field(
    client: Client, field: str, typed: str, said: str
) -> None:
    posting = postings.open_posting()
    page = client.page(f"/postings/{posting.slug}/question")
    form = page.form(fields=ASKED).filled(ASKED)
    answer = client.post(form.action, data={**form.data, field: typed})
    told = Page(answer.text).texts(f"div[@id='{field}-error']")
    assert (answer.status_code, [said in each for each in told], mails()) == (422, [True], [])


def test_line_breaks_in_a_name_make_no_header(client: Client) -> None:
    posting = postings.open_posting()
    page = client.page(f"/postings/{posting.slug}/question")
    form = page.form(fields=ASKED).filled(ASKED)
    client.post(form.action, data={**form.data, "name": "Jo\r\nBcc: all@localhost"})
    mail = mails()[0]
    assert (mail.reply_to_name, mail.subject) == (
        "Jo Bcc: all@localhost",
        f"A question about {posting.title}",
    )
    assert set(mail.headers) == {"Auto-Submitted", "X-Auto-Response-Suppress"}


def test_markup_in_a_question_stays_text(client: Client) -> None:
    ask(client, postings.open_posting(), text="<b>Hello</b> {contact_name} {{ 7*7 }}")
    mail = mails()[0]
    assert "&lt;b&gt;Hello&lt;/b&gt; {contact_name} {{ 7*7 }}" in mail.html
    assert "<b>Hello</b> {contact_name} {{ 7*7 }}" in mail.text


# Scripts and floods


@pytest.mark.settings(FORM_PATIENCE=3)
def test_a_question_sent_at_once_goes_with_the_next_press(
    client: Client, clock: time_machine.Traveller
) -> None:
    answer = ask(client, postings.open_posting())
    assert (answer.status_code, mails()) == (422, [])
    page = Page(answer.text, answer.request.url)
    clock.shift(3)
    assert client.fill(page, button="Send my question").status_code == 303


def test_a_filled_trap_sends_nothing(client: Client) -> None:
    answer = ask(client, postings.open_posting(), homepage="https://spam.example")
    assert (answer.status_code, mails()) == (422, [])


@pytest.mark.settings(FLOOD_LIMITS="1")
def test_a_flood_of_questions_is_stopped_and_the_words_stay(app: Flask, clock: object) -> None:
    client, posting = factories.browser(app), postings.open_posting()
    ask(client, posting)
    row = db.session.query(Tally).filter(Tally.place.startswith("network")).one()
    row.count = BY_NETWORK[Act.ENQUIRY].most
    db.session.commit()
    answer = ask(client, posting, text="Once more?")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "3600")
    assert "Once more?" in Page(answer.text).text
    assert (len(mails()), db.session.query(Enquiry).count()) == (1, 1)
