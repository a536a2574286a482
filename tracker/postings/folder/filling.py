"""From what a file says to values that operations take. Pure; people and positions are not here."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any, cast

from tracker.postings.content import DocumentValue, PostingValues, QuestionValue, SectionValue
from tracker.postings.folder import Content
from tracker.postings.rules import DocumentKind, PayUnit, QuestionKind, SectionKind

_ELSEWHERE = frozenset({"contact", "managers", "copied", "sections", "section_kinds"})


def values_of(content: Content, fields: list[str]) -> PostingValues:
    """Make values of some fields of a file."""
    values = {name: _value(name, content[name]) for name in fields if name not in _ELSEWHERE}
    if {"sections", "section_kinds"} & set(fields):
        values["sections"] = _sections(content)
    return cast("PostingValues", values)


def _value(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name in {"hours_min", "hours_max", "pay_min", "pay_max"}:
        return Decimal(value)
    if name in {"closes_on", "listed_on", "first_review_on", "interviews_begin_on", "answer_by_on"}:
        return dt.date.fromisoformat(value)
    makers: dict[str, Callable[[Any], Any]] = {
        "pay_unit": PayUnit,
        "closes_time": dt.time.fromisoformat,
        "publish_at": dt.datetime.fromisoformat,
        "documents": lambda rows: [_document(each) for each in rows],
        "questions": lambda rows: [_question(each) for each in rows],
    }
    return makers[name](value) if name in makers else value


def _sections(content: Content) -> list[SectionValue]:
    kinds = content["section_kinds"] or [None] * len(content["sections"])
    return [
        SectionValue(heading, text, SectionKind(kind) if kind else None)
        for (heading, text), kind in zip(content["sections"], kinds, strict=True)
    ]


def _document(row: dict[str, Any]) -> DocumentValue:
    return DocumentValue(**{**row, "kind": DocumentKind(row["kind"])})


def _question(row: dict[str, Any]) -> QuestionValue:
    given = {**row, "kind": QuestionKind(row["kind"]), "choices": tuple(row["choices"])}
    return QuestionValue(**given)
