"""What was done to a mail besides trying to send it: a row of history, and a line in the log."""

import datetime as dt
from typing import Any

import structlog

from tracker.core.db import db, now
from tracker.notifications.models import MailChange, OutgoingEmail
from tracker.notifications.rules import ChangeKind

log = structlog.get_logger(__name__)


def add_change(
    email: OutgoingEmail,
    kind: ChangeKind,
    *,
    by: Any = None,
    words: str = "",
    before: str = "",
    at: dt.datetime | None = None,
) -> None:
    """Add a row of history; people live in a room above, so `by` is kept by id and name."""
    db.session.add(
        MailChange(
            email=email,
            kind=kind,
            at=at or now(),
            by_id=getattr(by, "id", None),
            by_name=getattr(by, "name", ""),
            words=words,
            before=before,
        )
    )


def note(event: str, by: Any, **facts: Any) -> None:
    """Leave a line in the log, with whom it was by as an id alone."""
    log.info(event, by=getattr(by, "id", None), **facts)
