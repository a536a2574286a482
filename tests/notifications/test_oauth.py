"""Signing in with OAuth 2 client credentials: a real token server, a real mail server."""

import base64
import json
import logging
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult
from flask import Flask

from tests.notifications.factories import queue, reload
from tests.notifications.test_encryption import Encrypted
from tests.plugins.mail import MailServer
from tests.plugins.tokens import TokenServer
from tracker.notifications import oauth, transport
from tracker.notifications.delivery import deliver_due
from tracker.notifications.mailserver import MailUrlError, parse_mail_url
from tracker.notifications.oauth import Credentials, OAuthError, access_token, credentials_from
from tracker.notifications.rules import MailState

USER = "jobs@example.org"


class ByToken(MailServer):
    """A mail server that lets in whoever brings a token it knows."""

    def __init__(self) -> None:
        super().__init__()
        self.known: set[str] = set()
        self.tried: list[tuple[str, str]] = []

    async def auth_XOAUTH2(self, server: SMTP, arguments: list[str]) -> AuthResult:  # noqa: N802
        """Check a token as Exchange does: a refusal is explained before it is given."""
        said = base64.b64decode(arguments[1]).decode()
        user, bearer, *rest = said.split("\x01")
        assert rest == ["", ""]
        token = bearer.removeprefix("auth=Bearer ")
        self.tried.append((user.removeprefix("user="), token))
        if token in self.known:
            return AuthResult(success=True, auth_data=user)
        reason = json.dumps({"status": "400", "schemes": "Bearer"})
        await server.challenge_auth(reason)
        return AuthResult(success=False, handled=False)


@pytest.fixture
def by_token(certificates: Path, trusting: None) -> Iterator[Encrypted]:
    """The mail server, encrypted, on a port of its own."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificates / "server.pem", certificates / "server.key")
    server = Encrypted(
        ByToken(),
        tls_context=context,
        auth_required=True,
        auth_exclude_mechanism=["LOGIN", "PLAIN"],
    )
    server.start()
    yield server
    server.stop(no_assert=True)


@pytest.fixture
def configured(app: Flask, by_token: Encrypted, token_server: TokenServer) -> Flask:
    """The application with both servers set."""
    app.config |= token_server.settings
    app.config["MAIL_URL"] = f"smtp://jobs%40example.org@localhost:{by_token.port}"
    return app


def deliver() -> tuple[MailState, str]:
    """Send a mail; where it stands, and the last answer."""
    email_id = queue().id
    deliver_due(timeout_s=5)
    email = reload(email_id)
    return email.state, str(email.last_answer)


def handler(server: Encrypted) -> ByToken:
    """What the server does."""
    assert isinstance(server.handler, ByToken)
    return server.handler


def test_mail_goes_with_a_token(
    configured: Flask, by_token: Encrypted, token_server: TokenServer
) -> None:
    handler(by_token).known = {"token-1"}
    assert deliver() == (MailState.SENT, "250 2.0.0 Kept")
    assert deliver()[0] is MailState.SENT
    assert handler(by_token).tried == [(USER, "token-1")] * 2
    assert token_server.asked == [
        {
            "grant_type": "client_credentials",
            "client_id": "the-client",
            "client_secret": "the secret/+&",
            "scope": "https://outlook.office365.com/.default",
        }
    ]


def test_a_token_that_is_turned_down_is_renewed_once(
    configured: Flask, by_token: Encrypted, token_server: TokenServer
) -> None:
    handler(by_token).known = {"token-2"}
    assert deliver()[0] is MailState.SENT
    assert [token for _, token in handler(by_token).tried] == ["token-1", "token-2"]


def test_a_server_that_turns_every_token_down_delays_the_mail(
    configured: Flask, by_token: Encrypted, token_server: TokenServer
) -> None:
    state, answer = deliver()
    assert state is MailState.DELAYED
    assert f"refused the token for {USER}: 535" in answer
    assert len(token_server.asked) == len(handler(by_token).tried) == 2
    assert "token-" not in answer


def test_a_server_without_token_sign_in_is_named(
    configured: Flask, smtp_server: MailServer, token_server: TokenServer
) -> None:
    configured.config["MAIL_URL"] = smtp_server.url.replace("//", "//jobs%40example.org@")
    configured.config["MAIL_URL"] += "?tls=no"
    state, answer = deliver()
    assert (state, smtp_server.received, token_server.asked) == (MailState.DELAYED, [], [])
    assert "no sign-in by token (XOAUTH2)" in answer


def test_a_wrong_secret_is_told_without_the_secret(
    configured: Flask, token_server: TokenServer, caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    caplog.set_level(logging.DEBUG)
    configured.config["MAIL_OAUTH_CLIENT_SECRET"] = "wrong-and-secret"
    state, answer = deliver()
    assert state is MailState.DELAYED
    assert answer == (
        "localhost refused MAIL_OAUTH_CLIENT_ID or MAIL_OAUTH_CLIENT_SECRET:"
        " invalid_client: Wrong: … Trace 7"
    )
    said = caplog.text + "".join(capfd.readouterr())
    assert "wrong-and-secret" not in said


def test_no_token_or_secret_is_ever_logged(
    configured: Flask, by_token: Encrypted, caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    caplog.set_level(logging.DEBUG)
    handler(by_token).known = {"token-1"}
    assert deliver()[0] is MailState.SENT
    said = caplog.text + "".join(capfd.readouterr())
    ours = "\n".join(line for line in said.splitlines() if "mail.log" not in line)
    for secret in ("token-1", "the secret", "the+secret", base64.b64encode(b"token-1").decode()):
        assert secret not in ours
    assert "secret" not in repr(credentials_from(configured.config))
    assert "secret" not in repr(transport.configured_server())


def keep(token_server: TokenServer) -> Credentials:
    """The credentials for the server, as settings name them."""
    credentials = credentials_from(token_server.settings)
    assert credentials is not None
    return credentials


@pytest.mark.parametrize(("lifetime", "asked"), [(3600, 1), (200, 1), (None, 1), (0, 3)])
def test_a_token_is_kept_until_shortly_before_its_end(
    trusting: None, token_server: TokenServer, lifetime: int | None, asked: int
) -> None:
    token_server.lifetime_s = lifetime
    for _ in range(3):
        access_token(keep(token_server))
    assert len(token_server.asked) == asked


def test_a_token_near_its_end_is_not_used(
    trusting: None, token_server: TokenServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    credentials = keep(token_server)
    assert access_token(credentials) == "token-1"
    later = time.time() + 3600 - oauth.RENEW_BEFORE_S + 1
    monkeypatch.setattr("tracker.notifications.oauth.time.time", lambda: later)
    assert access_token(credentials) == "token-2"


def test_many_who_ask_at_once_ask_the_server_once(
    trusting: None, token_server: TokenServer
) -> None:
    credentials, found = keep(token_server), []
    threads = [
        threading.Thread(target=lambda: found.append(access_token(credentials))) for _ in range(8)
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert found == ["token-1"] * 8
    # One of them is turned down: whoever comes with the old one gets the same new one.
    assert {access_token(credentials, refused="token-1") for _ in range(4)} == {"token-2"}
    assert len(token_server.asked) == 2


def test_a_token_server_that_nobody_vouches_for_is_not_asked(token_server: TokenServer) -> None:
    with pytest.raises(OAuthError, match="certificate of localhost could not be verified"):
        access_token(keep(token_server))
    assert token_server.asked == []


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ((200, "<html>"), "cannot be read"),
        ((200, "{}"), "gave no token"),
        ((200, json.dumps({"access_token": "a\nb"})), "gave no token"),
        ((200, json.dumps({"access_token": 7})), "gave no token"),
        ((503, "away"), "could not be reached"),
        ((400, json.dumps({"error": "invalid_scope"})), "refused MAIL_OAUTH_CLIENT_ID"),
    ],
)
def test_an_answer_that_is_no_token_is_told_in_a_sentence(
    trusting: None, token_server: TokenServer, answer: tuple[int, str], sentence: str
) -> None:
    token_server.answer = answer
    with pytest.raises(OAuthError, match=sentence) as told:
        access_token(keep(token_server))
    assert "the secret" not in str(told.value)


def test_a_token_server_that_is_away_delays_and_loses_nothing(configured: Flask) -> None:
    configured.config["MAIL_OAUTH_TOKEN_URL"] = "https://localhost:1/token"
    state, answer = deliver()
    assert state is MailState.DELAYED
    assert answer == "The token server localhost could not be reached (ConnectionError)."


def changed(**settings: Any) -> Callable[[], object]:
    """Read settings that are whole but for these."""
    whole = dict.fromkeys(oauth.SETTINGS, "x") | {"MAIL_OAUTH_TOKEN_URL": "https://a.example/t"}
    return lambda: credentials_from(whole | settings)


def test_settings_go_together() -> None:
    assert credentials_from({}) is None
    for name in oauth.SETTINGS[:3]:
        with pytest.raises(OAuthError, match=f"{name} is missing"):
            changed(**{name: ""})()
    with pytest.raises(OAuthError, match="must begin with https"):
        changed(MAIL_OAUTH_TOKEN_URL="http://a.example/t")()


def test_with_a_token_there_is_a_user_and_no_password() -> None:
    credentials = changed(MAIL_OAUTH_SCOPE="")()
    assert isinstance(credentials, Credentials)
    server = parse_mail_url("smtp://jobs%40example.org@smtp.office365.com", credentials)
    assert (server.username, server.port, server.security.value) == (USER, 587, "required")
    for url in ("smtp://smtp.office365.com", "smtp://a:b@smtp.office365.com"):
        with pytest.raises(MailUrlError, match="a user name and no password"):
            parse_mail_url(url, credentials)
    with pytest.raises(MailUrlError, match="encrypted"):
        parse_mail_url("smtp://a@smtp.office365.com?tls=no", credentials)
