"""How two versions differ, ready for a page: words in pieces, lines of lists, was and now."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext

from tracker.core import formats
from tracker.postings.exports import changes, facts
from tracker.postings.rules import DocumentKind
from tracker.postings.versions import (
    Difference,
    Piece,
    SectionDifference,
    compare,
    compare_sections,
    shortened,
)


@dataclass(frozen=True)
class Shown:
    """A difference as a page shows it: words in pieces, lines of a list, or was and now."""

    word: str
    was: str = ""
    now: str = ""
    pieces: list[Piece] = field(default_factory=list)
    sections: list[SectionDifference] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    added: list[str] = field(default_factory=list)
    reordered: str = ""


def shown(found: Iterable[Difference], zone: str) -> list[Shown]:
    """Make differences ready for a page; `zone` is the employer's."""
    return [_shown(each, zone) for each in found]


def _shown(each: Difference, zone: str) -> Shown:
    word, old, new = each.matter.word, each.old, each.new
    if each.name in {"sections", "requirements"}:
        return Shown(word, sections=compare_sections(old or [], new or []))
    if each.matter.text:
        return Shown(word, pieces=shortened(compare(old or "", new or "")))
    if each.name in _LINES:
        return _listed(
            word,
            [_LINES[each.name](row) for row in old or []],
            [_LINES[each.name](row) for row in new or []],
        )
    write = _FACTS.get(each.name, _plain)
    return Shown(word, was=write(old, zone), now=write(new, zone))


def _listed(word: str, old: Sequence[str], new: Sequence[str]) -> Shown:
    removed = [line for line in old if line not in new]
    added = [line for line in new if line not in old]
    reordered = "" if removed or added else "; ".join(new)
    return Shown(word, removed=removed, added=added, reordered=reordered)


def _document(row: dict[str, Any]) -> str:
    kind = "" if row["kind"] == DocumentKind.OTHER else row["kind"].replace("_", " ")
    notes = [kind, "" if row["required"] else gettext("optional"), row["instructions"]]
    if row["word_limit"]:
        notes.append(gettext("at most %(count)d words", count=row["word_limit"]))
    return _noted(row["title"], notes)


def _question(row: dict[str, Any]) -> str:
    notes = [row["kind"], ", ".join(row["choices"]), "" if row["required"] else gettext("optional")]
    if row["word_limit"]:
        notes.append(gettext("at most %(count)d words", count=row["word_limit"]))
    return _noted(row["text"], notes)


def _noted(title: str, notes: Iterable[str]) -> str:
    said = "; ".join(filter(None, notes))
    return f"{title} ({said})" if said else title


def _contact(value: Any, _zone: str) -> str:
    if not value:
        return ""
    return ", ".join(filter(None, (value.get("name", ""), value["title"])))


def _day(value: Any, _zone: str) -> str:
    return formats.date(dt.date.fromisoformat(value)) if value else ""


def _yes(value: Any, _zone: str) -> str:
    return str(gettext("yes") if value else gettext("no"))


def _plain(value: Any, _zone: str) -> str:
    return "" if value is None else str(value)


_LINES: dict[str, Any] = {"documents": _document, "questions": _question, "skills": str}
_FACTS: dict[str, Any] = {
    "closing": changes.closing,
    "pay": lambda value, _zone: changes.pay(value),
    "hours": lambda value, _zone: changes.hours(value),
    "employment_types": lambda value, _zone: facts.types(value or []),
    "contact": _contact,
    "first_review_on": _day,
    "interviews_begin_on": _day,
    "answer_by_on": _day,
    "accepting": _yes,
    "accepts_late": _yes,
    "reopened": lambda value, _zone: gettext("open") if value else gettext("closed"),
}
