"""Background work of accounts."""

from tracker.accounts import operations
from tracker.core.db import db, writing
from tracker.core.jobs import job


@job("reset_links", minutes=1)
def reset_links() -> None:
    """Mail links to those who asked for a new password."""
    with writing():
        operations.answer_resets()
        db.session.commit()


@job("forget_attempts", minutes=30)
def forget_attempts() -> None:
    """Delete tries at signing in and ended sessions that are too old to count."""
    with writing():
        operations.forget_attempts()
        operations.forget_ended_sessions()
        db.session.commit()
