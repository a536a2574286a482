"""Read a text in every way in which mail programs and gateways wrap the links in it. Pure.

A link comes back broken over lines, behind marks of quotation, percent-encoded, quoted-printable,
as HTML entities, in wide letters; behind a gateway's own link as Proofpoint writes it (`-2D` for
a hyphen, `_` for a slash) or as Base64 (Sophos and others); and each of these around another. So
a text has many readings. Each letter of one remembers where it stood in the text.
"""

import binascii
import html
import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

LAYERS = 8  # of one wrapping around another
_WORK = 16  # letters that are read for each letter of a text, at most
_LEAST_WORK = 20_000
_BREAK = "!"  # between what has nothing to do with one another: it stands in no secret
_SOFT_BREAK = re.compile(r"=[ \t]*(?:\r\n?|\n)")
_QUOTED = re.compile(r"=(?:25)*([0-9A-Fa-f]{2})")
_PERCENT = re.compile(r"%(?:25)*([0-9A-Fa-f]{2})")
_ENTITY = re.compile(r"&(?:amp;)*(#[0-9]{1,6}|#[xX][0-9A-Fa-f]{1,5}|[A-Za-z]{2,31});")
_MARKS = re.compile(r"[ \t]*(?:[>|][ \t]?)+")
_DASHED_LINK = re.compile(r"(?:https?-(?:25)*3A|/v2/url\?u=)[A-Za-z0-9_.-]+", re.IGNORECASE)
_DASHED = re.compile(r"-([0-9A-Fa-f]{2})")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{40,}")
_WORDS = re.compile(rb"[\t\n\r -~]{16,}|(?:[\t\n\r -~]\0){16,}|(?:\0[\t\n\r -~]){16,}")
_STANDARD = str.maketrans("-_", "+/")
_UNSEEN = {"Cf", "Cc", "Zs", "Zl", "Zp", "Mn", "Co", "Cn", "Cs"}

Spans = list[tuple[int, int]]


class Reading(NamedTuple):
    """One way to read a text: its letters, and from where to where each stood in it."""

    letters: str
    places: Spans


def readings(text: str) -> Iterator[Reading]:
    """Read a text in every way, the plainest first.

    The work is bounded: a few letters are read for each letter of the text, however it is made.
    """
    waiting = [squeezed(text), squeezed(text, soft_breaks=True)]
    known: set[str] = set()
    left = max(_LEAST_WORK, _WORK * len(text))
    for _ in range(LAYERS):
        inner: list[Reading] = []
        for each in waiting:
            if each.letters in known or len(each.letters) > left:
                continue
            known.add(each.letters)
            left -= len(each.letters)
            yield each
            inner += _unwrapped(each)
        waiting = inner


def loosely(text: str) -> Reading:
    """Read all of a text as Proofpoint writes links, though no such link begins.

    What reads like a link in it is none for certain: ordinary words have hyphens too.
    """
    return _undashed(squeezed(text), [(0, len(text))], soft_breaks=False)


def squeezed(text: str, *, soft_breaks: bool = False) -> Reading:
    """Read a text without breaks, marks and what is not seen, its encodings as they stand."""
    letters: list[str] = []
    places: Spans = []
    at, line_begins = 0, True
    while at < len(text):
        if line_begins and (marks := _MARKS.match(text, at)):
            at = marks.end()
        line_begins = False
        if at >= len(text):
            break
        if soft_breaks and text[at] == "=" and (broken := _SOFT_BREAK.match(text, at)):
            at, line_begins = broken.end(), True
            continue
        line_begins = text[at] in "\r\n"
        _add(text[at], (at, at + 1), letters, places)
        at += 1
    return Reading("".join(letters), places)


def _plain(reading: Reading, *, quoted_printable: bool, soft_breaks: bool) -> Reading:
    """Read what is percent-encoded, an entity or, perhaps, quoted-printable as what it means."""
    letters: list[str] = []
    places: Spans = []
    at = 0
    while at < len(reading.letters):
        end, plain = _next(reading.letters, at, quoted_printable=quoted_printable)
        place = reading.places[at][0], reading.places[end - 1][1]
        for letter in plain:
            _add(letter, place, letters, places, ends_soft=soft_breaks and end > at + 1)
        at = end
    return Reading("".join(letters), places)


def _add(
    letter: str,
    place: tuple[int, int],
    letters: list[str],
    places: Spans,
    *,
    ends_soft: bool = False,
) -> None:
    """Add what is seen of a letter; where it may, a line's end ends a soft break."""
    if ends_soft and letter in "\r\n" and letters and letters[-1] == "=":
        letters.pop()
        places.pop()
    for each in _seen(letter):
        letters.append(each)
        places.append(place)


def _next(text: str, at: int, *, quoted_printable: bool) -> tuple[int, str]:
    """Read one letter: where the next one begins, and what this one means; nothing, often."""
    letter = text[at]
    if letter.isascii() and letter.isalnum():
        return at + 1, letter
    if quoted_printable and letter == "=" and (quoted := _QUOTED.match(text, at)):
        return quoted.end(), chr(int(quoted[1], 16))
    if letter == "%" and (encoded := _PERCENT.match(text, at)):
        return encoded.end(), chr(int(encoded[1], 16))
    if letter == "&" and (entity := _ENTITY.match(text, at)):
        return entity.end(), html.unescape(f"&{entity[1]};")
    return at + 1, letter


def _seen(letter: str) -> str:
    if letter == "\\":
        return "/"
    if "!" <= letter <= "~":
        return letter
    if letter.isspace() or unicodedata.category(letter) in _UNSEEN:
        return ""
    plain = unicodedata.normalize("NFKC", letter)
    return plain if plain.isascii() else letter


# One wrapping less


def _unwrapped(reading: Reading) -> Iterator[Reading]:
    """Take one wrapping off.

    An equals sign before a line's end that was wrapped up is a soft break or none: read as both.
    """
    letters = reading.letters
    links = [match.span() for match in _DASHED_LINK.finditer(letters)]
    for soft_breaks in (True, False):
        if _PERCENT.search(letters) or _ENTITY.search(letters):
            yield _plain(reading, quoted_printable=False, soft_breaks=soft_breaks)
        if _QUOTED.search(letters):
            yield _plain(reading, quoted_printable=True, soft_breaks=soft_breaks)
        if links:
            yield _undashed(reading, links, soft_breaks=soft_breaks)
        if decoded := _decoded(reading, soft_breaks=soft_breaks):
            yield decoded
        elif not links and "=" not in letters and "%" not in letters and "&" not in letters:
            return


def _undashed(reading: Reading, links: Spans, *, soft_breaks: bool) -> Reading:
    letters: list[str] = []
    places: Spans = []
    last = 0
    for start, end in links:
        letters += reading.letters[last:start]
        places += reading.places[last:start]
        at = start
        while at < min(end, len(reading.letters)):
            letter, after = reading.letters[at], at + 1
            if letter == "-" and (encoded := _DASHED.match(reading.letters, at)):
                letter, after = chr(int(encoded[1], 16)), encoded.end()
            elif letter == "_":
                letter = "/"
            place = reading.places[at][0], reading.places[after - 1][1]
            _add(letter, place, letters, places, ends_soft=soft_breaks and after > at + 1)
            at = after
        last = max(at, last)
    letters += reading.letters[last:]
    places += reading.places[last:]
    return Reading("".join(letters), places)


def _decoded(reading: Reading, *, soft_breaks: bool) -> Reading | None:
    """Read what looks like Base64: only the words in it; None where there are none.

    Where it begins among the letters before it nobody knows, so it is tried in all four ways.
    """
    letters: list[str] = []
    places: Spans = []
    for run in _BASE64.finditer(reading.letters):
        for first in range(run.start(), run.start() + 4):
            code = reading.letters[first : run.end()].translate(_STANDARD)
            code = code[: len(code) - (len(code) % 4 == 1)]
            data = binascii.a2b_base64(code + "=" * (-len(code) % 4))
            for words in _WORDS.finditer(data):
                for at in range(words.start(), words.end()):
                    group = first + at // 3 * 4
                    until = min(group + 4, run.end())
                    place = reading.places[group][0], reading.places[until - 1][1]
                    _add(chr(data[at]), place, letters, places, ends_soft=soft_breaks)
                letters.append(_BREAK)
                places.append(places[-1] if places else (0, 0))
    return Reading("".join(letters), places) if letters else None
