"""Public pages kept ready: made once, then sent as they are for as long as they are true.

A page that a view has offered is kept in the process's memory, with the mark of the database
that it was made from. Before it is sent again, the mark is read: triggers on all that public
pages show add a row to `page_change` in the transaction that changes it, whoever does, so a
page is never older than the last commit. What the clock changes, the view says with `until`.

Only what a stranger sees is kept: a request with any cookie goes to the application.
"""

import datetime as dt
import gzip
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from flask import request
from sqlalchemy import Engine, delete
from sqlalchemy.orm import Mapped, mapped_column

from tracker.core.db import Base, db, now, with_tables
from tracker.core.turns import WSGI

MOST_PAGES = 500
LONGEST_S = 60
"""How long a page is kept at the most, so that a page whose clock somebody forgot is mended."""

KEPT_STATUSES = frozenset({"200", "410"})
"""A posting that has ended keeps its page; whatever went wrong is found out anew."""

KEPT = dt.timedelta(hours=1)
_SLOT = "tracker.page"
_MARK = "SELECT count(*), max(id) FROM page_change"
_NOTE = "INSERT INTO page_change (at) VALUES (CURRENT_TIMESTAMP)"
_FUNCTION = "page_changed"
_LONGEST_HEADER = 100
log = structlog.get_logger(__name__)

Mark = tuple[int, int | None]
Key = tuple[str, str]
"""A path, and the languages that the browser asks for."""


class PageChange(Base):
    """Something that public pages show has changed. Rows are only added, so nobody waits.

    How many there are and the last one's number make the mark: the number alone would miss
    a change that was begun earlier and committed later.
    """

    __tablename__ = "page_change"
    __table_args__ = {"info": {"derived": True}, "sqlite_autoincrement": True}  # noqa: RUF012  SQLAlchemy reads it so

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[dt.datetime] = mapped_column(default=now)


def watch(watched: Mapping[str, str]) -> None:
    """Have tables note their changes: by name, the columns that pages show ('' for all).

    Of a table with named columns only updates count; others are watched whole. Called once
    by the room whose pages these are.
    """
    for dialect in ("sqlite", "postgresql"):
        statements = [each for table in watched for each in _triggers(dialect, table, watched)]
        with_tables("after_create", dialect, statements)
    function = (
        f"CREATE OR REPLACE FUNCTION {_FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN {_NOTE}; RETURN NULL; END $$"
    )
    with_tables("before_create", "postgresql", [function])
    with_tables("after_drop", "postgresql", [f"DROP FUNCTION IF EXISTS {_FUNCTION}()"])


def _triggers(dialect: str, table: str, watched: Mapping[str, str]) -> Iterator[str]:
    columns = watched[table]
    for what in (f"UPDATE OF {columns}",) if columns else ("INSERT", "UPDATE", "DELETE"):
        name = f"page_{table}_{what.split(maxsplit=1)[0].lower()}"
        head = f"CREATE TRIGGER {name} AFTER {what} ON {table}"
        if dialect == "sqlite":
            yield f"{head} BEGIN {_NOTE}; END"
        else:
            yield f"{head} FOR EACH STATEMENT EXECUTE FUNCTION {_FUNCTION}()"


def forget_changes(*, at: dt.datetime) -> None:
    """Delete the rows of an hour ago: every page that they made old is long gone."""
    db.session.execute(delete(PageChange).where(PageChange.at < at - KEPT))


@dataclass
class _Slot:
    """What a view says of the page that it makes: until when it is true."""

    until: dt.datetime | None = None


def offer(*moments: dt.datetime | None) -> bool:
    """Let this answer be sent to others, until the first moment at which it will differ.

    Moments that have passed, and None, do not count. It is made anew each minute anyway.
    Returns whether it is kept: then it must be whole, and who has it already is told so here.
    """
    slot = request.environ.get(_SLOT)
    if not isinstance(slot, _Slot):
        return False
    at = now()
    minute = at.replace(second=0, microsecond=0) + dt.timedelta(seconds=LONGEST_S)
    slot.until = min([minute, *(each for each in moments if each is not None and each > at)])
    return True


def is_offered() -> bool:
    """Tell whether this answer is one to be kept, and so is compressed once and for all."""
    slot = request.environ.get(_SLOT)
    return isinstance(slot, _Slot) and slot.until is not None


def fingerprint(body: bytes) -> str:
    """Name a body by what is in it, for an entity tag: the same wherever it was made."""
    return hashlib.sha256(body).hexdigest()[:20]


@dataclass(frozen=True)
class _Page:
    """An answer as it was made: its status line, headers, body, and when it stops being true."""

    status: str
    headers: list[tuple[str, str]]
    body: bytes
    zipped: bytes
    etag: str
    mark: Mark
    until: dt.datetime


class KeptPages:
    """A WSGI application in front of another one: sends what is ready and still true."""

    def __init__(self, application: WSGI, engine: Engine) -> None:
        self.application = application
        self._marker = _Marker(engine)
        self._pages: OrderedDict[Key, _Page] = OrderedDict()
        self._lock = threading.Lock()

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        """Answer one request, from what is ready where that is the same."""
        key = _key_of(environ)
        mark = self._marker.read() if key is not None else None
        if key is None or mark is None:
            return self.application(environ, start_response)
        page = self._ready(key, mark)
        if page is not None:
            return _send(page, environ, start_response)
        if environ["REQUEST_METHOD"] != "GET":  # the answer to HEAD is no page
            return self.application(environ, start_response)
        return self._make(key, mark, environ, start_response)

    def close(self) -> None:
        """Let go of the connection; another is opened when it is needed."""
        self._marker.close()

    def _ready(self, key: Key, mark: Mark) -> _Page | None:
        with self._lock:
            page = self._pages.get(key)
            if page is None:
                return None
            if page.mark != mark or page.until <= now():
                del self._pages[key]
                return None
            self._pages.move_to_end(key)
            return page

    def _make(
        self, key: Key, mark: Mark, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        slot = environ[_SLOT] = _Slot()
        head: list[Any] = []

        def hear(status: str, headers: list[tuple[str, str]], *rest: Any) -> Callable[..., Any]:
            head[:] = [status, headers]
            said: Callable[..., Any] = lambda _: None  # noqa: E731 - WSGI's old way to write
            if slot.until is None:
                said = start_response(status, headers, *rest)
            return said

        answer = self.application(environ, hear)
        if slot.until is None:
            return answer
        try:
            body = b"".join(answer)
        finally:
            getattr(answer, "close", lambda: None)()
        status, headers = head
        if status[:3] not in KEPT_STATUSES or any(name == "Set-Cookie" for name, _ in headers):
            start_response(status, headers)
            return [body]
        page = _page(status, headers, body, mark, slot.until)
        self._keep(key, page)
        return _send(page, environ, start_response)

    def _keep(self, key: Key, page: _Page) -> None:
        with self._lock:
            self._pages[key] = page
            self._pages.move_to_end(key)
            while len(self._pages) > MOST_PAGES:
                self._pages.popitem(last=False)


class _Marker:
    """Reads the mark over a connection of its own, outside of any transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: Any = None
        self._lock = threading.Lock()

    def read(self) -> Mark | None:
        """The mark as the last commit left it; None where the database cannot say."""
        with self._lock:
            try:
                if self._connection is None:
                    self._connection = self._open()
                count, last = self._connection.execute(_MARK).fetchone()
            except Exception:
                # The application finds the same, and has a page for it.
                log.warning("mark_not_read", exc_info=True)
                self._close()
                return None
            return count, last

    def close(self) -> None:
        """Close the connection, where there is one."""
        with self._lock:
            self._close()

    def _open(self) -> Any:
        pooled = self._engine.raw_connection()
        connection: Any = pooled.driver_connection
        pooled.detach()
        if self._engine.dialect.name != "sqlite":  # there every statement stands alone already
            connection.autocommit = True
        return connection

    def _close(self) -> None:
        connection, self._connection = self._connection, None
        try:
            if connection is not None:
                connection.close()
        except Exception:
            log.warning("mark_not_closed", exc_info=True)


def _key_of(environ: dict[str, Any]) -> Key | None:
    """What makes one stranger's page another than the next one's; None for all others."""
    if environ.get("REQUEST_METHOD") not in {"GET", "HEAD"} or environ.get("HTTP_COOKIE"):
        return None
    languages = environ.get("HTTP_ACCEPT_LANGUAGE", "")
    # A chosen language is remembered in a cookie, so that answer is never another's.
    if environ.get("QUERY_STRING") or len(languages) > _LONGEST_HEADER:
        return None
    return environ.get("PATH_INFO", ""), languages


def _page(
    status: str, headers: list[tuple[str, str]], body: bytes, mark: Mark, until: dt.datetime
) -> _Page:
    etag = f'"{fingerprint(body)}"'
    kept = [each for each in headers if each[0] not in {"Content-Length", "ETag", "Vary"}]
    varied = [text for name, text in headers if name == "Vary"]
    kept.append(("Vary", ", ".join([*varied, "Accept-Encoding"])))
    return _Page(status, kept, body, gzip.compress(body, 6, mtime=0), etag, mark, until)


def _send(
    page: _Page, environ: dict[str, Any], start_response: Callable[..., Any]
) -> Iterable[bytes]:
    """Send a kept page: whole, zipped, or not at all to whoever has it (RFC 9110 §13.1.2)."""
    zips = "gzip" in environ.get("HTTP_ACCEPT_ENCODING", "")
    etag = f'{page.etag[:-1]}-gz"' if zips else page.etag
    headers = [*page.headers, ("ETag", etag)]
    had = environ.get("HTTP_IF_NONE_MATCH", "").strip()
    if page.status.startswith("200") and (had == "*" or etag in had):
        start_response("304 NOT MODIFIED", [each for each in headers if each[0] != "Content-Type"])
        return []
    body = page.zipped if zips else page.body
    headers.append(("Content-Length", str(len(body))))
    if zips:
        headers.append(("Content-Encoding", "gzip"))
    start_response(page.status, headers)
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]
