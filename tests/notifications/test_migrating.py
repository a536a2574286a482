"""An outbox with mail in it is brought up to date, and nothing of it is lost."""

import datetime as dt
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask_migrate import downgrade, upgrade
from psycopg import sql
from sqlalchemy import inspect, text

from tests.plugins import postgres
from tests.plugins.databases import with_database
from tests.plugins.places import worker_name
from tracker.app import create_app
from tracker.core.db import db
from tracker.notifications.operations import write_letterhead
from tracker.notifications.queries import sender
from tracker.organization.models import Employer

COLUMNS = (
    "message, message_id, recipient_name, recipient_address, sender_name, sender_address,"
    " reply_to_name, subject, text, html, headers, created_at, state, attempts_count, sent_at"
)
STATES = ("waiting", "sent", "delayed", "failed", "held")


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """The address of a database without any table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/old.db"
        return
    name = sql.Identifier(f"migrating_{worker_name()}")
    with psycopg.connect(postgres.server_url(), autocommit=True) as server:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
        server.execute(sql.SQL("CREATE DATABASE {}").format(name))
    yield with_database(postgres.server_url(), f"migrating_{worker_name()}")
    with psycopg.connect(postgres.server_url(), autocommit=True) as server:
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


def test_mail_of_every_state_is_kept_with_its_tries(empty: str, tmp_path: Path) -> None:
    app = create_app({"INSTANCE_PATH": str(tmp_path), "SECRET_KEY": "-", "DATABASE_URL": empty})
    with app.app_context():
        upgrade(revision="0001")
        fill()
        before = rows("outgoing_email", COLUMNS), rows("delivery_attempt", "email_id, answer")
        upgrade(revision="0004")
        after = rows("outgoing_email", COLUMNS), rows("delivery_attempt", "email_id, answer")
        assert after == before
        assert len(after[0]) == len(STATES)
        write("UPDATE outgoing_email SET state = 'bounced' WHERE state = 'sent'")
        assert "mail_change" in inspect(db.engine).get_table_names()
        downgrade(revision="0001")
        states = dict(rows("outgoing_email", "message_id, state"))
        assert states == {f"<{each}@x>": each for each in STATES} | {"<sent@x>": "failed"}
        assert rows("delivery_attempt", "email_id, answer") == before[1]
        db.session.remove()
        db.engine.dispose()


def test_mail_wears_the_accent_that_the_profile_has(empty: str, tmp_path: Path) -> None:
    """And a change of the letterhead still makes the pages that are kept ready anew."""
    app = create_app({"INSTANCE_PATH": str(tmp_path), "SECRET_KEY": "-", "DATABASE_URL": empty})
    with app.app_context():
        upgrade()
        db.session.add(Employer(name="Fernhollow Library", accent_colour="#7a1f3d"))
        write_letterhead(
            sender_name="Jobs", sender_address="jobs@example.org", time_zone="UTC", by=None
        )
        db.session.commit()
        downgrade(revision="0018")
        upgrade()
        assert rows("letterhead", "sender_name, accent_colour") == [("Jobs", "#7a1f3d")]
        assert sender().accent == "#7a1f3d"
        before = len(rows("page_change", "id"))
        write("UPDATE letterhead SET sender_name = 'Hiring'")
        assert len(rows("page_change", "id")) == before + 1
        db.session.remove()
        db.engine.dispose()


def fill() -> None:
    """Write one mail of each state, with a try."""
    at = dt.datetime(2026, 11, 22, 15, tzinfo=dt.UTC).isoformat(" ")
    for number, state in enumerate(STATES, 1):
        sent = f"'{at}'" if state == "sent" else "NULL"
        write(
            f"INSERT INTO outgoing_email (id, {COLUMNS}) VALUES ({number}, 'test', '<{state}@x>',"  # noqa: S608
            f" '', 'ann@example.org', '', 'jobs@example.org', '', 'S', 'T', 'H', '{{}}', '{at}',"
            f" '{state}', 1, {sent})"
        )
        write(
            "INSERT INTO delivery_attempt (id, email_id, at, recipient_address, result, answer)"  # noqa: S608
            f" VALUES ({number}, {number}, '{at}', 'ann@example.org', 'refused', '550 No')"
        )


def write(statement: str) -> None:
    with db.engine.begin() as connection:
        connection.execute(text(statement))


def rows(table: str, columns: str) -> list[tuple[Any, ...]]:
    with db.engine.connect() as connection:
        found = connection.execute(text(f"SELECT {columns} FROM {table} ORDER BY id"))  # noqa: S608
        return [tuple(map(str, row)) if len(row) > 2 else tuple(row) for row in found]
