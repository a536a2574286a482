"""A posting's words, cut once for all rules: parts, sentences, and the outline of the whole."""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from tracker.postings.checks.facts import Facts
from tracker.postings.reading.markup import to_rows
from tracker.postings.reading.outline import SentencedOutline, arrange
from tracker.postings.reading.topics import topics_of

MOST_READ = 40_000
"""Characters of a posting's words that are looked at: ten times the longest that we met."""

Kind = Literal["text", "question", "document"]
OPENING = "Opening words"


@dataclass(frozen=True, slots=True)
class Part:
    """Words that stand together: a section, a short text of its own, a question."""

    section: str
    text: str
    field: str = "sections"
    kind: Kind = "text"
    headed: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence or list item in plain words, and where it stands."""

    words: str
    section: str
    kind: Kind
    topics: frozenset[str]
    is_item: bool

    @property
    def is_asked(self) -> bool:
        """Tell whether candidates answer it: a question, or what to mind with a document."""
        return self.kind != "text"


class Manuscript:
    """A posting on its way to being public, and the moment at which it is looked at."""

    def __init__(self, facts: Facts, at: dt.datetime) -> None:
        self.facts = facts
        self.at = at

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """Every part in the page's order, up to the most that is looked at."""
        kept, left = [], MOST_READ
        for part in self._all_parts():
            if not part.text.strip():
                continue
            kept.append(Part(part.section, part.text[:left], part.field, part.kind, part.headed))
            left -= len(part.text)
            if left <= 0:
                break
        return tuple(kept)

    def _all_parts(self) -> Iterator[Part]:
        facts = self.facts
        yield Part("Summary", facts.summary, "summary")
        for each in facts.sections:
            yield Part(each.heading or OPENING, each.text, headed=bool(each.heading))
        yield Part("Schedule", facts.schedule, "schedule")
        yield Part("Note on pay", facts.pay_note, "pay_note")
        yield Part("Benefits", facts.benefits, "benefits")
        for document in facts.documents:
            where = f"Document: {document.title}"
            yield Part(where, document.instructions, "documents", "document")
        for number, question in enumerate(facts.questions, start=1):
            words = "\n\n".join([question.text, *question.choices])
            yield Part(f"Question {number}", words, "questions", "question")

    @cached_property
    def is_cut(self) -> bool:
        """Tell whether the posting is so long that its end was not looked at."""
        return sum(len(part.text) for part in self._all_parts()) > MOST_READ

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """Every sentence and list item; headings are none."""
        return tuple(line for part in self.parts for line in _lines(part))

    @cached_property
    def own_lines(self) -> tuple[Line, ...]:
        """The lines outside the equal-opportunity statement, which is judged by itself."""
        return tuple(line for line in self.lines if "equal" not in line.topics)

    @cached_property
    def outline(self) -> SentencedOutline:
        """The sections as one page, as the import reads one."""
        return outline_of(
            "\n\n".join(
                f"## {part.section}\n\n{part.text}" if part.headed else part.text
                for part in self.parts
                if part.field in {"sections", "summary"}
            )
        )

    @cached_property
    def all_words(self) -> str:
        """All plain words, a sentence a line."""
        return "\n".join(line.words for line in self.lines)

    def says(self, pattern: re.Pattern[str]) -> bool:
        """Tell whether a pattern is met anywhere in a sentence."""
        return any(pattern.search(line.words) for line in self.lines)


def outline_of(text: str) -> SentencedOutline:
    """Arrange Markdown as the import does; text that runs on unbroken is cut."""
    return arrange(to_rows(text))


def _lines(part: Part) -> Iterator[Line]:
    topics = topics_of(part.section) if part.headed else _TOPICS.get(part.field, frozenset())
    for sentence in outline_of(part.text).sentences:
        yield Line(
            sentence.text,
            part.section,
            part.kind,
            topics | sentence.topics,
            sentence.block.kind == "bullet",
        )


_TOPICS = {
    "benefits": frozenset({"benefits"}),
    "schedule": frozenset({"schedule"}),
    "pay_note": frozenset({"pay"}),
    "documents": frozenset({"apply"}),
}
