"""The clock of routing: digests that are due, and steps while nobody looks."""

from collections.abc import Callable
from functools import partial

import structlog

from tracker.core.db import db, now, writing
from tracker.core.jobs import job
from tracker.intake.untaken import untaken_of
from tracker.interviews import queries as interviews
from tracker.routing import operations, queries

log = structlog.get_logger(__name__)
BATCH, ROUNDS = 50, 20


@job("follow_up", minutes=1)
def follow_up() -> None:
    """Send the digests that are due and take the steps that are due, a bounded number."""
    at = now()
    take = partial(operations.take_steps, at=at, bookings=interviews.bookings_of)
    tell = partial(operations.send_digest, at=at, untaken=untaken_of)
    for person_id in queries.due_digests(at):
        _alone("digest_failed", partial(tell, person_id))
    for _each in range(ROUNDS):
        ids = queries.due_steps(at, limit=BATCH)
        db.session.rollback()
        if not ids:
            return
        if not _alone("steps_failed", partial(take, ids)):
            # One of them cannot be worked on: the others must not wait for it.
            for key in ids:
                _alone("step_failed", partial(take, [key]))
            return


def _alone(failure: str, work: Callable[[], object]) -> bool:
    """Do a piece of work in a transaction of its own; a failure is logged, and the rest goes on."""
    try:
        with writing():
            work()
            db.session.commit()
    except Exception:
        log.exception(failure)
        return False
    return True
