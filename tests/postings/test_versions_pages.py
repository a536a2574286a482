"""Changing what is public on the pages: the reason is asked for, nothing typed is lost."""

import datetime as dt
import json
from decimal import Decimal

import pytest
from flask import Flask
from time_machine import Traveller

from tests.plugins.apps import Client
from tests.plugins.clocks import QueryCounter
from tests.postings.desk import page_of, problems
from tests.postings.factories import (
    coordinator,
    draft_posting,
    full_values,
    manager,
    open_posting,
    sign_in,
)
from tracker.core.db import db
from tracker.core.jobs import run_now
from tracker.postings import operations, queries
from tracker.postings.content import SectionValue
from tracker.postings.models import Posting

pytestmark = pytest.mark.usefixtures("employed")
SAID = "Say why: those who have applied went by what changes here."


def edit(posting: Posting) -> str:
    return f"/staff/postings/{posting.id}/edit"


def test_without_a_reason_the_form_comes_back_with_everything_typed(
    staff: Client, clock: Traveller
) -> None:
    posting = open_posting(closes_on=dt.date(2026, 12, 10))
    typed = {
        "closes_on": "2026-12-24",
        "pay_max": "63000",
        "summary": "Other words.",
        "sections-1-text": "Read <b>aloud</b>.",
        "skills": "Story time",
    }
    answer = staff.submit(edit(posting), typed, form="posting", button="save")
    page = page_of(answer)
    assert (answer.status_code, problems(answer)) == (422, [SAID])
    shown = page.form("posting").values
    assert {name: shown[name] for name in typed} == {name: [text] for name, text in typed.items()}
    assert page.texts("h3[@class='change-name']") == ["Pay", "Closing date", "Skills"]
    assert "Was: $52,000–$61,000 a year Now: $52,000–$63,000 a year" in page.text
    db.session.rollback()
    assert (posting.summary, posting.closes_on) == (
        full_values()["summary"],
        dt.date(2026, 12, 10),
    )
    answer = staff.fill(page, {"reason": "Few have applied."}, form="posting", button="save")
    assert answer.status_code == 303
    db.session.rollback()
    assert (posting.summary, posting.closes_on) == ("Other words.", dt.date(2026, 12, 24))
    assert queries.told_changes(posting)[0].reason == "Few have applied."


def test_the_reason_is_kept_when_something_else_is_wrong(staff: Client) -> None:
    posting = open_posting()
    answer = staff.submit(edit(posting), {"pay_max": "63000"}, form="posting", button="save")
    page = page_of(answer)
    answer = staff.fill(page, {"reason": "Why not.", "pay_max": "1"}, form="posting", button="save")
    assert answer.status_code == 422
    assert page_of(answer).form("posting").values["reason"] == ["Why not."]


def test_a_draft_and_a_silent_change_are_asked_for_no_reason(staff: Client) -> None:
    for posting, values in (
        (draft_posting(), {"pay_max": "63000"}),
        (open_posting(), {"summary": "Other words."}),
    ):
        page = staff.page(edit(posting))
        assert "reason" not in page.form("posting").values
        assert staff.fill(page, values, form="posting", button="save").status_code == 303


def test_the_public_page_says_what_changed_and_when(client: Client, clock: Traveller) -> None:
    posting = open_posting(closes_on=dt.date(2026, 12, 10))
    path = f"/postings/{posting.slug}"
    assert "Changed on" not in client.page(path).text
    clock.move_to(dt.datetime(2026, 12, 4, 2, 0, tzinfo=dt.UTC))  # the evening of the 3rd there
    operations.extend(posting, by=None, reason="We forgot.", closes_on=dt.date(2026, 12, 24))
    db.session.commit()
    page = client.page(path)
    assert page.texts("div[@class='changed-on']/p") == [
        "Changed on 3 December 2026: closing date extended to Thursday 24 December 2026, end of"
        " the day."
    ]
    assert "forgot" not in page.text
    (script,) = page.all("script[@type='application/ld+json']")
    data = json.loads(script.text or "")
    assert data["dateModified"] == "2026-12-03T21:00:00-05:00"
    assert data["validThrough"] == "2026-12-24T23:59:59-05:00"
    spanish = client.page(f"{path}?lang=es")
    assert spanish.texts("div[@class='changed-on']/p") == [
        "Cambio del 3 de diciembre de 2026: fecha de cierre ampliada: jueves 24 de diciembre de"
        " 2026, al final del día."
    ]


def test_of_each_matter_the_latest_change_stands_and_the_last_three_stand_open(
    client: Client, clock: Traveller
) -> None:
    posting = open_posting()
    for values in (
        {"location": "Branch 1"},
        {"skills": ["Spreadsheets"]},
        {"employment_types": ["PART_TIME"]},
        {"pay_min": Decimal(54000)},
        {"location": "Branch 2"},
        {"closes_on": None, "open_until_filled": True},
    ):
        clock.shift(dt.timedelta(days=1))
        operations.change(posting, values, by=None, reason="Moved.")  # type: ignore[arg-type]  # a part
    db.session.commit()
    page = client.page(f"/postings/{posting.slug}")
    assert [each.split()[-1] for each in page.texts("div[@class='changed-on']/p")] == [
        "filled.",
        "2.",
        "year.",
    ]
    assert [each.split()[-1] for each in page.texts("div[@class='changed-on']/details/p")] == [
        "part-time.",
        "changed.",
    ]


def test_the_page_of_versions_shows_who_when_why_and_what(staff: Client, clock: Traveller) -> None:
    posting, who = open_posting(), coordinator()
    sections = [
        SectionValue("", "Come and tell many *stories*."),
        SectionValue("Work", "- Plan story hours\n- Choose books"),
    ]
    operations.change(posting, {"sections": sections}, by=who)
    operations.change(posting, {"location": "<North>"}, by=who, reason="It moved.")
    db.session.commit()
    page = staff.page(f"/staff/postings/{posting.id}/versions")
    assert page.texts("li[@class='version']/h2") == [
        "Version 3: changed",
        "Version 2: changed",
        "Version 1: published",
    ]
    assert "Reason: It moved." in page.text
    assert "Those who have applied are being told by mail." in page.text
    clock.shift(dt.timedelta(minutes=1))
    run_now("tell_changes")
    page = staff.page(f"/staff/postings/{posting.id}/versions")
    assert "There was nobody to tell by mail." in page.text
    assert page.texts("ins") == ["<North>", "[added: many ]"]
    assert page.texts("del") == ["Main library"]
    assert "Section: Work (was: Duties)" in page.text


def test_versions_of_what_was_never_public_say_what_will_appear(staff: Client) -> None:
    page = staff.page(f"/staff/postings/{draft_posting().id}/versions")
    assert "Nothing was kept yet" in page.text


def test_versions_are_for_those_who_see_the_posting(client: Client) -> None:
    who = manager()
    mine, other = open_posting(managers=[who.id]), open_posting()
    sign_in(client, who)
    assert client.get(f"/staff/postings/{mine.id}/versions").status_code == 200
    assert client.get(f"/staff/postings/{other.id}/versions").status_code == 404


def test_versions_ask_the_database_the_same_for_two_and_for_thirty(
    app: Flask, staff: Client, count_queries: QueryCounter
) -> None:
    posting = open_posting()
    counts = []
    for until in (2, 30):
        for number in range(len(queries.versions_of(posting, limit=99)), until):
            operations.change(
                posting, {"location": f"Branch {number}"}, by=coordinator(), reason="Moved."
            )
        db.session.commit()
        url = f"/staff/postings/{posting.id}/versions"
        staff.get(url)
        with count_queries() as statements:
            staff.get(url)
        counts.append(len(statements))
    assert counts[0] == counts[1]
    assert (
        staff.page(f"/staff/postings/{posting.id}/versions?page=2").texts(
            "li[@class='version']/h2"
        )[-1]
        == "Version 1: published"
    )
