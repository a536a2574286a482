"""How many applications stand where and where they came from, each in one query."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func, select

from tracker.accounts.models import Person
from tracker.applications import queries as applications
from tracker.applications.models import Application
from tracker.applications.rules import STAGES, Outcome, Stage, said_of_source
from tracker.core.db import db
from tracker.postings.models import ShortLink


@dataclass(slots=True)
class Counts:
    """Applications of one posting that a person may see."""

    stages: dict[Stage, int]
    outcomes: dict[Outcome, int]

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.stages.values()) + sum(self.outcomes.values())

    @property
    def unread(self) -> int:
        """Those that nobody has moved yet."""
        return self.stages[Stage.RECEIVED]

    @property
    def open(self) -> int:
        """Those without an outcome."""
        return sum(self.stages.values())


def count_applications(person: Person, posting_ids: Iterable[int]) -> dict[int, Counts]:
    """Count the applications that a person may see, by posting; one grouped query."""
    ids = list(posting_ids)
    counts = {each: Counts(dict.fromkeys(STAGES, 0), dict.fromkeys(Outcome, 0)) for each in ids}
    rows = db.session.execute(
        select(Application.posting_id, Application.stage, Application.outcome, func.count())
        .where(Application.posting_id.in_(ids), applications.visible_to(person))
        .group_by(Application.posting_id, Application.stage, Application.outcome)
    )
    for posting_id, stage, outcome, count in rows:
        if outcome is None:
            counts[posting_id].stages[stage] += count
        else:
            counts[posting_id].outcomes[outcome] += count
    return counts


@dataclass(frozen=True, slots=True)
class Origin:
    """Where people came from: the link's tag ('' for none), and what came of it."""

    source: str
    words: str
    link: ShortLink | None
    applications: int
    hired: int


def count_origins(person: Person, posting_id: int, links: Iterable[ShortLink]) -> list[Origin]:
    """Count a posting's applications by the source of the link; most applications first.

    Every short link has its line, and whoever came without a source stands last.
    """
    rows = db.session.execute(
        select(
            Application.source,
            func.count(),
            func.count().filter(Application.outcome == Outcome.HIRED),
        )
        .where(Application.posting_id == posting_id, applications.visible_to(person))
        .group_by(Application.source)
    )
    counted = {source: (count, hired) for source, count, hired in rows}
    by_source = {each.source: each for each in links}
    origins = [
        Origin(source, said_of_source(source), by_source.get(source), *counted.get(source, (0, 0)))
        for source in {**by_source, **counted}
    ]
    return sorted(origins, key=lambda each: (not each.source, -each.applications, each.source))
