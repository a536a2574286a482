"""Dates, money and sizes as a person writes them."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

import pytest
from flask import Flask
from flask_babel import force_locale

from tracker.core import formats

MOMENT = dt.datetime(2027, 5, 14, 19, 0, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def page(app: Flask) -> Iterator[None]:
    """A page that is being drawn, in English."""
    with app.test_request_context():
        yield


def test_a_moment_is_written_in_the_zone_asked_for() -> None:
    assert formats.datetime(MOMENT, "America/New_York") == "Friday 14 May 2027, 3:00 pm"
    assert formats.datetime(MOMENT, "Europe/Berlin") == "Friday 14 May 2027, 9:00 pm"
    assert formats.short_datetime(MOMENT, "Asia/Tokyo") == "15 May 2027, 4:00 am"


def test_the_zone_is_named_where_it_matters() -> None:
    assert formats.datetime(MOMENT, "America/New_York", with_zone=True) == (
        "Friday 14 May 2027, 3:00 pm (Eastern Daylight Time)"
    )


def test_dates_name_their_weekday() -> None:
    assert formats.date(dt.date(2027, 5, 14)) == "Friday 14 May 2027"
    assert formats.short_date(dt.date(2027, 5, 14)) == "14 May 2027"


@pytest.mark.parametrize(
    ("amount", "cents", "words"),
    [("15", True, "$15.00"), ("60000", False, "$60,000"), ("18.5", True, "$18.50")],
)
def test_money_has_cents_where_they_matter(amount: str, cents: bool, words: str) -> None:
    assert formats.money(Decimal(amount), "USD", cents=cents) == words


@pytest.mark.parametrize(
    ("size", "words"),
    [(812, "812 bytes"), (240_400, "240 KB"), (1_400_000, "1.4 MB"), (0, "0 bytes")],
)
def test_sizes_are_round(size: int, words: str) -> None:
    assert formats.filesize(size) == words


def test_spanish_dates_and_times_are_those_of_the_united_states() -> None:
    with force_locale("es"):
        assert formats.datetime(MOMENT, "America/New_York", with_zone=True) == (
            "viernes 14 de mayo de 2027, 3:00 p.m. (hora de verano oriental)"
        )
        assert formats.short_datetime(MOMENT, "Asia/Tokyo") == "15 may 2027, 4:00 a.m."
        assert formats.date(dt.date(2026, 9, 1)) == "martes 1 de septiembre de 2026"
    assert formats.date(dt.date(2026, 9, 1)) == "Tuesday 1 September 2026"


def test_spanish_figures_are_those_of_the_united_states() -> None:
    with force_locale("es"):
        assert formats.money(Decimal(60000), "USD", cents=False) == "$60,000"
        assert formats.money(Decimal("18.5"), "USD", cents=True) == "$18.50"
        assert formats.filesize(1_400_000) == "1.4 MB"
        assert formats.filesize(812) == "812 bytes"
