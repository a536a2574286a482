"""How often, how long and by whose link a candidate adds documents that nobody asked for."""

import datetime as dt
import io
from concurrent.futures import ThreadPoolExecutor

import pytest
import time_machine
from flask import Flask

from tests.applications import desk, factories
from tests.applications.adding import CERTIFICATE, ERROR, FORM, add, add_directly, added
from tests.applications.test_held_decision import declined
from tests.applications.test_mine import arrived, ask, mails, send
from tests.documents import samples
from tests.plugins.apps import Client
from tests.plugins.pages import Page
from tests.postings import factories as postings
from tracker.applications.models import Application, CandidateLink
from tracker.applications.rules import Outcome, Reason
from tracker.applications.throttle import MOST_ADDED, MOST_ADDED_A_DAY
from tracker.core.db import db, now, writing
from tracker.core.files import files
from tracker.postings.operations.door import move as move_posting
from tracker.postings.rules import PostingState
from tracker.routing import operations as routing

# Once and not twice


def test_the_same_file_pressed_twice_is_added_once_and_the_page_says_so(client: Client) -> None:
    made = arrived()
    page = client.page(f"/my/{made.token}")
    typed = {"new-what": "certificate", "new-file": (CERTIFICATE, "a.pdf")}
    for _turn in range(2):
        answer = client.fill(page, typed, form=FORM)
        assert answer.status_code == 303
    said = client.page(answer.location).text
    assert "This file is with your application already, so it was not added again." in said
    assert len(added(made.application.id)) == 1
    assert len(mails("document_unasked")) == 1
    assert len(mails("document_received")) == 1


def press_at_once(app: Flask, token: str, sent: list[tuple[bytes, str]]) -> list[int]:
    """Press the button of as many pages as there are files, in one moment."""
    pages = []
    for _each in sent:
        browser = factories.browser(app)
        pages.append((browser, browser.page(f"/my/{token}").token()))
    db.session.remove()

    def press(place: int) -> int:
        browser, csrf = pages[place]
        content, name = sent[place]
        data = {"csrf_token": csrf, "new-what": "certificate", "new-name": ""}
        with app.app_context():
            return browser.post(
                f"/my/{token}/documents", data={**data, "new-file": (io.BytesIO(content), name)}
            ).status_code

    with ThreadPoolExecutor(len(sent)) as pool:
        return sorted(pool.map(press, range(len(sent))))


def test_the_same_file_pressed_twice_in_one_moment_is_added_once(any_app: Flask) -> None:
    made = arrived()
    key, before = made.application.id, len(list(files().list()))
    assert press_at_once(any_app, made.token, [(CERTIFICATE, "a.pdf")] * 3) == [303] * 3
    assert len(added(key)) == 1
    assert len(mails("document_unasked")) == 1
    assert len(list(files().list())) == before + 1


def test_two_at_once_do_not_pass_the_limit(any_app: Flask) -> None:
    made = arrived()
    key, at = made.application.id, now()
    add_directly(key, *[at - dt.timedelta(hours=1)] * (MOST_ADDED_A_DAY - 1))
    before = len(list(files().list()))
    sent = [(samples.pdf(f"Paper {each}"), f"{each}.pdf") for each in "ABC"]
    assert press_at_once(any_app, made.token, sent) == [303, 429, 429]
    assert len(added(key)) == MOST_ADDED_A_DAY
    assert len(list(files().list())) == before + 1


# The limits


@pytest.mark.both_databases
def test_a_day_takes_so_many_and_the_page_says_from_when_on_more(any_app: Flask) -> None:
    client = factories.browser(any_app)
    with time_machine.travel("2026-11-24T15:00Z", tick=False):
        made = arrived()
        key = made.application.id
        add_directly(key, *[now()] * (MOST_ADDED_A_DAY - 1))
        open_page = client.page(f"/my/{made.token}")
        add(client, made.token, (CERTIFICATE, "a.pdf"))
        said = client.page(f"/my/{made.token}").text
        assert "Add more after Wednesday 25 November 2026, 10:01 am" in said
        assert FORM not in "".join(each.action for each in client.page(f"/my/{made.token}").forms)
        typed = {"new-what": "other", "new-name": "A poem", "new-file": (samples.docx(), "b.docx")}
        answer = client.fill(open_page, typed, form=FORM)
        page = Page(answer.text)
        assert answer.status_code == 429
        assert "Add more after Wednesday" in page.texts(ERROR.format("file"))[0]
        assert page.form(FORM).values["new-name"] == ["A poem"]
        again = client.fill(
            open_page, {**typed, "new-file": (CERTIFICATE, "a.pdf")}, form=FORM, follow=True
        )
        assert "with your application already" in again.text
    with time_machine.travel("2026-11-25T15:00:01Z", tick=False):
        add(client, made.token, (samples.docx(), "b.docx"), what="other", name="A poem")
        assert len(added(key)) == MOST_ADDED_A_DAY + 1


def test_an_application_takes_so_many_in_all_and_the_page_says_whom_to_ask(
    client: Client,
) -> None:
    made = arrived()
    key, today = made.application.id, now()
    open_page = client.page(f"/my/{made.token}")
    for days in range(-(-MOST_ADDED // MOST_ADDED_A_DAY), 0, -1):
        at = today - dt.timedelta(days=days * 2)
        add_directly(key, *[at] * MOST_ADDED_A_DAY)
    assert len(added(key)) == MOST_ADDED
    page = client.page(f"/my/{made.token}")
    assert f"{MOST_ADDED} documents were added to your application later" in page.text
    assert FORM not in "".join(each.action for each in page.forms)
    answer = client.fill(
        open_page, {"new-what": "certificate", "new-file": (CERTIFICATE, "a.pdf")}, form=FORM
    )
    assert answer.status_code == 409
    assert "write to the contact" in Page(answer.text).texts(ERROR.format("file"))[0]
    assert len(added(key)) == MOST_ADDED


def test_what_was_asked_for_is_not_counted(client: Client) -> None:
    made = arrived()
    send(client, made.token, ask(made.application), (samples.pdf("A degree"), "degree.pdf"))
    add_directly(made.application.id, *[now()] * (MOST_ADDED_A_DAY - 1))
    page = add(client, made.token, (CERTIFICATE, "a.pdf"))
    assert "Thank you. Your document has arrived." in page.text


# Whose it is, and until when


def test_it_goes_on_after_the_posting_has_closed_and_by_either_link(client: Client) -> None:
    made = arrived()
    shown = factories.submission(made.application.posting, email="jo@example.org")
    by = postings.coordinator().id
    with writing():
        move_posting(
            db.session.get_one(Application, made.application.id).posting,
            PostingState.CLOSED,
            by=desk.person(by),
        )
        db.session.commit()
    for each in (made, shown):
        add(client, each.token, (CERTIFICATE, "a.pdf"))
        assert len(added(each.application.id)) == 1


@pytest.mark.parametrize("withdrawn", [True, False])
def test_after_the_end_nothing_is_offered_and_nothing_taken(
    any_app: Flask, withdrawn: bool
) -> None:
    client, made = factories.browser(any_app), arrived()
    open_page, key = client.page(f"/my/{made.token}"), made.application.id
    before = len(list(files().list()))
    if withdrawn:
        with writing():
            routing.withdraw(db.session.get_one(Application, key))
            db.session.commit()
    else:
        desk.move(made.application, Outcome.NOT_SELECTED, reason=Reason.LATE)
    page = client.page(f"/my/{made.token}")
    assert FORM not in "".join(each.action for each in page.forms)
    answer = client.fill(
        open_page, {"new-what": "certificate", "new-file": (CERTIFICATE, "a.pdf")}, form=FORM
    )
    assert answer.status_code == 409
    assert "The application has ended" in answer.text
    assert added(key) == []
    assert len(list(files().list())) == before


def test_a_decision_that_is_still_held_is_not_given_away(client: Client) -> None:
    made = arrived()
    declined(made.application)
    page = add(client, made.token, (CERTIFICATE, "a.pdf"))
    assert "Thank you. Your document has arrived." in page.text
    assert len(added(made.application.id)) == 1


def test_a_link_that_ended_or_never_was_takes_nothing(client: Client) -> None:
    made = arrived()
    csrf = client.token("/my")
    with writing():
        db.session.query(CandidateLink).update({"revoked_at": now()})
        db.session.commit()
    for token in (made.token, "nothing-like-that"):
        answer = client.post(
            f"/my/{token}/documents",
            data={
                "csrf_token": csrf,
                "new-what": "certificate",
                "new-file": (io.BytesIO(CERTIFICATE), "a.pdf"),
            },
        )
        assert answer.status_code == 404
        assert "This link opens nothing." in answer.text
    assert added(made.application.id) == []


def test_without_the_page_s_own_token_nothing_is_taken(client: Client) -> None:
    made = arrived()
    data = {"new-what": "certificate", "new-file": (io.BytesIO(CERTIFICATE), "a.pdf")}
    assert client.post(f"/my/{made.token}/documents", data=data).status_code == 400
    assert added(made.application.id) == []
