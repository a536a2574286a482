"""Hand-made forms of postings, and text that would like to be a program."""

import json
from typing import Any

import pytest
from flask import Flask

from tests.plugins.apps import Client
from tests.postings.factories import (
    coordinator,
    draft_posting,
    full_values,
    manager,
    open_posting,
    sign_in,
)
from tracker.core.db import db
from tracker.postings.content import SectionValue
from tracker.postings.models import Posting

NEW = "/staff/postings/new"
SCRIPT = "</script><script>alert(1)</script>"


@pytest.fixture
def staff(client: Client) -> Client:
    """A coordinator's browser."""
    sign_in(client, coordinator())
    return client


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("closes_on", "9999-12-31", "Check the year"),
        ("closes_on", "0001-01-01", "Check the year"),
        ("publish_at", "9999-12-31T23:59", "Check the year"),
    ],
)
def test_a_year_beyond_all_calendars_is_named_at_its_field(
    staff: Client, field: str, value: str, words: str
) -> None:
    answer = staff.submit(NEW, {"title": "Page", "closing_rule": "date", field: value})
    assert answer.status_code == 422
    assert words in answer.text
    assert db.session.query(Posting).count() == 0


@pytest.mark.parametrize("number", ["²", "9" * 20, "9" * 5000, "-1"])
def test_a_row_whose_number_is_none_is_no_row(staff: Client, number: str) -> None:
    form = staff.page(NEW).form(None, fields={"title": ""}).filled({"sections-0-text": "Kept"})
    sent = {**form.data, f"sections-{number}-text": "Dropped"}
    assert staff.post(NEW, data=sent).status_code == 303
    assert [each.text for each in db.session.query(Posting).one().sections] == ["Kept"]


@pytest.mark.parametrize("version", ["", "²", "9" * 5000, None])
def test_a_form_without_its_version_overwrites_nothing(staff: Client, version: str | None) -> None:
    url = f"/staff/postings/{draft_posting(title='Page').id}/edit"
    form = staff.page(url).form("posting").filled({"title": "Changed"})
    staff.submit(url, {"title": "Theirs"}, form="posting", button="save")
    sent = {name: each for name, each in form.data.items() if name != "version"}
    sent |= {} if version is None else {"version": version}
    assert staff.post(url, data=sent).status_code == 409
    db.session.rollback()
    assert db.session.query(Posting).one().title == "Theirs"


@pytest.mark.parametrize("act", ["remove section ²", "up section 99999999999999999999"])
def test_a_button_of_a_row_that_is_none_changes_nothing(staff: Client, act: str) -> None:
    sent = {"csrf_token": staff.token(NEW), "act": act, "sections-0-text": "Kept"}
    answer = staff.post(NEW, data=sent)
    assert answer.status_code == 200
    assert "Kept" in answer.text


def test_no_text_of_a_posting_becomes_a_program(app: Flask, client: Client) -> None:
    words = [
        SCRIPT,
        "[go](javascript:alert(1)) <img src=x onerror=alert(1)>",
        "[go](data:text/html;base64,PHNjcmlwdD4=) [go](vbscript:x)",
    ]
    sections = [SectionValue(SCRIPT, each) for each in words]
    fields = ("title", "benefits", "schedule", "location", "reports_to", "pay_note")
    texts: dict[str, Any] = dict.fromkeys(fields, SCRIPT)
    posting = open_posting(**texts, sections=sections)
    page = client.page(f"/postings/{posting.slug}")
    inline = [each for each in page.all("script") if not each.get("src")]
    assert [each.get("type") for each in inline] == ["application/ld+json"]
    assert json.loads(inline[0].text or "{}")["title"] == SCRIPT
    assert [each for each in page.all("img") if each.get("onerror") or each.get("src") == "x"] == []
    for each in page.all("a"):
        assert (each.get("href") or "").startswith(("/", "#", "http://", "https://", "mailto:"))


def test_a_manager_names_no_document_of_another_posting(client: Client) -> None:
    theirs = draft_posting(**full_values(title="Theirs"))
    number, max_reed = theirs.documents[0].id, manager()
    own = draft_posting(contact=max_reed, title="Own")
    sign_in(client, max_reed)
    url, other_url = f"/staff/postings/{own.id}/edit", f"/staff/postings/{theirs.id}/edit"
    own_id, their_id = own.id, theirs.id
    sent = {"documents-0-id": str(number), "documents-0-title": "Taken over"}
    page = client.page(url)
    form = page.form(None, fields={"title": ""}).filled({})
    assert client.post(url, data={**form.data, **sent}).status_code == 303
    db.session.rollback()
    titles = {
        key: [each.title for each in db.session.get_one(Posting, key).documents]
        for key in (own_id, their_id)
    }
    assert titles == {own_id: ["Taken over", "Resume"], their_id: ["Cover letter", "Resume"]}
    assert client.get(other_url).status_code == 404
    assert client.post(other_url, data={"csrf_token": page.token()}).status_code == 404
