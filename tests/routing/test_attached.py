"""Documents go with a contact's mail where the employer says so and they fit; else by link."""

import hashlib
import io

import pytest
from flask import Flask
from sqlalchemy import select

from tests.applications.factories import draft
from tests.documents import samples
from tests.notifications.test_attachments import attached, digest
from tests.plugins.apps import Client
from tests.plugins.mail import MailServer, Received
from tests.plugins.scanners import Clamd
from tests.postings import factories as postings
from tracker.applications import operations as applications
from tracker.applications.models import Application
from tracker.core.access import Role
from tracker.core.db import db, now, writing
from tracker.documents import operations as documents
from tracker.notifications.delivery import deliver_due
from tracker.organization import operations as organization
from tracker.organization.models import ContactMail
from tracker.postings.models import Posting
from tracker.routing import operations

ROBIN = "robin.vale@example.org"


def attach(*, limit_mb: int = 10) -> None:
    """Say in the profile that documents go along. Commits."""
    with writing():
        organization.set_contact_mail(attach_documents=True, limit_mb=limit_mb, by=None)
        db.session.commit()


def arrive(name: str = "resume.pdf", *, filler: int = 0) -> tuple[Application, list[bytes]]:
    """An application with two PDFs; what they are, as they were sent."""
    posting_id = postings.open_posting().id
    wanted = [each.id for each in db.session.get_one(Posting, posting_id).documents]
    comment = b"".join(b"%" + b"x" * 99 + b"\n" for _ in range(filler // 101))
    contents = [
        samples.pdf(f"{name} {key}").replace(b"startxref", comment + b"startxref") for key in wanted
    ]
    received = [documents.receive(io.BytesIO(each), name, limit=1 << 24) for each in contents]
    with writing():
        made = draft(posting_id)
        for requested_id, each in zip(wanted, received, strict=True):
            applications.attach(made, requested_id, documents.record(each))
        application = operations.receive(made, at=now()).application
        db.session.commit()
    return application, contents


def delivered(app: Flask, smtp_server: MailServer) -> Received:
    """The contact's mail, as it came."""
    app.config["MAIL_URL"] = smtp_server.url
    deliver_due()
    return smtp_server.to("ida.moreno@example.org")[-1]


def test_files_come_as_links_by_default(app: Flask, smtp_server: MailServer) -> None:
    arrive()
    received = delivered(app, smtp_server)
    assert attached(received) == []
    assert "/for/" in received.text
    assert "attached" not in received.text


@pytest.mark.both_databases
def test_where_the_employer_says_so_they_are_attached_to_the_byte(
    app: Flask, smtp_server: MailServer
) -> None:
    attach()
    application, contents = arrive("Zoë’s resume, 2026.pdf")
    received = delivered(app, smtp_server)
    parts = attached(received)
    assert [each.get_filename() for each in parts] == ["Zoë’s resume, 2026.pdf"] * 2
    assert [each.get_content_type() for each in parts] == ["application/pdf"] * 2
    assert [digest(each) for each in parts] == [
        hashlib.sha256(each).hexdigest() for each in contents
    ]
    assert "They are attached to this mail." in received.text
    candidates = smtp_server.to(application.email)
    assert candidates != []
    assert [attached(each) for each in candidates] == [[]] * len(candidates)


def test_a_mail_that_would_be_too_large_carries_the_packet_by_link(
    app: Flask, smtp_server: MailServer, client: Client
) -> None:
    attach(limit_mb=1)
    arrive(filler=400_000)
    received = delivered(app, smtp_server)
    assert attached(received) == []
    assert len(received.content) < 1_000_000
    assert "They are too large to be attached. All of them as one PDF:" in received.text
    packet = next(each for each in received.text.split() if each.endswith("/packet"))
    page = client.page(packet)
    assert client.fill(page, button="Put it together").status_code == 303


def test_the_whole_mail_stays_under_the_size(app: Flask, smtp_server: MailServer) -> None:
    attach(limit_mb=1)
    arrive(filler=340_000)  # 0.69 MB of files: 0.95 MB as they travel
    received = delivered(app, smtp_server)
    assert len(attached(received)) == 2
    assert 900_000 < len(received.content) < 1_000_000


def test_what_waits_for_the_scanner_goes_as_a_link(
    app: Flask, smtp_server: MailServer, scanner: Clamd
) -> None:
    attach()
    app.config["CLAMD_URL"] = scanner.url
    arrive()
    received = delivered(app, smtp_server)
    assert attached(received) == []
    assert "being checked for viruses" in received.text
    assert "too large" not in received.text


@pytest.mark.both_databases
def test_what_a_virus_is_found_in_is_taken_off_mail_that_has_not_gone(
    app: Flask, smtp_server: MailServer
) -> None:
    attach()
    application, contents = arrive()
    with writing():
        item = db.session.get_one(Application, application.id).documents[0]
        item.document.scan_state = "infected"
        operations.tell_of_virus(item)
        db.session.commit()
    app.config["MAIL_URL"] = smtp_server.url
    deliver_due()
    parts = [part for each in smtp_server.received for part in attached(each)]
    assert [digest(each) for each in parts] == [hashlib.sha256(contents[1]).hexdigest()]


def test_who_it_is_handed_to_gets_the_files_without_the_infected_one(
    app: Flask, smtp_server: MailServer
) -> None:
    application, contents = arrive()
    attach()
    with writing():
        row = db.session.get_one(Application, application.id)
        row.documents[0].document.scan_state = "infected"
        person = postings.person(ROBIN)
        by = postings.coordinator()
        operations.hand_over(row, person, reason="On leave", by=by)
        db.session.commit()
    app.config["MAIL_URL"] = smtp_server.url
    deliver_due()
    (received,) = smtp_server.to(ROBIN)
    assert [digest(each) for each in attached(received)] == [
        hashlib.sha256(contents[1]).hexdigest()
    ]


def test_an_administrator_chooses_it_in_the_profile(any_app: Flask, client: Client) -> None:
    admin = client
    postings.sign_in(admin, postings.person("ada@example.org", role=Role.ADMINISTRATOR))
    page = admin.page("/staff/organization")
    profile = {"name": "Library", "sender_name": "Hiring", "sender_address": "jobs@example.org"}
    assert admin.fill(page, {**profile, "attach_limit_mb": "51"}).status_code == 422
    admin.fill(page, {**profile, "attach_documents": True, "attach_limit_mb": "5"})
    chosen = db.session.scalars(select(ContactMail)).one()
    assert (chosen.attach_documents, chosen.limit_mb) == (True, 5)
    again = admin.page("/staff/organization")
    admin.fill(again, {"attach_documents": False})
    db.session.rollback()
    chosen = db.session.scalars(select(ContactMail)).one()
    assert (chosen.attach_documents, chosen.limit_mb) == (False, 5)
