"""Mail is sent by the worker: on a nudge after each commit, and every minute anyway."""

import structlog
from flask import Flask

from tracker.core.jobs import job
from tracker.notifications import transport
from tracker.notifications.delivery import deliver_due
from tracker.notifications.mailserver import MailUrlError

log = structlog.get_logger(__name__)


@job("deliver", minutes=1)
def deliver() -> None:
    """Send what is due."""
    try:
        deliver_due()
    except MailUrlError as error:
        log.error("mail_url_unusable", error=str(error))  # noqa: TRY400 - the sentence says all


def init_app(app: Flask) -> None:
    """Make Flask-Mail ready to build messages."""
    transport.init_app(app)
