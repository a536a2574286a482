"""Name kept mails in rows, and claim them for one process at a time."""

import datetime as dt

from sqlalchemy.exc import IntegrityError

from tracker.core.db import db, lock
from tracker.core.errors import NotFoundError
from tracker.core.files import StoredFile
from tracker.core.processes import is_gone
from tracker.intake import queries
from tracker.intake.models import IncomingEmail
from tracker.intake.rules import CLAIM


def keep(
    stored: StoredFile, *, source: str, worker: str, at: dt.datetime
) -> tuple[IncomingEmail, bool]:
    """Name a raw mail in a row, claimed by its worker; False where its bytes were there before.

    The caller deletes the file then: the first one stays. Nearly all are new, so they are looked
    for where the database says that they are not.
    """
    email = IncomingEmail(
        file_key=stored.key,
        sha256=stored.sha256,
        size=stored.size,
        source=source[-1_000:],
        kept_at=at,
        claimed_by=worker,
        claimed_until=at + CLAIM,
        tries=1,
    )
    try:
        with db.session.begin_nested():
            db.session.add(email)
    except IntegrityError:  # another process has kept the same bytes in this moment
        known = queries.by_sha256(stored.sha256)
        if known is None:
            raise
        return known, False
    return email, True


def claim(email_id: int, *, worker: str, at: dt.datetime) -> IncomingEmail | None:
    """Claim a mail that waits to be understood; None where it is done, or another is at it.

    Whoever died over it is known by its name on this machine, and by the clock elsewhere.
    """
    try:
        email: IncomingEmail = lock(IncomingEmail, email_id)
    except NotFoundError:
        return None
    if email.verdict is not None:
        return None
    until, by = email.claimed_until, email.claimed_by
    if by and by != worker and until is not None and until > at and not is_gone(by):
        return None
    email.claimed_by, email.claimed_until = worker, at + CLAIM
    email.tries += 1
    db.session.flush()
    return email


def release(email_id: int, *, worker: str) -> None:
    """Let another try at once at a mail that could not be understood for now."""
    email: IncomingEmail = lock(IncomingEmail, email_id)
    if email.verdict is None and email.claimed_by == worker:
        email.claimed_by = email.claimed_until = None
        db.session.flush()


def locked(email_id: int) -> IncomingEmail:
    """Load a mail under its lock. Raises `NotFoundError`."""
    email: IncomingEmail = lock(IncomingEmail, email_id)
    return email
