"""Run migrations with the app's own engine; Flask-Migrate calls this."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

from alembic import context
from flask import current_app
from sqlalchemy import insert, text

from tracker.core.db import UTCDateTime, db
from tracker.upkeep.models import FirstStart

# Full-text tables keep shadow tables of their own, which no model declares.
SHADOWS = ("_data", "_idx", "_content", "_docsize", "_config")
SEARCH = ("search_text", "ix_search_entry_words")
QUEUE_TABLES = ("huey_kv", "huey_schedule", "huey_task", "huey_counter")
# Of two that migrate one database at the same moment the later waits, however long it takes.
TURN = 20_260_517_001  # the number of an advisory lock, which nothing else here takes
LONGEST_WAIT_MS = 24 * 3600 * 1000


def include_object(_item: Any, name: str | None, kind: str, reflected: bool, _other: Any) -> bool:
    """Leave out what no model declares on purpose: search shadows and the job queue."""
    if reflected and name in SEARCH:
        return False
    if kind == "table" and reflected and name:
        return name not in QUEUE_TABLES and not name.endswith(SHADOWS)
    return True


def render_item(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Write our own column types in plain SQLAlchemy words, so migrations stand alone."""
    if kind == "type" and isinstance(item, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def _driver(connection: Any) -> Any:
    return connection.connection.driver_connection


@contextmanager
def one_at_a_time(connection: Any) -> Iterator[None]:
    """Hold the right to migrate a database; what has been done meanwhile is read after that.

    On PostgreSQL a lock of the session, which also ends with it. SQLite has one writer: whoever
    migrates begins as the writer, and only has to wait longer for that than a page does.
    """
    if connection.dialect.name == "sqlite":
        patience = int(current_app.config["DATABASE_PATIENCE"] * 1000)
        _driver(connection).execute(f"PRAGMA busy_timeout={LONGEST_WAIT_MS}")
        try:
            yield
        finally:  # whoever uses the connection after this waits as everybody does
            _driver(connection).execute(f"PRAGMA busy_timeout={patience}")
        return
    key = {"key": TURN}
    connection.execute(text("SET lock_timeout = 0"))
    connection.execute(text("SELECT pg_advisory_lock(:key)"), key)
    connection.execute(text("RESET lock_timeout"))
    connection.commit()
    try:
        yield
    finally:
        connection.rollback()
        connection.execute(text("SELECT pg_advisory_unlock(:key)"), key)
        connection.commit()


def run() -> None:
    """Migrate online. Batch mode, since SQLite cannot alter a table in place."""
    with db.engine.connect() as connection, one_at_a_time(connection):
        sqlite = connection.dialect.name == "sqlite"
        if sqlite:
            # Batch mode rebuilds tables; their referrers must not notice. Said to the driver
            # itself: within a transaction, which SQLAlchemy would begin, SQLite does not listen.
            _driver(connection).execute("PRAGMA foreign_keys=OFF")
            connection.execution_options(tracker_write=True)
        options = current_app.extensions["migrate"].configure_args
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            include_object=include_object,
            render_item=render_item,
            # On SQLite too: whatever ends an upgrade leaves all of it or nothing.
            transactional_ddl=True,
            **options,
        )
        with context.begin_transaction():
            was_empty = not context.get_context().get_current_heads()
            context.run_migrations()
            if was_empty and "first-start" in context.get_x_argument():
                connection.execute(insert(FirstStart))
        if sqlite:
            _driver(connection).execute("PRAGMA foreign_keys=ON")


run()
