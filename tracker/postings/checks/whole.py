"""Title and text: what a posting cannot do without, and how long it is."""

from collections.abc import Iterator

from tracker.postings.checks.findings import Place, Rule
from tracker.postings.checks.manuscript import MOST_READ, Manuscript

FEWEST_WORDS, MOST_WORDS = 15, 1100
"""The longest real posting that we met has 650 words; people leave long ones unread."""


def _no_title(manuscript: Manuscript) -> Iterator[Place]:
    if not manuscript.facts.title.strip():
        yield Place()


def _has_sections(manuscript: Manuscript) -> bool:
    return any(each.text.strip() for each in manuscript.facts.sections)


def _nothing_written(manuscript: Manuscript) -> Iterator[Place]:
    if not _has_sections(manuscript) and not manuscript.facts.summary.strip():
        yield Place()


def _no_text(manuscript: Manuscript) -> Iterator[Place]:
    if not _has_sections(manuscript) and manuscript.facts.summary.strip():
        yield Place()


def _count(manuscript: Manuscript) -> int:
    own = {"sections", "summary"}
    return sum(len(part.text.split()) for part in manuscript.parts if part.field in own)


def _too_short(manuscript: Manuscript) -> Iterator[Place]:
    count = _count(manuscript)
    if _has_sections(manuscript) and count < FEWEST_WORDS:
        yield Place(note=f"It has {count} words.")


def _too_long(manuscript: Manuscript) -> Iterator[Place]:
    count = _count(manuscript)
    if manuscript.is_cut:
        yield Place(note=f"Only its first {MOST_READ:,} characters were looked at.")
    elif count > MOST_WORDS:
        yield Place(note=f"It has {count:,} words.")


RULES = (
    Rule(
        "no-title",
        "blocks",
        "title",
        "No title",
        "The posting has no title.",
        "Candidates look for one: give it the name of the job.",
        _no_title,
    ),
    Rule(
        "nothing-written",
        "blocks",
        "sections",
        "Nothing written",
        "The posting has neither a summary nor a text: candidates would find an empty page.",
        "Say at least what the job is.",
        _nothing_written,
    ),
    Rule(
        "no-text",
        "confirm",
        "sections",
        "No description",
        "The posting has no text, so candidates cannot tell what the job is.",
        "Add a section.",
        _no_text,
    ),
    Rule(
        "too-short",
        "advice",
        "sections",
        "Very short text",
        "The text is so short that candidates cannot tell whether the job is for them.",
        "Say what the person does, and what they need to bring.",
        _too_short,
    ),
    Rule(
        "too-long",
        "advice",
        "sections",
        "Very long text",
        "The posting is longer than most people read, on a phone above all.",
        "Keep what decides whether to apply, and leave the rest to the job description.",
        _too_long,
    ),
)
