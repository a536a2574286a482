"""What a candidate without an address has yet to be told by letter or by telephone."""

import datetime as dt
from dataclasses import dataclass
from typing import Self

from flask_babel import gettext

from tracker.applications import queries
from tracker.applications.models import AnswerByHand, Application
from tracker.applications.rules import ActorKind
from tracker.core import formats
from tracker.interviews import queries as interviews
from tracker.interviews.rules import Change


@dataclass(frozen=True)
class ByHand:
    """What was told, and what has happened since; `has_address` where mail does it all."""

    has_address: bool
    told: list[AnswerByHand]
    since: list[str]

    @classmethod
    def of(cls, application: Application) -> Self:
        """Gather it for one application; an address makes all of it needless."""
        told = queries.answers_by_hand(application.id)
        if application.email:
            return cls(True, told, [])
        last = told[-1].at if told else application.submitted_at
        since = [*_moves(application, last), *_interviews(application, last)]
        return cls(False, told, [words for _at, words in sorted(since)])


def _moves(application: Application, last: dt.datetime) -> list[tuple[dt.datetime, str]]:
    return [
        (
            each.at,
            gettext("Ended: %(outcome)s", outcome=each.new_outcome.value)
            if each.new_outcome
            else gettext("Moved to %(stage)s", stage=each.new_stage.value),
        )
        for each in application.history
        if each.at > last and each.old_stage and each.by_kind is not ActorKind.CANDIDATE
    ]


def _interviews(application: Application, last: dt.datetime) -> list[tuple[dt.datetime, str]]:
    zone = queries.time_zone()
    words = {
        Change.SCHEDULED: gettext("Interview scheduled"),
        Change.CHANGED: gettext("Interview changed"),
        Change.CANCELLED: gettext("Interview cancelled"),
    }
    return [
        (each.at, f"{words[each.what]}: {formats.datetime(each.starts_at, zone)}")
        for each in interviews.changes_of(application.id)
        if each.at > last
    ]
