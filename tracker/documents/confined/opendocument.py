"""Read the paragraphs and tables of an OpenDocument text (ODF 1.3 part 3)."""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element, fromstring

from tracker.documents.confined.blocks import Block, Paragraph, Run, Table
from tracker.documents.confined.containers import Container

NS = "{urn:oasis:names:tc:opendocument:xmlns:%s:1.0}"
TEXT, STYLE, OFFICE, TABLE = NS % "text", NS % "style", NS % "office", NS % "table"
FO = "{urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0}"
BOX = NS % "drawing" + "text-box"
SKIPPED = {
    TEXT + "tracked-changes", OFFICE + "annotation", OFFICE + "forms", TEXT + "note-citation",
    TEXT + "sequence-decls", TEXT + "variable-decls", NS % "svg-compatible" + "desc",
}  # fmt: skip
MOST_SPACES = 200
LEVELS = frozenset("123456789")
DIGITS = re.compile("[0-9]{1,9}")
Marks = dict[str, tuple[bool, bool]]


def read_open_document(container: Container) -> list[Block]:
    """Return the first page style's header, the body, and its footer."""
    content = fromstring(container.read("content.xml") or b"")  # noqa: S314 - checked before
    styles = container.read("styles.xml")
    shared = fromstring(styles) if styles else None  # noqa: S314 - checked before
    reader = _Reader([content] if shared is None else [shared, content])
    body = content.find(f"{OFFICE}body/{OFFICE}text")
    blocks = list(reader.blocks(body)) if body is not None else []
    master = shared.find(f".//{STYLE}master-page") if shared is not None else None
    if master is None:
        return blocks
    head, foot = master.find(STYLE + "header"), master.find(STYLE + "footer")
    first = list(reader.blocks(head)) if head is not None else []
    last = list(reader.blocks(foot)) if foot is not None else []
    return first + blocks + last


class _Reader:
    """Knows which styles are bold or italic and which lists count."""

    def __init__(self, roots: list[Element]) -> None:
        self.marks: Marks = {}
        self.counting: set[str] = set()
        for root in roots:
            for style in root.iter(STYLE + "style"):
                self._read_style(style)
            for style in root.iter(TEXT + "list-style"):
                if style.find(f"{TEXT}list-level-style-number[@{TEXT}level='1']") is not None:
                    self.counting.add(style.get(STYLE + "name", ""))

    def _read_style(self, style: Element) -> None:
        found = style.find(STYLE + "text-properties")
        if found is not None:
            weight, slant = found.get(FO + "font-weight"), found.get(FO + "font-style")
            strong = weight is not None and weight not in {"normal", "100", "200", "300", "400"}
            self.marks[style.get(STYLE + "name", "")] = (strong, slant in {"italic", "oblique"})

    def blocks(self, element: Element, tag: str = "p", ordered: bool = False) -> Iterator[Block]:
        for child in element:
            if child.tag in {TEXT + "p", TEXT + "h"}:
                yield from self._paragraph(child, tag, ordered)
            elif child.tag == TEXT + "list":
                style = child.get(TEXT + "style-name")
                counts = ordered if style is None else style in self.counting
                yield from self.blocks(child, "li", counts)
            elif child.tag == TABLE + "table":
                yield self._table(child)
            elif child.tag not in SKIPPED:
                yield from self.blocks(child, tag, ordered)

    def _paragraph(self, element: Element, tag: str, ordered: bool) -> Iterator[Block]:
        if element.tag == TEXT + "h":
            level = element.get(TEXT + "outline-level", "1")
            tag = f"h{level if level in LEVELS else 9}"
        boxes: list[Element] = []
        dress = self.marks.get(element.get(TEXT + "style-name", ""), (False, False))
        yield Paragraph(list(self._runs(element, dress, boxes)), tag, ordered)
        for box in boxes:
            yield from self.blocks(box)

    def _table(self, element: Element) -> Table:
        table = Table()
        for row in element.iter(TABLE + "table-row"):
            cells = []
            for cell in row.findall(TABLE + "table-cell"):
                found = self.blocks(cell)
                cells.append([b for b in found if isinstance(b, Paragraph) and b.words.strip()])
            table.rows.append(cells)
        return table

    def _runs(
        self, element: Element, dress: tuple[bool, bool], boxes: list[Element]
    ) -> Iterator[Run]:
        if element.text:
            yield Run(" ".join(element.text.split("\n")), *dress)
        for child in element:
            if child.tag == TEXT + "s":
                count = child.get(TEXT + "c", "1")
                yield Run(
                    " " * min(int(count) if DIGITS.fullmatch(count) else 1, MOST_SPACES), *dress
                )
            elif child.tag == TEXT + "tab":
                yield Run("\t", *dress)
            elif child.tag == TEXT + "line-break":
                yield Run("\n", *dress)
            elif child.tag in {BOX, TEXT + "note-body"}:
                boxes.append(child)
            elif child.tag not in SKIPPED:
                inner = self.marks.get(child.get(TEXT + "style-name", ""), dress)
                yield from self._runs(child, inner, boxes)
            if child.tail:
                yield Run(" ".join(child.tail.split("\n")), *dress)
