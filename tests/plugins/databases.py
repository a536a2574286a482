"""Databases for tests: every test has a fresh one, copied from a template.

- `database`: the address of this test's database. SQLite, unless the test is marked
  `@pytest.mark.both_databases` or asks for `any_app`: then it runs once on each.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from flask_migrate import upgrade
from psycopg import sql

from tests.plugins import postgres
from tests.plugins.places import at_end_of_run, build_once, shared_folder, worker_name
from tracker.app import create_app
from tracker.core.db import db

KINDS = ("sqlite", "postgresql")


def pytest_configure(config: pytest.Config) -> None:
    """Name the marker; see that the server ends with the run."""
    config.addinivalue_line(
        "markers", "both_databases: run the test on SQLite and again on PostgreSQL"
    )
    at_end_of_run(_drop_template)
    at_end_of_run(postgres.stop)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test on both databases when it asks for that."""
    marked = metafunc.definition.get_closest_marker("both_databases")
    if marked or "any_app" in metafunc.fixturenames:
        metafunc.parametrize("database", KINDS, indirect=True)


@pytest.fixture
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a fresh database with every table and no row."""
    if getattr(request, "param", "sqlite") == "sqlite":
        yield fresh_sqlite(tmp_path)
        return
    template = build_once("template.name", _build_postgresql).read_text()
    name = f"{template}_{worker_name()}"
    with psycopg.connect(postgres.server_url(), autocommit=True) as server:
        server.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        )
        server.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )
    yield with_database(postgres.server_url(), name)
    with psycopg.connect(postgres.server_url(), autocommit=True) as server:
        server.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        )


def fresh_sqlite(folder: Path) -> str:
    """Put a fresh SQLite database into a folder; returns its address."""
    path = folder / "tracker.db"
    shutil.copyfile(build_once("template.db", _build_sqlite), path)
    return f"sqlite:///{path}"


def with_database(url: str, name: str) -> str:
    """The same server's address with another database."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def build_schema(url: str, instance: Path) -> None:
    """Make every table as the migrations make them."""
    app = create_app(
        {"TESTING": True, "INSTANCE_PATH": str(instance), "DATABASE_URL": url, "SECRET_KEY": "-"}
    )
    with app.app_context():
        upgrade()
        db.session.remove()
        db.engine.dispose()
        app.extensions["huey"].storage.close()


def _build_sqlite(draft: Path) -> None:
    build_schema(f"sqlite:///{draft}", shared_folder() / "template-instance")


def _build_postgresql(draft: Path) -> None:
    name = f"tracker_test_{shared_folder().name[-8:].lower()}"
    with psycopg.connect(postgres.server_url(), autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    build_schema(with_database(postgres.server_url(), name), shared_folder() / "template-instance")
    draft.write_text(name)


def _drop_template() -> None:
    """Leave nothing on a server that is not ours."""
    made = shared_folder() / "template.name"
    if made.exists() and "TEST_DATABASE_URL" in os.environ:
        with psycopg.connect(postgres.server_url(), autocommit=True) as server:
            server.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(made.read_text())))
