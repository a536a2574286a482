"""Serve: the web and the worker as children of one supervisor, and the steps before them."""

import logging
import runpy
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import click
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import upgrade
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from tracker.core import jobs
from tracker.core.db import db
from tracker.core.pages import KeptPages
from tracker.core.turns import Turns
from tracker.upkeep.supervisor import (
    ENDING,
    GRACE_S,
    WINDOWS,
    Child,
    PortTakenError,
    Supervisor,
    accepts,
    claim_port,
    follow_parent,
    notice_dead_lines,
)

ROOT = Path(__file__).resolve().parent.parent.parent
# At work at once in each web worker: a few, since Python runs one thread at a time.
TURNS_PER_WORKER = 4
# Of these, for requests that bring files: one works while another waits for its reader.
HEAVY_TURNS = 1
# Seconds after which a thread at work lets another one go on; Python's own is five times that,
# and a page that asks the database ten times would wait it out each time.
SWITCH_S = 0.001
# Nearly all of them wait for slow lines; those that wait cost next to nothing.
THREADS_PER_WORKER = 256
JOB_THREADS = 2
# How long the queue may go unwatched when idle: a nudged mail leaves within a second.
QUEUE_LOOK_S = 1.0
WORKER_GRACE_S = 2.5
WEB_GRACE_S = 3


def serve(app: Flask, announce: Callable[[], None]) -> int:
    """Supervise web and worker until Ctrl-C; returns the exit code.

    `announce` is called once, when the web answers. Raises `ClickException` in one line
    when the port is taken or the database is not up to date.
    """
    host, port = app.config["HOST"], app.config["PORT"]
    if not is_migrated(app):
        raise click.ClickException("The database is not up to date. Run: flask db upgrade")
    try:
        # A server that was killed a moment ago may have left workers that are still ending.
        claim = claim_port(host, port, patience_s=GRACE_S + 1)
    except PortTakenError as error:
        raise click.ClickException(str(error)) from None
    supervisor = Supervisor(
        [Child("The web server", serve_web), Child("The worker", work)],
        say=lambda line: click.echo(line, err=True),
        is_ready=lambda: accepts(host, port),
        announce=announce,
    )
    # The children open their own connections; none of these may reach them.
    db.session.remove()
    db.engine.dispose()
    app.extensions["huey"].storage.close()
    with claim:
        return supervisor.run()


def serve_web() -> None:
    """Answer the web until told to end; a child of `serve`."""
    config = load_app().config
    server = Server(
        "wsgi:app",
        address=config["HOST"],
        port=config["PORT"],
        interface=Interfaces.WSGI,
        workers=1 if WINDOWS else config["WEB_WORKERS"],
        blocking_threads=THREADS_PER_WORKER,
        workers_kill_timeout=WEB_GRACE_S,
        respawn_failed_workers=True,
        websockets=False,
        log_level=LogLevels.error,
    )
    server.serve(target_loader=load_web_app, wrap_loader=False)


def load_web_app() -> Any:
    """Build the app inside a web worker, which ends when its parent does."""
    follow_parent()
    app = load_app()
    notice_dead_lines(app.config["PORT"])
    sys.setswitchinterval(SWITCH_S)
    with app.app_context():
        engine = db.engine
    return KeptPages(Turns(app, size=TURNS_PER_WORKER, heavy=HEAVY_TURNS), engine)


def load_app() -> Any:
    """Build an app of this process's own: connections are never shared across a fork."""
    return runpy.run_path(str(ROOT / "wsgi.py"))["app"]


def work(announce: Callable[[], None] = lambda: None) -> None:
    """Do background work until told to end; one worker of many machines has the clock."""
    for number in ENDING:  # until the consumer has handlers of its own
        signal.signal(number, _leave)
    app = load_app()
    logging.getLogger("huey").setLevel(logging.ERROR)
    jobs.prepare(app)
    consumer = app.extensions["huey"].create_consumer(
        workers=JOB_THREADS,
        periodic=app.config["WORKER_CLOCK"],
        max_delay=QUEUE_LOOK_S,
        shutdown_timeout=WORKER_GRACE_S,
        graceful_signal="TERM",
    )
    app.extensions["stopping"] = consumer.stop_flag
    announce()
    consumer.run()


def _leave(_number: int, _frame: FrameType | None) -> None:
    sys.exit(0)


def is_migrated(app: Flask) -> bool:
    """Tell whether the database has every migration."""
    done, wanted = _revisions(app)
    return done == wanted


def _revisions(app: Flask) -> tuple[set[str], set[str]]:
    """The migrations that the database has, and those that it should have."""
    scripts = ScriptDirectory(str(Path(app.extensions["migrate"].directory)))
    with db.engine.connect() as connection:
        done = set(MigrationContext.configure(connection).get_current_heads())
    return done, set(scripts.get_heads())


def migrate(app: Flask, *, first_start: bool) -> None:
    """Bring the database up to date; with `first_start` an empty one notes that one is under way.

    The note is written in the transaction that makes the tables (migrations/env.py).
    """
    done, wanted = _revisions(app)
    if done != wanted:
        click.echo("Bringing the database up to date.")
        upgrade(x_arg="first-start" if first_start and not done else None)
