"""Front matter: a small piece of YAML between two lines of hyphens, read and written safely.

It is read from the parser's events, never made into objects: every scalar stays the text that
stands in the file (17.50 keeps its cents, 17:00 is no number of minutes, "no" is no boolean),
tags, anchors and aliases are refused (nothing is built, nothing is multiplied), and so is what
is too deep or too much.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

DEEPEST, MOST_EVENTS = 6, 60_000
MARK = re.compile(r"---[ \t]*")
_EMPTY = frozenset({"", "~", "null", "Null", "NULL"})
# The parser in C where it was built, which is a hundred times as fast; both say the same.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class OddFileError(Exception):
    """What cannot be understood in a file: on which line, and what to do about it."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"line {line}: {reason}")
        self.line = line


@dataclass(slots=True)
class Node:
    """A value as it stands in the file: a text, a list, or names and values; None for nothing."""

    line: int
    value: "str | list[Node] | dict[str, Node] | None"


class Plain(str):
    """Text to be written as it is: a number, a date, a yes or no."""

    __slots__ = ()


def split(text: str) -> tuple[str, str]:
    """Part a file into front matter and what follows. Raises `OddFileError`.

    Lines must end in ``\\n``. A line of three hyphens at the left edge ends the front matter;
    in a text of its own it is always further in.
    """
    lines = text.split("\n")
    for number, line in enumerate(lines[1:], start=1):
        if MARK.fullmatch(line):
            return "\n".join(lines[1:number]) + "\n", "\n".join(lines[number + 1 :])
    raise OddFileError(
        len(lines), "the front matter has no end. Close it with a line of three hyphens (---)."
    )


def load(text: str) -> dict[str, Node]:
    """Read the front matter, whose first line is the file's second. Raises `OddFileError`."""
    root = _read(_events(text))
    if not isinstance(root.value, dict):
        raise OddFileError(root.line, "the front matter is no list of names and values.")
    return root.value


def _events(text: str) -> Iterator[Any]:
    """Give the parser's events with a watch on their number, and on what they ask for."""
    depth = 0
    found: Iterator[Any] = yaml.parse(text, Loader=_LOADER)
    try:
        for count, event in enumerate(found):
            line = _line(event)
            if count > MOST_EVENTS:
                raise OddFileError(line, "the front matter is far too long.")
            if getattr(event, "anchor", None) is not None:
                raise OddFileError(line, "anchors and aliases (& and *) are not understood.")
            if getattr(event, "tag", None) is not None:
                raise OddFileError(line, "tags (!) are not understood.")
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            if depth > DEEPEST:
                raise OddFileError(line, "lists are nested too deeply.")
            yield event
    except yaml.YAMLError as error:
        mark: Any = getattr(error, "problem_mark", None)
        what = getattr(error, "problem", None) or "it holds characters that are not text"
        raise OddFileError(mark.line + 2 if mark else 1, f"this is no YAML ({what}).") from None


def _read(events: Iterator[Any]) -> Node:
    """Read the one document that there may be."""
    root = Node(1, {})
    documents = 0
    for event in events:
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise OddFileError(_line(event), "there is more than one document.")
            root = _node(next(events), events)
    return root


def _line(event: Any) -> int:
    """Return where an event begins, in the file's lines: the front matter starts on its second."""
    return int(event.start_mark.line) + 2


def _node(event: Any, events: Iterator[Any]) -> Node:
    line = _line(event)
    if isinstance(event, yaml.ScalarEvent):
        plain = event.style is None or event.style == ""
        return Node(line, None if plain and event.value in _EMPTY else event.value)
    if isinstance(event, yaml.SequenceStartEvent):
        items: list[Node] = []
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            items.append(_node(event, events))
        return Node(line, items)
    pairs: dict[str, Node] = {}
    while not isinstance(event := next(events), yaml.MappingEndEvent):
        name, value = _node(event, events), _node(next(events), events)
        if not isinstance(name.value, str):
            raise OddFileError(name.line, "a name is missing before the colon.")
        if name.value in pairs:
            raise OddFileError(name.line, f"“{name.value[:40]}” stands there twice.")
        pairs[name.value] = value
    return Node(line, pairs)


def dump(values: dict[str, Any]) -> str:
    """Write names and values in their order; the same values always give the same text."""
    text: str = yaml.dump(
        values,
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        default_flow_style=False,
        width=2**31,  # a sentence stays on its line: where it is cut would move with every word
    )
    return text


class _Dumper(yaml.SafeDumper):
    """Writes a text of several lines as lines, so that a difference shows the one that changed."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002  the library's own name
        """Write what comes twice twice."""
        return True


_IN_LINES = re.compile(r"[^\s](?:[^\r\x85\u2028\u2029\ufeff]*[^\s])?\n?")


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text and _IN_LINES.fullmatch(text) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _plain(dumper: yaml.SafeDumper, text: Plain) -> yaml.ScalarNode:
    words = str(text)
    resolver: Any = dumper
    return dumper.represent_scalar(resolver.resolve(yaml.ScalarNode, words, (True, False)), words)


_Dumper.add_representer(str, _text)
_Dumper.add_representer(Plain, _plain)
