"""How each kind of value is read from a file: into the one form that is compared and kept.

Every reader takes a node and gives plain JSON values; what cannot be meant is an
`OddFileError` that names the line and shows what would do.
"""

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from tracker.accounts.rules import match_address
from tracker.postings.content import DOCUMENT_TITLES, one_line, tidy
from tracker.postings.folder.frontmatter import Node, OddFileError
from tracker.postings.naming import kinds_of
from tracker.postings.rules import (
    DocumentKind,
    EmploymentType,
    PayUnit,
    QuestionKind,
    SectionKind,
)

Reader = Callable[[Node], Any]
HOURS_IN_A_WEEK = 168
FIRST_YEAR, LAST_YEAR = 1900, 2200
MOST_ROWS, LONGEST = 1000, 200_000
_AMOUNT = re.compile(r"\d{1,10}(?:\.\d{1,2})?")
_TRUE, _FALSE = frozenset({"true", "yes", "on"}), frozenset({"false", "no", "off"})


def text(node: Node) -> str:
    """Read words of any length."""
    if node.value is None:
        return ""
    if not isinstance(node.value, str):
        raise OddFileError(node.line, "words are wanted here, and there is a list.")
    if len(node.value) > LONGEST:
        raise OddFileError(node.line, "this text is far too long.")
    return tidy(node.value)


def needed(node: Node) -> str:
    """Read words that must not be empty."""
    found = text(node)
    if not found.strip():
        raise OddFileError(node.line, "words are missing here.")
    return found


def amount(node: Node) -> str | None:
    """Read an amount with at most two decimals: 52000, 17.50."""
    found = text(node).replace(",", "").strip()
    if not found:
        return None
    if not _AMOUNT.fullmatch(found):
        raise OddFileError(node.line, f"“{found[:40]}” is no amount. Write one like 17.50.")
    return amount_text(Decimal(found))


def hours(node: Node) -> str | None:
    """Read hours a week, with at most two decimals: 37.5."""
    found = amount(node)
    if found is None:
        return None
    if Decimal(found) > HOURS_IN_A_WEEK:
        raise OddFileError(node.line, f"a week has {HOURS_IN_A_WEEK} hours.")
    return hours_text(Decimal(found))


def hours_text(figure: Decimal) -> str:
    """Write hours in their one form: 37.5 and not 37.50."""
    text = str(figure.quantize(Decimal("0.01")))
    return text.rstrip("0").rstrip(".")


def amount_text(figure: Decimal) -> str:
    """Write an amount in its one form: whole, or with two decimals."""
    cents = figure.quantize(Decimal("0.01"))
    return str(cents.quantize(Decimal(1))) if cents == cents.to_integral_value() else str(cents)


def count(least: int, most: int) -> Reader:
    """Return a reader of whole numbers within bounds, None where there is none."""

    def read(node: Node) -> int | None:
        found = text(node).strip()
        if not found:
            return None
        if not re.fullmatch(r"[0-9]{1,9}", found) or not least <= int(found) <= most:
            raise OddFileError(
                node.line, f"“{found[:40]}” is no whole number from {least} to {most}."
            )
        return int(found)

    return read


def flag(node: Node) -> bool:
    """Read true or false, yes or no."""
    found = text(node).strip().lower()
    if found not in _TRUE | _FALSE:
        raise OddFileError(node.line, f"“{found[:40]}” is neither true nor false.")
    return found in _TRUE


def day(node: Node) -> str | None:
    """Read a date: 2027-05-14."""
    found = text(node).strip()
    if not found:
        return None
    try:
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", found):
            raise ValueError(found)
        when = dt.date.fromisoformat(found)
    except ValueError:
        raise OddFileError(
            node.line, f"“{found[:40]}” is no date. Write one like 2027-05-14."
        ) from None
    _check_year(node, when.year)
    return when.isoformat()


def clock(node: Node) -> str | None:
    """Read a time of day: 17:00."""
    found = text(node).strip()
    if not found:
        return None
    try:
        if not re.fullmatch(r"\d\d?:\d\d(:\d\d(\.\d{1,6})?)?", found):
            raise ValueError(found)
        return clock_text(dt.time.fromisoformat(found.zfill(5)))
    except ValueError:
        raise OddFileError(
            node.line, f"“{found[:40]}” is no time of day. Write one like 17:00."
        ) from None


def clock_text(when: dt.time) -> str:
    """Write a time of day in its one form."""
    return when.isoformat("auto" if when.second or when.microsecond else "minutes")


def moment(node: Node) -> str | None:
    """Read a moment with its zone: 2027-05-14T13:00:00Z."""
    found = text(node).strip()
    if not found:
        return None
    try:
        when = dt.datetime.fromisoformat(found)
        if when.tzinfo is None:
            raise ValueError(found)
        _check_year(node, when.year)
        return moment_text(when)
    except (ValueError, OverflowError):
        raise OddFileError(
            node.line,
            f"“{found[:40]}” is no moment with its zone. Write one like 2027-05-14T13:00:00Z, or"
            " 2027-05-14T09:00-04:00.",
        ) from None


def moment_text(when: dt.datetime) -> str:
    """Write a moment in its one form, in UTC."""
    return when.astimezone(dt.UTC).replace(tzinfo=None).isoformat() + "Z"


def _check_year(node: Node, year: int) -> None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise OddFileError(node.line, f"check the year {year}.")


def one_of(known: list[str], what: str) -> Reader:
    """Return a reader of one of several words, however it is capitalized and joined."""
    forms = {_letters(each): each for each in known}

    def read(node: Node) -> str:
        found = text(node).strip()
        if _letters(found) not in forms:
            raise OddFileError(
                node.line, f"“{found[:40]}” is no {what}. There are: {', '.join(known)}."
            )
        return forms[_letters(found)]

    return read


def _letters(words: str) -> str:
    return re.sub(r"[\s_-]+", " ", words).strip().casefold()


def maybe(reader: Reader) -> Reader:
    """Return a reader that takes nothing for None."""
    return lambda node: None if node.value is None or node.value == "" else reader(node)


def items(reader: Reader) -> Reader:
    """Return a reader of lists; one value alone is a list of one."""

    def read(node: Node) -> list[Any]:
        if node.value is None:
            return []
        rows = node.value if isinstance(node.value, list) else [node]
        if len(rows) > MOST_ROWS:
            raise OddFileError(node.line, f"there are more than {MOST_ROWS} of these.")
        return [reader(each) for each in rows]

    return read


def unlike(reader: Reader) -> Reader:
    """Return a reader of lists in which everything stands once."""
    return lambda node: list(dict.fromkeys(items(reader)(node)))


def pairs(node: Node, known: dict[str, Reader]) -> dict[str, Any]:
    """Read names and values of a row; what is not known is refused, since it would be lost."""
    if not isinstance(node.value, dict):
        wanted = ", ".join(known)
        raise OddFileError(node.line, f"names and values are wanted here: {wanted}.")
    check_names(node.value, known)
    return {name: known[name](value) for name, value in node.value.items()}


def check_names(found: dict[str, Node], known: dict[str, Any]) -> None:
    """Refuse a name that is none of those known."""
    for name, value in found.items():
        if name not in known:
            said = f"“{name[:40]}” is not known here. There are: {', '.join(known)}."
            raise OddFileError(value.line, said)


def address(node: Node) -> str:
    """Read an e-mail address; whether it can be one is asked when somebody is added."""
    found = match_address(needed(node))
    if "@" not in found or re.search(r"\s", found):
        raise OddFileError(node.line, f"“{found[:60]}” is no e-mail address.")
    return found


def addresses(node: Node) -> list[str]:
    """Read addresses, each once, in the order of letters."""
    return sorted(set(items(address)(node)))


def contact(node: Node) -> dict[str, str] | None:
    """Read whom applications go to: a position, or a person by address.

    Name and title of a person stand beside the address for who does not know it yet.
    """
    if node.value is None:
        return None
    if isinstance(node.value, str):
        found = one_line(node.value)
        return {"email": address(node)} if "@" in found else {"position": found}
    given = pairs(node, {"position": _line, "email": address, "name": _line, "title": _line})
    given = {name: value for name, value in given.items() if value}
    if ("position" in given) == ("email" in given):
        raise OddFileError(node.line, "name a position or the e-mail address of a person.")
    return given


def _line(node: Node) -> str:
    return one_line(text(node))


def document(node: Node) -> dict[str, Any]:
    """Read a document that is asked for."""
    kinds = [each.value for each in DocumentKind]
    given = pairs(
        node,
        {
            "kind": one_of(kinds, "kind of document"),
            "title": text,
            "instructions": text,
            "word_limit": count(1, 1_000_000),
            "required": flag,
        },
    )
    if "kind" not in given:
        raise OddFileError(node.line, "say what kind of document this is.")
    title = given.get("title") or DOCUMENT_TITLES[DocumentKind(given["kind"])]
    return {
        "kind": given["kind"],
        "title": title,
        "instructions": given.get("instructions", ""),
        "word_limit": given.get("word_limit"),
        "required": given.get("required", True),
    }


def question(node: Node) -> dict[str, Any]:
    """Read a question to candidates."""
    kinds = [each.value for each in QuestionKind]
    given = pairs(
        node,
        {
            "text": needed,
            "kind": one_of(kinds, "kind of answer"),
            "choices": items(needed),
            "word_limit": count(1, 1_000_000),
            "required": flag,
        },
    )
    if "text" not in given:
        raise OddFileError(node.line, "the question itself is missing (text).")
    kind, choices = given.get("kind", QuestionKind.SHORT_TEXT.value), given.get("choices", [])
    if kind == QuestionKind.CHOICE and len(choices) < 2:
        raise OddFileError(node.line, "a choice offers at least two things.")
    if kind != QuestionKind.CHOICE and choices:
        raise OddFileError(node.line, f"only a {QuestionKind.CHOICE.value} has choices.")
    return {
        "text": given["text"],
        "kind": kind,
        "choices": choices,
        "word_limit": given.get("word_limit"),
        "required": given.get("required", True),
    }


employment = items(one_of([each.value for each in EmploymentType], "kind of employment"))
pay_unit = maybe(one_of([each.value for each in PayUnit], "unit of pay"))


section_kind = one_of([each.value for each in SectionKind], "kind of section")


def kinds_of_headings(sections: list[list[str]]) -> list[str]:
    """Say what sections are by their headings; a file names their kinds only where they differ."""
    return [each.value for each in kinds_of(heading for heading, _ in sections)]
