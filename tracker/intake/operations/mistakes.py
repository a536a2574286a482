"""Take back that a mail was made an application, by itself or by hand."""

import datetime as dt

from sqlalchemy import update

from tracker.accounts.models import Person
from tracker.applications import operations as applications
from tracker.applications.models import Application
from tracker.applications.rules import Outcome, Reason
from tracker.core.db import db, lock
from tracker.core.errors import DomainError
from tracker.intake import queries
from tracker.intake.models import FilingRule, IncomingEmail
from tracker.intake.operations.choices import remove_rule
from tracker.intake.rules import BY_MISTAKE, Verdict
from tracker.interviews import queries as interviews
from tracker.routing import operations as routing


def no_application(
    email: IncomingEmail, *, reason: str, forget: bool, by: Person, at: dt.datetime
) -> Application:
    """End the application that a mail was made by mistake, and put the mail back into the tray.

    The candidate is not written to; those it was with are. What came with the mail stays with
    the application that ended, and whatever is made of the mail next stores it anew. `forget`
    removes the remembered choice that put it there. The mail must be loaded under its lock.
    Raises `DomainError` without a reason, and where the application went on meanwhile.
    """
    reason = " ".join(applications.clean_text(reason).split())
    if not reason:
        raise DomainError("Say why this is no application. Nothing was changed.")
    if not email.became_application:
        raise DomainError("This mail is no application any more. Nothing was changed.")
    application: Application = lock(Application, email.application_id)
    _check_open(application)
    if forget and (rule := queries.rule_that_filed(email)) is not None:
        remove_rule(lock(FilingRule, rule.id), by=by, at=at)
    change = applications.move(
        application,
        outcome=Outcome.WITHDRAWN,
        reason=Reason.OTHER,
        note=f"{BY_MISTAKE} {reason}",
        by=by,
        mail=False,
    )
    routing.take_from_all(application, by=by)
    _put_back(email)
    email.mistaken_id = change.id
    db.session.flush()
    return application


def _check_open(application: Application) -> None:
    """Raise `DomainError` for an application that somebody has decided, or asked to come."""
    if application.outcome is not None:
        raise DomainError(
            f"Application {application.number} has ended already"
            f" ({application.outcome.value}). Nothing was changed: open it again first, if that"
            " was wrong."
        )
    if interviews.of_application(application.id, with_cancelled=False):
        raise DomainError(
            f"An interview is booked for application {application.number}. Nothing was changed:"
            " cancel the interview first."
        )
    if interviews.open_proposal(application.id) is not None:
        raise DomainError(
            f"The candidate of application {application.number} was offered times for an"
            " interview. Nothing was changed: take the times back first."
        )


def _put_back(email: IncomingEmail) -> None:
    """Let a mail wait as if nothing had been made of it, and those that are the same message."""
    if email.verdict is Verdict.APPLICATION:
        email.verdict = Verdict.UNSORTED
    email.why = "It was made an application by mistake."
    email.application_id = email.posting_id = email.rule_id = None
    email.filed_at = email.filed_by_id = None
    for each in email.attachments:
        each.application_document_id = None
    db.session.execute(
        update(IncomingEmail)
        .where(IncomingEmail.duplicate_of_id == email.id)
        .values(application_id=None, posting_id=None)
    )
    db.session.flush()
