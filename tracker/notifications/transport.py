"""A mail as it travels: Flask-Mail builds the message, `connection` speaks with the server."""

from dataclasses import dataclass
from email.charset import QP, Charset
from email.header import Header
from email.policy import compat32
from email.utils import formataddr
from typing import Any, cast

import flask_mail
from flask import Flask, current_app

from tracker.notifications.headers import check_address, extra_headers, one_line
from tracker.notifications.mailserver import MailServer, MailUrlError, parse_mail_url
from tracker.notifications.oauth import OAuthError, credentials_from

_mail = flask_mail.Mail()
# Quoted-printable: no line grows past what a server must take (RFC 5322 §2.1.1).
_UTF8 = Charset("utf-8")
_UTF8.body_encoding = QP
# An encoded word of 75 characters fits on the line that its header begins.
_WIRE: Any = compat32.clone(linesep="\r\n", max_line_length=90)
LONGEST_NAME = 100
_STAND_IN = "letters@example.invalid"


class HeaderError(Exception):
    """The finished mail has other headers than were meant. It is never sent."""


@dataclass(frozen=True)
class Letter:
    """A mail as it is handed to the server; `made_at` is its Date, in seconds since 1970."""

    message_id: str
    sender: tuple[str, str]
    recipient: tuple[str, str]
    reply_to: tuple[str, str] | None
    subject: str
    text: str
    html: str
    calendar: str | None
    calendar_method: str | None
    headers: dict[str, Any]
    made_at: float


def init_app(app: Flask) -> None:
    """Let Flask-Mail build messages for this app; it is never asked to send one."""
    _mail.init_app(app)


def configured_server() -> MailServer | None:
    """The server that MAIL_URL names; None where there is none. Raises `MailUrlError`."""
    url = str(current_app.config["MAIL_URL"]).strip()
    if not url:
        return None
    try:
        return parse_mail_url(url, credentials_from(current_app.config))
    except OAuthError as error:
        raise MailUrlError(str(error)) from None


class Message(flask_mail.Message):
    """Flask-Mail's message, written out without taking its headers apart again.

    Flask-Mail asks for the standard library's newer policy, which decodes what was encoded
    and folds it anew: in Python 3.11 a long name then loses its quotes, and with them the
    commas in it become further recipients.
    """

    def as_bytes(self) -> bytes:
        """Write the message out with CRLF, each header as it was encoded once."""
        recipients, reply_to = self.recipients, self.reply_to
        self.recipients = [_stand_in(each) for each in recipients]
        self.reply_to = _stand_in(reply_to) if reply_to else None
        try:
            built = self._message()
        finally:
            self.recipients, self.reply_to = recipients, reply_to
        built.policy = _WIRE
        # Letters before the @ are no encoded words: they travel as they are (RFC 6532).
        if not all(bare(each).isascii() for each in recipients):
            built.replace_header("To", ", ".join(_raw(each) for each in recipients))
        if reply_to and not bare(reply_to).isascii():
            built.replace_header("Reply-To", _raw(reply_to))
        return built.as_bytes()

    @property
    def is_international(self) -> bool:
        """Whether an address needs a server that knows SMTPUTF8 (RFC 6531)."""
        addresses = [*self.send_to, *([self.reply_to] if self.reply_to else [])]
        return not all(bare(each).isascii() for each in addresses)


def build(letter: Letter) -> Message:
    """Make Flask-Mail's message: text, HTML, then the calendar, as alternatives.

    Raises `AddressError` where an address cannot be written to.
    """
    message = Message(
        subject=one_line(letter.subject),
        recipients=[_address(letter.recipient)],
        body=letter.text,
        html=letter.html,
        sender=check_address(letter.sender[1]),
        reply_to=_address(letter.reply_to) if letter.reply_to else None,
        date=letter.made_at,
        charset=cast("str", _UTF8),  # passed on to the standard library, which takes both
        extra_headers=extra_headers(letter.headers),
    )
    # Given as a pair to the constructor, a name with a comma would be taken apart.
    message.sender = _address(letter.sender)
    message.msgId = one_line(letter.message_id)
    if letter.calendar is not None:
        message.alts[f"calendar; method={letter.calendar_method}"] = letter.calendar
    return message


def as_bytes(message: Message) -> bytes:
    """Write a message out and look once more that its headers are the ones meant."""
    if message.has_bad_headers():
        raise HeaderError
    content = message.as_bytes()
    head = content.split(b"\r\n\r\n", 1)[0].split(b"\r\n")
    names = [line.split(b":", 1)[0].lower() for line in head if line[:1] not in {b" ", b"\t"}]
    meant = ["content-type", "mime-version", "subject", "from", "to", "date", "message-id"]
    meant += ["reply-to"] if message.reply_to else []
    meant += [name.lower() for name in message.extra_headers or {}]
    if sorted(names) != sorted(name.encode() for name in meant) or b"\n" in b"".join(head):
        raise HeaderError
    return content


def _raw(pair: str | tuple[str, str]) -> str:
    """Write an address with its letters as they are, the way the generator passes bytes on."""
    name = "" if isinstance(pair, str) else Header(pair[0], "utf-8").encode()
    shown = formataddr((name, _STAND_IN))
    return shown.replace(_STAND_IN, bare(pair).encode().decode("ascii", "surrogateescape"))


def _stand_in(pair: str | tuple[str, str]) -> str | tuple[str, str]:
    """Put a plain address where one with letters will stand: the library knows none such."""
    if bare(pair).isascii():
        return pair
    return _STAND_IN if isinstance(pair, str) else (pair[0], _STAND_IN)


def _address(pair: tuple[str, str]) -> tuple[str, str]:
    return one_line(pair[0], limit=LONGEST_NAME), check_address(pair[1])


def bare(address: str | tuple[str, str]) -> str:
    """An address without the name beside it."""
    return address if isinstance(address, str) else address[1]
