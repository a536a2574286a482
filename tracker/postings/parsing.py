"""Read posting pages: from files as staff wrote them to what the import prints.

Pure and by rules: every field has a module in ``reading`` whose rules say why. What a
page does not say is null, and what is missing, contradictory or odd is a finding.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal, NamedTuple

from tracker.postings.reading.closing import read_accepting, read_closing
from tracker.postings.reading.contacts import Contact, read_contact
from tracker.postings.reading.decoding import MOST_TEXT, PageUnreadableError, decode
from tracker.postings.reading.equal import check_equal_opportunity
from tracker.postings.reading.findings import Finding, Severity, finding
from tracker.postings.reading.lists import Entry, match, opening_words, read_list
from tracker.postings.reading.markup import to_rows
from tracker.postings.reading.money import Pay, read_pay
from tracker.postings.reading.outline import Block, SentencedOutline, arrange
from tracker.postings.reading.requested import (
    Document,
    read_documents,
    read_forbidden,
    read_skills,
    read_subject_keyword,
)
from tracker.postings.reading.sections import Section, duplicate_headings, to_sections
from tracker.postings.reading.terms import read_benefits, read_location, read_reports_to
from tracker.postings.reading.titles import Title, read_title
from tracker.postings.reading.words import letters
from tracker.postings.reading.work import (
    Hours,
    read_employment,
    read_hours,
    read_schedule,
    types_in,
)

__all__ = [
    "Contact",
    "Document",
    "Entry",
    "Finding",
    "Hours",
    "Page",
    "PageReading",
    "PageUnreadableError",
    "Pay",
    "Section",
    "Severity",
    "read_pages",
]


class Page(NamedTuple):
    """A page as it was given: the file's name and its bytes."""

    file: str
    data: bytes


@dataclass(slots=True)
class PageReading:
    """What a page says. None is unknown; ``lines`` holds the source line of each field."""

    file: str
    kind: Literal["posting", "list"]
    title: str | None = None
    summary: str | None = None
    employment_type: list[str] = field(default_factory=list)
    hours_per_week: Hours | None = None
    schedule: str | None = None
    pay: Pay | None = None
    benefits: str | None = None
    location: str | None = None
    reports_to: str | None = None
    contact: Contact | None = None
    closes_on: date | None = None
    open_until_filled: bool | None = None
    interviews_begin_on: date | None = None
    documents: list[Document] = field(default_factory=list)
    subject_keyword: str | None = None
    skills: list[str] = field(default_factory=list)
    accepting: bool | None = None
    sections: list[Section] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    postings: list[Entry] | None = None
    lines: dict[str, int] = field(default_factory=dict)
    link: str | None = None

    def as_json(self) -> dict[str, object]:
        """Return the object that ``flask postings import --json`` prints for this page."""
        shown: dict[str, object] = {
            "file": self.file,
            "kind": self.kind,
            "title": self.title,
            "summary": self.summary,
            "employment_type": list(self.employment_type),
            "hours_per_week": self.hours_per_week.as_json() if self.hours_per_week else None,
            "schedule": self.schedule,
            "pay": self.pay.as_json() if self.pay else None,
            "benefits": self.benefits,
            "location": self.location,
            "reports_to": self.reports_to,
            "contact": self.contact.as_json() if self.contact else None,
            "closes_on": self.closes_on.isoformat() if self.closes_on else None,
            "open_until_filled": self.open_until_filled,
            "interviews_begin_on": (
                self.interviews_begin_on.isoformat() if self.interviews_begin_on else None
            ),
            "documents": list(self.documents),
            "subject_keyword": self.subject_keyword,
            "skills": list(self.skills),
            "accepting": self.accepting,
            "sections": [section.as_json() for section in self.sections],
            "findings": [one.as_json() for one in self.findings],
        }
        if self.postings is not None:
            shown["postings"] = [entry.as_json() for entry in self.postings]
        return shown


class _Opened(NamedTuple):
    file: str
    outline: SentencedOutline
    findings: tuple[Finding, ...]
    entries: list[Entry] | None


def read_pages(
    pages: Sequence[Page | tuple[str, bytes]],
    as_of: date | None = None,
    statement: str | None = None,
    unreadable: list[PageUnreadableError] | None = None,
) -> list[PageReading]:
    """Read openings and list pages together, in the order given.

    ``as_of`` is the day from which a date without a year is the next such date.
    ``statement`` is the employer's equal-opportunity statement, which a page's own is
    compared with. A file that is no page raises PageUnreadableError; where ``unreadable``
    is given the error is put there instead, and the other pages are read.
    """
    opened = []
    for file, data in pages:
        try:
            opened.append(_open(file, data))
        except PageUnreadableError as error:
            if unreadable is None:
                raise
            unreadable.append(error)
    entries = [entry for page in opened for entry in page.entries or []]
    readings = []
    matched: list[Entry] = []
    for page in opened:
        if page.entries is None:
            reading, entry = _read_posting(page, entries, as_of, statement)
            matched += [entry] if entry else []
        else:
            reading = _read_list_page(page, statement)
        readings.append(reading)
    if any(page.entries is None for page in opened):
        _point_at_unmatched(readings, matched)
    for reading in readings:
        reading.findings.sort(key=lambda one: one.line)
    return readings


def _open(file: str, data: bytes) -> _Opened:
    decoded = decode(file, data)
    rows = to_rows(decoded.text)
    if sum(len(row.text) for row in rows) > MOST_TEXT:
        raise PageUnreadableError(
            file, "it holds far more text than a posting. Choose the page of one opening."
        )
    outline = arrange(rows)
    if not outline.blocks:
        raise PageUnreadableError(
            file, "nothing but layout is in it. Choose the page with the posting's text."
        )
    return _Opened(file, outline, decoded.findings, read_list(outline))


def _read_list_page(page: _Opened, statement: str | None) -> PageReading:
    outline = page.outline
    reading = PageReading(page.file, "list", postings=page.entries)
    reading.sections = to_sections(outline, None)
    reading.findings = [*page.findings, *outline.findings]
    # A list need not carry the statement; what it carries must be right.
    reading.findings += [
        one
        for one in check_equal_opportunity(outline, statement)
        if one.code != "equal-opportunity-missing"
    ]
    if not page.entries:
        reading.findings.append(finding("list-empty", "postings", 1))
    return reading


def _read_posting(
    page: _Opened, entries: list[Entry], as_of: date | None, statement: str | None
) -> tuple[PageReading, Entry | None]:
    outline = page.outline
    reading = PageReading(page.file, "posting")
    reading.findings = [*page.findings, *outline.findings]
    entry = _name(reading, outline, entries)
    _read_conditions(reading, outline)
    _read_application(reading, outline, as_of)
    reading.findings += check_equal_opportunity(outline, statement)
    reading.findings += duplicate_headings(outline)
    heading = _page_heading(outline, reading)
    same = heading is not None and letters(heading.plain) == letters(reading.title or "")
    reading.sections = to_sections(outline, heading, drop=same)
    return reading, entry


def _name(reading: PageReading, outline: SentencedOutline, entries: list[Entry]) -> Entry | None:
    """Fill title and summary: the list's where an entry agrees, else the page's own."""
    own, odd = read_title(outline)
    reading.findings += odd
    opening = opening_words(outline)
    found = match(entries, opening, own.text if own else None)
    entry = found[0] if len({one.title for one in found}) == 1 else None
    if found and not entry:
        reading.findings.append(finding("list-match-unclear", "title", 1))
    if entry:
        reading.title, reading.summary, reading.link = entry.title, entry.summary, entry.link
        if own and not _agree(own, entry):
            reading.findings.append(
                finding("title-differs", "title", own.line, text=entry.title, other=own.text)
            )
    elif own:
        reading.title = own.text
        reading.lines["title"] = own.line
    else:
        reading.findings.append(finding("no-title", "title", outline.blocks[0].line))
    reading.summary = reading.summary or opening or None
    return entry


def _agree(own: Title, entry: Entry) -> bool:
    return letters(own.text) in letters(entry.title) or letters(entry.title) in letters(own.text)


def _read_conditions(reading: PageReading, outline: SentencedOutline) -> None:
    """Fill how the job is held, what it pays, where it is and whom it reports to."""
    types, line = read_employment(outline)
    if not types and reading.title:
        types = [name for name in types_in(reading.title) if name.endswith("_TIME")]
    reading.employment_type = types
    _mark(reading, "employment_type", line)
    if not types:
        at = outline.line_about("schedule", "apply")
        reading.findings.append(finding("no-employment-type", "employment_type", at))
    reading.hours_per_week, line, odd = read_hours(outline)
    _mark(reading, "hours_per_week", line, odd)
    reading.schedule, line = read_schedule(outline)
    _mark(reading, "schedule", line)
    reading.pay, line, odd = read_pay(outline)
    _mark(reading, "pay", line, odd)
    reading.benefits, line, odd = read_benefits(outline)
    _mark(reading, "benefits", line, odd)
    reading.location, line = read_location(outline)
    _mark(reading, "location", line)
    reading.reports_to, line = read_reports_to(outline)
    _mark(reading, "reports_to", line)


def _read_application(reading: PageReading, outline: SentencedOutline, as_of: date | None) -> None:
    """Fill whom to apply to, with what, and until when."""
    reading.contact, line, odd = read_contact(outline)
    _mark(reading, "contact", line, odd)
    closing = read_closing(outline, as_of)
    reading.closes_on = closing.closes_on
    reading.open_until_filled = closing.open_until_filled
    reading.interviews_begin_on = closing.interviews_begin_on
    reading.lines.update(closing.lines)
    reading.findings += closing.findings
    reading.documents, line, odd = read_documents(outline)
    _mark(reading, "documents", line, odd)
    reading.subject_keyword, line = read_subject_keyword(outline)
    _mark(reading, "subject_keyword", line)
    reading.skills, line = read_skills(outline)
    _mark(reading, "skills", line)
    reading.accepting, line = read_accepting(outline)
    _mark(reading, "accepting", line)
    reading.findings += read_forbidden(outline)


def _mark(reading: PageReading, name: str, line: int | None, odd: Sequence[Finding] = ()) -> None:
    if line is not None:
        reading.lines[name] = line
    reading.findings += odd


def _page_heading(outline: SentencedOutline, reading: PageReading) -> Block | None:
    """Return the heading that names the whole page, so that it does not part the page."""
    line = reading.lines.get("title")
    named = [block for block in outline.headings if block.line == line]
    if not named:
        top = outline.headings[:1]
        named = [
            block
            for block in top
            if all(other.level > block.level for other in outline.headings[1:])
            and len(outline.headings) > 2
        ]
    return named[0] if named else None


def _point_at_unmatched(readings: list[PageReading], matched: list[Entry]) -> None:
    for reading in readings:
        for entry in reading.postings or []:
            if entry not in matched:
                reading.findings.append(
                    replace(
                        finding("list-entry-without-page", "postings", entry.line, text=entry.title)
                    )
                )
