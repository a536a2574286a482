"""What a candidate has been told of where they stand: the one place that says so.

A move whose mail somebody has yet to look at is not told before the mail goes. Every page, form,
mail and file of a candidate goes by this, and by nothing that the row itself says.
"""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from tracker.applications.models import Application, StageChange
from tracker.applications.rules import ActorKind, Outcome, Stage
from tracker.core.db import db
from tracker.notifications import queries as outbox
from tracker.notifications.models import OutgoingEmail


@dataclass(frozen=True)
class AsTold:
    """Stage, outcome and end as the candidate knows them, and the moves they know of.

    `changes` are all moves but those that are not told yet; `history` are those of them that
    are the candidate's own, or that a mail told.
    """

    stage: Stage
    outcome: Outcome | None
    ended_at: dt.datetime | None
    changes: Sequence[StageChange]
    history: Sequence[StageChange]

    @property
    def is_open(self) -> bool:
        """Tell whether the application goes on, for all that its candidate knows."""
        return self.outcome is None


def as_told(application: Application) -> AsTold:
    """Say where an application stands, as far as its candidate has been told."""
    moves = application.history
    mailed = {each.email_id for each in moves if each.email_id is not None}
    dropped = outbox.looked_at(mailed)
    stage: Stage = Stage.RECEIVED
    outcome: Outcome | None = None
    ended_at: dt.datetime | None = None
    changes = [each for each in moves if _own(each) or dropped.get(each.email_id or 0, True)]
    for each in changes:
        # Whoever withdraws does so from where they know that they stand.
        stage = stage if _own(each) and each.new_outcome is not None else each.new_stage
        outcome = each.new_outcome
        ended_at = each.at if outcome is not None else None
    history = [
        each
        for each in changes
        if _own(each)
        or each.old_stage is None
        or (each.email_id is not None and each.email_id not in dropped)
    ]
    return AsTold(stage, outcome, ended_at, changes, history)


def _own(change: StageChange) -> bool:
    return change.by_kind is ActorKind.CANDIDATE


def outdated_mail(ids: Collection[int]) -> dict[int, str]:
    """Those of these mails that tell a decision which no longer stands; where it stands by now."""
    if not ids:
        return {}
    rows = db.session.execute(
        select(StageChange.email_id, Application.stage, Application.outcome)
        .join(StageChange.application)
        .where(
            StageChange.email_id.in_(ids),
            or_(
                StageChange.new_stage != Application.stage,
                StageChange.new_outcome.is_distinct_from(Application.outcome),
            ),
        )
    )
    return {key: (outcome or stage).value for key, stage, outcome in rows if key is not None}


def is_open_as_told(application: Application) -> bool:
    """Tell whether an application goes on, for all that its candidate knows."""
    return application.outcome is None or as_told(application).is_open


def ends_untold() -> ColumnElement[bool]:
    """Make the condition for an application whose end its candidate has not been told yet."""
    return _untold_mail(Application.id).exists()


def untold_ends(ids: Collection[int]) -> dict[int, int]:
    """Those of these applications that have ended untold; the mail that will tell it, by its id."""
    if not ids:
        return {}
    mail = _untold_mail(Application.id).scalar_subquery()
    rows = db.session.execute(
        select(Application.id, mail).where(
            Application.id.in_(ids), Application.outcome.is_not(None), mail.is_not(None)
        )
    )
    return {row[0]: row[1] for row in rows}


def _untold_mail(application_id: InstrumentedAttribute[int]) -> Select[int]:
    """The mail about the latest move of an application, an end, that waits for a look."""
    later = aliased(StageChange)
    latest = (
        select(func.max(later.id)).where(later.application_id == application_id).scalar_subquery()
    )
    return (
        select(OutgoingEmail.id)
        .join(StageChange, StageChange.email_id == OutgoingEmail.id)
        .where(
            StageChange.application_id == application_id,
            StageChange.id == latest.correlate(Application),
            StageChange.new_outcome.is_not(None),
            outbox.waits_for_a_look(),
        )
        .correlate(Application)
    )


def ends_told_by(ids: Collection[int]) -> set[int]:
    """The applications whose end, as it stands, one of these mails tells; by id."""
    if not ids:
        return set()
    return set(
        db.session.scalars(
            select(StageChange.application_id)
            .join(StageChange.application)
            .where(StageChange.email_id.in_(ids), StageChange.new_outcome == Application.outcome)
        )
    )
