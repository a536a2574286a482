"""Rules that are a list of phrases: how they look."""

import re
from collections.abc import Callable, Iterator

from tracker.postings.checks.findings import Look, Place
from tracker.postings.checks.manuscript import Line, Manuscript

NEGATED = re.compile(
    r"\b(?:not|never|no|nor|n[’']t|without|instead of|rather than|neither)\b"
    r"(?:\W{1,3}[\w’'-]{1,20}){0,4}\W{0,3}$",
    re.IGNORECASE,
)
"""What stands right before a phrase that is named to say that it is not so."""


def compiled(*patterns: str) -> re.Pattern[str]:
    """Join patterns into one that knows no case."""
    return re.compile("|".join(patterns), re.IGNORECASE)


def phrases(
    *patterns: str,
    unless: str = "",
    where: Callable[[Line], bool] = lambda _: True,
    but_if_said: str = "",
    negation: bool = True,
) -> Look:
    """Look for phrases in the sentences that `where` keeps.

    A sentence that `unless` is met in is spared, and so is the whole posting where
    `but_if_said` is met anywhere. With `negation`, "we do not ask for …" is spared too.
    """
    wanted = compiled(*patterns)
    spared = compiled(unless) if unless else None
    excused = compiled(but_if_said) if but_if_said else None

    def look(manuscript: Manuscript) -> Iterator[Place]:
        if excused is not None and manuscript.says(excused):
            return
        for line in manuscript.own_lines:
            if not where(line) or (spared is not None and spared.search(line.words)):
                continue
            for match in wanted.finditer(line.words):
                before = line.words[max(0, match.start() - 100) : match.start()]
                if not (negation and NEGATED.search(before)):
                    yield Place(match[0], line.section)

    return look
