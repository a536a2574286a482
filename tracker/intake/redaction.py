"""Take out of a text what opens an application: private links and tags, however they are written.

A reply quotes the mail that it answers, and that mail holds its reader's own link. Before a text
is passed on, every secret in it is hidden, in whichever reading of the text it is found. Pure.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

from tracker.intake.unwrapping import Reading, Spans, loosely, readings

HIDDEN = "[link removed]"
TOKEN_LETTERS = 32  # of a private link; see `core.tokens`
_SHORTEST = 12  # of what a page's address may be cut down to and still be hidden
_LEAST_ODD = 4  # of a secret's letters are no small ones, but for one secret in a hundred million
_PATHS = r"my(?:/{1,3}replace)?|for|drafts|sign-in|new-address|alerts|postings/{1,3}question"
_SECRET = re.compile(rf"/(?:{_PATHS})/{{1,3}}([A-Za-z0-9_.-]{{{_SHORTEST},}})", re.IGNORECASE)
_SIGNED = re.compile(r"/postings/+question/", re.IGNORECASE)
_TAG = re.compile(r"\+([ai][0-9a-z]{1,9}-[ctk][a-z2-7]{6}-[a-z2-7]{16})", re.IGNORECASE)
_MESSAGE_ID = re.compile(r"([0-9a-f]{32})@", re.IGNORECASE)  # of our mail: answers go by it
_RUN = re.compile(rf"[A-Za-z0-9_-]{{{TOKEN_LETTERS},}}")

Known = Callable[[Collection[str]], Collection[str]]
_Places = dict[str, list[tuple[int, int]]]


def redact(text: str, known: Known | None = None) -> str:
    """Hide every private link and tag in a text.

    `known` tells which of some possible secrets are in fact some: a secret that stands alone,
    without the address it belongs to, is found by that.
    """
    return redact_all([text], known)[0]


def redact_all(texts: Sequence[str], known: Known | None = None) -> list[str]:
    """Hide every private link and tag in some texts; `known` is asked once for all of them."""
    spans: list[Spans] = []
    possible: list[_Places] = []
    for text in texts:
        found: Spans = []
        places: _Places = {}
        for reading in readings(text):
            found += _spans(reading, _found(reading.letters))
            if known is not None:
                _note_possible(reading, places)
        if known is not None and "-" in text:
            _note_possible(loosely(text), places)
        spans.append(found)
        possible.append(places)
    asked = {each for places in possible for each in places}
    secrets = known(asked) if known is not None and asked else ()
    return [
        _hide(text, [*found, *(span for secret in secrets for span in places.get(secret, ()))])
        for text, found, places in zip(texts, spans, possible, strict=True)
    ]


def _hide(text: str, spans: Spans) -> str:
    for start, end in reversed(_joined(spans)):
        text = text[:start] + HIDDEN + text[end:]
    return text


def _spans(reading: Reading, found: Iterable[tuple[int, int]]) -> Spans:
    """Say of what was found in a reading where it stands in the text."""
    places = reading.places
    return [(places[start][0], places[end - 1][1]) for start, end in found]


def _found(letters: str) -> Iterator[tuple[int, int]]:
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


def _note_possible(reading: Reading, into: _Places) -> None:
    """Note every run of letters that may be a secret, which words of small letters are not."""
    for run in _RUN.finditer(reading.letters):
        odd = [not each.islower() for each in run[0]]
        count = sum(odd[: TOKEN_LETTERS - 1])
        for start in range(len(odd) - TOKEN_LETTERS + 1):
            count += odd[start + TOKEN_LETTERS - 1]
            if count >= _LEAST_ODD:
                span = run.start() + start, run.start() + start + TOKEN_LETTERS
                secret = run[0][start : start + TOKEN_LETTERS]
                into.setdefault(secret, []).extend(_spans(reading, [span]))
            count -= odd[start]


def _joined(spans: Iterable[tuple[int, int]]) -> Spans:
    """Spans in order, with those that touch made one."""
    joined: Spans = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(joined[-1][1], end)
        else:
            joined.append((start, end))
    return joined
