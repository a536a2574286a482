"""Versions of a posting: kept with the change, told apart word by word, material ones by reason."""

import datetime as dt
import json
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from time_machine import Traveller

from tests.plugins.cost import cost
from tests.postings.factories import (
    closed_posting,
    coordinator,
    draft_posting,
    open_posting,
    person,
)
from tracker.core.db import db, now
from tracker.core.errors import DomainError
from tracker.organization.models import Position
from tracker.postings import operations, queries
from tracker.postings.content import DocumentValue, QuestionValue, SectionValue
from tracker.postings.exports import changes
from tracker.postings.models import Announcement, Posting, PostingVersion
from tracker.postings.rules import (
    MATTERS,
    DocumentKind,
    PayUnit,
    PostingState,
    QuestionKind,
    SectionKind,
    VersionKind,
)
from tracker.postings.versions import (
    Difference,
    Piece,
    compare,
    compare_sections,
    differences,
    read,
    shortened,
    written,
)

S, V = PostingState, VersionKind
DEC_24 = dt.date(2026, 12, 24)


def kept(posting: Posting) -> list[PostingVersion]:
    """The versions of a posting, oldest first."""
    return list(reversed(queries.versions_of(posting, limit=100)))


# The words themselves


def test_words_that_changed_are_found_one_by_one() -> None:
    assert compare("Plan story hours on Monday.", "Plan long story hours on Tuesday.") == [
        Piece("same", "Plan "),
        Piece("added", "long "),
        Piece("same", "story hours on "),
        Piece("removed", "Monday."),
        Piece("added", "Tuesday."),
    ]


def test_a_wider_gap_is_no_other_word() -> None:
    assert compare("one  two\n", "one two") == [Piece("same", "one two")]


def test_what_stayed_for_long_is_left_out_and_what_changed_is_not() -> None:
    long = " ".join(f"w{n}" for n in range(200))
    pieces = shortened(compare(f"old {long} end", f"new {long} end"))
    assert [each.kind for each in pieces] == ["removed", "added", "same", "skipped"]
    assert pieces[2].text.split() == [f"w{n}" for n in range(12)]


def test_texts_of_any_length_are_compared_at_once() -> None:
    """The worst that fits a form: the same few words again and again, each time a little else."""
    texts = [("a b " * 5_000, "b a a " * 3_300), ("x\n" * 10_000, "y x\n" * 5_000)]
    with cost() as spent:
        compared = [(old, new, compare(old, new)) for old, new in texts]
    assert spent.seconds < 2
    for old, new, pieces in compared:
        assert "".join(each.text for each in pieces if each.kind != "added").split() == old.split()
        assert "".join(each.text for each in pieces if each.kind != "removed") == new


def test_sections_are_paired_by_heading_then_by_place() -> None:
    old = [{"heading": "Duties", "text": "Read."}, {"heading": "Hours", "text": "Nine to five."}]
    new = [{"heading": "Schedule", "text": "Nine to six."}, {"heading": "Duties", "text": "Read."}]
    (found,) = compare_sections(old, new)
    assert (found.heading, found.was, found.state) == ("Schedule", "Hours", "changed")
    (gone,) = compare_sections(old, old[:1])
    assert (gone.heading, gone.state, gone.pieces) == (
        "Hours",
        "removed",
        [Piece("removed", "Nine to five.")],
    )
    assert {each.state for each in compare_sections(old, old[::-1])} == {"moved"}


def test_the_same_words_are_the_same_bytes(app: Flask) -> None:
    posting = draft_posting(pay_min=Decimal("52000.00"))
    typed = written(queries.snapshot_of(posting))
    db.session.commit()
    db.session.expire_all()
    assert written(queries.snapshot_of(posting)) == typed
    assert json.loads(typed)["pay"]["min"] == "52000"
    assert list(json.loads(typed)) == sorted(json.loads(typed))


def test_everything_kept_is_a_matter_and_every_material_one_is_said(app: Flask) -> None:
    snapshot = queries.snapshot_of(draft_posting())
    assert set(snapshot) | {"requirements", "reopened"} == set(MATTERS)
    assert set(changes._SAY) == {name for name, each in MATTERS.items() if each.material}


MATERIAL: dict[str, tuple[dict[str, Any], str]] = {
    "later": (
        {"closes_on": DEC_24},
        "closing date extended to Thursday 24 December 2026, end of the day",
    ),
    "earlier": (
        {"closes_on": dt.date(2026, 12, 1)},
        "closing date brought forward to Tuesday 1 December 2026, end of the day",
    ),
    "filled": ({"closes_on": None, "open_until_filled": True}, "it now stays open until filled"),
    "undecided": (
        {"closes_on": None},
        "the closing date no longer holds, and a new one is not decided",
    ),
    "pay": ({"pay_min": Decimal(54000)}, "the pay is now $54,000–$61,000 a year"),
    "no pay": ({"pay_min": None, "pay_max": None, "pay_unit": None}, "the pay is no longer stated"),
    "pay unit": (
        {"pay_min": Decimal(31), "pay_max": None, "pay_unit": PayUnit.HOUR},
        "the pay is now from $31.00 an hour",
    ),
    "hours": (
        {"hours_min": Decimal(20), "hours_max": Decimal(20)},
        "the hours are now 20 hours a week",
    ),
    "kind": ({"employment_types": ["PART_TIME"]}, "the kind of employment is now part-time"),
    "place": ({"location": "North Branch"}, "the place of work is now North Branch"),
    "skills": ({"skills": ["Spreadsheets"]}, "the skills that are asked about have changed"),
    "questions": (
        {"questions": [QuestionValue("Why?", QuestionKind.LONG_TEXT)]},
        "the questions to candidates have changed",
    ),
    "documents": (
        {
            "documents": [
                DocumentValue(DocumentKind.RESUME, "Resume"),
                DocumentValue(DocumentKind.ESSAY, "Essay"),
            ]
        },
        "now also asked for: Essay; no longer asked for: Cover letter",
    ),
    "limit": (
        {
            "documents": [
                DocumentValue(DocumentKind.COVER_LETTER, "Cover letter", word_limit=300),
                DocumentValue(DocumentKind.RESUME, "Resume"),
            ]
        },
        "what is said about the documents has changed",
    ),
    "requirements": (
        {
            "sections": [
                SectionValue("", "Come and tell *stories*."),
                SectionValue("Duties", "- Plan story hours\n- Choose books"),
                SectionValue("Minimum qualifications", "A degree."),
            ]
        },
        "the requirements have changed",
    ),
    "requirements under a heading of one's own": (
        {
            "sections": [
                SectionValue("", "Come and tell *stories*."),
                SectionValue("Duties", "- Plan story hours\n- Choose books"),
                SectionValue("What you need", "A doctorate.", SectionKind.QUALIFICATIONS),
            ]
        },
        "the requirements have changed",
    ),
    "pay with a note": (
        {"pay_note": "Begins at the lower figure; more with experience in fund accounting."},
        "the pay is now $52,000–$61,000 a year"
        " (Begins at the lower figure; more with experience in fund accounting)",
    ),
}


@pytest.mark.parametrize("case", MATERIAL)
def test_a_material_change_needs_a_reason_and_is_said_in_plain_words(
    app: Flask, clock: Traveller, case: str
) -> None:
    values, words = MATERIAL[case]
    posting = open_posting(closes_on=dt.date(2026, 12, 10))
    with pytest.raises(operations.ReasonNeededError) as caught:
        operations.change(posting, values, by=None)  # type: ignore[arg-type]  # a part of the values
    assert changes.said(caught.value.changes, "America/New_York") == [words]
    db.session.rollback()
    operations.change(posting, values, by=None, reason=" The board says so. ")  # type: ignore[arg-type]  # a part
    (told,) = queries.told_changes(posting)
    assert (told.reason, told.is_material) == ("The board says so.", True)
    assert changes.said(queries.differences_in(told), "America/New_York") == [words]


@pytest.mark.parametrize(
    "values",
    [
        {"sections": [SectionValue("", "Come and tell stories."), SectionValue("Duties", "Plan.")]},
        {"title": "Children’s Librarian"},
        {"summary": "Another summary."},
        {"benefits": "A pension."},
        {"schedule": "Evenings."},
        {"interviews_begin_on": DEC_24},
        {"equal_opportunity_text": "Everybody."},
    ],
)
def test_any_other_change_is_kept_silently(app: Flask, values: dict[str, Any]) -> None:
    posting = open_posting()
    operations.change(posting, values, by=None)  # type: ignore[arg-type]  # a part of the values
    assert [(each.number, each.is_material) for each in kept(posting)] == [(1, False), (2, False)]
    assert db.session.scalars(select(Announcement)).all() == []


def test_what_no_reader_sees_makes_no_version(app: Flask) -> None:
    posting, who = open_posting(), person("copied@example.org")
    operations.change(posting, {"copied": [who.id], "subject_keyword": "Stories"}, by=None)
    assert [each.number for each in kept(posting)] == [1]


def test_another_contact_is_material_and_another_name_of_theirs_is_not(app: Flask) -> None:
    first, second = person(), person("max.other@example.org")
    posting = open_posting(contact=first)
    first.name = "Ida Moreno-Hill"
    operations.change(posting, {"summary": "Come."}, by=None)
    with pytest.raises(operations.ReasonNeededError) as caught:
        operations.change(posting, {"contact_person_id": second.id}, by=None)
    said = changes.said(caught.value.changes, "UTC")
    assert said == ["the contact has changed"]  # and never who: the page says who it is today


def test_moving_the_contact_to_their_position_is_material(app: Flask) -> None:
    who = person()
    position = Position(title="Head of Stories", holder=who)
    db.session.add(position)
    db.session.flush()
    posting = open_posting(contact=who)
    with pytest.raises(operations.ReasonNeededError):
        operations.change(posting, {"contact_position_id": position.id}, by=None)


# The rows


@pytest.mark.both_databases
def test_versions_are_kept_with_who_when_and_why(any_app: Flask, clock: Traveller) -> None:
    who = coordinator()
    posting = draft_posting()
    operations.change(posting, {"summary": "Before it was public."}, by=who)
    assert kept(posting) == []
    operations.publish(posting, by=who)
    db.session.commit()
    published_at = now()
    clock.shift(dt.timedelta(days=1))
    operations.change(posting, {"pay_max": Decimal(63000)}, by=who, reason="The board agreed.")
    db.session.commit()
    rows = [(each.number, each.kind, each.at, each.by_id, each.reason) for each in kept(posting)]
    assert rows == [
        (1, V.PUBLISHED, published_at, who.id, ""),
        (2, V.CHANGED, now(), who.id, "The board agreed."),
    ]
    first, second = (read(each.snapshot) for each in kept(posting))
    assert differences(first, second) == [
        Difference(
            "pay",
            {"min": "52000", "max": "61000", "unit": "YEAR", "currency": "USD", "note": ""},
            {"min": "52000", "max": "63000", "unit": "YEAR", "currency": "USD", "note": ""},
        )
    ]
    assert first["summary"] == "Before it was public."


@pytest.mark.both_databases
def test_a_refused_change_leaves_nothing(any_app: Flask) -> None:
    posting = open_posting()
    with pytest.raises(operations.ReasonNeededError):
        operations.change(posting, {"closes_on": DEC_24, "title": "Another"}, by=None)
    db.session.rollback()
    db.session.expire_all()
    assert (posting.title, [each.number for each in kept(posting)]) == ("Children's Librarian", [1])


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE posting_version SET snapshot = '{}'",
        "UPDATE posting_version SET reason = 'Another'",
        "UPDATE posting_version SET number = 7",
        "UPDATE posting_version SET is_material = NOT is_material",
    ],
)
def test_the_database_lets_nobody_rewrite_a_version(any_app: Flask, statement: str) -> None:
    open_posting()
    with pytest.raises(DBAPIError, match="posting_version_kept"):
        db.session.execute(text(statement))
    db.session.rollback()


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"is_material": True, "reason": ""}, "material_has_reason"),
        ({"is_material": True, "reason": "Why", "number": 1}, "first_changes_nothing"),
    ],
)
def test_the_database_asks_for_reasons_too(
    any_app: Flask, values: dict[str, Any], name: str
) -> None:
    posting = draft_posting()
    row = {"number": 2, "kind": V.CHANGED, "snapshot": "{}", "changes": [], **values}
    db.session.add(PostingVersion(posting_id=posting.id, **row))
    with pytest.raises(DBAPIError, match=name):
        db.session.flush()
    db.session.rollback()


def test_what_was_public_before_versions_were_kept_is_kept_first(app: Flask) -> None:
    posting = open_posting()
    db.session.execute(text("DELETE FROM posting_version"))
    db.session.commit()
    operations.change(posting, {"closes_on": DEC_24}, by=None, reason="Few applied.")
    first, second = kept(posting)
    assert (first.at, first.kind) == (posting.published_at, V.PUBLISHED)
    assert read(first.snapshot)["closing"] != read(second.snapshot)["closing"]


def test_extending_asks_for_a_reason_and_a_later_date(app: Flask, clock: Traveller) -> None:
    posting = open_posting(closes_on=dt.date(2026, 12, 10), closes_time=dt.time(17))
    for values in ({"closes_on": dt.date(2026, 12, 9)}, {"closes_on": dt.date(2026, 12, 10)}, {}):
        with pytest.raises(DomainError):
            operations.extend(posting, by=None, reason="Few applied.", **values)  # type: ignore[arg-type]
    with pytest.raises(operations.ReasonNeededError):
        operations.extend(posting, by=None, reason=" ", closes_on=DEC_24)
    db.session.rollback()
    operations.extend(posting, by=None, reason="Few applied.", closes_on=DEC_24)
    assert posting.closes_at == dt.datetime(2026, 12, 24, 22, 0, tzinfo=dt.UTC)
    assert [each.is_material for each in kept(posting)] == [False, True]
    operations.extend(posting, by=None, reason="Fewer.", open_until_filled=True)
    assert posting.open_until_filled
    assert queries.snapshot_of(posting)["closing"]["on"] is None


def test_what_has_closed_is_not_opened_by_editing_its_date(app: Flask, clock: Traveller) -> None:
    by_hand, by_time = closed_posting(), open_posting(closes_on=dt.date(2026, 11, 24))
    clock.shift(dt.timedelta(days=2))  # and the clock's job has not run yet
    for posting in (by_hand, by_time):
        with pytest.raises(DomainError, match="Reopen"):
            operations.change(posting, {"closes_on": DEC_24}, by=None, reason="More time.")
        db.session.rollback()
        with pytest.raises(DomainError, match="reopen it"):
            operations.extend(posting, by=None, reason="More time.", closes_on=DEC_24)


def test_reopening_is_a_version_that_is_told(app: Flask, clock: Traveller) -> None:
    posting = open_posting(closes_on=dt.date(2026, 11, 24))
    clock.shift(dt.timedelta(days=5))
    operations.reopen(posting, by=None, reason="Too few.", closes_on=DEC_24)
    last = kept(posting)[-1]
    assert (last.kind, last.reason) == (V.REOPENED, "Too few.")
    assert changes.said(queries.differences_in(last), "America/New_York") == [
        "applications are taken again",
        "closing date extended to Thursday 24 December 2026, end of the day",
    ]


def test_what_was_cancelled_and_is_published_again_says_what_changed(app: Flask) -> None:
    posting = open_posting()
    operations.cancel(posting, by=None, reason="No money.")
    operations.reopen(posting, by=None, reason="There is money.")
    operations.change(posting, {"pay_max": Decimal(60000)}, by=None)  # a draft: nobody sees it
    operations.publish(posting, by=None)
    last = kept(posting)[-1]
    assert (last.kind, last.reason) == (V.PUBLISHED, "There is money.")
    assert [each["name"] for each in last.changes] == ["reopened", "pay"]
