"""What the tests of files in a folder share: commands, an emptied database, all of a posting."""

import json
from pathlib import Path
from typing import Any

from click.testing import Result
from flask import Flask
from sqlalchemy import delete, inspect, select

from tracker.core.db import db
from tracker.postings.models import Posting

NOT_SAID = frozenset(
    {
        # Which row it is, who made it and when, and what it was read from: not the posting's words.
        *("id", "posting_id", "version", "created_at", "created_by_id", "changed_at", "is_demo"),
        *("changed_by_id", "asked_by_id", "edited_by_id", "approved_by_id"),
        *("source_name", "source_sha256", "source_text", "findings"),
        # Where it stands is moved by publishing, which import does only when asked.
        *("state", "published_at", "closed_at"),
        # The day and time in the employer's zone, as an instant: an empty database has no employer.
        *("closes_at", "listed_at"),
        # Whom these name is compared by address and title.
        *("contact_person_id", "contact_position_id"),
    }
)


def run(app: Flask, *words: object) -> Result:
    """Run `flask postings …`."""
    db.session.rollback()
    result = app.test_cli_runner().invoke(args=["postings", *map(str, words)])
    db.session.rollback()
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def exported(app: Flask, folder: Path, code: int = 0) -> dict[str, bytes]:
    """Export everything; returns the folder's files."""
    result = run(app, "export", folder)
    assert result.exit_code == code, result.output
    return held(folder)


def held(folder: Path) -> dict[str, bytes]:
    """The files of a folder, by name."""
    return {
        each.relative_to(folder).as_posix(): each.read_bytes()
        for each in sorted(folder.rglob("*"))
        if each.is_file()
    }


def imported(app: Flask, *words: object, code: int = 0) -> list[dict[str, Any]]:
    """Import; returns what `--json` printed."""
    result = run(app, "import", *words, "--json")
    assert result.exit_code == code, result.output
    rows: list[dict[str, Any]] = json.loads(result.stdout)
    return rows


def outcomes(rows: list[dict[str, Any]]) -> list[str]:
    return [each["outcome"] for each in rows]


def empty() -> None:
    """Delete every row of every table."""
    db.session.rollback()
    for table in reversed(db.metadata.sorted_tables):
        db.session.execute(delete(table))
    db.session.commit()


def postings() -> list[Posting]:
    db.session.rollback()
    db.session.expire_all()
    return list(db.session.scalars(select(Posting).order_by(Posting.reference)))


def whole(posting: Posting) -> dict[str, Any]:
    """Everything that a posting says, column by column, whatever columns there are."""
    contact, position = posting.contact_person, posting.contact_position
    return {
        **_columns(posting),
        "contact": (contact.email, contact.name, contact.title) if contact else None,
        "position": position.title if position else None,
        "members": sorted((each.role, each.person.email) for each in posting.members),
        **{
            part: [_columns(row) for row in getattr(posting, part)]
            for part in ("sections", "documents", "questions", "skills")
        },
    }


def _columns(row: Any) -> dict[str, Any]:
    return {
        each.key: getattr(row, each.key)
        for each in inspect(type(row)).column_attrs
        if each.key not in NOT_SAID
    }
