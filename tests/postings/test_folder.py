"""Postings in a folder under Git: what changed there comes in, what changed here stays."""

import datetime as dt
import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, func, select

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
from tracker.accounts.models import Person
from tracker.core.db import db
from tracker.organization.models import Position
from tracker.postings import operations
from tracker.postings.content import QuestionValue, SectionValue
from tracker.postings.models import Posting, PostingFile
from tracker.postings.rules import PostingState, QuestionKind

S = PostingState
NAME = "childrens-librarian.md"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "postings"


def edit(folder: Path, old: str, new: str, name: str = NAME) -> None:
    """Change a file as a person would, who sees at once whether the words were there."""
    text = (folder / name).read_text()
    assert text.count(old) == 1, text
    (folder / name).write_text(text.replace(old, new))


def change(title: str = "", **values: Any) -> None:
    """Change the only posting in Tracker."""
    (posting,) = postings()
    values |= {"title": title} if title else {}
    operations.change(posting, values, by=None)  # type: ignore[arg-type]  # keys are its own
    db.session.commit()


@contextmanager
def written() -> Iterator[list[str]]:
    """Collect what is written to the database meanwhile."""
    found: list[str] = []

    def note(_c: Any, _k: Any, statement: str, *_more: Any) -> None:
        if statement.split(maxsplit=1)[0] in {"INSERT", "UPDATE", "DELETE"}:
            found.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


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


GIT = shutil.which("git")


def git(folder: Path, *words: str) -> None:
    """Run git as somebody on example.org."""
    assert GIT is not None
    who = ("-c", "user.name=Ida Moreno", "-c", "user.email=ida.moreno@example.org")
    subprocess.run(
        [GIT, *who, "-c", "init.defaultBranch=main", *words],
        cwd=folder,
        check=True,
        capture_output=True,
    )


def test_the_recipe_joins_both_sides_in_git(app: Flask, folder: Path) -> None:
    draft_posting()
    exported(app, folder)
    git(folder, "init")
    git(folder, "add", ".")
    git(folder, "commit", "-m", "What Tracker has")
    git(folder, "branch", "tracker")
    edit(folder, "pay_max: 61000", "pay_max: 63000")
    git(folder, "commit", "-am", "Pay more")
    change(location="Annex", summary="Newer words.")
    assert outcomes(imported(app, folder, code=3)) == ["both"]
    git(folder, "switch", "tracker")
    exported(app, folder)
    git(folder, "commit", "-am", "What Tracker has")
    git(folder, "switch", "main")
    git(folder, "merge", "tracker")
    assert outcomes(imported(app, folder)) == ["updated"]
    (posting,) = postings()
    assert (posting.location, posting.summary) == ("Annex", "Newer words.")
    assert str(posting.pay_max) == "63000.00"


def test_a_file_that_is_gone_is_named_and_nothing_is_deleted(app: Flask, folder: Path) -> None:
    posting, _other = draft_posting(), draft_posting(title="Page")
    exported(app, folder)
    (folder / NAME).unlink()
    result = run(app, "import", folder)
    assert result.exit_code == 0
    assert (
        f"{posting.reference} (Children's Librarian) has no file here; it had one"
        " (childrens-librarian.md). Nothing was deleted." in result.output
    )
    assert len(postings()) == 2
    assert outcomes(imported(app, folder)) == ["unchanged", "missing"]
    assert outcomes(imported(app, folder / "page.md")) == ["unchanged"]


def test_a_file_that_was_refused_is_not_called_gone(app: Flask, folder: Path) -> None:
    open_posting()
    exported(app, folder)
    edit(folder, "pay_max: 61000", "pay_max: 63000")
    result = run(app, "import", folder)
    assert (result.exit_code, "Give a reason." in result.stderr) == (1, True)
    assert "has no file here" not in result.output


def test_a_link_to_another_place_is_not_read(app: Flask, folder: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.md"
    secret.write_text("# Password\n\nThe word of the day.\n")
    draft_posting()
    exported(app, folder)
    (folder / "linked.md").symlink_to(secret)
    (folder / "deeper").symlink_to(tmp_path, target_is_directory=True)
    assert outcomes(imported(app, folder)) == ["unchanged"]
    assert [each.title for each in postings()] == ["Children's Librarian"]


def test_a_renamed_posting_keeps_its_file_and_says_so(app: Flask, folder: Path) -> None:
    draft_posting()
    exported(app, folder)
    change("Story Librarian")
    result = run(app, "export", folder)
    assert "The address is /postings/story-librarian now; the file keeps its name." in result.output
    assert list(held(folder)) == [NAME]
    assert outcomes(imported(app, folder)) == ["unchanged"]
    (folder / NAME).rename(folder / "stories.md")
    assert outcomes(imported(app, folder)) == ["unchanged"]
    assert list(exported(app, folder)) == ["stories.md"]


def test_files_have_names_that_every_system_takes(app: Flask, folder: Path) -> None:
    folder.mkdir()
    for title in ("CON", "Readme", "文", "../../etc/passwd", "Page"):
        draft_posting(title=title)
    (folder / "page.md").write_text("Somebody's own page.\n")
    names = set(exported(app, folder))
    numbers = {each.title: each.reference for each in postings()}
    assert names == {
        f"con-{numbers['CON']}.md",
        f"readme-{numbers['Readme']}.md",
        f"posting-{numbers['文']}.md",
        "etc-passwd.md",
        "page.md",
        f"page-{numbers['Page']}.md",
    }
    assert (folder / "page.md").read_text() == "Somebody's own page.\n"
    (folder / "page.md").unlink()
    assert outcomes(imported(app, folder)) == ["unchanged"] * 5


def test_rows_that_candidates_answered_stay_theirs(app: Flask, folder: Path) -> None:
    asked = [
        QuestionValue("Can you work on Saturdays?", QuestionKind.YES_NO),
        QuestionValue("Which languages do you speak?", QuestionKind.SHORT_TEXT),
    ]
    posting = draft_posting(questions=asked)
    saturdays, languages = (each.id for each in posting.questions)
    exported(app, folder)
    edit(
        folder,
        "- text: Can you work on Saturdays?\n  kind: yes or no\n",
        "- text: May we keep your application?\n  kind: yes or no\n",
    )
    edit(
        folder,
        "- text: Which languages do you speak?",
        "- text: Which languages do you speak well?\n- text: Can you work on Saturdays?",
    )
    imported(app, folder)
    rows = {each.text: each.id for each in postings()[0].questions}
    assert list(rows)[1:] == ["Which languages do you speak well?", "Can you work on Saturdays?"]
    assert rows["Which languages do you speak well?"] == languages
    assert rows["Can you work on Saturdays?"] == saturdays
    assert rows["May we keep your application?"] not in {saturdays, languages}


def test_a_public_posting_is_not_made_less_than_whole(app: Flask, folder: Path) -> None:
    open_posting()
    exported(app, folder)
    edit(folder, "title: Children's Librarian\n", "")
    result = run(app, "import", folder)
    assert result.exit_code == 1
    assert "childrens-librarian.md was not taken: The posting has no title." in result.stderr
    assert [each.title for each in postings()] == ["Children's Librarian"]


def test_a_position_that_nobody_knows_is_refused_where_the_posting_is_known(
    app: Flask, folder: Path
) -> None:
    position = Position(title="Head of Youth Services", holder=person())
    db.session.add(position)
    db.session.commit()
    draft_posting(contact_position_id=position.id)
    exported(app, folder)
    edit(folder, "position: Head of Youth Services", "position: Head of Yuoth Services")
    result = run(app, "import", folder)
    assert result.exit_code == 1
    assert "there is no position “Head of Yuoth Services”" in result.stderr
    edit(folder, "position: Head of Yuoth Services", "position: head of  youth services")
    assert outcomes(imported(app, folder)) == ["unchanged"]
    empty()
    (row,) = imported(app, folder)
    assert row["notes"] == [
        "The position “head of youth services” was not known, and was added. Nobody holds it yet."
    ]
    assert db.session.scalars(select(Position.title)).all() == ["head of youth services"]


def test_a_contact_by_address_is_found_or_added(app: Flask, folder: Path) -> None:
    draft_posting()
    exported(app, folder)
    edit(folder, "  email: ida.moreno@example.org\n", "  email: Nora.Whitfield@example.org\n")
    edit(folder, "  name: Ida Moreno\n", "  name: Nora Whitfield\n")
    (row,) = imported(app, folder)
    contact = postings()[0].contact_person
    assert contact is not None
    assert (contact.email, contact.name, contact.unconfirmed) == (
        "nora.whitfield@example.org",
        "Nora Whitfield",
        True,
    )
    assert row["notes"] == [
        "nora.whitfield@example.org was not known, and was added as a person to be confirmed."
    ]
    edit(folder, "Nora.Whitfield@example.org", "nora@")
    assert run(app, "import", folder).exit_code == 1
    assert db.session.scalar(select(func.count()).select_from(Person)) == 2


BEGUN = """---
tracker: 1
title: Night Librarian
contact: nora.whitfield@example.org
pay_min: 17.50
pay_unit: hour
employment_types: [part-time]
closes_on: 2027-05-14
documents:
- kind: resume
---
Fernhollow Library looks for somebody who is awake when others sleep.

# Duties

Read.
"""


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
