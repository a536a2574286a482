"""The application under test, and a client that reads pages and fills forms like a browser.

- `app`: a fresh application with an empty database; its context is pushed, so operations
  and queries can be called directly. `@pytest.mark.settings(BASE_URL="https://…")` changes
  settings for one test.
- `any_app`: the same, once on SQLite and once on PostgreSQL.
- `client`: a browser without JavaScript on `app`; see `Client`. More of them, for more
  people: `app.test_client()`.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, g, has_app_context
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache
from werkzeug.test import TestResponse

from tests.plugins.pages import Page
from tests.plugins.places import shared_folder
from tracker.app import create_app
from tracker.core.db import db


class Client(FlaskClient):
    """A browser without JavaScript: strict about pages, honest about forms.

    Every HTML answer is parsed as strict HTML 5, and a page that is not well-formed fails
    the test. Requests go to the application's own `BASE_URL`.
    """

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Send a request; fail on a page that is not well-formed."""
        if args and isinstance(args[0], str) and not args[0].startswith(("http:", "https:")):
            kwargs.setdefault("base_url", self.application.config["BASE_URL"])
        for name in list(g) if has_app_context() else ():
            g.pop(name)  # the test's context outlives requests; who is signed in must not
        response = super().open(*args, **kwargs)
        if response.mimetype == "text/html" and not response.is_streamed and response.data:
            Page(response.text, response.request.url)
        return response

    def page(self, url: str, *, status: int = 200) -> Page:
        """Get a page and read it; fails on another status."""
        response = self.get(url)
        assert response.status_code == status, f"GET {url} answered {response.status}"
        return Page(response.text, response.request.url)

    def submit(
        self,
        url: str,
        data: Mapping[str, Any] | None = None,
        *,
        form: str | int | None = None,
        button: str | None = None,
        follow: bool = False,
    ) -> TestResponse:
        """Open the page at `url`, fill its form in and send it, as a browser would.

        Fields that `data` does not name keep what the page put in them, the CSRF token
        among them. A value is text, a list (several boxes, several files), True or False
        (a check box), None (leave the field out) or a file as `(bytes, name)`. `form`
        chooses by id, by the end of its action or by its place; unset, the only form that
        has all the fields named. `button` is the text or the name of the button to press.
        Fails, naming what the form has, where a person could not have done the same.
        """
        page = self.page(url)
        return self.fill(page, data, form=form, button=button, follow=follow)

    def fill(
        self,
        page: Page,
        data: Mapping[str, Any] | None = None,
        *,
        form: str | int | None = None,
        button: str | None = None,
        follow: bool = False,
    ) -> TestResponse:
        """Fill in and send a form of a page that is open already; see `submit`."""
        filled = page.form(form, fields=data or {}).filled(data or {}, button=button)
        headers = {"Referer": page.url}
        if filled.method == "get":
            return self.get(
                filled.action, query_string=filled.data, headers=headers, follow_redirects=follow
            )
        return self.post(
            filled.action,
            data=filled.data,
            content_type=filled.enctype,
            headers=headers,
            follow_redirects=follow,
        )

    def token(self, url: str) -> str:
        """The CSRF token of a page: for requests that no form would send."""
        return self.page(url).token()


def pytest_configure(config: pytest.Config) -> None:
    """Name the marker."""
    config.addinivalue_line("markers", "settings(**values): settings of the app under test")


@pytest.fixture
def settings(request: pytest.FixtureRequest, database: str, tmp_path: Path) -> dict[str, Any]:
    """What `create_app` is given: a folder of its own, a fresh database, no mail server."""
    values: dict[str, Any] = {
        "TESTING": True,
        "INSTANCE_PATH": str(tmp_path / "instance"),
        "DATABASE_URL": database,
        "FILES_URL": str(tmp_path / "files"),
        "MAIL_URL": "",
        "BASE_URL": "http://localhost",
        "SECRET_KEY": "only for tests",
        "FORM_PATIENCE": 0,  # a test types faster than anybody
    }
    for marker in reversed(list(request.node.iter_markers("settings"))):
        values |= marker.kwargs
    return values


@pytest.fixture
def app(settings: dict[str, Any]) -> Iterator[Flask]:
    """A fresh application with an empty database; its context is pushed."""
    app = create_app(settings)
    app.test_client_class = Client
    compiled = shared_folder() / "templates"
    compiled.mkdir(exist_ok=True)
    app.jinja_env.bytecode_cache = FileSystemBytecodeCache(str(compiled))
    with app.app_context():
        yield app
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()
        app.extensions["huey"].storage.close()


@pytest.fixture
def any_app(app: Flask) -> Flask:
    """`app`, once on SQLite and once on PostgreSQL."""
    return app


@pytest.fixture
def client(app: Flask) -> Client:
    """A browser without JavaScript, signed in as nobody."""
    client = app.test_client()
    assert isinstance(client, Client)
    return client
