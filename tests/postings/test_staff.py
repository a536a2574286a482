"""Postings as staff see, publish and close them."""

import datetime as dt

import pytest
from flask import Flask
from time_machine import Traveller

from tests.applications.factories import submission
from tests.plugins.apps import Client
from tests.plugins.clocks import QueryCounter
from tests.postings.desk import NEW, only_posting, page_of, problems
from tests.postings.factories import (
    closed_posting,
    coordinator,
    draft_posting,
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
from tracker.postings.rules import PostingState

S = PostingState

pytestmark = pytest.mark.usefixtures("employed")


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
    rows = [{a.get("href") for a in row.iter("a")} for row in page.all("tbody/tr")]
    assert sum(any("/staff/applications/" in (each or "") for each in row) for row in rows) == 3


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
