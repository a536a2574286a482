"""INTAKE_URL: the mailbox that mail arrives in, and how well the way there is guarded. Pure."""

import datetime as dt
import enum
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

LOOPBACK = {"localhost", "127.0.0.1", "::1"}
PORTS = {"imaps": 993, "imap+starttls": 143, "imap": 143}


class IntakeUrlError(ValueError):
    """INTAKE_URL or INTAKE_AFTER cannot be used; one line for whoever runs the server."""


class Encryption(enum.StrEnum):
    """How a connection is encrypted. Wherever it is, the certificate is verified."""

    IMPLICIT = "imaps"  # TLS from the first byte
    STARTTLS = "imap+starttls"  # or nothing is said
    NONE = "imap"  # this very machine alone


class After(enum.StrEnum):
    """What becomes of mail on the server once it is kept here."""

    LEAVE = "leave"
    SEEN = "seen"
    MOVE = "move"


@dataclass(frozen=True)
class Mailbox:
    """A folder on a server, as INTAKE_URL names it.

    Without a `password` a token is asked for (XOAUTH2). Mail that arrived before `since` is
    left where it is.
    """

    host: str
    port: int
    encryption: Encryption
    username: str
    password: str
    folder: str
    since: dt.date | None = None

    @property
    def label(self) -> str:
        """The server as a page may name it."""
        return f"{self.host}:{self.port}"

    @property
    def name(self) -> str:
        """The mailbox by which its bookkeeping goes: without the password."""
        return f"{self.username}@{self.host}:{self.port}/{self.folder}"


def parse_intake_url(url: str) -> Mailbox:
    """Read `imaps://user:password@host/INBOX`, `imap+starttls://…`, with `?since=2026-12-01`.

    A password goes over an encrypted connection only, but for this very machine. Raises
    `IntakeUrlError`.
    """
    if "#" in url:
        raise IntakeUrlError(
            "INTAKE_URL holds a #. Write a /, @, : or # in a user name or password as %2F, %40,"
            " %3A or %23."
        )
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname, parts.port
    except ValueError:
        raise IntakeUrlError("INTAKE_URL is not an address: its host or port is wrong.") from None
    if parts.scheme not in PORTS or not host or not parts.username:
        raise IntakeUrlError(
            "INTAKE_URL must look like imaps://user:password@imap.example.org/INBOX"
            " or imap+starttls://user:password@imap.example.org/INBOX."
        )
    encryption = Encryption(parts.scheme)
    if encryption is Encryption.NONE and host not in LOOPBACK:
        raise IntakeUrlError(
            "INTAKE_URL: a password goes only over an encrypted connection. Write imaps:// or"
            " imap+starttls://."
        )
    return Mailbox(
        host=host,
        port=port or PORTS[parts.scheme],
        encryption=encryption,
        username=unquote(parts.username),
        password=unquote(parts.password or ""),
        folder=unquote(parts.path.strip("/")) or "INBOX",
        since=_since(parts.query),
    )


def _since(query: str) -> dt.date | None:
    options = parse_qs(query, keep_blank_values=True)
    asked = options.pop("since", [""])[-1]
    if options:
        raise IntakeUrlError(f"INTAKE_URL knows no option {next(iter(options))!r}; only since.")
    if not asked:
        return None
    try:
        return dt.date.fromisoformat(asked)
    except ValueError:
        raise IntakeUrlError(
            f"INTAKE_URL: since={asked} is not a date. Write it as 2026-12-01."
        ) from None


def parse_after(text: str) -> tuple[After, str]:
    """Read INTAKE_AFTER: `leave`, `seen`, `move` (to the folder Tracker) or `move:FOLDER`.

    Raises `IntakeUrlError`.
    """
    word, _, folder = text.strip().partition(":")
    if word not in {each.value for each in After} or (folder and word != After.MOVE):
        raise IntakeUrlError("INTAKE_AFTER is leave, seen, move or move:FOLDER.")
    return After(word), folder.strip() or "Tracker"
