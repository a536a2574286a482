"""Files that came with an application by mail and could not be taken, for whoever reads it."""

from sqlalchemy import select

from tracker.applications.models import Application
from tracker.applications.rules import Channel
from tracker.core.db import db
from tracker.core.formats import first_sentence
from tracker.intake.models import IncomingAttachment, IncomingEmail
from tracker.intake.operations.looking import DECORATION, ELSEWHERE, SEALED, SIGNATURE
from tracker.intake.rules import Verdict

NO_DOCUMENTS = (DECORATION, SIGNATURE, ELSEWHERE)
PACKED = "Nothing here opens it"


def untaken(application: Application) -> list[tuple[str, str]]:
    """List the names of files that could not be taken, and why; in one query, by mail only.

    None once the candidate has sent all that was asked for because the mail did not bring it.
    """
    if application.channel is not Channel.MAIL:
        return []
    asked = [each for each in application.requests if each.asked_by_id is None]
    if any(each.answered_at for each in asked) and not any(each.is_open for each in asked):
        return []
    rows = db.session.execute(
        select(IncomingAttachment.name, IncomingAttachment.reason)
        .join(IncomingAttachment.email)
        .where(
            IncomingEmail.application_id == application.id,
            IncomingEmail.posting_id.is_not(None),
            IncomingEmail.verdict != Verdict.DUPLICATE,
            IncomingAttachment.accepted.is_(False),
            IncomingAttachment.reason.not_in(NO_DOCUMENTS),
        )
        .order_by(IncomingAttachment.rank)
    )
    return [(name, PACKED if reason == SEALED else first_sentence(reason)) for name, reason in rows]
