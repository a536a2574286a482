"""Read a list page's entries, and find the opening that each one is about."""

import difflib
import re
from dataclasses import dataclass

from tracker.postings.reading.outline import Block, SentencedOutline, plain
from tracker.postings.reading.topics import topics_of
from tracker.postings.reading.words import letters

NO_OPENINGS = re.compile(
    r"\b(?:no|not any) (?:\w+ ){0,3}?(?:openings?|positions?|vacanc(?:y|ies)|jobs?)\b[^.]{0,40}"
    r"\b(?:at this time|currently|right now|available|at present|at the moment)"
    r"|\b(?:currently|there are|we have) no (?:\w+ ){0,3}?(?:openings?|positions?|vacancies|"
    r"jobs)\b"
    # The words under a heading: "Current openings: None at this time."
    r"|\b(?:current|open|available) (?:open )?"
    r"(?:positions|openings|vacancies|jobs|opportunities):? none\b",
    re.I,
)
MORE = re.compile(
    r"^(?:read more|more|learn more|details|full (?:description|posting|details)|apply(?: now|"
    r" here)?|"
    r"view.{0,40}|see.{0,40}|job description|more information|full job.{0,30})\W{0,5}$",
    re.I,
)
COMPARED = 240
"""Letters of the opening words that are compared."""
LEAST = 30
"""Letters of opening words below which they tell nothing apart."""
ALIKE = 0.85
"""How alike opening words must be: a word or two changed, not another sentence."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An opening on a list page. ``link`` is None where the list gives none."""

    title: str
    summary: str | None
    link: str | None
    line: int

    def as_json(self) -> dict[str, str | None]:
        """Return the entry as the import command prints it."""
        return {"title": self.title, "summary": self.summary, "link": self.link}


def read_list(outline: SentencedOutline) -> list[Entry] | None:
    """Return a list page's entries, or None when the page is a single opening.

    A list's headings are links, each to an opening; or several sections each end in
    "Read more"; or its items begin with a link. A page that says how to apply and what
    the duties are is an opening, whatever it links to.
    """
    posting_topics = {topic for block in outline.headings for topic in topics_of(block.plain)} & {
        "duties",
        "qualifications",
        "pay",
        "schedule",
    }
    parts = _parts(outline)
    linked = [(head, below) for head, below in parts if _is_linked(head)]
    if linked and not posting_topics:
        return [_entry(head, below, head.links[0].href) for head, below in linked]
    sections = [entry for head, below in parts if (entry := _with_more(head, below))]
    if len(sections) >= 2 and not posting_topics:
        return sections
    items = [entry for block in outline.blocks if (entry := _item(block))]
    if len(items) >= 2 and not posting_topics and _mostly_items(outline, items):
        return items
    text = " ".join(block.plain for block in outline.blocks)[:20000]
    if NO_OPENINGS.search(text) and not posting_topics:
        return []
    return None


def _is_linked(block: Block) -> bool:
    """Tell a heading that is one link to a page, and no button or section of a posting."""
    if len(block.links) != 1 or block.links[0].href.lower().startswith(("mailto:", "tel:")):
        return False
    words = " ".join(block.plain.split())
    return (
        words == block.links[0].text
        and not MORE.match(words)
        and not (topics_of(words) & {"equal", "apply", "contact", "benefits", "about"})
    )


def _parts(outline: SentencedOutline) -> list[tuple[Block, list[Block]]]:
    """Return each heading with the blocks up to the next one."""
    parts: list[tuple[Block, list[Block]]] = []
    for block in outline.blocks:
        if block.kind == "heading":
            parts.append((block, []))
        elif parts:
            parts[-1][1].append(block)
    return parts


def _entry(heading: Block, below: list[Block], link: str | None) -> Entry:
    words = [" ".join(block.plain.split()) for block in below[:1]]
    summary = words[0] if words else None
    return Entry(" ".join(heading.plain.split()), summary, link, heading.line)


def _with_more(heading: Block, below: list[Block]) -> Entry | None:
    if topics_of(heading.plain) & {"equal", "apply", "contact", "benefits", "about"}:
        return None
    for block in below:
        for link in block.links:
            if MORE.match(link.text) and not link.href.lower().startswith(("mailto:", "tel:")):
                entry = _entry(heading, below, link.href)
                summary = (entry.summary or "").removesuffix(link.text).strip()
                return Entry(entry.title, summary or None, link.href, entry.line)
    return None


def _item(block: Block) -> Entry | None:
    if block.kind != "bullet" or not block.links:
        return None
    link = block.links[0]
    start = re.match(r"\W{0,6}\[", block.text)
    if not start or link.href.lower().startswith(("mailto:", "tel:")):
        return None
    rest = " ".join(plain(block.text).split()).partition(link.text)[2]
    summary = re.sub(r"^[\s:–—,.-]+", "", rest)
    return Entry(link.text, summary or None, link.href, block.line)


def _mostly_items(outline: SentencedOutline, items: list[Entry]) -> bool:
    bullets = sum(block.kind == "bullet" for block in outline.blocks)
    prose = sum(block.kind == "paragraph" for block in outline.blocks)
    return len(items) >= 0.8 * bullets and prose <= len(items) + 3


def opening_words(outline: SentencedOutline) -> str:
    """Return a page's first paragraph of running text, in one line."""
    for block in outline.blocks:
        if block.kind == "paragraph" and not block.key and len(block.plain.split()) >= 6:
            return " ".join(block.plain.split())
    return ""


def match(entries: list[Entry], opening: str, title: str | None) -> list[Entry]:
    """Return the entries that an opening's first words, else its title, agree with.

    The best alone when it stands out; two or more when nothing decides between them.
    """
    own = letters(opening[: COMPARED * 2])[:COMPARED]
    scored = []
    for entry in entries:
        score = _alike(letters((entry.summary or "")[: COMPARED * 2])[:COMPARED], own)
        if score >= ALIKE:
            scored.append((score, entry))
    if scored:
        best = max(score for score, _ in scored)
        return [entry for score, entry in scored if score >= best - 0.005]
    # Where both have opening words and they differ, one title is that of two openings.
    mute = [entry for entry in entries if not own or len(letters(entry.summary or "")) < LEAST]
    named = [entry for entry in mute if title and _bare(entry.title) == _bare(title)]
    return named if len(named) == 1 else []


def _bare(title: str) -> str:
    return letters(re.sub(r"\b(?:full|part)[- ]?time\b", "", title, flags=re.I))


def _alike(summary: str, opening: str) -> float:
    """Compare as far as the shorter goes: a list often shows the first sentence only."""
    length = min(len(summary), len(opening))
    if length < LEAST:
        return 0.0
    left, right = summary[:length], opening[: length + 8]
    if right.startswith(left):
        return 1.0
    matcher = difflib.SequenceMatcher(None, left, opening[:length], autojunk=False)
    return matcher.ratio() if matcher.quick_ratio() >= ALIKE else 0.0
