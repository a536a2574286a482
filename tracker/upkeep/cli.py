"""Commands for the house as a whole."""

import json
import os
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from flask_migrate import upgrade
from sqlalchemy import inspect

from tracker.accounts import operations as accounts
from tracker.accounts import queries as people
from tracker.accounts.rules import LinkKind
from tracker.core import links
from tracker.core.access import Role
from tracker.core.db import db, writing
from tracker.upkeep import backup, demo, serving, verification


def _app() -> Flask:
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 - Flask's own way
    assert isinstance(app, Flask)
    return app


def _on_ready_database(command: Callable[..., Any]) -> Callable[..., Any]:
    """Refuse to work on tables of another version."""

    @wraps(command)
    def checked(*args: Any, **kwargs: Any) -> Any:
        if not serving.is_migrated(_app()):
            raise click.ClickException("The database is not up to date. Run: flask db upgrade")
        return command(*args, **kwargs)

    return checked


@click.command("serve")
@click.option("--prepare", is_flag=True, help="First migrate; on a first start load the demo.")
@with_appcontext
def serve(prepare: bool) -> None:
    """Serve the web and do the background work, until Ctrl-C."""
    welcome = [f"Tracker is at {current_app.config['BASE_URL']} (Ctrl-C ends it)."]
    if prepare:
        _prepare()
        welcome += _ways_in()
    code = serving.serve(_app(), announce=lambda: click.echo("\n".join(welcome)))
    # All that was started has ended; taking this process apart piece by piece only takes time.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _prepare() -> None:
    """Take the steps of a start on a fresh machine; quick when there is nothing to do.

    What an earlier start began and did not finish is finished.
    """
    with_demo = not current_app.config["PRODUCTION"]
    serving.migrate(_app(), first_start=with_demo)
    for line in demo.finish_first_start() if with_demo else ():
        click.echo(line)


def _ways_in() -> list[str]:
    """Say who can sign in: on a developer's own machine, by a link made just now."""
    if not people.has_administrator():
        return ["Nobody can sign in yet. Run: flask users create-admin EMAIL"]
    if current_app.config["PRODUCTION"]:
        return []
    with writing():
        known = [each for each in people.all_people() if each.role is Role.ADMINISTRATOR]
        person = demo.administrator() or next(each for each in known if each.is_active)
        token = accounts.issue_link(person, LinkKind.SIGN_IN, by=None)
        name = person.name
        db.session.commit()
    return [f"Sign in once as {name}, administrator: {links.sign_in(token)}"]


@click.command("worker")
def worker() -> None:
    """Do background work alone: deliver mail, keep the clock (WORKER_CLOCK=0: no clock)."""
    serving.work(announce=lambda: click.echo("The worker waits for work (Ctrl-C ends it)."))


@click.command("verify")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@with_appcontext
@_on_ready_database
def verify(as_json: bool) -> None:
    """Check every stored promise; exit 1 with a list where one is broken."""
    report = verification.verify()
    if as_json:
        click.echo(json.dumps(report.as_json(), indent=1, ensure_ascii=False))
    else:
        for each in report.broken:
            click.echo(f"broken: {each.message}")
        for note in report.notes:
            click.echo(f"note: {note}")
        looked = ", ".join(f"{count} {kind}" for kind, count in report.checked.items())
        found = f"{len(report.broken)} broken" if report.broken else "all kept"
        click.echo(f"Looked at {looked}: {found}.")
    sys.exit(1 if report.broken else 0)


@click.command("backup")
@click.argument("file", type=click.Path(path_type=Path))
@with_appcontext
@_on_ready_database
def back_up(file: Path) -> None:
    """Save rows and files into FILE, while Tracker works."""
    counts = backup.back_up(file)
    size = file.stat().st_size
    click.echo(f"Saved {counts['rows']} rows and {counts['files']} files in {file} ({size} bytes).")


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path))
@with_appcontext
def restore(file: Path) -> None:
    """Bring FILE back into an empty database and an empty file store."""
    if file.is_file() and not inspect(db.engine).get_table_names():
        upgrade()
    _restore(file)


@_on_ready_database
def _restore(file: Path) -> None:
    counts = backup.restore(file)
    click.echo(
        f"Brought back {counts['rows']} rows and {counts['files']} files. Mail that had not gone"
        f" is held: look at it on the Messages page. Now run: flask verify"
    )


@click.command("demo")
@click.option("--remove", is_flag=True, help="Remove the demo and nothing else.")
@with_appcontext
@_on_ready_database
def load_demo(remove: bool) -> None:
    """Load a fictional library with postings and applications, or remove it."""
    if remove:
        for line in demo.remove_demo():
            click.echo(line)
        return
    for line in demo.load_demo():
        click.echo(line)


@click.command("translate")
@with_appcontext
def translate() -> None:
    """Bring the catalogues of translations up to date; exit 1 where sentences lack one."""
    # What reads catalogues is not loaded by those who only serve.
    from tracker.upkeep import translating  # noqa: PLC0415

    missing = 0
    for language in translating.TRANSLATED:
        change = translating.update(language)
        missing += len(change.missing)
        for mark, sentences in (("new", change.added), ("gone", change.removed)):
            for sentence in sentences:
                click.echo(f"{mark}: {sentence}")
        for sentence in change.missing:
            click.echo(f"not translated: {sentence}")
        place = translating.path_of(language).relative_to(translating.ROOT)
        click.echo(f"{place}: {len(change.missing)} sentences wait for their translation.")
    sys.exit(1 if missing else 0)


commands = [serve, worker, verify, back_up, restore, load_demo, translate]
