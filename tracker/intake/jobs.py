"""What a crash left half done is found again: mail that is kept and not understood."""

import structlog

from tracker.core.db import db
from tracker.core.jobs import job
from tracker.intake import queries
from tracker.intake.arrival import Arrival

log = structlog.get_logger(__name__)


@job("understand", minutes=1)
def understand() -> None:
    """Understand mail that waits for it; what another process is at is left to it."""
    worker, after = Arrival(), 0
    while found := queries.pending(after=after):
        db.session.rollback()
        for email_id in found:
            try:
                worker.resume(email_id)
            except FileNotFoundError:
                log.exception("raw_mail_missing", email=email_id)
            db.session.remove()
            after = email_id
    worker.tell_worker()
