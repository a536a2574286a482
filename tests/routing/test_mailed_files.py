"""A contact adds to the application what the candidate mailed, and reads it, without an account."""

import io
from email.message import EmailMessage

import pytest
from flask import Flask

from tests.applications import desk
from tests.documents import samples
from tests.intake.letters import CANDIDATE, CONTACT, mails
from tests.plugins.apps import Client
from tests.postings import factories as postings
from tests.routing.factories import arrived, path_in
from tracker.applications.models import Application
from tracker.core.access import Role
from tracker.core.db import db
from tracker.core.files import files
from tracker.intake.arrival import Arrival
from tracker.intake.models import IncomingAttachment
from tracker.postings.models import Posting
from tracker.routing.models import Assignment, LinkAct
from tracker.routing.rules import LinkDeed, Why

pytestmark = pytest.mark.settings(INTAKE_ADDRESS="jobs@example.org")
DEGREE = samples.pdf("My degree")


def mailed(
    *, address: str = CANDIDATE, answers: str = "application_received"
) -> IncomingAttachment:
    """A file that came with an answer to a mail about the latest application."""
    receipt = mails(answers)[-1]
    made = EmailMessage()
    made["From"], made["To"] = f"Sam Rivera <{address}>", str(receipt.reply_to_address)
    made["Subject"], made["In-Reply-To"] = f"Re: {receipt.subject}", receipt.message_id
    made["Message-ID"] = f"<degree.{receipt.id}@mail.example.net>"
    made.set_content("Here is my degree, as you asked.")
    made.add_attachment(DEGREE, maintype="application", subtype="pdf", filename="degree.pdf")
    assert Arrival().take_in_stream(io.BytesIO(made.as_bytes()), source="test") is not None
    db.session.rollback()
    return db.session.query(IncomingAttachment).order_by(IncomingAttachment.id).all()[-1]


def pressed(client: Client, page: str, attachment_id: int) -> int:
    """Press the button that stands, or would stand, beside a file; returns the status."""
    answer = client.post(
        f"{page}/attachments/{attachment_id}/take", data={"csrf_token": client.token(page)}
    )
    return answer.status_code


@pytest.mark.both_databases
def test_a_contact_adds_a_mailed_file_to_the_byte_and_reads_it(any_app: Flask) -> None:
    application_id = arrived().id
    attachment = mailed()
    page = path_in(mails("candidate_replied")[0])
    assert "degree.pdf" in mails("candidate_replied")[0].text
    client = any_app.test_client()
    assert isinstance(client, Client)
    shown = client.page(page)
    assert "degree.pdf" in " ".join(shown.texts("ul[@class='talk-files']/li"))
    after = client.submit(page, form=f"{attachment.id}/take", follow=True)
    assert "degree.pdf stands with the application now." in after.text
    db.session.rollback()
    added = db.session.get_one(Application, application_id).documents[-1]
    assert added.title == "degree.pdf"
    assert b"".join(files().chunks(added.document.file_key)) == DEGREE
    assert client.get(f"{page}/documents/{added.id}").status_code == 200
    assert client.get(f"{page}/documents/{added.id}/original").data == DEGREE
    assert [each.what for each in db.session.query(LinkAct)] == [LinkDeed.FILE_ADDED]
    assert pressed(client, page, attachment.id) == 409  # it stands there already
    assert len(db.session.get_one(Application, application_id).documents) == 3
    told = desk.coordinator(any_app).page(f"/staff/applications/{application_id}").text
    assert "The candidate wrote" in told
    assert "The candidate added a document" not in told  # it came by mail, and stands as that


def test_a_strangers_file_and_another_applications_are_not_added(app: Flask) -> None:
    first = arrived().id
    page = path_in(mails("application_arrived")[0])
    strange = mailed(address="eve@example.net").id
    arrived(db.session.query(Posting).one(), name="Kim Lund", email="kim@example.org")
    other = mailed(address="kim@example.org").id
    client = app.test_client()
    assert isinstance(client, Client)
    before = len(db.session.get_one(Application, first).documents)
    assert (pressed(client, page, strange), pressed(client, page, other)) == (409, 404)
    db.session.rollback()
    assert len(db.session.get_one(Application, first).documents) == before
    assert db.session.query(LinkAct).count() == 0


def test_what_a_colleague_mailed_is_not_put_where_the_candidate_reads_it(app: Flask) -> None:
    application_id = arrived().id
    page = path_in(mails("application_arrived")[0])
    in_confidence = mailed(address=CONTACT, answers="application_arrived").id
    client = app.test_client()
    assert isinstance(client, Client)
    assert f"{in_confidence}/take" not in client.get(page).text
    assert pressed(client, page, in_confidence) == 409
    staff, url = desk.coordinator(app), f"/staff/applications/{application_id}"
    for shown in (staff.page(url), client.page(page)):
        (file,) = shown.texts("ul[@class='talk-files']/li")
        assert (file.startswith("degree.pdf"), "only the words went" in file) == (True, True)
    assert f"{in_confidence}/take" not in staff.get(url).text
    assert pressed(staff, url, in_confidence) == 409
    db.session.rollback()
    assert len(db.session.get_one(Application, application_id).documents) == 2


@pytest.mark.parametrize("why", [Why.COPIED, Why.ASKED])
def test_who_only_reads_adds_nothing(app: Flask, why: Why) -> None:
    application_id = arrived().id
    attachment_id = mailed().id
    page = path_in(mails("application_arrived")[0])
    db.session.query(Assignment).one().why = why
    db.session.commit()
    client = app.test_client()
    assert isinstance(client, Client)
    assert f"{attachment_id}/take" not in client.get(page).text
    assert pressed(client, page, attachment_id) == 403
    assert len(db.session.get_one(Application, application_id).documents) == 2


def test_what_is_not_added_after_all_leaves_no_file(app: Flask) -> None:
    """Who is signed in as another and did not see that adds nothing, and stores nothing."""
    application_id = arrived().id
    attachment_id = mailed().id
    page = path_in(mails("application_arrived")[0])
    client = app.test_client()
    assert isinstance(client, Client)
    postings.sign_in(client, postings.person("max@example.org", role=Role.COORDINATOR))
    before = {each.key for each in files().list()}
    assert pressed(client, page, attachment_id) == 409
    assert {each.key for each in files().list()} == before
    db.session.rollback()
    assert len(db.session.get_one(Application, application_id).documents) == 2
