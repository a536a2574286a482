"""What a candidate sees and does on their own page: messages, documents asked for, corrections."""

import datetime as dt
import hashlib
from typing import Any

import pytest
import time_machine
from flask import Flask
from playwright.sync_api import Page as Window
from playwright.sync_api import expect

from tests.applications import desk, factories
from tests.applications.test_receipt import mailed_tokens
from tests.documents import samples
from tests.documents.samples import photographs
from tests.plugins.apps import Client
from tests.plugins.pages import Page
from tests.plugins.servers import LiveServer
from tests.postings import factories as postings
from tracker.accounts.models import Person
from tracker.applications import operations
from tracker.applications.models import (
    Application,
    ApplicationDocument,
    ContactChange,
    DocumentRequest,
)
from tracker.applications.operations import Submission
from tracker.applications.rules import Outcome, Reason, Stage
from tracker.core.db import db, now, writing
from tracker.notifications.models import OutgoingEmail

TITLE = "Copy of your degree"


def arrived(**values: Any) -> Submission:
    """An application that its contact has."""
    application = desk.arrived(**values)
    token = mailed_tokens()[-1]
    return Submission(application, token, created=True)


def ask(application: Application, title: str = TITLE, instructions: str = "The front page.") -> int:
    """Ask for a document as a coordinator; returns the request's id."""
    key, by = application.id, postings.coordinator().id
    with writing():
        made = operations.ask_document(
            db.session.get_one(Application, key),
            title=title,
            instructions=instructions,
            by=db.session.get_one(Person, by),
        )
        number = made.id
        db.session.commit()
    return number


def mails(message: str) -> list[OutgoingEmail]:
    return db.session.query(OutgoingEmail).filter_by(message=message).all()


def send(client: Client, token: str, number: int, *files: tuple[bytes, str]) -> Page:
    """Send files for a request from the candidate's page; returns the page that answers."""
    page = client.page(f"/my/{token}")
    answer = client.fill(
        page, {f"request-{number}-file": list(files)}, form=f"/requests/{number}", follow=True
    )
    return Page(answer.text, answer.request.url)


# The promise


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("2026-11-30", "You will hear from us by Monday 30 November 2026, whatever is decided."),
        (None, "You will hear from us by mail, whatever is decided."),
    ],
)
def test_the_page_says_by_when_an_answer_comes(client: Client, day: str | None, said: str) -> None:
    promised = dt.date.fromisoformat(day) if day else None
    posting = postings.open_posting(closes_on=None, open_until_filled=True, answer_by_on=promised)
    with time_machine.travel("2026-11-24T15:00Z", tick=False):
        token = factories.submission(posting).token
        assert said in client.page(f"/my/{token}").texts("li")


def test_a_broken_promise_is_owned_and_says_whom_to_write_to(client: Client) -> None:
    posting = postings.open_posting(
        closes_on=None, open_until_filled=True, answer_by_on=dt.date(2026, 11, 25)
    )
    with time_machine.travel("2026-11-24T15:00Z", tick=False):
        made = factories.submission(posting)
        number, token = made.application.number, made.token
    with time_machine.travel("2026-11-26T03:00Z", tick=False):  # still the 25th over there
        assert "You should have heard from us by now" not in client.page(f"/my/{token}").text
    with time_machine.travel("2026-11-26T06:00Z", tick=False):
        page = client.page(f"/my/{token}")
    assert "We promised an answer by Wednesday 25 November 2026." in page.text
    assert f"give your number, {number}:" in page.text
    assert page.link("ida.moreno@example.org") == "mailto:ida.moreno@example.org"
    assert "You will hear from us by" not in page.text


# Messages


def test_the_page_shows_the_mail_to_the_candidate_and_no_other(client: Client) -> None:
    made = arrived()
    desk.move(made.application, Stage.SHORTLISTED, mail=True)
    page = client.page(f"/my/{made.token}")
    assert page.texts("details[@class='message']/summary/strong") == [
        "You are on the shortlist: Children's Librarian",
        f"We have your application: Children's Librarian ({made.application.number})",
    ]
    assert page.texts("details[@class='message']/summary/span")[0].endswith(
        "On its way to marisol.quennell@example.org."
    )
    assert len(mails("application_arrived")) == 1


def test_a_shown_receipt_finds_no_link_that_would_prove_the_address(client: Client) -> None:
    made = factories.submission()
    mailed = mailed_tokens()[0]
    page = client.page(f"/my/{made.token}")
    assert mailed not in "".join(page.root.itertext())
    assert f"/my/{made.token}" in "".join(page.one("pre").itertext())


# A document that was asked for


def test_a_document_is_asked_for_by_mail_and_on_the_page(client: Client) -> None:
    made = arrived()
    ask(made.application)
    (mail,) = mails("document_requested")
    assert (mail.recipient_address, TITLE in mail.subject) == (factories.EMAIL, True)
    assert "The front page." in mail.text
    page = client.page(f"/my/{mailed_tokens()[-1]}")
    assert f"We need one more document: {TITLE}" in page.texts("h2")
    assert "The front page." in page.text


def test_what_was_asked_for_arrives_once_and_everybody_is_told(client: Client) -> None:
    made = arrived()
    key, before = made.application.id, [each.id for each in made.application.documents]
    number = ask(made.application)
    page = send(client, made.token, number, (samples.pdf("A degree"), "degree.pdf"))
    assert "Thank you. Your document has arrived." in page.text
    assert f"We need one more document: {TITLE}" not in page.texts("h2")
    application = db.session.get_one(Application, key)
    *old, added = application.documents
    assert [each.id for each in old] == before
    assert (added.title, added.document.file_name) == (TITLE, "degree.pdf")
    assert added.document.sha256 == hashlib.sha256(samples.pdf("A degree")).hexdigest()
    assert (added.added_at is not None, added.added_by) == (True, None)
    (told,) = mails("document_added")
    assert told.recipient_address == "ida.moreno@example.org"
    (thanks,) = mails("document_received")
    assert added.document.sha256 in thanks.text
    assert client.get(page.link("degree.pdf")).data == samples.pdf("A degree")


def test_the_receipt_lists_what_came_with_the_application_and_nothing_later(
    client: Client,
) -> None:
    made = arrived()
    before = client.page(f"/my/{made.token}/receipt").texts("a[@class='file-name']")
    send(client, made.token, ask(made.application), (samples.pdf(), "degree.pdf"))
    assert client.page(f"/my/{made.token}/receipt").texts("a[@class='file-name']") == before


def test_photographs_become_one_document_and_come_back_as_sent(client: Client) -> None:
    made = arrived()
    shots = [photographs.photograph(words=words) for words in ("1", "2")]
    page = send(client, made.token, ask(made.application), (shots[0], "1.jpg"), (shots[1], "2.jpg"))
    added = db.session.query(ApplicationDocument).order_by("id").all()[-1]
    assert (added.document.kind, added.document.pages) == ("pdf", 2)
    assert [client.get(page.link(name)).data for name in ("1.jpg", "2.jpg")] == shots


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ([(samples.old_doc(), "old.doc")], "This is a Word document of the older kind (.doc)."),
        ([], "Choose the file first."),
        (
            [(samples.pdf(), "1.pdf"), (samples.pdf("2"), "2.pdf")],
            "Several files came for one document.",
        ),
    ],
)
def test_what_is_wrong_with_a_document_is_told_at_its_field(
    client: Client, files: list[tuple[bytes, str]], said: str
) -> None:
    made = arrived()
    number = ask(made.application)
    page = send(client, made.token, number, *files)
    assert said in page.texts(f"div[@id='request-{number}-file-error']")[0]
    assert page.one("div[@role='alert']").find("ul/li/a") is not None
    request = db.session.get_one(DocumentRequest, number)
    assert request.is_open


def test_too_much_at_once_is_told_at_the_field_too(app: Flask, client: Client) -> None:
    made = arrived()
    number = ask(made.application)
    app.config["MAX_CONTENT_LENGTH"] = 100_000
    page = client.page(f"/my/{made.token}")
    answer = factories.browser(app).post(
        page.form(f"/requests/{number}").action, data=b"x" * 200_000, content_type="text/plain"
    )
    assert answer.status_code == 413
    assert "larger than" in Page(answer.text).texts(f"div[@id='request-{number}-file-error']")[0]


def test_sending_the_same_document_twice_adds_it_once(client: Client) -> None:
    made = arrived()
    number = ask(made.application)
    page = client.page(f"/my/{made.token}")
    for _turn in range(2):
        answer = client.fill(
            page, {f"request-{number}-file": (samples.pdf(), "degree.pdf")}, form=f"/{number}"
        )
        assert answer.status_code == 303
    added = [each for each in db.session.query(ApplicationDocument) if each.added_at]
    assert len(added) == 1
    assert len(mails("document_added")) == 1


def test_a_request_of_another_application_takes_nothing(client: Client) -> None:
    made = arrived()
    number = ask(desk.arrived(name="Somebody Else", email="else@example.org"))
    answer = client.post(
        f"/my/{made.token}/requests/{number}", data={"csrf_token": client.token("/my")}
    )
    assert answer.status_code == 404


def test_after_the_end_no_document_is_asked_for(client: Client) -> None:
    made = arrived()
    number = ask(made.application)
    desk.move(made.application, Outcome.NOT_SELECTED, reason=Reason.LATE)
    assert f"/requests/{number}" not in client.get(f"/my/{made.token}").text


# Corrections


def test_name_and_number_are_corrected_with_what_was_before(client: Client) -> None:
    made = factories.submission()
    url = f"/my/{made.token}/contact"
    answer = client.submit(url, {"name": "Marisol Q. Quennell", "phone": ""}, follow=True)
    assert "Marisol Q. Quennell" in Page(answer.text).texts("dd")
    changes = [(each.field, each.old, each.new) for each in db.session.query(ContactChange)]
    assert changes == [
        ("name", factories.NAME, "Marisol Q. Quennell"),
        ("phone", "203 555 0100", ""),
    ]


def test_correcting_nothing_leaves_no_trace(client: Client) -> None:
    made = factories.submission()
    answer = client.submit(f"/my/{made.token}/contact", {"name": factories.NAME}, follow=True)
    assert "Nothing was different." in Page(answer.text).text
    assert db.session.query(ContactChange).count() == 0


def test_an_empty_name_is_told_at_the_field(client: Client) -> None:
    made = factories.submission()
    answer = client.submit(f"/my/{made.token}/contact", {"name": " "})
    assert answer.status_code == 422
    assert Page(answer.text).texts("div[@id='name-error']") == ["Error: Enter your name."]


def test_staff_see_what_was_corrected(app: Flask, client: Client) -> None:
    made = arrived()
    client.submit(f"/my/{made.token}/contact", {"phone": "203 555 0199"})
    page = desk.coordinator(app).page(f"/staff/applications/{made.application.id}")
    assert "Telephone number corrected" in page.text
    assert "203 555 0100 → 203 555 0199" in page.text


def confirmed() -> str:
    """The mailed link of an application whose address is confirmed."""
    made = arrived()
    key = made.application.id
    with writing():
        operations.confirm(db.session.get_one(Application, key), at=now())
        db.session.commit()
    return made.token


def test_a_confirmed_address_changes_when_the_new_one_is_confirmed(client: Client) -> None:
    token = confirmed()
    client.submit(f"/my/{token}/contact", {"email": "new@example.org"}, form="/new-address")
    assert db.session.query(Application).one().email == factories.EMAIL
    (mail,) = mails("new_address")
    assert mail.recipient_address == "new@example.org"
    url = mail.text.split("http://localhost")[1].split()[0]
    client.page(url)
    assert db.session.query(Application).one().email == factories.EMAIL
    answer = client.submit(url, form=url, follow=True)
    assert "Mail about this application goes here from now on." in Page(answer.text).text
    application = db.session.query(Application).one()
    assert (application.email, application.email_key) == ("new@example.org", "new@example.org")
    assert application.email_confirmed_at is not None
    assert [each.recipient_address for each in mails("address_changed")] == [factories.EMAIL]
    (told,) = mails("candidate_address_corrected")
    assert "new@example.org" in told.text
    assert client.get(f"/my/{token}").status_code == 200
    assert client.get(url).status_code == 410
    assert client.post(url, data={"csrf_token": client.token("/my")}).status_code == 410
    change = db.session.query(ContactChange).one()
    assert (change.field, change.old, change.new) == ("email", factories.EMAIL, "new@example.org")


def test_a_new_address_pressed_twice_is_written_to_once(client: Client) -> None:
    token = confirmed()
    for _press in range(2):
        answer = client.submit(
            f"/my/{token}/contact", {"email": "new@example.org"}, form="/new-address", follow=True
        )
        assert "We have sent a link to new@example.org" in answer.text
    (mail,) = mails("new_address")
    url = mail.text.split("http://localhost")[1].split()[0]
    assert client.submit(url, form=url).status_code == 303
    with time_machine.travel(now() + dt.timedelta(minutes=3), tick=True):
        client.submit(f"/my/{token}/contact", {"email": "other@example.org"}, form="/new-address")
        client.submit(f"/my/{token}/contact", {"email": "third@example.org"}, form="/new-address")
    assert len(mails("new_address")) == 3


def test_a_link_to_a_new_address_runs_out_and_opens_no_application(client: Client) -> None:
    token = confirmed()
    client.submit(f"/my/{token}/contact", {"email": "new@example.org"}, form="/new-address")
    url = mails("new_address")[0].text.split("http://localhost")[1].split()[0]
    assert factories.NAME not in client.page(url).text
    with time_machine.travel(now() + dt.timedelta(days=8), tick=False):
        assert client.get(url).status_code == 410


def test_the_secret_of_a_new_address_is_not_on_the_page(client: Client) -> None:
    token = confirmed()
    client.submit(f"/my/{token}/contact", {"email": "new@example.org"}, form="/new-address")
    secret = mails("new_address")[0].text.split("/new-address/")[1].split()[0]
    assert secret not in client.get(f"/my/{token}").text


def test_an_unconfirmed_address_is_not_changed_by_who_was_mailed(client: Client) -> None:
    made = arrived()
    assert client.page(f"/my/{made.token}/contact").all("input[@name='email']") == []
    data = {"email": "new@example.org", "csrf_token": client.token("/my")}
    answer = client.post(f"/my/{made.token}/new-address", data=data)
    assert answer.status_code == 422
    assert mails("new_address") == []


def test_new_addresses_are_limited(client: Client) -> None:
    token = confirmed()
    statuses = [
        client.submit(
            f"/my/{token}/contact", {"email": f"m{number}@example.org"}, form="/new-address"
        ).status_code
        for number in range(4)
    ]
    assert statuses == [303, 303, 303, 429]


# In the browser


def test_a_refused_document_takes_the_focus_and_a_good_one_arrives(
    phone: Window, live_server: LiveServer
) -> None:
    with live_server.app().app_context():
        made = arrived()
        number = ask(made.application)
        token = made.token
        db.session.remove()
        db.engine.dispose()
    phone.goto(f"{live_server.url}/my/{token}")
    field = phone.locator(f"#request-{number}-file")
    field.set_input_files({"name": "old.doc", "mimeType": "", "buffer": samples.old_doc()})
    phone.get_by_role("button", name="Send the document").click()
    expect(phone.locator(".error-summary")).to_be_focused()
    field.set_input_files(
        {"name": "degree.pdf", "mimeType": "application/pdf", "buffer": samples.pdf()}
    )
    phone.get_by_role("button", name="Send the document").click()
    phone.get_by_text("Thank you. Your document has arrived.").wait_for()
    expect(phone.get_by_role("link", name="degree.pdf")).to_have_count(1)
    assert phone.locator("html").evaluate("page => page.scrollWidth") <= 390
