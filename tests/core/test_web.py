"""Headers, error pages and addresses that hold for every page."""

import gzip
import re

import pytest
from flask import Flask, abort
from sqlalchemy.exc import OperationalError

from tests.plugins.apps import Client
from tests.postings import factories
from tracker.core.access import public
from tracker.core.errors import DomainError, GoneError, TooManyRequestsError, UnavailableError
from tracker.core.web import POLICY, is_own_path


def test_every_answer_carries_the_strict_headers(client: Client) -> None:
    for url in ("/", "/sign-in", "/nothing-here"):
        headers = client.get(url).headers
        assert "script-src 'self'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] == "same-origin"


def test_nothing_inline_is_allowed_to_run() -> None:
    assert "default-src 'none'" in POLICY
    assert "frame-ancestors 'none'" in POLICY


def test_private_pages_are_kept_by_no_cache(client: Client) -> None:
    for url in ("/staff", "/my/nothing", "/for/nothing", "/nothing-here"):
        assert client.get(url).headers["Cache-Control"] == "no-store"


ERRORS = {400, 403, 404, 405, 409, 410, 413, 429, 500, 503}


@pytest.mark.parametrize("status", sorted(ERRORS))
def test_error_pages_are_in_the_sites_dress(app: Flask, client: Client, status: int) -> None:
    app.add_url_rule("/broken", view_func=public(lambda: abort(status)), endpoint="broken")
    response = client.get("/broken")
    assert response.status_code == status
    assert response.text.count("<h1") == 1
    assert "<main" in response.text
    assert "Traceback" not in response.text


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (DomainError("The panel is busy."), 409),
        (GoneError("This link was used."), 410),
        (TooManyRequestsError("Wait a minute.", retry_after=60), 429),
        (UnavailableError("The store is away."), 503),
    ],
)
def test_a_broken_rule_is_a_page_with_its_sentence(
    app: Flask, client: Client, error: DomainError, status: int
) -> None:
    def view() -> str:
        raise error

    app.add_url_rule("/rule", view_func=public(view), endpoint="rule")
    response = client.get("/rule")
    assert response.status_code == status
    assert error.message in response.text


def test_a_database_that_is_away_is_a_503_without_details(app: Flask, client: Client) -> None:
    def view() -> str:
        raise OperationalError("SELECT secret", {}, Exception("no route to host"))

    app.add_url_rule("/away", view_func=public(view), endpoint="away")
    response = client.get("/away")
    assert response.status_code == 503
    assert "nothing is lost" in response.text
    assert "SELECT" not in response.text


def test_a_form_without_files_is_refused_before_it_fills_the_memory(client: Client) -> None:
    body, kind = b"words=" + b"a" * (9 << 20), "application/x-www-form-urlencoded"
    answer = client.post("/alerts", data=body, content_type=kind)
    assert answer.status_code == 413
    assert len(answer.data) < 100_000


def test_a_crash_shows_no_traceback(app: Flask, client: Client) -> None:
    def view() -> str:
        raise ZeroDivisionError("secret detail")

    app.add_url_rule("/crash", view_func=public(view), endpoint="crash")
    app.testing = False
    response = client.get("/crash")
    assert response.status_code == 500
    assert "secret detail" not in response.text


def test_static_files_are_compressed_and_cached_for_ever(client: Client) -> None:
    page = client.get("/").text
    urls = re.findall(r'(?:href|src)="(/static/[^"]+)"', page)
    assert len(urls) >= 4
    for url in urls:
        response = client.get(url, headers={"Accept-Encoding": "gzip"})
        assert response.status_code == 200, url
        assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert response.headers["Content-Encoding"] == "gzip"
        plain = client.get(url, headers={"Accept-Encoding": "identity"})
        assert "Content-Encoding" not in plain.headers
        assert len(response.data) < len(plain.data)


def test_static_files_do_not_lead_out_of_their_folder(client: Client) -> None:
    for path in ("/static/x/../app.py", "/static/x/%2e%2e/app.py", "/static/x//etc/passwd"):
        assert client.get(path).status_code in {404, 308}


@pytest.mark.parametrize(
    ("path", "own"),
    [
        ("/staff", True),
        ("/staff/applications?posting=1", True),
        ("//evil.example", False),
        ("/\\evil.example", False),
        ("https://evil.example", False),
        ("javascript:alert(1)", False),
        ("", False),
        (None, False),
        ("/ok\r\nSet-Cookie: x", False),
    ],
)
def test_only_own_paths_are_gone_to_after_signing_in(path: str | None, own: bool) -> None:
    assert is_own_path(path) is own


def test_a_doubled_slash_leads_to_no_host_that_a_request_names(client: Client) -> None:
    answer = client.get("/my//abc?x=//evil.example", base_url="http://evil.example")
    assert (answer.status_code, answer.location) == (308, "/my/abc?x=//evil.example")
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.settings(BASE_URL="https://jobs.example.org")
def test_over_https_cookies_are_secure_and_the_browser_stays_there(client: Client) -> None:
    response = client.get("/sign-in")
    assert response.headers["Strict-Transport-Security"] == "max-age=31536000"
    cookie = response.headers["Set-Cookie"]
    assert cookie.startswith("__Host-tracker=")
    for word in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert word in cookie


def test_a_form_without_its_token_says_that_nothing_was_sent(client: Client) -> None:
    response = client.post("/sign-in", data={"email": "a@example.org", "password": "-"})
    assert response.status_code == 400
    assert "Nothing was sent" in response.text


ZIPS = {"Accept-Encoding": "gzip"}


@pytest.mark.parametrize("path", ["/postings/childrens-librarian/apply", "/alerts", "/sign-in"])
def test_a_public_page_that_is_made_anew_travels_compressed_to_strangers(
    app: Flask, path: str
) -> None:
    factories.open_posting()
    plain = app.test_client().get(path)
    zipped = app.test_client().get(path, headers=ZIPS)
    assert (plain.headers.get("Content-Encoding"), zipped.headers["Content-Encoding"]) == (
        None,
        "gzip",
    )
    assert "Accept-Encoding" in plain.headers["Vary"]
    assert "Accept-Encoding" in zipped.headers["Vary"]
    assert int(zipped.headers["Content-Length"]) == len(zipped.data) < len(plain.data) / 2
    assert gzip.decompress(zipped.data).startswith(b"<!DOCTYPE html>")


def test_what_a_cookie_goes_with_is_never_compressed(client: Client) -> None:
    """The length of what holds both a secret and what somebody typed tells of the secret."""
    factories.open_posting()
    path = "/postings/childrens-librarian/apply"
    assert "Content-Encoding" in client.get(path, headers=ZIPS).headers
    assert "Content-Encoding" not in client.get(path, headers=ZIPS).headers


def test_what_is_behind_a_private_link_is_never_compressed(app: Flask) -> None:
    answer = app.test_client().get("/my/nothing", headers=ZIPS)
    assert "Content-Encoding" not in answer.headers


def test_whoever_has_a_compressed_answer_is_told_so(app: Flask) -> None:
    for _ in range(8):
        factories.open_posting()
    path = "/api/v1/postings?limit=5"
    first = app.test_client().get(path, headers=ZIPS)
    assert first.headers["Content-Encoding"] == "gzip"
    tag = first.headers["ETag"]
    again = app.test_client().get(path, headers={**ZIPS, "If-None-Match": tag})
    assert (again.status_code, again.data, again.headers["ETag"].removeprefix("W/")) == (
        304,
        b"",
        tag.removeprefix("W/"),
    )
