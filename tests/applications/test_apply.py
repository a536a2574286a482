"""The application form keeps what was typed and every file that was taken, whatever happens."""

import hashlib
import io
import json
from typing import Any

import pytest
from flask import Flask

from tests.applications import factories
from tests.applications.factories import apply_with, filled
from tests.documents import samples
from tests.plugins.apps import Client
from tests.plugins.pages import Page
from tests.postings.factories import closed_posting, draft_posting, open_posting
from tracker.applications.models import Application, Draft, DraftFile
from tracker.core.db import db
from tracker.core.files import files
from tracker.documents.models import Document
from tracker.postings import operations as postings


def values(page: Page) -> dict[str, list[str]]:
    return page.form("apply").values


def test_applying_ends_on_the_receipt(client: Client) -> None:
    posting = factories.demanding_posting()
    answer = apply_with(client, posting)
    assert answer.status_code == 303
    assert client.page(answer.location).texts("h1") == ["Your application has arrived"]


def test_a_second_form_says_that_one_was_sent_also_when_it_is_refused(client: Client) -> None:
    posting = factories.demanding_posting()
    receipt = apply_with(client, posting).location
    url = f"/postings/{posting.slug}/apply"
    answer = client.fill(client.page(url), {"name": ""}, form="apply")
    page = Page(answer.text, url)
    assert answer.status_code == 422
    assert page.link("See its receipt").endswith(receipt)


def test_what_is_stored_is_what_was_sent_to_the_byte(client: Client) -> None:
    posting = factories.demanding_posting()
    sent = samples.pdf("Dear library,"), samples.docx()
    apply_with(client, posting)
    application = db.session.query(Application).one()
    stored = [b"".join(files().chunks(each.document.file_key)) for each in application.documents]
    assert stored == list(sent)
    sums = [hashlib.sha256(each).hexdigest() for each in sent]
    assert [each.document.sha256 for each in application.documents] == sums


def test_an_application_holds_everything_that_was_asked(client: Client) -> None:
    posting = factories.demanding_posting()
    apply_with(client, posting, question2="At a bakery")
    made = db.session.query(Application).one()
    assert (made.name, made.email, made.phone) == (
        factories.NAME,
        factories.EMAIL,
        "203 555 0100",
    )
    assert [(each.title, each.typed) for each in made.documents] == [
        ("Cover letter", False),
        ("Resume", False),
    ]
    assert [(each.question, each.text) for each in made.answers] == [
        ("Which shift suits you?", "Days"),
        ("Can you lift a box?", "Yes"),
        ("Where did you work last?", "At a bakery"),
        ("Why this library?", "Three years at a branch."),
    ]
    assert [(each.skill, each.level) for each in made.skills] == [
        ("Spreadsheets", 2),
        ("Label printers", 2),
    ]


def test_a_letter_may_be_typed(client: Client) -> None:
    posting = factories.demanding_posting()
    apply_with(client, posting, file0=None, text0="Dear library,\r\n\r\nhere I am – ready.")
    letter = db.session.query(Application).one().documents[0]
    assert letter.typed
    text = b"".join(files().chunks(letter.document.file_key)).decode()
    assert text == "Dear library,\n\nhere I am – ready.\n"


def test_the_page_says_up_front_what_is_needed(client: Client) -> None:
    posting = factories.demanding_posting()
    page = client.page(f"/postings/{posting.slug}/apply")
    section = page.one("section[@aria-labelledby='needed']")
    assert [" ".join("".join(each.itertext()).split()) for each in section.iter("li")] == [
        "Cover letter",
        "Resume",
        "Writing sample (optional)",
        "Answers to 4 questions",
        "A word on how well you know 2 tools",
        "About 16 minutes, when your documents are ready",
    ]


def test_looking_at_the_form_writes_nothing(client: Client) -> None:
    posting = open_posting()
    client.page(f"/postings/{posting.slug}/apply")
    assert db.session.query(Draft).count() == 0


GIF = b"GIF89a\x01\x00\x01\x00\x80\x00\x00" + b"\xff" * 6 + b",\x00\x00\x00\x00\x01\x00\x01\x00;"
BAD_FILES = [
    ("empty", b"", "This file is empty. Check that you chose the right file, and add it again."),
    ("wrong type", GIF, "This is a kind of picture that cannot be read here."),
    ("old word", samples.old_doc(), "This is a Word document of the older kind (.doc)."),
    ("encrypted", samples.encrypted_pdf(), "This file opens only with a password."),
    ("broken", samples.broken_pdf(), "This file is damaged or incomplete"),
    ("too large", b"%PDF-1.7\n" + b" " * (1 << 20), "This file is larger than 1 MB."),
]


@pytest.mark.settings(UPLOAD_LIMIT_MB=1)
@pytest.mark.parametrize(("kind", "content", "sentence"), BAD_FILES, ids=[x[0] for x in BAD_FILES])
def test_a_refused_file_is_told_at_its_field_and_costs_nothing_else(
    client: Client, kind: str, content: bytes, sentence: str
) -> None:
    posting = factories.demanding_posting()
    resume = posting.documents[1].id
    page = client.page(f"/postings/{posting.slug}/apply")
    entered = filled(page, posting, file1=(content, f"{kind}.pdf"))
    answer = factories.send_whole(client, page, entered)
    page = Page(answer.text)
    assert answer.status_code == 422
    told = page.texts(f"div[@id='file_{resume}-error']")
    assert [each.removeprefix("Error: ").startswith(sentence) for each in told] == [True]
    assert len(page.all(f"a[@href='#file_{resume}']")) == 1
    kept = values(client.page(f"/postings/{posting.slug}/apply"))
    assert kept["name"] == [factories.NAME]
    assert kept[f"question_{posting.questions[3].id}"] == ["Three years at a branch."]
    assert [each.document.file_name for each in db.session.query(DraftFile)] == ["Cover letter.pdf"]
    assert len(list(files().list())) == 1


def test_after_a_refused_file_only_that_file_is_asked_again(client: Client) -> None:
    posting = factories.demanding_posting()
    page = Page(apply_with(client, posting, file1=(GIF, "me.pdf")).text)
    answer = client.fill(
        page, {f"file_{posting.documents[1].id}": (samples.pdf(), "resume.pdf")}, form="apply"
    )
    assert answer.status_code == 303
    made = db.session.query(Application).one()
    assert [each.document.file_name for each in made.documents] == [
        "Cover letter.pdf",
        "resume.pdf",
    ]


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"name": ""}, "Enter your name."),
    ({"email": ""}, "Enter your e-mail address."),
    ({"email": "marisol@"}, "That is not an e-mail address. Enter one like name@example.org."),
    ({"file1": None}, "Add this document: Resume."),
    ({"question0": None}, "Answer this question: Which shift suits you?"),
    (
        {"question3": "word " * 21},
        "This answer has 21 words, and the limit is 20. Shorten it and send again.",
    ),
    (
        {"text0": "Dear library"},
        "Cover letter: There is a file and a typed text. Remove the file, or empty the text: one"
        " of them is sent.",
    ),
]


@pytest.mark.parametrize(("changed", "sentence"), WRONG, ids=[x[1][:30] for x in WRONG])
def test_what_is_missing_or_wrong_is_told_in_the_summary_and_nothing_is_sent(
    client: Client, changed: dict[str, Any], sentence: str
) -> None:
    posting = factories.demanding_posting()
    answer = apply_with(client, posting, **changed)
    assert answer.status_code == 422
    summary = Page(answer.text).one("div[@id='error-summary']")
    assert [("".join(each.itertext())).strip() for each in summary.iter("a")] == [sentence]
    assert db.session.query(Application).count() == 0


def test_a_file_can_be_removed_without_script(client: Client) -> None:
    posting = factories.demanding_posting()
    page = Page(apply_with(client, posting, email="marisol@").text)
    cover = posting.documents[0].id
    answer = client.fill(page, form="apply", button=f"remove:{cover}", follow=True)
    assert answer.status_code == 200
    assert [each.document.file_name for each in db.session.query(DraftFile)] == ["resume.docx"]
    assert db.session.query(Document).count() == 1
    assert len(list(files().list())) == 1


def test_enter_in_a_text_field_never_removes_a_file(client: Client) -> None:
    posting = factories.demanding_posting()
    page = Page(apply_with(client, posting, email="marisol@").text)
    first = next(each for each in page.form("apply").controls if each.tag == "button")
    assert first.get("value") == "send"


def test_saving_for_later_asks_for_nothing(client: Client) -> None:
    posting = factories.demanding_posting()
    url = f"/postings/{posting.slug}/apply"
    answer = client.submit(url, {"name": "Mari"}, form="apply", button="save", follow=True)
    assert answer.status_code == 200
    assert values(client.page(url))["name"] == ["Mari"]


def test_another_browser_sees_nothing_of_a_draft(app: Flask, client: Client) -> None:
    posting = factories.demanding_posting()
    apply_with(client, posting, email="marisol@")
    page = factories.browser(app).page(f"/postings/{posting.slug}/apply")
    assert values(page)["name"] == [""]


def test_everything_typed_can_be_deleted(client: Client) -> None:
    posting = factories.demanding_posting()
    apply_with(client, posting, email="marisol@")
    url = f"/postings/{posting.slug}/apply"
    answer = client.submit(url, form="/apply/clear", follow=True)
    assert values(Page(answer.text))["name"] == [""]
    assert (db.session.query(Draft).count(), db.session.query(Document).count()) == (0, 0)
    assert list(files().list()) == []


def test_a_form_from_before_the_session_ended_is_kept_and_asked_again(client: Client) -> None:
    posting = factories.demanding_posting()
    page = client.page(f"/postings/{posting.slug}/apply")
    client.delete_cookie("tracker", domain="localhost")
    answer = client.fill(page, filled(page, posting), form="apply")
    assert answer.status_code == 400
    assert db.session.query(Application).count() == 0
    assert [each.document.file_name for each in db.session.query(DraftFile)] == [
        "Cover letter.pdf",
        "resume.docx",
    ]
    assert client.fill(Page(answer.text), form="apply").status_code == 303
    assert db.session.query(Application).count() == 1


def test_a_form_without_any_cookie_gives_back_what_was_typed(app: Flask, client: Client) -> None:
    posting = factories.demanding_posting()
    page = client.page(f"/postings/{posting.slug}/apply")
    stranger = factories.browser(app)
    answer = stranger.fill(page, filled(page, posting), form="apply")
    assert answer.status_code == 400
    assert values(Page(answer.text))["name"] == [factories.NAME]
    assert db.session.query(Draft).count() == 0


def test_another_site_cannot_write_into_a_draft(client: Client) -> None:
    posting = factories.demanding_posting()
    client.submit(f"/postings/{posting.slug}/apply", {"name": "Mari"}, form="apply", button="save")
    answer = client.post(
        f"/postings/{posting.slug}/apply", data={"name": "Evil", "submission_token": "made-up"}
    )
    assert answer.status_code == 400
    assert values(client.page(f"/postings/{posting.slug}/apply"))["name"] == ["Mari"]


@pytest.mark.settings(UPLOAD_LIMIT_MB=1)
def test_a_form_too_large_as_a_whole_says_what_was_kept(client: Client) -> None:
    posting = factories.demanding_posting()
    url = f"/postings/{posting.slug}/apply"
    client.submit(url, {"name": "Mari"}, form="apply", button="save")
    huge = {f"file_{posting.documents[1].id}": (b"x" * (9 << 20), "a.pdf")}
    answer = factories.send_whole(client, client.page(url), huge)
    page = Page(answer.text)
    assert answer.status_code == 413
    assert values(page)["name"] == ["Mari"]
    assert page.one("div[@id='error-summary']") is not None


def test_a_posting_that_closed_meanwhile_gives_the_words_back(client: Client) -> None:
    posting = factories.demanding_posting()
    page = client.page(f"/postings/{posting.slug}/apply")
    entered = filled(page, posting, question3="Because of the garden.")
    postings.close(db.session.merge(posting), by=None)
    db.session.commit()
    answer = client.fill(page, entered, form="apply")
    assert answer.status_code == 410
    words = Page(answer.text).texts("p[@class='own-words']")
    assert words == [
        factories.NAME,
        factories.EMAIL,
        "203 555 0100",
        "Days",
        "Yes",
        "Three years at a branch.",
        "Because of the garden.",
    ]
    assert db.session.query(Application).count() == 0
    assert client.get(f"/postings/{posting.slug}/apply").status_code == 410


def test_a_closed_posting_takes_nothing(client: Client) -> None:
    posting = closed_posting()
    assert client.get(f"/postings/{posting.slug}/apply").status_code == 410


def test_a_posting_that_is_not_out_yet_is_not_there(client: Client) -> None:
    posting = draft_posting()
    assert client.get(f"/postings/{posting.slug}/apply").status_code == 404


def test_an_unknown_posting_is_not_there(client: Client) -> None:
    assert client.get("/postings/nothing-here/apply").status_code == 404


@pytest.mark.settings(BASE_URL="https://jobs.example.org")
def test_applying_works_over_https(client: Client) -> None:
    posting = factories.demanding_posting()
    answer = apply_with(client, posting)
    assert answer.status_code == 303
    assert client.get(answer.location).status_code == 200


# What the page's script asks for


def test_the_script_saves_what_is_typed(client: Client) -> None:
    posting = factories.demanding_posting()
    url = f"/postings/{posting.slug}/apply"
    typed = {name: value[0] for name, value in values(client.page(url)).items() if value}
    answer = client.post(f"{url}/save", data={**typed, "name": "Mari"})
    assert answer.status_code == 200
    assert json.loads(answer.text)["message"].startswith("Saved at ")
    assert values(client.page(url))["name"] == ["Mari"]


def test_the_script_sends_a_file_at_once_and_learns_what_is_in_it(client: Client) -> None:
    posting = factories.demanding_posting()
    url = f"/postings/{posting.slug}/apply"
    resume = posting.documents[1].id
    token = values(client.page(url))["submission_token"][0]
    content = samples.pdf(pages=2)
    answer = client.post(
        f"{url}/files/{resume}",
        data={"submission_token": token, "file": (io.BytesIO(content), "resume.pdf")},
    )
    told = json.loads(answer.text)
    assert answer.status_code == 200
    assert (told["name"], told["remove_value"]) == ("resume.pdf", f"remove:{resume}")
    assert told["summary"].startswith("2 pages. It begins: “Marisol Quennell / ")
    page = client.page(url)
    assert "resume.pdf" in page.texts(f"div[@id='file_{resume}-stored']")[0]


def test_the_script_is_told_why_a_file_is_refused(client: Client) -> None:
    posting = factories.demanding_posting()
    url = f"/postings/{posting.slug}/apply"
    token = values(client.page(url))["submission_token"][0]
    answer = client.post(
        f"{url}/files/{posting.documents[1].id}",
        data={"submission_token": token, "file": (io.BytesIO(GIF), "me.pdf")},
    )
    assert answer.status_code == 422
    told = json.loads(answer.text)["error"]
    assert told.startswith("This is a kind of picture that cannot be read here.")
