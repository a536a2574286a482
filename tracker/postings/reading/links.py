"""Read the links of a block, keep the safe ones in one clean form, and disarm the rest."""

import re
from dataclasses import dataclass

from tracker.postings.reading.findings import Finding, finding

# [text](address "title"), with the bounds that keep a scan linear. The closing bracket
# may be missing: staff forget it, and the address before it is still plain to read.
OPENING = re.compile(r"\]\(\s{0,3}")
TARGET = re.compile(
    r"(?:<([^<>\n]{0,2000})>|((?:[^\s()\"'<>]|\([^\s()]{0,200}\)){0,2000}))"
    r"(?:\s{1,3}(?:\"([^\"\n]{0,300})\"|'([^'\n]{0,300})'|“([^”\n]{0,300})”))?\s{0,3}(\))?"
)
DEFINITION = re.compile(
    r"^ {0,3}\[([^\[\]\n]{1,200})\]:\s{0,3}<?([^\s<>]{1,2000})>?(?:\s.{0,300})?$"
)
REFERENCE = re.compile(r"\[([^\[\]\n]{1,300})\]\[([^\[\]\n]{0,200})\]")
SPACED = re.compile(r"\[([^\[\]\n]{1,300})\] {1,3}\(((?:https?://|mailto:)[^\s()]{1,1000})\)")
SWAPPED = re.compile(r"\(([^()\[\]\n]{1,200})\)\[((?:https?://|mailto:|www\.)[^\s\[\]]{1,1000})\]")
BRACKET = re.compile(r"[\[\]]")
SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]{0,40}):")
SAFE_SCHEMES = frozenset({"http", "https", "mailto", "tel"})


@dataclass(frozen=True, slots=True)
class Link:
    """A link as the page shows it and as it is written behind that."""

    text: str
    href: str
    title: str
    line: int


def is_safe(href: str) -> bool:
    """Tell whether an address opens a page or a mail, after undoing every disguise."""
    bare = re.sub(r"[\s\\\x00-\x20]", "", href)
    scheme = SCHEME.match(bare)
    if scheme:
        return scheme[1].lower() in SAFE_SCHEMES
    return ":" not in re.split(r"[/?#]", bare, maxsplit=1)[0]


def definitions(rows: list[str]) -> dict[str, str]:
    """Collect ``[name]: address`` lines, which links elsewhere on the page refer to."""
    found: dict[str, str] = {}
    for row in rows:
        match = DEFINITION.match(row) if "]:" in row else None
        if match:
            found.setdefault(match[1].lower(), match[2])
    return found


def tidy(
    text: str, lines: tuple[int, ...], defined: dict[str, str]
) -> tuple[str, tuple[Link, ...], list[Finding]]:
    """Return the block with its links in one form, the links, and what was wrong.

    ``lines`` holds the source line of each ``\\n``-separated row of the block.
    """
    if "[" not in text:
        return text, (), []
    found: list[Finding] = []
    text = _mend_forms(text, lines, defined, found)
    out: list[str] = []
    links: list[Link] = []
    place = row = counted = 0
    while opening := OPENING.search(text, place):
        start = _label_start(text, place, opening.start())
        row += text.count("\n", counted, opening.start())
        counted = opening.start()
        line = lines[min(row, len(lines) - 1)]
        if start < 0:
            # "](" with nothing to open it: part the two, so that it never is a link.
            out.append(text[place : opening.start()] + "] (")
            place = opening.end()
            continue
        target = TARGET.match(text, opening.end())
        whole_end = target.end() if target else opening.end()
        label = text[start + 1 : opening.start()]
        picture = start > place and text[start - 1] == "!"
        out.append(text[place : start - 1 if picture else start])
        written = "" if picture else _write(label, target, line, links, found)
        lost = text.count("\n", start, whole_end) - written.count("\n")
        out.append(written + "\n" * max(0, lost))
        place = whole_end
    out.append(text[place:])
    # A definition that nothing uses must not become one for somebody else's text.
    safe = re.sub(r"(?m)^( {0,3}\[[^\]\n]{0,200}\]):", r"\1 :", "".join(out))
    return safe, tuple(links), found


def _mend_forms(
    text: str, lines: tuple[int, ...], defined: dict[str, str], found: list[Finding]
) -> str:
    """Bring references and two common slips into the usual form."""
    if defined:
        text = REFERENCE.sub(
            lambda m: f"[{m[1]}]({to})" if (to := defined.get((m[2] or m[1]).lower())) else m[0],
            text,
        )
    for slip, mend in (
        (SPACED, "Take out the space between the brackets."),
        (SWAPPED, "Put the words in square brackets and the address in round ones."),
    ):
        for match in slip.finditer(text):
            line = lines[min(text.count("\n", 0, match.start()), len(lines) - 1)]
            found.append(finding("link-malformed", None, line, text=match[1], mend=mend))
        text = slip.sub(r"[\1](\2)", text)
    return text


def _label_start(text: str, floor: int, end: int) -> int:
    """Find the ``[`` that belongs to the ``]`` at ``end``, at most 1,000 characters back."""
    depth = 0
    for bracket in reversed(list(BRACKET.finditer(text, max(floor, end - 1000), end))):
        if bracket[0] == "]":
            depth += 1
        elif depth == 0:
            return bracket.start()
        else:
            depth -= 1
    return -1


def _write(
    label: str,
    target: re.Match[str] | None,
    line: int,
    links: list[Link],
    found: list[Finding],
) -> str:
    """Write one link anew: its words alone when its address is not fit for a page."""
    shown = re.sub(r"[*_`]", "", label).strip()
    href = ((target[1] or target[2] or "") if target else "").replace("\\", "")
    title = (target[3] or target[4] or target[5] or "") if target else ""
    title = re.sub(r"[\[\]]", "", title).strip()
    if not shown:
        return ""
    if not is_safe(href):
        found.append(finding("link-unsafe", None, line, text=shown[:80]))
        return label
    mend = _what_is_wrong(href, bool(target and target[6]))
    if mend:
        found.append(finding("link-malformed", None, line, text=shown[:80], mend=mend))
    if href.lower().startswith("http://"):
        found.append(finding("link-insecure", None, line, text=shown[:80]))
    if not href:
        return label
    links.append(Link(" ".join(shown.split()), href, title, line))
    quoted = f' "{title}"' if title else ""
    return f"[{label}]({href}{quoted})"


def _what_is_wrong(href: str, closed: bool) -> str:
    if not closed:
        return "The closing bracket after the address is missing. Add it."
    if not href:
        return "It has no address. Add one, or take the brackets out."
    lower = href.lower()
    if lower.startswith("mailto:"):
        address = lower.removeprefix("mailto:").partition("?")[0]
        if not re.fullmatch(r"[^\s@:/]+@[^\s@:/]+\.[^\s@:/.]+", address):
            return "What follows mailto: is no mail address. Write name@domain."
    elif re.match(r"https?:", lower) and not re.match(r"https?://[^\s/?#]+", lower):
        return "After http: come two slashes and the name of the site."
    elif "@" in lower and "/" not in lower:
        return "A mail address needs mailto: before it."
    return ""
