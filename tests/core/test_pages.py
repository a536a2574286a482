"""Public pages that are kept ready are never older than the last commit."""

import datetime as dt
import gzip
import re
import threading
from collections.abc import Iterable, Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, g
from sqlalchemy import text
from sqlalchemy.orm import Session
from time_machine import Traveller
from werkzeug.test import Client as Caller

from tests.journeys.candidates import inside, open_posting
from tests.plugins.clocks import QueryCounter
from tests.plugins.servers import ServerStarter
from tests.postings import factories
from tracker.core import pages
from tracker.core.db import db, now, writing
from tracker.core.pages import KeptPages
from tracker.notifications.models import Letterhead
from tracker.organization.models import Badge, Leave, Position
from tracker.postings import operations
from tracker.postings.models import WATCHED, Posting

PATH = "/postings/childrens-librarian"
ZIPPED = {"Accept-Encoding": "gzip"}


class Counted:
    """The application, and how many requests reached it."""

    def __init__(self, app: Flask) -> None:
        self.app, self.count = app, 0

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        self.count += 1
        for name in list(g):
            g.pop(name)  # the test's context outlives requests; their language must not
        return self.app(environ, start_response)


@pytest.fixture
def counted(app: Flask) -> Counted:
    return Counted(app)


@pytest.fixture
def caller(counted: Counted) -> Iterator[Caller]:
    """A stranger before the pages that are kept ready; no cookies stay with it."""
    kept = KeptPages(counted, db.engine)
    yield Caller(kept, use_cookies=False)
    kept.close()


@pytest.mark.both_databases
def test_a_page_is_made_once_and_sent_again(counted: Counted, caller: Caller) -> None:
    factories.open_posting()
    first, second = caller.get(PATH), caller.get(PATH)
    assert counted.count == 1
    assert (second.status, second.data) == (first.status, first.data)
    assert second.headers["Content-Security-Policy"] == first.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "path",
    [
        "/sitemap.xml",
        "/robots.txt",
        "/feeds/postings.atom",
        "/feeds/indeed.xml",
        "/api/v1/postings",
        f"/api/v1{PATH}",
        "/api/v1/openapi.json",
        "/embed/postings",
    ],
)
def test_what_programs_read_is_kept_and_sent_to_nobody_twice(
    counted: Counted, caller: Caller, path: str
) -> None:
    """Also where the first to ask says at once what it has."""
    posting = factories.open_posting()
    first = caller.get(path, headers={"If-None-Match": '"an-older-one"'})
    assert first.status_code == 200
    tags = [first.headers["ETag"], caller.get(path, headers=ZIPPED).headers["ETag"]]
    for tag, headers in zip(tags, ({}, ZIPPED), strict=True):
        for had in (tag, f"W/{tag}", f'"other", {tag}', "*"):
            again = caller.get(path, headers={"If-None-Match": had, **headers})
            assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)
    assert counted.count == 1
    assert first.headers.get("Content-Type") == caller.get(path).headers["Content-Type"]
    assert caller.head(path).headers["Content-Length"] == str(len(first.data))
    with writing():
        operations.change(posting, {"unlisted": True, "title": "Storyteller"}, by=None)
        db.session.commit()
    assert b"Children's Librarian" not in caller.get(path).data


@pytest.mark.both_databases
def test_a_change_is_in_the_very_next_answer(counted: Counted, caller: Caller) -> None:
    posting = factories.open_posting()
    assert caller.get(PATH).status_code == 200
    with writing():
        operations.cancel(posting, by=factories.coordinator(), reason="cut")
        db.session.commit()
    assert caller.get(PATH).status_code == 410
    assert b"childrens-librarian" not in caller.get("/").data
    assert counted.count == 3


@pytest.mark.both_databases
def test_a_change_begun_earlier_and_committed_later_is_seen_too(
    any_app: Flask, counted: Counted, caller: Caller
) -> None:
    """Its number is smaller than one that every page has seen already."""
    if db.engine.dialect.name == "sqlite":  # has one writer: nothing is begun earlier
        assert db.session.scalar(text("SELECT count(*) FROM page_change")) == 0
        return
    posting, other = factories.open_posting(), factories.person("pat.hill@example.org")
    with Session(db.engine) as slow:
        slow.execute(
            text("UPDATE posting SET title = 'Storyteller' WHERE id = :id"), {"id": posting.id}
        )
        other.name = "Pat Hill-Moss"
        db.session.commit()
        assert b"Storyteller" not in caller.get(PATH).data
        slow.commit()
    assert b"Storyteller" in caller.get(PATH).data


@pytest.mark.both_databases
def test_every_table_that_the_pages_read_is_watched(
    counted: Counted, caller: Caller, count_queries: QueryCounter
) -> None:
    position = Position(title="Head of Children's Services", holder=factories.person())
    picture = Badge(
        file_key="aa/" + 32 * "a", media_type="image/png", width=1, height=1, alternative_text="-"
    )
    db.session.add_all([position, picture])
    db.session.commit()
    posting = factories.open_posting()
    posting.contact_person, posting.contact_position = None, position
    db.session.commit()
    with count_queries() as statements:
        assert [caller.get(path).status_code for path in ("/", PATH)] == [200, 200]
    read = set(re.findall(r'\b(?:FROM|JOIN) "?(\w+)', " ".join(statements)))
    assert {"posting", "employer", "badge", "position", "person"} <= read
    assert read - {"page_change"} <= set(WATCHED)


@pytest.mark.both_databases
@pytest.mark.parametrize("table", sorted(WATCHED))
def test_every_watched_table_notes_an_update(any_app: Flask, table: str) -> None:
    position = Position(title="Head of Children's Services", holder=factories.person())
    picture = Badge(
        file_key="aa/" + 32 * "a", media_type="image/png", width=1, height=1, alternative_text="-"
    )
    day = dt.date(2026, 11, 23)
    leave = Leave(person=factories.person(), from_on=day, until_on=day)
    sender = Letterhead(sender_name="Fernhollow", sender_address="jobs@example.org")
    db.session.add_all([position, picture, leave, sender])
    factories.open_posting()
    counting = text("SELECT count(*) FROM page_change")
    before = db.session.scalar(counting)
    column = WATCHED[table].partition(",")[0] or "id"
    db.session.execute(text(f"UPDATE {table} SET {column} = {column}"))  # noqa: S608 - our own names
    assert db.session.scalar(counting) > before


def test_signing_in_makes_no_page_old(app: Flask) -> None:
    person = factories.coordinator()
    counting = text("SELECT count(*) FROM page_change")
    before = db.session.scalar(counting)
    person.session_epoch += 1
    db.session.commit()
    assert db.session.scalar(counting) == before


def test_the_clock_closes_a_page_that_nobody_changed(
    counted: Counted, caller: Caller, clock: Traveller
) -> None:
    """The grace begins and ends by itself as well; neither waits for the minute."""
    factories.open_posting(closes_on=dt.date(2026, 11, 23), closes_time=dt.time(10, 0, 30))
    assert caller.get(PATH).status_code == 200
    clock.shift(dt.timedelta(seconds=29))
    assert (caller.get(PATH).status_code, counted.count) == (200, 1)
    clock.shift(dt.timedelta(seconds=1))
    page = caller.get(PATH)
    assert (page.status_code, counted.count) == (410, 2)
    assert "until 10:15 am" in page.text
    clock.shift(dt.timedelta(minutes=15))
    assert "until 10:15 am" not in caller.get(PATH).text


def test_a_page_is_made_anew_each_minute(
    counted: Counted, caller: Caller, clock: Traveller
) -> None:
    factories.open_posting()
    caller.get(PATH)
    clock.shift(dt.timedelta(seconds=59))
    caller.get(PATH)
    assert counted.count == 1
    clock.shift(dt.timedelta(seconds=1))
    caller.get(PATH)
    assert counted.count == 2


@pytest.mark.parametrize(
    "request_of",
    [
        {"headers": {"Cookie": "tracker=x"}},
        {"query_string": "lang=es"},
        {"query_string": "source=poster"},
        {"headers": {"Accept-Language": "es"}},
        {"headers": {"Accept-Language": "en," * 99}},
        {"method": "POST"},
    ],
    ids=str,
)
def test_only_what_every_stranger_sees_is_shared(
    counted: Counted, caller: Caller, request_of: dict[str, Any]
) -> None:
    factories.open_posting()
    caller.get(PATH)
    caller.open(PATH, **request_of)
    assert counted.count == 2


def test_languages_are_kept_apart(caller: Caller) -> None:
    factories.open_posting()
    texts = [
        caller.get(PATH, headers={"Accept-Language": each}).text for each in ("en", "es", "en")
    ]
    assert texts[0] == texts[2]
    assert ['<html lang="es">' in each for each in texts] == [False, True, False]


def test_a_preview_is_shown_to_its_staff_alone(app: Flask, caller: Caller) -> None:
    posting = factories.draft_posting()
    staff = app.test_client()
    factories.sign_in(staff, factories.coordinator())
    session = staff.get_cookie("tracker")
    assert session is not None
    seen = caller.get(f"/postings/{posting.slug}", headers={"Cookie": f"tracker={session.value}"})
    assert seen.status_code == 200
    assert caller.get(f"/postings/{posting.slug}").status_code == 404


def test_what_is_not_there_is_looked_for_each_time(counted: Counted, caller: Caller) -> None:
    assert [caller.get(PATH).status_code, caller.get(PATH).status_code] == [404, 404]
    assert counted.count == 2


def test_whoever_has_the_page_gets_none_again(counted: Counted, caller: Caller) -> None:
    factories.open_posting()
    etag = caller.get(PATH).headers["ETag"]
    again = caller.get(PATH, headers={"If-None-Match": etag})
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", etag)
    other = caller.get(PATH, headers={"If-None-Match": '"another"'})
    assert other.status_code == 200
    assert counted.count == 1


def test_a_page_travels_zipped(caller: Caller) -> None:
    factories.open_posting()
    plain = caller.get(PATH)
    zipped = caller.get(PATH, headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(zipped.data) == plain.data
    assert "Accept-Encoding" in zipped.headers["Vary"]
    assert zipped.headers["ETag"] != plain.headers["ETag"]


def test_asking_for_the_head_gives_its_length_alone(caller: Caller) -> None:
    factories.open_posting()
    whole = caller.get(PATH)
    head = caller.head(PATH)
    assert (head.data, head.headers["Content-Length"]) == (b"", whole.headers["Content-Length"])


def test_who_asks_for_the_head_first_leaves_no_empty_page(caller: Caller) -> None:
    factories.open_posting()
    assert caller.head(PATH).data == b""
    assert b"Children" in caller.get(PATH).data


def test_with_the_database_away_the_application_says_so(
    app: Flask, caller: Caller, tmp_path: Path
) -> None:
    factories.open_posting()
    caller.get(PATH)
    db.session.execute(text("DROP TABLE page_change"))
    db.session.commit()
    assert caller.get(PATH).status_code == 200


def test_old_marks_are_let_go(app: Flask, clock: Traveller) -> None:
    factories.open_posting()
    with writing():
        db.session.execute(text("UPDATE page_change SET at = '2026-11-23 13:59:59'"))
        db.session.commit()
    factories.person("late@example.org", name="Late").name = "Later"
    db.session.commit()
    with writing():
        pages.forget_changes(at=now())
        db.session.commit()
    assert db.session.scalar(text("SELECT count(*) FROM page_change")) == 1


def test_one_process_keeps_no_more_than_so_many_pages(
    counted: Counted, caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "MOST_PAGES", 2)
    factories.open_posting()
    for path in ("/", PATH, f"{PATH}", "/"):
        caller.get(path)
    assert counted.count == 2
    caller.get("/", headers={"Accept-Language": "es"})
    caller.get(PATH)
    assert counted.count == 4


@pytest.mark.both_databases
def test_a_close_is_seen_in_the_next_answer_of_every_worker(
    start_server: ServerStarter, database: str
) -> None:
    server = start_server(DATABASE_URL=database, WEB_WORKERS="2", WORKER_CLOCK="0")
    opening = open_posting(server)
    path = f"/postings/{opening.slug}"

    def statuses() -> list[int]:
        """What eight connections are told at once, spread over the workers by the kernel."""
        found: list[int] = []

        def ask() -> None:
            connection = HTTPConnection("127.0.0.1", server.port, timeout=30)
            connection.request("GET", path)
            found.append(connection.getresponse().status)
            connection.close()

        threads = [threading.Thread(target=ask) for _ in range(8)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        return found

    assert statuses() + statuses() == [200] * 16
    with inside(server):
        by = factories.coordinator()
        with writing():
            posting = db.session.query(Posting).one()
            operations.cancel(posting, by=by, reason="cut")
            db.session.commit()
    assert statuses() == [410] * 8
