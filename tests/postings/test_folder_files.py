"""Files of postings in Git: gone, renamed, linked and refused, and what stays of a posting."""

import shutil
import subprocess
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.postings.factories import (
    draft_posting,
    open_posting,
    person,
)
from tests.postings.folder import empty, exported, held, imported, outcomes, postings, run
from tests.postings.folders import NAME, change, edit
from tracker.accounts.models import Person
from tracker.core.db import db
from tracker.organization.models import Position
from tracker.postings.content import QuestionValue
from tracker.postings.rules import QuestionKind


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "postings"


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
