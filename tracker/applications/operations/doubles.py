"""The same address again for the same posting: both stand until its owner says otherwise.

Whoever sends the second sees what everybody sees. The owner of the address gets a link by
mail, and by it the newer takes the earlier one's place; both are kept.
"""

import datetime as dt
import hashlib
from collections.abc import Sequence

from sqlalchemy import func, select

from tracker.applications import emails, queries
from tracker.applications.models import Application, ReplaceLink
from tracker.applications.operations.links import confirm
from tracker.applications.operations.moves import move
from tracker.applications.rules import ActorKind, Outcome, Reason, Stage
from tracker.core.db import db, lock
from tracker.core.errors import DomainError, GoneError
from tracker.core.tokens import hash_token, new_token

LINK_LIFETIME = dt.timedelta(days=30)


def wait_for_address(posting_id: int, email_key: str) -> None:
    """Let two applications by one address follow each other, so that the second finds the first.

    For one posting, or with 0 wherever they are for.

    SQLite has but one writer; PostgreSQL would let neither see the other.
    """
    if email_key and db.engine.dialect.name == "postgresql":
        digest = hashlib.sha256(f"{posting_id}:{email_key}".encode()).digest()
        key = int.from_bytes(digest[:8], signed=True)
        db.session.execute(select(func.pg_advisory_xact_lock(key)))


def offer_to_replace(newer: Application, *, thread: Sequence[str] = ()) -> ReplaceLink | None:
    """Mail a link to an address that has applied before; None where it has not.

    The one before is the latest that stands open; one that was read already is not replaced any
    more, so no mail says that it can be. Called in the transaction that makes the
    newer one, after `wait_for_address`. `thread` are the Message-IDs of the mail it came by.
    """
    earlier = queries.earlier_by_same_address(newer)
    if earlier is None or _is_reviewed(earlier):
        return None
    token = new_token()
    link = ReplaceLink(
        earlier=earlier,
        newer=newer,
        token_hash=hash_token(token),
        created_at=newer.submitted_at,
        expires_at=newer.submitted_at + LINK_LIFETIME,
    )
    db.session.add(link)
    db.session.flush()
    emails.applied_again(link, token=token, thread=thread)
    return link


def check_replaceable(link: ReplaceLink, *, at: dt.datetime) -> None:
    """Raise `GoneError` or `DomainError`, with what to do instead, where a link replaces nothing.

    Until the earlier one was reviewed: once a person of the employer has moved it, or it has
    ended, what they read is not taken from under them.
    """
    earlier, newer = link.earlier, link.newer
    if link.used_at is not None:
        raise GoneError("This link was used already: the newer application has taken the place.")
    if link.expires_at <= at:
        raise GoneError(
            "This link has expired, and nothing was changed. Both applications stand as they"
            " are. To take one back, open its own page and withdraw it there."
        )
    if earlier.email_key != newer.email_key:
        raise GoneError(
            "The address of one of the two applications was changed since, so this link changes"
            " nothing. To take one back, open its own page and withdraw it there."
        )
    if newer.outcome is not None and not queries.as_told(newer).is_open:
        raise DomainError(
            "The newer application has ended, so it cannot take a place. The earlier one stands"
            " as it is."
        )
    if _is_reviewed(earlier) or newer.outcome is not None:
        raise DomainError(
            "The earlier application was already read or has ended, so it cannot be replaced"
            " any more. Both stand as they are. To take one back, open its own page and withdraw"
            " it there, or write to the contact of the posting."
        )


def _is_reviewed(application: Application) -> bool:
    """Tell whether it has ended, or a person of the employer has moved it since it came."""
    if application.outcome is not None or application.stage is not Stage.RECEIVED:
        return True
    return any(
        change.by_kind is ActorKind.PERSON and change.old_stage is not None
        for change in application.history
    )


def replace(link: ReplaceLink, *, at: dt.datetime) -> Application:
    """Let the newer application take the earlier one's place; returns the earlier one.

    The earlier one ends as withdrawn by its candidate, and both are kept. Takes the locks of
    both, the earlier first. Raises as `check_replaceable`.
    """
    earlier: Application = lock(Application, link.earlier_id)
    newer: Application = lock(Application, link.newer_id)
    db.session.refresh(link)
    check_replaceable(link, at=at)
    link.used_at = at
    newer.replaces_id = earlier.id
    for application in (earlier, newer):
        confirm(application, at=at)
    move(
        earlier,
        outcome=Outcome.WITHDRAWN,
        reason=Reason.CANDIDATE_DECISION,
        note=f"Replaced by {newer.number}",
        by=None,
        actor=ActorKind.CANDIDATE,
        mail=False,
    )
    emails.application_replaced(earlier, newer)
    return earlier
