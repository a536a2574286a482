"""Read the paragraphs and tables of a Word document (ECMA-376 part 1).

The common libraries lost letters here (`<`, `>` and `&` vanished, so that "R&D" read "RD"),
tabs and headers, where resumes keep names and telephone numbers; so the parts are read here.
What was deleted under tracked changes stays out, what was inserted stays in.
"""

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element, fromstring

from tracker.documents.confined.blocks import Block, Paragraph, Run, Table
from tracker.documents.confined.containers import Container

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
STRICT = b"http://purl.oclc.org/ooxml/wordprocessingml/main"
FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
RELATION = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
SKIPPED = {W + "del", W + "moveFrom", W + "rPr", W + "pPr", W + "instrText", FALLBACK}
LEVELS = frozenset("123456789")
OUTLINES = frozenset("012345678")
OFF = {"0", "false", "off", "none"}


@dataclass
class Styles:
    """What paragraph styles say: heading level and list, and which lists are numbered."""

    levels: dict[str, int] = field(default_factory=dict)
    lists: dict[str, str] = field(default_factory=dict)
    numbered: set[str] = field(default_factory=set)


def read_word(container: Container) -> list[Block]:
    """Return headers, body, notes and footers, in this order, each once."""
    main, parts = _main_part(container)
    styles = _styles(container, parts)
    blocks: list[Block] = []
    for kind in ("header", "main", "footnotes", "endnotes", "footer"):
        seen: set[str] = set()
        names = [main] if kind == "main" else parts.get(kind, [])
        for name in names:
            root = _parse(container, name)
            found = list(_blocks(root, styles)) if root is not None else []
            shown = repr(found)
            if shown not in seen:  # first, even and odd pages often repeat one header
                seen.add(shown)
                blocks += found
    return blocks


def _parse(container: Container, name: str) -> Element | None:
    data = container.read(name)
    if data is None:
        return None
    return fromstring(data.replace(STRICT, W[1:-1].encode()))  # noqa: S314 - checked before


def _main_part(container: Container) -> tuple[str, dict[str, list[str]]]:
    root = _relations(container, "")
    main = next(iter(root.get("officeDocument", [])), "word/document.xml")
    return main, _relations(container, main)


def _relations(container: Container, part: str) -> dict[str, list[str]]:
    """Return the parts that a part refers to, by the last word of the relation's type."""
    folder, name = posixpath.split(part)
    rels = _parse(container, posixpath.join(folder, "_rels", name + ".rels"))
    found: dict[str, list[str]] = {}
    for link in rels.iter(RELATION) if rels is not None else ():
        if link.get("TargetMode") != "External":
            target = posixpath.normpath(posixpath.join("/", folder, link.get("Target", "")))
            kind = link.get("Type", "").rpartition("/")[2]
            found.setdefault(kind, []).append(target.lstrip("/"))
    return found


def _styles(container: Container, parts: dict[str, list[str]]) -> Styles:
    styles = Styles()
    for name in parts.get("styles", []):
        root = _parse(container, name)
        for style in root.iter(W + "style") if root is not None else ():
            _read_style(style, styles)
    for name in parts.get("numbering", []):
        root = _parse(container, name)
        if root is not None:
            styles.numbered |= _numbered(root)
    return styles


def _read_style(style: Element, styles: Styles) -> None:
    key = style.get(W + "styleId", "")
    title = _value(style, W + "name").lower()
    outline = _value(style, f"{W}pPr/{W}outlineLvl")
    number = _value(style, f"{W}pPr/{W}numPr/{W}numId")
    if title == "title":
        styles.levels[key] = 1
    elif title.startswith("heading ") and title[8:] in LEVELS:
        styles.levels[key] = int(title[8:])
    elif outline in OUTLINES:
        styles.levels[key] = int(outline) + 1
    if number:
        styles.lists[key] = number


def _numbered(root: Element) -> set[str]:
    """Return the ids of the lists whose first level counts rather than shows a bullet."""
    counting = {
        abstract.get(W + "abstractNumId")
        for abstract in root.iter(W + "abstractNum")
        if _value(abstract, f"{W}lvl/{W}numFmt") not in {"bullet", "none", ""}
    }
    return {
        number.get(W + "numId", "")
        for number in root.iter(W + "num")
        if _value(number, W + "abstractNumId") in counting
    }


def _value(element: Element, path: str) -> str:
    found = element.find(path)
    return found.get(W + "val", "") if found is not None else ""


def _blocks(element: Element, styles: Styles, *, tables: bool = True) -> Iterator[Block]:
    """Yield paragraphs and, unless they are read by themselves, tables."""
    for child in element:
        if child.tag == W + "p":
            yield from _paragraph(child, styles, tables=tables)
        elif child.tag == W + "tbl":
            if tables:
                yield _table(child, styles)
        elif child.tag not in SKIPPED:
            yield from _blocks(child, styles, tables=tables)


def _table(element: Element, styles: Styles) -> Table:
    table = Table()
    for row in element.iter(W + "tr"):
        found = row.findall(f"./{W}tc") + row.findall(f"./{W}sdt/{W}sdtContent/{W}tc")
        table.rows.append([_flat(_blocks(cell, styles, tables=False)) for cell in found])
    return table


def _flat(blocks: Iterator[Block]) -> list[Paragraph]:
    """Return a cell's paragraphs; a table within a cell has its rows read by itself."""
    return [block for block in blocks if isinstance(block, Paragraph) and block.words.strip()]


def _paragraph(element: Element, styles: Styles, *, tables: bool) -> Iterator[Block]:
    properties = element.find(W + "pPr")
    paragraph = Paragraph()
    if properties is not None:
        _dress(paragraph, properties, styles)
    boxes: list[Element] = []
    paragraph.runs = list(_runs(element, boxes))
    yield paragraph
    for box in boxes:
        yield from _blocks(box, styles, tables=tables)


def _dress(paragraph: Paragraph, properties: Element, styles: Styles) -> None:
    style = _value(properties, W + "pStyle")
    number = _value(properties, f"{W}numPr/{W}numId") or styles.lists.get(style, "")
    outline = _value(properties, W + "outlineLvl")
    if style in styles.levels:
        paragraph.tag = f"h{styles.levels[style]}"
    elif outline in OUTLINES:
        paragraph.tag = f"h{int(outline) + 1}"
    elif number and number != "0":
        paragraph.tag = "li"
        paragraph.ordered = number in styles.numbered


def _runs(element: Element, boxes: list[Element]) -> Iterator[Run]:
    """Yield the runs of a paragraph in order; text boxes met on the way go to `boxes`."""
    for child in element:
        if child.tag in SKIPPED:
            continue
        if child.tag == W + "r":
            strong, emphasis = _is_on(child, "b"), _is_on(child, "i")
            for words in _words(child, boxes):
                yield Run(words, strong, emphasis)
        elif child.tag == W + "txbxContent":
            boxes.append(child)
        else:
            yield from _runs(child, boxes)


def _is_on(run: Element, mark: str) -> bool:
    found = run.find(f"{W}rPr/{W}{mark}")
    return found is not None and found.get(W + "val", "on") not in OFF


def _words(run: Element, boxes: list[Element]) -> Iterator[str]:
    for child in run:
        if child.tag == W + "t":
            yield child.text or ""
        elif child.tag in {W + "tab", W + "ptab"}:
            yield "\t"
        elif child.tag in {W + "br", W + "cr"}:
            yield "\n"
        elif child.tag == W + "noBreakHyphen":
            yield "-"
        elif child.tag == W + "txbxContent":
            boxes.append(child)
        elif child.tag not in SKIPPED:
            yield from _words(child, boxes)
