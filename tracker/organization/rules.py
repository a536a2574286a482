"""What holds of an employer's profile: addresses, zones, currencies. Pure."""

from dataclasses import dataclass
from urllib.parse import urlsplit
from zoneinfo import available_timezones

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
