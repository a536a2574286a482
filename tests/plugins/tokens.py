"""Certificates of our own making, and a token server on https that gives OAuth 2 tokens.

- `certificates`: a folder with `ca.pem`, and `server.pem` and `server.key` for `localhost`.
- `trusting`: the machine trusts the test's authority.
- `token_server`: a server of client credentials (RFC 6749 §4.4); see `TokenServer`.
"""

import json
import ssl
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from tests.plugins.places import build_once
from tracker.notifications.oauth import forget_tokens


def authority(folder: Path) -> None:
    """Make an authority, and a certificate by it for `localhost`."""
    folder.mkdir()

    def run(*words: str) -> None:
        subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)

    run(
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=Test authority",
        "-keyout",
        "ca.key",
        "-out",
        "ca.pem",
        "-addext",
        "keyUsage=critical,keyCertSign",
    )
    run(
        "req",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-subj",
        "/CN=localhost",
        "-keyout",
        "server.key",
        "-out",
        "server.csr",
    )
    (folder / "names").write_text("subjectAltName=DNS:localhost\n")
    run("x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-days", "2",
        "-CAcreateserial", "-extfile", "names", "-out", "server.pem")  # fmt: skip


@pytest.fixture
def certificates() -> Path:
    """A folder with `ca.pem`, `server.pem` and `server.key`."""
    return build_once("certificates", authority)


@pytest.fixture
def trusting(certificates: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that trusts the test's authority, as an operator would make it."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates / "ca.pem"))


@dataclass
class TokenServer:
    """What the server was asked, and what it answers.

    Tokens are `token-1`, `token-2` and so on; they live `lifetime_s`, or say nothing of it.
    """

    client_id: str = "the-client"
    client_secret: str = "the secret/+&"
    lifetime_s: int | None = 3600
    answer: tuple[int, str] | None = None
    asked: list[dict[str, str]] = field(default_factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        """What MAIL_OAUTH_TOKEN_URL is set to."""
        return f"https://localhost:{self.port}/tenant/oauth2/v2.0/token"

    @property
    def settings(self) -> dict[str, Any]:
        """The settings by which Tracker signs in here."""
        return {
            "MAIL_OAUTH_TOKEN_URL": self.url,
            "MAIL_OAUTH_CLIENT_ID": self.client_id,
            "MAIL_OAUTH_CLIENT_SECRET": self.client_secret,
            "MAIL_OAUTH_SCOPE": "https://outlook.office365.com/.default",
        }

    def reply(self, form: dict[str, str]) -> tuple[int, str]:
        """Answer one request: status and JSON."""
        self.asked.append(form)
        if self.answer is not None:
            return self.answer
        if (form.get("client_id"), form.get("client_secret")) != (
            self.client_id,
            self.client_secret,
        ):
            wrong = {
                "error": "invalid_client",
                "error_description": f"Wrong: {form.get('client_secret')}\r\nTrace 7",
            }
            return 401, json.dumps(wrong)
        token: dict[str, Any] = {
            "token_type": "Bearer",
            "access_token": f"token-{len(self.asked)}",
        }
        if self.lifetime_s is not None:
            token["expires_in"] = self.lifetime_s
        return 200, json.dumps(token)


@pytest.fixture
def token_server(certificates: Path) -> Iterator[TokenServer]:
    """A token server with a certificate by the test's authority; nothing kept before or after."""
    server = TokenServer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            form = parse_qs(self.rfile.read(length).decode())
            status, body = server.reply({name: values[0] for name, values in form.items()})
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_arguments: Any) -> None:
            """Say nothing."""

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificates / "server.pem", certificates / "server.key")
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        listening.socket = context.wrap_socket(listening.socket, server_side=True)
        server.port = listening.server_address[1]
        thread = threading.Thread(target=listening.serve_forever, args=(0.05,))
        thread.start()
        forget_tokens()
        yield server
        forget_tokens()
        listening.shutdown()
        thread.join()
