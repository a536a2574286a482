"""Take out of a text what opens an application: private links and tags, however they are written.

A reply quotes the mail that it answers, and that mail holds its reader's own link. Before a text
is passed on, every secret in it is hidden: also one that is broken over lines, behind marks of
quotation, percent-encoded, quoted-printable, as HTML entities or in wide letters. For that the
text is read a second time without all that, and each letter remembers where it stood. Pure.
"""

import html
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator

HIDDEN = "[link removed]"
TOKEN_LETTERS = 32  # of a private link; see `core.tokens`
_SHORTEST = 12  # of what a page's address may be cut down to and still be hidden
_PATHS = r"my(?:/{1,3}replace)?|for|drafts|sign-in|new-address|alerts|postings/{1,3}question"
_SECRET = re.compile(rf"/(?:{_PATHS})/{{1,3}}([A-Za-z0-9_.-]{{{_SHORTEST},}})", re.IGNORECASE)
_SIGNED = re.compile(r"/postings/+question/", re.IGNORECASE)
_TAG = re.compile(r"\+([ai][0-9a-z]{1,9}-[ctk][a-z2-7]{6}-[a-z2-7]{16})", re.IGNORECASE)
_MESSAGE_ID = re.compile(r"([0-9a-f]{32})@", re.IGNORECASE)  # of our mail: answers go by it
_RUN = re.compile(rf"[A-Za-z0-9_-]{{{TOKEN_LETTERS},}}")
_SOFT_BREAK = re.compile(r"=[ \t]*\r?\n")
_QUOTED = re.compile(r"=(?:25)*([0-9A-Fa-f]{2})")
_PERCENT = re.compile(r"%(?:25)*([0-9A-Fa-f]{2})")
_ENTITY = re.compile(r"&(?:amp;)*(#[0-9]{1,6}|#[xX][0-9A-Fa-f]{1,5}|[A-Za-z]{2,31});")
_MARKS = re.compile(r"[ \t]*(?:[>|][ \t]?)+")
_UNSEEN = {"Cf", "Cc", "Zs", "Zl", "Zp", "Mn", "Co", "Cn", "Cs"}

Spans = list[tuple[int, int]]
Known = Callable[[Collection[str]], Collection[str]]


def redact(text: str, known: Known | None = None) -> str:
    """Hide every private link and tag in a text.

    `known` tells which of some possible secrets are in fact some: a secret that stands alone,
    without the address it belongs to, is found by that.
    """
    spans: Spans = []
    for quoted_printable in (False, True):
        letters, places = _squeezed(text, quoted_printable=quoted_printable)
        spans += [(places[start][0], places[end - 1][1]) for start, end in _found(letters, known)]
    for start, end in reversed(_joined(spans)):
        text = text[:start] + HIDDEN + text[end:]
    return text


def _found(letters: str, known: Known | None) -> Iterator[tuple[int, int]]:
    for match in _SECRET.finditer(letters):
        start = match.start(1)
        if _SIGNED.search(letters, match.start(), start):
            yield start, match.end(1)  # as long as whoever signed it made it
        else:
            # What follows on the next line stands right behind it here.
            yield start, min(match.end(1), start + TOKEN_LETTERS)
    for pattern in (_TAG, _MESSAGE_ID):
        for match in pattern.finditer(letters):
            yield match.span(1)
    if known is not None:
        yield from _known_in(letters, known)


def _known_in(letters: str, known: Known) -> Iterator[tuple[int, int]]:
    places: dict[str, list[int]] = {}
    for run in _RUN.finditer(letters):
        for start in range(run.start(), run.end() - TOKEN_LETTERS + 1):
            places.setdefault(letters[start : start + TOKEN_LETTERS], []).append(start)
    for secret in known(places) if places else ():
        for start in places[secret]:
            yield start, start + TOKEN_LETTERS


def _squeezed(text: str, *, quoted_printable: bool) -> tuple[str, list[tuple[int, int]]]:
    """Read a text without breaks, marks and encodings: its letters, and where each stood."""
    letters: list[str] = []
    places: list[tuple[int, int]] = []
    at, line_begins = 0, True
    while at < len(text):
        if line_begins and (marks := _MARKS.match(text, at)):
            at = marks.end()
        line_begins = False
        if at >= len(text):
            break
        end, plain = _next(text, at, quoted_printable=quoted_printable)
        line_begins = text[end - 1] in "\r\n"
        for letter in plain:
            letters.append(letter)
            places.append((at, end))
        at = end
    return "".join(letters), places


def _next(text: str, at: int, *, quoted_printable: bool) -> tuple[int, str]:
    """Read one letter: where the next one begins, and what this one means; nothing, often."""
    if quoted_printable and text[at] == "=":
        if broken := _SOFT_BREAK.match(text, at):
            return broken.end(), ""
        if quoted := _QUOTED.match(text, at):
            return quoted.end(), _seen(chr(int(quoted[1], 16)))
    if text[at] == "%" and (encoded := _PERCENT.match(text, at)):
        return encoded.end(), _seen(chr(int(encoded[1], 16)))
    if text[at] == "&" and (entity := _ENTITY.match(text, at)):
        return entity.end(), "".join(_seen(each) for each in html.unescape(f"&{entity[1]};"))
    if text[at] == "\\":
        return at + 1, "/"
    return at + 1, _seen(text[at])


def _seen(letter: str) -> str:
    if letter.isspace() or unicodedata.category(letter) in _UNSEEN:
        return ""
    plain = unicodedata.normalize("NFKC", letter)
    return plain if plain.isascii() else letter


def _joined(spans: Iterable[tuple[int, int]]) -> Spans:
    """Spans in order, with those that touch made one."""
    joined: Spans = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(joined[-1][1], end)
        else:
            joined.append((start, end))
    return joined
