"""A word that has no end breaks where the page does: nothing scrolls sideways at 320 px."""

from html import unescape

import pytest
from flask import Flask
from sqlalchemy import update

from tests.architecture.test_pages import addresses, demo, signed_in
from tests.plugins.browsers import PageOpener
from tests.plugins.servers import LiveServer
from tests.postings import factories as postings
from tracker.core.db import db, writing
from tracker.notifications import operations as outbox
from tracker.notifications.wording import all_messages
from tracker.postings.models import Posting

__all__ = ["demo"]

TITLE = ("Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz" * 5)[:300]
WIDTH = "document.documentElement.scrollWidth"
SCROLLING = """
    () => [...document.querySelectorAll(".table-wrap")]
        .filter(each => each.scrollWidth > each.clientWidth).length
"""
# Elements with the word that reach past the edge, but for what scrolls in a frame of its own.
OUTSIDE = """
    word => [...document.querySelectorAll("body *")].filter(each => {
        const texts = [...each.childNodes].filter(node => node.nodeType === Node.TEXT_NODE);
        if (!texts.some(node => node.data.includes(word))) return false;
        if (each.getBoundingClientRect().right <= 321) return false;
        for (let at = each; at; at = at.parentElement)
            if (getComputedStyle(at).overflowX !== "visible") return false;
        return true;
    }).map(each => each.outerHTML.slice(0, 60))
"""


def test_a_title_of_one_endless_word_keeps_to_every_page(
    demo: LiveServer, open_page: PageOpener
) -> None:
    app = demo.app()
    desk = open_page(viewport={"width": 320, "height": 700})
    signed_in(desk, demo)
    pages = addresses(app)
    with app.app_context(), writing():
        db.session.execute(update(Posting).values(title=TITLE))
        db.session.commit()
    problems, met = [], 0
    for path in pages:
        answer = desk.goto(demo.url + path)
        assert answer is not None
        assert answer.status == 200, f"{path} answered {answer.status}"
        met += TITLE in desk.content()
        if (width := desk.evaluate(WIDTH)) > 320:
            problems.append(f"{path} ({width} px): {desk.evaluate(OUTSIDE, TITLE[:20])}")
    desk.set_viewport_size({"width": 1280, "height": 900})
    for path in ("/staff/postings", "/staff/applications", "/staff/messages"):
        desk.goto(demo.url + path)
        if desk.evaluate(SCROLLING):
            problems.append(f"{path}: its table scrolls sideways at 1280 px")
    assert problems == []
    assert met > 30


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_title_of_one_endless_word_keeps_to_every_mail(
    app: Flask, open_page: PageOpener, language: str
) -> None:
    postings.employer()
    window = open_page(viewport={"width": 320, "height": 700})
    problems, met = [], 0
    for message in all_messages():
        if language != "en" and message.audience != "candidate":
            continue
        samples = {**message.samples, **message.context_samples}
        title = next(
            (str(samples[name]) for name in ("posting_title", "posting") if name in samples), None
        )
        html = unescape(outbox.preview(message, language=language).html)
        if title is None or title not in html:
            continue
        met += 1
        window.set_content(html.replace(title, TITLE))
        if (width := window.evaluate(WIDTH)) > 320:
            problems.append(f"{message.name} ({width} px): {window.evaluate(OUTSIDE, TITLE[:20])}")
    assert problems == []
    assert met > 10
