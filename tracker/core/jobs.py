"""Background work. A task is only a nudge: what is due stands in the tables.

huey delivers a nudge at most once. What a crash swallowed is found by the minute's sweep,
so every task must be able to run at any time, twice, and with nothing to do.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask, current_app
from huey import Huey, PostgresHuey, SqliteHuey, crontab
from huey.serializer import SignedSerializer
from sqlalchemy import event
from sqlalchemy.orm import Session, scoped_session

from tracker.core.db import db

log = logging.getLogger(__name__)

MAKING_LOCK = 0x6A6F6273  # any number of our own, for PostgreSQL's advisory locks


@dataclass(frozen=True)
class Job:
    """A piece of background work; `sweep` ones also run by the clock, every `minutes`."""

    name: str
    run: Callable[[], None]
    minutes: int


_JOBS: dict[str, Job] = {}


def job(name: str, *, minutes: int = 1) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Register a function without arguments: run on a nudge, and every `minutes` anyway."""

    def register(function: Callable[[], None]) -> Callable[[], None]:
        _JOBS[name] = Job(name, function, minutes)
        return function

    return register


def registered() -> dict[str, Job]:
    """Every job by name."""
    return dict(_JOBS)


def init_app(app: Flask) -> None:
    """Give the app its queue: beside SQLite a file of its own, else tables in PostgreSQL."""
    serializer = SignedSerializer(secret=app.config["SECRET_KEY"], salt="jobs")
    url: str = app.config["SQLALCHEMY_DATABASE_URI"]
    # Tables are made when first needed: an app is also built where the database is away.
    options = {"serializer": serializer, "results": False, "create_tables": False}
    huey: Huey
    if url.startswith("sqlite"):
        path = Path(app.instance_path) / "jobs.db"
        huey = SqliteHuey("tracker", filename=str(path), **options)
    else:
        dsn = url.replace("postgresql+psycopg://", "postgresql://")
        huey = PostgresHuey("tracker", dsn=dsn, **options)
        # PostgreSQL's IF NOT EXISTS fails for the later of two that come at once.
        huey.storage.ddl.insert(0, f"SELECT pg_advisory_xact_lock({MAKING_LOCK})")
    app.extensions["huey"] = huey
    app.extensions["jobs"] = {}
    for each in _JOBS.values():
        _register(app, huey, each)


def _register(app: Flask, huey: Huey, each: Job) -> None:
    def run() -> None:
        with app.app_context():
            each.run()

    task = huey.task(name=f"job_{each.name}")(run)
    app.extensions["jobs"][each.name] = task
    minute = "*" if each.minutes == 1 else f"*/{each.minutes}"
    huey.periodic_task(crontab(minute=minute), name=f"sweep_{each.name}")(run)


def run_now(name: str) -> None:
    """Run a job here and now, in this process: commands and tests."""
    _JOBS[name].run()


def nudge(name: str) -> None:
    """Ask the worker to run a job soon. A queue that is away is only slower: the sweep comes."""
    task = current_app.extensions["jobs"][name]
    try:
        try:
            task()
        except Exception:
            prepare(current_app)
            task()
    except Exception:
        log.warning("nudge_failed", extra={"job": name}, exc_info=True)


def prepare(app: Flask) -> None:
    """Make the queue's tables, where they are not there yet."""
    app.extensions["huey"].storage.initialize_schema()


def after_commit(name: str) -> None:
    """Nudge once this transaction has committed; forgotten when it is rolled back."""
    db.session().info.setdefault("nudges", set()).add(name)


def _commit_done(session: Session) -> None:
    if session.in_nested_transaction():
        return  # a savepoint was released; nothing is on the disk yet
    for name in session.info.pop("nudges", set()):
        nudge(name)


def _rolled_back(session: Session, previous: Any) -> None:
    if previous.nested:
        return  # back to a savepoint; the transaction goes on
    session.info.pop("nudges", None)


def listen(session: "scoped_session[Any]") -> None:
    """Hear commits and rollbacks of the house's sessions; called once."""
    event.listen(session, "after_commit", _commit_done)
    event.listen(session, "after_soft_rollback", _rolled_back)
