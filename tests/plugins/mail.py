"""A real SMTP server on a socket, which can be told to misbehave.

- `smtp_server`: accepts everything until told otherwise; see `MailServer`.
- `plain_smtp_server`: the same without SMTPUTF8: it knows no address with letters beyond ASCII.
- `dripping(stage, every_s=…)`: a server that gives its answer at a stage a byte at a time, and
  counts them.
"""

import asyncio
import email
import email.policy
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

PATIENCE_S = 15.0
STAGES = ("connect", "mail", "rcpt", "data", "kept")


@dataclass(frozen=True)
class Received:
    """One mail as it arrived: the envelope, the bytes, and the message parsed."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes

    @property
    def message(self) -> EmailMessage:
        """The message, parsed by the standard."""
        parsed = email.message_from_bytes(self.content, policy=email.policy.default)
        assert isinstance(parsed, EmailMessage)
        return parsed

    @property
    def text(self) -> str:
        """The plain text part."""
        part = self.message.get_body(("plain",))
        assert part is not None
        return str(part.get_content()).replace("\r\n", "\n")


@dataclass
class _Trouble:
    answer: str | None
    stall_s: float
    drop: bool
    left: int | None


@dataclass
class MailServer:
    """The server's address, what it received, and what it is told to do.

    Past `most_sessions` it hangs up on whoever greets it; `most_at_once` is how many mails
    were under way at the same time, `sessions` how many connections greeted it.
    """

    received: list[Received] = field(default_factory=list)
    most_sessions: int | None = None
    at_once: int = 0
    most_at_once: int = 0
    sessions: int = 0
    _refused: dict[str, str] = field(default_factory=dict)
    _trouble: dict[str, _Trouble] = field(default_factory=dict)
    _controller: Any = None

    @property
    def url(self) -> str:
        """What MAIL_URL is set to."""
        return f"smtp://127.0.0.1:{self._controller.port}"

    def refuse(self, recipient: str, answer: str = "550 5.1.1 No such person here") -> None:
        """Answer this for one recipient; others of the same mail are accepted."""
        self._refused[recipient.lower()] = answer

    def trouble(
        self,
        stage: str,
        answer: str | None = None,
        *,
        stall_s: float = 0.0,
        drop: bool = False,
        times: int | None = None,
    ) -> None:
        """Misbehave at a stage: give an answer, stall first, or drop the connection.

        Stages: `connect`, `mail`, `rcpt`, `data` (before the mail is kept) and `kept` (the
        mail is kept, the answer is not yet given). `times` is how often; unset, always.
        """
        assert stage in STAGES
        self._trouble[stage] = _Trouble(answer, stall_s, drop, times)

    def has_misbehaved(self, stage: str) -> bool:
        """Tell whether trouble at a stage, given with `times`, has come as often."""
        return self._trouble[stage].left == 0

    def behave(self) -> None:
        """Forget all trouble; what was received stays."""
        self._trouble.clear()
        self._refused.clear()

    def to(self, recipient: str) -> list[Received]:
        """The mails that one recipient got."""
        return [each for each in self.received if recipient in each.recipients]

    def wait_for(self, count: int = 1, *, to: str | None = None) -> list[Received]:
        """Wait until this many mails are there (for one recipient), and give them all."""
        deadline = time.monotonic() + PATIENCE_S
        while len(found := self.to(to) if to else self.received) < count:
            assert time.monotonic() < deadline, (
                f"{len(found)} mails, not {count}; all went to "
                f"{[each.recipients for each in self.received]}"
            )
            time.sleep(0.02)
        return list(found)

    async def _stage(self, name: str, server: SMTP) -> str | None:
        trouble = self._trouble.get(name)
        if trouble is None or trouble.left == 0:
            return None
        if trouble.left is not None:
            trouble.left -= 1
        await asyncio.sleep(trouble.stall_s)
        if trouble.drop:
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
            # Nobody reads what follows; the task ends with the connection.
            return "421 4.3.0 Gone"
        return trouble.answer

    # The names that aiosmtpd calls.

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, _envelope: Envelope, host: str, answers: list[str]
    ) -> list[str]:
        """Greet, or misbehave at `connect`."""
        answer = await self._stage("connect", server)
        self.sessions += session.host_name is None
        if self.most_sessions is not None and self.sessions > self.most_sessions:
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        session.host_name = host
        return [answer] if answer else answers

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Take the sender."""
        answer = await self._stage("mail", server)
        if answer:
            return answer
        envelope.mail_from = address
        return "250 2.1.0 Sender taken"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Take a recipient, or refuse this one."""
        answer = await self._stage("rcpt", server) or self._refused.get(address.lower())
        if answer:
            return answer
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Recipient taken"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Keep the mail."""
        self.at_once += 1
        self.most_at_once = max(self.at_once, self.most_at_once)
        try:
            return await self._keep(server, envelope)
        finally:
            self.at_once -= 1

    async def _keep(self, server: SMTP, envelope: Envelope) -> str:
        answer = await self._stage("data", server)
        if answer:
            return answer
        assert isinstance(envelope.content, bytes)
        mail = Received(envelope.mail_from or "", tuple(envelope.rcpt_tos), envelope.content)
        self.received.append(mail)
        return await self._stage("kept", server) or "250 2.0.0 Kept"


class _Controller(Controller):
    """The controller on a port that the system chooses."""

    def _trigger_server(self) -> None:
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]  # aiosmtpd is not typed


@contextmanager
def _running(**options: Any) -> Iterator[MailServer]:
    server = MailServer()
    controller = _Controller(server, hostname="127.0.0.1", port=0, **options)
    server._controller = controller
    controller.start()
    yield server
    controller.stop(no_assert=True)


@pytest.fixture
def smtp_server() -> Iterator[MailServer]:
    """A mail server that accepts everything until told otherwise."""
    with _running(enable_SMTPUTF8=True) as server:
        yield server


@pytest.fixture
def plain_smtp_server() -> Iterator[MailServer]:
    """A mail server that knows plain addresses only."""
    with _running(enable_SMTPUTF8=False) as server:
        yield server


@contextmanager
def dripping(stage: str, *, every_s: float) -> Iterator["Dripping"]:
    """Serve one caller after the other, and a byte at a time at a stage.

    Stages: `greeting`, `EHLO`, `MAIL`, `RCPT`, `DATA`, and `.` for the answer to the mail itself.
    """
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = Dripping(f"smtp://127.0.0.1:{listening.getsockname()[1]}", stage, every_s)
        thread = threading.Thread(target=_drip, args=(listening, server), daemon=True)
        thread.start()
        yield server
        listening.shutdown(socket.SHUT_RDWR)
    thread.join()


@dataclass
class Dripping:
    """A server that drips; `url` is its MAIL_URL, `drips` counts the bytes that went slowly."""

    url: str
    stage: str
    every_s: float
    drips: int = 0


def _drip(listening: socket.socket, server: Dripping) -> None:
    with suppress(OSError):
        while True:
            caller, _ = listening.accept()
            with suppress(OSError), caller:
                _converse(caller, server)


def _converse(caller: socket.socket, server: Dripping) -> None:
    lines = caller.makefile("rb")
    verb = "greeting"
    answers = {"greeting": "220 here", "DATA": "354 go on", "QUIT": "221 bye"}
    while True:
        for char in f"{answers.get(verb, '250 well')} {'.' * 60}\r\n":
            caller.sendall(char.encode())
            if verb == server.stage:
                server.drips += 1
                time.sleep(server.every_s)
        if verb == "DATA":
            while lines.readline() not in {b".\r\n", b""}:
                pass
            verb = "."
        else:
            verb = lines.readline()[:4].decode().upper().strip()
            if not verb:
                return
