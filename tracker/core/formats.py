"""Dates, money and sizes as a person writes them, in the reader's language."""

import datetime as dt
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, get_timezone, get_timezone_name
from babel.numbers import format_currency
from flask_babel import get_locale, gettext

CUSTOMS = {"es": "es_US"}
"""By whose customs a language's times and figures are written: 3:00 p. m., 1.4, not 15:00, 1,4."""


def _locale() -> str:
    language = str(get_locale() or "en")
    return CUSTOMS.get(language, language)


# The same few dates and amounts stand on every page; Babel takes 0.1 ms for each.
@lru_cache(maxsize=4096)
def _date(value: dt.date, pattern: str, locale: str) -> str:
    return str(format_date(value, pattern, locale=locale))


@lru_cache(maxsize=4096)
def _datetime(value: dt.datetime, zone: str, pattern: str, locale: str) -> str:
    # The zone is a part of the key: one instant in two zones is one key otherwise.
    return str(format_datetime(value.astimezone(ZoneInfo(zone)), pattern, locale=locale))


@lru_cache(maxsize=1024)
def _money(amount: Decimal, currency: str, pattern: str) -> str:
    text = format_currency(amount, currency, pattern, locale="en_US", currency_digits=False)
    return str(text)


def date(value: dt.date) -> str:
    """Write a date: Friday 14 May 2027."""
    locale = _locale()
    pattern = "EEEE d 'de' MMMM 'de' y" if locale.startswith("es") else "EEEE d MMMM y"
    return _date(value, pattern, locale)


def long_date(value: dt.date) -> str:
    """Write a date whose day of the week is nobody's concern: 14 May 2027, the month in full."""
    locale = _locale()
    return _date(value, "d 'de' MMMM 'de' y" if locale.startswith("es") else "d MMMM y", locale)


def short_date(value: dt.date) -> str:
    """Write a date in a table: 14 May 2027."""
    return _date(value, "d MMM y", _locale())


def time(value: dt.datetime, zone: str) -> str:
    """Write a time of day in a zone: 3:00 pm."""
    text = _datetime(value, zone, "h:mm a", _locale())
    return text.replace("\u202f", " ").replace("\xa0", " ").replace("AM", "am").replace("PM", "pm")


def datetime(value: dt.datetime, zone: str, *, with_zone: bool = False) -> str:
    """Write an aware time in a zone: Friday 14 May 2027, 3:00 pm, with the zone if asked."""
    local = value.astimezone(ZoneInfo(zone))
    text = f"{date(local.date())}, {time(value, zone)}"
    return f"{text} ({zone_name(value, zone)})" if with_zone else text


def short_datetime(value: dt.datetime, zone: str) -> str:
    """Write an aware time in a table: 14 May 2027, 3:00 pm."""
    local = value.astimezone(ZoneInfo(zone))
    return f"{short_date(local.date())}, {time(value, zone)}"


def zone_name(value: dt.datetime, zone: str) -> str:
    """Name the zone at that time: Eastern Standard Time, or as the reader's language says."""
    return _datetime(value, zone, "zzzz", _locale())


def clock_name(zone: str) -> str:
    """Name a zone's clock, whatever the season: Eastern Time."""
    locale = _locale()
    return str(get_timezone_name(get_timezone(zone), zone_variant="generic", locale=locale))


def money(amount: Decimal, currency: str, *, cents: bool) -> str:
    """Write an amount: $15.00 with cents, $60,000 without."""
    return _money(amount, currency, "¤#,##0.00" if cents else "¤#,##0")


def filesize(size: int) -> str:
    """Write a size in bytes as a person reads it: 812 bytes, 240 KB, 1.4 MB."""
    if size < 1000:
        return str(gettext("%(count)d bytes", count=size))
    if size < 1_000_000:
        return f"{round(size / 1000)} KB"
    return f"{size / 1_000_000:.1f} MB"


def first_sentence(text: str) -> str:
    """Return what stands before the first full stop that ends a sentence."""
    return text.partition(". ")[0].rstrip(".")
