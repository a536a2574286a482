"""Answer a mail of the Unsorted tray that is no application: a question, mostly."""

import datetime as dt

from tracker.accounts.models import Person
from tracker.core.db import db
from tracker.core.errors import DomainError, TooManyRequestsError
from tracker.core.languages import LANGUAGES
from tracker.intake import emails, queries
from tracker.intake.guessing import language_of
from tracker.intake.models import IncomingEmail
from tracker.intake.operations.fitting import AN_HOUR
from tracker.intake.operations.letters import HOUR, Fit
from tracker.intake.operations.settling import check_unsettled
from tracker.notifications.models import OutgoingEmail

ANSWERED = "Answered."


def answer_sender(
    email: IncomingEmail, fit: Fit, *, doubt: str, by: Person, at: dt.datetime
) -> OutgoingEmail:
    """Write to the sender of a mail in the tray, which is done with then.

    `doubt` is why nobody may write there (`why_no_answer`); it and `fit` are made before the
    mail is loaded under its lock. Raises `DomainError` for a doubt, for no words and where
    somebody was faster, and `TooManyRequestsError` past as many an hour to one address as
    elsewhere.
    """
    check_unsettled(email)
    if doubt or not email.from_address:
        raise DomainError(f"Nothing was sent: {doubt or 'the mail has no sender.'}")
    if not fit.text:
        raise DomainError("Write something first. Nothing was sent.")
    sent = queries.told_since(emails.ANSWER.name, email.from_address.lower(), at - HOUR)
    if sent >= AN_HOUR:
        raise TooManyRequestsError(
            "This address was written to very often within an hour. Nothing was sent; your words"
            " are kept below. Send them later.",
            retry_after=3600,
        )
    before = len(queries.answers_to(email.id))
    answer = emails.answer_to_sender(
        email,
        fit.text,
        by=by,
        subject=fit.answers,
        thread=email.thread,
        once_key=f"answer-{email.id}-{before}",
        language=language_of(f"{email.subject}\n{email.text}", said="", known=LANGUAGES),
    )
    email.dismissed_at, email.dismissed_by_id, email.dismissal = at, by.id, ANSWERED
    db.session.flush()
    return answer
