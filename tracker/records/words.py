"""Cut text into words, read what a person looks for, and say where it stands. Pure.

The words are cut here and not by a database, so that SQLite and PostgreSQL index the same ones
and give the same hits. A word is a run of letters and digits of any script, without case and
accents; every Chinese or Japanese letter is a word of its own, since no spaces part them there.
So an address is found by each of its parts. Beside the words as they stand, a text has *loose*
ones, which are found but are no part of a phrase: names with an apostrophe as one word, and
telephone numbers by their digits alone, however they are written.

What is looked for: words, all of which must be there; `librar*` for every word that begins so;
words in quotes for a phrase. Words held together by marks (jane.doe@example.org) are a phrase.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

VERSION = 1
"""Raise it when words are cut otherwise: everything is then indexed again."""

LONGEST = 64
MOST_PLACES = 16_000
MOST_PLACES_A_WORD = 250
MOST_BYTES = 900_000
"""PostgreSQL's limits on one text are 16,383 places, 255 a word, and a megabyte in all."""

MOST_TERMS = 12
LONGEST_PHRASE = 20
HOME = 10
"""Digits of a telephone number without its country."""
GAP = "·"
"""Stands where no phrase may run across. No word has it, so nobody can look for it."""

_LONE = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_LETTER = f"(?![{_LONE}])[^\\W_]"
_WORD = re.compile(f"[{_LONE}]|(?:{_LETTER})+")
_ASCII = re.compile("[0-9a-z]+")
_APOSTROPHE = re.compile("[^\\W_]+(?:['’ʼ][^\\W_]+)+")
_TELEPHONE = re.compile(
    r"(?<![\w+])(?:\+(?P<abroad>[02-9]\d{0,2}[\d ().-]{5,16}\d)"
    r"|(?:\+?1[ .-]?)?(?P<home>\(?[2-9]\d{2}\)?[ ./-]?[2-9]\d{2}[ .-]?\d{4}))(?!\w)"
)
_PLAIN = {"ø": "o", "đ": "d", "ł": "l", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th"}
_PARTS = re.compile(r'"([^"]*)"?|([^\s"]+)')


@dataclass(frozen=True, slots=True)
class Term:
    """One or more words in a row; the last may be only the beginning of one."""

    words: tuple[str, ...]
    prefix: bool = False


@dataclass(slots=True)
class Entry:
    """What is indexed of a whole application: words in their places, and loose ones."""

    places: list[str] = field(default_factory=list)
    loose: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a text that is shown; `found` when it is what was looked for."""

    text: str
    found: bool = False


def composed(text: str) -> str:
    """Return the text as it is cut and shown: letters with their accents as one."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


class _Folding(dict[int, str]):
    """For every letter what it is without case and accents, worked out when first met."""

    def __missing__(self, code: int) -> str:
        letters = unicodedata.normalize("NFKD", chr(code).casefold()).casefold()
        kept = [each for each in letters if not unicodedata.combining(each)]
        plain = "".join(str(unicodedata.decimal(each, _PLAIN.get(each, each))) for each in kept)
        return self.setdefault(code, plain)


_folding = _Folding()


def folded(text: str) -> str:
    """Take case and accents from a text; signs that stand for several letters become these."""
    return text.lower() if text.isascii() else composed(text).translate(_folding)


def cut(text: str) -> list[str]:
    """Return a text's words in order, without the loose ones."""
    words = (_ASCII if text.isascii() else _WORD).findall(folded(text))
    return [word[:LONGEST] for word in words]


def _loose(text: str) -> Iterator[tuple[str, int, int]]:
    """Find names that an apostrophe parts, and telephone numbers, each as one word."""
    for found in _APOSTROPHE.finditer(text):
        yield "".join(cut(found[0]))[:LONGEST], *found.span()
    for found in _TELEPHONE.finditer(text):
        yield _digits(found), *found.span()


def _digits(found: "re.Match[str]") -> str:
    return "".join(cut(found["abroad"] or found["home"]))


def entry_of(texts: Iterable[str]) -> Entry:
    """Cut an application's texts for the index; no phrase runs from one into another.

    Past the limits above words are still found, each alone.
    """
    entry, filling = Entry(), _Filling()
    for text in texts:
        extra = [word for word, *_ in _loose(composed(text))]
        numbers = [each for each in extra if len(each) == HOME and each.isdigit()]
        spoken = (word for number in numbers for word in (*_spoken(number), GAP))
        for word in (*cut(text), GAP, *spoken):
            filling.place(entry, word)
        for word in extra:
            filling.loosen(entry, word)
    return entry


def _spoken(number: str) -> tuple[str, str, str]:
    """Part a telephone number as it is read out, however it was written."""
    return number[:3], number[3:6], number[6:]


@dataclass(slots=True)
class _Filling:
    """How full an entry is."""

    times: Counter[str] = field(default_factory=Counter)
    room: int = MOST_BYTES

    def place(self, entry: Entry, word: str) -> None:
        if len(entry.places) >= MOST_PLACES:
            self.loosen(entry, word)
        elif word == GAP or self.times[word] >= MOST_PLACES_A_WORD:
            entry.places.append(GAP)
        elif self._fits(word):
            entry.places.append(word)
            entry.loose.discard(word)

    def loosen(self, entry: Entry, word: str) -> None:
        if word != GAP and not self.times[word] and self._fits(word):
            entry.loose.add(word)

    def _fits(self, word: str) -> bool:
        cost = 2 if self.times[word] else len(word.encode()) + 8
        if cost > self.room:
            return False
        self.room -= cost
        self.times[word] += 1
        return True


def asked(text: str) -> list[Term]:
    """Read what a person typed; signs that mean nothing are passed over.

    Returns no term when nothing in it can be looked for.
    """
    terms: list[Term] = []
    for part in _PARTS.finditer(_numbers_joined(composed(text))):
        typed = part[2] if part[1] is None else part[1]
        words = tuple(cut(typed)[:LONGEST_PHRASE])
        term = Term(words, prefix=typed.rstrip().endswith("*"))
        if words and term not in terms:
            terms.append(term)
    return terms[:MOST_TERMS]


def _numbers_joined(text: str) -> str:
    """Write telephone numbers outside quotes as they are indexed: their digits."""
    parts = text.split('"')
    parts[::2] = [_TELEPHONE.sub(lambda found: f" {_digits(found)} ", each) for each in parts[::2]]
    return '"'.join(parts)


def excerpt(text: str, terms: Sequence[Term], *, width: int = 200) -> list[Piece]:
    """Cut out of a text the place where a term stands first, in pieces, the found ones marked.

    `width` is in characters. White space is shown as one space. Returns nothing for a text in
    which no term stands.
    """
    text = composed(text)
    marks = _marks(text, terms, width)
    if not marks:
        return []
    begin = min(_word_start(text, max(0, marks[0][0] - width // 3)), marks[0][0])
    finish = min(len(text), max(begin + width, marks[0][1]))
    pieces = [Piece("… ")] if begin else []
    at = begin
    for start, end in marks:
        if start < at or end > finish:
            continue
        pieces += [Piece(_flat(text[at:start])), Piece(_flat(text[start:end]), found=True)]
        at = end
    rest = _flat(text[at:finish])
    if finish < len(text):
        rest = rest.rpartition(" ")[0] + " …"
    return [each for each in (*pieces, Piece(rest)) if each.text]


def stands_in(text: str, term: Term) -> bool:
    """Tell whether a term stands in a text."""
    return bool(_marks(composed(text), [term], 0))


def _flat(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def _word_start(text: str, place: int) -> int:
    """Move a place on to the beginning of the next word."""
    while 0 < place < len(text) and not text[place - 1].isspace() and text[place].strip():
        place += 1
    return place


def _marks(text: str, terms: Sequence[Term], width: int) -> list[tuple[int, int]]:
    """Find where terms stand, in order, as far as one excerpt from the first on reaches."""
    if not terms:
        return []
    plain, origin = _with_origin(text)
    marks: list[tuple[int, int]] = []
    for found in re.finditer("|".join(map(_pattern, terms)), plain):
        start, end = origin(found.start()), origin(found.end() - 1) + 1
        if marks and start > marks[0][0] + width:
            break
        marks.append((start, end))
    single = [term for term in terms if len(term.words) == 1]
    if not marks and single:
        marks = [(start, end) for word, start, end in _loose(text) if _is_one_of(word, single)]
    return marks


def _with_origin(text: str) -> tuple[str, Callable[[int], int]]:
    """Fold a text, and tell of each of its letters which one of the text it was."""
    plain = folded(text)
    if text.isascii() or all(len(_folding[ord(each)]) == 1 for each in set(text)):
        return plain, lambda place: place
    origins = [at for at, letter in enumerate(text) for _ in _folding[ord(letter)]]
    return plain, origins.__getitem__


def _pattern(term: Term) -> str:
    """Write a term as a pattern that finds in a folded text what the index finds."""
    found, last = "", ""
    for word in term.words:
        lone = re.match(f"[{_LONE}]", word)
        if last:
            found += "[\\W_]*"
        found += ("" if lone else f"(?<!{_LETTER})") + re.escape(word)
        open_end = lone or len(word) == LONGEST
        found += "" if open_end else f"(?!{_LETTER})"
        last = word
    if term.prefix:
        found = found.removesuffix(f"(?!{_LETTER})")
        found += f"(?:{_LETTER})*"
    return found


def _is_one_of(word: str, terms: Iterable[Term]) -> bool:
    return any(
        word.startswith(term.words[0]) if term.prefix else word == term.words[0] for term in terms
    )
