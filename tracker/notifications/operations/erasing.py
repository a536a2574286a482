"""Take out of the outbox whom a mail went to and what was in it; that there was one stays."""

from sqlalchemy import ColumnElement, and_, case, select, update

from tracker.core.db import db, now
from tracker.notifications.models import DeliveryAttempt, MailChange, OutgoingEmail
from tracker.notifications.rules import OPEN, MailState

ERASED = "Erased."


def erase(which: ColumnElement[bool], *, anew: bool = False) -> int:
    """Empty mails of all that names their recipient; those that have not gone never go.

    The rows stay, since other mail names them, and their `once_key` too, so that nothing is
    written twice; with `anew` their cause may write another. One that a worker has in hand at
    this moment may still go. Returns how many.
    """
    found = and_(which, OutgoingEmail.recipient_address != "")
    ids = db.session.scalars(select(OutgoingEmail.id).where(found).with_for_update()).all()
    if not ids:
        return 0
    waits = OutgoingEmail.state.in_(OPEN)
    run = {"synchronize_session": False}
    for model, values in (
        (DeliveryAttempt, {"recipient_address": "", "answer": ""}),
        (MailChange, {"words": "", "before": ""}),
    ):
        statement = update(model).where(model.email_id.in_(ids)).values(**values)
        db.session.execute(statement, execution_options=run)
    db.session.execute(
        update(OutgoingEmail)
        .where(OutgoingEmail.id.in_(ids))
        .values(
            recipient_name="",
            recipient_address="",
            subject=ERASED,
            text="",
            html="",
            headers={},
            words=None,
            last_answer=ERASED,
            once_key=None if anew else OutgoingEmail.once_key,
            next_attempt_at=None,
            dropped_at=case(
                (waits, now()), (OutgoingEmail.state == MailState.HELD, now()), else_=None
            ),
            state=case((waits, MailState.HELD), else_=OutgoingEmail.state),
        ),
        execution_options=run,
    )
    db.session.expire_all()
    return len(ids)
