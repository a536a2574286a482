"""The board in a real browser: a card is dragged where script runs, and moved by its form else."""

import pytest
from flask import Flask
from playwright.sync_api import Page as Window
from playwright.sync_api import expect

from tests.applications import desk
from tests.plugins.apps import Client
from tests.plugins.browsers import PageOpener
from tests.plugins.servers import LiveServer
from tests.postings import factories as postings
from tracker.applications.models import Application
from tracker.applications.rules import Stage
from tracker.core.db import db


def open_board(app: Flask, server: LiveServer, window: Window, posting_id: int) -> None:
    """Sign the window in as a coordinator and open a posting's board."""
    app.test_client_class = Client
    client = desk.signed_in(app, postings.coordinator())
    name = app.config["SESSION_COOKIE_NAME"]
    cookie = client.get_cookie(name, domain="127.0.0.1")
    assert cookie is not None
    window.context.add_cookies([{"name": name, "value": cookie.value, "url": server.url}])
    window.goto(f"{server.url}/staff/applications?view=board&posting={posting_id}")


def stage_of(application_id: int) -> Stage:
    db.session.rollback()
    return db.session.get_one(Application, application_id, populate_existing=True).stage


def test_a_card_is_dragged_to_another_column(live_server: LiveServer, page: Window) -> None:
    app = live_server.app()
    with app.app_context():
        application = desk.arrived(name="Ann Lee")
        application_id, posting_id = application.id, application.posting_id
        open_board(app, live_server, page, posting_id)
        card = page.locator("[data-card]", has_text="Ann Lee")
        card.locator("p").first.drag_to(page.locator("[data-stage=interview] h2"))
        moved = page.locator("[data-stage=interview]").get_by_role("link", name="Ann Lee")
        expect(moved).to_be_visible()
        expect(page.get_by_text("Ann Lee: interview.")).to_be_visible()
        assert stage_of(application_id) is Stage.INTERVIEW
        db.session.remove()


@pytest.mark.parametrize("script", [True, False])
def test_a_card_is_moved_with_the_keyboard_alone(
    live_server: LiveServer, open_page: PageOpener, script: bool
) -> None:
    app = live_server.app()
    window = open_page(java_script_enabled=script, viewport={"width": 320, "height": 800})
    with app.app_context():
        application = desk.arrived(name="Sam Rivera")
        application_id, posting_id = application.id, application.posting_id
        open_board(app, live_server, window, posting_id)
        window.get_by_label("Move Sam Rivera to").focus()
        window.keyboard.press("Tab")
        window.keyboard.press("Enter")
        expect(window.get_by_text("Sam Rivera: under review.")).to_be_visible()
        assert stage_of(application_id) is Stage.UNDER_REVIEW
        wider = window.locator("html").evaluate("page => page.scrollWidth - innerWidth")
        assert wider <= 0
        db.session.remove()
