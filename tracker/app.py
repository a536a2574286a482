"""The front door: `create_app` is the only place that knows every room."""

import importlib
import os
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click
from flask import Flask
from flask_migrate import Migrate

from tracker.core import commands, config, files, jobs, web
from tracker.core.db import db

ROOT = Path(__file__).resolve().parent.parent
ROOMS = (
    "notifications",
    "accounts",
    "organization",
    "postings",
    "documents",
    "applications",
    "routing",
    "interviews",
    "intake",
    "records",
    "upkeep",
)
migrate = Migrate()


def create_app(overrides: Mapping[str, Any] | None = None) -> Flask:
    """Build an app from settings; `overrides` win over environment and `instance/config.py`.

    `INSTANCE_PATH` (environment or override) moves the local data, for tests and packages.
    """
    overrides = dict(overrides or {})
    instance = overrides.pop("INSTANCE_PATH", None) or os.environ.get("INSTANCE_PATH")
    app = Flask(
        "tracker",
        root_path=str(ROOT / "tracker"),
        template_folder=str(ROOT / "templates"),
        static_folder=None,
        instance_path=str(Path(instance).absolute() if instance else ROOT / "instance"),
        instance_relative_config=True,
    )
    Path(app.instance_path).mkdir(parents=True, exist_ok=True)
    try:
        config.configure(app, overrides)
    except config.ConfigurationError as error:
        raise click.ClickException(str(error)) from None
    web.configure_logging(as_json=not sys.stderr.isatty())
    db.init_app(app)
    _open_rooms(app)
    migrate.init_app(
        app, db, directory=str(ROOT / "migrations"), render_as_batch=True, compare_type=True
    )
    files.init_app(app)
    jobs.init_app(app)
    web.init_app(app)
    return app


jobs.listen(db.session)


def _open_rooms(app: Flask) -> None:
    """Load each room's tables and ways in: blueprints, commands, jobs and `init_app`."""
    for room in ROOMS:
        for piece in ("models", "jobs", "views", "cli"):
            name = f"tracker.{room}.{piece}"
            if find_spec(name) is None:
                continue
            module = importlib.import_module(name)
            for blueprint in getattr(module, "blueprints", ()):
                app.register_blueprint(blueprint)
            for command in getattr(module, "commands", ()):
                app.cli.add_command(commands.guarded(command))
            if hasattr(module, "init_app"):
                module.init_app(app)
