"""Every message that leaves the house reads as it is meant to, in text and in HTML."""

import pytest
from flask import Flask

from tests.plugins.pages import Page
from tests.plugins.snapshots import MailSnapshot
from tests.postings import factories as postings
from tracker.notifications import operations
from tracker.notifications.masking import links_in
from tracker.notifications.wording import all_messages


def names() -> list[str]:
    """Every message that the house declares, by name; other tests declare one of their own."""
    return sorted(each.name for each in all_messages() if each.purpose != "Goes only in tests.")


def test_every_message_is_drawn_from_its_samples(app: Flask, mail_snapshot: MailSnapshot) -> None:
    postings.employer()
    assert len(names()) > 25
    for name in names():
        mail_snapshot(operations.preview(name), name)


def test_every_message_to_candidates_is_drawn_in_spanish(
    app: Flask, mail_snapshot: MailSnapshot
) -> None:
    postings.employer()
    for message in all_messages():
        if message.audience == "candidate":
            name = message.name
            mail_snapshot(operations.preview(name, language="es"), f"{name}.es")


def test_no_message_has_a_picture_or_a_tracker(app: Flask) -> None:
    for name in names():
        html = operations.preview(name).html
        for word in ("<img", "<script", "http://www", "url("):
            assert word not in html, (name, word)


LARGEST_HTML, LARGEST_TEXT = 8_000, 3_000
FROM_ELSEWHERE = ("<img", "<script", "<link", "<iframe", "src=", "background=", "url(", "@import")


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_message_is_small_readable_on_a_phone_and_in_the_dark(
    app: Flask, language: str
) -> None:
    postings.employer()
    for message in all_messages():
        if language != "en" and message.audience != "candidate":
            continue
        drawn, name = operations.preview(message, language=language), message.name
        assert len(drawn.html.encode()) < LARGEST_HTML, name
        assert len(drawn.text.encode()) < LARGEST_TEXT, name
        page = Page(drawn.html, f"mail:{name}")  # parsed as strict HTML
        assert page.root.get("lang") == language
        metas = {each.get("name"): each.get("content") for each in page.all("meta")}
        assert metas["viewport"] == "width=device-width, initial-scale=1"
        assert metas["color-scheme"] == "light dark"
        assert "@media (prefers-color-scheme: dark)" in drawn.html
        assert [each for each in FROM_ELSEWHERE if each in drawn.html] == [], name
        # What is a link in one is a link in the other: nobody is sent round by a counter.
        places = {str(each.get("href")) for each in page.all("a")}
        assert {each for each in places if each.startswith("http")} <= set(links_in(drawn.text))


@pytest.mark.settings(BASE_URL="https://jobs.example.org")
def test_no_message_shouts(app: Flask) -> None:
    for name in names():
        drawn = operations.preview(name)
        assert "!" not in drawn.subject + drawn.text, name
