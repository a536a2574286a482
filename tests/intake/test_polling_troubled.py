"""Passwords, tokens, servers that are away, workers that end: a sentence each, nothing lost."""

import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
from flask import Flask

from tests.intake.polled import box, fetch, kept, mail, states
from tests.plugins.mailboxes import PASSWORD, TestMailbox
from tests.plugins.tokens import TokenServer
from tracker.core.db import db, now
from tracker.intake import imap, rules
from tracker.intake.mailbox import parse_intake_url
from tracker.intake.polling import Report, fetch_new
from tracker.intake.rules import FetchState

ROOT = Path(__file__).resolve().parent.parent.parent
Silent = Callable[..., str]


# Signing in


def test_a_wrong_password_is_a_sentence(app: Flask, mailbox: TestMailbox) -> None:
    report = fetch(app, mailbox.server.url(mailbox.user, password="wrong"))
    assert report.trouble.startswith("localhost:")
    assert "refused the user name or password of INTAKE_URL" in report.trouble
    assert "b'" not in report.trouble
    assert PASSWORD not in report.trouble
    assert (box().failures, box().trouble) == (1, report.trouble)


def test_a_token_opens_the_mailbox(mailbox: TestMailbox) -> None:
    mailbox.put(mail(1))
    url = mailbox.server.url(mailbox.user, password="")
    token = mailbox.server.token(mailbox.user)
    with imap.Session(parse_intake_url(url), token=token) as session:
        assert len(session.new_uids(0)) == 1


@pytest.mark.parametrize("wrong", ["expired", "of another", "forged"])
def test_a_token_that_is_not_good_is_a_sentence(mailbox: TestMailbox, wrong: str) -> None:
    token = {
        "expired": mailbox.server.token(mailbox.user, seconds=-300),
        "of another": mailbox.server.token("somebody"),
        "forged": mailbox.server.token(mailbox.user)[:-6] + "AAAAAA",
    }[wrong]
    url = mailbox.server.url(mailbox.user, password="")
    with pytest.raises(imap.AwayError, match="refused the access token"):
        imap.Session(parse_intake_url(url), token=token)


def test_the_token_that_sending_has_opens_the_mailbox(
    app: Flask, mailbox: TestMailbox, token_server: TokenServer
) -> None:
    mailbox.put(mail(1))
    app.config |= token_server.settings
    url = mailbox.server.url(mailbox.user, password="")
    tokens = [mailbox.server.token(mailbox.user, seconds=-300), mailbox.server.token(mailbox.user)]
    token_server.answer = _given(tokens[0])
    report = fetch(app, url)  # asked again for a token, it gives the same old one
    assert "refused the access token" in report.trouble
    assert tokens[0] not in report.trouble
    token_server.answer = _given(tokens[1])
    assert fetch(app, url).kept == 1
    asked = len(token_server.asked)
    assert fetch(app, url).trouble == ""
    assert len(token_server.asked) == asked  # the token is kept


def _given(token: str) -> tuple[int, str]:
    return 200, json.dumps({"access_token": token, "expires_in": 3600})


def test_a_token_server_that_refuses_is_a_sentence(
    app: Flask, mailbox: TestMailbox, token_server: TokenServer
) -> None:
    app.config |= token_server.settings | {"MAIL_OAUTH_CLIENT_SECRET": "wrong"}
    report = fetch(app, mailbox.server.url(mailbox.user, password=""))
    assert "refused MAIL_OAUTH_CLIENT_ID or MAIL_OAUTH_CLIENT_SECRET" in report.trouble


def test_neither_password_nor_token_is_a_sentence(app: Flask, mailbox: TestMailbox) -> None:
    report = fetch(app, mailbox.server.url(mailbox.user, password=""))
    assert report.trouble.startswith("INTAKE_URL names no password")


def test_a_certificate_nobody_vouches_for_hears_no_password(
    app: Flask, mailbox: TestMailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    for scheme in ("imaps", "imap+starttls"):
        report = fetch(app, mailbox.server.url(mailbox.user, scheme=scheme))
        assert "could not be verified" in report.trouble


def test_a_certificate_for_another_name_hears_no_password(app: Flask, mailbox: TestMailbox) -> None:
    report = fetch(app, mailbox.url.replace("localhost", "127.0.0.1"))
    assert "could not be verified" in report.trouble


def test_a_folder_that_is_not_there_is_a_sentence(app: Flask, mailbox: TestMailbox) -> None:
    report = fetch(app, mailbox.url.replace("/INBOX", "/Nowhere"))
    assert "could not do what was asked" in report.trouble


# A server that is away


@pytest.fixture
def silent() -> Iterator[Silent]:
    """Make servers that greet and then say a byte now and then, or nothing."""
    with ExitStack() as stack:

        def make(*, greeting: bytes = b"", every_s: float | None = None) -> str:
            listening = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
            stop = threading.Event()
            stack.callback(stop.set)

            def serve() -> None:
                with suppress(OSError):
                    connection = listening.accept()[0]
                    with connection:
                        connection.sendall(greeting)
                        while not stop.wait(every_s or 0.1):
                            connection.sendall(b"*" if every_s else b"")

            threading.Thread(target=serve, daemon=True).start()
            return f"imap://jobs:x@127.0.0.1:{listening.getsockname()[1]}/"

        yield make


def test_a_server_that_is_not_there_is_a_sentence(app: Flask) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    report = fetch(app, f"imap://jobs:x@127.0.0.1:{port}/")
    assert report.trouble == (
        f"The mail server 127.0.0.1:{port} could not be reached: Connection refused."
    )


@pytest.mark.parametrize("talk", [{}, {"greeting": b"* OK hello\r\n"}, {"every_s": 0.05},
                                  {"greeting": b"* OK hello\r\n", "every_s": 0.05}])  # fmt: skip
def test_a_server_that_keeps_one_waiting_is_given_up(
    app: Flask, silent: Silent, talk: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracker.intake.imap.READ_S", 2.0)
    begun = time.monotonic()
    report = fetch(app, silent(**talk), command_s=1.0)
    assert "took too long to answer" in report.trouble
    assert time.monotonic() - begun < 8


@pytest.mark.parametrize(
    "greeting", [b"HTTP/1.1 400 Bad\r\n\r\n", b"\x00\xff\r\n", b"* BYE no\r\n"]
)
def test_a_server_that_is_none_is_a_sentence(app: Flask, silent: Silent, greeting: bytes) -> None:
    report = fetch(app, silent(greeting=greeting))
    assert report.trouble
    assert "\n" not in report.trouble


def test_pauses_grow_while_the_server_is_away_and_end_when_it_is_back(
    app: Flask, mailbox: TestMailbox
) -> None:
    wrong = mailbox.server.url(mailbox.user, password="wrong")
    pauses = []
    for _ in range(3):
        fetch(app, wrong)
        row = box()
        pauses.append(round((row.next_at - now()).total_seconds() / 60))
    assert pauses == [1, 2, 5]
    app.config["INTAKE_URL"] = wrong
    assert fetch_new().busy  # it is left alone until then
    mailbox.put(mail(1))
    assert fetch(app, mailbox.url).kept == 1
    assert (box().failures, box().trouble) == (0, "")
    assert rules.pause_after_failures(99).total_seconds() == 1800


# Several at once, and the end of one in the middle


def test_two_workers_keep_each_mail_once(any_app: Flask, mailbox: TestMailbox) -> None:
    mailbox.put(*(mail(number) for number in range(30)))
    any_app.config["INTAKE_URL"] = mailbox.url
    reports: list[Report] = []

    def run() -> None:
        with any_app.app_context():
            reports.append(fetch_new(at_once=True))
            db.session.remove()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    reports.append(fetch(any_app, mailbox.url))
    assert sorted(kept()) == sorted(mail(number) for number in range(30))
    assert sum(each.kept for each in reports) == 30
    assert states() == {"kept": 30}


def test_a_claim_of_somebody_alive_is_respected(app: Flask, mailbox: TestMailbox) -> None:
    mailbox.put(mail(1))
    fetch(app, mailbox.url)
    row = box()
    row.claimed_by, row.claimed_until = "elsewhere/1:2:3", now() + rules.MAILBOX_CLAIM
    db.session.commit()
    mailbox.put(mail(2))
    assert fetch(app, mailbox.url).busy
    assert len(kept()) == 1


@pytest.mark.parametrize("after", ["leave", "move"])
def test_a_worker_killed_anywhere_loses_and_doubles_nothing(
    app: Flask, mailbox: TestMailbox, after: str
) -> None:
    count = 25
    mailbox.put(*(mail(number, body=b"x" * 20_000 + b"\r\n") for number in range(count)))
    settings = {
        "INSTANCE_PATH": app.instance_path,
        "DATABASE_URL": app.config["DATABASE_URL"],
        "FILES_URL": app.config["FILES_URL"],
        "INTAKE_URL": mailbox.url,
        "INTAKE_AFTER": after,
        "SECRET_KEY": "only for tests",
        "PYTHONWARNINGS": "",
    }
    script = (
        "from tracker.app import create_app\n"
        "from tracker.intake.polling import fetch_new\n"
        "app = create_app()\n"
        "with app.app_context():\n"
        "    print('begun', flush=True)\n"
        "    fetch_new(at_once=True)\n"
    )
    for wait_s in (0.0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.6):
        child = subprocess.Popen(
            [sys.executable, "-c", script],
            cwd=ROOT,
            env=os.environ | settings,
            stdout=subprocess.PIPE,
        )
        assert child.stdout is not None
        child.stdout.readline()
        time.sleep(wait_s)
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
    report = fetch(app, mailbox.url, after)
    assert not report.busy
    assert report.trouble == ""
    found = kept()
    assert len(found) == len(set(found)) == count
    assert states() == {FetchState.KEPT.value: count}
    place = "Tracker" if after == "move" else "INBOX"
    assert len(mailbox.uids(place)) == count


def test_the_tls_of_the_test_is_real(mailbox: TestMailbox) -> None:
    context = ssl.create_default_context(cafile=str(mailbox.server.certificate))
    port = mailbox.server.ports["imaps"]
    with (
        socket.create_connection(("127.0.0.1", port)) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as wrapped,
    ):
        assert wrapped.version() in {"TLSv1.2", "TLSv1.3"}


# The command


def run(app: Flask) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=["mail", "fetch"])
    return result.exit_code, result.stdout if result.exit_code == 0 else result.output


def test_the_command_says_what_was_new(app: Flask, mailbox: TestMailbox) -> None:
    mailbox.put(mail(1), mail(2))
    app.config["INTAKE_URL"] = mailbox.url
    assert run(app) == (0, "New: 2, too large to fetch: 0.\n")
    assert run(app) == (0, "New: 0, too large to fetch: 0.\n")


def test_the_command_says_what_is_wrong(app: Flask) -> None:
    assert "Set INTAKE_URL" in run(app)[1]
    for name, value, said in (
        ("INTAKE_URL", "imap.example.org", "INTAKE_URL must look like"),
        ("INTAKE_URL", "imap://jobs:x@127.0.0.1:1/", "could not be reached"),
        ("INTAKE_AFTER", "delete", "INTAKE_AFTER is"),
    ):
        app.config[name] = value
        code, words = run(app)
        assert (code, said in words) == (1, True)
