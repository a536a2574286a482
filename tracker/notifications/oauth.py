"""Signing in to mail servers with OAuth 2 client credentials (RFC 6749 §4.4), as Microsoft asks.

Pure but for its calls to the token server: SMTP and IMAP both sign in with what
`access_token` gives, through `xoauth2`.
"""

import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import requests
from authlib.integrations.base_client.errors import OAuthError as RefusedError
from authlib.integrations.requests_client import OAuth2Session

from tracker.notifications.headers import one_line

SETTINGS = (
    "MAIL_OAUTH_TOKEN_URL",
    "MAIL_OAUTH_CLIENT_ID",
    "MAIL_OAUTH_CLIENT_SECRET",
    "MAIL_OAUTH_SCOPE",
)
TIMEOUT_S = 20.0
RENEW_BEFORE_S = 120.0
"""How long before its end a token is no longer used: a conversation may take that long."""
UNKNOWN_LIFE_S = 300.0
LONGEST_REASON = 300


class OAuthError(Exception):
    """No token can be had; the message is one line that holds no secret."""


@dataclass(frozen=True)
class Credentials:
    """How this application signs in to the token server."""

    token_url: str
    client_id: str
    client_secret: str = field(repr=False)
    scope: str = ""

    @property
    def label(self) -> str:
        """The token server as a page may name it."""
        return urlsplit(self.token_url).hostname or self.token_url


@dataclass
class _Kept:
    token: str = field(repr=False)
    until: float


_kept: dict[Credentials, _Kept] = {}
_lock = threading.Lock()


def credentials_from(config: Mapping[str, Any]) -> Credentials | None:
    """The credentials that settings name; None where there are none.

    Raises `OAuthError` where some are missing, or the token server is not on https.
    """
    values = {name: str(config.get(name) or "").strip() for name in SETTINGS}
    if not any(values.values()):
        return None
    missing = [name for name in SETTINGS[:3] if not values[name]]
    if missing:
        raise OAuthError(f"{missing[0]} is missing: the MAIL_OAUTH_ settings go together.")
    credentials = Credentials(*values.values())
    parts = urlsplit(credentials.token_url)
    if parts.scheme != "https" or not parts.hostname:
        raise OAuthError("MAIL_OAUTH_TOKEN_URL must begin with https://.")
    return credentials


def access_token(credentials: Credentials, *, refused: str | None = None) -> str:
    """A token that signs in now: a kept one until shortly before its end, else a new one.

    `refused` is one that a mail server has just turned down: it is not given out again. One
    caller asks the token server, others wait for its answer. Raises `OAuthError`.
    """
    with _lock:
        kept = _kept.get(credentials)
        if kept is not None and kept.token != refused and time.time() < kept.until:
            return kept.token
        _kept.pop(credentials, None)
        kept = _kept[credentials] = _fetch(credentials)
        return kept.token


def forget_tokens() -> None:
    """Forget every kept token: the next caller asks for a new one."""
    with _lock:
        _kept.clear()


def xoauth2(username: str, token: str) -> str:
    """What SASL's XOAUTH2 sends, before it is encoded."""
    return f"user={username}\x01auth=Bearer {token}\x01\x01"


def _fetch(credentials: Credentials) -> _Kept:
    where = credentials.label
    try:
        with OAuth2Session(
            credentials.client_id,
            credentials.client_secret,
            scope=credentials.scope or None,
            token_endpoint_auth_method="client_secret_post",  # noqa: S106  the method's name
        ) as session:
            answer = session.fetch_token(
                credentials.token_url,
                grant_type="client_credentials",
                timeout=TIMEOUT_S,
                verify=_authorities(),
            )
    except RefusedError as error:
        raise OAuthError(_refusal(credentials, error)) from None
    except requests.exceptions.SSLError:
        raise OAuthError(
            f"The certificate of {where} could not be verified. Nothing was sent there."
        ) from None
    except requests.exceptions.RequestException as error:
        raise OAuthError(
            f"The token server {where} could not be reached ({type(error).__name__})."
        ) from None
    except ValueError:
        raise OAuthError(f"The token server {where} gave an answer that cannot be read.") from None
    token = answer.get("access_token")
    if not isinstance(token, str) or not token or not token.isascii() or not token.isprintable():
        raise OAuthError(f"The token server {where} gave no token.")
    return _Kept(token, time.time() + _life(answer.get("expires_in")))


def _life(expires_in: Any) -> float:
    """How many seconds a token is used, by what the server says of its life."""
    try:
        life = float(expires_in)
    except (TypeError, ValueError):
        life = UNKNOWN_LIFE_S
    return max(life - RENEW_BEFORE_S, life / 2)


def _authorities() -> str | bool:
    """The authorities to trust: those of the machine or of SSL_CERT_FILE, as SMTP does."""
    return ssl.get_default_verify_paths().cafile or True


def _refusal(credentials: Credentials, error: RefusedError) -> str:
    """What the token server says is wrong, without what was sent to it."""
    said = one_line(f"{error.error}: {error.description or ''}".strip(": "), limit=LONGEST_REASON)
    said = said.replace(credentials.client_secret, "…")
    return f"{credentials.label} refused MAIL_OAUTH_CLIENT_ID or MAIL_OAUTH_CLIENT_SECRET: {said}"
