"""Run migrations with the app's own engine; Flask-Migrate calls this."""

from typing import Any, Literal

from alembic import context
from flask import current_app
from sqlalchemy import insert

from tracker.core.db import UTCDateTime, db
from tracker.upkeep.models import FirstStart

# Full-text tables keep shadow tables of their own, which no model declares.
SHADOWS = ("_data", "_idx", "_content", "_docsize", "_config")
SEARCH = ("search_text", "ix_search_entry_words")
QUEUE_TABLES = ("huey_kv", "huey_schedule", "huey_task", "huey_counter")


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


def run() -> None:
    """Migrate online. Batch mode, since SQLite cannot alter a table in place."""
    with db.engine.connect() as connection:
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
            context.run_migrations()
            if "first-start" in context.get_x_argument():
                connection.execute(insert(FirstStart))
        if sqlite:
            _driver(connection).execute("PRAGMA foreign_keys=ON")


run()
