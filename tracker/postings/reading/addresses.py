"""Find mail addresses in a sentence, also those written to hide from programs."""

import re
from dataclasses import dataclass

from tracker.postings.reading.links import Link
from tracker.postings.reading.outline import Block

ADDRESS = re.compile(
    r"(?<![\w.+@-])[\w][\w.+'’-]{0,63}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,6}[A-Za-z]{2,24}\b"
)
# Such as: name [at] example [dot] org; name (at) example.org; name AT example DOT org.
_AT = r"(?:\s?[\[({<]\s?(?:at|@)\s?[\])}>]\s?|\s(?:at|AT)\s|\s@\s|\s?_at_\s?)"
_DOT = r"(?:\s?[\[({]\s?(?:dot|\.)\s?[\])}]\s?|\s(?:dot|DOT)\s|\.)"
HIDDEN_ADDRESS = re.compile(
    rf"(?<![\w.@+-])([a-z][\w+-]{{0,40}}(?:\.[\w+-]{{1,40}}){{0,3}})({_AT})"
    rf"([a-z0-9-]{{1,40}}(?:{_DOT}[a-z0-9-]{{1,40}}){{0,2}}{_DOT}(?:org|com|net|edu|gov|us|info|"
    rf"lib|uk|ca|ie))\b",
    re.I,
)
PHONE = re.compile(r"(?<![\w-])(?:\+?\d{1,3}[\s.-]?)?\(?\d{3}\)?[\s.-]?\d{3}[\s.-]?\d{4}\b")


MOST_LINKS = 60
"""Links of one paragraph that are looked at. Nobody writes more; a trap might."""


@dataclass(frozen=True, slots=True)
class Address:
    """An address as shown, where it stands in its sentence, and the link behind it."""

    email: str
    start: int
    end: int
    hidden: bool = False
    link: Link | None = None

    @property
    def linked_to(self) -> str | None:
        """The address that the link writes to, where there is one."""
        return mailto(self.link.href) if self.link else None


def mailto(href: str) -> str | None:
    """Return the address in a mailto link."""
    if not href.lower().startswith("mailto:"):
        return None
    bare = href[7:].partition("?")[0].replace("%40", "@").strip()
    match = ADDRESS.fullmatch(bare)
    return bare if match else None


def addresses(text: str, block: Block) -> list[Address]:
    """Return the addresses a sentence shows, in order.

    A link with other words ("Email Jane") shows none of its own: then what its link
    writes to is the address.
    """
    links = block.links[:MOST_LINKS]
    by_text = {link.text.lower(): link for link in links}
    found = [
        Address(match[0], match.start(), match.end(), link=by_text.get(match[0].lower()))
        for match in ADDRESS.finditer(text)
    ]
    for match in HIDDEN_ADDRESS.finditer(text):
        # The bare word "at" is also plain English ("meet us at example.org").
        bare = match[2].strip().lower() == "at"
        if bare and not re.search(r"\s(?:dot|DOT)\s|\.", match[3]):
            continue
        if bare and re.match(
            r"(?:us|me|him|her|them|resume|materials|apply|online|available)$", match[1], re.I
        ):
            continue
        domain = re.sub(_DOT, ".", match[3], flags=re.I)
        email = f"{match[1]}@{domain}"
        if ADDRESS.fullmatch(email):
            found.append(Address(email, match.start(), match.end(), hidden=True))
    for link in links:
        target = mailto(link.href)
        place = text.find(link.text)
        if target and "@" not in link.text and place >= 0:
            covered = any(one.start < place + len(link.text) and place < one.end for one in found)
            if not covered:
                found.append(Address(target, place, place + len(link.text), link=link))
    return sorted(found, key=lambda one: one.start)
