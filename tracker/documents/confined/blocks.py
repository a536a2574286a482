"""A document as paragraphs and tables, and these as plain text or as clean HTML."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from html import escape

DROPPED = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ufff9-\uffff]"
)
"""Controls, and the marks that make text read in another order than it is written."""

LINE_BREAKS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
BULLETS = str.maketrans({0xF0B7: "•", 0xF0A7: "•", 0xF076: "•", 0xF0D8: "•", 0xAD: None})


@dataclass
class Run:
    """Words in one dress."""

    words: str
    strong: bool = False
    emphasis: bool = False


@dataclass
class Paragraph:
    """`tag` is p, li or h1 to h9; `ordered` tells a numbered list's item from a bullet."""

    runs: list[Run] = field(default_factory=list)
    tag: str = "p"
    ordered: bool = False

    @property
    def words(self) -> str:
        return "".join(run.words for run in self.runs)


@dataclass
class Table:
    """Rows of cells, each cell a list of paragraphs."""

    rows: list[list[list[Paragraph]]] = field(default_factory=list)


Block = Paragraph | Table


def clean_text(text: str, most: int) -> str:
    """Normalise newlines and letters (NFC), drop controls, keep at most `most` characters.

    At most one empty line stands between two others, and none at the ends.
    """
    # PDFs mark a word broken over two lines with a character of their own.
    text = re.sub("[\x02\ufffe](?=\r?\n|$)", "-", text[: most * 2])
    text = LINE_BREAKS.sub("\n", text).translate(BULLETS)
    text = "".join(DROPPED.split(text)).replace("\u00a0", " ")
    text = text.encode("utf-8", "ignore").decode("utf-8")
    text = unicodedata.normalize("NFC", text)
    # Not by a pattern: on a long row of spaces it would look again from each of them.
    text = "\n".join(line.rstrip(" \t") for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", text).strip()[:most]


def to_text(blocks: Iterable[Block]) -> str:
    """Write one line a paragraph and, where its cells are simple, one line a table row."""
    lines: list[str] = []
    for block in blocks:
        if isinstance(block, Paragraph):
            mark = "• " if block.tag == "li" and not block.ordered else ""
            lines.append(mark + block.words)
            continue
        for row in block.rows:
            if all(len(cell) <= 1 for cell in row):
                lines.append("\t".join(cell[0].words if cell else "" for cell in row))
            else:
                lines += [paragraph.words for cell in row for paragraph in cell]
    return "\n".join(lines)


def from_text(text: str) -> list[Block]:
    """Make one paragraph of every line that has words."""
    return [Paragraph([Run(line.strip())]) for line in text.splitlines() if line.strip()]


def to_html(blocks: Iterable[Block], *, most: int, top: int = 3) -> str:
    """Write p, h1 to h4, ul, ol, li, strong, em, br and table parts, without one attribute.

    The document's highest heading becomes `h{top}`, and none skips a level, so that it reads
    well inside a page of ours. Stops after `most` characters of words.
    """
    out: list[str] = []
    open_list = ""
    levels: list[int] = []
    for block in blocks:
        wanted = ""
        if isinstance(block, Paragraph) and block.tag == "li":
            wanted = "ol" if block.ordered else "ul"
        if wanted != open_list:
            out += [f"</{open_list}>"] if open_list else []
            out += [f"<{wanted}>"] if wanted else []
            open_list = wanted
        written = _table(block) if isinstance(block, Table) else _paragraph(block, levels, top)
        out.append(written)
        most -= len(written)
        if most < 0:
            break
    return "\n".join([*filter(None, out), *([f"</{open_list}>"] if open_list else [])])


def _paragraph(paragraph: Paragraph, levels: list[int], top: int) -> str:
    inner = _runs(paragraph)
    if not inner:
        return ""
    tag = paragraph.tag
    if tag[0] == "h":
        level = int(tag[1:])
        while levels and levels[-1] >= level:
            levels.pop()
        levels.append(level)
        tag = f"h{min(top + len(levels) - 1, 4)}"
        inner = re.sub("</?(?:strong|em)>", "", inner)
    return f"<{tag}>{inner}</{tag}>"


def _runs(paragraph: Paragraph) -> str:
    out = ""
    for run in paragraph.runs:
        words = escape(clean_run(run.words), quote=False).replace("\n", "<br>")
        if not words.strip():
            out += words
            continue
        words = f"<em>{words}</em>" if run.emphasis else words
        out += f"<strong>{words}</strong>" if run.strong else words
    out = out.replace("</em><em>", "").replace("</strong><strong>", "")
    return out.strip()


def clean_run(words: str) -> str:
    """Drop from a run what `clean_text` drops, and keep its outer spaces."""
    words = LINE_BREAKS.sub("\n", words).translate(BULLETS)
    return "".join(DROPPED.split(words)).encode("utf-8", "ignore").decode("utf-8")


def _table(table: Table) -> str:
    rows = []
    for row in table.rows:
        cells = "".join(
            "<td>" + "<br>".join(filter(None, map(_runs, cell))) + "</td>" for cell in row
        )
        rows.append(f"<tr>{cells}</tr>")
    return f"<table><tbody>{''.join(rows)}</tbody></table>" if rows else ""
