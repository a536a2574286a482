"""Postings from the command line: read pages in, check what would be published."""

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import click
from flask.cli import AppGroup
from sqlalchemy.exc import DBAPIError

from tracker.core.db import db, now, writing
from tracker.organization import queries as organization
from tracker.postings import operations, queries
from tracker.postings.checks import Check, Severity
from tracker.postings.cli import folder
from tracker.postings.cli.exporting import export_postings, pages_in, read_bytes
from tracker.postings.cli.publishing import publish
from tracker.postings.folder import is_posting_file
from tracker.postings.models import Posting
from tracker.postings.parsing import PageReading, PageUnreadableError, read_pages
from tracker.postings.readings import source_of
from tracker.postings.rules import PostingState

postings = AppGroup("postings", help="Read postings from pages and files; check and export them.")
postings.add_command(export_postings)
commands = (postings,)


@postings.command("import")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print what was read as one JSON array.")
@click.option("--dry-run", is_flag=True, help="Read and print; needs no database.")
@click.option("--publish", is_flag=True, help="Publish what lacks neither title nor contact.")
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The day from which a date without a year is the next such date.",
)
@click.option(
    "--reason",
    default="",
    help="Why public postings change in what matters to candidates; those who applied read it.",
)
def import_pages(
    paths: tuple[Path, ...],
    *,
    as_json: bool,
    dry_run: bool,
    publish: bool,
    as_of: dt.datetime | None,
    reason: str,
) -> None:
    """Read Markdown or HTML pages (or folders of them) and make a draft of each opening.

    The same page read again makes nothing new. List pages are read with the openings and
    give them titles. Files that `flask postings export` wrote bring their postings up to what
    was changed in them; one that was changed in Tracker too is named and left alone.

    Exits 0 when everything was taken; 1 when a file could not be read, taken or published
    (the others are); 3 when files were changed on both sides, and nothing else went wrong.
    """
    failures: list[str] = []
    found = _load(paths, failures)
    exported = {file: data for file, data in found.items() if is_posting_file(data)}
    pages = {file: data for file, data in found.items() if file not in exported}
    day = as_of.date() if as_of else None
    try:
        answers = _take(exported, paths, dry_run=dry_run, publish=publish, reason=reason)
        readings, news = _read(pages, day, failures, dry_run=dry_run, publish=publish)
    except DBAPIError as error:
        raise click.ClickException(
            f"The database cannot be used ({str(error.orig).strip()}). Run `flask db upgrade`"
            " first, or use --dry-run, which needs none."
        ) from None
    if as_json:
        shown = [each.as_json() for each in readings] + [each.as_json() for each in answers]
        click.echo(json.dumps(shown, ensure_ascii=False, indent=2))
    for reading in readings:
        _tell(reading, news.get(reading.file, []), to_stderr=as_json)
    for answer in answers:
        folder.tell(answer, to_stderr=as_json)
    for failure in failures:
        click.echo(failure, err=True)
    if failures or any(each.failed for each in answers):
        raise click.exceptions.Exit(1)
    if any(each.both for each in answers):
        raise click.exceptions.Exit(3)


def _take(
    exported: dict[str, bytes],
    paths: tuple[Path, ...],
    *,
    dry_run: bool,
    publish: bool,
    reason: str,
) -> list[folder.Answer]:
    """Take the posting files among what was found, and name those that are gone."""
    readings, answers = folder.read_files(exported)
    if dry_run:
        return answers + folder.show_files(readings)
    names = folder.names_of(paths, exported)
    taken = folder.take_files(readings, names, publishing=publish, reason=reason)
    gone = (
        folder.missing(taken, set(names.values()))
        if taken and any(each.is_dir() for each in paths)
        else []
    )
    return answers + taken + gone


def _read(
    pages: dict[str, bytes],
    day: dt.date | None,
    failures: list[str],
    *,
    dry_run: bool,
    publish: bool,
) -> tuple[list[PageReading], dict[str, list[str]]]:
    """Read the pages among what was found; returns what is to be told about each, too."""
    unreadable: list[PageUnreadableError] = []
    statement = "" if dry_run else _statement()
    readings = read_pages(list(pages.items()), day, statement or None, unreadable)
    news = {} if dry_run else _store(readings, pages, publishing=publish)
    failures += [each.message for each in unreadable]
    return readings, news


@postings.command("check")
@click.argument("slugs", metavar="[SLUG]...", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Print the findings as one JSON array.")
def check_postings(slugs: tuple[str, ...], *, as_json: bool) -> None:
    """Check postings before they are published: all that are or may become public, or those named.

    Exits 1 when something stops publishing, 2 when a posting is not known.
    """
    at = now()
    try:
        checked = _named(slugs) if slugs else queries.to_check(at)
        employer = queries.employer_facts(at)
        found = [(each, queries.checks_of(each, at, employer=employer)) for each in checked]
    except DBAPIError as error:
        click.echo(f"The database cannot be used ({str(error.orig).strip()}).", err=True)
        raise click.exceptions.Exit(2) from None
    if as_json:
        shown = [_as_json(posting, checks) for posting, checks in found]
        click.echo(json.dumps(shown, ensure_ascii=False, indent=2))
    else:
        for posting, checks in found:
            _tell_checks(posting, checks)
        if not found:
            click.echo("There is no posting to check.")
    if any(each.severity == "blocks" for _, checks in found for each in checks):
        raise click.exceptions.Exit(1)


def _named(slugs: Iterable[str]) -> list[Posting]:
    """Find postings by the last part of their addresses, each once; exit 2 on one unknown."""
    found = {slug: queries.by_slug(slug) for slug in slugs}
    unknown = [slug for slug, posting in found.items() if posting is None]
    if unknown:
        names = ", ".join(f"“{slug}”" for slug in unknown)
        click.echo(f"There is no posting {names}. Nothing was checked.", err=True)
        raise click.exceptions.Exit(2)
    return [posting for posting in found.values() if posting is not None]


def _as_json(posting: Posting, checks: list[Check]) -> dict[str, object]:
    return {
        "slug": posting.slug,
        "reference": posting.reference,
        "title": posting.title,
        "state": posting.state.value,
        "findings": [place for each in checks for place in each.as_json()],
    }


SEVERITY_WORDS: dict[Severity, str] = {
    "blocks": "stops publishing",
    "confirm": "to be confirmed",
    "advice": "advice",
}


def _tell_checks(posting: Posting, checks: list[Check]) -> None:
    click.echo(f"{posting.slug}: {posting.label}")
    for each in checks:
        click.echo(f"  {SEVERITY_WORDS[each.severity]}, {each.code}: {each.message}")
        for place in each.places:
            words = f"“{place.words}”" if place.words else ""
            where = f"({place.section})" if place.section else ""
            said = " ".join(filter(None, (words, where, place.note)))
            if said:
                click.echo(f"    {said}")
    if not checks:
        click.echo("  Nothing was found.")


def _load(paths: Iterable[Path], failures: list[str]) -> dict[str, bytes]:
    """Read the files' bytes by the names they were given as."""
    pages = {}
    for path in paths:
        files = pages_in(path) if path.is_dir() else [path]
        if not files:
            failures.append(f"{path} could not be read: the folder has no Markdown, HTML or text.")
        for file in files:
            try:
                pages[str(file)] = read_bytes(file)
            except OSError as error:
                failures.append(f"{file} could not be read: {error.strerror or error}.")
    return pages


def _statement() -> str:
    employer = organization.employer()
    return employer.equal_opportunity_statement if employer else ""


def _source_names(files: Iterable[str]) -> dict[str, str]:
    """Name each source by its file, and by its folder too where two files share a name."""
    files = list(files)
    shared = Counter(Path(file).name for file in files)
    return {
        file: Path(file).name if shared[Path(file).name] == 1 else "/".join(Path(file).parts[-2:])
        for file in files
    }


def _store(
    readings: list[PageReading], pages: dict[str, bytes], *, publishing: bool
) -> dict[str, list[str]]:
    """Make drafts; return what is to be told about each file."""
    names = _source_names(pages)
    news = {}
    for reading in readings:
        if reading.kind == "posting":
            source = source_of(names[reading.file], pages[reading.file])
            with writing():
                done = operations.import_reading(reading, source, by=None)
                said = [_outcome(done), *(f"{each['message']}" for each in done.findings)]
                if publishing and done.posting.state is PostingState.DRAFT:
                    said += publish(done.posting).lines
                db.session.commit()
            news[reading.file] = said
    return news


def _outcome(done: operations.Imported) -> str:
    posting = done.posting
    what = f"{posting.state.value} {posting.reference} (/postings/{posting.slug})"
    return {
        "created": f"{what} was created.",
        "updated": f"{what} was brought up to the page.",
        "unchanged": f"{what} was read from this page before; nothing was changed.",
        "differs": f"{what} was read from an earlier form of this page and has been worked on"
        " since; nothing was changed.",
    }[done.outcome]


def _tell(reading: PageReading, said: list[str], *, to_stderr: bool) -> None:
    """Say in lines what was read; beside JSON, only what was done with it."""
    if not to_stderr:
        title = reading.title or "no title"
        words = f"a list of {len(reading.postings or [])}" if reading.kind == "list" else title
        click.echo(f"{reading.file}: {words}")
        for finding in reading.findings:
            click.echo(f"  line {finding.line}, {finding.code}: {finding.message}")
    for each in said:
        click.echo(f"{reading.file}: {each}" if to_stderr else f"  {each}", err=to_stderr)
