"""A seat on a panel is for reading: who books, changes and calls off an interview."""

import pytest
from flask import Flask

from tests.applications.desk import give_seat
from tests.interviews.factories import scheduled
from tests.interviews.test_views import day, form, only_interview
from tests.plugins.apps import Client
from tests.postings import factories as postings
from tests.routing.factories import arrived
from tracker.accounts.models import Person
from tracker.applications.models import Application
from tracker.applications.rules import Stage
from tracker.core.db import db
from tracker.interviews.models import Interview
from tracker.interviews.rules import InterviewState


@pytest.fixture
def guest(app: Flask) -> Person:
    """A manager of other postings, asked to sit on a panel."""
    return postings.manager("gus.frey@example.org")


def test_a_guest_on_the_panel_books_nothing(client: Client, guest: Person) -> None:
    application = arrived()
    give_seat(application, guest)
    number = application.id
    postings.sign_in(client, guest)
    url = f"/staff/applications/{number}/interviews/new"
    assert client.get(url).status_code == 403
    sent = {**form(guest), "csrf_token": client.token("/staff")}
    assert client.post(url, data=sent).status_code == 403
    db.session.rollback()
    assert db.session.query(Interview).count() == 0
    assert db.session.get_one(Application, number).stage is Stage.RECEIVED


def test_a_guest_on_the_panel_changes_and_cancels_nothing(client: Client, guest: Person) -> None:
    url = f"/staff/interviews/{scheduled(arrived().id, [guest]).id}"
    postings.sign_in(client, guest)
    page = client.page(url)
    assert "Change" not in page.texts("main//a")
    assert "Cancel the interview" not in page.text
    assert client.get(f"{url}/edit").status_code == 403
    token = {"csrf_token": page.token()}
    assert client.post(f"{url}/edit", data=form(guest, **token)).status_code == 403
    assert client.post(f"{url}/cancel", data=token).status_code == 403
    assert only_interview().state is InterviewState.SCHEDULED


def test_the_contact_books_interviews_for_what_is_with_them(client: Client, guest: Person) -> None:
    postings.open_posting(contact=guest)
    application = arrived(postings.open_posting(contact=guest, title="Page"))
    postings.sign_in(client, guest)
    url = f"/staff/applications/{application.id}/interviews/new"
    assert client.submit(url, form(guest), button="Schedule and invite").status_code == 303
    assert only_interview().state is InterviewState.SCHEDULED


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
def test_a_year_beyond_all_calendars_is_named_at_the_day(
    client: Client, guest: Person, day: str
) -> None:
    postings.sign_in(client, postings.coordinator())
    url = f"/staff/applications/{arrived().id}/interviews/new"
    answer = client.submit(url, form(guest, day=day, time="23:59"), button="Schedule and invite")
    assert answer.status_code == 422
    assert "Check the year" in answer.text


def test_a_version_that_is_no_number_is_an_old_page(client: Client, guest: Person) -> None:
    url = f"/staff/interviews/{scheduled(arrived().id, [guest]).id}/edit"
    postings.sign_in(client, postings.coordinator())
    token = client.token(url)
    for version in ("x", "²", "9" * 5000):
        sent = form(guest, day=day().isoformat(), version=version, csrf_token=token)
        assert client.post(url, data=sent).status_code == 409


def test_a_length_that_is_none_is_named_at_its_field(client: Client, guest: Person) -> None:
    postings.sign_in(client, postings.coordinator())
    url = f"/staff/applications/{arrived().id}/interviews/new"
    token = client.token(url)
    for length in ("9" * 20, "²", "-45"):
        sent = form(guest, length=length, csrf_token=token)
        assert client.post(url, data=sent).status_code == 422
    assert db.session.query(Interview).count() == 0
