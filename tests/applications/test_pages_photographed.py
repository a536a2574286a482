"""Pages photographed with a phone become one document; words are counted where a limit is set."""

import io
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from flask import Flask

from tests.applications.factories import browser, demanding_posting, filled, long_posting
from tests.documents import samples
from tests.documents.samples.photographs import photograph
from tests.plugins.apps import Client
from tests.plugins.pages import Page
from tracker.applications.models import Application, Draft
from tracker.core.db import db
from tracker.core.files import files
from tracker.documents.models import Document, OriginalFile
from tracker.postings.models import Posting

FIRST, SECOND, THIRD = (photograph(words=each) for each in "123")


def url(posting: Posting) -> str:
    return f"/postings/{posting.slug}/apply"


def add(client: Client, posting: Posting, *sent: tuple[bytes, str], which: int = 1) -> Page:
    """Add files to a document in the form, without script."""
    entered: dict[str, Any] = {f"file_{posting.documents[which].id}": list(sent)}
    answer = client.submit(url(posting), entered, form="apply", button="save", follow=True)
    return Page(answer.text, url(posting))


def originals() -> list[str]:
    return [each.file_name for each in db.session.query(OriginalFile).order_by(OriginalFile.rank)]


def shown(page: Page) -> list[str]:
    """What the page says of photographed pages."""
    return page.texts("span[@class='upload-page']")


def test_photographs_become_one_document_in_their_order(client: Client) -> None:
    posting = demanding_posting()
    page = add(client, posting, (FIRST, "a.jpg"), (SECOND, "b.jpg"))
    assert shown(page) == ["a.jpg", "b.jpg"]
    document = db.session.query(Document).one()
    assert (document.kind, document.pages) == ("pdf", 2)
    assert "2 photographed pages." in page.text


def test_a_further_photograph_is_a_further_page_and_the_same_one_is_not(any_app: Flask) -> None:
    client, posting = browser(any_app), demanding_posting()
    add(client, posting, (FIRST, "a.jpg"))
    add(client, posting, (SECOND, "b.jpg"))
    page = add(client, posting, (SECOND, "b again.jpg"))
    assert shown(page) == ["a.jpg", "b.jpg"]
    assert db.session.query(Document).count() == 1
    assert len(list(files().list())) == 3


def test_one_page_is_taken_out_and_the_others_stay(client: Client) -> None:
    posting = demanding_posting()
    page = add(client, posting, (FIRST, "a.jpg"), (SECOND, "b.jpg"), (THIRD, "c.jpg"))
    wanted = posting.documents[1].id
    answer = client.fill(page, form="apply", button=f"drop:{wanted}:2", follow=True)
    assert shown(Page(answer.text)) == ["a.jpg", "c.jpg"]
    assert originals() == ["a.jpg", "c.jpg"]
    assert len(list(files().list())) == 3


def test_a_document_takes_the_place_of_photographs(client: Client) -> None:
    posting = demanding_posting()
    add(client, posting, (FIRST, "a.jpg"), (SECOND, "b.jpg"))
    page = add(client, posting, (samples.docx(), "resume.docx"))
    assert (shown(page), originals()) == ([], [])
    assert [each.file_name for each in db.session.query(Document)] == ["resume.docx"]
    assert len(list(files().list())) == 1


def test_several_documents_for_one_are_refused_with_what_to_do(client: Client) -> None:
    posting = demanding_posting()
    resume = posting.documents[1].id
    two = [(samples.docx(), "a.docx"), (FIRST, "b.jpg")]
    answer = client.submit(url(posting), {f"file_{resume}": two}, form="apply", button="save")
    assert answer.status_code == 422
    (told,) = Page(answer.text).texts(f"div[@id='file_{resume}-error']")
    assert told.startswith("Error: Several files came for one document.")
    assert db.session.query(Document).count() == 0


def test_the_same_photographs_sent_twice_are_one_application(client: Client) -> None:
    posting = demanding_posting()
    page = client.page(url(posting))
    entered = filled(page, posting)
    entered[f"file_{posting.documents[1].id}"] = [(FIRST, "a.jpg"), (SECOND, "b.jpg")]
    first, second = (client.fill(page, entered, form="apply") for _ in range(2))
    assert (first.status_code, second.location) == (303, first.location)
    assert (db.session.query(Application).count(), db.session.query(Draft).count()) == (1, 0)
    assert originals() == ["a.jpg", "b.jpg"]


def test_the_script_sends_photographs_and_gets_what_to_show(client: Client) -> None:
    posting = demanding_posting()
    resume = posting.documents[1].id
    token = client.page(url(posting)).form("apply").values["submission_token"][0]
    sent = [(io.BytesIO(each), f"{n}.jpg") for n, each in enumerate((FIRST, SECOND), 1)]
    answer = client.post(
        f"{url(posting)}/files/{resume}", data={"submission_token": token, "file": sent}
    )
    html = json.loads(answer.text)["html"]
    page = client.page(url(posting))
    assert [f"drop:{resume}:{n}" in html for n in (1, 2, 3)] == [True, True, False]
    assert shown(page) == ["1.jpg", "2.jpg"]


def test_a_typed_letter_is_held_to_its_limit(client: Client) -> None:
    posting = long_posting()
    entered = {f"text_{posting.documents[0].id}": "word " * 11}
    page = client.page(f"{url(posting)}?step=documents")
    answer = client.fill(page, entered, form="apply", button="next")
    assert answer.status_code == 422
    assert Page(answer.text).texts(f"div[@id='text_{posting.documents[0].id}-error']") == [
        "Error: This text has 11 words, and the limit is 10. Shorten it and send again."
    ]


def test_a_file_over_its_limit_is_taken_with_a_note(client: Client) -> None:
    posting = long_posting()
    resume = posting.documents[1].id
    page = client.page(f"{url(posting)}?step=documents")
    entered = {f"file_{resume}": (b"one two three four five", "resume.txt")}
    answer = client.fill(page, entered, form="apply", button="save", follow=True)
    (told,) = Page(answer.text).texts(f"div[@id='file_{resume}-stored']")
    assert "5 words, as we read them." in told
    assert "At most 3 words are asked for." in told
    assert db.session.query(Document).one().words == 5


def test_photographs_that_come_at_once_are_a_page_each(any_app: Flask) -> None:
    client, posting = browser(any_app), demanding_posting()
    resume = posting.documents[1].id
    token = client.page(url(posting)).form("apply").values["submission_token"][0]
    kept = client.get_cookie("tracker-draft")
    assert kept is not None
    where = f"{url(posting)}/files/{resume}"

    def send(number: int, photograph: bytes) -> int:
        sender = browser(any_app)
        sender.set_cookie("tracker-draft", kept.value)
        file = (io.BytesIO(photograph), f"{number}.jpg")
        with any_app.app_context():
            return sender.post(where, data={"submission_token": token, "file": file}).status_code

    db.session.rollback()
    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(send, (1, 2, 3), (FIRST, SECOND, THIRD)))
    assert answers == [200, 200, 200]
    assert sorted(originals()) == ["1.jpg", "2.jpg", "3.jpg"]
    assert len(list(files().list())) == 4
