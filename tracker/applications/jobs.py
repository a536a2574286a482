"""Background work of applications."""

from tracker.applications import operations
from tracker.core.db import db, now, writing
from tracker.core.jobs import job
from tracker.documents import operations as documents
from tracker.postings import queries as postings


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


@job("left_alone", minutes=1)
def left_alone() -> None:
    """Delete what was typed on shared computers that were left, and shut what they showed."""
    with writing():
        keys = operations.wipe_left_alone(at=now())
        db.session.commit()
    documents.forget_files(keys)


@job("tell_changes")
def tell_changes() -> None:
    """Tell those who have applied what has changed in their posting, some at a time."""
    waiting = postings.to_announce()
    db.session.rollback()
    for version_id in waiting:
        more = True
        while more:
            with writing():
                more = operations.tell_change(version_id)
                db.session.commit()
