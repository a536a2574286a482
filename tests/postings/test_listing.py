"""Postings that colleagues see first: by link only until a day, then everywhere by themselves."""

import datetime as dt
from typing import Any

import pytest
from flask import Flask, g
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from time_machine import Traveller
from werkzeug.test import Client as Caller

from tests.plugins.apps import Client
from tests.postings.desk import problems
from tests.postings.factories import coordinator, draft_posting, open_posting, sign_in
from tracker.core.db import db
from tracker.core.pages import KeptPages
from tracker.postings import operations
from tracker.postings.models import Posting

DAY = dt.date(2026, 12, 1)
BEGINS = dt.datetime(2026, 12, 1, 5, 0, tzinfo=dt.UTC)  # midnight in New York
SECOND = dt.timedelta(seconds=1)
TITLE = "Children"
LISTS = (
    "/",
    "/sitemap.xml",
    "/feeds/postings.atom",
    "/feeds/indeed.xml",
    "/api/v1/postings",
    "/embed/postings",
)
OWN = "/api/v1/postings/childrens-librarian"


def internal_first(**values: Any) -> Posting:
    return open_posting(unlisted=True, listed_on=DAY, closes_on=dt.date(2026, 12, 24), **values)


def shown(get: Any, path: str) -> bool:
    """Tell whether an answer names the posting, by its title or by its address."""
    body = get(path).get_data(as_text=True)
    return TITLE in body or "childrens-librarian" in body


@pytest.mark.both_databases
def test_before_its_day_it_stands_nowhere_and_opens_by_link(
    any_app: Flask, client: Client, clock: Traveller
) -> None:
    internal_first()
    clock.move_to(BEGINS - SECOND)
    assert {path: shown(client.get, path) for path in LISTS} == dict.fromkeys(LISTS, False)
    assert client.get(OWN).status_code == 404
    page = client.page("/postings/childrens-librarian")
    assert [each.get("content") for each in page.all("meta[@name='robots']")] == ["noindex"]
    assert page.link("Apply").endswith("/postings/childrens-librarian/apply")
    assert client.get("/postings/childrens-librarian/apply").status_code == 200


@pytest.mark.both_databases
def test_on_its_day_it_stands_everywhere_by_itself(
    any_app: Flask, client: Client, clock: Traveller
) -> None:
    internal_first()
    clock.move_to(BEGINS)
    assert {path: shown(client.get, path) for path in LISTS} == dict.fromkeys(LISTS, True)
    assert client.get(OWN).status_code == 200
    page = client.page("/postings/childrens-librarian")
    assert page.all("meta[@name='robots']") == []


@pytest.mark.both_databases
def test_kept_pages_of_every_worker_turn_at_that_second(any_app: Flask, clock: Traveller) -> None:
    """Two workers have kept every page a second before; nothing is written in between."""

    def fresh(environ: Any, start: Any) -> Any:
        for name in list(g):
            g.pop(name)
        return any_app(environ, start)

    internal_first()
    workers = [KeptPages(fresh, db.engine) for _ in range(2)]
    callers = [Caller(each, use_cookies=False) for each in workers]
    clock.move_to(BEGINS - SECOND)
    for caller in callers:
        assert [shown(caller.get, path) for path in LISTS] == [False] * len(LISTS)
        assert b"noindex" in caller.get("/postings/childrens-librarian").data
    clock.shift(SECOND)
    for caller in callers:
        assert [shown(caller.get, path) for path in LISTS] == [True] * len(LISTS)
        assert b"noindex" not in caller.get("/postings/childrens-librarian").data
    for each in workers:
        each.close()


def test_the_list_says_that_it_changed_when_one_came(client: Client, clock: Traveller) -> None:
    internal_first()
    clock.move_to(BEGINS + SECOND)
    feed = client.get("/feeds/postings.atom").text
    assert "<updated>2026-12-01T05:00:00" in feed


def test_without_a_day_it_stays_by_link_only(client: Client, clock: Traveller) -> None:
    open_posting(unlisted=True, closes_on=dt.date(2027, 12, 24))
    clock.shift(dt.timedelta(days=200))
    assert [path for path in LISTS if shown(client.get, path)] == []


def test_listing_it_at_once_takes_the_day_away(app: Flask) -> None:
    posting = internal_first()
    operations.change(posting, {"unlisted": False}, by=None)
    assert (posting.listed_on, posting.listed_at) == (None, None)


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("UPDATE posting SET unlisted = NOT unlisted, listed_on = '2026-12-01'", "listing_instant"),
        ("UPDATE posting SET listed_on = '2026-12-01', listed_at = changed_at", "listed_later"),
    ],
)
def test_the_database_holds_day_and_instant_together(
    any_app: Flask, statement: str, name: str
) -> None:
    draft_posting()
    with pytest.raises(IntegrityError, match=f"ck_posting_{name}"):
        db.session.execute(text(statement))
    db.session.rollback()


def test_staff_name_the_day_in_the_editor(client: Client, clock: Traveller) -> None:
    posting = draft_posting()
    sign_in(client, coordinator())
    url = f"/staff/postings/{posting.id}/edit"
    answer = client.submit(url, {"listed_on": "2026-12-01"}, form="posting", button="Save")
    assert (answer.status_code, problems(answer)) == (
        422,
        ["Tick “Unlisted” too, or leave the day out: it is listed from the start."],
    )
    values = {"listed_on": "2026-12-01", "unlisted": True}
    client.submit(url, values, form="posting", button="Save")
    db.session.rollback()
    assert (posting.listed_on, posting.listed_at) == (DAY, BEGINS)
    assert (
        "from Tuesday 1 December 2026, until then by link only"
        in client.page(f"/staff/postings/{posting.id}").text
    )
    assert client.page(url).form("posting").values["listed_on"] == ["2026-12-01"]
