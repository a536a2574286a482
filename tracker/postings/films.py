"""Where a film on another site is played. Pure: asks nobody."""

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True, slots=True)
class Film:
    """A film: the page that people may open, and the player with the one host it needs."""

    page: str
    player: str
    host: str


YOUTUBE = {"youtube.com", "www.youtube.com", "m.youtube.com", "www.youtube-nocookie.com"}
VIMEO = {"vimeo.com", "www.vimeo.com", "player.vimeo.com"}


def film_of(address: str) -> Film | None:
    """Find the player of a film's address; None where the site is not one that we know."""
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"}:
        return None
    host = (parts.hostname or "").lower()
    if host in VIMEO:
        return _vimeo(parts.path)
    if host == "youtu.be":
        return _youtube(parts.path.strip("/"))
    if host in YOUTUBE:
        embedded = re.fullmatch(r"/(?:embed|shorts|live)/([^/]+)/?", parts.path)
        key = embedded[1] if embedded else parse_qs(parts.query).get("v", [""])[0]
        return _youtube(key)
    return None


def _vimeo(path: str) -> Film | None:
    found = re.fullmatch(r"/(?:video/)?(\d{1,20})(?:/([0-9a-f]{1,40}))?/?", path)
    if not found:
        return None
    number, secret = found[1], found[2]
    player = f"https://player.vimeo.com/video/{number}?dnt=1&autoplay=1"
    page = f"https://vimeo.com/{number}"
    if secret:  # an unlisted film: its address carries a key
        player, page = f"{player}&h={secret}", f"{page}/{secret}"
    return Film(page, player, "https://player.vimeo.com")


def _youtube(key: str) -> Film | None:
    if not re.fullmatch(r"[A-Za-z0-9_-]{6,20}", key):
        return None
    return Film(
        f"https://www.youtube.com/watch?v={key}",
        f"https://www.youtube-nocookie.com/embed/{key}?autoplay=1",
        "https://www.youtube-nocookie.com",
    )
