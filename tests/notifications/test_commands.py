"""`flask mail deliver` says what it did, and fails where it cannot do it."""

from flask import Flask

from tests.notifications.factories import queue
from tests.plugins.mail import MailServer


def run(app: Flask) -> tuple[int, str]:
    """Run the command: its exit code and what it said; the log is beside it when it went well."""
    result = app.test_cli_runner().invoke(args=["mail", "deliver"])
    return result.exit_code, result.stdout if result.exit_code == 0 else result.output


def test_it_counts_what_became_of_each(app: Flask, smtp_server: MailServer) -> None:
    app.config["MAIL_URL"] = smtp_server.url
    smtp_server.refuse("b@example.org")
    smtp_server.refuse("c@example.org", "450 Later")
    for letter in "abc":
        queue(f"{letter}@example.org")
    assert run(app) == (0, "Sent: 1, delayed: 1, failed: 1.\n")
    assert run(app) == (0, "Sent: 0, delayed: 0, failed: 0.\n")


def test_without_a_server_it_says_what_to_set(app: Flask) -> None:
    queue()
    code, said = run(app)
    assert code == 1
    assert "nothing was sent; waiting: 1. Set MAIL_URL" in said


def test_a_setting_that_cannot_be_read_is_named(app: Flask) -> None:
    app.config["MAIL_URL"] = "mail.example.org"
    code, said = run(app)
    assert code == 1
    assert said.startswith("Error: MAIL_URL must look like smtp://")


def test_a_server_that_is_away_is_named(app: Flask) -> None:
    app.config["MAIL_URL"] = "smtp://127.0.0.1:1"
    queue()
    code, said = run(app)
    assert code == 1
    assert "Sent: 0, delayed: 1, failed: 0." in said
    assert "127.0.0.1:1 could not be reached: Connection refused." in said
