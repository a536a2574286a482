"""Cut running text into sentences."""

import re
from collections.abc import Iterator

# A full stop after these ends no sentence.
_ABBREVIATIONS_WORDS = """
e.g i.e etc dr mr mrs ms mx prof st ave rd no vs approx dept jr sr inc hr hrs wk yr yrs min
max jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thur thurs fri sat
sun a.m p.m u.s u.k lbs lb ext tel attn incl est p.a
"""
ABBREVIATIONS = frozenset(_ABBREVIATIONS_WORDS.split())
END = re.compile(r"[.!?]+[\"”’')\]]{0,3}\s+(?=[\"“‘'(\[]?[^\W_a-z]|[$£€])")
LAST_WORD = re.compile(r"[^\s(\"“]{1,12}$")


LONGEST = 2000
"""Characters. What goes on longer is no sentence, and is cut so that no rule sees more."""


def split(text: str) -> Iterator[tuple[int, str]]:
    """Yield each sentence, at most LONGEST characters, with the place that it starts at."""
    for start, sentence in _split(text):
        place = 0
        while len(sentence) - place > LONGEST:
            cut = sentence.rfind(" ", place + 1, place + LONGEST)
            cut = cut if cut > place else place + LONGEST
            yield start + place, sentence[place:cut]
            place = cut
        yield start + place, sentence[place:]


def _split(text: str) -> Iterator[tuple[int, str]]:
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
