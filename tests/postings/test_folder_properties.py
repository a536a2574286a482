"""A posting written to a file and read into an empty database is the same posting."""

import datetime as dt
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.postings.factories import person
from tests.postings.folder import empty, exported, imported, outcomes, postings, whole
from tracker.core.db import db
from tracker.organization.models import Position
from tracker.postings import operations
from tracker.postings.content import DocumentValue, QuestionValue, SectionValue, one_line, tidy
from tracker.postings.folder import body, frontmatter
from tracker.postings.folder.frontmatter import Node
from tracker.postings.rules import DocumentKind, EmploymentType, PayUnit, QuestionKind

# What could be taken for something else: of YAML's, of Markdown's, of the file's own.
PIECES = (
    *("---", "\n---\n", "# ", "#", "## Deep\n", "\\", "\\# ", "```\n# no heading\n```", "~~~\n"),
    *("\n", "\n\n", "\r\n", "\r", " ", "  \n", "\t", "\u00a0", "\u2028", "\x85", "\ufeff", "\x0c"),
    *(
        ": ",
        "- ",
        "* ",
        "? ",
        "| ",
        "> ",
        "%TAG",
        "&a",
        "*a",
        "!!python/object:x",
        "{{",
        "[x]",
        "]",
    ),
    *("no", "null", "~", "true", "017", "1e3", "12:30", "2027-01-15", "=", "<<", '"', "'", "..."),
    *("<script>alert(1)</script>", "[x](javascript:alert(1))", "<!-- -->", "é", "文", "🎈", "שלום"),
    *("\u200f", "\u200b", "\u202e", "\x00", "\x1b", "\ud800", "tracker: 1", "reference: 2026-001"),
)
words = st.one_of(
    st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=8)), max_size=7).map("".join),
    st.text(max_size=40),
)
some = words.filter(lambda text: bool(tidy(text).strip()))
days = st.none() | st.dates(dt.date(1900, 1, 1), dt.date(2200, 12, 31))
moments = st.datetimes(timezones=st.just(dt.UTC)).map(
    lambda each: each.replace(year=1901 + each.year % 299, day=min(each.day, 28))
)
limits = st.none() | st.integers(1, 5000)


def few(each: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    return st.lists(each, max_size=4)


@st.composite
def pair(draw: st.DrawFn, most: str) -> list[Decimal | None]:
    """Two figures in order; either may be unknown."""
    figure = st.none() | st.decimals(0, most, places=2)
    low, high = draw(figure), draw(figure)
    if low is not None and high is not None and high < low:
        return [high, low]
    return [low, high]


@st.composite
def questions(draw: st.DrawFn) -> QuestionValue:
    kind = draw(st.sampled_from(QuestionKind))
    choices = draw(st.lists(some, min_size=2, max_size=4)) if kind is QuestionKind.CHOICE else []
    return QuestionValue(draw(some), kind, tuple(choices), draw(limits), draw(st.booleans()))


documents = st.builds(
    DocumentValue,
    kind=st.sampled_from(DocumentKind),
    title=some.filter(bool),
    instructions=words,
    required=st.booleans(),
    word_limit=limits,
)
TEXTS = (
    *("title", "summary", "schedule", "pay_note", "benefits", "location", "reports_to"),
    *("subject_keyword", "equal_opportunity_text"),
)


@st.composite
def values(draw: st.DrawFn) -> dict[str, Any]:
    """Values of a posting; people by address and positions by title, to be made first."""
    pay, hours = draw(pair("9999999999.99")), draw(pair("168"))
    paid = pay != [None, None]
    closes_on = draw(days)
    return {
        **{name: draw(words) for name in TEXTS},
        "employment_types": draw(st.lists(st.sampled_from([e.value for e in EmploymentType]))),
        "hours_min": hours[0],
        "hours_max": hours[1],
        "pay_min": pay[0],
        "pay_max": pay[1],
        "pay_unit": draw(
            st.sampled_from(PayUnit) if paid else st.none() | st.sampled_from(PayUnit)
        ),
        "currency": draw(st.sampled_from(["USD", "EUR", "GBP"])),
        "closes_on": closes_on,
        "closes_time": draw(st.none() | st.times()),
        "open_until_filled": closes_on is None and draw(st.booleans()),
        **{name: draw(days) for name in ("first_review_on", "interviews_begin_on", "answer_by_on")},
        "openings": draw(st.integers(1, 500)),
        **{
            name: draw(st.booleans())
            for name in ("unlisted", "accepting", "accepts_late", "evenings", "weekends")
        },
        "publish_at": draw(st.none() | moments),
        "sections": draw(few(st.builds(SectionValue, words, words))),
        "documents": draw(few(documents)),
        "questions": draw(few(questions())),
        "skills": draw(few(some)),
        "contact": draw(st.sampled_from([None, "ida@example.org", "Head: of # Things", "no"])),
        "managers": draw(st.sets(st.sampled_from(["max@example.org", "ann.o'dea@example.org"]))),
        "copied": draw(st.sets(st.sampled_from(["max@example.org", "zoë@example.org"]))),
    }


def make(given_values: dict[str, Any]) -> None:
    """Draft a posting of generated values, with its people and positions."""
    made = dict(given_values)
    contact = made.pop("contact")
    if contact and "@" in contact:
        made["contact_person_id"] = person(contact, name="Ida: “Moreno”", title="no").id
    elif contact:
        position = Position(title=contact)
        db.session.add(position)
        db.session.flush()
        made["contact_position_id"] = position.id
    for role in ("managers", "copied"):
        made[role] = [person(each).id for each in sorted(made[role])]
    operations.draft(by=None, values=made)  # type: ignore[arg-type]  # the keys are its own
    db.session.commit()


@pytest.mark.both_databases
@settings(max_examples=15, suppress_health_check=list(HealthCheck))
@given(st.lists(values(), min_size=1, max_size=6))
def test_an_exported_posting_comes_back_the_same(app: Flask, each_has: list[Any]) -> None:
    empty()
    for number, has in enumerate(each_has):
        # A position's title stands once in an organization.
        title = has["contact"]
        named = f"{title} {number}" if title and "@" not in title else title
        make({**has, "contact": named})
    before = [whole(each) for each in postings()]
    with tempfile.TemporaryDirectory() as place:
        first, second = Path(place, "first"), Path(place, "second")
        files = exported(app, first)
        assert len(files) == len(each_has)
        assert exported(app, first) == files
        assert outcomes(imported(app, first)) == ["unchanged"] * len(files)
        empty()
        assert outcomes(imported(app, first)) == ["created"] * len(files)
        assert [whole(each) for each in postings()] == before
        assert exported(app, second) == files
        assert exported(app, first) == files


texts = words.map(tidy)


@settings(max_examples=600)
@given(st.lists(st.tuples(texts.map(one_line), texts), max_size=4))
@example([("", "")])
@example([("", "\n"), ("", ""), ("a", "\\")])
@example([("", "\\"), ("C#", "# a\n\\# b\n#\n")])
def test_sections_come_back_to_the_letter(sections: list[tuple[str, str]]) -> None:
    written = body.write(sections)
    assert body.read(written) == sections
    assert body.read(f"\n\n{written}\n\n\n") == sections


def values_in(node: Node) -> Any:
    """What a node holds, without lines."""
    if isinstance(node.value, list):
        return [values_in(each) for each in node.value]
    if isinstance(node.value, dict):
        return {name: values_in(each) for name, each in node.value.items()}
    return node.value


@settings(max_examples=600)
@given(texts, st.lists(texts, min_size=1, max_size=3))
def test_front_matter_comes_back_to_the_letter(text: str, more: list[str]) -> None:
    given_values = {"text": text, "rows": [{"text": each} for each in more], "list": more}
    written = frontmatter.dump(given_values)
    front, rest = frontmatter.split(f"---\n{written}---\nrest")
    assert (values_in(Node(1, dict(frontmatter.load(front)))), rest) == (given_values, "rest")
