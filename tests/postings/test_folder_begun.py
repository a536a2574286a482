"""A file that a person began becomes a draft, and public only where that is asked for."""

import datetime as dt
import json
import shutil
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.postings.factories import (
    closed_posting,
    coordinator,
    draft_posting,
    employer,
    full_values,
    open_posting,
    person,
)
from tests.postings.folder import empty, exported, held, imported, outcomes, postings, run
from tests.postings.folders import BEGUN, NAME, S, edit, written
from tracker.core.db import db
from tracker.postings import operations
from tracker.postings.models import Posting, PostingFile


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "postings"


def test_a_file_that_a_person_began_becomes_a_draft_once(app: Flask, folder: Path) -> None:
    employer(currency="EUR")
    folder.mkdir()
    (folder / "night.md").write_text(BEGUN)
    assert outcomes(imported(app, folder)) == ["created"]
    (posting,) = postings()
    assert (posting.state, posting.slug, str(posting.pay_min), posting.currency) == (
        S.DRAFT,
        "night-librarian",
        "17.50",
        "EUR",
    )
    assert (posting.employment_types, posting.documents[0].title) == (["PART_TIME"], "Resume")
    assert outcomes(imported(app, folder)) == ["unchanged"]
    edit(folder, "Read.", "Read on.", "night.md")
    assert outcomes(imported(app, folder)) == ["updated"]
    assert list(exported(app, folder)) == ["night.md"]
    text = (folder / "night.md").read_text()
    assert f"reference: {posting.reference}\nslug: night-librarian\n" in text
    edit(folder, "Read on.", "Read.", "night.md")
    assert outcomes(imported(app, folder)) == ["updated"]
    assert len(postings()) == 1


def test_another_file_of_a_known_name_asks_which_posting_it_is(app: Flask, folder: Path) -> None:
    folder.mkdir()
    (folder / "night.md").write_text(BEGUN)
    imported(app, folder)
    (posting,) = postings()
    edit(folder, "title: Night Librarian", "title: Day Librarian", "night.md")
    result = run(app, "import", folder)
    assert result.exit_code == 1
    assert f"write `reference: {posting.reference}` into it" in result.stderr
    edit(folder, "tracker: 1", f"tracker: 1\nreference: {posting.reference}", "night.md")
    assert outcomes(imported(app, folder)) == ["updated"]
    assert [each.title for each in postings()] == ["Day Librarian"]


def test_two_files_of_one_posting_are_not_both_taken(app: Flask, folder: Path) -> None:
    draft_posting()
    exported(app, folder)
    shutil.copy(folder / NAME, folder / "copy.md")
    result = run(app, "import", folder)
    assert (result.exit_code, "was left out" in result.stderr) == (1, True)
    assert run(app, "export", folder).exit_code == 1


def test_what_tracker_does_not_know_stays(app: Flask, folder: Path) -> None:
    posting = draft_posting()
    reference = posting.reference
    exported(app, folder)
    empty()
    result = run(app, "export", folder)
    assert result.exit_code == 0
    assert f"no posting here is {reference}; the file stays as it is." in result.stderr
    assert list(held(folder)) == [NAME]


def test_without_publish_nothing_becomes_public(app: Flask, folder: Path) -> None:
    open_posting()
    exported(app, folder)
    empty()
    result = run(app, "import", folder)
    assert "Its file says “open”. Without --publish it stays a draft." in result.output
    assert [each.state for each in postings()] == [S.DRAFT]
    edit(folder, "location: Main library", "location: Annex")
    imported(app, folder)
    assert [each.state for each in postings()] == [S.DRAFT]


@pytest.mark.both_databases
def test_publish_opens_what_its_file_calls_open_and_leaves_what_is_over(
    app: Flask, folder: Path
) -> None:
    open_posting()
    closed_posting(title="Archivist")
    draft_posting(title="Page")
    later = dt.datetime(2200, 1, 1, tzinfo=dt.UTC)
    operations.publish(
        draft_posting(title="Clerk", publish_at=later, closes_on=None, open_until_filled=True),
        by=None,
    )
    db.session.commit()
    files = exported(app, folder)
    empty()
    employer()
    edit(folder, "tracker: 1", "tracker: 1\nstate: draft", "page.md")
    result = run(app, "import", folder, "--publish")
    assert result.exit_code == 0, result.output
    assert {each.title: each.state for each in postings()} == {
        "Children's Librarian": S.OPEN,
        "Archivist": S.DRAFT,
        "Page": S.DRAFT,
        "Clerk": S.SCHEDULED,
    }
    assert "Its file says “closed”, so it was not published." in result.output
    assert "Its file says “draft”, so it was not published." in result.output
    again = exported(app, folder)
    assert again["page.md"] == files["page.md"].replace(b"reference", b"state: draft\nreference", 1)
    assert {again[name] == files[name] for name in (NAME, "clerk.md")} == {True}


def test_publish_leaves_what_somebody_still_writes_in_tracker(app: Flask, folder: Path) -> None:
    employer()
    ida = person()
    operations.draft(by=coordinator(), values=full_values(contact_person_id=ida.id))
    db.session.commit()
    exported(app, folder)
    result = run(app, "import", folder, "--publish")
    assert "It was not published: somebody writes it in Tracker" in result.output
    assert (result.exit_code, postings()[0].state) == (0, S.DRAFT)
    edit(folder, "location: Main library", "location: Annex")
    imported(app, folder)
    exported(app, folder)
    assert postings()[0].state is S.DRAFT
    assert run(app, "import", folder, "--publish").exit_code == 0
    assert postings()[0].state is S.OPEN


def test_publish_is_held_to_the_rules(app: Flask, folder: Path) -> None:
    folder.mkdir()
    (folder / "night.md").write_text(BEGUN.replace("contact: nora.whitfield@example.org\n", ""))
    result = run(app, "import", folder, "--publish")
    assert result.exit_code == 1
    assert "It was not published. Nobody is named to get the applications." in result.output
    assert [each.state for each in postings()] == [S.DRAFT]


def test_a_state_that_only_a_page_can_give_is_said(app: Flask, folder: Path) -> None:
    open_posting()
    exported(app, folder)
    edit(folder, "state: open", "state: filled")
    result = run(app, "import", folder)
    assert "Its file says “filled”, and Tracker “open”." in result.output
    assert postings()[0].state is S.OPEN


def test_a_dry_run_needs_no_database_and_changes_nothing(app: Flask, folder: Path) -> None:
    draft_posting()
    exported(app, folder)
    edit(folder, "location: Main library", "location: Annex")
    with written() as statements:
        rows = imported(app, folder, "--dry-run", "--publish")
    assert (outcomes(rows), statements) == (["read"], [])
    assert postings()[0].location == "Main library"


def test_pages_and_files_lie_side_by_side(app: Flask, folder: Path) -> None:
    draft_posting()
    exported(app, folder)
    (folder / "shelver.md").write_text("# Shelver\n\nFernhollow Library wants its books back.\n")
    (folder / "jekyll.md").write_text("---\ntitle: Page\nlayout: job\n---\n\n# Page\n\nFetch.\n")
    rows = imported(app, folder)
    assert [each["kind"] for each in rows] == ["posting", "posting", "posting file"]
    assert len(postings()) == 3


def test_a_folder_that_cannot_be_written_is_one_line(app: Flask, folder: Path) -> None:
    draft_posting()
    folder.write_text("no folder")
    result = run(app, "export", folder)
    assert result.exit_code == 1
    assert result.stderr.startswith(f"Error: {folder} could not be written")
    assert result.stderr.count("\n") == 1


def test_the_json_of_an_export_is_one_array(app: Flask, folder: Path) -> None:
    posting = draft_posting()
    result = run(app, "export", folder, "--json")
    assert json.loads(result.stdout) == [
        {"reference": posting.reference, "file": NAME, "outcome": "created"}
    ]
    assert db.session.scalar(select(func.count()).select_from(PostingFile)) == 1
    assert db.session.scalar(select(func.count()).select_from(Posting)) == 1
