"""One submission token makes one application, one receipt and one mail, whatever is clicked."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from typing import Any

import pytest
from flask import Flask

from tests.applications import factories
from tests.applications.factories import apply_with, filled
from tests.documents import samples
from tests.plugins.apps import Client
from tests.plugins.pages import Filled, Page
from tests.postings.factories import open_posting
from tracker.applications import operations, queries
from tracker.applications.models import (
    Application,
    ApplicationDocument,
    CandidateLink,
    Draft,
    DraftFile,
    StageChange,
)
from tracker.applications.rules import ActorKind, Stage
from tracker.core.db import db, now, writing
from tracker.core.tokens import new_token
from tracker.documents import sandbox
from tracker.documents.models import Document
from tracker.documents.places import FullError
from tracker.notifications.models import OutgoingEmail
from tracker.postings import operations as postings
from tracker.postings.content import DocumentValue
from tracker.postings.rules import DocumentKind

RECEIPT = "application_received"
CLICKS = 30


def sent_token(posting_id: int) -> str:
    """The token of a form that has been sent."""
    with writing():
        draft = factories.draft(posting_id)
        secret = draft.submission_token
        operations.submit(draft, at=now())
        db.session.commit()
    return secret


def receipts() -> int:
    return db.session.query(OutgoingEmail).filter_by(message=RECEIPT).count()


def twin(app: Flask, client: Client) -> Client:
    """The same browser in another window."""
    other = factories.browser(app)
    assert client._cookies is not None
    other._cookies = dict(client._cookies)
    return other


def click(
    app: Flask, client: Client, page: Page, entered: dict[str, Any], times: int
) -> list[tuple[int, str]]:
    """Send the same form from many windows of one browser at the same moment."""
    form = page.form("apply").filled(entered)
    start = threading.Barrier(times)

    def send(other: Client) -> tuple[int, str]:
        start.wait()
        answer = other.post(
            form.action,
            data=form.data,
            content_type=form.enctype,
            headers={"Referer": page.url},
        )
        return answer.status_code, answer.headers.get("Location", "")

    with ThreadPoolExecutor(times) as threads:
        return list(threads.map(send, [twin(app, client) for _ in range(times)]))


def test_thirty_clicks_make_one_application_and_one_mail(any_app: Flask) -> None:
    client = factories.browser(any_app)
    posting = open_posting(documents=[DocumentValue(DocumentKind.COVER_LETTER, "Cover letter")])
    page = client.page(f"/postings/{posting.slug}/apply")
    entered = {
        "name": factories.NAME,
        "email": factories.EMAIL,
        f"text_{posting.documents[0].id}": "Dear library, here I am.",
        f"question_{posting.questions[0].id}": "Yes",
        **{f"skill_{each.id}": "1" for each in posting.skills},
    }
    db.session.rollback()
    answers = click(any_app, client, page, entered, CLICKS)
    assert {status for status, _ in answers} == {303}
    assert len({location for _, location in answers}) == 1
    assert db.session.query(Application).count() == 1
    assert receipts() == 1
    assert db.session.query(ApplicationDocument).count() == 1
    assert (db.session.query(Draft).count(), db.session.query(Document).count()) == (0, 1)


def test_clicks_after_the_files_are_there_make_one_application(any_app: Flask) -> None:
    client = factories.browser(any_app)
    posting = factories.demanding_posting()
    page = Page(apply_with(client, posting, email="marisol@").text)
    db.session.rollback()
    answers = click(any_app, client, page, {"email": factories.EMAIL}, CLICKS)
    assert {status for status, _ in answers} == {303}
    assert len({location for _, location in answers}) == 1
    assert (db.session.query(Application).count(), receipts()) == (1, 1)
    assert db.session.query(ApplicationDocument).count() == 2


def test_a_double_click_with_files_makes_one_application(any_app: Flask) -> None:
    client = factories.browser(any_app)
    posting = factories.demanding_posting()
    page = client.page(f"/postings/{posting.slug}/apply")
    forms = [page.form("apply").filled(filled(page, posting)) for _ in range(2)]
    db.session.rollback()
    start = threading.Barrier(2)

    def send(form: Filled) -> tuple[int, str]:
        other = twin(any_app, client)
        start.wait()
        answer = other.post(form.action, data=form.data, content_type=form.enctype)
        return answer.status_code, answer.headers.get("Location", "")

    with ThreadPoolExecutor(2) as threads:
        answers = list(threads.map(send, forms))
    assert {status for status, _ in answers} == {303}
    assert len({location for _, location in answers}) == 1
    assert (db.session.query(Application).count(), receipts()) == (1, 1)


def test_sending_the_same_again_gives_the_same_receipt(client: Client) -> None:
    posting = factories.demanding_posting()
    page = client.page(f"/postings/{posting.slug}/apply")
    first = client.fill(page, filled(page, posting), form="apply")
    again = client.fill(page, filled(page, posting), form="apply")
    assert (again.status_code, again.location) == (303, first.location)
    assert (db.session.query(Application).count(), receipts()) == (1, 1)
    assert db.session.query(Draft).count() == 0


def test_a_changed_form_under_a_used_token_overwrites_nothing(client: Client) -> None:
    posting = factories.demanding_posting()
    page = client.page(f"/postings/{posting.slug}/apply")
    first = client.fill(page, filled(page, posting), form="apply")
    changed = client.fill(page, filled(page, posting, question3="For the garden."), form="apply")
    assert changed.location == f"{first.location}?changed=1"
    receipt = client.page(changed.location)
    assert "You had sent this application already" in receipt.text
    made = db.session.query(Application).one()
    assert [each.text for each in made.answers][-1] == "Three years at a branch."
    follow = client.page(receipt.link("Go on with the changed version"))
    question = f"question_{posting.questions[3].id}"
    assert follow.form("apply").values[question] == ["For the garden."]
    assert client.fill(follow, form="apply").status_code == 303
    assert db.session.query(Application).count() == 2


def test_a_changed_file_under_a_used_token_is_noticed(client: Client) -> None:
    posting = factories.demanding_posting()
    page = client.page(f"/postings/{posting.slug}/apply")
    client.fill(page, filled(page, posting), form="apply")
    other = (samples.pdf("Another letter"), "Cover letter.pdf")
    changed = client.fill(page, filled(page, posting, file0=other), form="apply")
    assert changed.location.endswith("?changed=1")


def test_a_lost_reply_after_script_sent_the_files_gives_the_receipt(client: Client) -> None:
    posting = factories.demanding_posting()
    page = Page(apply_with(client, posting, email="marisol@").text)
    first = client.fill(page, {"email": factories.EMAIL}, form="apply")
    again = client.fill(page, {"email": factories.EMAIL}, form="apply")
    assert (again.status_code, again.location) == (303, first.location)


def test_going_back_shows_that_it_was_sent(client: Client) -> None:
    posting = factories.demanding_posting()
    receipt = apply_with(client, posting).location
    page = client.page(f"/postings/{posting.slug}/apply")
    assert page.link("See its receipt").endswith(receipt)


def test_a_shared_computer_does_not_show_it(client: Client) -> None:
    posting = factories.demanding_posting()
    apply_with(client, posting, shared=True)
    page = client.page(f"/postings/{posting.slug}/apply")
    assert "See its receipt" not in page.texts("a")


def test_an_upload_waits_for_its_reader_while_others_write(app: Flask, client: Client) -> None:
    """No lock is held while a file is looked at: the child's places are taken on purpose."""
    posting = factories.demanding_posting()
    slug = posting.slug
    page = client.page(f"/postings/{slug}/apply")
    form = page.form("apply").filled(filled(page, posting))
    db.session.rollback()
    with ExitStack() as taken:
        with suppress(FullError):
            while True:
                taken.enter_context(sandbox._places.place(0))
        with ThreadPoolExecutor(1) as threads:
            slow = threads.submit(
                lambda: twin(app, client).post(
                    form.action, data=form.data, content_type=form.enctype
                )
            )
            _until(lambda: db.session.query(Draft).count() == 1)
            other = factories.browser(app)
            saved = other.submit(
                f"/postings/{slug}/apply", {"name": "Otto"}, form="apply", button="save"
            )
            assert (saved.status_code, slow.done()) == (303, False)
            taken.close()
            assert slow.result().status_code == 303


def _until(true: Callable[[], bool]) -> None:
    tick = threading.Event()
    for _ in range(500):
        db.session.rollback()
        if true():
            return
        tick.wait(0.02)
    raise AssertionError("it did not happen in ten seconds")


# The operation


def test_submitting_writes_history_links_and_receipt_together(app: Flask) -> None:
    made = factories.submission()
    application = made.application
    assert (application.stage, application.outcome) == (Stage.RECEIVED, None)
    history = db.session.query(StageChange).all()
    assert [(each.by_kind, each.old_stage, each.new_stage) for each in history] == [
        (ActorKind.CANDIDATE, None, Stage.RECEIVED)
    ]
    links = db.session.query(CandidateLink).order_by(CandidateLink.id)
    assert [each.mailed for each in links] == [False, True]
    assert application.receipt_email is not None
    assert application.receipt_email.recipient_address == factories.EMAIL


def test_a_number_can_be_read_out(app: Flask) -> None:
    number = factories.submitted_application().number
    year, _, letters = number.partition("-")
    assert year == str(now().year)
    assert len(letters) == 5
    assert set(letters) <= set(operations.NUMBER_LETTERS)


def test_the_submission_token_is_kept_as_a_hash_only(app: Flask) -> None:
    secret = sent_token(open_posting(documents=[]).id)
    application = db.session.query(Application).one()
    assert secret not in (application.submission_token, application.content_sha256)
    assert queries.by_submission_token(secret) is application


def test_a_closed_posting_refuses_under_the_lock(app: Flask) -> None:
    posting = open_posting(documents=[])
    posting_id = posting.id
    postings.close(posting, by=None)
    db.session.commit()
    with writing():
        draft = factories.draft(posting_id)
        with pytest.raises(operations.ClosedError):
            operations.submit(draft, at=now())


def test_a_used_token_begins_no_draft(app: Flask) -> None:
    posting_id = open_posting(documents=[]).id
    secret = sent_token(posting_id)
    with writing(), pytest.raises(operations.SentError):
        operations.start(posting_id, browser_hash="a browser", token=secret)


def test_control_characters_never_reach_the_database(any_app: Flask) -> None:
    posting_id = open_posting(documents=[]).id
    with writing():
        draft = operations.start(posting_id, browser_hash="b", token=new_token())
        operations.save(draft, {"name": "Ma\0ri\x1b\r\nQ", "email": "m@example.org"})
        db.session.commit()
    assert db.session.query(Draft).one().answers["name"] == "Mari\nQ"


def test_replacing_a_file_leaves_one(client: Client) -> None:
    posting = factories.demanding_posting()
    cover = posting.documents[0].id
    page = Page(apply_with(client, posting, email="marisol@").text)
    client.fill(page, {f"file_{cover}": (samples.odt(), "letter.odt")}, form="apply")
    names = [each.document.file_name for each in db.session.query(DraftFile)]
    assert sorted(names) == ["letter.odt", "resume.docx"]
    assert db.session.query(Document).count() == 2
