"""Closing, weekdays, dates."""

import datetime as dt

import pytest

from tests.postings.checks.cases import Case, Table, each_of, found, sections, words

FILLED = {"closes_at": None, "closes_on": None, "open_until_filled": True}
OPEN = FILLED | {"open_until_filled": False}
PAST = dt.datetime(2027, 2, 1, 21, tzinfo=dt.UTC)

FLAGS: Table = {
    "closing-past": [{"closes_at": PAST, "closes_on": PAST.date()}],
    "no-closing-rule": [OPEN],
    "weekday-mismatch": [
        "Interviews take place on Monday, 9 March 2027.",
        "Applications are due by Friday, April 1, 2027.",
        # No year near has a Monday there.
        sections(("To apply", "Apply by Monday, April 1st.")),
    ],
    "date-impossible": ["The fair is on February 30, 2027."],
    "closing-differs": [
        sections(("To apply", "Applications are due by April 15, 2027.")),
        sections(("To apply", "Apply now; the posting stays open until filled.")),
        FILLED | sections(("To apply", "Applications close on April 15, 2027.")),
    ],
    "date-without-year": [sections(("To apply", "Applications are due by April 1."))],
    "dates-order": [
        {"interviews_begin_on": dt.date(2027, 2, 1)},
        {"answer_by_on": dt.date(2027, 3, 20)},
    ],
}
SPARES: Table = {
    "closing-past": [{}, OPEN],
    "no-closing-rule": [{}, FILLED],
    "weekday-mismatch": [
        "Interviews take place on Tuesday, 9 March 2027.",
        "The library is closed on Mondays and on May 1.",
        "We are open Monday through Friday, and on Saturday from 9 to 5.",
        sections(("To apply", "Apply by Thursday, April 1st.")),
        # Of last year: a report, not a promise.
        "Since Thursday, 5 March 2026 we lend tools.",
    ],
    "date-impossible": ["The fair is on February 28, 2027.", "Version 2.30 of our catalog."],
    "closing-differs": [
        sections(("To apply", "Applications are due by April 1, 2027.")),
        sections(("To apply", "Interviews begin on April 15, 2027.")),
        sections(("Duties", "Reports are due by 1 July 2027.")),
        FILLED | sections(("To apply", "The position is open until filled.")),
        FILLED | sections(("To apply", "First review on April 15, 2027; open until filled.")),
    ],
    "date-without-year": [
        sections(("To apply", "Applications are due by April 1, 2027.")),
        sections(("Duties", "Runs the fair that ends on May 3.")),
    ],
    "dates-order": [
        {"interviews_begin_on": dt.date(2027, 3, 15), "answer_by_on": dt.date(2027, 4, 20)}
    ],
}


@pytest.mark.parametrize(("code", "case"), each_of(FLAGS))
def test_it_is_flagged(code: str, case: Case) -> None:
    assert code in found(case)


@pytest.mark.parametrize(("code", "case"), each_of(SPARES))
def test_it_is_spared(code: str, case: Case) -> None:
    assert code not in found(case)


def test_the_date_is_quoted_with_the_day_that_it_is() -> None:
    place = found("Come on Monday, 9 March 2027.")["weekday-mismatch"].places[0]
    assert (place.words, place.section, place.note) == (
        "Monday, 9 March 2027",
        "What we look for",
        "That day is a Tuesday.",
    )


def test_words_that_differ_say_what_the_posting_does() -> None:
    case = sections(("To apply", "Apply now; the posting stays open until filled."))
    place = found(case)["closing-differs"].places[0]
    assert (place.words, place.note) == ("until filled", "It closes on Thursday 1 April 2027.")
    assert words(
        sections(("Apply", "Applications close on April 2, 2027.")), "closing-differs"
    ) == ["Friday 2 April 2027"]
