"""Take mail in from the command line."""

import json
import random
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import click
from flask import Flask, current_app

from tracker.core.commands import guarded
from tracker.core.db import db
from tracker.core.errors import DomainError
from tracker.intake import arrival, boxes
from tracker.intake.arrival import Arrival, Outcome
from tracker.intake.rules import Verdict

TELL_EVERY = 100
LANES = 2


@click.command("intake")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array, a message each.")
def intake(paths: tuple[Path, ...], as_json: bool) -> None:
    """Take in mail: .eml files, mbox files, maildirs, or folders of them.

    Each mail is kept and understood once, however often it is read.
    """
    boxes.check(list(paths))
    skipped: list[Path] = []
    found = [each for path in paths for each in boxes.walk(path, skipped=skipped)]
    places = {each.label: place for place, each in enumerate(found)}
    # In no order, so that two processes with one folder seldom meet at one mail.
    random.shuffle(found)
    lanes = [_Lane(found[number::LANES]) for number in range(LANES)]
    _side_by_side(lanes)
    outcomes = [each for lane in lanes for each in lane.outcomes]
    outcomes.sort(key=lambda each: places[each.label])
    _report(outcomes, as_json=as_json)
    for path in skipped:
        click.echo(f"{path} is no mail, or cannot be read; left out.", err=True)
    unreadable = [each for lane in lanes for each in lane.worker.unreadable]
    for sentence in unreadable:
        click.echo(sentence, err=True)
    trouble = next((lane.trouble for lane in lanes if lane.trouble), "")
    if unreadable and not trouble:
        trouble = f"{len(unreadable)} mails could not be read. The others are taken in."
    if trouble:
        raise click.ClickException(trouble)


class _Lane:
    """A part of the mails, one after the other, with what came of them."""

    def __init__(self, found: list[boxes.Found]) -> None:
        self.found, self.worker = found, Arrival()
        self.outcomes: list[Outcome] = []
        self.trouble = ""

    def run(self, app: Flask, ending: threading.Event) -> None:
        """Take in this part; trouble that concerns all of it ends it, and is kept as a sentence."""
        with app.app_context():
            try:
                for number, each in enumerate(arrival.take_all(self.found, self.worker), 1):
                    self.outcomes.append(each)
                    db.session.remove()
                    if number % TELL_EVERY == 0:
                        self.worker.tell_worker()
                    if ending.is_set():
                        return
            except DomainError as error:
                self.trouble = error.message
            finally:
                self.worker.tell_worker()


def _side_by_side(lanes: list[_Lane]) -> None:
    """Run the lanes at once: while one waits for a child or the disk, another one writes.

    Raises what a lane raised that is no sentence. Ctrl-C ends each after its mail.
    """
    app, ending = current_app._get_current_object(), threading.Event()  # type: ignore[attr-defined]  # noqa: SLF001
    with ThreadPoolExecutor(len(lanes)) as pool:
        running = [pool.submit(lane.run, app, ending) for lane in lanes]
        try:
            for each in running:
                each.result()
        finally:
            ending.set()


def _report(outcomes: list[Outcome], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps([each.as_json() for each in outcomes], indent=1))
        return
    for each in outcomes:
        about = f" {each.application}" if each.application else ""
        click.echo(f"{each.label}: {each.verdict.value}{about}. {each.why}")
    counts = {each: sum(one.verdict is each for one in outcomes) for each in Verdict}
    said = ", ".join(f"{verdict.value} {count}" for verdict, count in counts.items() if count)
    click.echo(f"{len(outcomes)} mails: {said or 'nothing'}.")


def init_app(app: Flask) -> None:
    """Put the command beside the others about mail."""
    group = app.cli.commands["mail"]
    assert isinstance(group, click.Group)
    group.add_command(guarded(intake))
