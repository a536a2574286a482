"""Postings as staff write them: every field, every error, and nothing lost."""

import datetime as dt
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests.plugins.apps import Client
from tests.plugins.clocks import QueryCounter
from tests.postings.desk import NEW, only_posting, page_of, problems
from tests.postings.factories import (
    draft_posting,
    manager,
    open_posting,
    person,
)
from tracker.core.db import db
from tracker.organization.models import Position
from tracker.postings import operations, queries
from tracker.postings.models import Posting
from tracker.postings.rules import PostingState

S = PostingState

pytestmark = pytest.mark.usefixtures("employed")


FILLED: dict[str, Any] = {
    "title": "  Children's   Librarian ",
    "summary": "Read aloud with joy.",
    "employment_types": ["PART_TIME", "TEMPORARY"],
    "openings": "2",
    "location": "Main library",
    "reports_to": "The director",
    "hours_min": "10",
    "hours_max": "19.5",
    "schedule": "Evenings",
    "pay_min": "$1,015.50",
    "pay_max": "2000",
    "pay_unit": "MONTH",
    "pay_note": "With experience",
    "benefits": "Tea",
    "closing_rule": "date",
    "closes_on": "2027-07-01",
    "closes_time": "17:00",
    "first_review_on": "2027-06-01",
    "interviews_begin_on": "2027-07-05",
    "answer_by_on": "2027-08-01",
    "publish_at": "2027-01-04T09:00",
    "subject_keyword": "Stories",
    "unlisted": True,
    "accepting": True,
    "equal_opportunity_text": "Everybody.",
    "sections-0-text": "Come.",
    "sections-1-text": "Read.",
    "documents-0-kind": "essay",
    "documents-0-title": "Your best story",
    "documents-0-instructions": "Two pages",
    "documents-0-word_limit": "400",
    "documents-1-required": False,
    "skills": "Story time\r\n\r\nSpreadsheets",
}


def test_a_draft_is_written_with_every_field(staff: Client, app: Flask) -> None:
    contact = person()
    who = manager()
    answer = staff.submit(
        NEW,
        {
            **FILLED,
            "contact": f"person:{contact.id}",
            "copied": [str(contact.id)],
            "managers": [str(who.id)],
        },
        button="save",
    )
    posting = only_posting()
    assert answer.location == f"/staff/postings/{posting.id}"
    assert (posting.title, posting.slug) == ("Children's Librarian", "childrens-librarian")
    assert (posting.employment_types, posting.openings) == (["PART_TIME", "TEMPORARY"], 2)
    assert [str(each) for each in (posting.pay_min, posting.hours_max)] == ["1015.50", "19.50"]
    assert posting.closes_at == dt.datetime(2027, 7, 1, 21, 0, tzinfo=dt.UTC)
    assert posting.publish_at == dt.datetime(2027, 1, 4, 14, 0, tzinfo=dt.UTC)
    assert [(each.heading, each.text) for each in posting.sections] == [
        ("", "Come."),
        ("Duties", "Read."),
    ]
    assert [
        (each.title, each.instructions, each.word_limit, each.required)
        for each in posting.documents
    ] == [("Your best story", "Two pages", 400, True), ("Resume", "", None, False)]
    assert [each.name for each in posting.skills] == ["Story time", "Spreadsheets"]
    assert (queries.contact_of(posting), queries.copied_on(posting)) == (contact, [contact])
    assert queries.managers_of(posting) == [who]


def test_the_form_shows_again_all_that_was_saved(staff: Client) -> None:
    contact = person()
    staff.submit(NEW, {**FILLED, "contact": f"person:{contact.id}"}, button="save")
    posting = only_posting()
    url = f"/staff/postings/{posting.id}/edit"
    before = staff.page(url).form("posting").values
    staff.submit(url, {}, form="posting", button="save")
    after = staff.page(url).form("posting").values
    changing = {"version", "csrf_token", "base", "words"}
    assert {k: v for k, v in after.items() if k not in changing} == {
        k: v for k, v in before.items() if k not in changing
    }
    assert before["pay_min"] == ["1015.50"]
    assert before["publish_at"] == ["2027-01-04T09:00"]


def test_what_nobody_can_see_leaves_no_white_space_behind(staff: Client, employed: None) -> None:
    words = {
        "title": "A\r\nBcc: x \x00",
        "summary": "\x00 Come. \x00",
        "sections-0-text": "Read. \x1b",
        "documents-0-title": "Letter \x00",
        "questions-0-text": "Why? \x00",
    }
    page = page_of(staff.submit(NEW, {}, form="posting", button="add question"))
    staff.fill(page, words, form="posting", button="save")
    posting = only_posting()
    assert (posting.title, posting.summary) == ("A Bcc: x", "Come.")
    rows = (posting.sections[0].text, posting.documents[0].title, posting.questions[0].text)
    assert rows == ("Read.", "Letter", "Why?")
    operations.change(posting, {"title": "B \x00"}, by=None, version=posting.version)
    assert posting.title == "B"


def test_somebody_new_becomes_the_contact(staff: Client) -> None:
    staff.submit(
        NEW,
        {"contact": "new", "contact_name": "New Hand", "contact_email": "New.Hand@example.org "},
        button="save",
    )
    contact = queries.contact_of(only_posting())
    assert contact is not None
    assert (contact.email, contact.name) == ("new.hand@example.org", "New Hand")


def test_rows_come_and_go_without_script_and_keep_what_was_typed(staff: Client) -> None:
    page = page_of(
        staff.submit(NEW, {"title": "Page", "sections-0-text": "One"}, button="add section")
    )
    assert [each.get("name") for each in page.all("input[@autofocus]")] == ["sections-5-heading"]
    page = page_of(staff.fill(page, {"sections-5-text": "Own"}, button="up section 6"))
    page = page_of(staff.fill(page, {}, button="down section 1"))
    page = page_of(staff.fill(page, {}, button="remove section 1"))
    values = page.form("posting").values
    assert [values[f"sections-{number}-kind"][0] for number in range(6)] == [
        "summary",
        "qualifications",
        "schedule",
        "other",
        "pay and benefits",
        "how to apply",
    ]
    assert [values[f"sections-{number}-text"] for number in (0, 3)] == [["One"], ["Own"]]
    assert values["title"] == ["Page"]
    page = page_of(staff.fill(page, {}, button="add question"))
    staff.fill(page, {"questions-0-text": "Why us?"}, button="save")
    assert [each.text for each in only_posting().questions] == ["Why us?"]


def test_the_enter_key_saves(staff: Client) -> None:
    staff.submit(NEW, {"title": "Page"})
    assert only_posting().title == "Page"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"pay_min": "ten"}, "Enter a number, for example 15.50."),
        (
            {"pay_min": "20", "pay_max": "10", "pay_unit": "HOUR"},
            "This is lower than the figure before it.",
        ),
        ({"pay_min": "20"}, "Say what the pay is for: an hour, a year."),
        ({"pay_min": "-1", "pay_unit": "HOUR"}, "Pay is a positive amount."),
        ({"pay_min": "NaN", "pay_unit": "HOUR"}, "Enter a number, for example 15.50."),
        ({"hours_min": "200"}, "Hours a week are between 0 and 168."),
        ({"openings": "0"}, "Between 1 and 500 openings."),
        ({"openings": "many"}, "Enter a whole number, for example 2."),
        (
            {"closing_rule": "date", "closes_on": "next week"},
            "Enter a date such as 2027-05-14: year, month, day.",
        ),
        ({"closing_rule": "date"}, "Give the date on which applications close."),
        ({"closes_time": "noonish"}, "Enter a time such as 17:00."),
        ({"title": "x" * 301}, "Keep this under 300 characters."),
        (
            {"contact": "new", "contact_email": "nobody"},
            "That is not an e-mail address. Enter one like name@example.org.",
        ),
        ({"documents-0-kind": "other", "documents-0-title": ""}, "Say what this document is."),
    ],
)
def test_what_cannot_be_is_said_at_its_field_and_nothing_is_lost(
    staff: Client, data: dict[str, str], expected: str
) -> None:
    answer = staff.submit(
        NEW, {"closing_rule": "unknown", "sections-0-text": "Kept.", **data}, button="save"
    )
    assert (answer.status_code, problems(answer)) == (422, [expected])
    values = page_of(answer).form("posting").values
    assert values["sections-0-text"] == ["Kept."]
    assert {name: values.get(name) for name in data} == {
        name: [text] for name, text in data.items()
    }
    assert db.session.scalars(select(Posting)).all() == []


def test_a_public_posting_cannot_be_saved_without_its_contact(staff: Client) -> None:
    posting = open_posting()
    answer = staff.submit(
        f"/staff/postings/{posting.id}/edit", {"contact": ""}, form="posting", button="save"
    )
    assert (answer.status_code, problems(answer)) == (
        409,
        ["Nobody is named to get the applications. Choose a contact."],
    )


def test_the_form_asks_as_much_for_thirty_positions_as_for_one(
    staff: Client, count_queries: QueryCounter
) -> None:
    posting = draft_posting()
    staff.get(f"/staff/postings/{posting.id}/edit")
    counts = []
    for wanted in (1, 29):
        for number in range(wanted):
            db.session.add(Position(title=f"Head {wanted} of {number}"))
        db.session.commit()
        with count_queries() as statements:
            staff.get(f"/staff/postings/{posting.id}/edit")
        counts.append(len(statements))
    assert counts[0] == counts[1]
