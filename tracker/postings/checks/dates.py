"""When it closes, and whether dates are possible, agree and still lie ahead."""

import datetime as dt
import re
from collections.abc import Iterator

from tracker.postings.checks.findings import Place, Rule
from tracker.postings.checks.manuscript import Line, Manuscript
from tracker.postings.reading.closing import OPEN_UNTIL_FILLED, read_closing
from tracker.postings.reading.dates import Mention, day_of, mentions

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MOST_DATES = 60


def _mentions(manuscript: Manuscript) -> Iterator[tuple[Line, Mention]]:
    count = 0
    for line in manuscript.own_lines:
        for mention in mentions(line.words, "month"):
            count += 1
            if count > MOST_DATES:
                return
            yield line, mention


def _no_closing_rule(manuscript: Manuscript) -> Iterator[Place]:
    if manuscript.facts.closes_at is None and not manuscript.facts.open_until_filled:
        yield Place()


def _closing_past(manuscript: Manuscript) -> Iterator[Place]:
    closes_at = manuscript.facts.closes_at
    if closes_at is not None and closes_at <= manuscript.at:
        yield Place()


def _weekday(manuscript: Manuscript) -> Iterator[Place]:
    """A weekday and a date that name two days. Without a year, none near may fit."""
    today = manuscript.facts.today
    for line, mention in _mentions(manuscript):
        if mention.weekday is None or not mention.month:
            continue
        years = [mention.year] if mention.year else [today.year - 1, today.year, today.year + 1]
        days = [day for year in years if (day := _day(year, mention)) is not None]
        if days and all(day.weekday() != mention.weekday for day in days):
            note = ""
            if mention.year:
                note = f"That day is a {DAYS[days[0].weekday()]}."
            yield Place(mention.text, line.section, note)


def _day(year: int, mention: Mention) -> dt.date | None:
    try:
        return dt.date(year, mention.month, mention.day)
    except ValueError:
        return None


def _impossible(manuscript: Manuscript) -> Iterator[Place]:
    for line, mention in _mentions(manuscript):
        if day_of(mention, None).problem == "date-impossible":
            yield Place(mention.text, line.section)


def _closing_differs(manuscript: Manuscript) -> Iterator[Place]:
    facts = manuscript.facts
    said = read_closing(manuscript.outline, facts.today)
    if facts.closes_on is not None:
        if said.closes_on is not None and said.closes_on != facts.closes_on:
            yield Place(
                _written(said.closes_on), "Text", f"It closes on {_written(facts.closes_on)}."
            )
        elif said.open_until_filled and said.closes_on is None:
            yield _filled(manuscript, f"It closes on {_written(facts.closes_on)}.")
    elif facts.open_until_filled and said.closes_on is not None and not said.open_until_filled:
        yield Place(_written(said.closes_on), "Text", "The posting stays open until filled.")


def _filled(manuscript: Manuscript, note: str) -> Place:
    for line in manuscript.own_lines:
        match = OPEN_UNTIL_FILLED.search(line.words)
        if match:
            return Place(match[0], line.section, note)
    return Place("", "Text", note)


def _written(day: dt.date) -> str:
    return f"{DAYS[day.weekday()]} {day.day} {day:%B} {day.year}"


def _without_year(manuscript: Manuscript) -> Iterator[Place]:
    """A deadline in the text without a year: it is right for a year, and then wrong."""
    odd = read_closing(manuscript.outline, None).findings
    if not any(each.code == "date-without-year" for each in odd):
        return
    for line, mention in _mentions(manuscript):
        if mention.year is None and re.search(_DUE, line.words, re.IGNORECASE):
            yield Place(mention.text, line.section)


_DUE = r"\b(?:by|before|until|due|deadline|close[sd]?|closing|no later than|interviews?)\b"


def _order(manuscript: Manuscript) -> Iterator[Place]:
    facts = manuscript.facts
    named = (
        ("Interviews begin", facts.interviews_begin_on),
        ("Candidates hear from us by", facts.answer_by_on),
    )
    for name, day in named:
        if day is None:
            continue
        if day < facts.today:
            yield Place(_written(day), name, "This day is past.")
        elif name != "Interviews begin" and facts.closes_on and day < facts.closes_on:
            yield Place(_written(day), name, "Applications are still open on this day.")


RULES = (
    Rule(
        "closing-past",
        "blocks",
        "closes_on",
        "Closing date is past",
        "The closing date is past, so the posting would be closed at once.",
        "Give a later one.",
        _closing_past,
    ),
    Rule(
        "no-closing-rule",
        "confirm",
        "closing_rule",
        "No closing rule",
        "The posting says neither when applications close nor that it stays open until"
        " filled. It would stay open until somebody closes it.",
        "Give a closing date, or say that it stays open until filled.",
        _no_closing_rule,
    ),
    Rule(
        "weekday-mismatch",
        "confirm",
        "sections",
        "Weekday and date disagree",
        "The weekday is not the one that this date falls on, so nobody knows which is meant,"
        " and some come too late.",
        "Check the day and the date.",
        _weekday,
    ),
    Rule(
        "date-impossible",
        "confirm",
        "sections",
        "No such date",
        "There is no such date.",
        "Check the day and the month.",
        _impossible,
    ),
    Rule(
        "closing-differs",
        "confirm",
        "closes_on",
        "Closing differs from the text",
        "The text says something else about when applications close than the posting does."
        " The form stops taking them by the posting's rule, whatever the text says.",
        "Make them the same, or take it out of the text: the page shows it anyway.",
        _closing_differs,
    ),
    Rule(
        "date-without-year",
        "advice",
        "sections",
        "Date without a year",
        "The date has no year. Postings are found long after they were written, and then"
        " nobody can tell whether they are too late.",
        "Write the year.",
        _without_year,
    ),
    Rule(
        "dates-order",
        "advice",
        "interviews_begin_on",
        "Dates out of order",
        "A day that candidates are promised does not fit the others.",
        "Move it, or empty the field.",
        _order,
    ),
)
