"""The film is a still of ours until somebody asks for it; then it plays, and nothing jumps."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Route, expect

from tests.plugins.browsers import PageOpener
from tests.plugins.servers import LiveServer, ServerStarter
from tests.postings import factories
from tracker.core.db import db

FILM = "https://vimeo.com/123456"
PLAYER = re.compile(r"^https://player\.vimeo\.com/video/123456\?")
PLAY = "Play the film about working here"


@pytest.fixture(scope="module")
def server(start_server: ServerStarter) -> LiveServer:
    """A server whose employer has a film."""
    server = start_server()
    with server.app().app_context():
        factories.employer(film_url=FILM)
        factories.open_posting()
        db.engine.dispose()
    return server


def answer_for_the_host(page: Page) -> list[str]:
    """Stand in for the film's host, whose pages no test fetches; returns what others were asked."""
    asked: list[str] = []

    def answer(route: Route) -> None:
        asked.append(route.request.url)
        route.fulfill(body="<!doctype html><title>Film</title><p>Playing", content_type="text/html")

    page.route(lambda url: urlsplit(url).hostname not in {"127.0.0.1", None}, answer)
    return asked


@pytest.mark.parametrize("way", ["click", "Enter"])
def test_nobody_else_is_asked_before_the_click_and_then_the_player_alone(
    server: LiveServer, open_page: PageOpener, way: str
) -> None:
    page = open_page()
    asked = answer_for_the_host(page)
    page.goto(server.url, wait_until="networkidle")
    link = page.get_by_role("link", name=PLAY)
    expect(link).to_be_visible()
    still = page.locator("a.film img").evaluate("e => e.complete && e.naturalWidth > 0")
    assert (still, asked, page.locator("iframe").count()) == (True, [], 0)
    before = page.locator(".film").bounding_box()
    if way == "click":
        link.click()
    else:
        link.focus()
        page.keyboard.press("Enter")
    frame = page.locator("iframe")
    expect(frame).to_be_focused()
    assert frame.get_attribute("title") == "Film about working here"
    assert PLAYER.match(frame.get_attribute("src") or "")
    expect(page.frame_locator("iframe").get_by_text("Playing")).to_be_visible()
    assert [bool(PLAYER.match(each)) for each in asked] == [True]
    after = page.locator(".film").bounding_box()
    assert before is not None
    assert after is not None
    assert (round(after["width"]), round(after["height"])) == (
        round(before["width"]),
        round(before["height"]),
    )
    assert page.url == f"{server.url}/"


def test_without_script_the_still_leads_to_the_films_own_page(
    server: LiveServer, plain_page: Page
) -> None:
    asked = answer_for_the_host(plain_page)
    plain_page.goto(server.url)
    assert asked == []
    plain_page.get_by_role("link", name=PLAY).click()
    plain_page.wait_for_url(FILM)
    assert asked == [FILM]


def test_the_policy_lets_the_player_in_and_no_other_frame(server: LiveServer, page: Page) -> None:
    asked = answer_for_the_host(page)
    page.goto(server.url)
    refused = page.evaluate(
        """() => new Promise(done => {
            document.addEventListener('securitypolicyviolation', e => done(e.effectiveDirective));
            const frame = document.createElement('iframe');
            frame.src = 'https://elsewhere.example.org/';
            document.body.append(frame);
        })"""
    )
    assert (refused, asked) == ("frame-src", [])
