"""An application that came on paper or was handed in at the desk, keyed in by staff."""

import datetime as dt
from dataclasses import dataclass

from tracker.accounts.models import Person
from tracker.applications import queries, rules
from tracker.applications.models import Draft, StageChange
from tracker.applications.operations.submission import (
    Submission,
    become,
    filled_in,
    made_before,
)
from tracker.applications.rules import ActorKind, Channel, Stage
from tracker.core.errors import DomainError


@dataclass(frozen=True)
class KeyedIn:
    """By which way an application came, on which day (in the employer's zone), and who types."""

    channel: Channel
    received_on: dt.date
    by: Person


def key_in(draft: Draft, facts: KeyedIn, *, at: dt.datetime) -> Submission:
    """Make a draft that staff filled in an application, once, as `submit` does for candidates.

    Whatever came is kept: one that came too late is marked so, with why, and a posting that
    is closed takes it too. The address may be missing. Raises `DomainError` without a name,
    and for a day that is still to come.
    """
    known = made_before(draft)
    if known is not None:
        return known
    answers = filled_in(draft)
    if not answers.get("name"):
        raise DomainError("An application needs a name.")
    zone = queries.time_zone()
    rules.check_received_on(facts.received_on, today=rules.day_in(at, zone))
    closed_on = rules.closing_day(draft.posting.closing, zone)
    late = rules.lateness(facts.received_on, closed_on)
    arrival = StageChange(
        at=at,
        by_kind=ActorKind.PERSON,
        by_id=facts.by.id,
        new_stage=Stage.RECEIVED,
        note=late,
    )
    return become(
        draft,
        answers,
        arrival,
        channel=facts.channel,
        entered_by_id=facts.by.id,
        received_on=facts.received_on,
        is_late=bool(late),
    )
