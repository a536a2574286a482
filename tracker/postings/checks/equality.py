"""The equal-opportunity statement: there, unaltered, and without the slips of retyping."""

import difflib
import re
from collections.abc import Iterator

from tracker.postings.checks.findings import Place, Rule
from tracker.postings.checks.manuscript import Manuscript, outline_of
from tracker.postings.checks.plain import plain_words, same_words
from tracker.postings.reading.equal import SLIPS, statement_blocks

OWN = "Equal-opportunity statement"
PROFILE = "The employer's profile"
MOST_WORDS = 400
SHORT_MENTION = 20
"""Words. "We are an equal opportunity employer" beside the statement is no other statement."""


def _statements(manuscript: Manuscript) -> Iterator[tuple[str, str]]:
    """Yield the statements that the posting itself makes, each with where it stands."""
    own = manuscript.facts.own_statement
    if own.strip():
        yield OWN, own[:20_000]
    for part in manuscript.parts:
        if part.field != "sections":
            continue
        text = f"## {part.section}\n\n{part.text}" if part.headed else part.text
        words = " ".join(block.plain for block in statement_blocks(outline_of(text)))
        if words.strip():
            yield part.section, words


def _missing(manuscript: Manuscript) -> Iterator[Place]:
    if not manuscript.facts.statement.strip() and not any(_statements(manuscript)):
        yield Place()


def _differs(manuscript: Manuscript) -> Iterator[Place]:
    meant = manuscript.facts.statement
    if not meant.strip():
        return
    for section, said in _statements(manuscript):
        if same_words(said, meant):
            continue
        if section != OWN and len(said.split()) < SHORT_MENTION:
            continue
        yield from _differences(said, meant, section)


def _differences(said: str, meant: str, section: str) -> Iterator[Place]:
    here, there = (plain_words(text).split()[:MOST_WORDS] for text in (said, meant))
    matcher = difflib.SequenceMatcher(None, here, there, autojunk=False)
    if matcher.ratio() < 0.5:
        yield Place(" ".join(here[:12]), section, "It has hardly a word of the employer's.")
        return
    told = False
    for kind, left, left_end, right, right_end in matcher.get_opcodes():
        if kind == "equal":
            continue
        told = True
        ours, theirs = " ".join(here[left:left_end]), " ".join(there[right:right_end])
        if not ours:
            before = " ".join(here[max(0, left - 3) : left])
            yield Place(before, section, f"After this, the employer's says “{theirs}”.")
        elif not theirs:
            yield Place(ours, section, "The employer's does not say this.")
        else:
            yield Place(ours, section, f"The employer's says “{theirs}”.")
    if not told:
        yield Place("", section, "It ends otherwise than the employer's.")


def _slips(manuscript: Manuscript) -> Iterator[Place]:
    meant = manuscript.facts.statement
    # Where the employer's own says it otherwise, the difference has been shown.
    shown = [
        (section, said)
        for section, said in _statements(manuscript)
        if not meant.strip() or same_words(said, meant)
    ]
    if not manuscript.facts.own_statement.strip():
        shown.append((PROFILE, meant[:20_000]))
    for section, words in shown:
        plain = " ".join(re.sub(r"[*_#>`]", "", words).split())
        for slip, what in SLIPS:
            match = slip.search(plain)
            if match:
                yield Place(match[0], section, f"{what[:1].upper()}{what[1:]}.")


RULES = (
    Rule(
        "equal-opportunity-differs",
        "confirm",
        "equal_opportunity_text",
        "Equal-opportunity statement differs",
        "The posting has an equal-opportunity statement of its own that differs from the"
        " employer's. Such statements are retyped, and words are lost on the way.",
        "Empty the field, or take the section out, to show the employer's words.",
        _differs,
    ),
    Rule(
        "equal-opportunity-missing",
        "confirm",
        "equal_opportunity_text",
        "No equal-opportunity statement",
        "Neither the posting nor the employer's profile has an equal-opportunity statement.",
        "Add it to the profile, and every posting shows it.",
        _missing,
    ),
    Rule(
        "equal-opportunity-slip",
        "advice",
        "equal_opportunity_text",
        "Slip in the equal-opportunity statement",
        "A word of the statement is misspelt, or is another than the one meant.",
        "Correct it; where the employer's own has the slip, correct it in the profile.",
        _slips,
    ),
)
