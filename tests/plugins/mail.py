"""A real SMTP server on a socket, which can be told to misbehave.

- `smtp_server`: accepts everything until told otherwise; see `MailServer`.
"""

import asyncio
import email
import email.policy
import time
from collections.abc import Iterator
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
    """The server's address, what it received, and what it is told to do."""

    received: list[Received] = field(default_factory=list)
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


@pytest.fixture
def smtp_server() -> Iterator[MailServer]:
    """A mail server that accepts everything until told otherwise."""
    server = MailServer()
    controller = _Controller(server, hostname="127.0.0.1", port=0, enable_SMTPUTF8=True)
    server._controller = controller
    controller.start()
    yield server
    controller.stop(no_assert=True)
