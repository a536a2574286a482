"""A morning of mail about new openings, and the one way to ask for it."""

import datetime as dt
from zoneinfo import ZoneInfo

from time_machine import Traveller

from tracker.core.db import db, now
from tracker.core.jobs import run_now
from tracker.notifications.models import OutgoingEmail
from tracker.notifications.rules import MailState

FORM = "/alerts"
DAY = dt.timedelta(days=1)


def next_morning(clock: Traveller) -> None:
    """Go on to seven o'clock and a minute of the next day in New York."""
    zone = ZoneInfo("America/New_York")
    day = now().astimezone(zone).date() + DAY
    clock.move_to(dt.datetime.combine(day, dt.time(7, 1), tzinfo=zone))


def deliver() -> None:
    db.session.rollback()
    run_now("deliver")
    db.session.rollback()


def went(mail: OutgoingEmail) -> None:
    """Note what a server that takes a mail leads to."""
    mail.state, mail.sent_at, mail.next_attempt_at = MailState.SENT, now(), None
    db.session.commit()
