"""At the form, at the end of a posting's time: who had begun finishes, late ones are marked."""

import datetime as dt
import io
from typing import Any

import pytest
import time_machine
from flask import Flask
from werkzeug.test import TestResponse

from tests.applications import desk, factories
from tests.documents import samples
from tests.plugins.apps import Client
from tests.plugins.pages import Page
from tests.postings import factories as postings
from tracker.applications.models import Application, Draft
from tracker.core.db import db, now
from tracker.notifications.models import OutgoingEmail
from tracker.postings import operations as posting_operations
from tracker.postings.content import DocumentValue
from tracker.postings.models import Posting
from tracker.postings.rules import DocumentKind

MINUTE = dt.timedelta(minutes=1)
TYPED = {"name": factories.NAME, "email": factories.EMAIL}


def closing_in(minutes: int, **values: Any) -> Posting:
    """A posting that asks for a name, a resume if one likes, and closes so soon."""
    resume = DocumentValue(DocumentKind.RESUME, "Resume", required=False)
    asked: dict[str, Any] = {"documents": [resume], "questions": [], "skills": [], **values}
    posting = postings.open_posting(**asked)
    posting.closes_at = now() + dt.timedelta(minutes=minutes)
    db.session.commit()
    return posting


def send(client: Client, page: Page, **entered: object) -> TestResponse:
    return client.fill(page, {**TYPED, **entered}, form="apply", button="Send application")


def begun(client: Client, posting: Posting) -> Page:
    """Type a name, save, and open the form again."""
    url = f"/postings/{posting.slug}/apply"
    client.fill(client.page(url), TYPED, form="apply", button="Save and go on later")
    return client.page(url)


def test_who_had_begun_sends_within_the_grace_and_is_not_late(
    client: Client, clock: time_machine.Traveller
) -> None:
    posting = closing_in(1)
    begun(client, posting)
    clock.shift(15 * MINUTE)
    page = client.page(f"/postings/{posting.slug}/apply")
    assert page.texts("p[@class='notice-title']")[0] == "You can send until 10:16 am"
    assert send(client, page).status_code == 303
    assert db.session.query(Application).one().is_late is False


def test_when_the_grace_is_over_the_words_are_given_back(
    client: Client, clock: time_machine.Traveller
) -> None:
    page = begun(client, closing_in(1))
    clock.shift(16 * MINUTE)
    answer = send(client, page, phone="203 555 0199")
    assert (answer.status_code, "203 555 0199" in answer.text) == (410, True)
    assert db.session.query(Application).count() == 0


def test_who_had_only_looked_has_no_grace(client: Client, clock: time_machine.Traveller) -> None:
    posting = closing_in(1)
    page = client.page(f"/postings/{posting.slug}/apply")
    clock.shift(2 * MINUTE)
    assert send(client, page).status_code == 410


def test_an_empty_draft_is_no_beginning(client: Client, clock: time_machine.Traveller) -> None:
    posting = closing_in(1)
    url = f"/postings/{posting.slug}/apply"
    client.fill(client.page(url), {}, form="apply", button="Save and go on later")
    clock.shift(2 * MINUTE)
    answer = client.get(url)
    assert (answer.status_code, db.session.query(Draft).one().begun_at) == (410, None)


def test_a_file_alone_is_a_beginning(client: Client, clock: time_machine.Traveller) -> None:
    posting = closing_in(1)
    url, resume = f"/postings/{posting.slug}/apply", posting.documents[0].id
    file = {f"file_{resume}": (samples.RESUME.encode(), "resume.txt")}
    client.fill(client.page(url), file, form="apply", button="Save and go on later")
    clock.shift(2 * MINUTE)
    assert send(client, client.page(url)).status_code == 303


def test_a_posting_closed_by_hand_has_no_grace(
    client: Client, clock: time_machine.Traveller
) -> None:
    posting = closing_in(60)
    page = begun(client, posting)
    posting_operations.close(db.session.get_one(Posting, posting.id), by=None)
    db.session.commit()
    clock.shift(MINUTE)
    assert send(client, page).status_code == 410


def test_the_script_is_told_that_a_file_comes_too_late_and_words_are_kept(
    client: Client, clock: time_machine.Traveller
) -> None:
    posting = closing_in(1)
    page = client.page(f"/postings/{posting.slug}/apply")
    fields = {name: each[0] for name, each in page.form("apply").values.items() if each}
    clock.shift(2 * MINUTE)
    url, resume = f"/postings/{posting.slug}/apply", posting.documents[0].id
    saved = client.post(f"{url}/save", data={**fields, "name": "Marisol"})
    upload = client.post(
        f"{url}/files/{resume}",
        data={**fields, "file": (io.BytesIO(samples.RESUME.encode()), "resume.txt")},
        content_type="multipart/form-data",
    )
    assert saved.json == {
        "message": "Saved at 10:02 am. Applications have closed, so it cannot be sent."
    }
    assert (upload.status_code, db.session.query(Draft).one().answers["name"]) == (410, "Marisol")


# Late


def late_one(client: Client) -> Application:
    posting = closing_in(-60, accepts_late=True)
    answer = send(client, client.page(f"/postings/{posting.slug}/apply"))
    assert answer.status_code == 303
    return db.session.query(Application).one()


def test_a_late_application_is_taken_and_marked(client: Client) -> None:
    assert late_one(client).is_late is True


def test_the_form_and_the_receipt_say_that_it_is_late(client: Client) -> None:
    posting = closing_in(-60, accepts_late=True)
    page = client.page(f"/postings/{posting.slug}/apply")
    assert "What you send now is marked as late" in page.text
    assert "Applications are taken until" not in page.text
    receipt = client.page(send(client, page).location)
    words = "It arrived after the closing time and is marked as late."
    mail = db.session.query(OutgoingEmail).filter_by(message="application_received").one()
    assert [words in each for each in (receipt.text, mail.text, mail.html)] == [True] * 3


def test_staff_see_that_it_is_late_in_the_list_and_on_its_page(app: Flask, client: Client) -> None:
    application = late_one(client)
    staff = desk.coordinator(app)
    tags = staff.page("/staff/applications").texts("span[@class='tag tag-warning']")
    assert tags == ["Late"]
    page = staff.page(f"/staff/applications/{application.id}")
    assert page.texts("p[@class='notice-title']") == ["Late"]


def test_its_contact_reads_that_it_is_late_in_the_mail_and_behind_the_link(client: Client) -> None:
    late_one(client)
    words = "It arrived after the closing time and is marked as late."
    mail = db.session.query(OutgoingEmail).filter_by(message="application_arrived").one()
    link = next(each for each in mail.text.split() if "/for/" in each)
    page = client.page(link[link.index("/for/") :])
    assert [words in each for each in (mail.text, mail.html, page.text)] == [True] * 3


@pytest.mark.parametrize("minutes", [5, 60])
def test_one_in_time_is_marked_nowhere(app: Flask, client: Client, minutes: int) -> None:
    posting = closing_in(minutes, accepts_late=True)
    send(client, client.page(f"/postings/{posting.slug}/apply"))
    tags = desk.coordinator(app).page("/staff/applications").texts("span[@class='tag tag-warning']")
    assert tags == []
