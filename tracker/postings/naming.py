"""The sections of a posting: which there are, in the order readers need, and which one is which."""

from collections.abc import Iterable

from tracker.core.errors import N_
from tracker.postings.reading.topics import topics_of
from tracker.postings.rules import SectionKind

K = SectionKind
NAMES = {
    K.SUMMARY: N_("Summary"),
    K.DUTIES: N_("Duties"),
    K.QUALIFICATIONS: N_("Qualifications"),
    K.SCHEDULE: N_("Schedule"),
    K.PAY_AND_BENEFITS: N_("Pay and benefits"),
    K.HOW_TO_APPLY: N_("How to apply"),
    K.OTHER: N_("Section of your own"),
}
ORDER = tuple(kind for kind in NAMES if kind is not K.OTHER)
HEADINGS: dict[SectionKind, str] = {
    kind: "" if kind is K.SUMMARY else NAMES[kind] for kind in ORDER
}
"""What stands above each section until somebody writes another heading."""

# Of a heading with several topics the first of these decides: "Salary & Schedule" is on pay.
_DECIDING = (
    ("equal", K.OTHER),
    ("accommodation", K.OTHER),
    ("apply", K.HOW_TO_APPLY),
    ("contact", K.HOW_TO_APPLY),
    ("pay", K.PAY_AND_BENEFITS),
    ("benefits", K.PAY_AND_BENEFITS),
    ("schedule", K.SCHEDULE),
    ("qualifications", K.QUALIFICATIONS),
    ("duties", K.DUTIES),
)
_SAID_OTHERWISE = (
    (("what you need", "you bring", "you have", "must have"), K.QUALIFICATIONS),
    (("what you do", "what you will do"), K.DUTIES),
)
_BODILY = ("physical", "working conditions", "work environment")


def kinds_of(headings: Iterable[str]) -> list[SectionKind]:
    """Say what sections with these headings are; of each kind there is one, the first."""
    taken: set[SectionKind] = set()
    found = []
    for place, heading in enumerate(headings):
        kind = _kind_of(" ".join(heading.split()), place)
        kind = K.OTHER if kind in taken else kind
        taken.add(kind)
        found.append(kind)
    return found


def _kind_of(heading: str, place: int) -> SectionKind:
    if not heading:
        return K.OTHER if place else K.SUMMARY
    folded = heading.casefold()
    if any(words in folded for words in _BODILY):
        return K.OTHER
    topics = topics_of(heading)
    by_topic = next((kind for topic, kind in _DECIDING if topic in topics), None)
    return by_topic or next(
        (kind for words, kind in _SAID_OTHERWISE if any(each in folded for each in words)), K.OTHER
    )


def missing(kinds: Iterable[SectionKind]) -> list[SectionKind]:
    """Return the named sections that are not there, in their order."""
    present = set(kinds)
    return [kind for kind in ORDER if kind not in present]


def place_for(kind: SectionKind, kinds: list[SectionKind]) -> int:
    """Return where a section belongs among those that stand: before the first later one.

    One of somebody's own belongs at the end, before how to apply.
    """
    if kind not in ORDER:
        return len(kinds) - 1 if kinds[-1:] == [K.HOW_TO_APPLY] else len(kinds)
    later = set(ORDER[ORDER.index(kind) + 1 :])
    return next((place for place, each in enumerate(kinds) if each in later), len(kinds))
