"""Postings as staff see, write, publish and close them."""

import datetime as dt
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from time_machine import Traveller
from werkzeug.test import TestResponse

from tests.applications.factories import submission
from tests.plugins.apps import Client
from tests.plugins.clocks import QueryCounter
from tests.plugins.pages import Page
from tests.postings.factories import (
    closed_posting,
    coordinator,
    draft_posting,
    employer,
    full_values,
    manager,
    open_posting,
    person,
    sign_in,
)
from tracker.accounts.models import Person
from tracker.applications import operations as applications
from tracker.applications.rules import Stage
from tracker.core.access import Role
from tracker.core.db import db, now
from tracker.organization.models import Position
from tracker.postings import operations, queries
from tracker.postings.models import Posting
from tracker.postings.rules import PostingState

S = PostingState
NEW, READ = "/staff/postings/new", "/staff/postings/read"

pytestmark = pytest.mark.usefixtures("employed")


@pytest.fixture
def employed(app: Flask) -> None:
    """An employer stands."""
    employer()


@pytest.fixture
def staff(client: Client) -> Client:
    """A coordinator's browser."""
    sign_in(client, coordinator())
    return client


def only_posting() -> Posting:
    db.session.rollback()
    return db.session.scalars(select(Posting)).one()


def page_of(answer: TestResponse) -> Page:
    """The page of an answer, at the address that it came from."""
    return Page(answer.text, answer.request.url)


def problems(answer: TestResponse) -> list[str]:
    """The lines of the error summary."""
    return page_of(answer).texts("div[@id='error-summary']//li")


def test_an_empty_list_says_how_to_begin(staff: Client) -> None:
    assert staff.page("/staff/postings").texts("main//h2") == ["No postings yet"]


def test_the_list_shows_state_contact_and_closing(staff: Client, clock: Traveller) -> None:
    draft_posting(title="", contact_person_id=None)
    open_posting(closes_on=dt.date(2026, 12, 5))
    page = staff.page("/staff/postings")
    assert page.texts("tbody/tr") == [
        "Children's Librarian 2026-002 Open 5 Dec 2026 Ida Moreno 0 0",
        "Untitled posting 2026-001 Draft 23 Dec 2026 Nobody yet 0 0",
    ]
    assert page.texts("ul[@class='counts']/li") == ["All 2", "Draft 1", "Open 1"]


def test_the_list_narrows_by_the_state_that_holds(staff: Client, clock: Traveller) -> None:
    open_posting(title="Past", closes_on=dt.date(2026, 11, 24))
    open_posting(title="Still open")
    clock.shift(dt.timedelta(days=2))
    sign_in(staff, coordinator())
    titles = {
        state: [each.split(" 2026")[0] for each in staff.page(url).texts("tbody//th")]
        for state, url in (
            ("open", "/staff/postings?state=open"),
            ("closed", "/staff/postings?state=closed"),
        )
    }
    assert titles == {"open": ["Still open"], "closed": ["Past"]}


def test_the_list_asks_the_database_the_same_for_one_row_and_thirty(
    staff: Client, count_queries: QueryCounter
) -> None:
    counts = []
    for rows in (1, 29):
        for number in range(rows):
            position = Position(title=f"Post {rows} {number}", holder=person("ida@example.org"))
            db.session.add(position)
            db.session.flush()
            draft_posting(contact_position_id=position.id)
        staff.get("/staff/postings")
        with count_queries() as statements:
            staff.get("/staff/postings")
        counts.append(len(statements))
    assert counts[0] == counts[1]
    assert counts[0] <= 8


def test_a_long_list_has_pages(staff: Client) -> None:
    for _ in range(51):
        draft_posting()
    first = staff.page("/staff/postings")
    second = staff.page(first.link("Older →"))
    assert (len(first.all("tbody/tr")), len(second.all("tbody/tr"))) == (50, 1)


def test_applications_are_counted_by_where_they_stand(staff: Client) -> None:
    posting = open_posting()
    for email in ("ann@example.org", "ben@example.org"):
        submission(posting, email=email)
    moved = submission(posting, email="cleo@example.org").application
    applications.move(moved, to_stage=Stage.UNDER_REVIEW, by=coordinator(), mail=False)
    db.session.commit()
    row = staff.page("/staff/postings").texts("tbody/tr/td")
    assert row[-2:] == ["3 applications for Children's Librarian", "2"]
    page = staff.page(f"/staff/postings/{posting.id}")
    assert page.texts("ul[@class='counts']/li") == ["Received 2", "Under review 1"]
    assert len(page.all("tbody/tr")) == 3


@pytest.mark.parametrize("url", ["", "/edit", "/publish"])
def test_a_manager_finds_nothing_of_a_foreign_posting(client: Client, url: str) -> None:
    foreign = draft_posting()
    sign_in(client, manager())
    client.page(f"/staff/postings/{foreign.id}{url}", status=404)
    assert client.page("/staff/postings").texts("main//h2") == ["No postings yet"]


@pytest.mark.parametrize("verb", ["close", "fill", "cancel", "unschedule", "reopen"])
def test_a_manager_moves_no_foreign_posting(client: Client, verb: str) -> None:
    foreign = open_posting()
    sign_in(client, manager())
    token = client.token(NEW)
    answer = client.post(
        f"/staff/postings/{foreign.id}/{verb}", data={"csrf_token": token, "reason": "Mine"}
    )
    assert (answer.status_code, only_posting().state) == (404, S.OPEN)


def test_a_panelist_sees_no_postings(client: Client) -> None:
    sign_in(client, person("pat@example.org", role=Role.PANELIST))
    client.page("/staff/postings", status=403)


def test_nobody_gets_in_without_signing_in(client: Client) -> None:
    answer = client.get("/staff/postings")
    assert (answer.status_code, answer.location.split("?")[0]) == (302, "/sign-in")


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
    changing = {"version", "csrf_token"}
    assert {k: v for k, v in after.items() if k not in changing} == {
        k: v for k, v in before.items() if k not in changing
    }
    assert before["pay_min"] == ["1015.50"]
    assert before["publish_at"] == ["2027-01-04T09:00"]


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
    assert [each.get("name") for each in page.all("input[@autofocus]")] == ["sections-2-heading"]
    page = page_of(staff.fill(page, {"sections-2-text": "Three"}, button="up section 3"))
    page = page_of(staff.fill(page, {}, button="remove section 1"))
    values = page.form("posting").values
    assert [values[f"sections-{number}-text"] for number in (0, 1)] == [["Three"], [""]]
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


def test_nobody_overwrites_unseen_what_another_saved(staff: Client) -> None:
    posting = draft_posting()
    url = f"/staff/postings/{posting.id}/edit"
    mine = staff.page(url)
    staff.submit(url, {"title": "Theirs"}, form="posting", button="save")
    answer = staff.fill(mine, {"title": "Mine"}, form="posting", button="save")
    assert (answer.status_code, only_posting().title) == (409, "Theirs")
    again = page_of(answer)
    assert again.form("posting").values["title"] == ["Mine"]
    assert problems(answer)[0].startswith("Somebody else changed this posting")
    staff.fill(again, {}, form="posting", button="save")
    assert only_posting().title == "Mine"


def test_a_public_posting_cannot_be_saved_without_its_contact(staff: Client) -> None:
    posting = open_posting()
    answer = staff.submit(
        f"/staff/postings/{posting.id}/edit", {"contact": ""}, form="posting", button="save"
    )
    assert (answer.status_code, problems(answer)) == (
        409,
        ["Nobody is named to get the applications. Choose a contact."],
    )


def test_publishing_asks_for_each_warning_by_its_name(staff: Client) -> None:
    posting = draft_posting(pay_min=None, pay_max=None, pay_unit=None, benefits="")
    url = f"/staff/postings/{posting.id}/publish"
    page = staff.page(url)
    assert page.texts("main//label") == ["No pay", "No benefits"]
    answer = staff.submit(url, {"confirmed": ["pay-missing"]})
    assert (answer.status_code, only_posting().state) == (422, S.DRAFT)
    said = page_of(answer)
    assert said.texts("div[@id='confirmed-error']/p") == [
        "Error: Tick “No benefits”, or mend it first."
    ]
    answer = staff.fill(said, {"confirmed": ["pay-missing", "no-benefits"]})
    assert (answer.status_code, only_posting().state) == (303, S.OPEN)
    change = queries.history_of(only_posting())[-1]
    assert (change.confirmed, change.by_id) == (["no-benefits", "pay-missing"], coordinator().id)


def test_what_blocks_is_said_and_has_no_button(staff: Client) -> None:
    posting = draft_posting(title="", contact_person_id=None)
    page = staff.page(f"/staff/postings/{posting.id}/publish")
    assert page.texts("div[@class='notice notice-danger']//li") == [
        "The posting has no title. Candidates look for one: give it the name of the job.",
        "Nobody is named to get the applications. Choose a contact.",
    ]
    assert "Publish now" not in page.text


def test_publishing_what_was_changed_meanwhile_asks_again(staff: Client) -> None:
    posting = draft_posting()
    page = staff.page(f"/staff/postings/{posting.id}/publish")
    operations.change(posting, {"benefits": ""}, by=None)
    db.session.commit()
    answer = staff.fill(page, {})
    assert (answer.status_code, only_posting().state) == (409, S.DRAFT)
    assert page_of(answer).texts("main//label") == ["No benefits"]


def test_a_later_time_schedules_it(staff: Client, clock: Traveller) -> None:
    posting = draft_posting(publish_at=now() + dt.timedelta(days=2))
    staff.submit(f"/staff/postings/{posting.id}/publish", {}, button="Schedule")
    assert only_posting().state is S.SCHEDULED
    page = staff.page(f"/staff/postings/{posting.id}")
    staff.fill(page, {}, form=f"/{posting.id}/unschedule")
    assert only_posting().state is S.DRAFT


@pytest.mark.parametrize(("verb", "state"), [("close", S.CLOSED), ("fill", S.FILLED)])
def test_closing_and_filling(staff: Client, verb: str, state: PostingState) -> None:
    posting = open_posting()
    url = f"/staff/postings/{posting.id}"
    staff.submit(url, {"reason": "Enough applied."}, form=f"{url}/{verb}")
    assert only_posting().state is state
    assert "Enough applied." in staff.page(url).text


def test_cancelling_without_a_reason_keeps_the_posting(staff: Client) -> None:
    posting = open_posting()
    url = f"/staff/postings/{posting.id}"
    answer = staff.submit(url, {}, form=f"{url}/cancel")
    assert (answer.status_code, only_posting().state) == (422, S.OPEN)
    assert problems(answer) == ["Say why the posting becomes cancelled: people will ask."]


def test_reopening_asks_for_a_reason_and_a_date_to_come(staff: Client, clock: Traveller) -> None:
    posting = closed_posting(closes_on=dt.date(2026, 11, 24))
    clock.shift(dt.timedelta(days=3))
    sign_in(staff, coordinator())
    url = f"/staff/postings/{posting.id}"
    answer = staff.submit(url, {"reason": "Too few."}, form=f"{url}/reopen")
    assert (answer.status_code, only_posting().state) == (422, S.CLOSED)
    form = page_of(answer).form(f"{url}/reopen")
    assert form.values["reason"] == ["Too few."]
    assert page_of(answer).texts("details[@open]/summary") == ["Reopen"]
    staff.fill(page_of(answer), {"closes_on": "2026-12-31"}, form=f"{url}/reopen")
    assert (only_posting().state, only_posting().closes_on) == (S.OPEN, dt.date(2026, 12, 31))


def test_the_posting_page_tells_the_story(staff: Client, clock: Traveller) -> None:
    posting = draft_posting(benefits="")
    operations.publish(posting, by=coordinator(), confirmed=["no-benefits"])
    db.session.commit()
    page = staff.page(f"/staff/postings/{posting.id}")
    assert page.texts("ol[@class='timeline']/li") == [
        "Draft to open 23 Nov 2026, 10:00 am · Cora Field Confirmed: no benefits.",
        "Drafted 23 Nov 2026, 10:00 am",
    ]
    assert "Ida Moreno, Head of Youth Services" in page.text


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


@pytest.mark.settings(BASE_URL="https://jobs.example.org")
def test_forms_work_over_https(client: Client, app: Flask) -> None:
    sign_in(client, coordinator())
    client.submit(NEW, {"title": "Page"}, button="save")
    posting = only_posting()
    values = full_values(contact_person_id=person().id)
    operations.change(posting, values, by=None)
    db.session.commit()
    client.submit(f"/staff/postings/{posting.id}/publish", {})
    assert only_posting().state is S.OPEN


def test_the_builder_signs_in_a_person_who_is_active(client: Client) -> None:
    who: Person = coordinator()
    sign_in(client, who)
    assert client.get("/staff/postings").status_code == 200
    who.session_epoch += 1
    db.session.commit()
    assert client.get("/staff/postings").status_code == 302
