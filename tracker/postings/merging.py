"""Join what two people made of the same posting, field by field and row by row. Pure.

Both sides come as the form shows them (a value for each field, lists of rows), and the state
from which the person who typed began as digests: a form can carry those. What only one side
changed is taken as it is; where both did, somebody chooses.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tracker.postings.naming import HEADINGS

Row = dict[str, Any]
GROUPS: dict[str, tuple[str, ...]] = {
    "title": ("title",),
    "summary": ("summary",),
    "employment_types": ("employment_types",),
    "openings": ("openings",),
    "location": ("location",),
    "reports_to": ("reports_to",),
    "hours_min": ("hours_min", "hours_max"),
    "schedule": ("schedule",),
    "evenings": ("evenings", "weekends"),
    "pay_min": ("pay_min", "pay_max", "pay_unit", "currency"),
    "pay_note": ("pay_note",),
    "benefits": ("benefits",),
    "contact": ("contact", "contact_name", "contact_title", "contact_email"),
    "managers": ("managers",),
    "copied": ("copied",),
    "subject_keyword": ("subject_keyword",),
    "closing_rule": ("closing_rule", "closes_on", "closes_time"),
    "first_review_on": ("first_review_on",),
    "interviews_begin_on": ("interviews_begin_on",),
    "answer_by_on": ("answer_by_on",),
    "publish_at": ("publish_at",),
    "skills": ("skills",),
    "accepting": ("accepting",),
    "accepts_late": ("accepts_late",),
    "unlisted": ("unlisted", "listed_on"),
    "equal_opportunity_text": ("equal_opportunity_text",),
}
"""What belongs together and is chosen together, by the name of its first field."""

ROWS: dict[str, tuple[str, ...]] = {
    "sections": ("kind", "heading", "text"),
    "documents": ("kind", "title", "instructions", "word_limit", "required"),
    "questions": ("text", "kind", "choices", "word_limit", "required"),
}
LONG = frozenset({"summary", "schedule", "benefits", "skills", "equal_opportunity_text"})
MINE, THEIRS, BOTH = "mine", "theirs", "both"


@dataclass(frozen=True)
class Base:
    """The state that was begun from: digests of groups, and of rows by their ids, in order."""

    groups: Mapping[str, str] = field(default_factory=dict)
    rows: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def as_text(self) -> str:
        """Write it for a form to carry."""
        rows = {name: list(each.items()) for name, each in self.rows.items()}
        return json.dumps([self.groups, rows], separators=(",", ":"))


@dataclass(frozen=True)
class Point:
    """One thing on which the two sides differ; a row that one side lacks is None there.

    `key` names a group, a row ("sections:7"), or the order of rows ("sections"): there each side
    is all its rows as they stand.

    `taken` is the side that counts: MINE, THEIRS, BOTH, or '' while nobody has chosen.
    """

    key: str
    mine: Any
    theirs: Any
    taken: str
    clash: bool = False
    may_join: bool = False


@dataclass(frozen=True)
class Merged:
    """What both sides make together, and the points on which they differed."""

    data: dict[str, Any]
    points: tuple[Point, ...]

    @property
    def clashes(self) -> list[Point]:
        """What both sides changed."""
        return [each for each in self.points if each.clash]

    @property
    def open(self) -> list[Point]:
        """What somebody still has to choose."""
        return [each for each in self.points if not each.taken]

    @property
    def from_them(self) -> list[Point]:
        """What only they changed."""
        return [each for each in self.points if each.taken == THEIRS and not each.clash]

    @property
    def from_me(self) -> list[Point]:
        """What only I changed."""
        return [each for each in self.points if each.taken == MINE and not each.clash]


def base_of(data: Mapping[str, Any]) -> Base:
    """Describe a state of the posting, as the form shows it, by digests."""
    return Base(
        {name: _digest(_group(data, name)) for name in GROUPS},
        {
            name: {_id(row): _digest(_row(name, row)) for row in data.get(name, []) if _id(row)}
            for name in ROWS
        },
    )


def base_from(text: str | None) -> Base:
    """Read what a form carried; of one that did not arrive whole nothing is known."""
    try:
        groups, rows = json.loads(text or "")
        return Base(
            {str(name): str(each) for name, each in groups.items()},
            {
                str(name): {str(number): str(each) for number, each in pairs}
                for name, pairs in rows.items()
            },
        )
    except (ValueError, TypeError, AttributeError, RecursionError):
        return Base()


def differs(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Tell whether two states say anything different."""
    return any(_group(one, name) != _group(other, name) for name in GROUPS) or any(
        [_row(name, row) for row in one.get(name, []) if _says(name, row)]
        != [_row(name, row) for row in other.get(name, []) if _says(name, row)]
        for name in ROWS
    )


def merge(
    base: Base,
    mine: Mapping[str, Any],
    theirs: Mapping[str, Any],
    choices: Mapping[str, str] | None = None,
) -> Merged:
    """Join two states that began from the same one, with what was chosen for each point."""
    choices = choices or {}
    data, points = dict(theirs), []
    for name, members in GROUPS.items():
        point = _compare(base.groups.get(name), mine, theirs, name, choices)
        if point is None:
            continue
        points.append(point)
        if point.taken in {MINE, ""}:
            data.update({member: mine.get(member) for member in members})
        elif point.taken == BOTH:
            data[name] = _joined(theirs.get(name), mine.get(name))
    for name in ROWS:
        data[name], found = _merge_rows(base.rows.get(name, {}), mine, theirs, name, choices)
        points += found
    return Merged(data, tuple(points))


def _compare(
    was: str | None,
    mine: Mapping[str, Any],
    theirs: Mapping[str, Any],
    name: str,
    choices: Mapping[str, str],
) -> Point | None:
    one, other = _group(mine, name), _group(theirs, name)
    if one == other:
        return None
    if _digest(one) == was:
        return Point(name, mine, theirs, THEIRS)
    if _digest(other) == was:
        return Point(name, mine, theirs, MINE)
    joins = name in LONG and bool(one[0]) and bool(other[0])
    chosen = _chosen(choices, name, may_join=joins)
    return Point(name, mine, theirs, chosen, clash=True, may_join=joins)


def _chosen(choices: Mapping[str, str], key: str, *, may_join: bool) -> str:
    wish = choices.get(key, "")
    return wish if wish in {MINE, THEIRS} or (wish == BOTH and may_join) else ""


def _merge_rows(
    base: Mapping[str, str],
    mine: Mapping[str, Any],
    theirs: Mapping[str, Any],
    name: str,
    choices: Mapping[str, str],
) -> tuple[list[Row], list[Point]]:
    other = {_id(row): row for row in theirs.get(name, []) if _says(name, row)}
    standing = {_row(name, row) for key, row in other.items() if key not in base}
    one: dict[str, Row] = {}
    for number, row in enumerate(mine.get(name, [])):
        key = _id(row) if _id(row) in other or _id(row) in base else f"new{number}"
        twice = key.startswith("new") and _row(name, row) in standing  # both wrote the same
        if _says(name, row) and key not in one and not twice:
            one[key] = row
    keys, point = _order(base, one, other, name, choices)
    rows, points = [], [point] if point else []
    for key in keys:
        kept, point = _pair(base.get(key), one.get(key), other.get(key), name, key, choices)
        rows += kept
        points += [point] if point else []
    return rows, points


def _order(
    base: Mapping[str, str],
    mine: Mapping[str, Row],
    theirs: Mapping[str, Row],
    name: str,
    choices: Mapping[str, str],
) -> tuple[list[str], Point | None]:
    """Return the keys of all rows as they are to stand, and what there is to say about that.

    Only rows that both sides have can stand in another order; the others keep their place
    behind the row that they followed.
    """
    was, one, other = [
        [key for key in keys if key in mine and key in theirs] for keys in (base, mine, theirs)
    ]
    if one == other:
        return _laid(list(theirs), list(mine)), None
    clash = was not in (one, other)
    taken = _chosen(choices, name, may_join=False) if clash else THEIRS if one == was else MINE
    point = Point(name, list(mine.values()), list(theirs.values()), taken, clash=clash)
    first, second = (theirs, mine) if taken == THEIRS else (mine, theirs)
    return _laid(list(first), list(second)), point


def _pair(
    was: str | None,
    mine: Row | None,
    theirs: Row | None,
    name: str,
    key: str,
    choices: Mapping[str, str],
) -> tuple[list[Row], Point | None]:
    """Say what becomes of one row, and what there is to say about it."""
    one = _row(name, mine) if mine is not None else None
    other = _row(name, theirs) if theirs is not None else None
    if one == other:
        return ([theirs] if theirs is not None else []), None
    full, was = f"{name}:{key}", was or ""
    if was == _digest(one):
        return [theirs] if theirs is not None else [], Point(full, mine, theirs, THEIRS)
    fresh = [{**mine, "id": None} if theirs is None else mine] if mine is not None else []
    if was == _digest(other):
        return fresh, Point(full, mine, theirs, MINE)
    joins = name == "sections" and mine is not None and theirs is not None
    chosen = _chosen(choices, full, may_join=joins)
    point = Point(full, mine, theirs, chosen, clash=True, may_join=joins)
    if chosen == BOTH and mine is not None and theirs is not None:
        return [{**theirs, "text": _joined(theirs["text"], mine["text"])}], point
    if chosen == THEIRS:
        return [theirs] if theirs is not None else [], point
    return fresh, point


def _laid(first: list[str], second: list[str]) -> list[str]:
    """Put what only the second has behind what it follows there."""
    order = list(first)
    for place, key in enumerate(second):
        if key not in order:
            before = next((each for each in reversed(second[:place]) if each in order), None)
            order.insert(order.index(before) + 1 if before else 0, key)
    return order


def _group(data: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """Return what a group says, spelled in one way; what does not count is left out."""
    said = tuple(_plain(data.get(member)) for member in GROUPS[name])
    if name == "contact" and said[0] != "new":
        return said[:1]
    if name == "closing_rule":
        dated = said[0] == "date" or (said[0] == "unknown" and bool(said[1]))
        return ("date", *said[1:]) if dated else said[:1]
    return said


def _row(name: str, row: Row) -> tuple[str, ...]:
    return tuple(_plain(row.get(member)) for member in ROWS[name])


def _says(name: str, row: Row) -> bool:
    """Tell whether a row is more than an empty place of the form."""
    if name == "documents":
        return bool(_plain(row.get("kind")) or _plain(row.get("title")))
    if name == "sections" and not _plain(row.get("text")):
        usual = {kind.value: heading for kind, heading in HEADINGS.items()}
        return _plain(row.get("heading")) not in {"", usual.get(_plain(row.get("kind")))}
    return bool(_plain(row.get("text")))


def _id(row: Row) -> str:
    return _plain(row.get("id"))


def _joined(theirs: Any, mine: Any) -> str:
    return f"{_plain(theirs)}\n\n{_plain(mine)}"


def _plain(value: Any) -> str:
    """Spell a value so that the same is the same, whether typed or stored."""
    if value is None or value is False:
        return ""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, dt.datetime):
        return value.strftime("%Y-%m-%dT%H:%M")
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return "\n".join(sorted(_plain(each) for each in value))
    return "\n".join(line.rstrip() for line in str(value).strip().splitlines())


def _digest(said: Sequence[str] | None) -> str:
    """Name what was said in twelve letters; '' for what is not there."""
    if said is None:
        return ""
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:12]
