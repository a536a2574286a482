"""`flask mail doctor`: what of the way of our mail can be checked from here.

Each check is one line; a trouble is one that keeps mail from arriving, or will.
"""

import datetime as dt
import enum
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import current_app
from sqlalchemy import func, select

from tracker.core.db import db, now, writing
from tracker.notifications import operations, queries, transport
from tracker.notifications.connection import TIMEOUT_S, Connection, UnreachableError
from tracker.notifications.delivery import deliver_one
from tracker.notifications.domains import Domain, UnknownError
from tracker.notifications.headers import AddressError, check_address
from tracker.notifications.mailserver import LOOPBACK, MailServer, MailUrlError, Security
from tracker.notifications.models import Letterhead, OutgoingEmail
from tracker.notifications.oauth import OAuthError, access_token
from tracker.notifications.rules import OPEN, MailState

OVERDUE = dt.timedelta(minutes=15)
SKEW = dt.timedelta(minutes=2)
CERTIFICATE_ENDS = dt.timedelta(days=14)
RECENT = dt.timedelta(days=7)
MESSAGE = "test_mail"


class Level(enum.StrEnum):
    """How a check ended."""

    WELL = "well"
    NOTE = "note"
    TROUBLE = "trouble"


@dataclass(frozen=True)
class Check:
    """One check: its name, how it ended, and a sentence."""

    name: str
    level: Level
    words: str


def examine(*, resolver: str | None = None, selector: str | None = None) -> Iterator[Check]:
    """Check what can be checked, in the order that mail takes. Reads the database only."""
    server = None
    try:
        server = transport.configured_server()
    except MailUrlError as error:
        yield Check("MAIL_URL", Level.TROUBLE, str(error))
    else:
        yield _is_set(server)
    if server is not None:
        yield from _server(server)
    yield from _sender(server)
    yield from _records(resolver, selector)
    yield _clock()
    yield from _outbox()


def send_test(address: str, *, timeout_s: float = TIMEOUT_S) -> Check:
    """Send a test mail now, through the outbox; commits."""
    try:
        address = check_address(address)
    except AddressError as error:
        return Check("test mail", Level.TROUBLE, error.message)
    sender = queries.sender()
    with writing():
        email = operations.queue(
            MESSAGE,
            to=("", address),
            values={
                "person_name": address,
                "employer_name": sender.name,
                "sender_address": sender.address,
            },
            context={"link": current_app.config["BASE_URL"]},
        )
        email_id = email.id
        db.session.commit()
    outcome = deliver_one(email_id, timeout_s=timeout_s)
    if outcome is None:
        return Check("test mail", Level.TROUBLE, "The test mail waits: no mail server is set.")
    level = Level.WELL if outcome.result.value == "accepted" else Level.TROUBLE
    return Check("test mail", level, f"To {address}: {outcome.words}")


def _is_set(server: MailServer | None) -> Check:
    if server is None:
        return Check("MAIL_URL", Level.TROUBLE, "No mail server is set, so nothing is sent.")
    guarded = {
        Security.IMPLICIT: "encrypted from the first byte",
        Security.REQUIRED: "STARTTLS required",
        Security.OFFERED: "STARTTLS where it is offered",
        Security.NONE: "not encrypted",
    }[server.security]
    if server.security is Security.NONE and server.host not in LOOPBACK:
        return Check("MAIL_URL", Level.TROUBLE, f"Mail to {server.label} is not encrypted.")
    return Check("MAIL_URL", Level.WELL, f"{server.label}, {guarded}.")


def _server(server: MailServer) -> Iterator[Check]:
    if server.credentials is not None:
        try:
            access_token(server.credentials)
        except OAuthError as error:
            yield Check("token", Level.TROUBLE, str(error))
            return
        yield Check("token", Level.WELL, f"{server.credentials.label} gives a token.")
    with Connection(server) as connection:
        try:
            host = connection.host = connection.configure_host()
        except UnreachableError as error:
            yield Check("connection", Level.TROUBLE, str(error))
            return
        signed_in = f", signed in as {server.username}" if server.username else ""
        yield Check("connection", Level.WELL, f"{server.label} answers{signed_in}.")
        if isinstance(host.sock, ssl.SSLSocket):
            yield _certificate(server, host.sock)
        if not host.has_extn("smtputf8"):
            yield Check(
                "letters in addresses",
                Level.NOTE,
                f"{server.label} cannot send to addresses with letters beyond a to z.",
            )


def _certificate(server: MailServer, sock: ssl.SSLSocket) -> Check:
    found: Any = sock.getpeercert() or {}
    words = f"{sock.version()}, the certificate is verified"
    if "notAfter" in found:
        ends = dt.datetime.fromtimestamp(ssl.cert_time_to_seconds(found["notAfter"]), dt.UTC)
        words += f" and ends on {ends:%d %B %Y}"
        if ends - now() < CERTIFICATE_ENDS:
            return Check("TLS", Level.NOTE, f"{server.label}: {words}, soon.")
    return Check("TLS", Level.WELL, f"{server.label}: {words}.")


def _sender(server: MailServer | None) -> Iterator[Check]:
    sender = queries.sender()
    domain = sender.address.rpartition("@")[2].lower()
    if db.session.get(Letterhead, 1) is None:
        yield Check(
            "sender", Level.NOTE,
            f"Nobody has saved the employer's profile: mail is from {sender.address}.",
        )  # fmt: skip
    else:
        yield Check("sender", Level.WELL, f"Mail is from {sender.name} <{sender.address}>.")
    user = server.username.rpartition("@")[2].lower() if server and "@" in server.username else ""
    if user and user != domain and not domain.endswith(f".{user}"):
        yield Check(
            "alignment", Level.TROUBLE,
            f"Mail is from {domain}, but MAIL_URL signs in for {user}: many receivers refuse it,"
            " and DMARC fails. Change the sender in the employer's profile, or the account.",
        )  # fmt: skip
    elif user:
        yield Check("alignment", Level.WELL, f"The account and the sender are both of {user}.")


def _records(resolver: str | None, selector: str | None) -> Iterator[Check]:
    name = queries.sender().address.rpartition("@")[2].lower()
    if "." not in name:
        yield Check(
            "DNS", Level.NOTE, f"{name} is no public domain; its records are not asked for."
        )
        return
    try:
        domain = Domain(name, resolver)
        for label, found in (
            ("MX", domain.takes_mail()),
            ("SPF", domain.spf()),
            ("DKIM", domain.dkim(selector)),
            ("DMARC", domain.dmarc()),
        ):
            yield Check(label, Level.WELL if found.well else Level.TROUBLE, found.words)
    except UnknownError as error:
        yield Check("DNS", Level.NOTE, f"{error} SPF, DKIM and DMARC are not known.")


def _clock() -> Check:
    """Compare this machine's clock with the database's, and with what was written last."""
    at = now()
    other = db.session.scalar(select(func.now())) if db.engine.dialect.name != "sqlite" else None
    newest = db.session.scalar(select(func.max(OutgoingEmail.created_at)))
    if other is not None and abs(other - at) > SKEW:
        ahead = round((at - other).total_seconds())
        return Check("clock", Level.TROUBLE, f"This clock and the database's differ by {ahead} s.")
    if newest is not None and newest - at > SKEW:
        return Check(
            "clock", Level.TROUBLE, "The newest mail was written in the future: a clock is wrong."
        )
    return Check("clock", Level.WELL, f"{at:%Y-%m-%d %H:%M:%S} UTC.")


def _outbox() -> Iterator[Check]:
    at = now()
    overdue = db.session.scalar(
        select(func.count()).where(
            OutgoingEmail.state.in_(OPEN), OutgoingEmail.next_attempt_at < at - OVERDUE
        )
    )
    counts = queries.counts()
    if overdue:
        yield Check(
            "outbox", Level.TROUBLE,
            f"Overdue mails: {overdue}. Is the worker running (flask serve or flask worker)?",
        )  # fmt: skip
    else:
        yield Check(
            "outbox", Level.WELL,
            f"Waiting: {counts[MailState.WAITING]}, delayed: {counts[MailState.DELAYED]}.",
        )  # fmt: skip
    lost = db.session.scalar(
        select(func.count()).where(
            OutgoingEmail.state.in_((MailState.FAILED, MailState.BOUNCED)),
            OutgoingEmail.created_at > at - RECENT,
        )
    )
    if lost:
        yield Check(
            "failed mail",
            Level.NOTE,
            f"Failed or came back within a week: {lost}. See the Messages page.",
        )
    if held := counts[MailState.HELD]:
        yield Check(
            "held mail", Level.NOTE, f"Held back: {held}. It goes when somebody releases it."
        )
