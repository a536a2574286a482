"""The preview beside the editor is the public page, and leaves no trace."""

from typing import Any
from xml.etree.ElementTree import tostring

import pytest
from flask import Flask
from sqlalchemy import func, select
from time_machine import Traveller

from tests.plugins.apps import Client
from tests.plugins.pages import Page
from tests.postings.desk import NEW, only_posting, page_of
from tests.postings.factories import (
    closed_posting,
    coordinator,
    draft_posting,
    manager,
    open_posting,
    person,
    sign_in,
)
from tracker.accounts.models import Person
from tracker.core.access import Role
from tracker.core.db import db
from tracker.core.pages import PageChange
from tracker.postings import operations, queries
from tracker.postings.content import SectionValue
from tracker.postings.models import Posting
from tracker.postings.rules import DocumentKind
from tracker.postings.views import editor, previewing
from tracker.postings.views.pacing import Pace

TYPED: dict[str, Any] = {
    "title": "Evening Page",
    "summary": "Puts every book where it belongs.",
    "employment_types": ["PART_TIME", "TEMPORARY"],
    "openings": "3",
    "hours_min": "10",
    "hours_max": "15",
    "schedule": "After school.",
    "evenings": True,
    "weekends": True,
    "pay_min": "1,015.5",
    "pay_max": "1100",
    "pay_unit": "WEEK",
    "currency": "CAD",
    "pay_note": "Commensurate with experience",
    "benefits": "A *pension*.",
    "closing_rule": "date",
    "closes_on": "2027-03-01",
    "closes_time": "17:00",
    "first_review_on": "2027-02-01",
    "interviews_begin_on": "2027-03-08",
    "answer_by_on": "2027-04-01",
    "sections-0-text": "Come & see.\r\n\r\n- one\r\n- two",
    "sections-1-heading": "What you do",
    "sections-1-text": "# Shelve\r\n<script>alert(1)</script>",
    "sections-5-heading": "",
    "sections-5-text": "Send it *soon*.",
    "documents-0-kind": "essay",
    "documents-0-title": "",
    "documents-0-instructions": "On a book.",
    "documents-0-word_limit": "350",
    "documents-1-required": False,
    "questions-0-text": "Why?",
    "skills": "Latin\r\nStory time",
    "equal_opportunity_text": "Everybody.",
}


def main_of(page: Page) -> str:
    """The main part of a page, and the statement at its foot, as they are written."""
    return "\n".join(tostring(page.one(path), encoding="unicode") for path in ("main", "footer"))


def typed_in(staff: Client, url: str, **values: Any) -> dict[str, Any]:
    return staff.page(url).form("posting").filled({**TYPED, **values}).data


def preview_of(staff: Client, where: str, data: dict[str, Any]) -> Page:
    answer = staff.post(f"/staff/postings/{where}/preview", data=data)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    return page_of(answer)


@pytest.mark.both_databases
def test_the_preview_is_the_page_that_is_published(
    app: Flask, client: Client, clock: Traveller
) -> None:
    sign_in(client, coordinator())
    posting = draft_posting(sections=[SectionValue("Duties", "Old.")])
    url = f"/staff/postings/{posting.id}/edit"
    data = typed_in(client, url)
    shown = preview_of(client, str(posting.id), data)
    client.post(url, data={**data, "act": "save"})
    posting = only_posting()
    confirmed = [each.code for each in queries.checks_of(posting)]
    operations.publish(posting, by=None, confirmed=confirmed)
    db.session.commit()
    public = app.test_client()
    assert isinstance(public, Client)
    page = public.page(f"/postings/{posting.slug}")
    address = f"postings/{posting.slug}"
    was = shown.one("code[@id='posting-address']").text or ""
    assert main_of(shown).replace(was.removeprefix("http://localhost/"), address) == main_of(page)
    assert page.texts("main//h2")[:3] == ["What you do", "Benefits", "How to apply"]
    for words in ("CA$1,015.50–CA$1,100.00 a week. Commensurate", "with evenings and weekends"):
        assert words in page.text


def test_a_public_posting_is_previewed_as_it_would_be(staff: Client, clock: Traveller) -> None:
    posting = open_posting()
    url = f"/staff/postings/{posting.id}/edit"
    data = staff.page(url).form("posting").filled({"title": "Other title"}).data
    shown = preview_of(staff, str(posting.id), data)
    staff.post(url, data={**data, "act": "save"})
    staff.get("/staff/postings")  # where it is said that it was saved
    assert main_of(shown) == main_of(staff.page(f"/postings/{posting.slug}"))
    posting = closed_posting(title="Gone")
    form = staff.page(f"/staff/postings/{posting.id}/edit").form("posting").filled({}).data
    answer = staff.get(f"/postings/{posting.slug}")
    assert main_of(preview_of(staff, str(posting.id), form)) == main_of(page_of(answer))


def test_what_is_missing_or_impossible_is_left_out(staff: Client, employed: None) -> None:
    token = staff.token(NEW)
    empty = preview_of(staff, "new", {"csrf_token": token})
    assert empty.texts("h1") == ["Untitled posting"]
    assert empty.texts("title")[0].startswith("Preview: Untitled posting")
    page = preview_of(
        staff,
        "new",
        {
            "csrf_token": token,
            "title": "Page",
            "pay_min": "much",
            "pay_unit": "AEON",
            "currency": "GOLD",
            "closing_rule": "never",
            "closes_on": "31 June",
            "contact": "person:999999",
            "employment_types": "NONE",
            "openings": "-2",
            "documents-0-kind": "gold",
            "documents-0-title": "Gold",
            "documents-1-kind": DocumentKind.RESUME.value,
            "questions-0-kind": "no kind",
            "questions-0-text": "Age?",
            "sections-0-kind": "no kind",
            "sections-0-text": "Kept.",
            "sections-1-id": "²",
        },
    )
    assert page.texts("h1") == ["Page"]
    assert "Kept." in page.text
    assert [each for each in page.texts("main//li") if each] == [
        "Open positions",
        "Page",
        "Resume (optional)",
    ]


def test_the_picture_of_an_address_is_shown_once_there_is_one(
    staff: Client, employed: None
) -> None:
    new = staff.page(NEW).form("posting").filled({"title": "Page"}).data
    assert preview_of(staff, "new", new).all("img[@class='qr']") == []
    posting = draft_posting()
    drawn = typed_in(staff, f"/staff/postings/{posting.id}/edit")
    (picture,) = preview_of(staff, str(posting.id), drawn).all("img[@class='qr']")
    assert staff.get(picture.get("src") or "").status_code == 200


def test_somebody_new_is_shown_and_not_made(staff: Client, employed: None) -> None:
    new = {
        "contact": "new",
        "contact_name": "New Hand",
        "contact_title": "Head of Maps",
        "contact_email": "new@example.org",
    }
    page = preview_of(staff, "new", staff.page(NEW).form("posting").filled(new).data)
    assert "Your application goes to New Hand, Head of Maps." in page.text
    assert db.session.query(Person).filter_by(email="new@example.org").count() == 0


def test_a_preview_leaves_no_trace(staff: Client) -> None:
    posting = draft_posting()
    url = f"/staff/postings/{posting.id}/edit"
    before = (posting.version, posting.changed_at, only_posting().title)
    changes = db.session.scalar(select(func.count()).select_from(PageChange))
    preview_of(staff, str(posting.id), typed_in(staff, url))
    posting = only_posting()
    assert (posting.version, posting.changed_at, posting.title) == before
    assert db.session.scalar(select(func.count()).select_from(PageChange)) == changes
    assert db.session.scalar(select(func.count()).select_from(Posting)) == 1


def test_without_script_a_button_shows_it_in_a_window_of_its_own(staff: Client) -> None:
    posting = draft_posting()
    page = staff.page(f"/staff/postings/{posting.id}/edit")
    (button,) = page.all("button[@formtarget='_blank']")
    assert (button.get("formaction"), button.get("formnovalidate")) == (
        f"/staff/postings/{posting.id}/preview",
        "",
    )
    answer = staff.fill(
        page, {"title": "As typed"}, form="posting", button="Preview in a new window"
    )
    shown = page_of(answer)
    assert shown.texts("h1") == ["As typed"]
    assert [each.get("content") for each in shown.all("meta[@name='robots']")] == ["noindex"]
    assert [each.get("target") for each in shown.all("base")] == ["_blank"]
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


def test_only_who_may_edit_it_sees_a_preview(app: Flask, client: Client) -> None:
    posting = draft_posting()
    sign_in(client, manager())
    token = client.token(NEW)
    for where, status in ((posting.id, 404), (999, 404), ("new", 200)):
        answer = client.post(
            f"/staff/postings/{where}/preview", data={"csrf_token": token, "title": "A"}
        )
        assert answer.status_code == status
    panelist = app.test_client()
    sign_in(panelist, person("pat@example.org", role=Role.PANELIST))
    answer = panelist.post("/staff/postings/new/preview", data={})
    assert answer.status_code in {400, 403}


def test_a_preview_is_neither_endless_nor_without_a_pause(
    staff: Client, employed: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = staff.token(NEW)
    huge = {"csrf_token": token, "title": "x" * (editor.LARGEST + 1)}
    assert staff.post("/staff/postings/new/preview", data=huge).status_code == 413
    monkeypatch.setattr(previewing, "pace", Pace(2, 60))
    asked = [
        staff.post("/staff/postings/new/preview", data={"csrf_token": token}) for _time in range(3)
    ]
    assert [each.status_code for each in asked] == [200, 200, 429]
    assert 1 <= int(asked[-1].headers["Retry-After"]) <= 60
