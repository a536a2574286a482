"""Commands for the house as a whole."""

import sys

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from tracker.upkeep import serving


def _app() -> Flask:
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 - Flask's own way
    assert isinstance(app, Flask)
    return app


@click.command("serve")
@click.option("--prepare", is_flag=True, help="First migrate; on a first start load the demo.")
@with_appcontext
def serve(prepare: bool) -> None:
    """Serve the web and do the background work, until Ctrl-C."""
    if prepare:
        serving.prepare(_app())
    sys.exit(serving.serve(_app(), announce=_announce))


@click.command("worker")
def worker() -> None:
    """Do background work alone: deliver mail, keep the clock (WORKER_CLOCK=0: no clock)."""
    serving.work()


def _announce() -> None:
    click.echo(f"Tracker is at {current_app.config['BASE_URL']} (Ctrl-C ends it).")


commands = [serve, worker]
