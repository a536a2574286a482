"""smtplib on sockets that end a conversation which goes on for too long. Pure but for the network.

A socket's own timeout begins anew with every byte: a server that says one each second could
hold a worker for hours.
"""

import smtplib
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

FOREVER = float("inf")


class Hurried(socket.socket):
    """A socket that waits no longer than its conversation may take."""

    ends_at = FOREVER
    longest_s = FOREVER

    def recv_into(self, *arguments: Any, **options: Any) -> int:
        """Read what is there. Raises `TimeoutError`."""
        with _hurrying(self):
            return super().recv_into(*arguments, **options)

    def sendall(self, *arguments: Any, **options: Any) -> None:
        """Write everything. Raises `TimeoutError`."""
        with _hurrying(self):
            super().sendall(*arguments, **options)


class HurriedTls(ssl.SSLSocket):
    """The same over TLS."""

    ends_at = FOREVER
    longest_s = FOREVER

    def recv_into(self, *arguments: Any, **options: Any) -> int:
        """Read what is there. Raises `TimeoutError`."""
        with _hurrying(self):
            return super().recv_into(*arguments, **options)

    def send(self, *arguments: Any, **options: Any) -> int:
        """Write some of it; `sendall` calls this. Raises `TimeoutError`."""
        with _hurrying(self):
            return super().send(*arguments, **options)


def _connect(host: str, port: int, timeout: float, ends_at: float) -> Hurried:
    sock = Hurried(fileno=socket.create_connection((host, port), timeout).detach())
    sock.settimeout(timeout)
    sock.longest_s, sock.ends_at = timeout, ends_at
    return sock


@contextmanager
def _hurrying(sock: Hurried | HurriedTls) -> Iterator[None]:
    left = sock.ends_at - time.monotonic()
    if left > 0 and sock.longest_s < FOREVER:
        sock.settimeout(min(sock.longest_s, left))
    try:
        if left <= 0:
            raise TimeoutError
        yield
    except TimeoutError:
        if time.monotonic() < sock.ends_at:
            raise
        raise TimeoutError("it took too long") from None


class Smtp(smtplib.SMTP):
    """smtplib's client; `ends_at`, by the monotonic clock, is when its beginning must be done."""

    def __init__(self, *arguments: Any, ends_at: float, **options: Any) -> None:
        self.ends_at = ends_at
        super().__init__(*arguments, **options)

    def allow(self, *, until: float) -> None:
        """Say until when the next conversation may take."""
        if isinstance(self.sock, Hurried | HurriedTls):
            self.sock.longest_s, self.sock.ends_at = float(self.timeout), until

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        return _connect(host, port, timeout, self.ends_at)


class SmtpTls(Smtp, smtplib.SMTP_SSL):
    """The same, encrypted from the first byte."""

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        plain = _connect(host, port, timeout, self.ends_at)
        sock = cast("HurriedTls", self.context.wrap_socket(plain, server_hostname=host))
        sock.longest_s, sock.ends_at = timeout, self.ends_at
        return sock
