"""Write each posting into a folder as a Markdown file, and leave alone what a person changed."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from tracker.core.db import db, now, writing
from tracker.postings import operations, queries
from tracker.postings.exports.markdown import as_file, content_of, head_of
from tracker.postings.folder import (
    LARGEST_FILE,
    FileReading,
    digest,
    is_posting_file,
    read_file,
)
from tracker.postings.models import Posting
from tracker.postings.operations.folder import settled
from tracker.postings.parsing import PageUnreadableError
from tracker.postings.queries import folder as files

PAGE_SUFFIXES = frozenset({".md", ".markdown", ".html", ".htm", ".txt"})
NO_POSTINGS = frozenset({"readme", "license", "changelog", "contributing"})
"""Pages that lie beside postings in a folder and are none; named as a file, they are read."""
RESERVED = (
    NO_POSTINGS
    | {"con", "prn", "aux", "nul"}
    | {f"{device}{number}" for device in ("com", "lpt") for number in range(10)}
)
"""No posting's file is called so: import would pass it by, or Windows would not have it."""


@dataclass(slots=True)
class Standing:
    """A posting's file that lies in the folder already."""

    path: Path
    reading: FileReading


@dataclass(slots=True)
class Written:
    """What came of a posting. "kept": its file holds what nobody has imported."""

    reference: str
    name: str
    outcome: str
    line: str = ""


@click.command("export")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print what was done as one JSON array.")
def export_postings(folder: Path, *, as_json: bool) -> None:
    """Write one Markdown file a posting, with front matter, into a folder (for Git).

    The same postings always give the same bytes. A file that a person changed since and that
    was not imported stays as it is: exits 3. Exits 1 when something could not be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        standing, strangers = _standing(folder)
        done = [_export(each, folder, standing) for each in files.to_export()]
    except OSError as error:
        raise click.ClickException(
            f"{error.filename or folder} could not be written: {error.strerror or error}."
        ) from None
    known = {each.reference for each in done}
    done += [
        Written(
            reference,
            _name(each.path, folder),
            "stranger",
            f"{each.path}: no posting here is {reference}; the file stays as it is.",
        )
        for reference, each in standing.items()
        if reference not in known
    ]
    _tell(done, strangers, as_json=as_json)


def pages_in(folder: Path) -> list[Path]:
    """Return the pages of a folder, those in folders within it among them.

    A link is no page: whoever proposes a change to a folder does not choose what else of this
    machine is read.
    """
    return sorted(
        each
        for each in folder.rglob("*")
        if each.suffix.lower() in PAGE_SUFFIXES
        and each.stem.lower() not in NO_POSTINGS
        and not any(part.startswith(".") for part in each.relative_to(folder).parts)
        and each.is_file()
        and not each.is_symlink()
    )


def read_bytes(path: Path) -> bytes:
    """Read a file, and of one that is far too large only as much as shows that it is."""
    with path.open("rb") as file:
        return file.read(LARGEST_FILE + 1)


def _standing(folder: Path) -> tuple[dict[str, Standing], list[str]]:
    """Find the files that are postings' already, by reference; and lines about odd ones."""
    found: dict[str, Standing] = {}
    odd = []
    for path in pages_in(folder):
        data = read_bytes(path)
        if not is_posting_file(data):
            continue
        try:
            reading = read_file(str(path), data)
        except PageUnreadableError as error:
            odd.append(f"{error.message} It stays as it is.")
            continue
        reference = reading.head.reference
        if not reference:
            row = files.by_file(_name(path, folder))
            reference = row.posting.reference if row is not None else ""
        if reference in found:
            odd.append(f"{path} stays as it is: {found[reference].path} is {reference} too.")
        elif reference:
            found[reference] = Standing(path, reading)
    return found, odd


def _name(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix()


def _export(posting_id: int, folder: Path, standing: dict[str, Standing]) -> Written:
    posting = queries.by_id(posting_id)
    assert posting is not None  # postings are never deleted while this runs, but for the demo's
    at = now()
    there = standing.get(posting.reference)
    path = there.path if there else _free_path(posting, folder)
    name = _name(path, folder)
    if there and _is_unread(there.reading, posting):
        line = f"{path} was changed and not imported, so it stays as it is. Import it first."
        return Written(posting.reference, name, "kept", line)
    held = there is not None and there.reading.head.state == "draft"
    data = as_file(posting, at, held=held)
    try:
        comes_back = read_file(name, data).content == content_of(posting)
    except PageUnreadableError:
        comes_back = False
    if not comes_back:
        line = f"{posting.reference} was not written: it would not come back as it is."
        return Written(posting.reference, name, "failed", line)
    # First, so that a file always has a base line that is known here, whatever breaks between.
    reference, slug = posting.reference, posting.slug
    _remember(posting, name, head_of(posting, "", at).state)
    outcome = _write(path, data)
    return Written(reference, name, outcome, _told(there, slug, path, outcome))


def _free_path(posting: Posting, folder: Path) -> Path:
    """Name a new file by the posting's slug, or by its reference too where that is taken."""
    path = folder / f"{posting.slug}.md"
    if posting.slug in RESERVED or path.exists():
        path = folder / f"{posting.slug}-{posting.reference.lower()}.md"
    return path


def _is_unread(reading: FileReading, posting: Posting) -> bool:
    """Tell whether a file holds words of a person's that Tracker has never been given."""
    there = digest(settled(reading.content, posting))
    known = files.agreed(posting, reading.head.base)
    return there not in {known.digest if known else "", digest(content_of(posting))}


def _write(path: Path, data: bytes) -> str:
    """Write a file whole or not at all; one that holds the same is not touched."""
    if path.exists() and path.read_bytes() == data:
        return "unchanged"
    outcome = "updated" if path.exists() else "created"
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(data)
    os.replace(part, path)
    return outcome


def _remember(posting: Posting, name: str, state: str) -> None:
    """Write down what was exported, where that is not known; reading alone needs no lock."""
    content = content_of(posting)
    known = files.agreed(posting, digest(content))
    if known is not None and (known.digest, known.name, known.state) == (known.base, name, state):
        return
    posting_id = posting.id
    with writing():
        again = queries.by_id(posting_id)
        if again is not None:
            operations.note_export(again, name=name, state=state, content=content)
        db.session.commit()


def _told(there: Standing | None, slug: str, path: Path, outcome: str) -> str:
    """Say what was done, and that a file keeps its name where its posting's address moved."""
    line = f"{path} was {outcome}."
    old = there.reading.head.slug if there else ""
    if outcome == "updated" and old and old != slug:
        line += f" The address is /postings/{slug} now; the file keeps its name."
    return line


def _tell(done: list[Written], odd: list[str], *, as_json: bool) -> None:
    if as_json:
        shown: list[dict[str, Any]] = [
            {"reference": each.reference, "file": each.name, "outcome": each.outcome}
            for each in done
        ]
        click.echo(json.dumps(shown, ensure_ascii=False, indent=2))
    for each in done:
        aside = each.outcome in {"kept", "failed", "stranger"}
        if aside or (each.outcome != "unchanged" and not as_json):
            click.echo(each.line, err=aside)
    for line in odd:
        click.echo(line, err=True)
    outcomes = [each.outcome for each in done]
    if not as_json:
        same = outcomes.count("unchanged")
        click.echo(f"{len(done)} postings, {same} of them unchanged." if done else "No postings.")
    if odd or "failed" in outcomes:
        raise click.exceptions.Exit(1)
    if "kept" in outcomes:
        raise click.exceptions.Exit(3)
