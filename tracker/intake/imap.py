"""IMAP, and nothing else: one folder of one server, read in pieces, with a limit on every wait."""

import ast
import contextlib
import imaplib
import io
import re
import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Any, BinaryIO, Self, cast

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientError, LoginError

from tracker.intake.mailbox import Encryption, Mailbox
from tracker.notifications.headers import one_line

CONNECT_S, READ_S = 10.0, 30.0
# A server that sends a byte now and then is never silent for long: each command has an end.
COMMAND_S = 120.0
PIECE = 256 * 1024
LEAST_LINE = 100  # bytes that a line costs, however short it is
MOST_SAID = 32 * 1024 * 1024  # bytes in answer to one command; more is no answer to it
LARGEST = 1 << 62  # of a number that the database has room for
AT_ONCE = 100  # messages whose mark or place is changed by one command
SEEN = rb"\Seen"
_BYTES = re.compile(
    r"""\bb(?:'(?:[^'\\\n]|\\[\\'"nrt]|\\x[0-9a-f]{2})*'|"(?:[^"\\\n]|\\[\\'"nrt]|\\x[0-9a-f]{2})*")"""
)


class AwayError(Exception):
    """The mailbox cannot be read now; the message is a sentence for a page."""


class RefusedError(AwayError):
    """The server turned the password or the token down."""


class GoneError(Exception):
    """A message is no longer in the folder: somebody took it away meanwhile."""


class WithheldError(Exception):
    """The server does not give one message, and goes on with others; the text is a sentence."""


class LiesError(ValueError):
    """What the server says is no answer to what it was asked."""


class _Wire(imaplib.IMAP4):
    """The protocol on a socket that its owner knows before the server has said a word.

    What the server says is counted before there is room made for it.
    """

    def __init__(
        self, mailbox: Mailbox, context: ssl.SSLContext | None, session: "Session"
    ) -> None:
        self._context, self._session = context, session
        super().__init__(mailbox.host, mailbox.port, timeout=CONNECT_S)

    def read(self, size: int) -> bytes:
        """Read so many bytes. Raises `abort` past what one answer may be."""
        self._session.count(size)
        return super().read(size)

    def readline(self) -> bytes:
        """Read a line. Raises `abort` past what one answer may be."""
        line = super().readline()
        self._session.count(max(len(line), LEAST_LINE))
        return line

    def _create_socket(self, timeout: float | None) -> socket.socket:
        made = socket.create_connection((self.host, self.port), timeout)
        self._session.opened(made)
        if self._context is not None:
            try:
                made = self._context.wrap_socket(made, server_hostname=self.host)
            except BaseException:
                made.close()
                raise
            self._session.opened(made)
        return made


class _Client(IMAPClient):
    """IMAPClient on such a socket: its own knows none until it was greeted."""

    def __init__(self, mailbox: Mailbox, session: "Session") -> None:
        implicit = mailbox.encryption is Encryption.IMPLICIT
        self._wire = mailbox, ssl.create_default_context() if implicit else None, session
        timeout = SocketTimeout(connect=CONNECT_S, read=READ_S)
        super().__init__(mailbox.host, mailbox.port, ssl=implicit, timeout=timeout)

    def _create_IMAP4(self) -> imaplib.IMAP4:  # noqa: N802  its own name
        return _Wire(*self._wire)


class Session:
    """A conversation with the server, with the folder opened.

    `token` gives the access token where there is no password. Raises `AwayError`, here and
    from every method.
    """

    def __init__(
        self,
        mailbox: Mailbox,
        *,
        token: str = "",
        changing: bool = False,
        command_s: float = COMMAND_S,
    ) -> None:
        self.mailbox = mailbox
        self._command_s = command_s
        self._client: Any = None
        self._socket: Any = None
        self._said = 0
        try:
            with self._talking():
                self._client = _Client(mailbox, self)
            with self._talking():
                self._encrypt()
            with self._talking():
                self._sign_in(token)
            with self._talking():
                opened = self._client.select_folder(mailbox.folder, readonly=not changing)
                self.uid_validity = _number(opened.get(b"UIDVALIDITY", 0))
        except BaseException:
            self._drop()
            raise

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
        with contextlib.suppress(AwayError), self._talking():
            self._client.logout()
        self._drop()

    def new_uids(self, after: int) -> list[int]:
        """The numbers of messages past one, in order; they only grow."""
        criteria: list[Any] = ["UID", f"{after + 1}:*"]
        if self.mailbox.since is not None:
            criteria += ["SINCE", self.mailbox.since]
        with self._talking():
            found = {_number(each) for each in self._client.search(criteria)}
        # Of an empty range a server gives the last message: "*" is always one.
        return sorted(each for each in found if each > after)

    def size_of(self, uid: int) -> int:
        """How long a message is, as the server has it; raises `GoneError`."""
        with self._talking(about=uid):
            found = self._client.fetch([uid], ["RFC822.SIZE"]).get(uid)
            size = _size(found) if found is not None else 0
        if found is None:
            raise GoneError
        return size

    def open(self, uid: int) -> BinaryIO:
        """Open a message for reading; it is fetched in pieces and not marked as seen."""
        return cast("BinaryIO", io.BufferedReader(_Pieces(self, uid), PIECE))

    def piece(self, uid: int, start: int) -> bytes:
        """Fetch one piece of a message; empty past its end, `GoneError` where it is gone."""
        with self._talking(about=uid):
            found = self._client.fetch([uid], [f"BODY.PEEK[]<{start}.{PIECE}>"]).get(uid)
            piece = _piece(found, start) if found is not None else b""
        if found is None:
            raise GoneError
        return piece

    def mark_seen(self, uids: Sequence[int]) -> None:
        """Mark messages as read."""
        for some in _in_parts(uids):
            with self._talking():
                self._client.add_flags(some, [SEEN], silent=True)

    def move(self, uids: Sequence[int], folder: str) -> None:
        """Move messages into another folder, made where it is not there; gone ones are left out."""
        with self._talking():
            if not self._client.has_capability("MOVE"):
                raise AwayError(
                    f"{self.mailbox.label} cannot move mail, so fetched mail stays in its folder."
                    " Set INTAKE_AFTER to seen or leave."
                )
            if not self._client.folder_exists(folder):
                self._client.create_folder(folder)
        for some in _in_parts(uids):
            with self._talking():
                self._client.move(some, folder)

    def opened(self, opened: Any) -> None:
        """Know the socket by which the server is reached."""
        self._socket = opened

    def count(self, size: int) -> None:
        """Count what the server says in answer to one command. Raises `imaplib.IMAP4.abort`."""
        self._said += size
        if size < 0 or self._said > MOST_SAID:
            raise imaplib.IMAP4.abort("it says more than was asked for.")

    def _encrypt(self) -> None:
        if self.mailbox.encryption is Encryption.STARTTLS:
            self._client.starttls(ssl.create_default_context())
            self._socket = self._client.socket()

    def _sign_in(self, token: str) -> None:
        if self.mailbox.password:
            self._client.login(self.mailbox.username, self.mailbox.password)
        else:
            self._client.oauth2_login(self.mailbox.username, token)

    @contextlib.contextmanager
    def _talking(self, *, about: int | None = None) -> Iterator[None]:
        """Hold one command: it ends in time, and its failure is a sentence.

        `about` is the one message that it asks for: where the server says no to that, it is
        asked for others all the same (`WithheldError`).
        """
        late = threading.Event()
        self._said = 0

        def give_up() -> None:
            late.set()
            self._shut()

        timer = threading.Timer(self._command_s, give_up)
        timer.daemon = True
        timer.start()
        try:
            yield
        except AwayError:
            raise
        except Exception as error:  # whatever those who read it stumble over: see `_why`
            if about is not None and _is_no(error) and not late.is_set():
                raise WithheldError(self._why(error, late=False)) from error
            self._drop()
            kind = RefusedError if isinstance(error, LoginError) else AwayError
            raise kind(self._why(error, late=late.is_set())) from error
        finally:
            timer.cancel()

    def _shut(self) -> None:
        """End the conversation under the thread that waits for it."""
        with contextlib.suppress(OSError):
            if self._socket is not None:
                self._socket.shutdown(socket.SHUT_RDWR)

    def _drop(self) -> None:
        client, self._client = self._client, None
        opened, self._socket = self._socket, None
        if client is not None:
            with contextlib.suppress(OSError, IMAPClientError):
                client.shutdown()
        if opened is not None:
            opened.close()

    def _why(self, error: Exception, *, late: bool) -> str:
        """Say why the mailbox cannot be read, for the person who set INTAKE_URL."""
        label = self.mailbox.label
        if late or isinstance(error, TimeoutError):
            return f"The mail server {label} took too long to answer."
        if isinstance(error, ssl.SSLCertVerificationError):
            return (
                f"The certificate of {label} could not be verified"
                f" ({one_line(error.verify_message)}). Nothing was said there."
            )
        words = one_line(_decoded(error)) or type(error).__name__
        if isinstance(error, LoginError):
            how = "user name or password" if self.mailbox.password else "access token"
            return f"{label} refused the {how} of INTAKE_URL: {words}"
        if isinstance(error, OSError):
            words = one_line(getattr(error, "strerror", None) or str(error)) or words
            return f"The mail server {label} could not be reached: {words}."
        return f"{label} could not do what was asked: {words}"


def _is_no(error: Exception) -> bool:
    """Tell whether a command was answered to its end, only not with what it asked for."""
    return isinstance(error, (IMAPClientError, LiesError)) and not isinstance(
        error, imaplib.IMAP4.abort
    )


def _number(said: object) -> int:
    if not isinstance(said, int) or not 0 <= said <= LARGEST:
        raise LiesError("it gives numbers that are none.")
    return said


def _size(found: Any) -> int:
    size = found.get(b"RFC822.SIZE")
    return _number(min(max(size, 0), LARGEST) if isinstance(size, int) else size)


def _piece(found: Any, start: int) -> bytes:
    """Take a piece out of an answer, also of one that gives the whole for each of them."""
    piece = found.get(b"BODY[]<%d>" % start)
    if piece is None and isinstance(whole := found.get(b"BODY[]"), bytes):
        piece = whole[start : start + PIECE]
    if piece is None and start:
        return b""  # past its end
    if not isinstance(piece, bytes):
        raise LiesError("it gives a message without its words.")
    return piece


class _Pieces(io.RawIOBase):
    """A message on the server as a stream; its length is known when it ends.

    Some servers give its size wrong, so it ends with a piece that is empty, or shorter than
    what was asked for.
    """

    def __init__(self, session: Session, uid: int) -> None:
        self._session, self._uid = session, uid
        self._at, self._ended, self._rest = 0, False, b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer, fetching another piece where nothing is left of the last."""
        if not self._rest and not self._ended:
            self._rest = self._session.piece(self._uid, self._at)
            self._at += len(self._rest)
            self._ended = len(self._rest) < PIECE
        count = min(len(buffer), len(self._rest))
        buffer[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count


def _in_parts(uids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (uids[start : start + AT_ONCE] for start in range(0, len(uids), AT_ONCE))


def _decoded(error: Exception) -> str:
    said = error.args[0] if error.args else ""
    if isinstance(said, bytes):
        return said.decode("utf-8", "replace")
    # Libraries put what the server said into their sentences as Python writes bytes.
    return _BYTES.sub(
        lambda found: bytes(ast.literal_eval(found[0])).decode("utf-8", "replace"), str(error)
    )
