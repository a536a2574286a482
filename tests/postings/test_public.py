"""The careers page lists what is open, and says what it says once."""

import datetime as dt
from typing import Any

import pytest
from time_machine import Traveller

from tests.plugins.apps import Client
from tests.plugins.pages import Page
from tests.postings.factories import (
    STATEMENT,
    closed_posting,
    draft_posting,
    employer,
    open_posting,
)
from tracker.core.db import db
from tracker.organization.models import Badge
from tracker.postings.films import film_of


def test_without_openings_the_careers_page_says_what_will_appear(client: Client) -> None:
    employer()
    page = client.page("/")
    assert page.texts("main//div/h2") == ["No positions are open now"]


def test_the_careers_page_works_before_there_is_an_employer(client: Client) -> None:
    assert client.page("/").texts("h1") == ["Open positions"]


def test_an_opening_can_be_scanned(client: Client, clock: Traveller) -> None:
    open_posting(closes_on=dt.date(2026, 12, 5))
    page = client.page("/")
    assert page.texts("li[@class='opening']") == [
        "Children's Librarian Full-time · 37.5 hours a week · $52,000–$61,000 a year · Main library"
        " Closes in 12 days: Saturday 5 December 2026, end of the day"
        " Fernhollow Library looks for someone who reads aloud with joy."
    ]
    assert page.link("Children's Librarian").endswith("/postings/childrens-librarian")


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"closes_on": dt.date(2026, 11, 23)}, "Closes today"),
        (
            {"closes_on": dt.date(2026, 11, 23), "closes_time": dt.time(17)},
            "Closes today at 5:00 pm",
        ),
        ({"closes_on": dt.date(2026, 11, 24)}, "Closes tomorrow"),
        ({"closes_on": dt.date(2026, 11, 25)}, "Closes in 2 days"),
        ({"closes_on": None, "open_until_filled": True}, "Open until filled"),
    ],
)
def test_it_says_how_long_it_is_open(
    client: Client, clock: Traveller, values: dict[str, Any], words: str
) -> None:
    open_posting(**values)
    said = client.page("/").texts("p[@class='opening-closes']")[0]
    assert said.partition(": ")[0] == words


def test_the_list_has_only_what_is_open_and_listed(client: Client, clock: Traveller) -> None:
    open_posting(title="Here")
    open_posting(title="By link only", unlisted=True)
    draft_posting(title="Not yet")
    closed_posting(title="No longer")
    open_posting(title="Past its day", closes_on=dt.date(2026, 11, 24))
    clock.shift(dt.timedelta(days=3))
    assert client.page("/").texts("main//li/h2") == ["Here"]


@pytest.mark.parametrize(("count", "filters"), [(10, 0), (11, 1)])
def test_filters_come_only_with_more_than_ten(client: Client, count: int, filters: int) -> None:
    for _ in range(count):
        open_posting()
    assert len(client.page("/").all("main//form[@role='search']")) == filters


def test_filters_narrow_by_words_and_kind(client: Client) -> None:
    for number in range(11):
        kinds = ["PART_TIME"] if number < 2 else ["FULL_TIME"]
        open_posting(title=f"Page number {number}", employment_types=kinds)
    answer = client.submit("/", {"words": "PAGE 1", "type": "PART_TIME"}, form=0)
    assert Page(answer.text).texts("main//li/h2") == ["Page number 1"]
    answer = client.get("/", query_string={"words": "nothing such", "type": "no such"})
    assert Page(answer.text).texts("main//div/h2") == ["No open position fits"]


def test_the_statement_stands_once_on_each_page(client: Client) -> None:
    open_posting()
    for url in ("/", "/postings/childrens-librarian"):
        assert client.get(url).text.count(STATEMENT) == 1


def test_a_statement_of_its_own_stands_in_place_of_the_employers(client: Client) -> None:
    open_posting(equal_opportunity_text="We hire *everybody* alike.")
    page = client.page("/postings/childrens-librarian")
    assert ("We hire everybody alike." in page.text, STATEMENT in page.text) == (True, False)


def test_badges_have_their_words_and_links(client: Client) -> None:
    employer()
    for rank, link in enumerate(("https://award.example.org", "")):
        db.session.add(
            Badge(
                rank=rank,
                file_key=f"badge/{rank}",
                media_type="image/png",
                width=200,
                height=100,
                link=link,
                alternative_text=f"Award {rank}",
            )
        )
    db.session.commit()
    page = client.page("/")
    row = page.one("ul[@class='badge-row']")
    assert [each.get("alt") for each in row.iter("img")] == ["Award 0", "Award 1"]
    assert [each.get("href") for each in row.iter("a")] == ["https://award.example.org"]


def test_the_film_asks_nothing_of_its_host_before_a_click(client: Client) -> None:
    employer(film_url="https://vimeo.com/123456")
    answer = client.get("/")
    page = Page(answer.text)
    film = page.one("a[@class='film']")
    assert film.get("href") == "https://vimeo.com/123456"
    assert (film.get("data-player") or "").startswith("https://player.vimeo.com/video/123456")
    assert page.all("iframe") == []
    own = [each.get("src") or "" for each in [*page.all("img"), *page.all("script[@src]")]]
    assert [each for each in own if not each.startswith("/")] == []
    policy = answer.headers["Content-Security-Policy"]
    assert policy.endswith("; frame-src https://player.vimeo.com")
    assert "script-src 'self';" in policy


def test_only_a_page_with_a_film_lets_a_frame_in(client: Client) -> None:
    open_posting()
    employer(film_url="https://films.example.org/ours")
    assert client.page("/").link("See the film about working here").endswith("/ours")
    for url in ("/", "/postings/childrens-librarian"):
        assert "frame-src" not in client.get(url).headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("address", "player"),
    [
        ("https://vimeo.com/168", "https://player.vimeo.com/video/168?dnt=1&autoplay=1"),
        (
            "https://player.vimeo.com/video/168?x=1",
            "https://player.vimeo.com/video/168?dnt=1&autoplay=1",
        ),
        (
            "https://vimeo.com/168/ab12",
            "https://player.vimeo.com/video/168?dnt=1&autoplay=1&h=ab12",
        ),
        (
            "https://www.youtube.com/watch?v=abc_DEF-123&t=5",
            "https://www.youtube-nocookie.com/embed/abc_DEF-123?autoplay=1",
        ),
        ("https://youtu.be/abcdef", "https://www.youtube-nocookie.com/embed/abcdef?autoplay=1"),
        (
            "https://www.youtube.com/embed/abcdef",
            "https://www.youtube-nocookie.com/embed/abcdef?autoplay=1",
        ),
        ("https://evil.example.org/vimeo.com/168", None),
        ("https://vimeo.com.example.org/168", None),
        ("javascript:alert(1)//vimeo.com/168", None),
        ("https://youtu.be/a'b;frame-src *", None),
        ("https://[vimeo.com/168", None),
        ("", None),
    ],
)
def test_a_players_address_is_made_by_us(address: str, player: str | None) -> None:
    film = film_of(address)
    assert (film.player if film else None) == player
