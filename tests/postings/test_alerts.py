"""New openings are told to whoever confirmed, in the morning, once, and only what fits."""

import datetime as dt
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from time_machine import Traveller

from tests.plugins.apps import Client
from tests.postings import factories
from tests.postings.alerting import deliver, next_morning
from tests.postings.subscribers import (
    news,
    secret_in,
    subscribe,
    tell,
    titles,
)
from tracker.core.db import db
from tracker.postings import operations
from tracker.postings.models import SubscriptionDay


@pytest.fixture(autouse=True)
def _house(app: Flask) -> None:
    """An application with an employer stands in every test."""
    factories.employer()


def test_a_new_opening_is_told_in_the_morning_once(client: Client, clock: Traveller) -> None:
    factories.open_posting(title="Here before")
    subscribe()
    opened = factories.open_posting(title="Shelver")
    tell()
    assert news() == []
    next_morning(clock)
    tell()
    (mail,) = news()
    assert mail.subject == "New at Fernhollow Library: Shelver"
    assert titles(mail) == [opened.slug]
    assert "Full-time · 37.5 hours a week · $52,000–$61,000 a year · Main library" in mail.text
    for _ in range(3):
        tell()
        next_morning(clock)
    assert len(news()) == 1


def test_before_the_morning_nobody_is_written_to(clock: Traveller) -> None:
    subscribe()
    factories.open_posting()
    clock.move_to(dt.datetime(2026, 11, 24, 11, 59, tzinfo=dt.UTC))  # 6:59 in New York
    tell()
    assert news() == []
    clock.move_to(dt.datetime(2026, 11, 24, 12, 0, tzinfo=dt.UTC))
    tell()
    assert len(news()) == 1


def test_what_opens_after_the_mail_is_the_next_days(clock: Traveller) -> None:
    subscribe()
    factories.open_posting(title="One")
    next_morning(clock)
    tell()
    clock.shift(dt.timedelta(hours=2))
    for title in ("Two", "Three"):
        factories.open_posting(title=title)
    tell()
    deliver()
    assert len(news()) == 1


def test_nobody_hears_of_what_has_closed_or_is_not_listed(clock: Traveller) -> None:
    subscribe()
    closed = factories.open_posting(title="Closed")
    factories.open_posting(title="Past", closes_on=dt.date(2026, 11, 23))
    factories.open_posting(title="By link", unlisted=True)
    factories.draft_posting(title="Draft")
    operations.close(closed, by=None)
    db.session.commit()
    next_morning(clock)
    tell()
    assert news() == []
    assert db.session.scalar(select(func.count()).select_from(SubscriptionDay)) == 0


def test_an_opening_that_is_listed_later_is_news_then(clock: Traveller) -> None:
    subscribe()
    posting = factories.open_posting(unlisted=True)
    next_morning(clock)
    tell()
    operations.change(posting, {"unlisted": False}, by=None)
    db.session.commit()
    tell()
    assert len(news()) == 1


@pytest.mark.parametrize(
    ("wish", "told"),
    [
        ({}, ["night-page", "shelver"]),
        ({"words": "SHELV"}, ["shelver"]),
        ({"words": "helver"}, []),
        ({"words": "cook, págé"}, ["night-page"]),
        ({"kinds": ("PART_TIME",)}, ["night-page"]),
        ({"kinds": ("PART_TIME", "FULL_TIME")}, ["night-page", "shelver"]),
        ({"kinds": ("PART_TIME",), "words": "shelver"}, []),
        ({"words": "c++ (.*"}, []),
    ],
)
def test_only_what_fits_is_told(clock: Traveller, wish: dict[str, Any], told: list[str]) -> None:
    subscribe(**wish)
    for title, kind in (("Shelver", "FULL_TIME"), ("Night page", "PART_TIME")):
        factories.open_posting(title=title, summary="", employment_types=[kind])
    next_morning(clock)
    tell()
    assert [titles(each) for each in news()] == ([told] if told else [])


def test_the_mail_is_in_the_subscribers_language(clock: Traveller) -> None:
    subscribe(language="es")
    factories.open_posting(closes_on=dt.date(2026, 12, 5))
    next_morning(clock)
    tell()
    (mail,) = news()
    assert "Tiempo completo" in mail.text
    assert "sábado 5 de diciembre de 2026" in mail.text
    assert '<html lang="es">' in mail.html


def test_ten_subscribers_each_get_their_own(clock: Traveller) -> None:
    addresses = [f"s{number}@example.org" for number in range(10)]
    for address in addresses:
        subscribe(address)
    factories.open_posting()
    next_morning(clock)
    tell()
    tokens = {secret_in(news(address)[0]) for address in addresses}
    assert len(tokens) == 10
