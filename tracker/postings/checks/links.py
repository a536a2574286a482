"""Links, looked at as they are written: nothing is fetched."""

import ipaddress
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from urllib.parse import unquote, urlsplit

from tracker.postings.checks.findings import Place, Rule
from tracker.postings.checks.manuscript import Manuscript
from tracker.postings.reading.addresses import ADDRESS
from tracker.postings.reading.links import is_safe

MOST_LINKS = 200
_INLINE = re.compile(
    r"(?<!!)\[([^\[\]\n]{0,300})\]\(\s{0,3}(<[^<>\n]{0,1000}>|[^\s()<>]{0,1000}(?:\([^\s()]{0,200}\)"
    r"[^\s()<>]{0,200})?)(?:\s{1,3}[\"'“][^\"'“”\n]{0,300}[\"'”])?\s{0,3}(\)?)"
)
_DEFINED = re.compile(r"(?m)^ {0,3}\[([^\[\]\n]{1,200})\]:\s{0,3}<?([^\s<>]{1,1000})>?")
_ANGLED = re.compile(r"<((?:https?:|mailto:)[^\s<>]{0,1000})>", re.IGNORECASE)
_HREF = re.compile(
    r"<a\s[^<>]{0,300}?href\s?=\s?[\"']([^\"'<>]{0,1000})[\"'][^<>]{0,300}>([^<>]{0,300})", re.I
)
_BARE = re.compile(r"(?<![\w(<\[\"'=/@])(https?://[^\s<>()\[\]\"']{0,1000})", re.IGNORECASE)
_SHOWN_SITE = re.compile(
    r"(?:https?://)?(?:www\.)?((?:[\w-]{1,63}\.){1,5}[a-z]{2,24})(?:/\S{0,200})?", re.I
)
_HOST_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.IGNORECASE)
_TLD = re.compile(r"[a-z]{2,24}|xn--[a-z0-9-]{2,59}", re.IGNORECASE)
# Endings that no name in the world has: mistyped, or of one's own network.
_MISTYPED_TEXT = """
con cmo ocm comm ogr orgg rog edy ediu nte ent gvo goc htm html php pdf cim vom xom
"""
MISTYPED_ENDINGS = frozenset(_MISTYPED_TEXT.split())
_PRIVATE_TEXT = "local localhost internal intranet lan home corp localdomain"
PRIVATE_ENDINGS = frozenset(_PRIVATE_TEXT.split())
# Of the page itself, which text may point at.
PAGE_ANCHORS = frozenset({"", "top", "how-to-apply", "main", "share-title"})
_FILES_TEXT = "pdf doc docx odt html htm txt md php jpg png"
FILE_ENDINGS = frozenset(_FILES_TEXT.split())


@dataclass(frozen=True, slots=True)
class Written:
    """A link as written: the words shown, where it leads, and whether its bracket closes."""

    shown: str
    href: str
    section: str
    closed: bool = True

    @property
    def words(self) -> str:
        """What to point at: the words, and the address behind them."""
        if not self.shown or self.shown == self.href:
            return self.href
        return f"{self.shown} ({self.href})"


def links_of(manuscript: Manuscript) -> list[Written]:
    """Return the links of all parts, in order."""
    found: list[Written] = []
    for part in manuscript.parts:
        text = part.text
        if not ("](" in text or "]:" in text or ":" in text):
            continue
        found.extend(islice(_links_in(text, part.section), MOST_LINKS))
        if len(found) >= MOST_LINKS:
            break
    return found[:MOST_LINKS]


def _links_in(text: str, section: str) -> Iterator[Written]:
    for match in _INLINE.finditer(text):
        yield Written(_words(match[1]), match[2].strip("<>"), section, bool(match[3]))
    for match in _DEFINED.finditer(text):
        yield Written(_words(match[1]), match[2], section)
    for match in _ANGLED.finditer(text):
        yield Written("", match[1], section)
    for match in _HREF.finditer(text):
        yield Written(_words(match[2]), match[1], section)
    for match in _BARE.finditer(text):
        yield Written("", match[1].rstrip(".,;:!?*_"), section)


def _words(shown: str) -> str:
    return " ".join(re.sub(r"[*_`]{1,3}(?=\S)|(?<=\S)[*_`]{1,3}(?!\w)", "", shown).split())


def _scheme(href: str) -> str:
    scheme, colon, _ = href.partition(":")
    known = colon and re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]{0,40}", scheme)
    return scheme.lower() if known and "." not in scheme else ""


def _mail_address(href: str) -> str:
    """Return what a mailto: link writes to, unescaped."""
    return unquote(href.partition(":")[2].partition("?")[0]).strip()


def what_is_dead(href: str) -> str:
    """Say why an address leads nowhere for candidates, '' where nothing tells."""
    scheme = _scheme(href)
    if not href:
        return "It has no address."
    if href.startswith("#"):
        return "" if href[1:].lower() in PAGE_ANCHORS else "The page has no such place to go to."
    if scheme == "mailto":
        return _dead_mail(_mail_address(href))
    if scheme in {"http", "https"}:
        return _dead_site(href)
    if scheme == "tel" or scheme:
        return ""
    if "@" in href and "/" not in href:
        return "A mail address needs mailto: before it."
    first = href.partition("/")[0].lower()
    if first.startswith("www.") or (
        _SHOWN_SITE.fullmatch(first) and first.rpartition(".")[2] not in FILE_ENDINGS
    ):
        return "An address of another site needs https:// before it."
    return ""


def _dead_mail(address: str) -> str:
    if not address:
        return "No mail address follows mailto:."
    if "," in address or ";" in address:
        return ""  # several addresses; each program reads them in its own way
    name, at, domain = address.rpartition("@")
    if not at or not name or "@" in name or re.search(r"\s", address):
        return "What follows mailto: is no mail address."
    return _dead_name(domain)


def _dead_site(href: str) -> str:
    try:
        parts = urlsplit(href)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        return "The address is not written as one."
    if not host or not href[len(parts.scheme) + 1 :].startswith("//"):
        return "The name of the site is missing."
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return _dead_name(host)
    return (
        "" if address.is_global else "It is an address of your own network: nobody else gets there."
    )


def _dead_name(host: str) -> str:
    labels = host.rstrip(".").split(".")
    ending = labels[-1].lower()
    if ending in PRIVATE_ENDINGS or (len(labels) == 1 and _HOST_LABEL.fullmatch(host)):
        return "It is a name of your own network: nobody else gets there."
    if ending in MISTYPED_ENDINGS:
        return f"No name ends in “.{ending}”."
    if not _TLD.fullmatch(ending):
        return f"No name ends in “.{ending[:24]}”."
    # Names in other alphabets are letters too: only empty and overlong parts are wrong.
    for label in labels:
        fits = _HOST_LABEL.fullmatch(label) or (not label.isascii() and len(label) < 64)
        if not fits and not re.fullmatch(r"_?[a-z0-9_-]{1,63}", label, re.IGNORECASE):
            return "The name of the site is not written as one."
    return ""


def _dead(manuscript: Manuscript) -> Iterator[Place]:
    for link in links_of(manuscript):
        why = what_is_dead(link.href) if is_safe(link.href) else ""
        if why:
            yield Place(link.words, link.section, why)


def _unclosed(manuscript: Manuscript) -> Iterator[Place]:
    for link in links_of(manuscript):
        if not link.closed and link.href:
            yield Place(link.words, link.section, "The closing bracket is missing.")


def _unsafe(manuscript: Manuscript) -> Iterator[Place]:
    for link in links_of(manuscript):
        if link.href and not is_safe(link.href):
            yield Place(link.words, link.section)


def _insecure(manuscript: Manuscript) -> Iterator[Place]:
    for link in links_of(manuscript):
        if _scheme(link.href) == "http" and not what_is_dead(link.href):
            yield Place(link.words, link.section)


def _mismatch(manuscript: Manuscript) -> Iterator[Place]:
    """What is shown is an address, and the link leads to another one."""
    for link in links_of(manuscript):
        shown = ADDRESS.search(link.shown)
        if _scheme(link.href) == "mailto":
            target = _mail_address(link.href)
            if shown and target and shown[0].casefold() != target.casefold():
                yield Place(shown[0], link.section, f"The link writes to {target}.")
        elif not shown and _scheme(link.href) in {"http", "https"}:
            site = _SHOWN_SITE.fullmatch(link.shown.rstrip("/."))
            host = _host(link.href)
            if site and host and _bare(site[1]) != _bare(host) and not _is_file(site[1]):
                yield Place(link.shown, link.section, f"The link leads to {host}.")


def _host(href: str) -> str:
    try:
        return urlsplit(href).hostname or ""
    except ValueError:
        return ""


def _bare(host: str) -> str:
    return host.lower().removeprefix("www.")


def _is_file(name: str) -> bool:
    return name.rpartition(".")[2].lower() in FILE_ENDINGS


RULES = (
    Rule(
        "address-mismatch",
        "confirm",
        "sections",
        "Shown and linked address differ",
        "The page shows one address and the link leads to another, so mail goes where nobody"
        " expects it.",
        "Check which is right, and make them the same.",
        _mismatch,
    ),
    Rule(
        "link-unsafe",
        "confirm",
        "sections",
        "Link that would not open a page",
        "The link would run a program or open something other than a page, so the page shows its"
        " words alone.",
        "Give a web or mail address instead.",
        _unsafe,
    ),
    Rule(
        "link-malformed",
        "confirm",
        "sections",
        "Link written wrongly",
        "The link is written wrongly, so the page shows its brackets.",
        "Write it as [words](address).",
        _unclosed,
    ),
    Rule(
        "link-dead",
        "confirm",
        "sections",
        "Link that leads nowhere",
        "The address cannot be one that candidates get to.",
        "Check it, letter by letter.",
        _dead,
    ),
    Rule(
        "link-insecure",
        "advice",
        "sections",
        "Link that is not private",
        "The link starts with http, so others on the way can read along and change what is"
        " shown. Many browsers warn.",
        "Use its https address if it has one.",
        _insecure,
    ),
)
