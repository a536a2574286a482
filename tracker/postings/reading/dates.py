"""Find the dates a page names, what each is for, and which day it is."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

MONTHS = "january february march april may june july august september october november december"
MONTH_NUMBERS = {name[:3]: number for number, name in enumerate(MONTHS.split(), start=1)}
WEEKDAYS = {"mon": 0, "tue": 1, "wed": 2, "thu": 3, "fri": 4, "sat": 5, "sun": 6}

_WEEKDAY = (
    r"(?P<weekday>Mon|Tue|Tues|Wed|Thu|Thur|Thurs|Fri|Sat|Sun)(?:day|sday|nesday|rsday|urday)?"
)
_MONTH = (
    r"(?P<month>Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?"
    r"|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\b\.?"
)
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?\b"
_SPAN = r"(?:\s?(?:-|–|—|to|and|through|&)\s?(?P<last>\d{1,2})(?:st|nd|rd|th)?\b)?"
_YEAR = r"(?:,?\s{1,2}(?P<year>(?:19|20)\d\d)\b)?"
_START = rf"(?<![\w/.-])(?:{_WEEKDAY}\.?,?\s{{1,2}}(?:the\s)?)?"
_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"{_START}{_MONTH}\s{{1,2}}(?:the\s)?{_DAY}{_SPAN}{_YEAR}",
        rf"{_START}{_DAY}{_SPAN}\s(?:day\s)?(?:of\s)?{_MONTH}{_YEAR}",
        rf"{_START}(?P<year>(?:19|20)\d\d)-(?P<number>\d\d)-(?P<day>\d\d)(?!\d)",
        rf"{_START}(?P<first>\d{{1,2}})(?P<mark>[/.-])(?P<second>\d{{1,2}})(?P=mark)"
        r"(?P<year>\d{4}|\d\d)(?![\d/])",
    )
)

Order = Literal["month", "day"]


@dataclass(frozen=True, slots=True)
class Mention:
    """A date as written: where it stands, and its parts as far as they are given."""

    start: int
    end: int
    text: str
    weekday: int | None
    month: int
    day: int
    last_day: int | None
    year: int | None
    numeric: bool = False


@dataclass(frozen=True, slots=True)
class Day:
    """What a mention came to: a day, or the code of the finding that says why not."""

    on: date | None
    problem: str | None = None


def mentions(text: str, order: Order | None) -> list[Mention]:
    """Return the dates in a sentence. ``order`` says which comes first in 3/4/2027."""
    found: list[Mention] = []
    for form in _FORMS:
        for match in form.finditer(text):
            if not any(one.start < match.end() and match.start() < one.end for one in found):
                found.append(_mention(match, order))
    return sorted(found, key=lambda one: one.start)


def _mention(match: re.Match[str], order: Order | None) -> Mention:
    parts = match.groupdict()
    weekday = parts["weekday"]
    year = int(parts["year"]) if parts.get("year") else None
    numeric = False
    if parts.get("first"):
        numeric = True
        month, day = _numeric(int(parts["first"]), int(parts["second"]), order)
        year = year + 2000 if year is not None and year < 100 else year
    elif parts.get("number"):
        month, day = int(parts["number"]), int(parts["day"])
    else:
        month, day = MONTH_NUMBERS[parts["month"][:3].lower()], int(parts["day"])
    return Mention(
        match.start(),
        match.end(),
        match[0].strip(),
        WEEKDAYS[weekday[:3].lower()] if weekday else None,
        month,
        day,
        int(parts["last"]) if parts.get("last") else None,
        year,
        numeric,
    )


def _numeric(first: int, second: int, order: Order | None) -> tuple[int, int]:
    """Return month and day; month 0 when both readings are possible and nothing decides."""
    if first > 12 or order == "day":
        return second, first
    if second > 12 or order == "month" or first == second:
        return first, second
    return 0, 0


def day_of(mention: Mention, as_of: date | None, *, last: bool = False) -> Day:
    """Return the day a mention means; with ``last``, the end of a span such as 12-14 April.

    Without a year it is the next such day from ``as_of`` on, within a year, and only
    when a named weekday agrees: a posting does not look further ahead.
    """
    if mention.month == 0:
        return Day(None, "date-ambiguous")
    day = mention.last_day if last and mention.last_day else mention.day
    weekday = None if last and mention.last_day else mention.weekday
    if mention.year is not None:
        return _checked(mention.year, mention.month, day, weekday)
    if not _exists(2024, mention.month, day):
        return Day(None, "date-impossible")
    if as_of is None:
        return Day(None, "date-without-year")
    for year in (as_of.year, as_of.year + 1):
        if _exists(year, mention.month, day) and date(year, mention.month, day) >= as_of:
            return _checked(year, mention.month, day, weekday)
    return Day(None, "date-without-year")


def _exists(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _checked(year: int, month: int, day: int, weekday: int | None) -> Day:
    if not _exists(year, month, day):
        return Day(None, "date-impossible")
    on = date(year, month, day)
    if weekday is not None and on.weekday() != weekday:
        return Day(None, "weekday-mismatch")
    return Day(on)


def numeric_order(text: str) -> Order | None:
    """Tell how the page writes 3/4/2027, from what else it says; None when nothing tells.

    A number over 12 decides; else the country's money or postal code does.
    """
    for match in re.finditer(r"(?<!\d)(\d{1,2})/(\d{1,2})/(?:\d{4}|\d\d)(?!\d)", text):
        if int(match[1]) > 12:
            return "day"
        if int(match[2]) > 12:
            return "month"
    if re.search(r"[£€]|\b(?:GBP|EUR|AUD|NZD)\b|A\$|NZ\$", text):
        return "day"
    if re.search(r"US\$|\bUSD\b|\b[A-Z]{2} \d{5}\b|\([A-Z]{2}\)|\bU\.S\.|(?<![A-Z])\$\d", text):
        return "month"
    return None


MOST_DATES = 12
"""Dates of one sentence that are looked at."""

Purpose = Literal["closing", "interviews", "review", "other"]

# What governs a date is the nearest of these words before it in its clause.
_PURPOSES: tuple[tuple[Purpose, str], ...] = (
    ("interviews", r"interview(?:s|ing|ed)?"),
    (
        "review",
        r"(?:review|screening|consideration) (?:of \w+ )?(?:will )?(?:begins?|starts?|commences?)"
        r"|first review|initial review|priority|(?:first|full|best) consideration"
        r"|preference|begin (?:reviewing|screening)|reviewed",
    ),
    (
        "closing",
        r"deadline|(?:are |is |be )?due|clos(?:es?|ing)(?: date)?|no later than|not later than"
        r"|accepted|accepting|received|postmarked|expires?|appl(?:y|ications?) by|last da(?:y|te)"
        r"|before|until|through|\bby|on or before|up to|will close|end(?:s|ing)?",
    ),
    (
        "other",
        r"start(?:s|ing)?(?: date)?|begin(?:s|ning)?|available|posted|updated|effective|since|from"
        r"|opens?|event|closed|hired|orientation|training|temporary|assignment",
    ),
)
_GOVERNORS = re.compile(
    "|".join(rf"(?P<{name}>\b(?:{pattern})\b)" for name, pattern in _PURPOSES), re.IGNORECASE
)
_CLAUSE = re.compile(
    r";|(?<!\b[ap]\.m)[.!?] |,? and (?=interviews?|the first interviews?|we )"
    r"|, with (?=interviews?)"
    r"|, (?=interviews?\b|first interviews?\b)|\((?=interview)",
    re.IGNORECASE,
)


def purposes(text: str, found: list[Mention]) -> Iterator[tuple[Mention, Purpose, str]]:
    """Yield each date with what it is for and the word that says so."""
    for mention in found[:MOST_DATES]:
        clause = max(0, mention.start - 300)
        for cut in _CLAUSE.finditer(text, clause, mention.start):
            clause = cut.end()
        before = text[clause : mention.start]
        yield mention, *_purpose(before, text[mention.end : mention.end + 60])


# "Applications received by 1 March get priority": the purpose follows the date.
AFTERTHOUGHT = re.compile(
    r"[^.;]{0,50}?\b(?:priority|(?:first|full|best) consideration|preference)\b", re.IGNORECASE
)


def _purpose(before: str, after: str) -> tuple[Purpose, str]:
    governors = [(match.lastgroup, match[0].lower()) for match in _GOVERNORS.finditer(before)]
    kinds = [kind for kind, _ in governors]
    # "Interviews will be held by…" and "priority to applications received by…": the
    # noun outranks the small words that stand between it and the date.
    for strong in ("review", "interviews"):
        if strong in kinds and "deadline" not in before.lower():
            return ("review" if strong == "review" else "interviews"), strong
    if AFTERTHOUGHT.match(after):
        return "review", "consideration"
    if kinds:
        kind, word = governors[-1]
        return ("closing" if kind == "closing" else "other"), word
    following = re.match(
        r"[^.;]{0,30}?\b(deadline|closing|due|first interviews?|interviews? (?:begin|start))",
        after,
        re.IGNORECASE,
    )
    if following:
        return ("interviews" if "interview" in following[1].lower() else "closing"), following[1]
    return "other", ""
