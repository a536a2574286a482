"""Name the raw file of a mail in a row; the same bytes are one mail, however often they come."""

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from tracker.core.db import db
from tracker.core.files import StoredFile
from tracker.intake.models import IncomingEmail


def keep(stored: StoredFile, *, source: str) -> tuple[IncomingEmail, bool]:
    """Keep a mail whose file is stored; tells whether it is new.

    For one that is known the caller lets go of its own copy of the file, once that is committed.
    """
    known = _known(stored.sha256)
    if known is not None:
        return known, False
    incoming = IncomingEmail(
        file_key=stored.key, sha256=stored.sha256, size=stored.size, source=source
    )
    db.session.flush()
    try:
        with db.session.begin_nested():
            db.session.add(incoming)
    except IntegrityError:
        known = _known(stored.sha256)
        if known is None:
            raise
        return known, False
    return incoming, True


def _known(sha256: str) -> IncomingEmail | None:
    statement = select(IncomingEmail).where(IncomingEmail.sha256 == sha256)
    return db.session.scalars(statement).one_or_none()
