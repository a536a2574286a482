"""An application's record as paragraphs: cover sheet, documents of words, list of contents."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext, ngettext

from tracker.applications.rules import FAMILIARITY_WORDS, Familiarity
from tracker.core import formats
from tracker.records.queries import Contents, Paper
from tracker.records.typesetting import Block, block, blocks_of_html, blocks_of_text


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a document: how many pages it has here, or why it has none."""

    paper: Paper
    pages: int = 0
    problem: str = ""


def cover(contents: Contents, outcomes: Sequence[Outcome], zone: str) -> list[Block]:
    """Write the first sheet: who, what for, when, what was answered, which documents follow."""
    facts = [
        (gettext("Application"), contents.number),
        (gettext("Received"), formats.datetime(contents.submitted_at, zone, with_zone=True)),
        (gettext("Where it stands"), contents.standing.capitalize()),
        (gettext("E-mail"), contents.email),
        (gettext("Telephone"), contents.phone),
    ]
    return [
        block("title", contents.name),
        block("lead", contents.posting),
        *(block("text", value, label=label) for label, value in facts if value),
        *_documents(outcomes),
        *_answers(contents),
        *_skills(contents),
    ]


def _documents(outcomes: Sequence[Outcome]) -> list[Block]:
    if not outcomes:
        return []
    found = [block("heading", gettext("Documents"))]
    for number, each in enumerate(outcomes, 1):
        pages = ngettext("%(num)d page", "%(num)d pages", each.pages)
        said = f"{each.paper.title} ({each.paper.file_name}): {each.problem or pages}"
        found.append(Block("item", block("item", said).runs, mark=f"{number}."))
    return found


def _answers(contents: Contents) -> list[Block]:
    found = [block("heading", gettext("Answers"))] if contents.answers else []
    for question, text in contents.answers:
        found += [block("question", question), *blocks_of_text(text or gettext("No answer"))]
    return found


def _skills(contents: Contents) -> list[Block]:
    if not contents.skills:
        return []
    return [
        block("heading", gettext("Familiarity")),
        *(
            block("text", gettext(FAMILIARITY_WORDS[Familiarity(level)]), label=skill)
            for skill, level in contents.skills
        ),
    ]


def document(contents: Contents, paper: Paper) -> list[Block]:
    """Write a document that came as words, under its title."""
    words = blocks_of_html(paper.html) if paper.html else blocks_of_text(paper.text)
    return [
        block("heading", paper.title),
        block("note", f"{paper.file_name}, {contents.name}"),
        *words,
    ]


def table_of_contents(posting: str, entries: Sequence[tuple[Contents, int]]) -> list[Block]:
    """List the applications of a posting's packet with the page where each begins."""
    count = ngettext("%(num)d application", "%(num)d applications", len(entries))
    listed = [
        block(
            "text",
            gettext("%(number)s, page %(page)d", number=each.number, page=page),
            label=each.name,
        )
        for each, page in entries
    ]
    return [block("title", posting), block("lead", count), *listed]
