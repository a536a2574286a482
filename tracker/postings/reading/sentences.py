"""Cut running text into sentences."""

import re
from collections.abc import Iterator

# A full stop after these ends no sentence.
ABBREVIATIONS = frozenset(
    """e.g i.e etc dr mr mrs ms mx prof st ave rd no vs approx dept jr sr inc hr hrs wk yr yrs min
    max jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thur thurs fri sat
    sun a.m p.m u.s u.k lbs lb ext tel attn incl est p.a""".split()
)
END = re.compile(r"[.!?]+[\"”’')\]]{0,3}\s+(?=[\"“‘'(\[]?[^\W_a-z]|[$£€])")
LAST_WORD = re.compile(r"[^\s(\"“]{1,12}$")


def split(text: str) -> Iterator[tuple[int, str]]:
    """Yield each sentence with the place that it starts at."""
    start = 0
    for end in END.finditer(text):
        if _goes_on(text, end):
            continue
        yield start, text[start : end.end()].strip()
        start = end.end()
    if text[start:].strip():
        yield start, text[start:].strip()


def _goes_on(text: str, end: re.Match[str]) -> bool:
    if text[end.start()] != ".":
        return False
    before = LAST_WORD.search(text, max(0, end.start() - 12), end.start())
    if not before:
        return False
    word = before[0]
    # "Amanda L. Goodman": a single capital is an initial.
    return (len(word) == 1 and word.isupper()) or word.lower() in ABBREVIATIONS
