"""The editor in a real browser: a preview beside it, words that keep themselves, rows that move."""

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Route, expect
from playwright.sync_api import Page as Window

from tests.plugins.browsers import PageOpener
from tests.plugins.servers import LiveServer
from tests.postings.factories import coordinator, draft_posting, open_posting, sign_in
from tracker.core.db import db
from tracker.postings.models import Posting, UnsavedWords

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
PATIENCE_MS = 30_000
Opener = Callable[..., str]


@pytest.fixture
def prepare(live_server: LiveServer) -> Opener:
    """Make a posting; returns the address of its editor."""

    def make(*, public: bool = False) -> str:
        with live_server.app().app_context():
            for each in (UnsavedWords,):
                db.session.query(each).delete()
            db.session.commit()
            posting = open_posting() if public else draft_posting()
            where = f"{live_server.url}/staff/postings/{posting.id}/edit"
            db.session.remove()
        return where

    return make


def sign_in_as(context: BrowserContext, server: LiveServer, email: str) -> None:
    app = server.app()
    with app.app_context():
        client = app.test_client()
        sign_in(client, coordinator(email))
        cookie = client.get_cookie(app.config["SESSION_COOKIE_NAME"], "127.0.0.1")
        assert cookie is not None
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": server.url}])
        db.session.remove()


@pytest.fixture
def mine(live_server: LiveServer, page: Window) -> Window:
    """My window."""
    sign_in_as(page.context, live_server, "cora.field@example.org")
    return page


def title_in(server: LiveServer, where: str) -> str:
    number = re.search(r"/(\d+)/edit", where)
    assert number is not None
    with server.app().app_context():
        title = db.session.get_one(Posting, int(number[1])).title
        db.session.remove()
    return title


def problems(window: Window) -> list[str]:
    found = Axe().run(window, options=RULES).response["violations"]
    return [f"{each['id']}: {each['nodes'][0]['html'][:160]}" for each in found]


def test_the_public_page_stands_beside_what_is_typed(mine: Window, prepare: Opener) -> None:
    mine.goto(prepare())
    inside = mine.frame_locator("[data-preview-frame]")
    expect(inside.locator("h1")).to_have_text("Children's Librarian", timeout=PATIENCE_MS)
    frame = mine.locator("[data-preview-frame]")
    assert frame.get_attribute("sandbox") == "allow-same-origin"
    size = frame.evaluate("each => [each.offsetLeft, each.offsetTop, each.offsetHeight]")
    mine.fill("[name=title]", "Evening Page")
    mine.fill("[name=sections-0-text]", "<script>document.title = 'ran'</script> **bold**")
    expect(inside.locator("h1")).to_have_text("Evening Page", timeout=PATIENCE_MS)
    expect(inside.locator("strong", has_text="bold")).to_be_visible(timeout=PATIENCE_MS)
    assert frame.evaluate("each => [each.offsetLeft, each.offsetTop, each.offsetHeight]") == size
    assert inside.locator("script").count() == 0
    inside.get_by_role("link", name="Apply").first.click()
    expect(inside.locator("h1")).to_have_text("Evening Page")
    assert problems(mine) == []


def test_words_keep_themselves_and_come_back(
    live_server: LiveServer, mine: Window, prepare: Opener
) -> None:
    where = prepare(public=True)
    mine.goto(where)
    mine.fill("[name=title]", "Kept")
    kept = mine.locator("[data-kept]")
    expect(kept).to_contain_text("Saved at", timeout=PATIENCE_MS)
    assert kept.get_attribute("role") == "status"
    assert title_in(live_server, where) == "Children's Librarian"
    mine.fill("[name=title]", "Kept on leaving")
    mine.goto(f"{live_server.url}/staff/postings")
    expect(mine.locator("h1")).to_have_text("Postings")
    mine.goto(where)
    expect(mine.locator(".notice-title")).to_contain_text("You have unsaved words from")
    mine.get_by_role("link", name="Continue").click()
    expect(mine.locator("[name=title]")).to_have_value("Kept on leaving")
    mine.get_by_role("button", name="Save", exact=True).click()
    expect(mine.locator("h1")).to_have_text("Kept on leaving")
    assert title_in(live_server, where) == "Kept on leaving"
    mine.goto(where)
    expect(mine.locator(".notice-title")).to_have_count(0)


def test_a_session_that_ends_costs_no_word(
    live_server: LiveServer, mine: Window, prepare: Opener
) -> None:
    where = prepare()
    mine.goto(where)
    expect(mine.frame_locator("[data-preview-frame]").locator("h1")).to_be_visible()
    mine.context.clear_cookies()
    mine.fill("[name=title]", "Typed while signed out")
    mine.get_by_role("button", name="Save", exact=True).click()
    kept = mine.locator("[data-kept]")
    expect(kept).to_contain_text("You have been signed out", timeout=PATIENCE_MS)
    expect(mine.locator("[name=title]")).to_have_value("Typed while signed out")
    sign_in_as(mine.context, live_server, "cora.field@example.org")
    expect(kept).to_contain_text("Saved at", timeout=PATIENCE_MS)
    mine.get_by_role("button", name="Save", exact=True).click()
    expect(mine.locator("h1")).to_have_text("Typed while signed out")


@pytest.mark.parametrize("megabytes", [1, 3])
def test_what_is_too_long_to_be_kept_is_said_and_stays(
    mine: Window, prepare: Opener, megabytes: int
) -> None:
    where = prepare()
    mine.goto(where)
    kept = mine.locator("[data-kept]")
    text = mine.locator("[name=sections-0-text]")
    text.evaluate("(each, size) => { each.value = 'x'.repeat(size); }", (megabytes << 20) + 1)
    text.dispatch_event("input", {"bubbles": True})
    expect(kept).to_contain_text("Not kept: too long.", timeout=PATIENCE_MS)
    mine.get_by_role("button", name="Save", exact=True).click()
    mine.wait_for_timeout(1500)
    assert text.evaluate("each => each.value.length") == (megabytes << 20) + 1
    assert mine.url == where
    text.fill("Short.")
    expect(kept).to_contain_text("Saved at", timeout=PATIENCE_MS)


def test_a_server_that_is_away_is_said_and_tried_again(mine: Window, prepare: Opener) -> None:
    def fail(route: Route) -> None:
        route.abort()

    mine.goto(prepare())
    expect(mine.frame_locator("[data-preview-frame]").locator("h1")).to_be_visible()
    mine.route("**/words", fail)
    mine.route("**/preview", fail)
    mine.fill("[name=title]", "Page")
    expect(mine.locator("[data-kept]")).to_contain_text("cannot be kept", timeout=PATIENCE_MS)
    expect(mine.locator("[data-preview-state]")).to_contain_text(
        "cannot be reached", timeout=PATIENCE_MS
    )
    mine.unroute("**/words")
    mine.unroute("**/preview")
    mine.fill("[name=title]", "Pages")
    expect(mine.locator("[data-kept]")).to_contain_text("Saved at", timeout=PATIENCE_MS)
    expect(mine.locator("[data-preview-state]")).to_be_empty(timeout=PATIENCE_MS)


def test_rows_come_move_and_go_in_place(mine: Window, prepare: Opener) -> None:
    mine.goto(prepare())
    mine.fill("[name=title]", "Still here")
    mine.locator("button[value='add section']").click()
    expect(mine.locator("[name=sections-5-heading]")).to_be_focused(timeout=PATIENCE_MS)
    mine.keyboard.type("Our branch")
    mine.fill("[name=sections-5-text]", "By the river.")
    mine.locator("button[value='up section 6']").click()
    expect(mine.locator("[name=sections-4-heading]")).to_be_focused(timeout=PATIENCE_MS)
    expect(mine.locator("[name=sections-4-heading]")).to_have_value("Our branch")
    mine.locator("button[value='remove section 4']").click()
    expect(mine.locator("[name=sections-3-heading]")).to_be_focused(timeout=PATIENCE_MS)
    expect(mine.locator("[name=sections-3-text]")).to_have_value("By the river.")
    expect(mine.get_by_role("button", name="Add: Schedule")).to_be_visible()
    expect(mine.locator("[name=title]")).to_have_value("Still here")
    inside = mine.frame_locator("[data-preview-frame]")
    expect(inside.get_by_role("heading", name="Our branch")).to_be_visible(timeout=PATIENCE_MS)


def test_two_windows_hear_of_each_other_and_join(
    live_server: LiveServer, mine: Window, open_page: PageOpener, prepare: Opener
) -> None:
    where = prepare(public=True)
    mine.goto(where)
    mine.fill("[name=title]", "Mine")
    expect(mine.locator("[data-kept]")).to_contain_text("Saved at", timeout=PATIENCE_MS)
    theirs = open_page()
    sign_in_as(theirs.context, live_server, "dan.wood@example.org")
    theirs.goto(where)
    expect(theirs.locator("[data-others]")).to_contain_text(
        "Cora Field has had this posting open since"
    )
    theirs.fill("[name=title]", "Theirs")
    theirs.get_by_role("button", name="Save", exact=True).click()
    expect(theirs.locator("h1")).to_have_text("Theirs")
    mine.fill("[name=location]", "Branch")
    expect(mine.locator("[data-others]")).to_contain_text(
        "Dan Wood saved this posting at", timeout=PATIENCE_MS
    )
    mine.get_by_role("button", name="Save", exact=True).click()
    expect(mine.locator("h1")).to_have_text("Dan Wood saved this posting while you were writing")
    assert problems(mine) == []
    mine.get_by_label("Mine", exact=True).check()
    mine.get_by_role("button", name="Save both together").click()
    mine.fill("[name=reason]", "The place was not known yet.")
    mine.get_by_role("button", name="Save with this reason").click()
    expect(mine.locator("h1")).to_have_text("Mine")
    assert title_in(live_server, where) == "Mine"


def test_on_a_phone_the_preview_has_a_button(
    live_server: LiveServer, phone: Window, prepare: Opener
) -> None:
    sign_in_as(phone.context, live_server, "cora.field@example.org")
    phone.goto(prepare())
    title = phone.locator("[name=title]")
    expect(title).to_be_visible()
    title.fill("Page")
    phone.get_by_role("button", name="Preview", exact=True).click()
    inside = phone.frame_locator("[data-preview-frame]")
    expect(inside.locator("h1")).to_have_text("Page", timeout=PATIENCE_MS)
    expect(title).to_be_hidden()
    assert phone.locator("html").evaluate("page => page.scrollWidth") == 390
    assert problems(phone) == []
    phone.get_by_role("button", name="Write", exact=True).click()
    expect(title).to_have_value("Page")
