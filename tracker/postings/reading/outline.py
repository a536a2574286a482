"""Arrange a page's rows into blocks, sections and sentences, each with its source line."""

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from tracker.postings.reading import links as links_of
from tracker.postings.reading.findings import Finding
from tracker.postings.reading.links import Link
from tracker.postings.reading.markup import Row
from tracker.postings.reading.sentences import split
from tracker.postings.reading.settings import without_settings
from tracker.postings.reading.topics import key_line, topics_of, topics_of_key
from tracker.postings.reading.words import JOB_NOUNS, is_job_title

Kind = Literal["heading", "paragraph", "bullet"]

HEADING = re.compile(r"^ {0,3}(#{1,6})(?:[ \t]+|(?=[^#\s\d!]))(.*?)[ \t]*#*$")
BULLET = re.compile(r"^([ \t]*)([*+•·▪◦‣-]|\d{1,3}[.)])[ \t]+(?=\S)")
RULE = re.compile(r"^ {0,3}([-*_])(?: ?\1){2,}$")
UNDERLINE = re.compile(r"^ {0,3}(=+|-{2,})$")
TABLE_RULE = re.compile(r"^[\s|:-]*-[\s|:-]*$")
# Tried once a run: begun anew at each of its signs, a page of nothing else would hold it up.
TAG_START = re.compile(r"(?<!&lt;)(?<!<)(?:&lt;|<)+(?=[A-Za-z/!?])")
MARKED = re.compile(r"[*_`\[\\&]")
BOLD_LINE = re.compile(r"^(\*\*|__)(?!\s)([^*]{2,90}?):?\1:?$")


@dataclass(slots=True)
class Block:
    """A heading, a paragraph or one list item. ``lines`` has one entry a row of ``text``."""

    kind: Kind
    level: int
    text: str
    lines: tuple[int, ...]
    marker: str = ""
    hard: frozenset[int] = frozenset()
    key: str | None = None
    value: str = ""
    links: tuple[Link, ...] = ()
    topics: frozenset[str] = frozenset()
    context: str = ""  # its heading's words, and its key's

    @property
    def line(self) -> int:
        """The source line that the block begins on."""
        return self.lines[0]

    @property
    def plain(self) -> str:
        """The words alone, rows joined by line ends."""
        return plain(self.text)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence's words on one line, with the block it stands in."""

    text: str
    line: int
    block: Block

    @property
    def topics(self) -> frozenset[str]:
        """What its section, or its key, is about."""
        return self.block.topics


@dataclass(slots=True)
class Outline:
    """A whole page: its blocks in order, and what was odd about them."""

    blocks: list[Block]
    findings: list[Finding] = field(default_factory=list)
    page_heading: Block | None = None

    @property
    def headings(self) -> list[Block]:
        """The page's headings in order."""
        return [block for block in self.blocks if block.kind == "heading"]

    @property
    def last_line(self) -> int:
        """The last line with words."""
        return self.blocks[-1].lines[-1] if self.blocks else 1

    def line_about(self, *topics: str) -> int:
        """Return the line of the first heading on a topic, else the last line with words."""
        for topic in topics:
            for block in self.blocks:
                if topic in block.topics and (block.kind == "heading" or block.key):
                    return block.line
        return self.last_line

    def keyed(self, *keys: str) -> list[Block]:
        """Return the "key: value" blocks with one of the keys."""
        return [block for block in self.blocks if block.key in keys and block.value]


class SentencedOutline(Outline):
    """An outline that also has its sentences, cut once."""

    @cached_property
    def sentences(self) -> list[Sentence]:
        """Every sentence of running text, list items and key lines; headings are none."""
        cut = []
        for block in self.blocks:
            if block.kind == "heading":
                continue
            words, row, counted = block.plain, 0, 0
            for start, text in split(words):
                row += words.count("\n", counted, start)
                counted = start
                line = block.lines[min(row, len(block.lines) - 1)]
                cut.append(Sentence(" ".join(text.split()), line, block))
        return cut


def plain(text: str) -> str:
    """Drop Markdown's marks and keep the words."""
    if not MARKED.search(text):
        return text
    text = re.sub(r"\[([^\[\]]{0,600})\]\([^()\n]{0,2400}\)", r"\1", text)
    text = re.sub(r"\*{1,3}(?=\S)|(?<=\S)\*{1,3}", "", text)
    text = re.sub(r"(?<![^\W_])_{1,3}(?=\S)|(?<=[^\s_])_{1,3}(?![^\W_])", "", text)
    text = re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", text)
    # Plain words hold no "<" that could open a tag, wherever somebody shows them.
    return TAG_START.sub("", text.replace("`", "")).replace("&lt;", "<")


def arrange(rows: list[Row]) -> SentencedOutline:
    """Build the outline of a page from its rows."""
    rows = without_settings(rows)
    defined = links_of.definitions([row.text for row in rows])
    kept = [row for row in rows if "]:" not in row.text or not links_of.DEFINITION.match(row.text)]
    blocks = _blocks(kept)
    found: list[Finding] = []
    for block in blocks:
        block.text, block.links, odd = links_of.tidy(block.text, block.lines, defined)
        found.extend(odd)
    blocks = [block for block in blocks if any(letter.isalnum() for letter in block.text)]
    _promote_first_line(blocks)
    _promote_bold_lines(blocks)
    outline = SentencedOutline(blocks, found)
    _name_topics(outline)
    return outline


def _blocks(rows: list[Row]) -> list[Block]:
    blocks: list[Block] = []
    gathered: list[Row] = []

    def finish() -> None:
        if gathered:
            blocks.append(_block(gathered))
            gathered.clear()

    for row in rows:
        text = row.text.strip()
        if text.startswith(">"):
            text = text.lstrip("> ")
        if not text or (RULE.match(text) and not gathered) or TABLE_RULE.match(text):
            if gathered and UNDERLINE.match(text) and not BULLET.match(gathered[0].text):
                _underlined(gathered, text)
            finish()
        elif UNDERLINE.match(text) and gathered:
            _underlined(gathered, text)
            finish()
        elif HEADING.match(text):
            finish()
            gathered.append(Row(row.line, text))
            finish()
        else:
            if BULLET.match(row.text) or text.startswith("|") or key_line(text):
                finish()
            elif gathered and key_line(gathered[0].text) and row.text == row.text.lstrip():
                # A line under "Pay: $18" that is not set in begins something new.
                finish() if _short_value(gathered[0].text) else None
            gathered.append(Row(row.line, _row_text(row.text, text), row.hard))
    finish()
    return blocks


def _short_value(row: str) -> bool:
    keyed = key_line(row)
    return keyed is not None and len(keyed[1]) < 60


def _row_text(raw: str, text: str) -> str:
    if BULLET.match(raw):
        return raw.replace("\t", "    ")
    if text.startswith("|"):
        return text.strip("|").strip()
    return text


def _underlined(gathered: list[Row], mark: str) -> None:
    """Turn the last gathered row into a heading: it is underlined with = or -."""
    last = gathered[-1]
    level = "#" if mark.startswith("=") else "##"
    gathered[:] = [Row(gathered[0].line, f"{level} " + " ".join(row.text for row in gathered))]
    gathered[0] = Row(last.line, gathered[0].text)


def _block(rows: list[Row]) -> Block:
    first = rows[0].text
    lines = tuple(row.line for row in rows)
    heading = HEADING.match(first)
    if heading and len(rows) == 1:
        return Block("heading", len(heading[1]), heading[2].strip() or first.strip("# "), lines)
    hard = frozenset(index for index, row in enumerate(rows) if row.hard)
    bullet = BULLET.match(first)
    texts = [" ".join(row.text.split()) for row in rows]
    keyed = key_line(plain(texts[0]))
    if bullet:
        texts[0] = " ".join(first[bullet.end() :].split())
        keyed = key_line(plain(texts[0]))
        depth = min(8, len(bullet[1]) // 2)
        marker = "1. " if bullet[2][0].isdigit() else "* "
        block = Block("bullet", depth, "\n".join(texts), lines, marker, hard)
    else:
        block = Block("paragraph", 0, "\n".join(texts), lines, "", hard)
    if keyed:
        block.key = keyed[0]
        block.value = " ".join([keyed[1], *(plain(text) for text in texts[1:])]).strip()
    return block


def _promote_first_line(blocks: list[Block]) -> None:
    """Take a short first line that names a job as the page's heading."""
    first = blocks[0] if len(blocks) > 1 else None
    if not first or first.kind != "paragraph" or first.key or len(first.lines) > 1:
        return
    words = first.plain.strip()
    if (
        words[:1].isupper()
        and len(words.split()) <= 8
        and words[-1] not in ".!?;,"
        and (
            is_job_title(words)
            and not re.search(r"@|\b(?:is|seeks|seeking|will|we|our)\b", words, re.I)
        )
    ):
        bold = BOLD_LINE.match(first.text)
        first.kind, first.level, first.text = "heading", 1, bold[2] if bold else first.text


def _promote_bold_lines(blocks: list[Block]) -> None:
    """Take lone bold lines as headings where a page has no others: people write so."""
    if any(block.kind == "heading" and topics_of(block.plain) for block in blocks):
        return
    blocks[:] = [part for block in blocks for part in _label_apart(block)]
    for block in blocks:
        if block.kind != "paragraph" or len(block.lines) > 1:
            continue
        bold = BOLD_LINE.match(block.text)
        words = block.plain.strip()
        bare = words.removesuffix(":")
        shouted = bare.isupper() or (words.endswith(":") and len(words.split()) <= 6)
        if (bold or shouted) and topics_of(bare) and len(bare) <= 60:
            block.kind, block.level, block.text = "heading", 3, bare
            block.key, block.value = None, ""


def _label_apart(block: Block) -> list[Block]:
    """Part "How to send it:" from the lines that follow it without a blank one."""
    label, _, rest = block.text.partition("\n")
    bare = plain(label).strip()
    if (
        block.kind != "paragraph"
        or block.key
        or not rest
        or not bare.endswith(":")
        or len(bare.split()) > 6
        or not topics_of(bare)
    ):
        return [block]
    hard = frozenset(row - 1 for row in block.hard if row)
    below = Block("paragraph", 0, rest, block.lines[1:], "", hard, links=block.links)
    return [Block("paragraph", 0, label, block.lines[:1]), below]


def _name_topics(outline: Outline) -> None:
    """Give each block the topics of its key, else of the nearest heading that has any."""
    path: list[tuple[int, frozenset[str]]] = []
    nearest = ""
    for block in outline.blocks:
        if block.kind == "heading":
            while path and path[-1][0] >= block.level:
                path.pop()
            inherited = path[-1][1] if path else frozenset()
            block.topics = topics_of(block.plain) or inherited
            if (
                block is outline.blocks[0]
                and is_job_title(block.plain)
                and (block.plain.split()[-1].strip(":").lower() in JOB_NOUNS)
            ):
                # "Teen Experience Manager" is the page's title and about the whole of it.
                block.topics = frozenset()
            path.append((block.level, block.topics))
            nearest = block.plain
            continue
        block.context = nearest
        if block.key:
            block.topics = topics_of_key(block.key)
            block.context = f"{nearest} {block.plain[:60].partition(':')[0]}"
        else:
            block.topics = path[-1][1] if path else frozenset()
