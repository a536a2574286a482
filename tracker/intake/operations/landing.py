"""A bounce lands on the mail that it is about."""

import datetime as dt

from tracker.core.db import db
from tracker.notifications.models import DeliveryAttempt, OutgoingEmail
from tracker.notifications.rules import AttemptResult


def bounce(email: OutgoingEmail, *, words: str, at: dt.datetime) -> None:
    """Keep with a mail that it came back, with the words of the server that sent it back."""
    db.session.add(
        DeliveryAttempt(
            email_id=email.id,
            at=at,
            recipient_address=email.recipient_address,
            result=AttemptResult.REFUSED,
            answer=words,
        )
    )
    email.last_answer = words
    db.session.flush()
