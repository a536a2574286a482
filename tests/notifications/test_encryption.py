"""Encrypted delivery, with certificates of our own making: verified, or nothing is sent."""

import asyncio
import socket
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from flask import Flask

from tests.notifications.factories import queue, reload
from tests.plugins.mail import MailServer
from tracker.notifications.delivery import deliver_due
from tracker.notifications.rules import MailState

ServerStarter = Callable[..., "Encrypted"]


class Encrypted(Controller):
    """A mail server with a certificate for `localhost`, on a port that the system chooses."""

    def __init__(self, handler: MailServer, **options: Any) -> None:
        super().__init__(handler, hostname="127.0.0.1", port=0, **options)
        self.handler = handler

    def _trigger_server(self) -> None:
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        if self.ssl_context is None:
            super()._trigger_server()  # type: ignore[no-untyped-call]  # aiosmtpd has no types
            return
        # aiosmtpd would greet itself with the server's own context, which cannot be a client.
        context = ssl._create_unverified_context()  # noqa: S323  one word to ourselves
        with (
            socket.create_connection(("127.0.0.1", self.port)) as plain,
            context.wrap_socket(plain) as greeted,
        ):
            greeted.recv(1024)


@pytest.fixture
def start(certificates: Path) -> Iterator[ServerStarter]:
    """Start encrypted servers; they end with the test."""
    started: list[Encrypted] = []

    def begin(*, implicit: bool = False, login: bool = False) -> Encrypted:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificates / "server.pem", certificates / "server.key")
        options: dict[str, Any] = {"ssl_context" if implicit else "tls_context": context}
        if login:
            options |= {"authenticator": check_login, "auth_required": True}
        server = Encrypted(MailServer(), **options)
        server.start()
        started.append(server)
        return server

    yield begin
    for each in started:
        each.stop(no_assert=True)


def check_login(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> Any:
    """Let Ann in."""
    assert isinstance(data, LoginPassword)
    known = (data.login, data.password) == (b"ann", b"s3cret/#")
    return AuthResult(success=known, handled=False)  # the server words the refusal


def deliver(app: Flask, url: str) -> tuple[MailState, str | None]:
    """Send one mail by this server: where it stands then, and the last answer."""
    app.config["MAIL_URL"] = url
    email_id = queue().id
    deliver_due(timeout_s=5)
    email = reload(email_id)
    return email.state, email.last_answer


def test_starttls_with_a_certificate_that_is_trusted(
    app: Flask, start: ServerStarter, trusting: None
) -> None:
    server = start()
    delivered = deliver(app, f"smtp://localhost:{server.port}?tls=required")
    assert delivered == (MailState.SENT, "250 2.0.0 Kept")
    assert len(server.handler.received) == 1


@pytest.mark.parametrize("tls", ["required", "offered"])
def test_starttls_with_a_certificate_nobody_vouches_for_sends_nothing(
    app: Flask, start: ServerStarter, tls: str
) -> None:
    server = start()
    state, answer = deliver(app, f"smtp://localhost:{server.port}?tls={tls}")
    assert state is MailState.DELAYED
    assert answer is not None
    assert answer.startswith(f"The certificate of localhost:{server.port} could not be verified (")
    assert server.handler.received == []


def test_encryption_from_the_first_byte(app: Flask, start: ServerStarter, trusting: None) -> None:
    server = start(implicit=True)
    delivered = deliver(app, f"smtps://localhost:{server.port}")
    assert delivered == (MailState.SENT, "250 2.0.0 Kept")
    assert len(server.handler.received) == 1


def test_encryption_from_the_first_byte_is_verified_too(app: Flask, start: ServerStarter) -> None:
    server = start(implicit=True)
    state, answer = deliver(app, f"smtps://localhost:{server.port}")
    assert (state, server.handler.received) == (MailState.DELAYED, [])
    assert "could not be verified" in str(answer)


def test_a_certificate_for_another_name_sends_nothing(
    app: Flask, start: ServerStarter, trusting: None
) -> None:
    server = start()
    state, answer = deliver(app, f"smtp://127.0.0.1:{server.port}?tls=required")
    assert (state, server.handler.received) == (MailState.DELAYED, [])
    assert "could not be verified" in str(answer)


def test_a_server_without_starttls_gets_nothing_where_it_is_required(
    app: Flask, smtp_server: MailServer
) -> None:
    state, answer = deliver(app, f"{smtp_server.url}?tls=required")
    assert (state, smtp_server.received) == (MailState.DELAYED, [])
    assert str(answer).endswith("STARTTLS extension not supported by server.")


def test_a_password_is_given_after_encryption_only(
    app: Flask, start: ServerStarter, trusting: None
) -> None:
    server = start(login=True)
    state, _ = deliver(app, f"smtp://ann:s3cret%2F%23@localhost:{server.port}")
    assert (state, len(server.handler.received)) == (MailState.SENT, 1)


def test_a_wrong_password_delays_and_never_fails_a_mail(
    app: Flask, start: ServerStarter, trusting: None
) -> None:
    server = start(login=True)
    state, answer = deliver(app, f"smtp://ann:wrong@localhost:{server.port}")
    assert (state, server.handler.received) == (MailState.DELAYED, [])
    assert "refused the user name or password of MAIL_URL" in str(answer)
    assert "wrong" not in str(answer)
