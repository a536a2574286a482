"""Background work of applications."""

from tracker.applications import operations
from tracker.core.db import db, writing
from tracker.core.jobs import job


@job("lost_links")
def lost_links() -> None:
    """Mail links to those who asked for the ones they have lost."""
    with writing():
        operations.answer_lost_links()
        db.session.commit()
