"""The database behind every room: one declarative base, SQLite and PostgreSQL alike.

Every request starts as a reader. `writing()` ends that snapshot and begins again with the
write lock, so that what a change is decided on is read under the lock that protects it:
SQLAlchemy's defaults on SQLite lose updates otherwise.
"""

import datetime as dt
import enum
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import DDL, DateTime, Dialect, Engine, Enum, MetaData, event, select
from sqlalchemy.engine import Connection
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, registry
from sqlalchemy.types import TypeDecorator

from tracker.core.errors import NotFoundError

WRITE_OPTION = "tracker_write"

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UTCDateTime(TypeDecorator[dt.datetime]):
    """An aware time. Refuses naive ones; gives UTC back on both databases."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A time without a zone cannot be stored.")
        value = value.astimezone(dt.UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(
        self, value: dt.datetime | None, _dialect: Dialect
    ) -> dt.datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


def enum_column(kind: type[enum.StrEnum], name: str) -> Enum:
    """Store an enum by its value as text, with a named CHECK constraint on both databases."""
    return Enum(
        kind,
        name=name,
        native_enum=False,
        create_constraint=True,
        validate_strings=True,
        length=60,
        values_callable=lambda members: [member.value for member in members],
    )


class _Base(DeclarativeBase):
    registry = registry(
        metadata=MetaData(naming_convention=NAMING),
        type_annotation_map={dt.datetime: UTCDateTime},
    )


db = SQLAlchemy(model_class=_Base)

if TYPE_CHECKING:
    Base = _Base
else:
    Base = db.Model


def with_tables(moment: str, dialect: str, statements: Iterable[str]) -> None:
    """Run statements when all tables are made or dropped ("after_create", "before_drop").

    For what no model declares, such as triggers on other rooms' tables. A migration says the
    same words by itself.
    """
    for statement in statements:
        ddl = DDL(statement)  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it untyped
        event.listen(_Base.metadata, moment, ddl.execute_if(dialect=dialect))


def now() -> dt.datetime:
    """The present, aware, in UTC; the one clock of the house."""
    return dt.datetime.now(dt.UTC)


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: Any, _record: Any) -> None:
    if not isinstance(connection, sqlite3.Connection):
        return
    # The driver's own transaction handling begins too late; `_begin` below speaks instead.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


@event.listens_for(Engine, "begin")
def _begin(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        write = connection.get_execution_options().get(WRITE_OPTION)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


@contextmanager
def writing() -> Iterator[None]:
    """End the reading snapshot and begin again as the writer; load rows again inside.

    The body commits (`db.session.commit()`), last before its redirect; whatever it leaves
    uncommitted is rolled back. Never store a file, talk to a network or run a child in
    here: every other writer waits.
    """
    db.session.rollback()
    db.session.connection(execution_options={WRITE_OPTION: True})
    try:
        yield
    finally:
        db.session.rollback()


def is_deadlock(error: OperationalError) -> bool:
    """Tell whether two transactions waited for one another and this one was chosen to give way.

    PostgreSQL's SQLSTATE 40P01, or 40001: all of it is undone, and doing it again is right.
    """
    return getattr(error.orig, "sqlstate", None) in {"40P01", "40001"}


def load(model: type[Any], key: Any) -> Any:
    """Load one row by primary key or raise `NotFoundError`."""
    row = db.session.get(model, key)
    if row is None:
        raise NotFoundError
    return row


def lock(model: type[Any], key: Any) -> Any:
    """Load one row afresh with its row lock (PostgreSQL; SQLite's writer has it all).

    The lock is `FOR NO KEY UPDATE`: whoever has just named this row in another one (a foreign
    key) may still take it. With `FOR UPDATE` two who did both waited for each other.
    """
    statement = (
        select(model)
        .where(model.id == key)
        # PostgreSQL cannot lock what is joined in beside it.
        .with_for_update(of=model, key_share=True)
        .execution_options(populate_existing=True)
    )
    row = db.session.scalars(statement).one_or_none()
    if row is None:
        raise NotFoundError
    return row
