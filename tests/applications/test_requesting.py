"""Staff ask a candidate for a document: the mail is shown first, and asking can be undone."""

import re

from flask import Flask

from tests.applications import desk, factories
from tests.applications.test_mine import ask, mails
from tests.documents import samples
from tests.plugins.apps import Client
from tests.plugins.pages import Page, text_of
from tests.postings import factories as postings
from tracker.applications.models import Application, DocumentRequest
from tracker.applications.rules import Outcome, Reason
from tracker.core.db import db


def url(application: Application, rest: str = "/requests/new") -> str:
    return f"/staff/applications/{application.id}{rest}"


def test_the_mail_that_is_shown_is_the_mail_that_goes(app: Flask) -> None:
    application = desk.arrived()
    client = desk.coordinator(app)
    typed = {"title": "Copy of your degree", "instructions": "The front page is enough."}
    answer = client.submit(url(application), typed, button="Show the mail with this")
    page = Page(answer.text, answer.request.url)
    shown = (text_of(page.all("form//p/strong")[0]), "".join(page.one("pre").itertext()))
    assert mails("document_requested") == []
    answer = client.fill(page, button="Ask for it")
    assert (answer.status_code, answer.location) == (303, url(application, ""))
    (mail,) = mails("document_requested")
    assert shown == (mail.subject, re.sub(r"/my/[\w-]+", "/my/…", mail.text))
    request = db.session.query(DocumentRequest).one()
    assert (request.title, request.email_id) == ("Copy of your degree", mail.id)


def test_what_is_missing_or_asked_for_already_is_told_at_the_field(app: Flask) -> None:
    application = desk.arrived()
    ask(application)
    client = desk.coordinator(app)
    answer = client.submit(url(application), button="Ask for it")
    assert answer.status_code == 422
    answer = client.submit(url(application), {"title": "copy of  your degree"}, button="Ask for it")
    assert answer.status_code == 409
    (error,) = Page(answer.text).texts("div[@id='title-error']")
    assert "is asked for already. Nothing was sent again." in error
    assert len(mails("document_requested")) == 1


def test_what_was_asked_for_can_be_taken_back(app: Flask, client: Client) -> None:
    application = desk.arrived()
    number = ask(application)
    staff = desk.coordinator(app)
    page = staff.page(url(application, ""))
    answer = staff.fill(page, form=f"/requests/{number}/withdraw", follow=True)
    assert "The candidate is no longer asked for this document." in Page(answer.text).text
    token = re.findall(r"/my/(\S+)", mails("document_requested")[0].text)[0]
    assert "We need one more document" not in client.page(f"/my/{token}").text
    late = client.post(
        f"/my/{token}/requests/{number}", data={"csrf_token": client.token(f"/my/{token}")}
    )
    assert late.status_code == 303
    assert db.session.get_one(Application, application.id).documents == application.documents


def test_a_request_of_another_application_cannot_be_taken_back_from_here(app: Flask) -> None:
    mine, other = desk.arrived(), desk.arrived(name="Ann Lee", email="ann@example.org")
    number = ask(other)
    client = desk.coordinator(app)
    data = {"csrf_token": client.token("/staff")}
    for rest in (f"/requests/{number}/withdraw", f"/requests/{number}/scan"):
        assert client.post(url(mine, rest), data=data).status_code == 404
    assert db.session.get_one(DocumentRequest, number).is_open


def test_after_the_end_nothing_more_is_asked(app: Flask) -> None:
    application = desk.arrived()
    desk.move(application, Outcome.NOT_SELECTED, reason=Reason.LATE)
    answer = desk.coordinator(app).submit(url(application), {"title": "A"}, button="Ask for it")
    assert answer.status_code == 409
    assert "Reopen it before you ask" in Page(answer.text).text


def test_whoever_reads_only_asks_for_nothing(app: Flask) -> None:
    application = desk.arrived()
    manager = postings.manager("other@example.org")
    desk.give_seat(application, manager)
    client = desk.signed_in(app, manager)
    for rest in ("/requests/new", "/told"):
        assert client.get(url(application, rest)).status_code == 403
    stranger = desk.signed_in(app, postings.manager("third@example.org"))
    assert stranger.get(url(application)).status_code == 404


def test_a_document_that_came_later_stands_behind_the_others(app: Flask, client: Client) -> None:
    application = desk.arrived()
    number = ask(application)
    staff = desk.coordinator(app)
    staff.submit(
        url(application, f"/requests/{number}/scan"), {"file": (samples.scanned_pdf(), "a.pdf")}
    )
    page = staff.page(url(application, ""))
    tabs = page.texts("nav[@class='document-tabs']/a")
    assert tabs[-1] == "Copy of your degree (added later)"
    assert "The document came: Copy of your degree" in page.text
    assert factories.NAME in page.text
