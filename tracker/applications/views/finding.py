"""Where words were found in the applications of a page: pieces of text for the list."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext

from tracker.applications.queries import ApplicationPage
from tracker.records.queries import finding as search
from tracker.records.queries.finding import Source
from tracker.records.words import Piece, Term, excerpt, stands_in

MOST_PLACES = 2
SHOWN_ANYWAY = frozenset({"name", "number"})
"""The list shows these whole: they are named as the place only when there is no other."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place where words were found: what it is, and the words with some text around."""

    title: str
    pieces: list[Piece]


def found_in(page: ApplicationPage, terms: Sequence[Term]) -> dict[int, list[Place]]:
    """Find for each application of a page where the words stand, at most two places each."""
    if not terms:
        return {}
    sources = search.sources_of(page.applications)
    return {key: _places(texts, terms) for key, texts in sources.items()}


def _places(sources: Sequence[Source], terms: Sequence[Term]) -> list[Place]:
    """Choose places that together have as many of the terms as two places can."""
    left, places, known = list(terms), list[Place](), list[Place]()
    for source in sources:
        here = [term for term in left if stands_in(source.text, term)]
        if not here:
            continue
        left = [term for term in left if term not in here]
        place = Place(_title(source), excerpt(source.text, terms))
        (known if source.kind in SHOWN_ANYWAY else places).append(place)
        if not left or len(places) == MOST_PLACES:
            break
    return places or known[:MOST_PLACES]


def _title(source: Source) -> str:
    if source.title:
        return source.title
    words: dict[str, str] = {
        "name": gettext("Name"),
        "email": gettext("E-mail"),
        "phone": gettext("Telephone"),
        "number": gettext("Number"),
        "mail": gettext("Mail from the candidate"),
    }
    return words[source.kind]
