"""Pages read in from the command line: once, as drafts, with what was odd about them."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select

from tests.postings.factories import employer, person
from tracker.accounts.models import Person
from tracker.app import create_app
from tracker.core.db import db
from tracker.organization.models import Position
from tracker.postings import operations, queries
from tracker.postings.models import Posting
from tracker.postings.parsing import read_pages
from tracker.postings.rules import PostingState

REAL = Path(__file__).resolve().parents[3] / "shared" / "postings"

STATEMENT = "Fernhollow Library gives everybody the same chance at every job."
PAGE = f"""Fernhollow Library seeks a careful, cheerful person to keep its shelves in order.

### Schedule
This is a part-time position of 10 to 19 hours per week, some weekends included.

### Salary & Benefits
$16.25 per hour. Benefits include paid sick leave.

### Equal Employment Opportunity
{STATEMENT}

### To apply
Please send your cover letter and resume to Nora Whitfield, Head of Circulation, at
[nora.whitfield@example.org](mailto:nora.whitfield@example.org) by Friday, January 15.
"""
LIST = """Openings are rare at Fernhollow Library.

### [Part-Time Page](https://example.org/page)
Fernhollow Library seeks a careful, cheerful person to keep its shelves in order.

### [Night Librarian](https://example.org/night)
The library looks for somebody who is awake when others sleep.
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one opening."""
    folder = tmp_path / "pages"
    folder.mkdir()
    (folder / "page.md").write_text(PAGE)
    return folder


@pytest.fixture
def pages(app: Flask, folder: Path) -> Path:
    """The folder, and an employer."""
    employer(equal_opportunity_statement=STATEMENT)
    return folder


def run(app: Flask, *words: object) -> Result:
    """Run `flask postings import`."""
    return app.test_cli_runner().invoke(args=["postings", "import", *map(str, words)])


def postings() -> list[Posting]:
    db.session.rollback()
    return list(db.session.scalars(select(Posting).order_by(Posting.id)))


def test_a_page_becomes_a_draft(app: Flask, pages: Path) -> None:
    result = run(app, pages / "page.md", "--as-of", "2026-11-22")
    assert (result.exit_code, result.stderr) == (0, "")
    (posting,) = postings()
    assert (posting.state, posting.title) == (PostingState.DRAFT, "")
    assert [str(each) for each in (posting.pay_min, posting.pay_max, posting.hours_max)] == [
        "16.25",
        "16.25",
        "19.00",
    ]
    assert str(posting.closes_on) == "2027-01-15"
    assert posting.benefits != ""
    assert [each.title for each in posting.documents] == ["Cover letter", "Resume"]
    assert [each.heading for each in posting.sections] == [
        "",
        "Schedule",
        "Salary & Benefits",
        "To apply",
    ]
    assert (posting.source_name, posting.source_text) == ("page.md", PAGE)
    assert [each["code"] for each in posting.findings] == ["no-title"]
    assert f"draft {posting.reference} (/postings/{posting.slug}) was created." in result.output


def test_the_contact_is_a_person_nobody_has_confirmed(app: Flask, pages: Path) -> None:
    run(app, pages)
    contact = queries.contact_of(postings()[0])
    assert contact is not None
    assert (contact.email, contact.name, contact.title, contact.unconfirmed, contact.role) == (
        "nora.whitfield@example.org",
        "Nora Whitfield",
        "Head of Circulation",
        True,
        None,
    )


def test_a_contacts_title_that_is_a_position_is_the_position(app: Flask, pages: Path) -> None:
    holder = person("nora.whitfield@example.org")
    position = Position(title="head of  Circulation", holder=holder)
    db.session.add(position)
    db.session.commit()
    run(app, pages)
    (posting,) = postings()
    assert (posting.contact_position_id, posting.contact_person_id) == (position.id, None)


def test_a_position_that_another_answers_for_is_a_finding(app: Flask, pages: Path) -> None:
    db.session.add(Position(title="Head of Circulation", holder=person("new@example.org")))
    db.session.commit()
    run(app, pages)
    codes = [each["code"] for each in postings()[0].findings]
    assert codes.count("position-held-by-another") == 1


def test_a_second_title_for_one_address_is_a_finding(app: Flask, pages: Path) -> None:
    person("nora.whitfield@example.org", name="Nora Whitfield", title="Systems Librarian")
    result = run(app, pages)
    (posting,) = postings()
    said = [each for each in posting.findings if each["code"] == "second-contact-title"]
    assert [each["line"] for each in said] == [13]
    assert "“Head of Circulation”" in result.output
    contact = queries.contact_of(posting)
    assert contact is not None
    assert contact.title == "Systems Librarian"


def test_the_employers_own_statement_is_not_kept_twice(app: Flask, pages: Path) -> None:
    run(app, pages)
    assert postings()[0].equal_opportunity_text == ""


def test_another_statement_is_kept_and_warned_about(app: Flask, pages: Path) -> None:
    employer(equal_opportunity_statement="Something else.")
    run(app, pages)
    (posting,) = postings()
    assert posting.equal_opportunity_text == STATEMENT
    codes = [each.code for each in queries.checks_of(posting)]
    assert "equal-opportunity-differs" in codes


def test_the_same_page_again_makes_nothing_new(app: Flask, pages: Path) -> None:
    run(app, pages, "--as-of", "2026-11-22")
    before = [(each.id, each.version, each.closes_on) for each in postings()]
    result = run(app, pages)
    assert [(each.id, each.version, each.closes_on) for each in postings()] == before
    assert "read from this page before; nothing was changed" in result.output
    assert db.session.scalar(select(func.count()).select_from(Person)) == 1


def test_a_changed_page_updates_a_draft_that_nobody_touched(app: Flask, pages: Path) -> None:
    run(app, pages)
    for price in ("17.00", "18.00"):
        (pages / "page.md").write_text(PAGE.replace("16.25", price))
        result = run(app, pages)
        (posting,) = postings()
        assert (str(posting.pay_min), posting.source_text) == (price, PAGE.replace("16.25", price))
        assert "brought up to the page" in result.output


@pytest.mark.parametrize("worked_on", ["changed", "published"])
def test_a_changed_page_leaves_what_was_worked_on(app: Flask, pages: Path, worked_on: str) -> None:
    run(app, pages, "--as-of", "2026-11-22")
    (posting,) = postings()
    operations.change(posting, {"title": "Page"}, by=None)
    if worked_on == "published":
        operations.publish(posting, by=None, confirmed=["asks-for-mail"])
    db.session.commit()
    (pages / "page.md").write_text(PAGE.replace("16.25", "99.00"))
    result = run(app, pages)
    (posting,) = postings()
    assert (posting.title, str(posting.pay_min)) == ("Page", "16.25")
    assert "has been worked on since; nothing was changed" in result.output


def test_a_list_read_with_it_names_the_opening(app: Flask, pages: Path) -> None:
    (pages / "openings.md").write_text(LIST)
    result = run(app, pages, "--json")
    (posting,) = postings()
    assert (posting.title, posting.slug) == ("Part-Time Page", "part-time-page")
    assert posting.summary.startswith("Fernhollow Library seeks a careful")
    listed, single = json.loads(result.stdout)
    assert [each["title"] for each in listed["postings"]] == ["Part-Time Page", "Night Librarian"]
    assert (single["kind"], single["title"]) == ("posting", "Part-Time Page")


def test_a_list_read_later_names_an_untouched_draft(app: Flask, pages: Path) -> None:
    run(app, pages)
    (pages / "openings.md").write_text(LIST)
    run(app, pages)
    assert [each.title for each in postings()] == ["Part-Time Page"]
    run(app, pages / "page.md")
    assert [each.title for each in postings()] == ["Part-Time Page"]


def test_two_files_of_one_name_are_two_sources(app: Flask, pages: Path) -> None:
    for name in ("east", "west"):
        (pages / name).mkdir()
        (pages / name / "page.md").write_text(PAGE.replace("shelves", f"{name} shelves"))
    (pages / "page.md").unlink()
    run(app, pages)
    run(app, pages)
    assert [each.source_name for each in postings()] == ["east/page.md", "west/page.md"]


def test_json_prints_one_array_and_nothing_else(app: Flask, pages: Path) -> None:
    result = run(app, pages / "page.md", "--json")
    (shown,) = json.loads(result.stdout)
    (read,) = read_pages([(str(pages / "page.md"), PAGE.encode())], None, STATEMENT)
    assert shown == json.loads(json.dumps(read.as_json()))
    assert list(shown)[:3] == ["file", "kind", "title"]
    assert "was created." in result.stderr


def test_publish_opens_what_nothing_blocks_and_names_the_warnings(app: Flask, pages: Path) -> None:
    (pages / "openings.md").write_text(LIST)
    result = run(app, pages, "--publish")
    (posting,) = postings()
    assert posting.state is PostingState.OPEN
    assert "It was published as open." in result.output
    assert "No closing rule: " in result.output
    assert queries.history_of(posting)[-1].confirmed == ["asks-for-mail", "no-closing-rule"]


def test_publish_leaves_what_lacks_a_title_as_a_draft(app: Flask, pages: Path) -> None:
    result = run(app, pages, "--publish")
    assert (result.exit_code, postings()[0].state) == (0, PostingState.DRAFT)
    assert "It was not published. The posting has no title." in result.output


def test_a_dry_run_needs_no_database(folder: Path, tmp_path: Path) -> None:
    (folder / "openings.md").write_text(LIST)
    app = create_app(
        {
            "INSTANCE_PATH": str(tmp_path / "bare"),
            "DATABASE_URL": "postgresql+psycopg://nobody@127.0.0.1:1/none",
            "SECRET_KEY": "-",
        }
    )
    result = run(app, folder, "--json", "--dry-run", "--publish")
    assert (result.exit_code, result.stderr) == (0, "")
    assert [each["kind"] for each in json.loads(result.stdout)] == ["list", "posting"]


def test_without_tables_it_says_what_to_do(folder: Path, tmp_path: Path) -> None:
    app = create_app({"INSTANCE_PATH": str(tmp_path / "bare"), "SECRET_KEY": "-"})
    result = run(app, folder)
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: The database cannot be used")
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("empty.md", b"", "it is empty"),
        ("letter.pdf", b"%PDF-1.7 rubbish", "PDF"),
        ("rubbish.md", bytes(range(256)) * 8, "not text"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_and_the_others_are_read(
    app: Flask, pages: Path, name: str, content: bytes, words: str
) -> None:
    bad = pages.parent / name
    bad.write_bytes(content)
    result = run(app, bad, pages, "--json")
    assert result.exit_code == 1
    assert [Path(each["file"]).name for each in json.loads(result.stdout)] == ["page.md"]
    (line,) = [each for each in result.stderr.splitlines() if "could not be read" in each]
    assert line.startswith(str(bad))
    assert words in line
    assert len(postings()) == 1


def test_a_path_that_is_not_there_is_named(app: Flask, pages: Path) -> None:
    result = run(app, pages / "nowhere.md", pages / "page.md")
    assert result.exit_code == 1
    assert f"{pages / 'nowhere.md'} could not be read: No such file or directory." in result.stderr
    assert len(postings()) == 1


def test_an_empty_folder_is_named(app: Flask, pages: Path) -> None:
    (pages / "empty").mkdir()
    result = run(app, pages / "empty")
    assert (result.exit_code, "the folder has no Markdown" in result.stderr) == (1, True)


def test_a_folder_takes_pages_and_leaves_the_rest(app: Flask, pages: Path) -> None:
    (pages / "README.md").write_text("What lies here.")
    (pages / "notes.json").write_text("{}")
    (pages / ".hidden.md").write_text(PAGE)
    result = run(app, pages, "--json", "--dry-run")
    assert [Path(each["file"]).name for each in json.loads(result.stdout)] == ["page.md"]


@pytest.mark.parametrize("words", [["--as-of", "soon"], [], ["--no-such"]])
def test_a_command_that_is_wrong_is_told_apart(app: Flask, pages: Path, words: list[str]) -> None:
    paths: list[Any] = [pages] if words else []
    assert run(app, *paths, *words).exit_code == 2


def test_hostile_figures_are_unknown_rather_than_an_error(app: Flask, pages: Path) -> None:
    text = PAGE.replace("$16.25 per hour", "$99999999999999999999 per hour").replace(
        "10 to 19 hours", "10 to 99999999 hours"
    )
    (pages / "page.md").write_text(text)
    result = run(app, pages)
    assert (result.exit_code, len(postings())) == (0, 1)


REAL_PAGES = (
    sorted(json.loads((REAL / "expected.json").read_text())["pages"]) if REAL.is_dir() else []
)

if REAL_PAGES:

    @pytest.mark.both_databases
    def test_the_real_pages_become_drafts_once(app: Flask) -> None:
        expected = json.loads((REAL / "expected.json").read_text())["pages"]
        singles = [name for name in REAL_PAGES if expected[name].get("kind") != "list"]
        first = run(app, REAL, "--json")
        assert (first.exit_code, len(json.loads(first.stdout))) == (0, len(REAL_PAGES))
        made = [(each.id, each.source_name, each.state, each.version) for each in postings()]
        assert [each[1] for each in made] == singles
        assert {each[2] for each in made} == {PostingState.DRAFT}
        assert run(app, REAL, "--json").stdout == first.stdout
        assert [
            (each.id, each.source_name, each.state, each.version) for each in postings()
        ] == made

    @pytest.mark.parametrize("name", REAL_PAGES)
    def test_what_was_read_of_a_real_page_is_what_its_draft_holds(app: Flask, name: str) -> None:
        expected = json.loads((REAL / "expected.json").read_text())["pages"][name]
        if expected.get("kind") == "list":
            assert run(app, REAL / name).exit_code == 0
            assert postings() == []
            return
        result = run(app, REAL / name, REAL / "careers-page.md", "--as-of", expected["as_of"])
        assert result.exit_code == 0
        (posting,) = postings()
        contact = queries.contact_of(posting)
        assert contact is not None
        assert contact.email == expected["contact"]["email"].lower()
        pay = expected["pay"]
        held = (posting.pay_min, posting.pay_max)
        assert [None if each is None else float(each) for each in held] == (
            [pay["min"], pay["max"]] if pay else [None, None]
        )
        assert (str(posting.closes_on) if posting.closes_on else None) == expected["closes_on"]
        skills = [each.name for each in posting.skills]
        assert skills == expected.get("skills", skills)
        assert posting.accepting is expected["accepting"]
