"""The receipt says what has arrived; a mistyped address can be mended there."""

import re

import pytest
from flask import Flask

from tests.applications import factories
from tests.plugins.apps import Client
from tests.plugins.pages import Page
from tests.postings.factories import manager, open_posting
from tracker.applications import operations
from tracker.applications.models import Application, CandidateLink
from tracker.applications.rules import Stage
from tracker.core import formats
from tracker.core.db import db, now, writing
from tracker.notifications.models import OutgoingEmail

NEW = "marisol.q@example.org"


def mailed_tokens() -> list[str]:
    """The secrets of the links in the mails to candidates, oldest first."""
    mails = db.session.query(OutgoingEmail).order_by(OutgoingEmail.id)
    found = [re.search(r"/my/(\S+)", each.text) for each in mails]
    return [each[1] for each in found if each]


def test_the_receipt_carries_number_time_files_and_checksums(client: Client) -> None:
    answer = factories.apply_with(client, factories.demanding_posting())
    page = client.page(answer.location)
    made = db.session.query(Application).one()
    assert page.texts("strong[@class='receipt-number']") == [made.number]
    received = formats.datetime(made.submitted_at, "America/New_York", with_zone=True)
    assert received in page.texts("dd")
    assert page.texts("span[@class='checksum']") == [
        f"SHA-256 {each.document.sha256}" for each in made.documents
    ]
    assert page.texts("a[@class='file-name']") == ["Cover letter.pdf", "resume.docx"]


def test_the_mail_says_the_same_with_a_link_that_opens(client: Client) -> None:
    factories.apply_with(client, factories.demanding_posting())
    made = db.session.query(Application).one()
    assert made.receipt_email is not None
    text = made.receipt_email.text
    received = formats.datetime(made.submitted_at, "America/New_York", with_zone=True)
    for each in (made.number, received, *(x.document.sha256 for x in made.documents)):
        assert each in text
    page = client.page(f"/my/{mailed_tokens()[0]}")
    assert page.texts("h1") == ["Children's Librarian"]


def test_the_mail_of_an_application_without_documents_says_so(app: Flask) -> None:
    made = factories.submitted_application(open_posting(documents=[]))
    assert made.receipt_email is not None
    said = "Your answers. The posting asks for no documents."
    assert (made.receipt_email.text.count(said), made.receipt_email.html.count(said)) == (1, 1)


@pytest.mark.settings(BASE_URL="https://jobs.example.org")
def test_the_mailed_link_uses_the_public_address(client: Client) -> None:
    made = factories.submitted_application()
    assert made.receipt_email is not None
    assert "https://jobs.example.org/my/" in made.receipt_email.text


def test_an_address_can_be_corrected_and_the_old_mail_opens_nothing(client: Client) -> None:
    token = factories.submission().token
    answer = client.submit(f"/my/{token}/receipt", {"email": NEW}, follow=True)
    assert answer.status_code == 200
    made = db.session.query(Application).one()
    assert (made.email, made.email_confirmed_at) == (NEW, None)
    old, new = mailed_tokens()
    assert client.get(f"/my/{old}").status_code == 404
    assert client.get(f"/my/{new}").status_code == 200
    addressed = [each.recipient_address for each in db.session.query(OutgoingEmail)]
    assert addressed == [factories.EMAIL, NEW]


def test_a_bad_correction_is_told_at_the_field(client: Client) -> None:
    token = factories.submission().token
    answer = client.submit(f"/my/{token}/receipt", {"email": "marisol@"})
    assert answer.status_code == 422
    assert Page(answer.text).texts("div[@id='email-error']") == [
        "Error: That is not an e-mail address. Enter one like name@example.org."
    ]


def test_a_mailed_link_cannot_redirect_the_mail(client: Client) -> None:
    factories.submission()
    token = mailed_tokens()[0]
    page = client.page(f"/my/{token}/receipt")
    assert page.all("input[@name='email']") == []
    answer = client.post(
        f"/my/{token}/address", data={"email": NEW, "csrf_token": client.token("/my")}
    )
    assert answer.status_code == 404
    assert db.session.query(Application).one().email == factories.EMAIL


def test_after_an_answer_the_address_stays(app: Flask, client: Client) -> None:
    made = factories.submission()
    token, application_id = made.token, made.application.id
    person_id = manager().id
    with writing():
        application = db.session.get_one(Application, application_id)
        operations.move(
            application,
            to_stage=Stage.UNDER_REVIEW,
            by=db.session.get_one(type(manager()), person_id),
            mail=False,
        )
        db.session.commit()
    assert client.page(f"/my/{token}/receipt").all("input[@name='email']") == []


def test_corrections_are_limited(client: Client) -> None:
    token = factories.submission().token
    url = f"/my/{token}/receipt"
    statuses = [
        client.submit(url, {"email": f"m{number}@example.org"}).status_code for number in range(4)
    ]
    assert statuses == [303, 303, 303, 429]


def test_a_confirmed_address_stays(app: Flask, client: Client) -> None:
    token = factories.submission().token
    with writing():
        link = db.session.query(CandidateLink).filter_by(mailed=True).one()
        operations.confirm_address(link, at=now())
        db.session.commit()
    assert client.page(f"/my/{token}/receipt").all("input[@name='email']") == []
