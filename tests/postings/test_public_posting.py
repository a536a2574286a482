"""A posting's page says everything, to people and to machines, and runs nothing."""

import datetime as dt
import json
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from time_machine import Traveller

from tests.plugins.apps import Client
from tests.plugins.clocks import QueryCounter
from tests.plugins.pages import Page
from tests.postings.factories import (
    coordinator,
    draft_posting,
    employer,
    manager,
    open_posting,
    person,
    sign_in,
)
from tracker.core.db import db
from tracker.postings import operations
from tracker.postings.content import SectionValue
from tracker.postings.rules import PayUnit


def json_ld(page: Page) -> dict[str, Any]:
    return dict(json.loads(page.one("script[@type='application/ld+json']").text or ""))


def test_a_posting_says_everything(client: Client, clock: Traveller) -> None:
    open_posting(
        closes_on=dt.date(2027, 5, 14),
        closes_time=dt.time(15),
        interviews_begin_on=dt.date(2027, 5, 20),
    )
    page = client.page("/postings/childrens-librarian")
    strip = page.one("dl")
    said = dict(
        zip(
            [each.text for each in strip.iter("dt")],
            [" ".join((each.text or "").split()) for each in strip.iter("dd")],
            strict=True,
        )
    )
    assert said == {
        "Pay": "$52,000–$61,000 a year",
        "Employment": "Full-time",
        "Hours": "37.5 hours a week",
        "Schedule": "Tuesday to Saturday, one evening a week.",
        "Place": "Main library",
        "Reports to": "Head of Youth Services",
        "Closes": "Friday 14 May 2027, 3:00 pm (Eastern Daylight Time)",
        "Interviews begin": "Thursday 20 May 2027",
        "Reference": "2026-001",
    }
    assert page.texts("main//h2") == ["Duties", "Benefits", "How to apply", "Share or print"]
    assert "Your application goes to Ida Moreno, Head of Youth Services." in page.text
    assert page.link("Apply").endswith("/postings/childrens-librarian/apply")
    assert page.texts("main//li")[-4:] == [
        "Cover letter",
        "Resume",
        "the answer to 1 question",
        "How familiar you are with: Spreadsheets, Story time",
    ]


@pytest.mark.parametrize(
    ("low", "high", "unit", "words"),
    [
        (15, 15, "HOUR", "$15.00 an hour"),
        ("15.50", 18, "HOUR", "$15.50–$18.00 an hour"),
        (60000, None, "YEAR", "From $60,000 a year"),
        (None, 80000, "YEAR", "Up to $80,000 a year"),
        (60000, 80000, "YEAR", "$60,000–$80,000 a year"),
        ("3120.50", "3120.50", "MONTH", "$3,120.50 a month"),
    ],
)
def test_pay_is_written_as_people_write_it(
    client: Client, low: Any, high: Any, unit: str, words: str
) -> None:
    open_posting(
        pay_min=None if low is None else Decimal(low),
        pay_max=None if high is None else Decimal(high),
        pay_unit=PayUnit(unit),
    )
    assert client.page("/postings/childrens-librarian").texts("dd")[0] == words


@pytest.mark.parametrize(
    ("note", "words"),
    [
        ("commensurate with experience", "From $31.00 an hour, commensurate with experience"),
        ("More with experience.", "From $31.00 an hour. More with experience."),
    ],
)
def test_a_note_on_pay_goes_on_as_it_begins(client: Client, note: str, words: str) -> None:
    open_posting(pay_min=31, pay_max=None, pay_unit=PayUnit.HOUR, pay_note=note)
    assert client.page("/postings/childrens-librarian").texts("dd")[0] == words


def test_every_public_page_leads_to_a_lost_application(client: Client) -> None:
    assert client.page("/").link("Find my application").endswith("/my")


def test_benefits_that_a_section_names_are_not_said_twice(client: Client) -> None:
    open_posting(
        benefits="A pension.",
        sections=[SectionValue("Pay and benefits", "We pay well. A *pension*.")],
    )
    assert client.page("/postings/childrens-librarian").text.count("pension") == 1


def test_the_structured_data_says_what_the_page_says(client: Client, clock: Traveller) -> None:
    open_posting(closes_on=dt.date(2026, 12, 5), openings=2)
    page = client.page("/postings/childrens-librarian")
    data = json_ld(page)
    description = data.pop("description")
    assert data == {
        "@context": "https://schema.org/",
        "@type": "JobPosting",
        "title": "Children's Librarian",
        "url": "http://localhost/postings/childrens-librarian",
        "identifier": {
            "@type": "PropertyValue",
            "name": "Fernhollow Library",
            "value": "2026-001",
        },
        "datePosted": "2026-11-23T10:00:00-05:00",
        "validThrough": "2026-12-05T23:59:59-05:00",
        "hiringOrganization": {
            "@type": "Organization",
            "name": "Fernhollow Library",
            "sameAs": "https://fernhollow.example.org",
        },
        "jobLocation": {
            "@type": "Place",
            "name": "Main library",
            "address": {
                "@type": "PostalAddress",
                "streetAddress": "12 Mill Lane",
                "addressLocality": "Fernhollow",
                "addressRegion": "CT",
                "postalCode": "06000",
                "addressCountry": "US",
            },
        },
        "employmentType": ["FULL_TIME"],
        "baseSalary": {
            "@type": "MonetaryAmount",
            "currency": "USD",
            "value": {
                "@type": "QuantitativeValue",
                "unitText": "YEAR",
                "minValue": 52000,
                "maxValue": 61000,
            },
        },
        "jobBenefits": "Health insurance, a pension, four weeks of vacation.",
        "workHours": "37.5 hours a week. Tuesday to Saturday, one evening a week.",
        "totalJobOpenings": 2,
        "directApply": True,
    }
    said = Page(f"<!doctype html><title>x</title><body>{description}")
    assert said.text in page.text


@pytest.mark.parametrize("name", ["pay", "closing", "types"])
def test_what_is_unknown_is_left_out_of_it(client: Client, name: str) -> None:
    open_posting(pay_min=None, pay_max=None, pay_unit=None, closes_on=None, employment_types=[])
    data = json_ld(client.page("/postings/childrens-librarian"))
    key = {"pay": "baseSalary", "closing": "validThrough", "types": "employmentType"}[name]
    assert key not in data


HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(1)> <!-- [x](javascript:1)"


def test_nothing_in_a_posting_can_run(client: Client) -> None:
    contact = person("eve@example.org", name=HOSTILE, title=HOSTILE)
    open_posting(
        contact=contact,
        title=HOSTILE,
        summary=HOSTILE,
        benefits=HOSTILE,
        schedule=HOSTILE,
        location=HOSTILE,
        equal_opportunity_text=HOSTILE,
        sections=[SectionValue(HOSTILE, HOSTILE)],
        skills=[HOSTILE],
    )
    employer(introduction=HOSTILE)
    for url in ("/", "/postings/script-script-alert-1-script-img-src-x-onerror-alert-1-x"):
        page = client.page(url)
        scripts = {each.get("src") or each.get("type") for each in page.all("script")}
        assert all(each and (each.startswith("/static/") or "json" in each) for each in scripts)
        handlers = [
            name
            for each in page.root.iter()
            for name, value in each.attrib.items()
            if name.startswith("on") or (value or "").strip().lower().startswith("javascript:")
        ]
        assert handlers == []
    assert json_ld(page)["title"] == HOSTILE


def test_an_unlisted_posting_opens_by_its_link_and_is_not_indexed(client: Client) -> None:
    open_posting(unlisted=True)
    page = client.page("/postings/childrens-librarian")
    assert page.one("meta[@name='robots']").get("content") == "noindex"
    assert page.texts("h1") == ["Children's Librarian"]


def test_a_listed_posting_may_be_indexed(client: Client) -> None:
    open_posting()
    assert client.page("/postings/childrens-librarian").all("meta[@name='robots']") == []


@pytest.mark.parametrize("end", ["close", "fill", "cancel", "time"])
def test_an_ended_posting_is_gone_and_keeps_its_words(
    client: Client, clock: Traveller, end: str
) -> None:
    posting = open_posting(closes_on=dt.date(2026, 11, 24))
    if end == "close":
        operations.close(posting, by=None)
    elif end == "fill":
        operations.fill(posting, by=None)
    elif end == "cancel":
        operations.cancel(posting, by=None, reason="No money.")
    db.session.commit()
    if end == "time":
        clock.shift(dt.timedelta(days=3))
    page = client.page("/postings/childrens-librarian", status=410)
    assert "Come and tell stories." in page.text
    assert "No money." not in page.text
    assert [each for each in page.texts("a") if each == "Apply"] == []
    assert page.all("script[@type='application/ld+json']") == []


def test_a_posting_that_takes_no_applications_has_no_apply_button(client: Client) -> None:
    open_posting(accepting=False)
    page = client.page("/postings/childrens-librarian")
    assert ("Apply" in page.texts("a"), json_ld(page)["directApply"]) == (False, False)


def test_a_draft_is_nothing_to_the_public(client: Client) -> None:
    draft_posting()
    client.page("/postings/childrens-librarian", status=404)
    assert client.get("/postings/childrens-librarian/qr.svg").status_code == 404
    client.page("/postings/no-such", status=404)


def test_a_cancelled_draft_is_nothing_to_the_public(client: Client) -> None:
    operations.cancel(draft_posting(), by=None, reason="Money.")
    db.session.commit()
    client.page("/postings/childrens-librarian", status=404)


def test_staff_who_may_see_a_draft_get_a_preview(client: Client) -> None:
    draft_posting()
    sign_in(client, coordinator())
    page = client.page("/postings/childrens-librarian")
    assert "This posting is not public yet" in page.text
    assert page.one("meta[@name='robots']").get("content") == "noindex"
    sign_in(client, manager())
    client.page("/postings/childrens-librarian", status=404)


def test_the_qr_code_is_a_picture_of_ours(client: Client) -> None:
    open_posting()
    answer = client.get("/postings/childrens-librarian/qr.svg")
    assert (answer.status_code, answer.mimetype) == (200, "image/svg+xml")
    assert answer.text.startswith("<svg")
    assert [each for each in ("<script", "style=", "href") if each in answer.text] == []


@pytest.mark.settings(BASE_URL="https://jobs.example.org")
def test_addresses_come_from_the_base_url(client: Client) -> None:
    open_posting()
    answer = client.get("/postings/childrens-librarian", headers={"Host": "evil.example.org"})
    assert "evil.example.org" not in answer.text
    page = Page(answer.text)
    assert json_ld(page)["url"] == "https://jobs.example.org/postings/childrens-librarian"


def test_the_pages_ask_the_database_the_same_for_one_row_and_thirty(
    app: Flask, client: Client, count_queries: QueryCounter
) -> None:
    def ask() -> list[int]:
        counts = []
        for url in ("/", "/postings/childrens-librarian"):
            client.get(url)
            with count_queries() as statements:
                client.get(url)
            counts.append(len(statements))
        return counts

    first = open_posting()
    before = ask()
    for _ in range(29):
        open_posting()
    texts = [SectionValue(f"Part {number}", "Words.") for number in range(30)]
    operations.change(
        first,
        {"sections": texts, "skills": [f"Skill {n}" for n in range(30)]},
        by=None,
        reason="More is asked.",
    )
    db.session.commit()
    assert ask() == before
    assert before[0] <= 3
    assert before[1] <= 9  # what has changed since it was published is one of them
