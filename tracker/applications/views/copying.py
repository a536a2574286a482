"""The candidate takes along everything that is held about them."""

import tempfile
from collections.abc import Iterator
from typing import IO, Any

import obstore
from flask import Response
from flask.typing import ResponseReturnValue

from tracker.applications import queries
from tracker.applications.exports import own
from tracker.applications.models import Application
from tracker.applications.views import bp
from tracker.applications.views.mine import mails_to, unknown
from tracker.core.access import signed_link
from tracker.core.db import db, now
from tracker.core.errors import UnavailableError
from tracker.core.files import CHUNK, files
from tracker.documents.filenames import content_disposition
from tracker.intake import conversations
from tracker.intake.models import Reply
from tracker.interviews import queries as interviews
from tracker.notifications import queries as outbox
from tracker.notifications.masking import mask
from tracker.notifications.models import OutgoingEmail
from tracker.postings.queries import alerts


@bp.get("/my/<token>/everything.zip")
@signed_link
def copy(token: str) -> ResponseReturnValue:
    """Send everything held about an application as a ZIP file.

    It is written to a file of its own before the first byte goes, so that a store that is
    away is an error page and never half an archive; nothing is read under a snapshot.
    """
    application = queries.by_candidate_token(token)
    if application is None:
        return unknown()
    name = f"application-{application.number}.zip"
    sender, at = outbox.sender(), now()
    held, record = own.files_of(application), _record(application, sender.time_zone)
    texts = own.draw(record, employer=sender.name, zone=sender.time_zone, at=at)
    db.session.rollback()
    target = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the answer
    try:
        own.write(target, record=record, texts=texts, held=held, store=files(), at=at)
    except (OSError, obstore.exceptions.BaseError) as error:
        target.close()
        raise UnavailableError(
            "Your files could not be read just now, so nothing was sent. They are not lost;"
            " please try again in a few minutes."
        ) from error
    return _sent(target, name)


def _sent(target: IO[bytes], name: str) -> Response:
    size = target.tell()
    target.seek(0)

    def body() -> Iterator[bytes]:
        with target:
            while chunk := target.read(CHUNK):
                yield chunk

    answer = Response(body(), mimetype="application/zip")
    answer.call_on_close(target.close)  # also where nobody reads the body
    answer.content_length = size
    answer.headers["Content-Disposition"] = content_disposition(name)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _went(email: OutgoingEmail) -> dict[str, Any]:
    """A mail to the candidate; a file lies about on computers, so no private link is in it."""
    return {
        "by": "the employer",
        "subject": email.subject,
        "address": email.recipient_address,
        "at": email.sent_at or email.created_at,
        "written_at": email.created_at,
        "sent_at": email.sent_at,
        "state": email.state.value,
        "text": mask(email.text),
        "attachments": [],
    }


def _came(reply: Reply) -> dict[str, Any]:
    """A mail that the candidate wrote, and the files that came with it, by name."""
    incoming = reply.incoming
    return {
        "by": "you",
        "subject": conversations.shown(incoming.subject),
        "address": incoming.from_address,
        "at": reply.at,
        "written_at": incoming.sent_at,
        "sent_at": None,
        "state": "received",
        "text": reply.text,
        "attachments": [
            {"name": conversations.shown(each.name), "size": each.size, "sha256": each.sha256}
            for each in incoming.attachments
        ],
    }


def _record(application: Application, zone: str) -> dict[str, Any]:
    written = conversations.written_by_candidate(application.id)
    return own.record_of(
        application,
        messages=[*map(_went, mails_to(application)), *map(_came, written)],
        interviews=[
            {
                "kind": each.kind.value,
                "starts_at": each.starts_at,
                "ends_at": each.ends_at,
                "place": each.place,
                "link": each.link,
                "notes": each.notes_for_candidate,
                "state": each.state.value,
            }
            for each in interviews.of_application(application.id)
        ],
        corrections=[
            {
                "at": each.at,
                "field": each.field,
                "old": each.old,
                "new": each.new,
                "by": "the employer" if each.by_id else "you",
            }
            for each in queries.contact_changes(application.id)
        ],
        accommodations=[
            {"at": each.at, "text": each.text} for each in queries.accommodations_of(application.id)
        ],
        told_by_hand=[
            {"at": each.at, "way": each.way.value}
            for each in queries.answers_by_hand(application.id)
        ],
        news_of_openings=_news(application),
        zone=zone,
    )


def _news(application: Application) -> dict[str, Any] | None:
    """What is kept for mail about new openings; only for an address that is proved."""
    if application.email_confirmed_at is None:
        return None
    found = alerts.confirmed_of(application.email_key)
    if found is None:
        return None
    return {
        "confirmed_at": found.confirmed_at,
        "words": found.words,
        "kinds": list(found.kinds),
        "language": found.language,
        "paused_at": found.paused_at,
        "written_to_on": list(alerts.days_of(found)),
    }
