"""Thread a received mail into its application."""

from tracker.core.db import db
from tracker.intake.models import IncomingEmail


def receive_reply(incoming: IncomingEmail) -> None:
    """Leave a reply with the application that it belongs to: `application_id` is set already."""
    db.session.flush()
    assert incoming.application_id is not None
