"""What a check is made of: a rule as data, the places it points at, the finding they make."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from tracker.postings.checks.manuscript import Manuscript

Severity = Literal["blocks", "confirm", "advice"]
"""blocks: cannot be published so; confirm: a person must confirm it by name; advice."""

SEVERITIES: tuple[Severity, ...] = ("blocks", "confirm", "advice")
MOST_PLACES = 12
"""Places of one finding that are shown. Whoever mends these looks for the rest as well."""
LONGEST_WORDS = 200


@dataclass(frozen=True, slots=True)
class Place:
    """The words that a finding points at, the section they stand in, and what is to be said."""

    words: str = ""
    section: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """A finding on a posting. blocks: cannot be published so; confirm: a person must tick it."""

    code: str
    severity: Severity
    field: str
    name: str
    why: str
    mend: str
    places: tuple[Place, ...] = ()

    @property
    def message(self) -> str:
        """Why it matters and how to mend it, in a breath."""
        return f"{self.why} {self.mend}"

    def as_json(self) -> list[dict[str, str]]:
        """Return the finding as the check command prints it: one object a place."""
        return [
            {
                "code": self.code,
                "severity": self.severity,
                "field": self.field,
                "name": self.name,
                "section": place.section,
                "words": place.words,
                "note": place.note,
                "why": self.why,
                "mend": self.mend,
            }
            for place in self.places or (Place(),)
        ]


Look = Callable[[Manuscript], Iterable[Place]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: `look` yields the places where a posting breaks it; none, and it is kept.

    `field` is the form's field to mend it in. `why` says what is wrong and why it matters,
    `mend` what to do, both in whole sentences.
    """

    code: str
    severity: Severity
    field: str
    name: str
    why: str
    mend: str
    look: Look

    def applied(self, manuscript: Manuscript) -> Check | None:
        """Look at a posting; None where the rule is kept."""
        found: dict[tuple[str, str], Place] = {}
        for place in self.look(manuscript):
            words = " ".join(place.words.split())
            if len(words) > LONGEST_WORDS:
                words = words[:LONGEST_WORDS].rstrip() + "…"
            found.setdefault((words, place.section), Place(words, place.section, place.note))
            if len(found) == MOST_PLACES:
                break
        if not found:
            return None
        places = tuple(found.values())
        return Check(self.code, self.severity, self.field, self.name, self.why, self.mend, places)
