"""Write a page's blocks out again as sections of clean Markdown."""

from collections import Counter
from dataclasses import dataclass

from tracker.postings.reading.equal import is_award
from tracker.postings.reading.findings import Finding, finding
from tracker.postings.reading.outline import Block, SentencedOutline


@dataclass(frozen=True, slots=True)
class Section:
    """A heading's plain words, None for words under no heading, and Markdown below it."""

    heading: str | None
    text: str
    line: int

    def as_json(self) -> dict[str, str | None]:
        """Return the section as the import command prints it."""
        return {"heading": self.heading, "text": self.text}


def to_sections(
    outline: SentencedOutline, page_heading: Block | None, *, drop: bool = False
) -> list[Section]:
    """Part the page at its highest headings; lower ones stay inside the text.

    ``page_heading`` names the whole page and is no level of its own. With ``drop`` it is
    left out, since the title says the same words.
    """
    level = min((one.level for one in outline.headings if one is not page_heading), default=0)
    groups: list[tuple[Block | None, list[Block]]] = [(None, [])]
    for block in outline.blocks:
        if block is page_heading:
            groups += [] if drop else [(block, [])]
            continue
        current = groups[-1][0]
        if block.kind == "heading" and block.level == level:
            groups.append((block, []))
        elif current and "equal" in current.topics and groups[-1][1] and is_award(block):
            # Praise of the employer in a box after the statement is no part of the
            # statement. Its words stay, under no heading.
            groups.append((None, [block]))
        else:
            groups[-1][1].append(block)
    return [
        Section(_words(head), _markdown(blocks), (head or blocks[0]).line)
        for head, blocks in groups
        if head or blocks
    ]


def _words(heading: Block | None) -> str | None:
    return " ".join(heading.plain.split()) if heading else None


def _markdown(blocks: list[Block]) -> str:
    out: list[str] = []
    before: Block | None = None
    for block in blocks:
        if before is not None:
            tight = before.kind == block.kind == "bullet" or (
                before.key and block.key and block.kind != "heading"
            )
            # Key lines that follow one another keep a line each.
            if tight and block.kind != "bullet":
                out.append("  \n")
            else:
                out.append("\n" if tight else "\n\n")
        out.append(_one(block))
        before = block
    return "".join(out)


def _one(block: Block) -> str:
    if block.kind == "heading":
        return f"{'#' * block.level} {' '.join(block.text.split())}"
    indent = "  " * block.level
    rows = block.text.split("\n")
    text = rows[0]
    for index, row in enumerate(rows[1:]):
        # A line that would open a heading, a list or a quotation of its own is set off.
        text += ("  \n" if index in block.hard else "\n") + row
    if block.kind == "bullet":
        pad = indent + " " * len(block.marker)
        return indent + block.marker + text.replace("\n", f"\n{pad}")
    return text


def duplicate_headings(outline: SentencedOutline) -> list[Finding]:
    """Point at a heading that stands twice."""
    counts = Counter(block.plain.casefold() for block in outline.headings)
    found = []
    seen: set[str] = set()
    for block in outline.headings:
        words = block.plain.casefold()
        if counts[words] > 1 and words in seen:
            found.append(finding("duplicate-heading", "sections", block.line, text=block.plain))
        seen.add(words)
    return found
