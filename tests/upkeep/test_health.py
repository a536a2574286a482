"""The sign of life: "ok" while the database answers, and no word more."""

from pathlib import Path
from typing import Any

from flask import Flask

from tests.plugins.apps import Client
from tracker.app import create_app


def test_it_says_ok(any_app: Flask) -> None:
    answer = any_app.test_client().get("/healthz")
    assert (answer.status_code, answer.text, answer.mimetype) == (200, "ok\n", "text/plain")


def test_no_cache_keeps_it(client: Client) -> None:
    assert client.get("/healthz").headers["Cache-Control"] == "no-store"


def test_it_says_when_the_database_is_away(settings: dict[str, Any], tmp_path: Path) -> None:
    nowhere = f"sqlite:///{tmp_path / 'nowhere' / 'tracker.db'}"
    app = create_app(settings | {"DATABASE_URL": nowhere})
    answer = app.test_client().get("/healthz")
    assert (answer.status_code, answer.text) == (503, "unavailable\n")
