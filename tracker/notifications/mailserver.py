"""MAIL_URL: which server takes our mail, and how well the way there must be guarded. Pure."""

import enum
from dataclasses import dataclass, field
from urllib.parse import parse_qs, unquote, urlsplit

from tracker.notifications.oauth import Credentials

LOOPBACK = {"localhost", "127.0.0.1", "::1"}


class MailUrlError(ValueError):
    """MAIL_URL cannot be used; the message is one line for whoever runs the server."""


class Security(enum.StrEnum):
    """How a connection is encrypted. Wherever it is, the certificate is verified."""

    IMPLICIT = "implicit"  # TLS from the first byte: smtps
    REQUIRED = "required"  # STARTTLS, or nothing is sent
    OFFERED = "offered"  # STARTTLS when the server offers it
    NONE = "no"


@dataclass(frozen=True)
class MailServer:
    """A server as MAIL_URL names it; with `credentials` it is signed in to by a token."""

    host: str
    port: int
    username: str
    password: str = field(repr=False)
    security: Security
    credentials: Credentials | None = None

    @property
    def label(self) -> str:
        """The server as a page may name it, without its password."""
        return f"{self.host}:{self.port}"


def parse_mail_url(url: str, credentials: Credentials | None = None) -> MailServer:
    """Read `smtp://user:password@host:587?tls=required` or `smtps://…`.

    Without a port: 465 for smtps, 587 with a user, else 25. Unless `tls` says otherwise,
    STARTTLS is required with a user, left out on loopback, and used wherever it is offered
    elsewhere. With `credentials` the user signs in by a token. Raises `MailUrlError`.
    """
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname, parts.port
    except ValueError:
        raise MailUrlError("MAIL_URL is not an address: its host or port is wrong.") from None
    if parts.scheme not in {"smtp", "smtps"} or not host:
        raise MailUrlError(
            "MAIL_URL must look like smtp://user:password@mail.example.org:587"
            " or smtps://user:password@mail.example.org:465."
        )
    if parts.path.strip("/") or parts.fragment:
        raise MailUrlError(
            "MAIL_URL ends after the port. Write a /, # or ? in a password as %2F, %23 or %3F."
        )
    username, password = unquote(parts.username or ""), unquote(parts.password or "")
    if credentials is not None:
        if not username or password:
            raise MailUrlError(
                "MAIL_URL needs a user name and no password where the MAIL_OAUTH_ settings are set:"
                " smtp://jobs%40example.org@smtp.office365.com:587."
            )
    elif bool(username) != bool(password):
        raise MailUrlError("MAIL_URL needs both a user name and a password, or neither.")
    security = _security(parts.scheme, parts.query, host, with_password=bool(username))
    default = 465 if parts.scheme == "smtps" else 587 if username else 25
    return MailServer(host, port or default, username, password, security, credentials)


def _security(scheme: str, query: str, host: str, *, with_password: bool) -> Security:
    options = parse_qs(query, keep_blank_values=True)
    asked = options.pop("tls", [""])[-1]
    if options:
        raise MailUrlError(f"MAIL_URL knows no option {next(iter(options))!r}; only tls.")
    if scheme == "smtps":
        if asked:
            raise MailUrlError("MAIL_URL with smtps is always encrypted; leave tls out.")
        return Security.IMPLICIT
    if asked not in {"", "required", "offered", "no"}:
        raise MailUrlError("MAIL_URL: tls is required, offered or no.")
    loopback = host in LOOPBACK
    if with_password and asked in {"offered", "no"} and not loopback:
        raise MailUrlError("MAIL_URL: a password goes only over an encrypted connection.")
    if asked:
        return Security(asked)
    if with_password:
        return Security.REQUIRED
    return Security.NONE if loopback else Security.OFFERED
