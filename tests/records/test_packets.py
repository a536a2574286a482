"""An application, or all of a posting's, comes as one file, for whoever may see it."""

import io
import re
import zipfile

import pypdfium2
import pytest
from flask import Flask
from sqlalchemy import select

from tests.applications import desk
from tests.documents import samples
from tests.plugins.apps import Client
from tests.plugins.clocks import START
from tests.postings import factories as postings
from tests.records.packing import both, made, packets, url_of
from tracker.applications.models import AccommodationRequest, Application, ApplicationDocument
from tracker.core.db import db, writing
from tracker.core.files import files
from tracker.documents import operations as documents
from tracker.documents.models import Document
from tracker.postings.models import Posting
from tracker.postings.rules import DocumentKind
from tracker.routing import operations as routing


def add(application: Application, *sent: tuple[bytes, str], title: str = "Resume") -> None:
    """Give an application files as candidates send them."""
    application_id = application.id
    received = [documents.receive(io.BytesIO(data), name, limit=1 << 20) for data, name in sent]
    with writing():
        for rank, each in enumerate(received, 10):
            item = ApplicationDocument(
                document=documents.record(each),
                rank=rank,
                kind=DocumentKind.OTHER,
                title=f"{title} {rank - 9}",
            )
            db.session.get_one(Application, application_id).documents.append(item)
        db.session.commit()


def texts(content: bytes) -> list[str]:
    """The words on each page, with white space as one space."""
    document = pypdfium2.PdfDocument(content)
    pages = [document[number] for number in range(len(document))]
    return [" ".join(page.get_textpage().get_text_range().split()) for page in pages]


@pytest.fixture
def application(app: Flask) -> Application:
    """Zoë Quist's, with two typed documents."""
    return desk.arrived(name="Zoë Quist", email="zoe@example.org", at=START)


@pytest.fixture
def client(app: Flask, application: Application) -> Client:
    """A coordinator's browser."""
    return desk.coordinator(app)


def test_an_application_comes_as_one_pdf_in_order(client: Client, application: Application) -> None:
    number = application.number
    add(
        application,
        (samples.pdf("Two pages", 2), "certificate.pdf"),
        (samples.docx(), "letter.docx"),
    )
    _page, content = made(client, url_of(application))
    cover, letter, resume, *rest = texts(content)
    assert cover.startswith(
        f"Zoë Quist Children's Librarian Application: {number}"
        " Received: Monday 23 November 2026, 10:00 am (Eastern Standard Time)"
        " Where it stands: Received E-mail: zoe@example.org Telephone: 203 555 0100"
        " Documents 1. Cover letter (Cover letter.txt): 1 page 2. Resume (Resume.txt): 1 page"
    )
    assert cover.endswith(f"Zoë Quist, {number}, 1")
    assert letter.startswith(
        "Cover letter Cover letter.txt, Zoë Quist Cover letter of a candidate."
    )
    assert resume.startswith("Resume Resume.txt, Zoë Quist Resume of a candidate.")
    assert rest[:2] == ["Two pages", "Two pages"]
    assert rest[2].startswith("Resume 2 letter.docx, Zoë Quist")


def test_what_acts_in_a_candidates_pdf_stays_behind(
    client: Client, application: Application
) -> None:
    acting = samples.pdf("Looks harmless").replace(
        b"/Type /Page ", b"/Type /Page /AA << /O << /S /JavaScript /JS (app.beep\\(\\)) >> >> "
    )
    add(
        application,
        (acting, "page.pdf"),
        (samples.javascript_pdf(), "script.pdf"),
        (samples.launching_pdf(), "launch.pdf"),
        (samples.attaching_pdf(), "inside.pdf"),
    )
    _page, content = made(client, url_of(application))
    found = re.findall(rb"/(?:AA|JS|JavaScript|Launch|EmbeddedFile|OpenAction)(?!\w)", content)
    assert found == []
    assert "Looks harmless" in texts(content)


def test_a_file_that_cannot_be_read_is_named_and_the_others_are_there(
    client: Client, application: Application
) -> None:
    add(application, (samples.pdf("Kept"), "kept.pdf"), (samples.pdf("Lost"), "lost.pdf"))
    add(application, (samples.pdf("Broken"), "broken.pdf"), (samples.pdf("Unseen"), "unseen.pdf"))
    by_name = {each.file_name: each for each in db.session.scalars(select(Document))}
    files().delete(by_name["lost.pdf"].file_key)
    broken = files().store(io.BytesIO(samples.encrypted_pdf()), limit=1 << 20)
    by_name["broken.pdf"].file_key = broken.key
    by_name["unseen.pdf"].scan_state = "waiting"
    db.session.commit()
    _page, content = made(client, url_of(application))
    cover, *rest = texts(content)
    for said in (
        "(kept.pdf): 1 page",
        "(lost.pdf): Its file is missing. Run: flask verify",
        "(broken.pdf): Its pages cannot be read by this program.",
        "(unseen.pdf): It is being checked for viruses,",
    ):
        assert said in cover
    assert rest[2:] == ["Kept"]


def test_what_a_candidate_needs_is_not_in_it(client: Client, application: Application) -> None:
    with writing():
        db.session.add(AccommodationRequest(application_id=application.id, text="wheelchair"))
        db.session.commit()
    _page, content = made(client, url_of(application))
    assert [each for each in texts(content) if "wheelchair" in each] == []


def test_the_originals_come_in_a_zip_byte_for_byte(
    client: Client, application: Application
) -> None:
    sent = samples.pdf("As it was sent")
    add(application, (sent, "CON.pdf"), (samples.docx(), "../../letter.docx"))
    folder = f"{application.number} Zoë Quist"
    page, content = made(client, url_of(application), originals="y")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert names == [
            f"{folder}.pdf",
            f"{folder}/01 Cover letter.txt",
            f"{folder}/02 Resume.txt",
            f"{folder}/03 document.pdf",
            f"{folder}/04 letter.docx",
        ]
        assert archive.read(names[3]) == sent
        assert texts(archive.read(names[0]))[3] == "As it was sent"
    assert f"{folder}.zip" in page.text


@both
def test_a_posting_comes_as_one_pdf_with_a_list_of_what_is_in_it(
    client: Client, application: Application
) -> None:
    posting = application.posting
    desk.arrived(posting, name="Ann Lee", email="ann@example.org", at=START)
    url = f"/staff/postings/{posting.id}/packet"
    _page, content = made(client, url)
    pages = texts(content)
    numbers = list(db.session.scalars(select(Application.number).order_by(Application.id)))
    assert pages[0].startswith(
        "Children's Librarian 2 applications"
        f" Zoë Quist: {numbers[0]}, page 2 Ann Lee: {numbers[1]}, page 5"
    )
    assert [page.split(" Children's")[0] for page in (pages[1], pages[4])] == [
        "Zoë Quist",
        "Ann Lee",
    ]
    assert len(pages) == 7


def test_a_posting_without_applications_says_so(app: Flask) -> None:
    posting_id = postings.open_posting().id
    client = desk.coordinator(app)
    answer = client.post(
        f"/staff/postings/{posting_id}/packet", data={"csrf_token": client.token("/staff/postings")}
    )
    assert answer.status_code == 409
    assert "nothing to put together" in answer.text


@both
def test_a_packet_holds_what_its_asker_may_see_and_is_theirs_alone(
    app: Flask, application: Application
) -> None:
    posting = application.posting
    replaced = desk.arrived(posting, name="Old Version", email="old@example.org")
    newer = desk.arrived(posting, name="New Version", email="new@example.org")
    newer.replaces_id = replaced.id
    db.session.commit()
    manager, panelist = desk.make_manager_of(posting), desk.panelist(seat_on=application)
    theirs = desk.signed_in(app, manager)
    page, content = made(theirs, f"/staff/postings/{posting.id}/packet")
    assert "2 applications Zoë Quist" in texts(content)[0]
    assert "Old Version" not in texts(content)[0]
    path = f"/staff/packets/{packets()[0].id}"
    assert page.url.endswith(path)
    for client in (desk.coordinator(app), desk.signed_in(app, desk.person(panelist.id))):
        assert client.get(path).status_code == 404
        assert client.get(f"{path}/file").status_code == 404
    seat = desk.signed_in(app, desk.person(panelist.id))
    _page, single = made(seat, url_of(db.session.get_one(Application, application.id)))
    assert texts(single)[0].startswith("Zoë Quist")
    with writing():
        operations_gone(manager.id, posting.id)
    assert theirs.get(path).status_code == 404


def operations_gone(person_id: int, posting_id: int) -> None:
    """Take a person's place on a posting away."""
    posting = db.session.get_one(Posting, posting_id)
    posting.members[:] = [each for each in posting.members if each.person_id != person_id]
    db.session.commit()


def test_a_contact_gets_it_behind_their_link_and_nobody_elses(
    app: Flask, application: Application
) -> None:
    other = desk.arrived(application.posting, name="Ann Lee", email="ann@example.org")
    contact = application.posting.contact_person
    assert contact is not None
    with writing():
        tokens = [
            routing.give_link(db.session.get_one(Application, key), desk.person(contact.id))
            for key in (application.id, other.id)
        ]
        db.session.commit()
    client = app.test_client()
    assert isinstance(client, Client)
    page, content = made(client, f"/for/{tokens[0]}/packet")
    assert texts(content)[0].startswith("Zoë Quist")
    path = page.url.split("localhost")[1].replace(tokens[0], tokens[1])
    assert client.get(path).status_code == 404
    assert client.get(f"{path}/file").status_code == 404
    assert client.get(page.url.replace(tokens[0], "unknown")).status_code == 404
