"""The posting check in a real browser: it runs as one writes, and says when it cannot."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page as Window
from playwright.sync_api import Route, expect

from tests.plugins.servers import LiveServer
from tests.postings.factories import coordinator, draft_posting, sign_in
from tracker.core.db import db
from tracker.postings.content import SectionValue
from tracker.postings.models import Posting

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
PATIENCE_MS = 30_000


@pytest.fixture
def editor(live_server: LiveServer, page: Window) -> Window:
    """The editor of a posting that wants a car, opened by a coordinator."""
    app = live_server.app()
    with app.app_context():
        posting = draft_posting(
            sections=[SectionValue("Duties", "Read."), SectionValue("You", "You must have a car.")]
        )
        client = app.test_client()
        sign_in(client, coordinator())
        cookie = client.get_cookie(app.config["SESSION_COOKIE_NAME"], "127.0.0.1")
        assert cookie is not None
        page.context.add_cookies(
            [{"name": cookie.key, "value": cookie.value, "url": live_server.url}]
        )
        where = f"{live_server.url}/staff/postings/{posting.id}/edit"
        db.session.remove()
    page.goto(where)
    return page


def test_it_follows_what_is_written_and_saves_nothing(
    live_server: LiveServer, editor: Window
) -> None:
    editor.get_by_role("button", name="Check", exact=True).click()
    findings = editor.locator("[data-findings]")
    expect(findings.locator(".finding-name strong")).to_have_text(["Must have a car"])
    editor.fill(
        "[name=sections-2-text]", "You must be a native speaker of Latin; a native speaker."
    )
    expect(findings.locator(".finding-name strong")).to_have_text(
        ["Wants a native speaker"], timeout=PATIENCE_MS
    )
    expect(editor.locator("#announcer")).to_have_text(
        "Stops publishing: 0. To be confirmed: 1. Advice: 0.", timeout=PATIENCE_MS
    )
    assert [
        f"{each['id']}: {each['nodes'][0]['html'][:160]}"
        for each in Axe().run(editor, options=RULES).response["violations"]
    ] == []
    with live_server.app().app_context():
        assert [each.text for each in db.session.query(Posting).one().sections] == [
            "Read.",
            "You must have a car.",
        ]
        db.session.remove()


def test_where_nobody_answers_it_says_so_and_tries_again(editor: Window) -> None:
    def fail(route: Route) -> None:
        route.abort()

    where = "**/staff/postings/check"
    editor.route(where, fail)
    editor.fill("[name=title]", "Page")
    summary = editor.locator("[data-findings] [data-summary]")
    expect(summary).to_contain_text("The check cannot be reached", timeout=PATIENCE_MS)
    editor.unroute(where)
    editor.fill("[name=title]", "")
    expect(summary).to_have_text(
        "Stops publishing: 1. To be confirmed: 0. Advice: 1.", timeout=PATIENCE_MS
    )
