"""What a posting said at one time, and how two such times differ. Pure.

A version is a snapshot of everything that a reader of the posting sees, as canonical JSON:
keys in order, no stray space, so that the same words are the same bytes.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

from tracker.postings.reading.topics import topics_of
from tracker.postings.rules import MATTERS, Matter, SectionKind

Snapshot = dict[str, Any]
MOST_PAIRS = 200_000
"""Pairs of the same word in both texts: beyond, they are compared by lines, and not for hours."""
AROUND = 12
"""Words left standing around what changed, where a text stays as it was for long."""
_WORDS = re.compile(r"\S+\s*|\s+")
_LINES = re.compile(r"[^\n]*\n|[^\n]+")


@dataclass(frozen=True)
class Difference:
    """One matter that two versions say differently; values as the snapshots hold them."""

    name: str
    old: Any
    new: Any

    @property
    def matter(self) -> Matter:
        """What pages call it, and whether it is material."""
        return MATTERS[self.name]

    def as_json(self) -> dict[str, Any]:
        """Write it for the table."""
        return {"name": self.name, "old": self.old, "new": self.new}


def written(snapshot: Mapping[str, Any]) -> str:
    """Write a snapshot as canonical JSON."""
    return json.dumps(snapshot, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def read(text: str) -> Snapshot:
    """Read a snapshot back."""
    snapshot: Snapshot = json.loads(text)
    return snapshot


def differences(old: Snapshot, new: Snapshot) -> list[Difference]:
    """List what two versions say differently, in the order of `MATTERS`.

    Sections under headings of requirements are a matter of their own. Who the contact is
    counts, not how they are written: a colleague may take another name.
    """
    before, after = _matters(old), _matters(new)
    return [
        Difference(name, before.get(name), after.get(name))
        for name in MATTERS
        if _counted(name, before.get(name)) != _counted(name, after.get(name))
    ]


def material(found: list[Difference]) -> list[Difference]:
    """Keep the differences that those who applied must hear of."""
    return [each for each in found if each.matter.material]


def _matters(snapshot: Snapshot) -> Snapshot:
    sections = snapshot.get("sections", [])
    return {
        **snapshot,
        "requirements": [each for each in sections if is_requirement(each)],
        "sections": [each for each in sections if not is_requirement(each)],
    }


def _counted(name: str, value: Any) -> Any:
    if name == "contact" and value:
        return (value["kind"], value["id"])
    if name in {"sections", "requirements"}:
        return [(each["heading"], _spaced(each["text"])) for each in value]
    return _spaced(value) if isinstance(value, str) else value


def _spaced(text: str) -> str:
    # Line breaks mean something in Markdown, how wide a gap is does not.
    return "\n".join(" ".join(line.split()) for line in text.strip().splitlines())


def is_requirement(section: Mapping[str, Any]) -> bool:
    """Tell whether a section says what a candidate must bring: by what it is, or by its heading."""
    return section.get("kind") == SectionKind.QUALIFICATIONS or "qualifications" in topics_of(
        section["heading"]
    )


Kind = Literal["same", "removed", "added", "skipped"]


@dataclass(frozen=True)
class Piece:
    """A run of words that stayed, went or came; "skipped" stands for words left out between."""

    kind: Kind
    text: str = ""


def compare(old: str, new: str) -> list[Piece]:
    """Compare two texts word by word; long ones that share little, line by line.

    What is the same at both ends is set aside first: most changes are small.
    """
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    start = _shared(before, after)
    end = _shared(before[start:][::-1], after[start:][::-1])
    head, tail = after[:start], after[len(after) - end :] if end else []
    middle = _pieces(before[start : len(before) - end], after[start : len(after) - end])
    pieces = [Piece("same", "".join(head)), *middle, Piece("same", "".join(tail))]
    return [each for each in pieces if each.text]


def _shared(one: list[str], other: list[str]) -> int:
    """Count the words that two texts begin with alike."""
    pairs = zip(one, other, strict=False)
    return next(
        (index for index, (a, b) in enumerate(pairs) if a.strip() != b.strip()),
        min(len(one), len(other)),
    )


def _pieces(before: list[str], after: list[str]) -> list[Piece]:
    if _work(before, after) > MOST_PAIRS:
        before, after = (_LINES.findall("".join(words)) for words in (before, after))
    if _work(before, after) > MOST_PAIRS:
        return [Piece("removed", "".join(before)), Piece("added", "".join(after))]
    # Words with the space behind them: at the end of a line it differs, and the word does not.
    old_keys, new_keys = ([each.strip() for each in words] for words in (before, after))
    matcher = SequenceMatcher(None, old_keys, new_keys, autojunk=False)
    pieces: list[Piece] = []
    for tag, i, j, k, m in matcher.get_opcodes():
        if tag == "equal":
            pieces.append(Piece("same", "".join(after[k:m])))
            continue
        if i < j:
            pieces.append(Piece("removed", "".join(before[i:j])))
        if k < m:
            pieces.append(Piece("added", "".join(after[k:m])))
    return pieces


def _work(before: list[str], after: list[str]) -> int:
    counts = Counter(each.strip() for each in after)
    return sum(counts[each.strip()] for each in before)


def shortened(pieces: list[Piece]) -> list[Piece]:
    """Leave out the middle of what stayed for long, so that what changed is found."""
    return [each for index in range(len(pieces)) for each in _short(pieces, index)]


def _short(pieces: list[Piece], index: int) -> Iterator[Piece]:
    piece = pieces[index]
    words = _WORDS.findall(piece.text)
    first, last = index == 0, index == len(pieces) - 1
    if piece.kind != "same" or len(words) <= 2 * AROUND + 6:
        yield piece
        return
    if not first:
        yield Piece("same", "".join(words[:AROUND]))
    yield Piece("skipped")
    if not last:
        yield Piece("same", "".join(words[-AROUND:]))


@dataclass(frozen=True)
class SectionDifference:
    """How one section changed: its heading now, its heading before, its text in pieces."""

    heading: str
    was: str
    pieces: list[Piece]
    state: Literal["changed", "added", "removed", "moved"]


def compare_sections(
    old: list[dict[str, str]], new: list[dict[str, str]]
) -> list[SectionDifference]:
    """Tell section by section what changed: found by heading, else by their place."""
    found: list[SectionDifference] = []
    for before, after in _paired(old, new):
        if before is None and after is not None:
            text = [Piece("added", after["text"])]
            found.append(SectionDifference(after["heading"], after["heading"], text, "added"))
        elif after is None and before is not None:
            text = [Piece("removed", before["text"])]
            found.append(SectionDifference(before["heading"], before["heading"], text, "removed"))
        elif before is not None and after is not None and before != after:
            text = shortened(compare(before["text"], after["text"]))
            found.append(SectionDifference(after["heading"], before["heading"], text, "changed"))
    if not found and old != new:
        return [SectionDifference(each["heading"], each["heading"], [], "moved") for each in new]
    return found


Pair = tuple[dict[str, str] | None, dict[str, str] | None]


def _paired(old: list[dict[str, str]], new: list[dict[str, str]]) -> list[Pair]:
    """Pair sections by heading; those left over by the place that they have among the rest."""
    left = list(old)
    pairs: list[Pair] = []
    for after in new:
        before = next((each for each in left if each["heading"] == after["heading"]), None)
        if before is not None:
            left.remove(before)
        pairs.append((before, after))
    unpaired = [index for index, (before, _) in enumerate(pairs) if before is None]
    for index, before in zip(unpaired, list(left), strict=False):
        pairs[index] = (before, pairs[index][1])
        left.remove(before)
    return [*pairs, *((before, None) for before in left)]
