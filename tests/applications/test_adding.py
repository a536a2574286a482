"""A candidate adds a document that nobody asked for, from their own page."""

import hashlib

import pytest
from flask import Flask
from playwright.sync_api import Page as Window
from playwright.sync_api import expect

from tests.applications import desk, factories
from tests.applications.adding import CERTIFICATE, ERROR, FORM, add, add_directly, added
from tests.applications.test_copying import download
from tests.applications.test_mine import arrived, ask, mails, send
from tests.documents import samples
from tests.documents.samples import photographs
from tests.plugins.apps import Client
from tests.plugins.mail import MailServer
from tests.plugins.pages import Page
from tests.plugins.scanners import VIRUS, Clamd
from tests.plugins.sentences import english_in, said
from tests.plugins.servers import LiveServer
from tests.postings import factories as postings
from tests.records.packing import made as packet_of
from tests.records.packing import url_of
from tests.records.test_packets import texts
from tests.routing.factories import path_in
from tracker.applications.models import Application
from tracker.applications.throttle import MOST_ADDED_A_DAY
from tracker.core.db import db, now, writing
from tracker.core.files import files
from tracker.core.jobs import run_now
from tracker.notifications.rules import MailState
from tracker.postings.rules import DocumentKind
from tracker.routing import operations as routing
from tracker.routing import queries as assignments

# What it does


@pytest.mark.both_databases
def test_a_document_nobody_asked_for_stands_behind_the_others(any_app: Flask) -> None:
    client, made = factories.browser(any_app), arrived()
    key, before = made.application.id, [each.id for each in made.application.documents]
    page = add(client, made.token, (CERTIFICATE, "first aid.pdf"))
    assert "Thank you. Your document has arrived." in page.text
    db.session.rollback()
    *old, new = db.session.get_one(Application, key).documents
    assert [each.id for each in old] == before
    assert (new.kind, new.title) == (DocumentKind.OTHER, "Certificate")
    assert (new.added_at is not None, new.added_by, new.typed) == (True, None, False)
    assert new.document.sha256 == hashlib.sha256(CERTIFICATE).hexdigest()
    assert client.get(page.link("first aid.pdf")).data == CERTIFICATE
    assert "Added later" in page.texts("h3")


@pytest.mark.parametrize(
    ("what", "name", "kind", "title"),
    [
        ("resume", "", DocumentKind.RESUME, "Resume"),
        ("cover_letter", "", DocumentKind.COVER_LETTER, "Cover letter"),
        ("references", " From  Ms. Lark ", DocumentKind.REFERENCES, "From Ms. Lark"),
        ("certificate", "First aid", DocumentKind.OTHER, "First aid"),
        ("other", "A poem", DocumentKind.OTHER, "A poem"),
    ],
)
def test_it_is_called_what_the_candidate_says(
    client: Client, what: str, name: str, kind: DocumentKind, title: str
) -> None:
    made = arrived()
    add(client, made.token, (CERTIFICATE, "a.pdf"), what=what, name=name)
    (new,) = added(made.application.id)
    assert (new.kind, new.title) == (kind, title)


def test_a_new_resume_replaces_none_and_the_page_says_so(app: Flask, client: Client) -> None:
    made = arrived()
    page = client.page(f"/my/{made.token}")
    assert "Nothing that you sent before is replaced" in page.text
    assert "Everybody who reads your application can read it" in page.text
    add(client, made.token, (CERTIFICATE, "new.pdf"), what="resume")
    staff = desk.coordinator(app).page(f"/staff/applications/{made.application.id}")
    tabs = staff.texts("nav[@class='document-tabs']/a")
    assert [each for each in tabs if "Resume" in each] == ["Resume", "Resume (added later)"]
    current = [each.get("aria-current") for each in staff.all("nav[@class='document-tabs']/a")]
    assert current.index("page") == tabs.index("Resume")


def test_photographs_become_one_document_and_come_back_as_sent(client: Client) -> None:
    made = arrived()
    shots = [photographs.photograph(words=words) for words in ("1", "2")]
    page = add(client, made.token, (shots[0], "1.jpg"), (shots[1], "2.jpg"))
    (new,) = added(made.application.id)
    assert (new.document.kind, new.document.pages) == ("pdf", 2)
    assert [client.get(page.link(name)).data for name in ("1.jpg", "2.jpg")] == shots
    again = add(client, made.token, (shots[0], "1.jpg"), (shots[1], "2.jpg"))
    assert "with your application already" in again.text
    assert len(added(made.application.id)) == 1


# Who hears of it


def test_the_contact_and_the_candidate_are_told_once(
    app: Flask, client: Client, smtp_server: MailServer
) -> None:
    app.config["MAIL_URL"] = smtp_server.url
    made = arrived()
    add(client, made.token, (CERTIFICATE, "first aid.pdf"), name="First aid")
    (told,) = mails("document_unasked")
    assert told.recipient_address == "ida.moreno@example.org"
    assert "First aid" in told.text
    assert "Nobody had asked for it" in told.text
    assert mails("document_added") == []
    (thanks,) = mails("document_received")
    assert (thanks.recipient_address, "First aid" in thanks.subject) == (factories.EMAIL, True)
    assert hashlib.sha256(CERTIFICATE).hexdigest() in thanks.text
    run_now("deliver")
    db.session.rollback()
    assert {each.state for each in mails("document_unasked")} == {MailState.SENT}
    page = factories.browser(app).page(path_in(mails("document_unasked")[0]))
    assert "First aid" in page.text
    assert "added " in page.text


def test_everybody_whom_the_application_is_with_is_told_and_nobody_else(client: Client) -> None:
    made = arrived()
    key, second = made.application.id, postings.person("lee.ash@example.org").id
    postings.person("sam.stray@example.org")
    by = postings.coordinator().id
    with writing():
        application = db.session.get_one(Application, key)
        routing.hand_over(application, desk.person(second), reason="Away", by=desk.person(by))
        db.session.commit()
    with_whom = {each.person.email for each in assignments.routing_of(key) if each.ended_at is None}
    add(client, made.token, (CERTIFICATE, "a.pdf"))
    assert {each.recipient_address for each in mails("document_unasked")} == with_whom
    assert "lee.ash@example.org" in with_whom


def test_no_mail_to_the_candidate_leads_elsewhere(client: Client) -> None:
    made = arrived()
    add(client, made.token, (CERTIFICATE, "go to www.example.com now.pdf"))
    (thanks,) = mails("document_received")
    assert "www.example.com" not in thanks.text + thanks.html + thanks.subject
    assert "go to" in thanks.text


def test_whether_it_was_seen_stays_as_it_was(client: Client) -> None:
    made = arrived()

    def standing() -> list[tuple[object, ...]]:
        db.session.rollback()
        return [
            (each.person_id, each.seen_at, each.acknowledged_at, each.ended_at)
            for each in assignments.routing_of(made.application.id)
        ]

    before = standing()
    add(client, made.token, (CERTIFICATE, "a.pdf"))
    assert standing() == before


def test_the_timeline_says_who_added_it_and_an_asked_one_is_told_once(
    app: Flask, client: Client
) -> None:
    made = arrived()
    add(client, made.token, (CERTIFICATE, "first aid.pdf"), name="First aid")
    send(client, made.token, ask(made.application), (samples.pdf("A degree"), "degree.pdf"))
    page = desk.coordinator(app).page(f"/staff/applications/{made.application.id}")
    assert page.text.count("The candidate added a document: First aid") == 1
    assert "The document came: Copy of your degree" in page.text
    assert "The candidate added a document: Copy of your degree" not in page.text


# Where else it stands


def test_the_packet_the_search_the_preview_and_the_copy_have_it(any_app: Flask) -> None:
    client, made = factories.browser(any_app), arrived()
    key = made.application.id
    add(client, made.token, (samples.pdf("Quillfeather"), "first aid.pdf"), name="First aid")
    for job in ("previews", "index"):
        run_now(job)
    staff, (new,) = desk.coordinator(any_app), added(key)
    assert new.document.preview_state == "ready"
    shown = staff.get(f"/staff/applications/{key}/documents/{new.id}/pages/1")
    assert (shown.status_code, shown.mimetype) == (200, "image/webp")
    listed = staff.page("/staff/applications?words=Quillfeather")
    assert factories.NAME in listed.texts("main//a")
    archive = download(client, made.token)
    assert samples.pdf("Quillfeather") in [archive.read(each) for each in archive.namelist()]
    _page, packet = packet_of(staff, url_of(db.session.get_one(Application, key)))
    assert "Quillfeather" in " ".join(texts(packet))


def test_the_receipt_lists_what_came_with_the_application_and_nothing_later(
    client: Client,
) -> None:
    made = arrived()
    before = client.page(f"/my/{made.token}/receipt").texts("a[@class='file-name']")
    add(client, made.token, (CERTIFICATE, "a.pdf"))
    assert client.page(f"/my/{made.token}/receipt").texts("a[@class='file-name']") == before


# What is refused


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ([(samples.old_doc(), "old.doc")], "This is a Word document of the older kind (.doc)."),
        ([], "Choose the file first."),
        ([(b"", "empty.pdf")], "empty"),
        (
            [(samples.pdf(), "1.pdf"), (samples.pdf("2"), "2.pdf")],
            "Several files came for one document.",
        ),
    ],
)
def test_what_is_wrong_with_a_file_is_told_at_its_field_and_the_words_stay(
    client: Client, sent: list[tuple[bytes, str]], said: str
) -> None:
    made, before = arrived(), len(list(files().list()))
    page = add(client, made.token, *sent, what="other", name="A poem")
    assert said in page.texts(ERROR.format("file"))[0]
    assert page.one("div[@role='alert']").find("ul/li/a") is not None
    assert page.one("details[@id='add']").get("open") is not None
    assert page.form(FORM).values["new-name"] == ["A poem"]
    assert page.form(FORM).values["new-what"] == ["other"]
    assert added(made.application.id) == []
    assert len(list(files().list())) == before


@pytest.mark.parametrize(
    ("what", "name", "field", "said"),
    [
        (None, "", "what", "Choose what it is."),
        ("other", "  ", "name", "Say in a few words what it is."),
        ("other", "x" * 81, "name", "Say it in at most 80 characters."),
        ("other", "www.example.com", "name", "A name cannot hold a web address."),
        ("certificate", "Go to example.com", "name", "A name cannot hold a web address."),
    ],
)
def test_what_is_not_said_is_told_at_its_field_and_the_file_is_asked_for_again(
    client: Client, what: str | None, name: str, field: str, said: str
) -> None:
    made = arrived()
    page = add(client, made.token, (CERTIFICATE, "a.pdf"), what=what, name=name)
    assert said in page.texts(ERROR.format(field))[0]
    assert "Choose the file again" in page.texts(ERROR.format("file"))[0]
    assert page.form(FORM).values["new-name"] == [name]
    assert added(made.application.id) == []


def test_too_much_at_once_is_told_at_the_field_and_the_words_stay(
    app: Flask, client: Client
) -> None:
    made = arrived()
    app.config["MAX_CONTENT_LENGTH"] = 100_000
    page = add(client, made.token, (b"x" * 200_000, "a.pdf"), what="other", name="Ein Gedicht, süß")
    assert "larger than" in page.texts(ERROR.format("file"))[0]
    assert page.form(FORM).values["new-name"] == ["Ein Gedicht, süß"]
    assert page.form(FORM).values["new-what"] == ["other"]
    answer = client.post(f"/my/{made.token}/documents", data=b"x" * 200_000, content_type="a/b")
    assert answer.status_code == 413
    assert "larger than" in Page(answer.text).texts(ERROR.format("file"))[0]


def test_a_file_over_the_limit_is_told_at_the_field(app: Flask, client: Client) -> None:
    made = arrived()
    app.config["UPLOAD_LIMIT_MB"] = 1
    large = (samples.pdf() + b"x" * (1 << 20), "a.pdf")
    typed = {"new-what": "other", "new-name": "A poem", "new-file": large}
    page = client.page(f"/my/{made.token}")
    page = Page(factories.send_whole(client, page, typed, form=FORM).text)
    assert "larger than" in page.texts(ERROR.format("file"))[0]
    assert page.form(FORM).values["new-name"] == ["A poem"]


def test_a_virus_is_locked_and_a_clean_copy_is_asked_for(
    app: Flask, client: Client, scanner: Clamd
) -> None:
    made = arrived()
    app.config["CLAMD_URL"] = scanner.url
    infected = samples.pdf("A poem") + b"\n%" + VIRUS + b"\n"
    add(client, made.token, (infected, "poem.pdf"), what="other", name="A poem")
    run_now("scan")
    (new,) = added(made.application.id)
    assert new.document.scan_state == "infected"
    page = client.page(f"/my/{made.token}")
    assert "We need one more document: A poem" in page.texts("h2")
    assert "poem.pdf" not in page.texts("a[@class='file-name']")
    (told,) = mails("virus_found")
    assert (told.recipient_address, "A poem" in told.text) == ("ida.moreno@example.org", True)


# In Spanish, and in a browser


def test_it_speaks_spanish(client: Client) -> None:
    made = arrived(language="es")
    add_directly(made.application.id, *[now()] * (MOST_ADDED_A_DAY - 1))
    page = client.page(f"/my/{made.token}?lang=es")
    assert "Añadir un documento" in page.texts("summary")
    pages = [
        page,
        add(client, made.token, what=None, lang="es"),
        add(client, made.token, (b"%PDF-1.4 nothing", "a.pdf"), what="other", lang="es"),
        add(
            client, made.token, (CERTIFICATE, "a.pdf"), what="other", name="example.com", lang="es"
        ),
        add(client, made.token, (CERTIFICATE, "a.pdf"), lang="es"),
    ]
    answer = client.fill(page, {"new-what": "other", "new-file": (CERTIFICATE, "a")}, form=FORM)
    pages += [client.page(answer.location), client.page(f"/my/{made.token}?lang=es")]
    for each in pages:
        assert english_in(said(each.root, language="es")) == []
    assert len(added(made.application.id)) == MOST_ADDED_A_DAY
    (thanks, (told,)) = mails("document_received")[-1], mails("document_unasked")[-1:]
    assert "Certificado" in thanks.subject
    assert "document to the application for Children's Librarian: Certificate." in told.text


def test_a_refused_document_takes_the_focus_and_a_good_one_arrives(
    phone: Window, live_server: LiveServer
) -> None:
    with live_server.app().app_context():
        token = arrived().token
        db.session.remove()
        db.engine.dispose()
    phone.goto(f"{live_server.url}/my/{token}")
    phone.get_by_text("Add a document", exact=True).click()
    phone.get_by_label("Something else").check()
    phone.get_by_label("Its name").fill("A poem")
    field = phone.locator("#new-file")
    field.set_input_files({"name": "old.doc", "mimeType": "", "buffer": samples.old_doc()})
    phone.get_by_role("button", name="Add the document").click()
    expect(phone.locator(".error-summary")).to_be_focused()
    expect(phone.get_by_label("Its name")).to_have_value("A poem")
    field.set_input_files({"name": "a.pdf", "mimeType": "", "buffer": samples.pdf()})
    phone.get_by_role("button", name="Add the document").click()
    phone.get_by_text("Thank you. Your document has arrived.").wait_for()
    expect(phone.get_by_role("link", name="a.pdf")).to_have_count(1)
    assert phone.locator("html").evaluate("page => page.scrollWidth") <= 390
