"""The public interface answers as it is described, and the list in a frame stays a list."""

import re
from typing import Any

import jsonschema
import pytest
from flask import Flask
from openapi_spec_validator import OpenAPIV31SpecValidator
from werkzeug.test import TestResponse

from tests.plugins.apps import Client
from tests.postings import factories
from tracker.postings.exports.public import place_of


def data(answer: TestResponse) -> Any:
    """What an answer says."""
    return answer.json


@pytest.fixture
def description(client: Client) -> dict[str, Any]:
    return dict(data(client.get("/api/v1/openapi.json")))


def fits(description: dict[str, Any], name: str, said: Any) -> None:
    """Fail where an answer is not what the description says that it is."""
    schema = {"$ref": f"#/components/schemas/{name}", "components": description["components"]}
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    jsonschema.Draft202012Validator(schema, format_checker=checker).validate(said)


def test_the_description_is_valid(description: dict[str, Any], app: Flask) -> None:
    OpenAPIV31SpecValidator(description).validate()
    known = {re.sub(r"<(\w+)>", r"{\1}", each.rule) for each in app.url_map.iter_rules()}
    assert {each for each in known if each.startswith("/api/")} == set(description["paths"])


def test_every_answer_is_as_described(client: Client, description: dict[str, Any]) -> None:
    factories.open_posting()
    factories.open_posting(
        title="Page",
        pay_min=None,
        pay_max=None,
        pay_unit=None,
        closes_on=None,
        open_until_filled=True,
        accepting=False,
        questions=[],
    )
    said = data(client.get("/api/v1/postings"))
    fits(description, "List", said)
    assert [each["title"] for each in said["postings"]] == ["Page", "Children's Librarian"]
    for each in said["postings"]:
        answer = client.get(f"/api/v1/postings/{each['slug']}")
        fits(description, "Posting", data(answer))
        assert {name: data(answer)[name] for name in each} == each
    one = data(client.get("/api/v1/postings/childrens-librarian"))
    assert one["pay"] == {
        "min": 52000, "max": 61000, "unit": "YEAR", "currency": "USD", "note": "",
    }  # fmt: skip
    assert one["sections"][0] == {
        "heading": "",
        "markdown": "Come and tell *stories*.",
        "html": "<p>Come and tell <em>stories</em>.</p>\n",
    }


@pytest.mark.both_databases
def test_pages_of_the_list_follow_each_other_without_a_gap(any_app: Flask, client: Client) -> None:
    for number in range(5):
        factories.open_posting(title=f"Opening {number}")
    titles, url = [], "/api/v1/postings?limit=2"
    for _ in range(3):
        said = data(client.get(url))
        titles.append([each["title"] for each in said["postings"]])
        if said["next"] is None:
            break
        factories.open_posting(title="Newer")  # what comes first meanwhile moves nothing
        url = said["next"]
    assert titles == [["Opening 4", "Opening 3"], ["Opening 2", "Opening 1"], ["Opening 0"]]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v1/postings?limit=0", 400),
        ("/api/v1/postings?limit=101", 400),
        ("/api/v1/postings?limit=two", 400),
        ("/api/v1/postings?cursor=", 400),
        ("/api/v1/postings?cursor=%00%ff", 400),
        ("/api/v1/postings?cursor=MjAyNi0xMS0yMyAx", 400),
        ("/api/v1/postings/no-such", 404),
        ("/api/v1/postings/not-yet", 404),
        ("/api/v1/postings/by-link", 404),
        ("/api/v1/postings/ended", 410),
        ("/api/v1/nothing", 404),
    ],
)
def test_what_goes_wrong_is_said_as_a_problem(
    client: Client, description: dict[str, Any], path: str, status: int
) -> None:
    factories.draft_posting(title="Not yet")
    factories.open_posting(title="By link", unlisted=True)
    factories.closed_posting(title="Ended")
    answer = client.get(path)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    fits(description, "Problem", data(answer))
    assert data(answer)["status"] == status
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_other_methods_are_refused_as_a_problem(client: Client) -> None:
    answer = client.put("/api/v1/postings")
    assert answer.status_code in {400, 405}
    assert answer.mimetype == "application/problem+json"


@pytest.mark.parametrize(
    "cursor", ["", "é", "====", "MA", "OTk5OS0xMi0zMVQyMzo1OTo1OS0yMzo1OSAx", "x" * 5000]
)
def test_a_cursor_that_is_none_names_no_place(cursor: str) -> None:
    assert place_of(cursor) is None


def test_pages_elsewhere_may_read_and_carry_no_cookies(client: Client) -> None:
    factories.open_posting()
    answer = client.get("/api/v1/postings", headers={"Origin": "https://elsewhere.example.org"})
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in answer.headers
    asked = client.options(
        "/api/v1/postings",
        headers={
            "Origin": "https://elsewhere.example.org",
            "Access-Control-Request-Method": "GET",
            "Access-Control-Request-Headers": "If-None-Match",
        },
    )
    assert asked.status_code == 200
    assert asked.headers["Access-Control-Allow-Headers"] == "If-None-Match"
    assert "Access-Control-Allow-Origin" not in client.get("/").headers


def test_nobody_frames_the_list_unless_named(client: Client) -> None:
    answer = client.get("/embed/postings")
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


@pytest.mark.settings(EMBED_HOSTS="www.example.org, https://*.example.net")
def test_named_sites_frame_the_list_and_nothing_else(client: Client) -> None:
    factories.open_posting()
    answer = client.get("/embed/postings?lang=es")
    policy = answer.headers["Content-Security-Policy"]
    assert "frame-ancestors 'self' www.example.org https://*.example.net;" in policy
    assert "X-Frame-Options" not in answer.headers
    assert "Set-Cookie" not in answer.headers
    for path in ("/", "/postings/childrens-librarian", "/sign-in"):
        other = client.get(path).headers
        assert other["X-Frame-Options"] == "DENY"
        assert "frame-ancestors 'none'" in other["Content-Security-Policy"]


def test_links_in_a_frame_open_around_it(client: Client) -> None:
    factories.open_posting()
    page = client.page("/embed/postings?lang=es")
    links = page.all("main//a")
    assert {each.get("target") for each in links} == {"_parent"}
    assert [each.get("href") for each in links] == [
        "/postings/childrens-librarian?lang=es",
        "/?lang=es",
    ]
