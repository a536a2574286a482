"""Mail is fetched by the worker, every minute; a mailbox that is away is left alone for longer."""

import structlog

from tracker.core.jobs import job
from tracker.intake.mailbox import IntakeUrlError
from tracker.intake.polling import fetch_new

log = structlog.get_logger(__name__)


@job("fetch_mail", minutes=1)
def fetch_mail() -> None:
    """Fetch what is new in the mailbox."""
    try:
        fetch_new()
    except IntakeUrlError as error:
        log.error("intake_url_unusable", error=str(error))  # noqa: TRY400 - the sentence says all
