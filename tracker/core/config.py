"""Settings: from the environment, else `instance/config.py`, else a safe default.

`SETTINGS` is the one list; the operator's guide documents each, and a test compares.
"""

import os
import re
import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from sqlalchemy.pool import NullPool

from tracker.core.files import keep_once

CONNECT_S = 5  # to a PostgreSQL server: one that is gone is known in seconds
LOOPBACK = {"localhost", "127.0.0.1", "::1"}
# A mailbox whose name leaves room for a tag: jobs+TAG@example.org, 64 letters before the @.
INTAKE_ADDRESS = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,27}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
FRAME_HOST = re.compile(
    r"(https?://)?(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*(:[0-9]{1,5})?", re.IGNORECASE
)
SCANNER = re.compile(r"unix:///[^?#]+|tcp://(\[[0-9a-fA-F:.]+\]|[\w.-]+):[0-9]{1,5}")


class ConfigurationError(Exception):
    """A setting is wrong; the message is one line for whoever starts the server."""


@dataclass(frozen=True)
class Setting:
    """One setting: its name in the environment, how it is read, and what it is for."""

    name: str
    default: Any
    read: Callable[[str], Any]
    purpose: str


SETTINGS = (
    Setting("HOST", "127.0.0.1", str, "address that the web server listens on"),
    Setting("PORT", 8000, int, "port that the web server listens on"),
    Setting("BASE_URL", "", str, "public address of the site; anything but loopback is production"),
    Setting("SECRET_KEY", "", str, "signs cookies; required in production"),
    Setting("DATABASE_URL", "", str, "PostgreSQL or SQLite; empty for instance/tracker.db"),
    Setting("DATABASE_PATIENCE", 30, int, "seconds to wait for a lock that somebody else holds"),
    Setting("FILES_URL", "", str, "where files live: a folder or s3://…; empty for instance/files"),
    Setting("MAIL_URL", "", str, "SMTP server; empty keeps mail in the outbox"),
    Setting(
        "INTAKE_ADDRESS", "", str, "address of the employer that applications and replies go to"
    ),
    Setting("INTAKE_AUTHORITY", "", str, "own mail server's name in Authentication-Results"),
    Setting("INTAKE_LIMIT_MB", 35, int, "largest mail that is opened, in MB; larger ones are kept"),
    Setting("INTAKE_URL", "", str, "IMAP mailbox that mail arrives in; empty fetches none"),
    Setting("INTAKE_AFTER", "leave", str, "what becomes of fetched mail: leave, seen, move:FOLDER"),
    Setting("MAIL_CONNECTIONS", 48, int, "most connections of one worker to the mail server"),
    Setting("MAIL_PACE", 0, int, "most mails a minute, altogether; 0: as many as it takes"),
    Setting(
        "MAIL_DOMAIN_PACE", 0, int, "most mails a minute to one domain; 0: as many as it takes"
    ),
    Setting("MAIL_OAUTH_TOKEN_URL", "", str, "where a token to sign in for mail is had (https)"),
    Setting("MAIL_OAUTH_CLIENT_ID", "", str, "the application that signs in for mail"),
    Setting("MAIL_OAUTH_CLIENT_SECRET", "", str, "its secret"),
    Setting("MAIL_OAUTH_SCOPE", "", str, "what its token is asked for"),
    Setting("TRUSTED_PROXIES", 0, int, "how many proxies may be believed about the client"),
    Setting("WEB_WORKERS", 2, int, "processes that answer the web"),
    Setting("WORKER_CLOCK", True, lambda text: text != "0", "1 on the one worker with the clock"),
    Setting("UPLOAD_LIMIT_MB", 10, int, "largest file that a candidate may send, in MB"),
    Setting("CLAMD_URL", "", str, "ClamAV's clamd; empty where files are not checked for viruses"),
    Setting("EMBED_HOSTS", "", str, "sites that may show the list of openings in a frame"),
    Setting("FORM_PATIENCE", 3, int, "seconds that a person needs for a form; sooner asks again"),
    Setting("FLOOD_LIMITS", "", str, "1 or 0: limits on what one network sends; empty: production"),
)


def configure(app: Flask, overrides: Mapping[str, Any] | None = None) -> None:
    """Fill `app.config` from defaults, `instance/config.py`, the environment and overrides.

    Raises `ConfigurationError` with one clear line. Derived keys: `PRODUCTION`, `BASE_URL`
    without a trailing slash, SQLAlchemy's and Flask's own.
    """
    config = app.config
    for setting in SETTINGS:
        config[setting.name] = setting.default
    config.from_pyfile("config.py", silent=True)
    for setting in SETTINGS:
        text = os.environ.get(setting.name, "").strip()
        if text:
            config[setting.name] = _read(setting, text)
    config.update(overrides or {})
    _derive_addresses(config)
    _derive_database(app)
    _derive_secrets(app)
    _check_scanner(config)
    _check_intake(config)
    config["EMBED_HOSTS"] = _frame_hosts(config["EMBED_HOSTS"])
    config["FILES_URL"] = config["FILES_URL"] or str(Path(app.instance_path) / "files")
    config["MAX_CONTENT_LENGTH"] = (config["UPLOAD_LIMIT_MB"] * 6 + 2) * 1024 * 1024
    config["MAX_FORM_MEMORY_SIZE"] = 2 * 1024 * 1024
    config["MAX_FORM_PARTS"] = 2000
    limited = str(config["FLOOD_LIMITS"])
    config["FLOOD_LIMITS"] = limited not in {"0", "False"} if limited else config["PRODUCTION"]
    config.setdefault("BABEL_DEFAULT_LOCALE", "en")


def _read(setting: Setting, text: str) -> Any:
    try:
        return setting.read(text)
    except ValueError:
        raise ConfigurationError(
            f"{setting.name}={text!r} is not usable: {setting.purpose}."
        ) from None


def _derive_addresses(config: Any) -> None:
    base = (config["BASE_URL"] or f"http://{_for_url(config['HOST'])}:{config['PORT']}").rstrip("/")
    parts = urlsplit(base)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path:
        raise ConfigurationError(
            f"BASE_URL={base!r} must look like https://jobs.example.org, without a path."
        )
    config["BASE_URL"] = base
    config["PRODUCTION"] = parts.hostname not in LOOPBACK
    config["PREFERRED_URL_SCHEME"] = parts.scheme
    secure = parts.scheme == "https"
    config["SESSION_COOKIE_SECURE"] = secure
    config["SESSION_COOKIE_HTTPONLY"] = True
    config["SESSION_COOKIE_SAMESITE"] = "Lax"
    config["SESSION_COOKIE_NAME"] = "__Host-tracker" if secure else "tracker"
    config["WTF_CSRF_TIME_LIMIT"] = None
    config["WTF_CSRF_SSL_STRICT"] = True


def _check_scanner(config: Any) -> None:
    url = config["CLAMD_URL"]
    if url and not SCANNER.fullmatch(url):
        raise ConfigurationError(
            f"CLAMD_URL={url!r} must look like unix:///run/clamav/clamd.ctl or"
            " tcp://127.0.0.1:3310."
        )


def _check_intake(config: Any) -> None:
    address = config["INTAKE_ADDRESS"] = config["INTAKE_ADDRESS"].strip()
    if address and not INTAKE_ADDRESS.fullmatch(address):
        raise ConfigurationError(
            f"INTAKE_ADDRESS={address!r} must look like jobs@example.org, with at most 28 letters"
            " before the @ and no + among them: a tag is put there."
        )


def _frame_hosts(text: str) -> str:
    """Return hosts as a content security policy names them, with one space between."""
    hosts = text.replace(",", " ").split()
    wrong = [each for each in hosts if not FRAME_HOST.fullmatch(each)]
    if wrong:
        raise ConfigurationError(
            f"EMBED_HOSTS={wrong[0]!r} must look like www.example.org or https://*.example.org,"
            " with a space or a comma between two."
        )
    return " ".join(hosts)


def _for_url(host: str) -> str:
    if host in {"0.0.0.0", "::", ""}:  # noqa: S104  compared with, not bound to
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def database_url(url: str, instance: Path) -> str:
    """Turn DATABASE_URL into SQLAlchemy's form: psycopg 3 for PostgreSQL."""
    if not url:
        return f"sqlite:///{instance / 'tracker.db'}"
    for prefix in ("postgresql://", "postgres://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url[len(prefix) :]
    if url.startswith(("postgresql+psycopg://", "sqlite:///")):
        return url
    raise ConfigurationError("DATABASE_URL must begin with postgresql:// or sqlite:///.")


def _derive_database(app: Flask) -> None:
    config = app.config
    url = database_url(config["DATABASE_URL"], Path(app.instance_path))
    config["SQLALCHEMY_DATABASE_URI"] = url
    if url.startswith("sqlite"):
        # A file needs no pool; a connection that outlives its request holds a snapshot.
        arguments = {"check_same_thread": False, "timeout": config["DATABASE_PATIENCE"]}
        options: dict[str, Any] = {"connect_args": arguments}
        if config.get("SQLITE_NULL_POOL"):
            options["poolclass"] = NullPool
    else:
        arguments = {
            "connect_timeout": CONNECT_S,
            "options": f"-c lock_timeout={config['DATABASE_PATIENCE']}s",
        }
        options = {
            "pool_pre_ping": True,
            "pool_size": 5,
            "max_overflow": 10,
            "connect_args": arguments,
        }
    options["hide_parameters"] = True  # a statement in the log tells nothing of anybody
    config.setdefault("SQLALCHEMY_ENGINE_OPTIONS", options)


def _derive_secrets(app: Flask) -> None:
    if app.config["SECRET_KEY"]:
        return
    if app.config["PRODUCTION"]:
        raise ConfigurationError(
            "SECRET_KEY is required when BASE_URL is not a loopback address."
            ' Make one with: python -c "import secrets; print(secrets.token_urlsafe(48))"'
        )
    app.config["SECRET_KEY"] = kept_secret(Path(app.instance_path) / "secret_key")


def kept_secret(path: Path) -> str:
    """Read the secret that this file keeps; where there is none, make one that stays.

    Several processes may start for the first time at once: all read the same.
    """
    with suppress(FileNotFoundError):
        if secret := path.read_text().strip():
            return secret
        path.unlink()  # begun by a process that died before it wrote
    with suppress(FileExistsError):  # another was faster
        keep_once(path, secrets.token_urlsafe(48).encode())
    return path.read_text().strip()
