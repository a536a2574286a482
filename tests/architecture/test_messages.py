"""Every message that leaves the house reads as it is meant to, in text and in HTML."""

import pytest
from flask import Flask

from tests.plugins.snapshots import MailSnapshot
from tests.postings import factories as postings
from tracker.notifications import operations
from tracker.notifications.wording import all_messages


def names() -> list[str]:
    """Every message that the house declares, by name; other tests declare one of their own."""
    return sorted(each.name for each in all_messages() if each.name != "test_news")


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


@pytest.mark.settings(BASE_URL="https://jobs.example.org")
def test_no_message_shouts(app: Flask) -> None:
    for name in names():
        drawn = operations.preview(name)
        assert "!" not in drawn.subject + drawn.text, name
