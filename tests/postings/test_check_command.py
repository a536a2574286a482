"""`flask postings check`: what it prints, and what its exit code says."""

import json
from typing import Any

from click.testing import Result
from flask import Flask

from tests.postings.factories import closed_posting, draft_posting, open_posting
from tracker.postings.content import SectionValue


def run(app: Flask, *words: str) -> Result:
    return app.test_cli_runner().invoke(args=["postings", "check", *words])


def shown(result: Result) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(result.stdout)
    return rows


def test_a_posting_that_lacks_nothing_passes(any_app: Flask) -> None:
    posting = draft_posting()
    result = run(any_app, "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    assert shown(result) == [
        {
            "slug": "childrens-librarian",
            "reference": posting.reference,
            "title": "Children's Librarian",
            "state": "draft",
            "findings": [],
        }
    ]


def test_what_must_be_confirmed_does_not_fail_and_what_stops_publishing_does(app: Flask) -> None:
    posting = draft_posting(benefits="")
    result = run(app, posting.slug, "--json")
    assert (result.exit_code, [each["code"] for each in shown(result)[0]["findings"]]) == (
        0,
        ["no-benefits"],
    )
    posting = draft_posting(title="Page", contact_person_id=None)
    result = run(app, posting.slug, "--json")
    assert (result.exit_code, result.stderr) == (1, "")
    (finding,) = shown(result)[0]["findings"]
    assert (finding["code"], finding["severity"], finding["field"]) == (
        "no-contact",
        "blocks",
        "contact",
    )


def test_a_finding_quotes_the_words_and_their_section(app: Flask) -> None:
    text = "You must have a car. Send us your letter by Monday, 9 March 2027."
    posting = draft_posting(sections=[SectionValue("Duties", "Read."), SectionValue("You", text)])
    found = shown(run(app, posting.slug, "--json"))[0]["findings"]
    assert [(each["code"], each["words"], each["section"]) for each in found] == [
        ("weekday-mismatch", "Monday, 9 March 2027", "You"),
        ("requires-car", "must have a car", "You"),
    ]
    lines = run(app, posting.slug).output.splitlines()
    assert lines[0] == "childrens-librarian: Children's Librarian"
    assert lines[1].startswith("  to be confirmed, weekday-mismatch: The weekday is not the one")
    assert lines[2] == "    “Monday, 9 March 2027” (You) That day is a Tuesday."


def test_without_names_it_checks_what_is_or_may_become_public(app: Flask) -> None:
    draft_posting(title="Page")
    open_posting(title="Clerk")
    closed = closed_posting(title="Archivist")
    assert [each["title"] for each in shown(run(app, "--json"))] == ["Page", "Clerk"]
    assert [each["title"] for each in shown(run(app, "--json", closed.slug))] == ["Archivist"]


def test_nothing_to_check_is_no_failure(app: Flask) -> None:
    assert (run(app).exit_code, run(app).output) == (0, "There is no posting to check.\n")
    assert run(app, "--json").stdout == "[]\n"


def test_an_unknown_posting_is_one_line_and_nothing_is_checked(app: Flask) -> None:
    known = draft_posting(contact_person_id=None)
    result = run(app, known.slug, "nowhere", "--json")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "There is no posting “nowhere”. Nothing was checked.\n"
