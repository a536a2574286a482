"""English on pages in another language: every sentence that the house can say, looked for.

Pure but for reading the house's own files.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from xml.etree.ElementTree import Element

from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]
SPOKEN = ("aria-label", "title", "alt", "placeholder", "content", "value", "label")
"""Attributes that are read out or shown; those of scripts (`data-…`) count too."""

NAMES = {"Tracker"}
"""What is called the same in every language."""

_PLACE = re.compile(r"%%\w|%\(\w+\)[sd]|\{\w+\}")
_WORD = re.compile(r"[^\W\d_]{2,}")
_SPACE = re.compile(r"\s+")
_METHODS = [("tracker/**.py", "python"), ("templates/**", "jinja2")]
_KEYWORDS = {**DEFAULT_KEYWORDS, "lazy_gettext": None, "N_": None}


@lru_cache(maxsize=1)
def sentences() -> dict[str, re.Pattern[str]]:
    """Every English sentence of ours, for whomever, that Spanish says in other words."""
    with (ROOT / "tracker/translations/es/LC_MESSAGES/messages.po").open("rb") as file:
        spanish = read_po(file, locale="es")
    everywhere = extract_from_dir(ROOT, _METHODS, keywords=_KEYWORDS)
    known_words = [message.id for message in spanish if message.id]
    found = {}
    for words in [*known_words, *(each[2] for each in everywhere)]:
        for each in (words,) if isinstance(words, str) else words:
            known = spanish.get(each)
            if each and each not in NAMES and (known is None or known.string != each):
                found[each] = _pattern(each)
    return found


def _pattern(sentence: str) -> re.Pattern[str]:
    parts = [re.escape(_SPACE.sub(" ", part)) for part in _PLACE.split(sentence)]
    return re.compile(".+?".join(parts))


def said(element: Element, *, language: str) -> Iterator[str]:
    """Every text that a page says in its own language: those of elements, and of attributes."""
    if element.get("lang", language) != language or element.tag in {"style", "code"}:
        return
    for name, value in element.attrib.items():
        is_control = element.tag in {"button", "input"} and name == "value"
        hidden = is_control and element.get("type") not in {"submit", "reset"}
        if (name in SPOKEN or name.startswith("data-")) and not hidden:
            yield value
    for text in (element.text, *(child.tail for child in element)):
        if text and text.strip() and element.tag != "script":
            yield text
    for child in element:
        yield from said(child, language=language)


def english_in(texts: Iterable[str]) -> list[str]:
    """The sentences of ours that stand in these texts in English.

    One of several words is found inside of a text; a word or two only where they stand alone.
    """
    found = set()
    for text in {_SPACE.sub(" ", each).strip() for each in texts}:
        for sentence, pattern in sentences().items():
            words = _WORD.findall(_PLACE.sub("", sentence))
            stands = pattern.search(text) if len(words) > 2 else pattern.fullmatch(text)
            if words and stands:
                found.add(f"{sentence!r} in {text[:120]!r}")
    return sorted(found)
