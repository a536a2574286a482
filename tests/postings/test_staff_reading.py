"""Postings read in from a page that staff paste or upload, for a person to confirm."""

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import select

from tests.plugins.apps import Client
from tests.postings.desk import READ, only_posting, page_of, problems
from tests.postings.factories import (
    person,
)
from tracker.core.db import db
from tracker.organization.models import Position
from tracker.postings import queries
from tracker.postings.models import Posting
from tracker.postings.rules import PostingState

S = PostingState

pytestmark = pytest.mark.usefixtures("employed")


PAGE = """# Page (part-time)

Fernhollow Library looks for a Page.

### Schedule
This is a part-time position of 12 hours per week.

### Pay and benefits
$16.25 an hour. Benefits include sick leave.

### Equal opportunity
Fernhollow Library gives everybody the same chance at every job.

### To apply
Send your cover letter and resume to Nora Whitfield, Head of Circulation, at
[nora.whitfield@example.org](mailto:nora.whitfield@example.org) by Friday, January 15.
"""


def test_a_pasted_page_is_shown_field_by_field_with_its_lines(staff: Client) -> None:
    answer = staff.submit(READ, {"text": PAGE})
    page = page_of(answer)
    values = page.form("posting").values
    assert (answer.status_code, db.session.scalars(select(Posting)).all()) == (200, [])
    assert values["pay_min"] == values["pay_max"] == ["16.25"]
    assert values["contact"] == ["new"]
    assert values["contact_email"] == ["nora.whitfield@example.org"]
    assert "Line 9: “$16.25 an hour. Benefits include sick leave.”" in page.text
    assert "Not found on the page." in page.text
    assert [each for each in page.texts("p[@class='finding']") if "has no year" in each] != []
    assert page.one("li[@id='line-9']").text == "$16.25 an hour. Benefits include sick leave."


def test_sections_that_were_read_are_not_called_missing(staff: Client) -> None:
    text = PAGE.replace("Fernhollow Library gives everybody the same chance at every job.\n", "")
    page = page_of(staff.submit(READ, {"text": text.replace("### Equal opportunity\n", "")}))
    (group,) = [
        each
        for each in page.all("fieldset[@class='group']")
        if (each[0].text or "").strip() == "Text"
    ]
    said = [each.text for each in group.findall("p[@class='source-line']")]
    assert (said, len(group.findall("p[@class='finding']"))) == ([], 1)


def test_what_was_confirmed_is_saved_once(staff: Client) -> None:
    page = page_of(staff.submit(READ, {"text": PAGE, "as_of": "2026-11-22"}))
    first = staff.fill(page, {"title": "Evening Page"}, form="posting", button="save")
    posting = only_posting()
    assert first.location == f"/staff/postings/{posting.id}"
    assert (posting.title, posting.closes_on) == ("Evening Page", dt.date(2027, 1, 15))
    assert (posting.equal_opportunity_text, posting.source_text) == ("", PAGE.strip("\n") + "\n")
    contact = queries.contact_of(posting)
    assert contact is not None
    assert (contact.title, contact.unconfirmed) == ("Head of Circulation", False)
    second = staff.fill(page, {"title": "Another"}, form="posting", button="save")
    third = staff.submit(READ, {"text": PAGE})
    assert second.location == third.location == first.location
    assert only_posting().title == "Evening Page"


def test_an_uploaded_file_is_read_as_well(staff: Client) -> None:
    answer = staff.submit(READ, {"file": (PAGE.encode(), "../pages/page.md")})
    staff.fill(page_of(answer), {}, form="posting", button="save")
    assert only_posting().source_name == "page.md"


def test_a_position_of_that_title_is_offered_as_the_contact(staff: Client) -> None:
    position = Position(title="Head of circulation", holder=person("nora.whitfield@example.org"))
    db.session.add(position)
    db.session.commit()
    page = page_of(staff.submit(READ, {"text": PAGE}))
    assert page.form("posting").values["contact"] == [f"position:{position.id}"]


def test_an_error_on_the_confirmation_keeps_the_page_and_what_was_typed(staff: Client) -> None:
    page = page_of(staff.submit(READ, {"text": PAGE}))
    answer = staff.fill(page, {"pay_min": "much"}, form="posting", button="save")
    assert (answer.status_code, problems(answer)) == (422, ["Enter a number, for example 15.50."])
    again = page_of(answer)
    assert "Line 9:" in again.text
    again = page_of(staff.fill(again, {"pay_min": "16.25"}, form="posting", button="add section"))
    staff.fill(again, {}, form="posting", button="save")
    assert str(only_posting().pay_min) == "16.25"


LIST_PAGE = """### [Page](https://example.org/a)
A page is sought.

### [Clerk](https://example.org/b)
A clerk is sought.
"""


@pytest.mark.parametrize(
    ("data", "status", "words"),
    [
        ({}, 422, "Paste the page's text, or choose its file."),
        ({"file": (b"%PDF-1.7 rubbish", "job.pdf")}, 422, "job.pdf could not be read"),
        ({"file": (b"", "empty.md")}, 422, "empty.md could not be read"),
        ({"file": (b"word " * 70_000, "large.md")}, 413, "This page is too large"),
        (
            {"text": LIST_PAGE},
            422,
            "a list of openings",
        ),
        ({"text": "Words.", "as_of": "soon"}, 422, "Enter a date such as"),
    ],
)
def test_what_is_no_page_is_said(
    staff: Client, data: dict[str, Any], status: int, words: str
) -> None:
    answer = staff.submit(READ, data)
    assert answer.status_code == status
    assert [each for each in problems(answer) if words in each] != []


def test_a_page_that_did_not_arrive_whole_is_read_again(staff: Client) -> None:
    token = staff.token(READ)
    for carried in ("", "no base64", "aGVsbG8"):
        answer = staff.post(
            f"{READ}/confirm", data={"csrf_token": token, "source_data": carried, "act": "save"}
        )
        assert (answer.status_code, answer.location) == (303, READ)


def test_nothing_that_a_read_page_contains_can_run(staff: Client) -> None:
    hostile = PAGE.replace("looks for", "<script>alert(1)</script><img src=x onerror=alert(1)>")
    page = page_of(staff.submit(READ, {"text": hostile}))
    assert [each.get("src") for each in page.all("script") if not each.get("src")] == []
    assert page.all("*[@onerror]") == []
