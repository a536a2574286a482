"""SMTP, and nothing else: conversations with the mail server.

Flask-Mail's own connection has no timeout, does not verify certificates and drops what the
server says about single recipients; so the conversation is held here.
"""

import contextlib
import smtplib
import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import flask_mail
from flask import current_app

from tracker.notifications.headers import one_line
from tracker.notifications.mailserver import MailServer, Security
from tracker.notifications.oauth import OAuthError, access_token, xoauth2
from tracker.notifications.sockets import HurriedTls, Smtp, SmtpTls
from tracker.notifications.transport import Message, as_bytes, bare

TIMEOUT_S = 30.0
"""How long the server may say nothing."""

PATIENCE_S = 180.0
"""How long a conversation about one mail may take, however busily the server talks."""

MAILS_A_CONNECTION = 50


class UnreachableError(Exception):
    """No answer about a mail could be had; the message is a sentence for the Messages page.

    `opened` tells whether the server had been reached before.
    """

    def __init__(self, message: str, *, opened: bool) -> None:
        super().__init__(message)
        self.opened = opened


class UnsendableError(Exception):
    """This server cannot carry the mail, now or later; the message is a sentence for a page."""


@dataclass(frozen=True)
class Answer:
    """What the server said about one recipient: the SMTP code and its words."""

    code: int
    words: str


class Connection(flask_mail.Connection):
    """A conversation with the server, opened when first needed and used for many mails."""

    host: smtplib.SMTP | None

    def __init__(
        self,
        server: MailServer,
        *,
        timeout_s: float = TIMEOUT_S,
        patience_s: float = PATIENCE_S,
    ) -> None:
        super().__init__(current_app.extensions["mail"])
        self.server = server
        self.timeout_s = timeout_s
        self.patience_s = patience_s

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Say goodbye where somebody still listens."""
        host, self.host, self.num_emails = self.host, None, 0
        if host is None:
            return
        with contextlib.suppress(OSError, smtplib.SMTPException):
            host.quit()
        host.close()

    def configure_host(self) -> smtplib.SMTP:
        """Open the socket, encrypt as asked, sign in. Raises `UnreachableError`."""
        server, opened = self.server, None
        try:
            opened = self._connect()
            opened.ehlo_or_helo_if_needed()  # again, after the connection was encrypted
            if server.credentials is not None:
                self._sign_in_by_token(opened)
            elif server.username:
                opened.login(server.username, server.password)
        except (OSError, smtplib.SMTPException, UnicodeError, OAuthError) as error:
            if opened is not None:
                opened.close()
            raise UnreachableError(_why_closed(server, error), opened=False) from error
        return opened

    def _connect(self) -> smtplib.SMTP:
        server = self.server
        context = ssl.create_default_context()
        context.sslsocket_class = HurriedTls
        options: dict[str, Any] = {
            "local_hostname": _own_name(),
            "timeout": self.timeout_s,
            "ends_at": time.monotonic() + self.patience_s,
        }
        if server.security is Security.IMPLICIT:
            return SmtpTls(server.host, server.port, context=context, **options)
        host = Smtp(server.host, server.port, **options)
        try:
            host.ehlo_or_helo_if_needed()
            offered = host.has_extn("starttls") and server.security is Security.OFFERED
            if server.security is Security.REQUIRED or offered:
                host.starttls(context=context)
                host.allow(until=options["ends_at"])
        except BaseException:
            host.close()
            raise
        return host

    def _sign_in_by_token(self, host: smtplib.SMTP) -> None:
        """Sign in with XOAUTH2; a token that is turned down is renewed once."""
        credentials = self.server.credentials
        assert credentials is not None
        if "XOAUTH2" not in host.esmtp_features.get("auth", "").upper().split():
            raise smtplib.SMTPNotSupportedError("It offers no sign-in by token (XOAUTH2).")
        token = access_token(credentials)
        try:
            self._xoauth2(host, token)
        except smtplib.SMTPAuthenticationError as error:
            if error.smtp_code != 535:
                raise
            self._xoauth2(host, access_token(credentials, refused=token))

    def _xoauth2(self, host: smtplib.SMTP, token: str) -> None:
        first = xoauth2(self.server.username, token)
        # A challenge is the server's reason for a refusal; it says so once it is answered.
        host.auth("XOAUTH2", lambda challenge=None: first if challenge is None else "")

    def deliver(self, message: Message) -> dict[str, Answer]:
        """Send a message and tell what the server said for each recipient.

        Raises `UnreachableError` where it said nothing, `HeaderError` before anything is
        said. Recipients and sender of the envelope are those of the message.
        """
        content = as_bytes(message)
        if self.num_emails >= MAILS_A_CONNECTION:
            self.close()
        was_used = self.host is not None
        try:
            answers = self._converse(message, content, again=was_used)
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            words = one_line(str(error)) or type(error).__name__
            raise UnreachableError(
                f"The connection to {self.server.label} broke: {words}.", opened=True
            ) from error
        self.num_emails += 1
        return answers

    def send(
        self, message: flask_mail.Message, envelope_from: str | tuple[str, str] | None = None
    ) -> None:
        """Send a message as Flask-Mail's own connection would: a refusal is an error."""
        if not isinstance(message, Message) or envelope_from is not None:
            raise TypeError("Only what `build` made is sent, and in its sender's name.")
        refused = {name: each for name, each in self.deliver(message).items() if each.code >= 300}
        if refused:
            raise smtplib.SMTPRecipientsRefused(
                {name: (each.code, each.words.encode()) for name, each in refused.items()}
            )

    def _converse(self, message: Message, content: bytes, *, again: bool) -> dict[str, Answer]:
        """Hold one mail's conversation; `again` allows a second try on a fresh connection.

        That one is taken only where a used connection has ended before this mail began.
        """
        recipients = [bare(each) for each in message.send_to]
        host = self.host = self.host or self.configure_host()
        if isinstance(host, Smtp):
            host.allow(until=time.monotonic() + self.patience_s)
        if message.is_international and not host.has_extn("smtputf8"):
            content = self._without_letters(message)
        options = _mail_options(host, content, message)
        try:
            code, words = host.mail(bare(message.sender), options)
        except smtplib.SMTPServerDisconnected:
            if not again:
                raise
            code, words = 421, b""
        if code == 421 and again:
            self._drop()
            return self._converse(message, content, again=False)
        if code != 250:
            return self._refused(recipients, code, words)
        answers = {each: _answer(*host.rcpt(each)) for each in recipients}
        taken = [each for each in recipients if answers[each].code in {250, 251}]
        if taken:
            try:
                final = _answer(*host.data(content))
            except smtplib.SMTPDataError as error:
                final = _answer(error.smtp_code, error.smtp_error)
            answers.update(dict.fromkeys(taken, final))
        self._settle(answers)
        return answers

    def _without_letters(self, message: Message) -> bytes:
        """Make do with a server that knows plain addresses only: leave the reply address out.

        Raises `UnsendableError` where the mail itself would go to an address with letters.
        """
        if not all(bare(each).isascii() for each in message.send_to):
            raise UnsendableError(
                f"{self.server.label} cannot send to an address with letters beyond a to z"
                " (it does not know SMTPUTF8)."
            )
        message.reply_to = None
        return as_bytes(message)

    def _refused(self, recipients: Sequence[str], code: int, words: bytes) -> dict[str, Answer]:
        answers = dict.fromkeys(recipients, _answer(code, words))
        self._settle(answers)
        return answers

    def _settle(self, answers: dict[str, Answer]) -> None:
        """Leave the connection fit for the next mail, or leave it."""
        if any(each.code == 421 for each in answers.values()):
            self._drop()
        elif self.host is not None and any(each.code != 250 for each in answers.values()):
            try:
                self.host.rset()
            except (OSError, smtplib.SMTPException):
                self._drop()

    def _drop(self) -> None:
        host, self.host, self.num_emails = self.host, None, 0
        if host is not None:
            host.close()


def _own_name() -> str:
    """The name we greet with: the site's. Left out, the resolver would be asked, and waited for."""
    name = urlsplit(current_app.config["BASE_URL"]).hostname or ""
    is_name = "." in name and not name.replace(".", "").isdigit()
    return name if is_name else "[127.0.0.1]"


def _mail_options(host: smtplib.SMTP, content: bytes, message: Message) -> list[str]:
    options = [f"SIZE={len(content)}"] if host.has_extn("size") else []
    if message.is_international:
        options += ["BODY=8BITMIME", "SMTPUTF8"]
    return options


def _answer(code: int, words: bytes | str) -> Answer:
    text = words if isinstance(words, str) else words.decode("utf-8", "replace")
    return Answer(code, one_line(f"{code} {text}"))


def _why_closed(server: MailServer, error: Exception) -> str:
    """Say why there is no connection, in a sentence for the person who set MAIL_URL."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return (
            f"The certificate of {server.label} could not be verified"
            f" ({one_line(error.verify_message)}). Nothing was sent there."
        )
    if isinstance(error, OAuthError):
        return str(error)
    if isinstance(error, smtplib.SMTPAuthenticationError):
        said = _answer(error.smtp_code, error.smtp_error).words
        if server.credentials is not None:
            return f"{server.label} refused the token for {server.username}: {said}."
        return f"{server.label} refused the user name or password of MAIL_URL: {said}."
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return f"{server.label} cannot do what MAIL_URL asks for: {one_line(str(error))}"
    if isinstance(error, smtplib.SMTPResponseException):
        said = _answer(error.smtp_code, error.smtp_error).words
        return f"{server.label} does not take mail now: {said}."
    words = one_line(getattr(error, "strerror", None) or str(error)) or type(error).__name__
    return f"The mail server {server.label} could not be reached: {words}."
