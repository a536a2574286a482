"""Background work of applications."""

from tracker.applications import operations
from tracker.core.db import db, now, writing
from tracker.core.jobs import job


@job("lost_links")
def lost_links() -> None:
    """Mail links to those who asked for the ones they have lost."""
    with writing():
        operations.answer_lost_links()
        db.session.commit()


@job("forget_tallies", minutes=30)
def forget_tallies() -> None:
    """Delete what was counted by networks and postings in windows that are long over."""
    with writing():
        operations.forget_tallies(at=now())
        db.session.commit()
