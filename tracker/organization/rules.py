"""What holds of an employer's profile and of its positions: who answers for one. Pure."""

import datetime as dt
import enum
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from tracker.core.errors import DomainError

FILM_HOSTS = frozenset(
    {
        "vimeo.com", "www.vimeo.com", "player.vimeo.com",
        "youtube.com", "www.youtube.com", "m.youtube.com", "www.youtube-nocookie.com", "youtu.be",
    }
)  # fmt: skip
# Zones that are names of rules or of the past, which nobody lives in.
_NOT_PLACES = (
    "Etc/",
    "SystemV/",
    "posix/",
    "right/",
    "US/",
    "Brazil/",
    "Canada/",
    "Chile/",
    "Mexico/",
)


@dataclass(frozen=True)
class Profile:
    """An employer's profile as somebody wrote it; every text is tidy already."""

    name: str
    street: str
    city: str
    region: str
    postal_code: str
    country: str
    website: str
    time_zone: str
    currency: str
    accent_colour: str
    introduction: str
    film_url: str
    equal_opportunity_statement: str
    accommodation_name: str
    accommodation_email: str
    accommodation_phone: str
    privacy_notice: str


def is_web_address(text: str) -> bool:
    """Tell whether a text is a complete http or https address."""
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
    except ValueError:
        return False
    return (
        parts.scheme in {"http", "https"}
        and "." in host
        and text.isprintable()
        and " " not in text
        and parts.username is None
    )


def is_film_address(text: str) -> bool:
    """Tell whether a text is an https address of a film on Vimeo or YouTube."""
    if not is_web_address(text):
        return False
    parts = urlsplit(text)
    return (
        parts.scheme == "https"
        and (parts.hostname or "") in FILM_HOSTS
        and len(parts.path.strip("/") + parts.query) > 0
    )


def time_zones() -> list[str]:
    """The zones of the IANA database that people live in, by name."""
    return sorted(
        name
        for name in available_timezones()
        if ("/" in name and not name.startswith(_NOT_PLACES)) or name == "UTC"
    )


# Who answers for a position


class How(enum.StrEnum):
    """Why it is this person who answers for a position."""

    HOLDER = "holder"
    DEPUTY = "deputy during leave"
    STAND_IN = "deputy while the position is vacant"
    NEXT = "next in line"
    NOBODY = "nobody"


@dataclass(frozen=True)
class Post:
    """A position as the rule sees it: people and positions by their ids."""

    holder: int | None = None
    deputy: int | None = None
    next_id: int | None = None


@dataclass(frozen=True)
class People:
    """Who works here at all, and who of them is on leave on the day that is asked about."""

    able: Collection[int]
    away: Collection[int] = frozenset()

    def present(self, person_id: int | None) -> bool:
        """Tell whether somebody works here and is not on leave."""
        return person_id in self.able and person_id not in self.away


@dataclass(frozen=True)
class Answering:
    """Who answers for a position, and how it came to them; `person_id` None is nobody."""

    person_id: int | None
    how: How


_NOBODY = Answering(None, How.NOBODY)


def answering(position_id: int, posts: Mapping[int, Post], people: People) -> Answering:
    """Say who answers for a position on a day.

    Its holder; during the holder's leave the deputy, and where that one is away too the next
    in line. A position without a holder, or whose holder has left, is answered for by the next
    in line, else by the deputy. Where all who could stand in are away too, it stays with the
    first of them who works here: holder, deputy, next in line.
    """
    return _present(position_id, posts, people, set()) or _away(position_id, posts, people)


def _present(
    position_id: int, posts: Mapping[int, Post], people: People, passed: set[int]
) -> Answering | None:
    """Find somebody who works today; a position passed already ends a circle."""
    post = posts.get(position_id)
    if post is None or position_id in passed:
        return None
    passed.add(position_id)
    if people.present(post.holder):
        return Answering(post.holder, How.HOLDER)
    if post.holder in people.able and people.present(post.deputy):
        return Answering(post.deputy, How.DEPUTY)
    if post.next_id is not None:
        found = _present(post.next_id, posts, people, passed)
        if found is not None:
            return Answering(found.person_id, How.NEXT)
    return Answering(post.deputy, How.STAND_IN) if people.present(post.deputy) else None


def _away(position_id: int, posts: Mapping[int, Post], people: People) -> Answering:
    """Find somebody who works here at all, though not today."""
    line = line_of(position_id, posts)
    for place, post in enumerate(posts[each] for each in line if each in posts):
        if post.holder in people.able:
            return Answering(post.holder, How.NEXT if place else How.HOLDER)
        if post.deputy in people.able:
            return Answering(post.deputy, How.NEXT if place else How.STAND_IN)
    return _NOBODY


def line_of(position_id: int, posts: Mapping[int, Post]) -> list[int]:
    """List a position and those next in line after it; a circle ends where it would close."""
    line: list[int] = []
    at: int | None = position_id
    while at is not None and at not in line:
        line.append(at)
        at = posts[at].next_id if at in posts else None
    return line


def closes_circle(position_id: int, next_id: int | None, posts: Mapping[int, Post]) -> bool:
    """Tell whether naming `next_id` after a position would lead back to it."""
    return next_id is not None and position_id in line_of(next_id, posts)


class LineError(DomainError):
    """The positions next in line would lead in a circle."""


def check_line(
    position_id: int, next_id: int | None, posts: Mapping[int, Post], titles: Mapping[int, str]
) -> None:
    """Raise `LineError`, showing the circle, for a line of positions that leads back."""
    if next_id is None or not closes_circle(position_id, next_id, posts):
        return
    line = line_of(next_id, posts)
    circle = [position_id, *line[: line.index(position_id)], position_id]
    shown = " → ".join(titles[each] for each in circle)
    raise LineError(
        f"The next in line would lead back to this position: {shown}. Choose another one."
    )


def check_leave(from_on: dt.date, until_on: dt.date, *, today: dt.date) -> None:
    """Raise `DomainError` for leave that ends before it begins, or is over, or never ends."""
    if until_on < from_on:
        raise DomainError("The leave would end before it begins. Check the two dates.")
    if until_on < today:
        raise DomainError("That leave is over already. Check the year.")
    if until_on - from_on > LONGEST_LEAVE:
        raise DomainError("That is more than three years. Check the year.")


LONGEST_LEAVE = dt.timedelta(days=3 * 366)
