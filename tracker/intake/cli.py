"""Take mail in from the command line."""

import json
import random
from pathlib import Path

import click
from flask import Flask

from tracker.core.commands import guarded, shown
from tracker.core.db import db
from tracker.core.errors import DomainError
from tracker.intake import batch, boxes
from tracker.intake.arrival import Arrival, Outcome
from tracker.intake.rules import Verdict

TELL_EVERY = 100


@click.command("intake")
@click.argument("paths", nargs=-1, required=True, type=click.Path())
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array, a message each.")
def intake(paths: tuple[str, ...], as_json: bool) -> None:
    """Take in mail: .eml files, mbox files, maildirs, or folders of them.

    Each mail is kept and understood once, however often it is read.
    """
    if "" in paths:  # as a script gives a variable that is not set; "." would be all that is here
        raise click.ClickException("A path is empty. Nothing was taken in.")
    places_named = [Path(each) for each in paths]
    try:
        boxes.check(places_named)
    except DomainError as error:
        raise click.ClickException(shown(error.message)) from error
    skipped: list[Path] = []
    found = [each for path in places_named for each in boxes.walk(path, skipped=skipped)]
    places = {each.label: place for place, each in enumerate(found)}
    # In no order, so that two processes with one folder seldom meet at one mail.
    random.shuffle(found)
    worker, outcomes, trouble = Arrival(), list[Outcome](), ""
    try:
        for number, each in enumerate(batch.take_all(found, worker), 1):
            outcomes.append(each)
            db.session.remove()
            if number % TELL_EVERY == 0:
                worker.tell_worker()
    except DomainError as error:
        trouble = error.message
    finally:
        worker.tell_worker()
    outcomes.sort(key=lambda each: places[each.label])
    _report(outcomes, as_json=as_json)
    for path in skipped:
        click.echo(f"{shown(path)} is no mail, or cannot be read; left out.", err=True)
    for sentence in worker.unreadable:
        click.echo(shown(sentence), err=True)
    if worker.unreadable and not trouble:
        trouble = f"{_mails(len(worker.unreadable))} could not be read. The others are taken in."
    if trouble:
        raise click.ClickException(shown(trouble))


def _report(outcomes: list[Outcome], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps([each.as_json() for each in outcomes], indent=1))
        return
    for each in outcomes:
        about = f" {each.application}" if each.application else ""
        click.echo(shown(f"{each.label}: {each.verdict.value}{about}. {each.why}"))
    counts = {each: sum(one.verdict is each for one in outcomes) for each in Verdict}
    said = ", ".join(f"{verdict.value} {count}" for verdict, count in counts.items() if count)
    click.echo(f"{_mails(len(outcomes))}: {said or 'nothing'}.")


def _mails(count: int) -> str:
    return "1 mail" if count == 1 else f"{count} mails"


def init_app(app: Flask) -> None:
    """Put the command beside the others about mail."""
    group = app.cli.commands["mail"]
    assert isinstance(group, click.Group)
    group.add_command(guarded(intake))
