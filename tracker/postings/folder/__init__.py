"""A posting as a Markdown file in a folder under Git: written, read back, compared.

Pure. Three things tell what happened to a file: its words (`Content`, whose digest is the
same wherever the same posting is written), the `base` line that says which words Tracker had
when it wrote the file, and the words that Tracker has now.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tracker.postings.content import UNWRITTEN, one_line
from tracker.postings.folder import body, frontmatter, values
from tracker.postings.folder.frontmatter import Node, OddFileError, Plain
from tracker.postings.folder.values import Reader
from tracker.postings.reading.decoding import PageUnreadableError
from tracker.postings.rules import PostingState

FORMAT = "1"
LARGEST_FILE = 4 << 20
"""Bytes. A page is refused far earlier; this is what Tracker itself wrote, and must come back."""

Content = dict[str, Any]
"""What a posting says, in plain JSON values: one for each of `FIELDS`, and its `sections`."""


@dataclass(frozen=True, slots=True)
class Field:
    """A line of the front matter: how it is read, and what its absence says."""

    read: Reader
    empty: Any
    plain: bool = False


_TEXT = Field(values.text, "")
_AMOUNT = Field(values.amount, None, plain=True)
_HOURS = Field(values.hours, None, plain=True)
_DAY = Field(values.day, None, plain=True)
_PEOPLE = Field(values.addresses, [])
_NO = Field(values.flag, empty=False, plain=True)
FIELDS: dict[str, Field] = {
    "title": _TEXT,
    "summary": _TEXT,
    "employment_types": Field(values.employment, []),
    "openings": Field(values.count(1, 1_000_000), 1, plain=True),
    "hours_min": _HOURS,
    "hours_max": _HOURS,
    "schedule": _TEXT,
    "evenings": _NO,
    "weekends": _NO,
    "pay_min": _AMOUNT,
    "pay_max": _AMOUNT,
    "pay_unit": Field(values.pay_unit, None),
    "currency": Field(values.text, None),
    "pay_note": _TEXT,
    "benefits": _TEXT,
    "location": _TEXT,
    "reports_to": _TEXT,
    "contact": Field(values.contact, None),
    "managers": _PEOPLE,
    "copied": _PEOPLE,
    "publish_at": Field(values.moment, None, plain=True),
    "closes_on": _DAY,
    "closes_time": Field(values.clock, None),
    "open_until_filled": _NO,
    "first_review_on": _DAY,
    "interviews_begin_on": _DAY,
    "answer_by_on": _DAY,
    "subject_keyword": _TEXT,
    "unlisted": _NO,
    "listed_on": _DAY,
    "accepting": Field(values.flag, empty=True, plain=True),
    "accepts_late": _NO,
    "is_template": _NO,
    "section_kinds": Field(values.items(values.section_kind), []),
    "skills": Field(values.unlike(values.needed), []),
    "documents": Field(values.items(values.document), []),
    "questions": Field(values.items(values.question), []),
    "equal_opportunity_text": _TEXT,
}
"""In the order of the file. A field whose value is that of its absence has no line."""

_ROW_EMPTY: dict[str, Any] = {
    "instructions": "",
    "word_limit": None,
    "required": True,
    "choices": [],
}
_DIGEST = re.compile(r"[0-9a-f]{16}")
_REFERENCE = re.compile(r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*")
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@dataclass(slots=True)
class Head:
    """What a file says of the posting beside its words: which it is, and where it stands.

    `base` is the digest of the words that Tracker had when it wrote the file, '' in one that
    a person began. `state` '' is a draft of which nothing is said.
    """

    reference: str = ""
    slug: str = ""
    state: str = ""
    base: str = ""


@dataclass(slots=True)
class FileReading:
    """A file that was read.

    `people` are name and title of whom it names by address, `lines` where each field stands.
    """

    file: str
    head: Head
    content: Content
    people: dict[str, tuple[str, str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    lines: dict[str, int] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """The posting's title as the file has it."""
        return str(self.content["title"])


def digest(content: Content) -> str:
    """Return what the same words always give, and others never."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]


def is_posting_file(data: bytes) -> bool:
    """Tell a file of this form from a page: its front matter has a line `tracker:`."""
    text = _decode_roughly(data)
    if not frontmatter.MARK.fullmatch(text.partition("\n")[0]):
        return False
    for line in text.split("\n")[1:]:
        if frontmatter.MARK.fullmatch(line):
            return False
        if re.match(r"tracker[ \t]*:", line):
            return True
    return False


def _decode_roughly(data: bytes) -> str:
    start = data[:8192]
    codec = "utf-16" if start[:2] in {b"\xff\xfe", b"\xfe\xff"} else "latin-1"
    text = start.decode(codec, "replace").removeprefix("\xef\xbb\xbf")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def read_file(file: str, data: bytes) -> FileReading:
    """Read a posting's file. Raises `PageUnreadableError`, which names the line and says why."""
    try:
        return _read(file, _decode(data))
    except OddFileError as error:
        raise PageUnreadableError(file, str(error)) from None


def _decode(data: bytes) -> str:
    if len(data) > LARGEST_FILE:
        raise OddFileError(1, "the file is larger than four megabytes.")
    codec = "utf-16" if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"
    try:
        text = data.decode(codec)
    except UnicodeDecodeError as error:
        raise OddFileError(
            data.count(b"\n", 0, error.start) + 1,
            "the file is not in UTF-8. Save it again as UTF-8; guessing could change words.",
        ) from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _read(file: str, text: str) -> FileReading:
    notes = []
    if UNWRITTEN.search(text):
        notes.append("Control characters and marks that nobody can see were left out.")
        text = UNWRITTEN.sub("", text)
    front, rest = frontmatter.split(text)
    nodes = frontmatter.load(front)
    head = _read_head(nodes)
    values.check_names(nodes, FIELDS)
    content: Content = {
        name: each.read(nodes[name]) if name in nodes else each.empty
        for name, each in FIELDS.items()
    }
    content["openings"] = content["openings"] or 1
    content["currency"] = content["currency"] or None
    sections = body.read(rest)
    if len(sections) > values.MOST_ROWS or any(len(one) > values.LONGEST for _, one in sections):
        raise OddFileError(1, "there is far more text than in a posting.")
    content["sections"] = [[one_line(heading), words] for heading, words in sections]
    lines = {name: node.line for name, node in nodes.items()}
    reading = FileReading(file, head, content, notes=notes, lines=lines)
    _part_contact(reading)
    _check_together(nodes, content)
    return reading


def _read_head(nodes: dict[str, Node]) -> Head:
    """Take out the lines that say which posting this is."""
    form = nodes.pop("tracker", Node(1, None))
    if form.value != FORMAT:
        raise OddFileError(form.line, f"only `tracker: {FORMAT}` is understood.")
    states = ", ".join(PostingState)
    return Head(
        reference=_word(nodes, "reference", _REFERENCE, "reference such as 2026-014"),
        slug=_word(nodes, "slug", _SLUG, "slug such as childrens-librarian"),
        state=_word(
            nodes, "state", re.compile("|".join(PostingState)), f"state. There are: {states}"
        ),
        base=_word(nodes, "base", _DIGEST, "base line of Tracker's. Take it from an export"),
    )


def _word(nodes: dict[str, Node], name: str, shape: re.Pattern[str], what: str) -> str:
    node = nodes.pop(name, None)
    found = values.text(node).strip() if node else ""
    if node and found and (not shape.fullmatch(found) or len(found) > 80):
        raise OddFileError(node.line, f"“{found[:40]}” is no {what}.")
    return found


def _part_contact(reading: FileReading) -> None:
    """Keep of a person the address alone: how they are called is for Tracker's people to say."""
    contact = reading.content["contact"]
    if contact and "email" in contact:
        called = (contact.get("name", ""), contact.get("title", ""))
        reading.people[contact["email"]] = called
        reading.content["contact"] = {"email": contact["email"]}
    elif contact:
        reading.content["contact"] = {"position": contact["position"]}


def _check_together(nodes: Mapping[str, Node], content: Content) -> None:
    """Refuse what the database would: fields that contradict one another."""

    def line(*names: str) -> int:
        return next((nodes[name].line for name in names if name in nodes), 1)

    for low, high in (("hours_min", "hours_max"), ("pay_min", "pay_max")):
        first, last = content[low], content[high]
        if first is not None and last is not None and float(first) > float(last):
            raise OddFileError(line(high), f"{high} is lower than {low}.")
    paid = content["pay_min"] is not None or content["pay_max"] is not None
    if paid and content["pay_unit"] is None:
        raise OddFileError(line("pay_min", "pay_max"), "say what the pay is for (pay_unit: HOUR).")
    if content["closes_on"] and content["open_until_filled"]:
        raise OddFileError(
            line("open_until_filled"), "give closes_on or open_until_filled, not both."
        )
    if content["listed_on"] and not content["unlisted"]:
        raise OddFileError(line("listed_on"), "listed_on wants unlisted: true.")
    kinds = content["section_kinds"]
    if kinds and len(kinds) != len(content["sections"]):
        raise OddFileError(
            line("section_kinds"), "section_kinds names one for each section, or is left out."
        )
    if kinds == values.kinds_of_headings(content["sections"]):
        content["section_kinds"] = []


def write_file(
    head: Head, content: Content, people: Mapping[str, tuple[str, str]] | None = None
) -> bytes:
    """Write a posting's file: the same posting always gives the same bytes."""
    lines: dict[str, Any] = {"tracker": Plain(FORMAT)}
    for name in ("base", "state", "reference", "slug"):
        if getattr(head, name):
            lines[name] = getattr(head, name)
    for name, each in FIELDS.items():
        value = content[name]
        if value != each.empty:
            lines[name] = _line(name, value, people or {}, plain=each.plain)
    front = frontmatter.dump(lines)
    words = body.write([(heading, text) for heading, text in content["sections"]])
    tail = f"\n{words}\n" if words else ""
    return f"---\n{front}---\n{tail}".encode()


def _line(name: str, value: Any, people: Mapping[str, tuple[str, str]], *, plain: bool) -> Any:
    if name == "contact":
        named = people.get(value.get("email", ""), ("", ""))
        told = dict(zip(("name", "title"), named, strict=True))
        return {**value, **{key: words for key, words in told.items() if words}}
    if name in {"documents", "questions"}:
        return [_row(each) for each in value]
    if plain:
        return Plain(str(value).lower() if isinstance(value, bool) else value)
    return value


def _row(row: dict[str, Any]) -> dict[str, Any]:
    """Write a row without what its absence says already."""
    written = {}
    for name, value in row.items():
        if name in _ROW_EMPTY and value == _ROW_EMPTY[name]:
            continue
        written[name] = Plain(str(value).lower()) if isinstance(value, int) else value
    return written
