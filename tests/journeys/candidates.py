"""Candidates over real HTTP, who press again until they see a receipt."""

import copy
import hashlib
import http.client
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from http.cookiejar import CookieJar
from typing import Any, TypeVar
from urllib.error import HTTPError
from urllib.request import HTTPCookieProcessor, Request, build_opener

from flask import Flask
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from tests.documents import samples
from tests.plugins.pages import Page
from tests.plugins.servers import LiveServer
from tests.plugins.soak import scaled
from tests.postings import factories as postings
from tracker.core.db import db
from tracker.core.tokens import hash_token
from tracker.postings.rules import DocumentKind

PATIENCE_S = scaled(90, 900)  # a soak leaves a thousand mails to deliver
ANSWER_S = 30.0
CONTACT = "ida.moreno@example.org"
T = TypeVar("T")


def wait_until(condition: Callable[[], Any], what: str) -> None:
    """Look again and again; fails, naming what was waited for, after a generous time."""
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.05)


@contextmanager
def inside(server: LiveServer) -> Iterator[Flask]:
    """An application on a server's database and files, put away afterwards."""
    app = server.app()
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()
        app.extensions["huey"].storage.close()


@dataclass(frozen=True)
class Shown:
    """The receipt that a browser showed: for which submission, its number and checksums."""

    token_hash: str
    email: str
    number: str
    checksums: tuple[str, ...]


@dataclass
class Opening:
    """A posting that takes a typed letter and a PDF, and how many tries had no answer."""

    server: LiveServer
    slug: str
    letter_field: str
    resume_field: str
    unanswered: int = 0
    on_the_way: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def url(self) -> str:
        """The address of the form."""
        return f"{self.server.url}/postings/{self.slug}/apply"

    @contextmanager
    def sending(self) -> Iterator[None]:
        """Count a form that is on its way."""
        with self._lock:
            self.on_the_way += 1
        try:
            yield
        finally:
            with self._lock:
                self.on_the_way -= 1

    def note_unanswered(self) -> None:
        """Count a try that broke off."""
        with self._lock:
            self.unanswered += 1


def open_posting(server: LiveServer) -> Opening:
    """Publish a posting with a contact."""
    with inside(server):
        contact = postings.manager(CONTACT)
        posting = postings.open_posting(contact=contact, questions=[], skills=[])
        ids = {each.kind: each.id for each in posting.documents}
        return Opening(
            server,
            posting.slug,
            f"text_{ids[DocumentKind.COVER_LETTER]}",
            f"file_{ids[DocumentKind.RESUME]}",
        )


class AwayError(AssertionError):
    """The server said that it cannot now (503), and to try again; `page` is what it showed."""

    def __init__(self, page: Page) -> None:
        super().__init__("away")
        self.page = page


class Candidate:
    """A browser that sends one application with a typed letter and a PDF.

    What breaks off is tried again with the same cookies and the same bytes, as a person
    presses again. An answer that says no is an error: a crash may cost an answer, and must
    not give a wrong one.
    """

    def __init__(self, opening: Opening, name: str) -> None:
        self.opening = opening
        self.email = f"{name.lower().replace(' ', '.')}@example.org"
        self.values = {"name": name, "email": self.email}
        self.letter = f"Dear all, I am {name}."
        self.resume = samples.pdf(f"Resume of {name}", pages=3)
        self.cookies = CookieJar()
        self.browser = build_opener(HTTPCookieProcessor(self.cookies))
        self.token = ""
        self.form = Request(opening.url)  # noqa: S310 - our own address

    @property
    def checksums(self) -> tuple[str, ...]:
        """What a receipt for this candidate's letter and resume says."""
        stored = (f"{self.letter}\n".encode(), self.resume)
        return tuple(hashlib.sha256(each).hexdigest() for each in stored)

    def apply(self) -> Shown:
        """Press until a receipt is shown, then once more: it is the same receipt."""
        self.insist(self.fill)
        shown = self.insist(self.press)
        assert shown.checksums == self.checksums
        assert self.insist(self.press) == shown
        return shown

    def fill(self, *, resume: bool = True, button: str | None = None) -> None:
        """Open the form and make the bytes that a button sends, if not the first one."""
        page = self.ask(Request(self.opening.url))  # noqa: S310 - our own address
        values: dict[str, Any] = {**self.values, self.opening.letter_field: self.letter}
        if resume:
            values[self.opening.resume_field] = (self.resume, "resume.pdf")
        filled = page.form("apply").filled(values, button=button)
        (self.token,) = filled.data["submission_token"]
        boundary, body = encode_multipart(
            {
                name: [FileStorage(*each) if isinstance(each, tuple) else each for each in sent]
                for name, sent in filled.data.items()
            }
        )
        self.form = Request(filled.action, body)  # noqa: S310 - our own address
        self.form.add_header("Content-Type", f"multipart/form-data; boundary={boundary}")
        self.form.add_header("Referer", self.opening.url)

    def save(self) -> None:
        """Keep everything on the server without sending it."""
        self.fill(button="Save and go on later")
        self.ask(self.form)

    def with_other_words(self, name: str) -> "Candidate":
        """The same browser and token, with another name in the form."""
        other = copy.copy(self)
        assert isinstance(self.form.data, bytes)
        other.form = Request(  # noqa: S310 - our own address
            self.form.full_url,
            self.form.data.replace(self.values["name"].encode(), name.encode(), 1),
            dict(self.form.headers),
        )
        return other

    def press(self) -> Shown:
        """Send the form once and read the receipt."""
        # A request remembers where it was led: each press is a new one.
        form = Request(self.form.full_url, self.form.data, dict(self.form.headers))  # noqa: S310 - our own address
        with self.opening.sending():
            page = self.ask(form)
        return Shown(
            token_hash=hash_token(self.token),
            email=self.email,
            number=page.texts("strong[@class='receipt-number']")[0],
            checksums=tuple(re.findall(r"SHA-256 ([0-9a-f]{64})", page.text)),
        )

    def ask(self, request: Request) -> Page:
        """Send a request; the page it leads to.

        Raises `OSError` where no answer came, `AwayError` where it was to try again.
        """
        try:
            with self.browser.open(request, timeout=ANSWER_S) as answer:
                return Page(answer.read().decode(), answer.url)
        except http.client.HTTPException as error:
            raise OSError("the answer broke off") from error
        except HTTPError as error:
            with error:
                said = error.read().decode(errors="replace")
            if error.code == HTTPStatus.SERVICE_UNAVAILABLE:
                raise AwayError(Page(said, request.full_url)) from None
            raise AssertionError(f"{request.full_url} answered {error.code}: {said}") from None

    def insist(self, step: Callable[[], T]) -> T:
        """Take a step again and again until it is answered."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                return step()
            except OSError:
                self.opening.note_unanswered()
                assert time.monotonic() < deadline, "the server does not come back"
                time.sleep(0.05)

    def call(self) -> socket.socket:
        """Open a connection and send the form but for its last half."""
        self.cookies.add_cookie_header(self.form)
        port = self.opening.server.port
        lines = [
            f"POST {self.form.selector} HTTP/1.1",
            f"Host: 127.0.0.1:{port}",
            f"Content-Length: {len(self.body)}",
            "Connection: close",
            *(f"{name}: {value}" for name, value in self.form.header_items()),
        ]
        caller = socket.create_connection(("127.0.0.1", port), ANSWER_S)
        caller.sendall("\r\n".join([*lines, "", ""]).encode())
        caller.sendall(self.body[: len(self.body) // 2])
        return caller

    def send_the_rest(self, caller: socket.socket) -> None:
        """Send the last half; that nobody takes it is no error."""
        with suppress(OSError):
            caller.sendall(self.body[len(self.body) // 2 :])

    @property
    def body(self) -> bytes:
        """The bytes of the form."""
        assert isinstance(self.form.data, bytes)
        return self.form.data


def hear(caller: socket.socket) -> int | None:
    """Hear an answer out: its status, or None where the connection broke before one."""
    answer = http.client.HTTPResponse(caller)
    with suppress(OSError, http.client.HTTPException):
        answer.begin()
        return answer.status
    return None


@contextmanager
def crowd(opening: Opening, size: int) -> Iterator[list[Shown]]:
    """Candidates side by side, one after the other in each place, while the body goes on.

    Afterwards every one of them has a receipt; the list holds them all.
    """
    shown: list[Shown] = []
    going_on = threading.Event()
    going_on.set()

    def come_and_go(place: int) -> None:
        number = 0
        while going_on.is_set():
            number += 1
            shown.append(Candidate(opening, f"Ada Quill {place} {number}").apply())

    with ThreadPoolExecutor(size) as pool:
        working = [pool.submit(come_and_go, place) for place in range(size)]
        try:
            yield shown
        finally:
            going_on.clear()
    for each in working:
        each.result()
