"""What search engines and shared links read says what the page says, for every shape of posting."""

import datetime as dt
import json
import re
from typing import Any
from zoneinfo import ZoneInfo

import jsonschema
import pytest
from time_machine import Traveller

from tests.plugins.apps import Client
from tests.plugins.pages import Page
from tests.postings import factories
from tracker.core.db import db
from tracker.postings import operations
from tracker.postings.models import Posting
from tracker.postings.rules import EmploymentType, PayUnit

PATH = "/postings/childrens-librarian"
ZONE = ZoneInfo("America/New_York")

# Google's documentation of JobPosting, "Structured data type definitions", put as a schema.
TEXT = {"type": "string", "minLength": 1}
MOMENT = {"type": "string", "format": "date-time"}
FIGURE = {"type": "number", "minimum": 0}
ADDRESS = {
    "type": "object",
    "required": ["@type", "addressCountry"],
    "properties": {
        "@type": {"const": "PostalAddress"},
        "addressCountry": {"pattern": "^[A-Z]{2}$"},
    },
    "additionalProperties": TEXT,
}
JOB_POSTING: dict[str, Any] = {
    "type": "object",
    "required": [
        *("@context", "@type", "title", "description", "datePosted", "hiringOrganization"),
        *("identifier", "directApply", "url"),
    ],
    "anyOf": [
        {"required": ["jobLocation"]},
        {
            "required": ["jobLocationType", "applicantLocationRequirements"],
            "not": {"required": ["jobLocation"]},
        },
    ],
    "properties": {
        "@context": {"const": "https://schema.org/"},
        "@type": {"const": "JobPosting"},
        "title": TEXT,
        "description": {"type": "string", "pattern": "^<(p|h2|ul|ol)>"},
        "url": {"type": "string", "format": "uri"},
        "datePosted": MOMENT,
        "validThrough": MOMENT,
        "identifier": {
            "required": ["@type", "name", "value"],
            "properties": {"@type": {"const": "PropertyValue"}, "name": TEXT, "value": TEXT},
        },
        "hiringOrganization": {
            "required": ["@type", "name"],
            "properties": {
                "@type": {"const": "Organization"},
                "name": TEXT,
                "sameAs": {"format": "uri"},
                "logo": {"pattern": "^https?://"},
            },
            "additionalProperties": False,
        },
        "jobLocation": {
            "required": ["@type", "address"],
            "properties": {"@type": {"const": "Place"}, "name": TEXT, "address": ADDRESS},
            "additionalProperties": False,
        },
        "jobLocationType": {"const": "TELECOMMUTE"},
        "applicantLocationRequirements": {
            "required": ["@type", "name"],
            "properties": {"@type": {"const": "Country"}, "name": TEXT},
        },
        "employmentType": {
            "type": "array",
            "minItems": 1,
            "items": {
                "enum": [
                    *("FULL_TIME", "PART_TIME", "CONTRACTOR", "TEMPORARY", "INTERN"),
                    *("VOLUNTEER", "PER_DIEM", "OTHER"),
                ]
            },
        },
        "baseSalary": {
            "required": ["@type", "currency", "value"],
            "properties": {
                "@type": {"const": "MonetaryAmount"},
                "currency": {"pattern": "^[A-Z]{3}$"},
                "value": {
                    "required": ["@type", "unitText"],
                    "anyOf": [{"required": [each]} for each in ("value", "minValue", "maxValue")],
                    "properties": {
                        "@type": {"const": "QuantitativeValue"},
                        "unitText": {"enum": ["HOUR", "DAY", "WEEK", "MONTH", "YEAR"]},
                        "value": FIGURE,
                        "minValue": FIGURE,
                        "maxValue": FIGURE,
                    },
                    "additionalProperties": False,
                },
            },
        },
        "jobBenefits": TEXT,
        "workHours": TEXT,
        "totalJobOpenings": {"type": "integer", "minimum": 1},
        "directApply": {"type": "boolean"},
    },
    "additionalProperties": False,
}

SHAPES: dict[str, dict[str, Any]] = {
    "whole": {},
    "pay range by the hour": {"pay_min": 15, "pay_max": "18.50", "pay_unit": PayUnit.HOUR},
    "one figure": {"pay_min": 15, "pay_max": 15, "pay_unit": PayUnit.HOUR},
    "from": {"pay_min": 60000, "pay_max": None},
    "up to": {"pay_min": None, "pay_max": 800, "pay_unit": PayUnit.WEEK},
    "no figure": {"pay_min": None, "pay_max": None, "pay_unit": None, "pay_note": "By grade."},
    "another currency": {"currency": "CAD"},
    "hours from": {"hours_max": None},
    "hours up to": {"hours_min": None, "hours_max": 19},
    "hours between": {"hours_min": 10, "hours_max": 29},
    "no hours": {"hours_min": None, "hours_max": None, "schedule": ""},
    "closes at a time": {"closes_on": dt.date(2026, 12, 5), "closes_time": dt.time(17)},
    "closes in summer": {"closes_on": dt.date(2027, 5, 14)},
    "until filled": {"closes_on": None, "open_until_filled": True},
    "no closing": {"closes_on": None},
    "remote": {"location": "Remote"},
    "remote, within reach": {"location": "Fully remote (Connecticut)"},
    "hybrid": {"location": "Hybrid"},
    "several places": {"location": "Main library and East branch"},
    "a remote place": {"location": "Remote storage building"},
    "no place named": {"location": ""},
    "two kinds": {"employment_types": ["PART_TIME", "TEMPORARY"]},
    "no kind": {"employment_types": []},
    "not taking": {"accepting": False},
    "marked-up benefits": {"benefits": "- A *pension*\n- [Leave](https://example.org)"},
    "no text": {"sections": []},
    "several openings": {"openings": 3},
}


def job(page: Page) -> dict[str, Any]:
    return dict(json.loads(page.one("script[@type='application/ld+json']").text or ""))


def said_on(page: Page) -> dict[str, str]:
    """The facts of the page, by their names."""
    strip = page.one("dl")
    values = [" ".join("".join(each.itertext()).split()) for each in strip.iter("dd")]
    return dict(zip([each.text or "" for each in strip.iter("dt")], values, strict=True))


@pytest.mark.parametrize("shape", SHAPES)
def test_it_is_valid_and_agrees_with_the_page(client: Client, clock: Traveller, shape: str) -> None:
    posting = factories.open_posting(**SHAPES[shape])
    page = client.page(PATH)
    data, said = job(page), said_on(page)
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    jsonschema.Draft202012Validator(JOB_POSTING, format_checker=checker).validate(data)
    assert [data["title"]] == page.texts("h1")
    assert data["identifier"]["value"] == said["Reference"]
    assert data.get("totalJobOpenings", 1) == int(said.get("Openings", 1))
    assert data["directApply"] is ("Apply" in page.texts("a"))
    check_pay(data, said, posting)
    check_closing(data, said, posting)
    check_place(data, said)
    kinds = ", ".join(each.lower().replace("_", "-") for each in data.get("employmentType", []))
    assert kinds == said.get("Employment", "").lower()
    hours = [said[name] for name in ("Hours", "Schedule") if name in said]
    assert data.get("workHours", "").split(". ") == (hours or [""])[:1] + hours[1:]
    for word in data.get("jobBenefits", "").split():
        assert word in page.text


def check_pay(data: dict[str, Any], said: dict[str, str], posting: Posting) -> None:
    """The same figures, by the same unit, and none where the page has none."""
    shown = [float(each.replace(",", "")) for each in re.findall(r"[\d,.]+\d", said.get("Pay", ""))]
    value = data.get("baseSalary", {}).get("value", {})
    told = [float(value[name]) for name in ("value", "minValue", "maxValue") if name in value]
    assert told == shown
    if value:
        assert value["unitText"].lower() in said["Pay"]
        assert data["baseSalary"]["currency"] == posting.currency
        assert ("up to" in said["Pay"].lower()) is (
            "minValue" not in value and "value" not in value
        )


def check_closing(data: dict[str, Any], said: dict[str, str], posting: Posting) -> None:
    """The day, and the hour, by the employer's clock, summer or winter."""
    if posting.closes_at is None:
        assert "validThrough" not in data
        return
    until = dt.datetime.fromisoformat(data["validThrough"])
    assert until == posting.closes_at
    assert until.utcoffset() == until.astimezone(ZONE).utcoffset()
    assert f"{until:%A} {until.day} {until:%B %Y}" in said["Closes"]
    assert ("end of the day" in said["Closes"]) is (until.time() == dt.time(23, 59, 59))
    if posting.closes_time is not None:
        assert f"{until:%I:%M}".lstrip("0") in said["Closes"]


def check_place(data: dict[str, Any], said: dict[str, str]) -> None:
    """Where the page says that it is: at a place by its name, or from home."""
    if "jobLocation" not in data:
        assert "remote" in said["Place"].lower()
        return
    place = data["jobLocation"]
    town = f"{place['address']['addressLocality']}, {place['address']['addressRegion']}"
    assert place.get("name", town) == said["Place"]


def test_every_kind_of_employment_is_one_that_is_known() -> None:
    assert {each.value for each in EmploymentType} == set(
        JOB_POSTING["properties"]["employmentType"]["items"]["enum"]
    )


def test_the_markup_is_on_the_posting_alone_and_once(client: Client) -> None:
    posting = factories.open_posting()
    marked = "script[@type='application/ld+json']"
    assert len(client.page(PATH).all(marked)) == 1
    for path in ("/", f"{PATH}/apply", "/alerts"):
        assert client.page(path).all(marked) == []
    operations.change(db.session.get_one(Posting, posting.id), {"unlisted": True}, by=None)
    db.session.commit()
    assert client.page(PATH).one("meta[@name='robots']").get("content") == "noindex"


# Open Graph


def graph(page: Page) -> dict[str, str]:
    """What a shared link shows, each property once."""
    found = [(each.get("property") or "", each.get("content") or "") for each in page.all("meta")]
    pairs = [each for each in found if each[0].startswith("og:")]
    assert len(pairs) == len(dict(pairs))
    return dict(pairs)


def test_a_shared_link_shows_title_words_and_who_it_is(client: Client) -> None:
    factories.open_posting()
    assert graph(client.page(PATH)) == {
        "og:type": "website",
        "og:title": "Children's Librarian",
        "og:url": f"http://localhost{PATH}",
        "og:locale": "en_US",
        "og:locale:alternate": "es_US",
        "og:site_name": "Fernhollow Library",
        "og:description": "Fernhollow Library looks for someone who reads aloud with joy.",
    }
    assert graph(client.page("/")) == {
        "og:type": "website",
        "og:title": "Open positions",
        "og:url": "http://localhost/",
        "og:locale": "en_US",
        "og:locale:alternate": "es_US",
        "og:site_name": "Fernhollow Library",
        "og:description": "Open positions at Fernhollow Library",
    }


def test_without_a_summary_the_facts_are_shown(client: Client) -> None:
    factories.open_posting(summary="")
    assert graph(client.page(PATH))["og:description"] == (
        "Full-time · 37.5 hours a week · $52,000–$61,000 a year · Main library"
    )


@pytest.mark.parametrize("path", ["/", PATH, "/alerts"])
def test_each_language_is_a_link_of_its_own(client: Client, path: str) -> None:
    factories.open_posting()
    page = client.page(f"{path}?lang=es")
    said = graph(page)
    assert (said["og:locale"], said["og:locale:alternate"]) == ("es_US", "en_US")
    assert said["og:url"] == f"http://localhost{path}?lang=es"
    assert said["og:url"] == page.one("link[@rel='canonical']").get("href")


@pytest.mark.settings(BASE_URL="https://jobs.example.org")
@pytest.mark.parametrize("path", ["/", PATH])
def test_the_employers_logo_is_the_picture(client: Client, path: str) -> None:
    factories.open_posting()
    factories.employer(logo_key="logo/1", logo_type="image/png")
    said = graph(client.page(path))
    assert re.fullmatch(r"https://jobs\.example\.org/\S*logo\S*", said["og:image"])
    assert said["og:image:alt"] == "Fernhollow Library"


def test_an_ended_posting_is_shown_as_itself_where_its_link_is_shared(client: Client) -> None:
    factories.closed_posting()
    page = client.page(PATH, status=410)
    assert graph(page)["og:title"] == "Children's Librarian"
    assert page.one("meta[@name='robots']").get("content") == "noindex"


def test_nobody_sees_a_preview_through_a_shared_link(client: Client) -> None:
    factories.draft_posting()
    factories.sign_in(client, factories.coordinator())
    assert graph(client.page(PATH)) == {}
