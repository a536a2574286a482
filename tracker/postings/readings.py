"""From what a page says to what a posting holds. Pure."""

import hashlib
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tracker.postings.content import (
    DOCUMENT_TITLES,
    MOST_ROWS,
    DocumentValue,
    PostingValues,
    SectionValue,
)
from tracker.postings.parsing import Finding, PageReading
from tracker.postings.reading.decoding import decode
from tracker.postings.rules import DocumentKind, PayUnit

STATEMENT_HEADING = re.compile(
    r"\bequal\b.*\bopportunit|\be\.?e\.?o\.?e?\b|\bnon-?discriminat|\baffirmative action", re.I
)
MOST_HOURS = 168  # in a week
MOST_PAY = Decimal(10) ** 9


@dataclass(frozen=True, slots=True)
class Source:
    """Where a posting was read from: a name, the digest of its bytes, its text by lines."""

    name: str
    sha256: str
    text: str


def source_of(name: str, data: bytes) -> Source:
    """Describe a page. Raises `PageUnreadableError` as reading it would."""
    return Source(name, hashlib.sha256(data).hexdigest(), decode(name, data).text)


def finding_row(each: Finding) -> dict[str, Any]:
    """Write a finding as a posting keeps it."""
    return dict(each.as_json())


def values_of(reading: PageReading) -> PostingValues:
    """Turn a reading into values of a posting; unknown is empty. The contact is not among them.

    The statement on equal opportunity stands in its own field and not among the sections,
    so that a page shows it once.
    """
    sections = [SectionValue(each.heading or "", each.text) for each in reading.sections]
    statements = [each for each in sections if STATEMENT_HEADING.search(each.heading)]
    hours, pay = reading.hours_per_week, reading.pay
    pay_min, pay_max = _pair(pay.min, pay.max, MOST_PAY) if pay else (None, None)
    hours_min, hours_max = _pair(hours.min, hours.max, MOST_HOURS) if hours else (None, None)
    values: PostingValues = {
        "title": reading.title or "",
        "summary": reading.summary or "",
        "employment_types": list(reading.employment_type),
        "hours_min": hours_min,
        "hours_max": hours_max,
        "schedule": reading.schedule or "",
        "pay_min": pay_min,
        "pay_max": pay_max,
        "pay_unit": PayUnit(pay.unit) if pay else None,
        "benefits": reading.benefits or "",
        "location": reading.location or "",
        "reports_to": reading.reports_to or "",
        "closes_on": reading.closes_on,
        "open_until_filled": bool(reading.open_until_filled) and reading.closes_on is None,
        "interviews_begin_on": reading.interviews_begin_on,
        "documents": documents_of(reading),
        "subject_keyword": reading.subject_keyword or "",
        "skills": list(reading.skills),
        "accepting": reading.accepting is not False,
        "sections": _folded([each for each in sections if each not in statements]),
        "equal_opportunity_text": "\n\n".join(each.text for each in statements),
    }
    if pay:
        values["currency"] = pay.currency
    return values


def _folded(sections: list[SectionValue]) -> list[SectionValue]:
    """Put sections past those that the editor shows into the last, under headings of their own."""
    kept, rest = sections[: MOST_ROWS - 1], sections[MOST_ROWS - 1 :]
    if len(rest) < 2:
        return sections
    first, *more = rest
    parts = [first.text]
    for each in more:
        parts += [f"## {each.heading}"] * bool(each.heading) + [each.text]
    return [*kept, SectionValue(first.heading, "\n\n".join(filter(None, parts)))]


def documents_of(reading: PageReading) -> list[DocumentValue]:
    """Turn what a page asks for into documents with titles."""
    wanted = []
    for each in reading.documents:
        if isinstance(each, str):
            kind = DocumentKind(each)
            wanted.append(DocumentValue(kind, DOCUMENT_TITLES[kind]))
        else:
            wanted.append(DocumentValue(DocumentKind(each["kind"]), each["title"]))
    return wanted


def _pair(
    low: float | None, high: float | None, most: Decimal | int
) -> tuple[Decimal | None, Decimal | None]:
    """Make figures exact to the cent; out of all measure or out of order, they are unknown."""
    figures = [
        None if each is None else Decimal(str(each)).quantize(Decimal("0.01"))
        for each in (low, high)
    ]
    if any(each is not None and not 0 <= each <= most for each in figures):
        return None, None
    first, last = figures
    return (first, last) if first is None or last is None or first <= last else (None, None)
