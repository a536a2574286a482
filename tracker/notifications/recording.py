"""Writing down how tries ended: many at once, each with its row and where its mail stands now."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import structlog
from sqlalchemy import insert, select, update

from tracker.core.db import db, now, writing
from tracker.notifications.lanes import Outcome
from tracker.notifications.models import DeliveryAttempt, OutgoingEmail
from tracker.notifications.rules import (
    OPEN,
    AttemptResult,
    MailState,
    check_move,
    gives_up,
    may_move,
    pause_after,
)

log = structlog.get_logger(__name__)


def record(email_id: int, worker: str, outcome: Outcome) -> MailState:
    """Write down one try and where the mail stands now; commits."""
    (state,) = record_all([(email_id, outcome)], worker)
    return state


def record_all(ended: Sequence[tuple[int, Outcome]], worker: str) -> list[MailState]:
    """Write down tries and where their mails stand now, in one transaction; commits.

    A worker whose claim has ended meanwhile still says what it saw; that a server has taken
    the mail counts whoever brought it.
    """
    if not ended:
        return []
    at = now()
    with writing():
        rows = db.session.execute(
            select(
                OutgoingEmail.id,
                OutgoingEmail.state,
                OutgoingEmail.claimed_by,
                OutgoingEmail.attempts_count,
                OutgoingEmail.recipient_address,
            )
            .where(OutgoingEmail.id.in_([email_id for email_id, _ in ended]))
            .order_by(OutgoingEmail.id)
            .with_for_update()
        )
        standing = {row.id: row for row in rows}
        changes = [
            _moved(standing[email_id], outcome, at)
            if _counts(standing[email_id], outcome, worker)
            else None
            for email_id, outcome in ended
        ]
        db.session.execute(
            insert(DeliveryAttempt),
            [
                {
                    "email_id": email_id,
                    "at": at,
                    "recipient_address": standing[email_id].recipient_address,
                    "result": outcome.result,
                    "code": outcome.code,
                    "answer": outcome.words,
                }
                for email_id, outcome in ended
            ],
        )
        if moved := [change for change in changes if change is not None]:
            db.session.execute(update(OutgoingEmail), moved)
        db.session.commit()
    states = []
    for (email_id, outcome), change in zip(ended, changes, strict=True):
        states.append(change["state"] if change else standing[email_id].state)
        log.info("mail_tried", email=email_id, result=outcome.result.value, state=states[-1].value)
    return states


def _counts(standing: Any, outcome: Outcome, worker: str) -> bool:
    """Tell whether an outcome says where a mail stands now."""
    if outcome.result is AttemptResult.ACCEPTED:
        return may_move(standing.state, MailState.SENT)
    return standing.claimed_by == worker and standing.state in OPEN


def _moved(standing: Any, outcome: Outcome, at: dt.datetime) -> dict[str, Any]:
    """What a mail's row holds after a try."""
    tries, due = standing.attempts_count + 1, None
    if outcome.result is AttemptResult.ACCEPTED:
        state = MailState.SENT
    elif outcome.result is AttemptResult.REFUSED or gives_up(tries):
        state = MailState.FAILED
    else:
        state, due = MailState.DELAYED, at + pause_after(tries)
    check_move(standing.state, state)
    return {
        "id": standing.id,
        "state": state,
        "attempts_count": tries,
        "claimed_by": None,
        "claimed_until": None,
        "next_attempt_at": due,
        "last_answer": outcome.words,
        "sent_at": at if state is MailState.SENT else None,
        "dropped_at": None,
    }
