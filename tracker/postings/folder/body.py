"""The body of a posting's file: its sections as Markdown, given back to the letter.

A line `# Heading` begins a section, and nothing else does: headings inside one begin at `##`. A
line of a section's own that would begin one gets a backslash, as Markdown itself has it. Blank
lines between the parts are layout; a text that itself begins or ends with blank lines has them
fenced by lines of a lone backslash.
"""

import re
from collections.abc import Sequence

Section = tuple[str, str]
"""Heading ('' for the opening words) and Markdown."""

_HEADING = re.compile(r"#(?: (.*))?")
_WOULD_BE = re.compile(r"\\*#(?: .*)?")
_WAS_MEANT = re.compile(r"\\+#(?: .*)?")
FENCE = "\\"


def write(sections: Sequence[Section]) -> str:
    """Write sections; headings are one line without blanks around them."""
    blocks = []
    for rank, (heading, text) in enumerate(sections):
        lines = _fenced(text)
        if heading or rank or not lines:
            mark = f"# {heading}" if heading else "#"
            blocks.append("\n".join([mark, *(["", *lines] if lines else [])]))
        else:
            blocks.append("\n".join(lines))
    return "\n\n".join(blocks)


def _fenced(text: str) -> list[str]:
    """Return a text's lines, guarded where layout or a heading would be taken for them."""
    if not text:
        return []
    lines = [f"\\{line}" if _WOULD_BE.fullmatch(line) else line for line in text.split("\n")]
    first = [FENCE] if _is_layout(lines[0]) else []
    last = [FENCE] if _is_layout(lines[-1]) else []
    return [*first, *lines, *last]


def _is_layout(line: str) -> bool:
    return not line.strip() or line == FENCE


def read(text: str) -> list[Section]:
    """Read sections; lines must end in ``\\n``."""
    found: list[tuple[str | None, list[str]]] = [(None, [])]
    for line in text.split("\n"):
        heading = _HEADING.fullmatch(line)
        if heading:
            found.append((heading[1] or "", []))
        else:
            found[-1][1].append(line[1:] if _WAS_MEANT.fullmatch(line) else line)
    sections = [(heading, _unfenced(lines)) for heading, lines in found]
    return [
        (heading or "", "\n".join(lines))
        for heading, lines in sections
        if heading is not None or lines
    ]


def _unfenced(lines: list[str]) -> list[str]:
    start, end = 0, len(lines)
    while start < end and not lines[start].strip():
        start += 1
    while end > start and not lines[end - 1].strip():
        end -= 1
    kept = lines[start:end]
    if kept and kept[0] == FENCE:
        del kept[0]
    if kept and kept[-1] == FENCE:
        del kept[-1]
    return kept
