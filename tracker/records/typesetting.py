"""Set words on pages, in letters of any script that the fonts have. Pure: no candidate's file."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from tracker.core import lettering
from tracker.core.lettering import BOLD, SANS

LETTER, A4 = (612.0, 792.0), (595.28, 841.89)
MARGIN = 54.0
LONGEST_PARAGRAPH = 20_000
"""In letters: setting one takes time that grows faster than its length."""


@dataclass(frozen=True, slots=True)
class Run:
    """Words in one dress."""

    text: str
    strong: bool = False
    emphasis: bool = False


@dataclass(slots=True)
class Block:
    """A paragraph: `kind` is title, lead, heading, question, text, item or note."""

    kind: str
    runs: list[Run] = field(default_factory=list)
    mark: str = ""


def block(kind: str, text: str, *, label: str = "") -> Block:
    """Make a paragraph of plain words, with a label before them if there is one."""
    before = [Run(f"{label}: ", strong=True)] if label else []
    return Block(kind, [*before, Run(text)])


def blocks_of_text(text: str) -> list[Block]:
    """Make a paragraph of every line that has words."""
    return [
        block("text", line[at : at + LONGEST_PARAGRAPH])
        for line in text.splitlines()
        if line.strip()
        for at in range(0, len(line), LONGEST_PARAGRAPH)
    ]


def blocks_of_html(html: str) -> list[Block]:
    """Read clean HTML of a document's preview; a table's row is a line, its cells apart."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return [each for each in reader.blocks if any(run.text.strip() for run in each.runs)]


class _Reader(HTMLParser):
    """Collect paragraphs from the few tags that a preview has."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks: list[Block] = [Block("text")]
        self.lists: list[int] = []
        self.strong = self.emphasis = 0

    def handle_starttag(self, tag: str, _attrs: Any) -> None:
        if tag in {"ul", "ol"}:
            self.lists.append(0 if tag == "ol" else -1)
        elif tag == "li":
            number = self.lists[-1] if self.lists else -1
            if number >= 0:
                self.lists[-1] = number = number + 1
            self.blocks.append(Block("item", mark=f"{number}." if number > 0 else "•"))
        elif tag in {"h1", "h2", "h3", "h4"}:
            self.blocks.append(Block("question"))
        elif tag in {"p", "tr", "br"}:
            self.blocks.append(Block("text"))
        elif tag == "td" and any(run.text.strip() for run in self.blocks[-1].runs):
            self.blocks[-1].runs.append(Run("   |   "))
        elif tag == "strong":
            self.strong += 1
        elif tag == "em":
            self.emphasis += 1

    def handle_endtag(self, tag: str) -> None:
        if tag in {"ul", "ol"} and self.lists:
            self.lists.pop()
        elif tag == "strong":
            self.strong -= 1
        elif tag == "em":
            self.emphasis -= 1
        elif tag in {"p", "li", "h1", "h2", "h3", "h4", "tr"}:
            self.blocks.append(Block("text"))

    def handle_data(self, data: str) -> None:
        text = re.sub(r"\s+", " ", data)
        for at in range(0, len(text), LONGEST_PARAGRAPH):
            if at or sum(len(run.text) for run in self.blocks[-1].runs) > LONGEST_PARAGRAPH:
                self.blocks.append(Block("text"))
            part = text[at : at + LONGEST_PARAGRAPH]
            self.blocks[-1].runs.append(Run(part, self.strong > 0, self.emphasis > 0))


def typeset(
    target: Path,
    blocks: Sequence[Block],
    *,
    title: str,
    foot: str,
    paper: tuple[float, float] = LETTER,
) -> int:
    """Write a PDF and return how many pages it has; `foot` stands below each of them."""
    from reportlab.platypus import (  # noqa: PLC0415 - only the worker needs it
        BaseDocTemplate,
        Frame,
        PageTemplate,
        Paragraph,
    )

    lettering.register()
    pages, (width, height), styles = 0, paper, _styles()

    def finish(canvas: Any, document: Any) -> None:
        nonlocal pages
        pages += 1
        words = Paragraph(_marked([Run(f"{foot}, {document.page}")]), styles["foot"])
        _width, depth = words.wrap(width - 2 * MARGIN, MARGIN)
        words.drawOn(canvas, MARGIN, MARGIN / 2 - depth / 2)

    document = BaseDocTemplate(str(target), pagesize=paper, title=title, lang="en")
    frame = Frame(MARGIN, MARGIN, width - 2 * MARGIN, height - 2 * MARGIN, 0, 0, 0, 0)
    # The foot is written last, since that is the order in which a page is read out.
    document.addPageTemplates(PageTemplate(frames=[frame], onPageEnd=finish))
    document.build(
        [
            Paragraph(_marked(each.runs), styles[each.kind], bulletText=each.mark or None)
            for each in blocks
        ]
    )
    return pages


@cache
def _styles() -> dict[str, Any]:
    from reportlab.lib.styles import ParagraphStyle  # noqa: PLC0415 - only the worker needs it

    def style(name: str, size: float, **more: Any) -> ParagraphStyle:
        values = {"fontName": SANS, "fontSize": size, "leading": size * 1.4, **more}
        return ParagraphStyle(name, **values)

    return {
        "title": style("title", 20, spaceAfter=2, fontName=BOLD),
        "lead": style("lead", 12, spaceAfter=10),
        "heading": style(
            "heading", 13, spaceBefore=14, spaceAfter=4, keepWithNext=1, fontName=BOLD
        ),
        "question": style(
            "question", 10.5, spaceBefore=8, spaceAfter=2, keepWithNext=1, fontName=BOLD
        ),
        "text": style("text", 10, spaceAfter=4),
        "item": style("item", 10, spaceAfter=2, leftIndent=18, bulletIndent=4),
        "note": style("note", 9, spaceAfter=4, leftIndent=18),
        "foot": style("foot", 8),
    }


def _marked(runs: Iterable[Run]) -> str:
    """Write runs in reportlab's markup, each letter in a font that has it."""
    written = []
    for run in runs:
        text = lettering.marked(run.text)
        text = f"<i>{text}</i>" if run.emphasis else text
        written.append(f"<b>{text}</b>" if run.strong else text)
    return "".join(written)
