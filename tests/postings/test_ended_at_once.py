"""What has ended is gone from every list in the very next answer; its page stays, as 410.

Asked before the pages that are kept ready, as a stranger asks a server.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from time_machine import Traveller
from werkzeug.test import Client as Caller

from tests.plugins.pages import Page
from tests.postings import factories
from tracker.core.db import db, writing
from tracker.core.pages import KeptPages
from tracker.postings import operations
from tracker.postings.content import SectionValue
from tracker.postings.models import Posting

LISTS = (
    "/",
    "/sitemap.xml",
    "/feeds/postings.atom",
    "/feeds/indeed.xml",
    "/api/v1/postings",
    "/embed/postings",
)
SLUG = "childrens-librarian"
PATH = f"/postings/{SLUG}"
WORDS = "Plan story hours for three hundred children."

Ending = Callable[[Posting], Any]
ENDINGS: dict[str, Ending] = {
    "closed": lambda each: operations.close(each, by=None),
    "filled": lambda each: operations.fill(each, by=None),
    "cancelled": lambda each: operations.cancel(each, by=None, reason="No money."),
}


@pytest.fixture
def stranger(app: Flask) -> Iterator[Caller]:
    """Somebody without cookies, before the pages that are kept ready."""
    kept = KeptPages(app, db.engine)
    yield Caller(kept, use_cookies=False)
    kept.close()


@pytest.fixture
def posting(app: Flask) -> Posting:
    return factories.open_posting(
        sections=[SectionValue("Duties", WORDS)], closes_on=dt.date(2026, 11, 24)
    )


def end(posting: Posting, how: Ending) -> None:
    number = posting.id
    with writing():
        how(db.session.get_one(Posting, number))
        db.session.commit()


def listing(stranger: Caller) -> list[str]:
    """Where the posting is listed."""
    return [path for path in LISTS if SLUG in stranger.get(path).text]


@pytest.mark.parametrize("how", ENDINGS)
def test_it_vanishes_from_every_list_at_once(
    stranger: Caller, clock: Traveller, posting: Posting, how: str
) -> None:
    assert listing(stranger) == list(LISTS)
    tags = {path: stranger.get(path).headers["ETag"] for path in LISTS}
    end(posting, ENDINGS[how])
    assert listing(stranger) == []
    for path, tag in tags.items():  # whoever has the old list is given the new one
        assert stranger.get(path, headers={"If-None-Match": tag}).status_code == 200
    assert stranger.get(f"/api/v1/postings/{SLUG}").status_code == 410


def test_it_vanishes_by_the_clock_to_the_second(
    stranger: Caller, clock: Traveller, posting: Posting
) -> None:
    assert posting.closes_at is not None
    closes_at = posting.closes_at
    clock.move_to(closes_at - dt.timedelta(seconds=1))
    assert listing(stranger) == list(LISTS)
    assert stranger.get(PATH).status_code == 200
    clock.move_to(closes_at)
    assert listing(stranger) == []
    assert stranger.get(PATH).status_code == 410


def test_it_is_back_at_once_when_it_reopens(
    stranger: Caller, clock: Traveller, posting: Posting
) -> None:
    end(posting, ENDINGS["closed"])
    assert listing(stranger) == []
    end(posting, lambda each: operations.reopen(each, by=None, reason="Too few."))
    assert listing(stranger) == list(LISTS)
    assert stranger.get(PATH).status_code == 200


@pytest.mark.parametrize("how", ENDINGS)
def test_whoever_has_the_link_reads_it_all_and_is_told_that_it_has_ended(
    stranger: Caller, clock: Traveller, posting: Posting, how: str
) -> None:
    before = Page(stranger.get(PATH).text)
    end(posting, ENDINGS[how])
    for _ in range(2):  # made, and kept
        answer = stranger.get(PATH)
        assert (answer.status_code, answer.mimetype) == (410, "text/html")
    page = Page(answer.text)
    assert page.texts("p[@class='notice-title']") == ["This position is no longer open"]
    assert page.texts("h1") == before.texts("h1")
    assert page.texts("div[@class='prose']") == before.texts("div[@class='prose']")
    assert page.texts("dd") == before.texts("dd")
    assert WORDS in page.text
    assert page.all("script[@type='application/ld+json']") == []
    assert page.one("meta[@name='robots']").get("content") == "noindex"
    assert "Apply" not in page.texts("a")
    assert page.link("See what is open now").endswith("/")
    assert page.link("Tell me about new openings").endswith("/alerts")
    # A cache must not keep it: it may reopen.
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_form_of_an_ended_one_says_so_too(
    stranger: Caller, clock: Traveller, posting: Posting
) -> None:
    end(posting, ENDINGS["filled"])
    assert stranger.get(f"{PATH}/apply").status_code == 410
