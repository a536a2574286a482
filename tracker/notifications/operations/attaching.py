"""Files that go with a mail: named when it is queued, taken off while it has not gone."""

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import select

from tracker.core.db import db
from tracker.notifications.models import EmailAttachment, OutgoingEmail
from tracker.notifications.rules import HAS_GONE, Attachment


def attach(email: OutgoingEmail, attachments: Sequence[Attachment]) -> None:
    """Name the stored files that go with a mail, in their order; read when it is delivered."""
    if attachments and email.calendar is not None:
        raise ValueError("A calendar travels alone: programs look for it in certain places.")
    email.attachments = [
        EmailAttachment(rank=rank, **asdict(each)) for rank, each in enumerate(attachments, start=1)
    ]


def detach(file_key: str) -> int:
    """Take a file off every mail that has not gone yet; returns off how many.

    For a file that turns out not to be fit to be sent, as one in which a virus was found.
    """
    unsent = select(OutgoingEmail.id).where(OutgoingEmail.state.not_in(HAS_GONE))
    found = db.session.scalars(
        select(EmailAttachment).where(
            EmailAttachment.file_key == file_key, EmailAttachment.email_id.in_(unsent)
        )
    ).all()
    for each in found:
        db.session.delete(each)
    db.session.flush()
    return len(found)
