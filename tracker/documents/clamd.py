"""Ask ClamAV's daemon whether a file carries a virus. Pure: sockets, no Flask, no database.

The protocol is clamd's own (its manual page, `INSTREAM`): a command that ends in NUL, the
file in chunks of a 4-byte length and as many bytes, a length of zero, and one answer. The
libraries that speak it are long unmaintained, and LGPL; it is a page.
"""

import contextlib
import socket
import struct
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 10.0
# For a whole file: clamd's own patience (MaxScanTime) is longer, and no resume needs it.
SCAN_SECONDS = 60.0
PIECE = 64 * 1024
LONGEST_ANSWER = 4096


class ScannerError(Exception):
    """A file could not be checked; the words are for the log."""


class ScannerAwayError(ScannerError):
    """Nobody answers, or not in clamd's language: any other file would fare the same."""


class FileNotScannedError(ScannerError):
    """The scanner is there and did not check this one file."""


class FileTooLargeError(FileNotScannedError):
    """The file is longer than the scanner takes (StreamMaxLength in its settings)."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What clamd said of a file; `signature` names what was found, '' when nothing was."""

    signature: str

    @property
    def is_clean(self) -> bool:
        """Tell whether nothing was found."""
        return not self.signature


class Scanner:
    """A clamd at `tcp://host:port` or `unix:///path`. Raises ValueError for another address.

    `patience` is in seconds, for the whole of one file; `SCAN_SECONDS` when None.
    """

    def __init__(self, url: str, *, patience: float | None = None) -> None:
        self.address = _address(url)
        self.patience = SCAN_SECONDS if patience is None else patience

    def ping(self) -> None:
        """Return when the scanner answers; raises `ScannerAwayError`."""
        deadline = time.monotonic() + min(ANSWER_SECONDS, self.patience)
        with self._connect(deadline) as connection:
            _send(connection, b"zPING\0", deadline)
            answer = _answer(connection, deadline)
        if answer != "PONG":
            raise ScannerAwayError(f"answered a ping with {answer!r}")

    def scan(self, chunks: Iterable[bytes]) -> Verdict:
        """Stream a file to the scanner and return what it says.

        Raises `FileTooLargeError`, `FileNotScannedError` or `ScannerAwayError`; what the
        chunks raise goes through.
        """
        deadline = time.monotonic() + self.patience
        with self._connect(deadline) as connection:
            try:
                _send(connection, b"zINSTREAM\0", deadline)
                for piece in _pieces(chunks):
                    _send(connection, struct.pack("!I", len(piece)) + piece, deadline)
                _send(connection, struct.pack("!I", 0), deadline)
            except _HungUpError as error:
                # It answers a file that is too long before it has read all, and hangs up.
                with contextlib.suppress(ScannerAwayError):
                    return _verdict(_answer(connection, deadline))
                raise ScannerAwayError(str(error)) from None
            return _verdict(_answer(connection, deadline))

    def _connect(self, deadline: float) -> socket.socket:
        try:
            patience = min(CONNECT_SECONDS, _left(deadline))
            if not isinstance(self.address, str):
                return socket.create_connection(self.address, patience)
            connection = socket.socket(socket.AF_UNIX)
            try:
                connection.settimeout(patience)
                connection.connect(self.address)
            except OSError:
                connection.close()
                raise
        except OSError as error:
            raise ScannerAwayError(f"cannot be reached: {error}") from error
        return connection


class _HungUpError(ScannerAwayError):
    """The other end closed while we were sending; it may have said why."""


def _address(url: str) -> str | tuple[str, int]:
    parts = urlsplit(url)
    if parts.scheme == "unix" and not parts.netloc and parts.path.startswith("/"):
        return parts.path
    if parts.scheme == "tcp" and parts.hostname and parts.port and not parts.path.strip("/"):
        return parts.hostname, parts.port
    raise ValueError(url)


def _pieces(chunks: Iterable[bytes]) -> Iterator[bytes]:
    for chunk in chunks:
        for start in range(0, len(chunk), PIECE):
            yield chunk[start : start + PIECE]


def _send(connection: socket.socket, data: bytes, deadline: float) -> None:
    try:
        connection.settimeout(_left(deadline))
        connection.sendall(data)
    except TimeoutError:
        raise ScannerAwayError("took nothing more in time") from None
    except OSError as error:
        raise _HungUpError(f"hung up: {error}") from error


def _answer(connection: socket.socket, deadline: float) -> str:
    """Read one answer, up to its NUL; a stream of anything else is no answer."""
    read = b""
    while not read.endswith(b"\0"):
        try:
            connection.settimeout(_left(deadline))
            part = connection.recv(LONGEST_ANSWER)
        except TimeoutError:
            raise ScannerAwayError("did not answer in time") from None
        except OSError as error:
            raise ScannerAwayError(f"hung up: {error}") from error
        read += part
        if not part or len(read) > LONGEST_ANSWER:
            raise ScannerAwayError(f"broke off its answer: {read[:80]!r}")
    return read[:-1].decode("utf-8", "replace").strip()


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _verdict(answer: str) -> Verdict:
    said = answer.removeprefix("stream: ")
    if said == "OK" and said != answer:
        return Verdict("")
    if said.endswith(" FOUND") and said != answer:
        return Verdict(said.removesuffix(" FOUND"))
    if "size limit exceeded" in said:
        raise FileTooLargeError(answer)
    if said.endswith("ERROR"):
        raise FileNotScannedError(answer)
    raise ScannerAwayError(f"answered {answer[:80]!r}")
