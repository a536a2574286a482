"""Mail is fetched every minute, and what a crash left half done is found again.

A mailbox that is away is left alone for longer.
"""

import structlog

from tracker.core.db import db
from tracker.core.jobs import job
from tracker.intake import queries
from tracker.intake.arrival import Arrival
from tracker.intake.mailbox import IntakeUrlError
from tracker.intake.polling import fetch_new

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


@job("fetch_mail", minutes=1)
def fetch_mail() -> None:
    """Fetch what is new in the mailbox."""
    try:
        fetch_new()
    except IntakeUrlError as error:
        log.error("intake_url_unusable", error=str(error))  # noqa: TRY400 - the sentence says all
