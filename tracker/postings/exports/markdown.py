"""A posting as the Markdown file that a folder under Git keeps of it."""

import datetime as dt
from typing import Any

from tracker.postings.content import TEXTS, one_line, tidy
from tracker.postings.folder import Content, Head, digest, values, write_file
from tracker.postings.models import Posting
from tracker.postings.rules import MemberRole, PostingState

_FIGURES = {
    "hours_min": values.hours_text,
    "hours_max": values.hours_text,
    "pay_min": values.amount_text,
    "pay_max": values.amount_text,
}
_DAYS = ("closes_on", "listed_on", "first_review_on", "interviews_begin_on", "answer_by_on")
_PLAIN = (
    "openings",
    "evenings",
    "weekends",
    "currency",
    "open_until_filled",
    "unlisted",
    "accepting",
    "accepts_late",
    "is_template",
)


def content_of(posting: Posting) -> Content:
    """Say what a posting says, in the form that files are compared in."""
    content: Content = {name: tidy(getattr(posting, name)) for name in TEXTS}
    for name, written in _FIGURES.items():
        figure = getattr(posting, name)
        content[name] = None if figure is None else written(figure)
    for name in _DAYS:
        day = getattr(posting, name)
        content[name] = None if day is None else day.isoformat()
    content |= {name: getattr(posting, name) for name in _PLAIN}
    closes_time, publish_at = posting.closes_time, posting.publish_at
    sections = [[one_line(each.heading), tidy(each.text)] for each in posting.sections]
    kinds = [each.kind.value for each in posting.sections]
    return content | {
        "employment_types": list(posting.employment_types),
        "pay_unit": posting.pay_unit.value if posting.pay_unit else None,
        "contact": contact_of(posting),
        "managers": _addresses(posting, MemberRole.MANAGER),
        "copied": _addresses(posting, MemberRole.COPIED),
        "publish_at": None if publish_at is None else values.moment_text(publish_at),
        "closes_time": None if closes_time is None else values.clock_text(closes_time),
        "skills": [tidy(each.name) for each in posting.skills],
        "documents": [_document(each) for each in posting.documents],
        "questions": [_question(each) for each in posting.questions],
        "sections": sections,
        "section_kinds": [] if kinds == values.kinds_of_headings(sections) else kinds,
    }


def contact_of(posting: Posting) -> dict[str, str] | None:
    """Name the posting's contact as files name it: a position, or a person by address."""
    if posting.contact_position is not None:
        return {"position": one_line(posting.contact_position.title)}
    person = posting.contact_person
    return None if person is None else {"email": person.email}


def _addresses(posting: Posting, role: MemberRole) -> list[str]:
    return sorted(each.person.email for each in posting.members if each.role is role)


def _document(row: Any) -> dict[str, Any]:
    return {
        "kind": row.kind.value,
        "title": tidy(row.title),
        "instructions": tidy(row.instructions),
        "word_limit": row.word_limit,
        "required": row.required,
    }


def _question(row: Any) -> dict[str, Any]:
    return {
        "text": tidy(row.text),
        "kind": row.kind.value,
        "choices": [tidy(each) for each in row.choices],
        "word_limit": row.word_limit,
        "required": row.required,
    }


def head_of(posting: Posting, base: str, at: dt.datetime, *, held: bool = False) -> Head:
    """Say which posting it is and where it stands; of a draft only a file that holds it says so."""
    state = posting.state_at(at)
    said = "" if state is PostingState.DRAFT and not held else state.value
    return Head(reference=posting.reference, slug=posting.slug, state=said, base=base)


def as_file(posting: Posting, at: dt.datetime, *, held: bool = False) -> bytes:
    """Write a posting's file."""
    content = content_of(posting)
    person = posting.contact_person
    people = {person.email: (one_line(person.name), one_line(person.title))} if person else {}
    return write_file(head_of(posting, digest(content), at, held=held), content, people)
