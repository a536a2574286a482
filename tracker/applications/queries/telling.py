"""What a candidate has been told of where they stand: the one place that says so.

A move whose mail somebody has yet to look at is not told before the mail goes. Every page, form,
mail and file of a candidate goes by this, and by nothing that the row itself says.
"""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select

from tracker.applications.models import Application, StageChange
from tracker.applications.rules import ActorKind, Outcome, Stage
from tracker.core.db import db
from tracker.notifications import queries as outbox


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
