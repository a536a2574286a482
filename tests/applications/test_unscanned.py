"""No page, picture, download or search shows anything of a file that was not checked."""

import io
import zipfile
from dataclasses import dataclass

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.applications import desk
from tests.applications.factories import browser, draft
from tests.documents import samples
from tests.plugins.apps import Client
from tests.plugins.scanners import VIRUS, Clamd
from tests.postings import factories as postings
from tracker.applications import operations as applications
from tracker.applications.models import Application, CandidateLink
from tracker.core.db import db, now, writing
from tracker.core.jobs import run_now
from tracker.core.tokens import hash_token
from tracker.documents import operations as documents
from tracker.postings.models import Posting
from tracker.routing import operations as routing

WORD = "Quillfeather"
CHECKING = "This file is being checked for viruses"
LOCKED = "found something harmful in this file"


@dataclass(frozen=True)
class World:
    """An application with a PDF and a letter, and the links of those who may look at them."""

    app: Flask
    id: int
    numbers: tuple[int, ...]
    contact: str

    @property
    def pages(self) -> list[TestResponse]:
        """Every page on which a document, or anything of it, is shown or led to."""
        client, signed_in = browser(self.app), desk.coordinator(self.app)
        staff = f"/staff/applications/{self.id}"
        return [
            client.get("/my/mine"),
            client.get(f"/for/{self.contact}"),
            *(client.get(f"/for/{self.contact}/documents/{each}") for each in self.numbers),
            *(signed_in.get(f"{staff}?document={each}") for each in self.numbers),
        ]

    @property
    def files(self) -> list[TestResponse]:
        """Every answer that is a file or the picture of a page."""
        client, signed_in = browser(self.app), desk.coordinator(self.app)
        staff, found = f"/staff/applications/{self.id}", []
        for each in self.numbers:
            found += [
                client.get(f"/my/mine/files/{each}"),
                client.get(f"/my/mine/files/{each}/photographs/1"),
                client.get(f"/for/{self.contact}/documents/{each}/original"),
                client.get(f"/for/{self.contact}/documents/{each}/pages/1"),
                signed_in.get(f"{staff}/documents/{each}/original"),
                signed_in.get(f"{staff}/documents/{each}/pages/1"),
            ]
        return found

    @property
    def everything(self) -> bytes:
        """All that the candidate is given of what is held about them, in one piece."""
        with browser(self.app).get("/my/mine/everything.zip") as answer:
            data = answer.data
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return b"\n".join(archive.read(each) for each in archive.namelist())


def world(app: Flask, more: str = "") -> World:
    """Make an application whose two documents both hold the word, and what is added to it."""
    posting_id = postings.open_posting().id
    wanted = [each.id for each in db.session.get_one(Posting, posting_id).documents]
    pdf = samples.pdf(WORD) + f"\n%{more}\n".encode()
    received = [
        documents.receive_text(f"{WORD} {more}\n", "letter.txt"),
        documents.receive(io.BytesIO(pdf), "resume.pdf", limit=1 << 20),
    ]
    with writing():
        made = draft(posting_id)
        for requested_id, each in zip(wanted, received, strict=True):
            applications.attach(made, requested_id, documents.record(each))
        application = routing.receive(made, at=now()).application
        contact = application.posting.contact_person
        assert contact is not None
        db.session.add(CandidateLink(application=application, token_hash=hash_token("mine")))
        token = routing.give_link(application, contact)
        db.session.commit()
    return World(app, application.id, tuple(each.id for each in application.documents), token)


def test_without_a_scanner_all_is_shown_at_once(app: Flask) -> None:
    made = world(app)
    run_now("previews")
    assert [answer.status_code for answer in made.pages] == [200] * 6
    assert sum(WORD in answer.text for answer in made.pages) == 4
    assert WORD.encode() in made.everything


def test_while_files_wait_nothing_of_them_is_shown_and_pages_say_why(
    app: Flask, own_scanner: Clamd
) -> None:
    app.config["CLAMD_URL"] = own_scanner.url
    made = world(app)
    for name in ("scan", "previews", "index"):
        run_now(name)
    assert [answer.status_code for answer in made.pages] == [200] * 6
    assert [CHECKING in answer.text for answer in made.pages] == [True] * 6
    assert [answer.status_code for answer in made.files] == [409] * 12
    assert [WORD in answer.text for answer in (*made.pages, *made.files)] == [False] * 18
    assert WORD.encode() not in made.everything


def test_what_a_virus_was_found_in_stays_locked(app: Flask, scanner: Clamd) -> None:
    app.config["CLAMD_URL"] = scanner.url
    made = world(app, VIRUS.decode())
    for name in ("scan", "previews", "index"):
        run_now(name)
    assert [answer.status_code for answer in made.pages] == [200] * 6
    assert [LOCKED in answer.text for answer in made.pages] == [True] * 6
    assert [answer.status_code for answer in made.files] == [403] * 12
    assert [WORD in answer.text for answer in (*made.pages, *made.files)] == [False] * 18
    assert WORD.encode() not in made.everything


def test_what_was_shown_before_is_not_any_more(app: Flask, scanner: Clamd) -> None:
    made = world(app, VIRUS.decode())
    for name in ("previews", "index"):
        run_now(name)
    app.config["CLAMD_URL"] = scanner.url
    run_now("scan")
    assert [answer.status_code for answer in made.files] == [403] * 12
    assert [WORD in answer.text for answer in made.pages] == [False] * 6


def test_a_clean_file_is_shown_once_it_was_checked(app: Flask, scanner: Clamd) -> None:
    app.config["CLAMD_URL"] = scanner.url
    made = world(app)
    for name in ("scan", "previews", "index"):
        run_now(name)
    assert sum(WORD in answer.text for answer in made.pages) == 4
    assert WORD.encode() in made.everything


@pytest.mark.parametrize("state", ["waiting", "clean"])
def test_search_finds_what_may_be_read(
    any_app: Flask, own_scanner: Clamd, scanner: Clamd, state: str
) -> None:
    any_app.config["CLAMD_URL"] = (own_scanner if state == "waiting" else scanner).url
    made = world(any_app)
    for name in ("scan", "index"):
        run_now(name)
    listed = desk.coordinator(any_app).page(f"/staff/applications?words={WORD}")
    name = db.session.get_one(Application, made.id).name
    assert (name in listed.texts("main//a")) is (state == "clean")


def test_the_desk_says_that_files_wait(app: Flask, own_scanner: Clamd, client: Client) -> None:
    app.config["CLAMD_URL"] = own_scanner.url
    world(app)
    run_now("scan")
    ada = postings.person("ada.stone@example.org", role="administrator")
    said = desk.signed_in(app, ada).page("/staff").text
    assert "Files wait to be checked for viruses" in said
    assert "The virus scanner does not answer. 2 files wait, the oldest since" in said
    assert "wait to be checked" not in desk.coordinator(app).page("/staff").text


def test_a_candidate_adds_a_clean_copy_by_the_mailed_link(app: Flask, scanner: Clamd) -> None:
    app.config["CLAMD_URL"] = scanner.url
    made = world(app, VIRUS.decode())
    run_now("scan")
    client = browser(app)
    page = client.page("/my/mine")
    forms = [each for each in page.forms if "/requests/" in each.action]
    assert len(forms) == 2
    file = next(name for name in forms[0].names if "file" in name)
    sent = client.fill(page, {file: (samples.pdf(WORD), "clean.pdf")}, form=forms[0].action)
    assert sent.status_code == 303
    run_now("scan")
    db.session.rollback()
    states = [
        each.document.scan_state for each in db.session.get_one(Application, made.id).documents
    ]
    assert states == ["infected", "infected", "clean"]


def test_a_file_with_a_virus_is_not_sent_off_and_the_form_says_what_to_do(
    app: Flask, client: Client, scanner: Clamd
) -> None:
    app.config["CLAMD_URL"] = scanner.url
    posting = postings.open_posting()
    cover, resume = posting.documents[:2]
    url = f"/postings/{posting.slug}/apply"
    page, entered = client.page(url), {"name": "Jo Fenwick", "email": "jo@example.org"}
    entered |= {f"question_{each.id}": "Yes" for each in posting.questions}
    entered |= {f"skill_{each.id}": "2" for each in posting.skills}
    files = {
        f"file_{cover.id}": (samples.pdf(WORD), "letter.pdf"),
        f"file_{resume.id}": (samples.pdf(WORD) + b"\n%" + VIRUS + b"\n", "resume.pdf"),
    }
    client.fill(page, {**entered, **files}, form="apply", button="save")
    assert "It begins" in client.page(url).text  # the sender's own browser, and nobody else
    run_now("scan")
    sent = client.fill(client.page(url), form="apply", button="send")
    assert sent.status_code == 422
    assert "Remove it, and add a clean copy" in sent.text
    assert db.session.query(Application).count() == 0
