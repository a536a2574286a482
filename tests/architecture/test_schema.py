"""The migrated schema is the models' schema, on both databases."""

import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import Connection, text

from tracker.app import create_app
from tracker.core.db import db


def sqlite_schema(connection: Connection) -> dict[str, str]:
    """Every table, index and trigger as SQLite keeps it, with its parts in order."""
    rows = connection.execute(
        text("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name")
    )
    return {
        row.name: "\n".join(sorted(_parts(row.sql)))
        for row in rows
        if row.name not in {"alembic_version", "sqlite_sequence"}
    }


def _parts(sql: str) -> list[str]:
    flat = re.sub(r"\s+", " ", sql.replace('"', "")).strip().removesuffix(")").strip()
    return re.split(
        r", (?=CONSTRAINT|\w+ (?:INTEGER|TEXT|VARCHAR|DATE|BOOLEAN|JSON|NUMERIC))", flat
    )


def postgresql_schema(connection: Connection) -> list[Any]:
    """Every column, constraint and index as PostgreSQL describes it."""
    found: list[Any] = []
    for query in (
        "SELECT table_name, column_name, data_type, is_nullable, character_maximum_length"
        " FROM information_schema.columns WHERE table_schema = 'public'"
        " AND table_name NOT LIKE 'huey%' AND table_name <> 'alembic_version' ORDER BY 1, 2",
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE connamespace = 'public'::regnamespace AND contype <> 'n'"
        " AND conrelid::regclass::text NOT LIKE 'huey%'"
        " AND conrelid::regclass::text <> 'alembic_version' ORDER BY 1, 2",
        "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"
        " AND tablename NOT LIKE 'huey%' AND tablename <> 'alembic_version' ORDER BY 1, 2",
    ):
        found += [tuple(row) for row in connection.execute(text(query))]
    return found


def schema() -> Any:
    """The schema of the current app's database."""
    with db.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            return sqlite_schema(connection)
        return postgresql_schema(connection)


@pytest.mark.both_databases
def test_migrations_build_what_the_models_say(app: Flask) -> None:
    by_migrations = schema()
    db.drop_all()
    db.create_all()
    assert schema() == by_migrations


def test_the_first_migration_can_be_taken_back(tmp_path: Path) -> None:
    app = create_app(
        {"INSTANCE_PATH": str(tmp_path), "SECRET_KEY": "-", "BASE_URL": "http://localhost"}
    )
    with app.app_context():
        upgrade()
        downgrade(revision="base")
        assert schema() == {}
        db.engine.dispose()
