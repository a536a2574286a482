"""A folder of postings in files: changed there, and what an import said of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import event

from tests.postings.folder import postings
from tracker.core.db import db
from tracker.postings import operations
from tracker.postings.rules import PostingState

S = PostingState
NAME = "childrens-librarian.md"


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
