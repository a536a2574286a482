"""Files that came with an application by mail and could not be taken, for whoever reads it."""

from collections.abc import Sequence

from sqlalchemy import select

from tracker.applications.models import Application
from tracker.applications.rules import Channel
from tracker.core.db import db
from tracker.core.formats import first_sentence
from tracker.intake.models import IncomingAttachment, IncomingEmail
from tracker.intake.rules import NO_DOCUMENTS, SEALED, Verdict

PACKED = "Nothing here opens it"


def untaken(application: Application) -> list[tuple[str, str]]:
    """List the names of files that could not be taken, and why; as `untaken_of` does."""
    return untaken_of([application]).get(application.id, [])


def untaken_of(applications: Sequence[Application]) -> dict[int, list[tuple[str, str]]]:
    """Those of these applications with files that could not be taken: names, and why, by id.

    In one query, and none where none came by mail. None of an application whose candidate has
    sent all that was asked for because the mail did not bring it.
    """
    ids = [
        each.id for each in applications if each.channel is Channel.MAIL and not _is_made_up(each)
    ]
    if not ids:
        return {}
    rows = db.session.execute(
        select(Application.id, IncomingAttachment.name, IncomingAttachment.reason)
        .join(IncomingAttachment.email)
        .join(Application, Application.id == IncomingEmail.application_id)
        .where(
            Application.id.in_(ids),
            IncomingEmail.posting_id.is_not(None),
            IncomingEmail.verdict != Verdict.DUPLICATE,
            IncomingAttachment.accepted.is_(False),
            IncomingAttachment.reason.not_in(NO_DOCUMENTS),
        )
        .order_by(IncomingEmail.id, IncomingAttachment.rank)
    )
    found: dict[int, list[tuple[str, str]]] = {}
    for key, name, reason in rows:
        why = PACKED if reason == SEALED else first_sentence(reason)
        found.setdefault(key, []).append((name, why))
    return found


def _is_made_up(application: Application) -> bool:
    asked = [each for each in application.requests if each.asked_by_id is None]
    return any(each.answered_at for each in asked) and not any(each.is_open for each in asked)
