"""Pages are read as a person reads them: every field, and null where nothing is said."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tracker.postings.parsing import Page, PageReading, read_pages

OWN = Path(__file__).parent / "pages"
# Real pages lie beside a checkout, where there are any; they are no part of the project.
GIVEN = Path(__file__).resolve().parents[3] / "shared" / "postings"
KEYS = [
    "file",
    "kind",
    "title",
    "summary",
    "employment_type",
    "hours_per_week",
    "schedule",
    "pay",
    "benefits",
    "location",
    "reports_to",
    "contact",
    "closes_on",
    "open_until_filled",
    "interviews_begin_on",
    "documents",
    "subject_keyword",
    "skills",
    "accepting",
    "sections",
    "findings",
]


def _expected(folder: Path) -> dict[str, dict[str, Any]]:
    path = folder / "expected.json"
    return dict(json.loads(path.read_text("utf-8"))["pages"]) if path.exists() else {}


def _cases(folder: Path) -> list[Any]:
    return [
        pytest.param(page, key, id=f"{page}-{key}")
        for page, wanted in _expected(folder).items()
        for key in wanted
        if key not in ("as_of", "with")
    ]


def _read(folder: Path, page: str, together: list[str]) -> PageReading:
    wanted = _expected(folder)[page]
    as_of = date.fromisoformat(wanted["as_of"]) if "as_of" in wanted else None
    pages = [Page(name, (folder / name).read_bytes()) for name in [page, *together]]
    return read_pages(pages, as_of)[0]


def _plain(value: object) -> object:
    """Compare addresses without case, and nothing else."""
    if isinstance(value, dict) and value.get("email"):
        return value | {"email": value["email"].lower()}
    return value


@pytest.mark.parametrize(("page", "key"), _cases(OWN))
def test_own_page_is_read(page: str, key: str) -> None:
    wanted = _expected(OWN)[page]
    shown = _read(OWN, page, wanted.get("with", [])).as_json()
    if key == "findings":
        found = shown["findings"]
        assert isinstance(found, list)
        assert sorted({one["code"] for one in found}) == wanted["findings"]
    else:
        assert shown[key] == wanted[key]


if GIVEN.joinpath("expected.json").exists():

    @pytest.mark.parametrize(("page", "key"), _cases(GIVEN))
    def test_given_page_is_read(page: str, key: str) -> None:
        # The list gives this opening its title, so both are read together.
        together = ["careers-page.md"] if page == "technology-help-desk-assistant.md" else []
        reading = _read(GIVEN, page, together)
        shown, wanted = reading.as_json(), _expected(GIVEN)[page][key]
        if key == "findings_include":
            assert sorted(set(wanted) - {one.code for one in reading.findings}) == []
        elif key == "postings":
            entries = [{"title": one.title, "link": one.link} for one in reading.postings or []]
            assert entries == wanted
        else:
            assert _plain(shown[key]) == _plain(wanted)


def test_posting_has_exactly_the_promised_keys_in_order() -> None:
    shown = read_pages([Page("page.md", b"# Library Page\n\nPlease apply.")])[0].as_json()
    assert list(shown) == KEYS


def test_list_page_has_its_entries_as_well() -> None:
    shown = _read(OWN, "list.md", []).as_json()
    assert list(shown) == [*KEYS, "postings"]


def test_opening_takes_title_summary_and_link_from_the_list_despite_small_changes() -> None:
    reading = _read(OWN, "seed-keeper.md", ["list.md"])
    assert (reading.title, reading.link) == (
        "Part-Time Seed Library Keeper",
        "https://jobs.example.org/seeds",
    )
    assert reading.summary is not None
    assert "seed library" in reading.summary


def test_entry_without_its_page_is_pointed_at() -> None:
    pages = [Page(name, (OWN / name).read_bytes()) for name in ("list.md", "seed-keeper.md")]
    found = [one for one in read_pages(pages)[0].findings if one.code == "list-entry-without-page"]
    assert [one.line for one in found] == [6]


def test_each_field_knows_its_line() -> None:
    reading = _read(OWN, "childrens-librarian.md", [])
    assert reading.lines == {
        "title": 1,
        "hours_per_week": 22,
        "schedule": 22,
        "pay": 18,
        "benefits": 18,
        "contact": 26,
        "documents": 26,
        "closes_on": 26,
        "interviews_begin_on": 26,
    }


def test_nested_headings_stay_in_the_text() -> None:
    data = (
        b"Hello there, all of you.\n\n### Duties\n\n#### Desk\n* Greet\n* Listen\n\n"
        b"### Pay\n$15/hour\n"
    )
    sections = [one.as_json() for one in read_pages([Page("a.md", data)])[0].sections]
    assert sections == [
        {"heading": None, "text": "Hello there, all of you."},
        {"heading": "Duties", "text": "#### Desk\n\n* Greet\n* Listen"},
        {"heading": "Pay", "text": "$15/hour"},
    ]


def test_praise_after_the_statement_is_no_part_of_it() -> None:
    sections = [one.as_json() for one in _read(OWN, "award.md", []).sections]
    assert sections[-2:] == [
        {
            "heading": "Equal Employment Opportunity",
            "text": "Birchwood hires without regard to age, sex or martial status.",
        },
        {"heading": None, "text": "**Voted kindest desk in the county.**"},
    ]
