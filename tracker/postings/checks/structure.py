"""Headings in order, pictures with words, no layout left over from another site."""

import re
from collections import Counter
from collections.abc import Iterator

from tracker.postings.checks.findings import Place, Rule
from tracker.postings.checks.manuscript import Manuscript
from tracker.postings.reading.outline import HEADING
from tracker.postings.reading.topics import topics_of

_FENCE = re.compile(r"^ {0,3}(?:```|~~~)")
_PICTURE = re.compile(r"!\[([^\[\]\n]{0,300})\]\(([^()\s]{0,1000})")
_IMG = re.compile(r"<img\b[^<>]{0,1000}>", re.IGNORECASE)
_ALT = re.compile(r"\balt\s?=\s?(?:\"[^\"]*[^\s\"][^\"]*\"|'[^']*[^\s'][^']*'|[^\s\"'<>]+)", re.I)
_FILE_NAME = re.compile(r"[\w-]{0,100}\.(?:jpe?g|png|gif|webp|svg)|image|img|picture|photo", re.I)
_TAG = re.compile(
    r"</?(?:br|div|span|p|a|img|font|b|i|u|strong|em|ul|ol|li|table|tr|td|h[1-6]|iframe|style"
    r"|script|center|hr)\b[^<>\n]{0,300}>",
    re.IGNORECASE,
)


def _headings(text: str) -> list[tuple[int, str]]:
    found, fenced = [], False
    for row in text.split("\n"):
        if _FENCE.match(row):
            fenced = not fenced
        match = None if fenced or len(row) > 400 else HEADING.match(row)
        if match and match[2].strip():
            found.append((len(match[1]), match[2].strip()))
    return found


def _order(manuscript: Manuscript) -> Iterator[Place]:
    """A heading two levels below the one before it, or above the first of its section."""
    for part in manuscript.parts:
        if part.field != "sections":
            continue
        headings = _headings(part.text)
        top = headings[0][0] if headings else 0
        before = top
        for level, words in headings:
            if level > before + 1 or level < top:
                what = "deeper than" if level > before else "above"
                yield Place(words, part.section, f"It stands {what} what comes before it.")
            before = level


def _duplicates(manuscript: Manuscript) -> Iterator[Place]:
    headings = [each.heading.strip() for each in manuscript.facts.sections if each.heading.strip()]
    counts = Counter(words.casefold() for words in headings)
    for words in headings:
        if counts[words.casefold()] > 1:
            yield Place(words, words)


def _empty(manuscript: Manuscript) -> Iterator[Place]:
    for each in manuscript.facts.sections:
        # "EOE" alone, as a heading or a line, is a whole statement.
        if (
            each.heading.strip()
            and not each.text.strip()
            and "equal" not in topics_of(each.heading)
        ):
            yield Place(each.heading, each.heading)


def _pictures(manuscript: Manuscript) -> Iterator[Place]:
    for part in manuscript.parts:
        for match in _PICTURE.finditer(part.text):
            words = match[1].strip()
            if not words or _FILE_NAME.fullmatch(words):
                yield Place(f"![{words}]({match[2]})", part.section)
        for match in _IMG.finditer(part.text):
            if not _ALT.search(match[0]):
                yield Place(match[0], part.section)


def _layout(manuscript: Manuscript) -> Iterator[Place]:
    for part in manuscript.parts:
        if part.field == "sections":
            for match in _TAG.finditer(part.text):
                yield Place(match[0], part.section)


RULES = (
    Rule(
        "heading-order",
        "advice",
        "sections",
        "Headings out of order",
        "The heading skips a level. People who listen to the page move by headings and take"
        " the gap for something that they missed.",
        "Give it one # more or fewer, so that each level follows the one above it.",
        _order,
    ),
    Rule(
        "duplicate-heading",
        "advice",
        "sections",
        "Heading that stands twice",
        "Readers who jump by headings cannot tell the two apart.",
        "Rename or join them.",
        _duplicates,
    ),
    Rule(
        "empty-section",
        "advice",
        "sections",
        "Section without text",
        "The heading has nothing under it.",
        "Write the section, or remove it.",
        _empty,
    ),
    Rule(
        "image-alt",
        "advice",
        "sections",
        "Picture without words",
        "Who does not see the picture learns nothing from it, and neither does any program that"
        " reads the posting.",
        "Say in the square brackets what it shows, or take it out.",
        _pictures,
    ),
    Rule(
        "html-in-text",
        "advice",
        "sections",
        "HTML in the text",
        "The text is Markdown: the page shows HTML as the letters it is made of.",
        "Take the tags out, or write the same in Markdown.",
        _layout,
    ),
)
