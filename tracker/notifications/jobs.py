"""Mail is sent by the worker: on a nudge after each commit, and every minute anyway."""

import threading

import structlog
from flask import Flask

from tracker.core.jobs import job
from tracker.notifications import transport
from tracker.notifications.delivery import deliver_due
from tracker.notifications.mailserver import MailUrlError

log = structlog.get_logger(__name__)
_at_work = threading.Lock()
_asked_again = threading.Event()


@job("deliver", minutes=1)
def deliver() -> None:
    """Send what is due; in one process one run at a time, which looks again before it ends."""
    _asked_again.set()
    while _asked_again.is_set() and _at_work.acquire(blocking=False):
        _asked_again.clear()
        try:
            deliver_due(lingers=True)
        except MailUrlError as error:
            log.error("mail_url_unusable", error=str(error))  # noqa: TRY400 - it says all
        finally:
            _at_work.release()


def init_app(app: Flask) -> None:
    """Make Flask-Mail ready to build messages."""
    transport.init_app(app)
