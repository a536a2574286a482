"""What no address, header or field may do to any page."""

import pytest
from flask import Flask
from structlog.testing import capture_logs
from werkzeug.test import TestResponse

from tests.plugins.apps import Client
from tests.postings import factories as postings
from tracker.core.access import Role, public, signed_link
from tracker.core.db import db
from tracker.core.web import LARGEST_NUMBER, whole_number
from tracker.organization import queries as organization

TOO_LARGE = (LARGEST_NUMBER + 1, 10**20, 10**300)


def staff(client: Client) -> Client:
    postings.sign_in(client, postings.person("ada.quist@example.org", role=Role.ADMINISTRATOR))
    return client


@pytest.mark.parametrize("number", TOO_LARGE)
@pytest.mark.parametrize(
    "path",
    [
        "/staff/applications/{}",
        "/staff/applications/{}/documents/1/original",
        "/staff/postings/{}",
        "/staff/interviews/{}",
        "/staff/messages/{}",
        "/staff/people/{}",
        "/staff/organization/positions/{}",
    ],
)
def test_a_number_too_large_for_any_row_is_not_found(
    client: Client, path: str, number: int
) -> None:
    assert staff(client).get(path.format(number)).status_code == 404


def test_the_largest_number_of_a_row_is_looked_for(any_app: Flask) -> None:
    client = any_app.test_client()
    assert isinstance(client, Client)
    answer = staff(client).get(f"/staff/applications/{LARGEST_NUMBER}")
    assert answer.status_code == 404


def test_an_address_with_nul_names_nothing(any_app: Flask) -> None:
    client = any_app.test_client()
    for path in ("/postings/a%00b", "/my/a%00b", "/static/x/a%00b", "/sign-in/%00"):
        assert client.get(path).status_code == 404


def test_a_name_longer_than_any_file_is_not_found(client: Client) -> None:
    assert client.get("/static/x/" + "a" * 5000).status_code == 404


def test_nul_in_a_form_is_left_out_before_anything_is_stored(any_app: Flask) -> None:
    client = any_app.test_client()
    assert isinstance(client, Client)
    page = staff(client).page("/staff/organization")
    entered = {"name": "Alder\x00 Falls", "sender_name": "Alder Falls"}
    sent = {**entered, "sender_address": "jobs@example.org", "introduction": "Welcome\x00."}
    assert client.fill(page, sent).status_code == 303
    employer = organization.employer()
    assert employer is not None
    assert (employer.name, employer.introduction) == ("Alder Falls", "Welcome.")


@pytest.mark.parametrize("host", ["x" * 300, "[::1", "a b", "\xff.example"])
def test_a_host_that_is_none_is_a_bad_request(client: Client, host: str) -> None:
    client.application.testing = False
    answer: TestResponse = client.get("/", headers={"Host": host})
    assert answer.status_code in {200, 400}
    assert "Traceback" not in answer.text


def test_a_host_too_long_for_a_name_is_refused(client: Client) -> None:
    assert client.get("/", headers={"Host": "x" * 300}).status_code == 400


def test_no_page_repeats_a_strangers_host(client: Client) -> None:
    postings.open_posting()
    headers = {
        "Host": "evil.example",
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "https",
        "Forwarded": "host=evil.example",
    }
    for path in ("/", "/postings/childrens-librarian", "/sign-in", "/my", "/nothing"):
        answer = client.get(path, headers=headers)
        assert "evil.example" not in answer.text
        assert "evil.example" not in str(answer.headers)


def test_a_crash_behind_a_private_link_keeps_its_secret_out_of_the_log(
    app: Flask, client: Client
) -> None:
    def view(token: str) -> str:
        raise ZeroDivisionError

    app.add_url_rule("/my/<token>/crash", view_func=signed_link(view), endpoint="crash")
    app.testing = False
    with capture_logs() as lines:
        client.get("/my/Secret-Token-of-a-Candidate/crash")
    assert [line["path"] for line in lines if line["event"] == "crash"] == ["/my/…/crash"]


def test_a_statement_that_fails_tells_the_log_nothing_of_anybody(
    app: Flask, client: Client
) -> None:
    def view() -> str:
        db.session.execute(
            db.text("INSERT INTO person (email) VALUES (:email)"), {"email": "sam@example.org"}
        )
        return ""

    app.add_url_rule("/broken", view_func=public(view), endpoint="broken")
    app.testing = False
    with capture_logs() as lines:
        client.get("/broken")
    logged = [str(line.get("exc_info")) + str(line.get("error")) for line in lines]
    assert any("INSERT INTO person" in each for each in logged)
    assert not any("sam@example.org" in each for each in logged)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12", 12),
        ("0", 0),
        ("2147483647", 2147483647),
        ("2147483648", None),
        ("9" * 5000, None),
        ("²", None),
        ("٣", None),
        ("-1", None),
        ("", None),
        (None, None),
    ],
)
def test_a_number_is_read_only_where_a_row_could_have_it(
    text: str | None, number: int | None
) -> None:
    assert whole_number(text) == number
