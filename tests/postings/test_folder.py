"""What is changed in a folder of postings comes in, and nothing is overwritten."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from tests.postings.factories import (
    closed_posting,
    draft_posting,
    open_posting,
)
from tests.postings.folder import empty, exported, held, imported, outcomes, postings, run
from tests.postings.folders import NAME, S, change, edit, written
from tracker.core.db import db
from tracker.postings import operations
from tracker.postings.content import SectionValue


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "postings"


def test_a_file_reads_like_the_posting(app: Flask, folder: Path) -> None:
    day = dt.date(2027, 3, 15)
    posting = open_posting(closes_on=day, closes_time=dt.time(17), hours_min=None)
    text = exported(app, folder)[NAME].decode()
    head, base, *lines = text.split("\n")[:3]
    assert (head, base, lines[0][:6]) == ("---", "tracker: 1", "base: ")
    assert (
        text.split("\n", 3)[3]
        == f"""state: open
reference: {posting.reference}
slug: childrens-librarian
title: Children's Librarian
summary: Fernhollow Library looks for someone who reads aloud with joy.
employment_types:
- FULL_TIME
hours_max: 37.5
schedule: Tuesday to Saturday, one evening a week.
pay_min: 52000
pay_max: 61000
pay_unit: YEAR
currency: USD
benefits: Health insurance, a pension, four weeks of vacation.
location: Main library
reports_to: Head of Youth Services
contact:
  email: ida.moreno@example.org
  name: Ida Moreno
  title: Head of Youth Services
closes_on: 2027-03-15
closes_time: '17:00'
skills:
- Spreadsheets
- Story time
documents:
- kind: cover_letter
  title: Cover letter
- kind: resume
  title: Resume
questions:
- text: Can you work on Saturdays?
  kind: yes or no
---

Come and tell *stories*.

# Duties

- Plan story hours
- Choose books
"""
    )


def test_one_word_changed_is_one_line_in_the_difference(app: Flask, folder: Path) -> None:
    draft_posting()
    before = exported(app, folder)[NAME].decode().split("\n")
    change(sections=[SectionValue("", "Come."), SectionValue("Duties", "- Read")], openings=2)
    change(sections=[SectionValue("", "Come."), SectionValue("Duties", "- Plan story hours")])
    after = exported(app, folder)[NAME].decode().split("\n")
    assert [line for line in after if line not in before][1:] == ["openings: 2", "Come."]
    assert [line for line in before if line not in after][1:] == [
        "Come and tell *stories*.",
        "- Choose books",
    ]


@pytest.mark.both_databases
def test_neither_exporting_twice_nor_importing_straight_after_writes_anything(
    app: Flask, folder: Path
) -> None:
    open_posting()
    draft_posting(title="Page")
    closed_posting(title="Archivist")
    first = exported(app, folder)
    stamps = [(folder / name).stat().st_mtime_ns for name in first]
    with written() as statements:
        assert exported(app, folder) == first
        assert outcomes(imported(app, folder)) == ["unchanged"] * 3
    assert (statements, held(folder)) == ([], first)
    assert [(folder / name).stat().st_mtime_ns for name in first] == stamps


@pytest.mark.both_databases
def test_what_changed_in_a_file_is_brought_in(app: Flask, folder: Path) -> None:
    posting, other = open_posting(), draft_posting(title="Page")
    questions, untouched = [each.id for each in posting.questions], other.version
    exported(app, folder)
    edit(folder, "pay_max: 61000", "pay_max: 63000.50")
    edit(folder, "- Choose books", "- Choose books\n\n# What you need\n\nPatience.")
    result = run(app, "import", folder)
    assert result.exit_code == 1
    assert "Give a reason. " in result.stderr
    assert "went by: pay, requirements." in result.stderr
    assert postings()[0].pay_max == 61000
    result = run(app, "import", "--reason", "The board has decided.", folder)
    assert result.exit_code == 0
    assert "was brought up to the file: pay_max, sections." in result.output
    posting, other = postings()
    assert (str(posting.pay_max), posting.state, other.version) == ("63000.50", S.OPEN, untouched)
    assert [(each.heading, each.text) for each in posting.sections] == [
        ("", "Come and tell *stories*."),
        ("Duties", "- Plan story hours\n- Choose books"),
        ("What you need", "Patience."),
    ]
    assert [each.id for each in posting.questions] == questions
    assert outcomes(imported(app, folder)) == ["unchanged", "unchanged"]


def test_a_line_taken_out_empties_its_field(app: Flask, folder: Path) -> None:
    draft_posting()
    exported(app, folder)
    edit(folder, "location: Main library\n", "")
    edit(folder, "closes_on:", "open_until_filled: true\n#closes_on:")
    imported(app, folder)
    (posting,) = postings()
    assert (posting.location, posting.closes_on, posting.open_until_filled) == ("", None, True)


def test_one_edit_after_the_other_needs_no_export_between(app: Flask, folder: Path) -> None:
    draft_posting()
    exported(app, folder)
    for pay in ("53000", "54000", "52000", "55000"):
        text = (folder / NAME).read_text()
        line = next(each for each in text.split("\n") if each.startswith("pay_min"))
        edit(folder, line, f"pay_min: {pay}")
        assert outcomes(imported(app, folder)) == ["updated"]
        assert str(postings()[0].pay_min) == f"{pay}.00"


def test_what_changed_only_in_tracker_stays_and_is_told(app: Flask, folder: Path) -> None:
    draft_posting()
    exported(app, folder)
    change(summary="Newer words.")
    (row,) = imported(app, folder)
    assert row["outcome"] == "newer"
    assert [(each["field"], each["changed_in"]) for each in row["differences"]] == [
        ("summary", "tracker")
    ]
    assert postings()[0].summary == "Newer words."
    assert b"summary: Newer words." in exported(app, folder)[NAME]


@pytest.mark.both_databases
def test_what_changed_on_both_sides_is_reported_and_nothing_is_overwritten(
    app: Flask, folder: Path
) -> None:
    draft_posting()
    other = draft_posting(title="Page")
    exported(app, folder)
    edit(folder, "pay_max: 61000", "pay_max: 63000")
    edit(folder, "location: Main library", "location: Branch")
    edit(folder, "title: Page", "title: Night Page", "page.md")
    values: Any = {"location": "Annex", "summary": "Newer words."}
    operations.change(next(p for p in postings() if p.id != other.id), values, by=None)
    db.session.commit()
    before = held(folder)
    result = run(app, "import", folder)
    assert result.exit_code == 3
    assert result.output.splitlines()[1:5] == [
        f"  draft {postings()[0].reference} (/postings/childrens-librarian) was changed in Tracker"
        " and in this file since it was written. Nothing was overwritten. Join the two in Git"
        " (docs/git.md), then import it again.",
        "    summary, changed in Tracker: “Fernhollow Library looks for someone who reads aloud"
        " with joy.” in the file, “Newer words.” in Tracker",
        "    pay_max, changed in the file: “63000” in the file, “61000” in Tracker",
        "    location, changed on both sides: “Branch” in the file, “Annex” in Tracker",
    ]
    posting, page = postings()
    assert (posting.location, str(posting.pay_max)) == ("Annex", "61000.00")
    assert page.title == "Night Page"  # the other file was taken
    rows = imported(app, folder, code=3)
    assert outcomes(rows) == ["both", "unchanged"]
    assert held(folder) == before
    # Nor does an export put Tracker's words over those of the person.
    result = run(app, "export", folder)
    assert (result.exit_code, "was changed and not imported" in result.stderr) == (3, True)
    assert held(folder)[NAME] == before[NAME]


def test_a_file_that_holds_what_tracker_changed_too_is_taken(app: Flask, folder: Path) -> None:
    draft_posting()
    exported(app, folder)
    change(location="Annex")
    edit(folder, "pay_max: 61000", "pay_max: 63000")
    imported(app, folder, code=3)
    edit(folder, "location: Main library", "location: Annex")
    assert outcomes(imported(app, folder)) == ["updated"]
    (posting,) = postings()
    assert (posting.location, str(posting.pay_max)) == ("Annex", "63000.00")


def test_an_older_copy_takes_nothing_back(app: Flask, folder: Path) -> None:
    draft_posting()
    old = exported(app, folder)[NAME]
    change(location="Annex")
    exported(app, folder)
    (folder / NAME).write_bytes(old)
    assert outcomes(imported(app, folder)) == ["newer"]
    (folder / NAME).write_bytes(old.replace(b"pay_max: 61000", b"pay_max: 63000"))
    assert outcomes(imported(app, folder, code=3)) == ["both"]
    assert postings()[0].location == "Annex"


def test_a_file_of_another_tracker_overwrites_nothing(app: Flask, folder: Path) -> None:
    draft_posting()
    exported(app, folder)
    empty()
    draft_posting(title="Shelver")
    rows = imported(app, folder, code=3)
    assert [(each["outcome"], each["differences"][0]["changed_in"]) for each in rows] == [
        ("both", "unknown")
    ]
    assert [each.title for each in postings()] == ["Shelver"]
    before = held(folder)
    assert exported(app, folder, code=3) == before
