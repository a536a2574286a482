"""Work behind the pages: let times lapse that no candidate chose among."""

from tracker.core.db import db, now, writing
from tracker.core.jobs import job
from tracker.interviews import operations

BATCH = 50


@job("lapse_times", minutes=5)
def lapse_times() -> None:
    """Close what is over and tell who waits, a batch in one transaction."""
    while True:
        with writing():
            closed = operations.lapse(at=now(), limit=BATCH)
            db.session.commit()
        if closed < BATCH:
            return
