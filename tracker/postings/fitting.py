"""Which openings somebody wants to hear of, and when they are told. Pure."""

import datetime as dt
import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

MORNING = dt.time(7)
"""When the day's mail goes, in the employer's zone."""

MOST_WORDS = 20

CONFIRM_WITHIN = dt.timedelta(days=3)
"""How long a request waits for its confirmation before it is erased."""

MOST_WAITING = 3
"""How many unconfirmed requests, and so mails, one address has at a time."""

LINK_OPENS = dt.timedelta(days=60)
"""How long a mailed link changes what is mailed; it ends the mail as long as there is any."""

KEPT = dt.timedelta(days=30)
"""How long the mails that went, and the days on which they did, are kept."""

RETURNED_KEPT = dt.timedelta(days=90)
"""How long an address is kept from which mail came back."""

PAUSED_KEPT = dt.timedelta(days=365)
"""How long a subscription rests before it is taken for ended."""


@dataclass(frozen=True)
class Day:
    """A day on which mail may go: its date, when it began, and until when openings count."""

    on: dt.date
    began_at: dt.datetime
    morning_at: dt.datetime


def day_at(at: dt.datetime, zone: str) -> Day | None:
    """Return the day on which mail goes now; None before the morning.

    The day is the employer's. Where clocks change it is an hour longer or shorter, and one day.
    """
    place = ZoneInfo(zone)
    on = at.astimezone(place).date()
    morning = dt.datetime.combine(on, MORNING, tzinfo=place).astimezone(dt.UTC)
    if at < morning:
        return None
    began = dt.datetime.combine(on, dt.time(), tzinfo=place).astimezone(dt.UTC)
    return Day(on, began, morning)


def wanted_words(text: str) -> tuple[str, ...]:
    """Cut what somebody typed at its commas and lines, folded for comparing; at most twenty."""
    found = (_folded(each) for each in re.split(r"[,;\n]", text))
    return tuple(dict.fromkeys(each for each in found if each))[:MOST_WORDS]


def fits(
    words: Iterable[str], kinds: Collection[str], *, texts: Iterable[str], types: Collection[str]
) -> bool:
    """Tell whether an opening is wanted: one of the words begins in its texts, and its kind fits.

    `words` are `wanted_words`. Nothing chosen is everything, and an opening that does not say
    its kind is of any: a mail too many is better than an opening missed.
    """
    if kinds and types and not set(kinds) & set(types):
        return False
    wanted = list(words)
    if not wanted:
        return True
    text = "\n".join(_folded(each) for each in texts)
    return any(re.search(rf"(?<!\w){re.escape(each)}", text) for each in wanted)


def _folded(text: str) -> str:
    """Make words comparable: small letters, without accents, single spaces."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).split())
