"""What the families' tests are made of.

A case is a text, which stands in a section of a posting that lacks nothing else, or the facts
that differ from that posting's. `FLAGS` and `SPARES` of a family hold cases by code.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import pytest

from tracker.postings.checks import Check, Facts, check
from tracker.postings.content import (
    DocumentValue,
    QuestionValue,
    SectionValue,
)
from tracker.postings.rules import DocumentKind, PayUnit, QuestionKind

AT = dt.datetime(2027, 3, 1, 15, tzinfo=dt.UTC)
STATEMENT = (
    "Fernhollow Library hires, trains and promotes all persons without regard to race, color,"
    " sex, religion, national origin, marital status or disability, and holds to the principle"
    " of equal opportunity in everything that it does."
)
Case = str | Mapping[str, Any]
Table = Mapping[str, Sequence[Case]]


def whole(**values: Any) -> Facts:
    """A posting that no rule has anything to say about; values win."""
    full: dict[str, Any] = {
        "title": "Children's Librarian",
        "summary": "Fernhollow Library looks for someone who reads aloud with joy.",
        "has_contact": True,
        "contact_reachable": True,
        "contact": "Ida Moreno",
        "contact_email": "ida.moreno@example.org",
        "pay_min": Decimal(52_000),
        "pay_max": Decimal(61_000),
        "pay_unit": PayUnit.YEAR,
        "benefits": "Health insurance, a pension, four weeks of vacation.",
        "closes_at": dt.datetime(2027, 4, 1, 21, tzinfo=dt.UTC),
        "closes_on": dt.date(2027, 4, 1),
        "open_until_filled": False,
        "statement": STATEMENT,
        "own_statement": "",
        "today": AT.date(),
        "sections": (SectionValue("Duties", "- Plan story hours\n- Choose books for the shelves"),),
        "documents": (
            DocumentValue(DocumentKind.COVER_LETTER, "Cover letter"),
            DocumentValue(DocumentKind.RESUME, "Resume"),
        ),
    }
    return Facts(**(full | values))


def sections(*pairs: tuple[str, str]) -> dict[str, Any]:
    """Facts of a posting with these headings and texts."""
    return {"sections": tuple(SectionValue(heading, text) for heading, text in pairs)}


def asked(text: str, *choices: str) -> dict[str, Any]:
    """Facts of a posting that puts this question."""
    kind = QuestionKind.CHOICE if choices else QuestionKind.SHORT_TEXT
    return {"questions": (QuestionValue(text, kind, choices),)}


def facts_of(case: Case) -> Facts:
    """The posting of a case."""
    if not isinstance(case, str):
        return whole(**case)
    more = SectionValue("What we look for", case)
    return whole(sections=(*whole().sections, more))


def found(case: Case) -> dict[str, Check]:
    """What the check finds in a case, by code."""
    return {each.code: each for each in check(facts_of(case), at=AT)}


def words(case: Case, code: str) -> list[str]:
    """The words that a finding points at."""
    return [place.words for place in found(case)[code].places]


def each_of(table: Table) -> list[Any]:
    """A parameter for each case: code and case, called by both."""
    return [
        pytest.param(code, case, id=f"{code}-{number}")
        for code, cases in table.items()
        for number, case in enumerate(cases)
    ]
