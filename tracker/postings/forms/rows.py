"""Rows of the posting form that come, go and move, each by a button that sends the form."""

from typing import Any

from wtforms import FieldList

from tracker.core.web import whole_number
from tracker.postings.content import MOST_ROWS
from tracker.postings.naming import HEADINGS, place_for
from tracker.postings.rules import SectionKind

ROWS = {"section": "sections", "document": "documents", "question": "questions"}


def kind_from(text: str | None) -> SectionKind:
    """Read what a section is; whatever is none of the named ones is the employer's own."""
    return SectionKind(text) if text in set(SectionKind) else SectionKind.OTHER


def act_on_rows(form: Any, act: str) -> str:
    """Do what a row's button says ("add section duties", "remove document 2", "up question 2").

    Returns the id of the control to go to, '' when the button is none of these.
    """
    verb, _, rest = act.partition(" ")
    noun, _, which = rest.partition(" ")
    rows = getattr(form, ROWS.get(noun, ""), None)
    if rows is None:
        return ""
    if verb == "add":
        return _add(rows, noun, which) if len(rows.entries) < MOST_ROWS else f"add-{noun}"
    index = (whole_number(which) or 0) - 1
    data = rows.data
    if not 0 <= index < len(data):
        return ""
    other = {"up": index - 1, "down": index + 1}.get(verb)
    if verb == "remove":
        del data[index]
    elif other is not None and 0 <= other < len(data):
        data[index], data[other] = data[other], data[index]
        index = other
    _refill(rows, data)
    return f"{rows.name}-{min(index, len(data) - 1)}" if data else f"add-{noun}"


def _add(rows: FieldList, noun: str, which: str) -> str:
    data = rows.data
    place = len(data)
    row: dict[str, Any] = {"required": True}
    if noun == "section":
        kind = kind_from(which)
        place = place_for(kind, [kind_from(each["kind"]) for each in data])
        row = {"kind": kind.value, "heading": HEADINGS.get(kind, "")}
    data.insert(place, row)
    _refill(rows, data)
    return f"{rows.name}-{place}"


def _refill(rows: FieldList, data: list[dict[str, Any]]) -> None:
    while rows.entries:
        rows.pop_entry()
    rows.last_index = -1
    for each in data:
        rows.append_entry(each)
