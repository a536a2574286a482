"""Postings as files in a folder under Git: take what changed there, write what changed here."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

from tracker.core.db import db, now, writing
from tracker.core.errors import DomainError
from tracker.postings import operations
from tracker.postings.cli.publishing import publish
from tracker.postings.folder import FileReading, read_file
from tracker.postings.operations.folder import Difference, Taken
from tracker.postings.parsing import PageUnreadableError
from tracker.postings.queries import folder as files
from tracker.postings.rules import PostingState

S = PostingState
LONGEST_WORDS = 70
WHERE = {
    "file": "changed in the file",
    "tracker": "changed in Tracker",
    "both": "changed on both sides",
    "unknown": "different",
}


@dataclass(slots=True)
class Answer:
    """What is told about a file, in words and as JSON; `failed` and `both` make the exit code."""

    file: str
    title: str = ""
    lines: list[str] = field(default_factory=list)
    shown: dict[str, Any] = field(default_factory=dict)
    posting_id: int | None = None
    failed: bool = False
    both: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return the object that `--json` prints for the file."""
        return {"file": self.file, "kind": "posting file", "title": self.title, **self.shown}


def read_files(found: dict[str, bytes]) -> tuple[list[FileReading], list[Answer]]:
    """Read posting files; those that cannot be read are answered already."""
    readings, refused = [], []
    seen: dict[str, str] = {}
    for file, data in found.items():
        try:
            reading = read_file(file, data)
        except PageUnreadableError as error:
            refused.append(_refusal(file, error.message))
            continue
        reference = reading.head.reference
        if reference and reference in seen:
            said = f"{file} was left out: {seen[reference]} says that it is {reference} too."
            refused.append(_refusal(file, said))
            continue
        seen[reference] = file
        readings.append(reading)
    return readings, refused


def _refusal(file: str, said: str, title: str = "") -> Answer:
    shown = {"outcome": "refused", "reason": said}
    return Answer(file, title, [said], shown, failed=True)


def show_files(readings: Iterable[FileReading]) -> list[Answer]:
    """Tell what was read, without a database."""
    return [
        Answer(each.file, each.title, list(each.notes), _head(each) | {"outcome": "read"})
        for each in readings
    ]


def _head(reading: FileReading) -> dict[str, Any]:
    head = reading.head
    return {"reference": head.reference or None, "slug": head.slug or None, "notes": reading.notes}


def take_files(
    readings: Iterable[FileReading], names: dict[str, str], *, publishing: bool, reason: str = ""
) -> list[Answer]:
    """Bring postings up to their files, each in a transaction of its own."""
    answers = []
    for reading in readings:
        try:
            with writing():
                taken = operations.take_file(
                    reading, name=names[reading.file], by=None, reason=reason
                )
                answer = _answer(reading, taken)
                _mind_state(reading, taken, answer, publishing=publishing)
                db.session.commit()
        except operations.ReasonNeededError as error:
            said = f"{reading.file} was not taken: {error.message} (--reason TEXT)"
            answer = _refusal(reading.file, said, reading.title)
        except DomainError as error:
            said = f"{reading.file} was not taken: {error.message}"
            answer = _refusal(reading.file, said, reading.title)
        answers.append(answer)
    return answers


def _answer(reading: FileReading, taken: Taken) -> Answer:
    posting = taken.posting
    notes = [*reading.notes, *taken.notes]
    what = f"{posting.state_at(now()).value} {posting.reference} (/postings/{posting.slug})"
    fields = ", ".join(each.field for each in taken.differences)
    lines = {
        "created": f"{what} was created.",
        "updated": f"{what} was brought up to the file: {fields}.",
        "unchanged": f"{what} says the same; nothing was changed.",
        "newer": f"{what} was changed in Tracker since this file was written, and the file was not:"
        f" {fields}. Nothing was changed. Export it to have Tracker's words here.",
        "both": f"{what} was changed in Tracker and in this file since it was written. Nothing was"
        " overwritten. Join the two in Git (docs/git.md), then import it again.",
    }
    if any(each.changed_in == "unknown" for each in taken.differences):
        lines["both"] = (
            f"{what} says otherwise, and Tracker never saw the words that this file was written"
            " from. Nothing was overwritten. Export it into another folder and compare the two."
        )
    both = taken.outcome == "both"
    shown = {
        "reference": posting.reference,
        "slug": posting.slug,
        "state": posting.state_at(now()).value,
        "outcome": taken.outcome,
        "differences": [_difference_json(each) for each in taken.differences],
        "notes": notes,
    }
    told = [lines[taken.outcome], *(map(_difference_line, taken.differences) if both else ())]
    return Answer(
        reading.file, reading.title, [*told, *notes], shown, posting_id=posting.id, both=both
    )


def _difference_json(each: Difference) -> dict[str, Any]:
    return {
        "field": each.field,
        "file": each.in_file,
        "tracker": each.in_tracker,
        "changed_in": each.changed_in,
    }


def _difference_line(each: Difference) -> str:
    here, there = _rows(each.in_file), _rows(each.in_tracker)
    return (
        f"  {each.field}, {WHERE[each.changed_in]}: {_first_of(here, there)} in the file,"
        f" {_first_of(there, here)} in Tracker"
    )


def _rows(value: Any) -> list[str]:
    """Take a value apart into lines, to show the one that differs."""
    if value is None or value == "":
        return []
    if isinstance(value, list):
        return [row for each in value for row in _rows(each)]
    if isinstance(value, dict):
        pairs = ((key, words) for key, words in value.items() if words not in (None, "", []))
        return [", ".join(f"{key} {words}" for key, words in pairs)]
    return [line for line in str(value).split("\n") if line.strip()]


def _first_of(rows: list[str], others: list[str]) -> str:
    row = next((each for each in rows if each not in others), rows[0] if rows else None)
    if row is None:
        return "nothing"
    return f"“{row if len(row) <= LONGEST_WORDS else row[: LONGEST_WORDS - 1] + '…'}”"


def _mind_state(reading: FileReading, taken: Taken, answer: Answer, *, publishing: bool) -> None:
    """Publish a draft where that was asked for; say where a file wants what import never does."""
    posting, wanted = taken.posting, reading.head.state
    if taken.agreed is None:
        return
    if posting.state is not S.DRAFT:
        said_before = taken.agreed.state
        if wanted not in {"", said_before, posting.state_at(now()).value}:
            answer.lines.append(
                f"Its file says “{wanted}”, and Tracker “{posting.state_at(now()).value}”. Import"
                " moves nothing but drafts: do it on the posting's page."
            )
        return
    if not publishing:
        if wanted in {S.OPEN, S.SCHEDULED} and taken.outcome != "unchanged":
            answer.lines.append(f"Its file says “{wanted}”. Without --publish it stays a draft.")
        return
    _publish_file(wanted, taken, answer)


def _publish_file(wanted: str, taken: Taken, answer: Answer) -> None:
    posting, agreed = taken.posting, taken.agreed
    if wanted not in {"", S.OPEN, S.SCHEDULED}:
        answer.lines.append(f"Its file says “{wanted}”, so it was not published.")
        return
    theirs = agreed is not None and agreed.imported
    if not wanted and not theirs and posting.created_by_id is not None:
        answer.lines.append(
            "It was not published: somebody writes it in Tracker, and its file was only exported."
            " Publish it on its page, or write `state: open` into the file."
        )
        return
    said = publish(posting)
    answer.lines += said.lines
    answer.failed = not said.done
    answer.shown["state"] = posting.state.value


def missing(taken: Iterable[Answer], names: Collection[str]) -> list[Answer]:
    """Name the postings that had a file and have none in this folder; nothing is deleted.

    `names` are those of all files that are here, one that was refused among them.
    """
    here = {each.posting_id for each in taken}
    gone = [
        each
        for each in files.latest_files()
        if each.posting_id not in here and each.name not in names
    ]
    return [
        Answer(
            each.name,
            each.posting.title,
            [
                f"{each.posting.reference} ({each.posting.label}) has no file here; it had one"
                f" ({each.name}). Nothing was deleted."
            ],
            {"reference": each.posting.reference, "outcome": "missing"},
        )
        for each in gone
    ]


def tell(answer: Answer, *, to_stderr: bool) -> None:
    """Say in lines what came of a file."""
    if answer.shown["outcome"] in {"refused", "missing"}:
        click.echo(answer.lines[0], err=True if answer.failed else to_stderr)
        return
    if not to_stderr:
        click.echo(f"{answer.file}: {answer.title or 'no title'}")
    for line in answer.lines:
        click.echo(f"{answer.file}: {line}" if to_stderr else f"  {line}", err=to_stderr)


def names_of(paths: Iterable[Path], found: Iterable[str]) -> dict[str, str]:
    """Name each file as its folder knows it; one that was named itself, by its own name."""
    folders = [each for each in paths if each.is_dir()]
    names = {}
    for file in found:
        path = Path(file)
        inside = [path.relative_to(each) for each in folders if path.is_relative_to(each)]
        names[file] = inside[0].as_posix() if inside else path.name
    return names
