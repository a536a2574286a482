"""What a posting holds, as plain values: forms and imports hand them to operations."""

import datetime as dt
import re
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from typing import Any, TypedDict, cast

from tracker.core.errors import N_
from tracker.postings.rules import DocumentKind, PayUnit, QuestionKind, SectionKind


@dataclass(frozen=True, slots=True)
class SectionValue:
    """A part of the text: heading ('' for opening words) and Markdown.

    `kind` None is found by the heading; `id` as in `DocumentValue`.
    """

    heading: str
    text: str
    kind: SectionKind | None = None
    id: int | None = None


@dataclass(frozen=True, slots=True)
class DocumentValue:
    """A document asked for. `id` names the row it already is, so that drafts keep theirs."""

    kind: DocumentKind
    title: str
    instructions: str = ""
    required: bool = True
    id: int | None = None
    word_limit: int | None = None


@dataclass(frozen=True, slots=True)
class QuestionValue:
    """A question put to candidates. `id` as in `DocumentValue`."""

    text: str
    kind: QuestionKind
    choices: tuple[str, ...] = ()
    word_limit: int | None = None
    required: bool = True
    id: int | None = None


class PostingValues(TypedDict, total=False):
    """Fields of a posting to set; those left out stay as they are.

    `managers` and `copied` are ids of persons. Of the two contacts at most one is set.
    """

    title: str
    summary: str
    employment_types: list[str]
    hours_min: Decimal | None
    hours_max: Decimal | None
    schedule: str
    evenings: bool
    weekends: bool
    pay_min: Decimal | None
    pay_max: Decimal | None
    pay_unit: PayUnit | None
    currency: str
    pay_note: str
    benefits: str
    location: str
    reports_to: str
    contact_person_id: int | None
    contact_position_id: int | None
    closes_on: dt.date | None
    closes_time: dt.time | None
    open_until_filled: bool
    first_review_on: dt.date | None
    interviews_begin_on: dt.date | None
    answer_by_on: dt.date | None
    openings: int
    subject_keyword: str
    unlisted: bool
    listed_on: dt.date | None
    accepting: bool
    accepts_late: bool
    equal_opportunity_text: str
    publish_at: dt.datetime | None
    is_template: bool
    is_demo: bool
    sections: list[SectionValue]
    documents: list[DocumentValue]
    questions: list[QuestionValue]
    skills: list[str]
    managers: list[int]
    copied: list[int]


TEXTS = (
    "title",
    "summary",
    "schedule",
    "pay_note",
    "benefits",
    "location",
    "reports_to",
    "subject_keyword",
    "equal_opportunity_text",
)
"""The fields of a posting that are words and stand by themselves."""

NONCHARACTERS = "\ufdd0-\ufdef" + "".join(
    chr(plane << 16 | last) for plane in range(17) for last in (0xFFFE, 0xFFFF)
)
"""Numbers that Unicode keeps from ever being characters, and that no page may hold."""
UNWRITTEN = re.compile(
    f"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff{NONCHARACTERS}]"
)
"""What no text of a posting keeps: control characters, which databases refuse, and marks that turn
the order of what is shown around, so that a person reads something else than what stands there."""
MOST_ROWS = 60
"""Sections, documents, questions: what the editor shows of each."""


def tidy(text: str) -> str:
    """Return a text with one kind of line end and nothing that nobody can see."""
    return UNWRITTEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def one_line(text: str) -> str:
    """Return a heading as a posting keeps it: one line, single spaces."""
    return " ".join(tidy(text).split())


def tidied(values: PostingValues) -> PostingValues:
    """Return values with every text in them as a posting keeps it."""
    kept = cast("PostingValues", {name: _tidied(value) for name, value in values.items()})
    return kept | {"title": kept["title"].strip()} if "title" in kept else kept


def _tidied(value: Any) -> Any:
    if isinstance(value, SectionValue):
        return replace(value, heading=one_line(value.heading), text=tidy(value.text))
    if isinstance(value, DocumentValue | QuestionValue):
        return replace(
            value, **{each.name: _tidied(getattr(value, each.name)) for each in fields(value)}
        )
    if isinstance(value, list | tuple):
        return type(value)(map(_tidied, value))
    # A word of an enum is text too, and stays the word it is.
    return tidy(value) if type(value) is str else value


DOCUMENT_TITLES = {
    DocumentKind.COVER_LETTER: N_("Cover letter"),
    DocumentKind.RESUME: N_("Resume"),
    DocumentKind.ESSAY: N_("Essay"),
    DocumentKind.REFERENCES: N_("References"),
    DocumentKind.OTHER: N_("Document"),
}
OTHER_TITLES = (
    N_("Writing sample"),
    N_("Philosophy statement"),
    N_("Portfolio"),
    N_("Letter of interest"),
    N_("Transcript"),
)
"""What else employers often ask for: candidates read these in their language too."""
