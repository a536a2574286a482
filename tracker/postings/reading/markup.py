"""Take a page's layout away and keep its words: HTML and Markdown to rows of Markdown.

A scanner, not a tree: it goes through the text once, so that nested, cut or hostile
pages cost no more than plain ones, and no word depends on tags being balanced.
"""

import html
import re
from dataclasses import dataclass

from tracker.postings.reading.decoding import HIDDEN

# Elements whose content is not words of the page.
_CONTENT_DROPPED_WORDS = """
script style iframe object embed applet noscript template svg math canvas audio video head
select textarea noembed noframes
"""
CONTENT_DROPPED = frozenset(_CONTENT_DROPPED_WORDS.split())
HEADINGS = {f"h{level}": level for level in range(1, 7)}
# Elements that end a line of text wherever they open or close.
_BLOCKS_WORDS = """
p div section article main header footer nav aside address blockquote ul ol table thead tbody
tfoot tr form fieldset figure figcaption dl hr pre center body html details summary title
caption menu
"""
BLOCKS = frozenset(_BLOCKS_WORDS.split())
MARKS = {"strong": "**", "b": "**", "em": "_", "i": "_"}
_INLINE_WORDS = """
a img br wbr span font u s small big sub sup code kbd tt mark abbr cite q del ins label button
input option meta link base col colgroup picture source track area map param time bdi bdo data
dfn samp var ruby rt rp li dt dd td th strike acronym legend progress meter frame frameset
noindex marquee blink nobr portal slot dialog output datalist optgroup
"""
INLINE = frozenset(_INLINE_WORDS.split())
KNOWN = CONTENT_DROPPED | BLOCKS | INLINE | frozenset(MARKS) | frozenset(HEADINGS)
MARKER_ALONE = re.compile(r"\s*(?:\*|1\.|#{1,6}) ")
# Inside these a line end in the source is only a space.
FOLDING = frozenset(HEADINGS) | {"li", "dt", "dd", "td", "th"}

NAME = re.compile(r"/?([A-Za-z][A-Za-z0-9:-]{0,40})")
BARE_TAG = re.compile(r"</?([A-Za-z][A-Za-z0-9]{0,40})>")
TAG_STOP = re.compile(r"[<>\"']")
# Only with its semicolon: an address such as "?a=1&copy=2" is no entity.
ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
AUTOLINK = re.compile(r"<((?:https?://|mailto:)?[^\s<>\"']{1,300})>")
ATTRIBUTE = re.compile(r"([A-Za-z_:][\w:.-]{0,40})\s{0,20}=\s{0,20}(\"[^\"]*\"|'[^']*'|[^\s\"'>]+)")
ASSIGNMENTS = re.compile(
    r"[A-Za-z_:][\w:.-]{0,40}\s{0,20}=\s{0,20}(\"[^\"\n]*\"?|'[^'\n]*'?|[^\s>]+)"
)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of Markdown: its number in the source, and whether it must stay a line."""

    line: int
    text: str
    hard: bool = False


def to_rows(text: str) -> list[Row]:
    """Return the page as Markdown rows, without layout, scripts, comments and pictures."""
    return _Scanner(text).rows()


def _plain_characters(words: str) -> str:
    """Read character references, and keep ``<`` from ever opening a tag again."""
    if "&" in words:
        words = ENTITY.sub(lambda found: html.unescape(found[0]), words)
        words = HIDDEN.sub("", re.sub(r"[\r\n]", " ", words)).replace("<", "&lt;")
    return words.replace("\xa0", " ")


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.place = 0
        self.line = 1
        self.out: list[Row] = []
        self.buffer: list[str] = []
        self.row_line = 0
        self.folding = False
        self.cell = False
        self.depth = 0
        self.ordered: list[bool] = []
        self.open: dict[str, int] = {}
        self.link: tuple[int, str, str] | None = None
        self.missing: set[str] = set()  # closers known not to come any more

    def rows(self) -> list[Row]:
        text = self.text
        while self.place < len(text):
            at = text.find("<", self.place)
            if at < 0:
                at = len(text)
            if at > self.place:
                self._words(text[self.place : at])
                self.place = at
            if at < len(text):
                self._angle()
        self._break()
        return self.out

    # Words

    def _words(self, words: str) -> None:
        parts = words.split("\n")
        for index, raw in enumerate(parts):
            part = _plain_characters(raw)
            if index:
                blank = index < len(parts) - 1 and not part.strip()
                if self.folding and not blank:
                    self.buffer.append(" ")
                else:
                    self.folding = False
                    self._break()
                self.line += 1
            if part:
                if not self.row_line and part.strip():
                    self.row_line = self.line
                self.buffer.append(part)

    def _break(self, hard: bool = False) -> None:
        """End the row. A blank one is kept, since it parts paragraphs; one is enough."""
        if not self.buffer and not self.row_line and not hard and self._is_parted():
            self.open.clear()
        else:
            self._end_row(hard)

    def _is_parted(self) -> bool:
        last = self.out[-1] if self.out else None
        return last is not None and not last.text and not last.hard

    def _end_row(self, hard: bool) -> None:
        text = "".join(self.buffer)
        if self.row_line and MARKER_ALONE.fullmatch(text):
            return  # "<li><p>": the words of the item are still to come
        self.out.append(Row(self.row_line or self.line, text.expandtabs(4).rstrip(), hard))
        self.buffer.clear()
        self.open.clear()
        self.row_line = 0
        if self.link:
            self.link = (0, self.link[1], self.link[2])

    def _part(self) -> None:
        """End the row and the paragraph."""
        self._break()
        self._break()

    # Tags

    def _angle(self) -> None:
        """Read what ``<`` opens. Most tags are bare; those need only one look."""
        text, at = self.text, self.place
        bare = BARE_TAG.match(text, at)
        if bare and (tag := bare[1].lower()) in KNOWN:
            self.place = bare.end()
            return self._tag(tag, text[at + 1] == "/", "")
        return self._other_angle(text, at)

    def _other_angle(self, text: str, at: int) -> None:
        if text.startswith("<!--", at):
            return self._skip_to("-->", 4)
        if text.startswith(("<!", "<?"), at):
            return self._skip_to(">", 2)
        autolink = AUTOLINK.match(text, at)
        if autolink and ("@" in autolink[1] or "://" in autolink[1]):
            self.place = autolink.end()
            return self._words(autolink[1].removeprefix("mailto:"))
        name = NAME.match(text, at + 1)
        if not name:
            letter = text[at + 1 : at + 2]
            self.place += 1
            return (
                self._words("<")
                if not letter or letter.isspace() or letter.isdigit()
                else (self._escaped())
            )
        end = self._tag_end(name.end())
        tag = name[1].lower()
        inside = text[name.end() : max(end, name.end())]
        if end < 0:
            return self._unclosed(tag, name.end())
        if tag not in KNOWN and ":" not in tag and "-" not in tag and "=" not in inside:
            # "<name of branch>" is a person's placeholder, not HTML: its words stay.
            self.place = end + 1
            return self._words(text[at + 1 : end].strip("/"))
        self._count(text[at : end + 1])
        self.place = end + 1
        closing = text[at + 1] == "/"
        self._tag(tag, closing, inside)
        return None

    def _escaped(self) -> None:
        if not self.row_line:
            self.row_line = self.line
        self.buffer.append("&lt;")

    def _count(self, skipped: str) -> None:
        self.line += skipped.count("\n")

    def _skip_to(self, closer: str, opening: int) -> None:
        """Skip a comment or declaration; an unclosed one hides nothing."""
        end = -1 if closer in self.missing else self.text.find(closer, self.place + opening)
        if end < 0:
            self.missing.add(closer)
            self.place += opening
            return
        self._count(self.text[self.place : end])
        self.place = end + len(closer)

    def _tag_end(self, place: int) -> int:
        """Return where the tag's ``>`` stands, or -1 when another ``<`` comes first."""
        text = self.text
        while True:
            found = TAG_STOP.search(text, place)
            if not found or found[0] == "<":
                return -1
            if found[0] == ">":
                return found.start()
            quote = found[0]
            close = -1 if quote in self.missing else text.find(quote, found.end())
            if close < 0:
                self.missing.add(quote)
            # An apostrophe in broken markup is no quote: only one after "=" is.
            before = text[max(0, found.start() - 3) : found.start()].rstrip()
            place = close + 1 if close >= 0 and before.endswith("=") else found.end()

    def _unclosed(self, tag: str, after: int) -> None:
        """A tag cut off before its ``>``: its attributes go, any words stay."""
        if tag not in KNOWN:
            self.place += 1
            return self._escaped()
        self.place = after
        chunk = self.text[after : after + 4000]  # bounded, so that the scan stays linear
        chunk = chunk[: len(chunk.partition("\n")[0])].partition("<")[0]
        self.place = after + len(chunk)
        self._words(ASSIGNMENTS.sub("", chunk))
        return None

    def _tag(self, tag: str, closing: bool, inside: str) -> None:
        if tag in CONTENT_DROPPED:
            if not closing and not inside.endswith("/"):
                self._drop_content(tag)
            return None
        if tag in MARKS:
            return self._mark(MARKS[tag], closing)
        if tag == "a":
            return self._close_link() if closing else self._open_link(inside)
        if tag == "br":
            return self._line_break()
        if tag in HEADINGS or tag in FOLDING:
            return self._folded(tag, closing)
        if tag in ("ul", "ol", "menu"):
            self.depth = max(0, self.depth + (-1 if closing else 1))
            if not closing and self.depth < 9:
                self.ordered.append(tag == "ol")
            elif closing and self.ordered:
                self.ordered.pop()
            self.folding = self.cell = False
            return self._part()
        if tag in BLOCKS:
            self._block(tag)
        return None

    def _block(self, tag: str) -> None:
        if self.cell and tag in ("p", "div", "center", "section", "address"):
            return self.buffer.append(" ")
        self.folding = self.cell = False
        if tag == "tr":
            return self._break(hard=True)
        return self._part()

    def _drop_content(self, tag: str) -> None:
        """Skip to the element's end; when it has none, only the tag itself goes."""
        closer = f"</{tag}"
        if closer in self.missing:
            return
        found = re.compile(re.escape(closer) + r"\b[^>]*>", re.IGNORECASE).search(
            self.text, self.place
        )
        if not found:
            self.missing.add(closer)
            if tag in ("script", "style"):
                # What follows is program text up to the end, and never words.
                self._count(self.text[self.place :])
                self.place = len(self.text)
            return
        self._count(self.text[self.place : found.end()])
        self.place = found.end()

    def _line_break(self) -> None:
        if self.cell:
            self.buffer.append(" ")
        elif any(part.strip() for part in self.buffer):
            self._break(hard=True)
        else:
            self._break()

    def _folded(self, tag: str, closing: bool) -> None:
        if tag in ("td", "th"):
            if not closing and any(part.strip() for part in self.buffer):
                self.buffer.append(" | ")
            self.folding = not closing
            self.cell = True
            return None
        if tag == "dd":
            if not closing and self.buffer:
                self.buffer.append(": ")
            self.folding = not closing
            return self._break(hard=True) if closing else None
        if tag == "dt" and closing:
            return None
        self._part() if tag in HEADINGS or tag == "dt" else self._break()
        self.folding = not closing
        if closing:
            return None
        self.row_line = self.line
        if tag in HEADINGS:
            self.buffer.append("#" * HEADINGS[tag] + " ")
        elif tag == "li":
            marker = "1. " if self.ordered and self.ordered[-1] else "* "
            self.buffer.append("  " * min(8, max(0, self.depth - 1)) + marker)
        return None

    # Emphasis and links: written only once their end is known, so none stays open.

    def _mark(self, mark: str, closing: bool) -> None:
        if not closing:
            self.open.setdefault(mark, len(self.buffer))
            return
        start = self.open.pop(mark, None)
        if start is None:
            return
        words = "".join(self.buffer[start:])
        bare = words.strip()
        del self.buffer[start:]
        if not bare or mark in bare:
            self.buffer.append(words)
            return
        lead = words[: len(words) - len(words.lstrip())]
        trail = words[len(words.rstrip()) :]
        self.buffer.append(f"{lead}{mark}{bare}{mark}{trail}")

    def _open_link(self, inside: str) -> None:
        self._close_link()
        values: dict[str, str] = {}
        for name, value in ATTRIBUTE.findall(inside[:20000]):
            values.setdefault(name.lower(), html.unescape(value.strip("\"'")))
        href = re.sub(r"[\s\x00-\x1f<>]+", "", values.get("href", ""))
        title = " ".join(re.sub(r"[\"<>\[\]]", "", values.get("title", "")).split())
        if href:
            self.link = (len(self.buffer), href, title)

    def _close_link(self) -> None:
        if not self.link:
            return
        start, href, title = self.link
        self.link = None
        words = "".join(self.buffer[start:])
        bare = " ".join(words.split())
        if not bare or "](" in bare:
            return
        del self.buffer[start:]
        lead = " " if words[:1].isspace() else ""
        trail = " " if words[-1:].isspace() else ""
        label = bare.replace("[", "(").replace("]", ")")
        address = href.replace("(", "%28").replace(")", "%29")
        quoted = f' "{title}"' if title else ""
        self.buffer.append(f"{lead}[{label}]({address}{quoted}){trail}")
