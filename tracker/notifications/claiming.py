"""Claims: which mails a worker may take up, in which order, and what becomes of a dead one's.

A claim ends by itself, or at once when a run on the same machine finds its worker dead. What
such a worker had in hand may have gone: the server may have taken it and nobody was left to
write that down. It goes again, under the same Message-ID, but as a doubtful one: after all
others, alone, and with growing pauses, so that a worker which keeps dying does not bring the
same mail to the same person each time.
"""

import datetime as dt

import structlog
from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select, true, update
from sqlalchemy.orm import aliased, selectinload

from tracker.core.db import db, now, writing
from tracker.core.processes import is_gone
from tracker.notifications import pace, transport
from tracker.notifications.lanes import Claimed
from tracker.notifications.models import OutgoingEmail
from tracker.notifications.rules import OPEN, Attachment, MailState, pause_of_doubt

BATCH = 20
CLAIM = dt.timedelta(minutes=10)

log = structlog.get_logger(__name__)


def release_dead() -> None:
    """End the claims of workers that died on this machine; those of others end by themselves."""
    held = select(OutgoingEmail.claimed_by).where(OutgoingEmail.claimed_by.is_not(None))
    names = db.session.scalars(held.distinct()).all()
    dead = [name for name in names if name is not None and is_gone(name)]
    if not dead:
        db.session.rollback()
        return
    at = now()
    with writing():
        theirs = OutgoingEmail.claimed_by.in_(dead)
        counts = select(OutgoingEmail.interrupted_count).where(theirs).distinct()
        for before in db.session.scalars(counts).all():
            db.session.execute(
                update(OutgoingEmail)
                .where(theirs, OutgoingEmail.interrupted_count == before)
                .values(
                    claimed_by=None,
                    claimed_until=None,
                    interrupted_count=before + 1,
                    next_attempt_at=at + pause_of_doubt(before + 1),
                )
            )
        db.session.commit()
    log.info("claims_released", dead=len(dead))


def claim_due(
    worker: str, *, limit: int = BATCH, only: int | None = None, doubtful: bool | None = None
) -> list[Claimed]:
    """Claim mails that are due, oldest first: each is one worker's alone until the claim ends.

    Of those that may have gone only where `doubtful`, none of them where it is False.
    On PostgreSQL rows that another worker is claiming are skipped; on SQLite there is one
    writer. A later calendar mail waits for the earlier one about the same matter to the same
    recipient: a cancellation must not overtake its invitation (RFC 5546).
    """
    at = now()
    with writing():
        wanted = and_(
            true() if only is None else OutgoingEmail.id == only,
            true() if doubtful is None else _is_doubtful() if doubtful else ~_is_doubtful(),
        )
        emails = _due_within(pace.current(at), at, limit, wanted)
        claimed = [Claimed(email.id, at + CLAIM, _letter(email)) for email in emails]
        if emails:
            db.session.execute(
                update(OutgoingEmail)
                .where(OutgoingEmail.id.in_([email.id for email in emails]))
                .values(
                    claimed_by=worker,
                    claimed_until=at + CLAIM,
                    interrupted_count=OutgoingEmail.interrupted_count
                    + case((OutgoingEmail.claimed_by.is_not(None), 1), else_=0),
                ),
                execution_options={"synchronize_session": False},
            )
            db.session.commit()
    return claimed


def _due_within(
    allowed: pace.Pace, at: dt.datetime, limit: int, wanted: ColumnElement[bool]
) -> list[OutgoingEmail]:
    """Load what is due and may go now; a domain that has had its share holds up no other."""
    found: list[OutgoingEmail] = []
    refused: set[int] = set()
    while len(found) < limit and allowed.left != 0:
        statement = (
            select(OutgoingEmail)
            .where(
                _is_due(at),
                wanted,
                allowed.open_domains(),
                OutgoingEmail.id.not_in([*refused, *(email.id for email in found)]),
            )
            .order_by(OutgoingEmail.next_attempt_at, OutgoingEmail.id)
            .limit(limit - len(found))
            .with_for_update(skip_locked=True, of=OutgoingEmail)
            .options(selectinload(OutgoingEmail.attachments))
        )
        emails = db.session.scalars(statement).all()
        going = [email for email in emails if allowed.take(email.recipient_address)]
        found += going
        refused |= {email.id for email in emails} - {email.id for email in going}
        if allowed.is_free or not emails:
            break
    return found


def is_any_due(*, doubtful: bool | None = None) -> bool:
    """Tell whether mail is due that nobody has claimed, of those that may have gone or at all."""
    wanted = true() if doubtful is None else _is_doubtful() if doubtful else ~_is_doubtful()
    due = db.session.scalar(select(OutgoingEmail.id).where(_is_due(now()), wanted).limit(1))
    db.session.rollback()
    return due is not None


def _is_doubtful() -> ColumnElement[bool]:
    """A worker had it in hand and never said how it ended."""
    return or_(OutgoingEmail.interrupted_count > 0, OutgoingEmail.claimed_by.is_not(None))


def _is_due(at: dt.datetime) -> ColumnElement[bool]:
    earlier = aliased(OutgoingEmail)
    held_back = exists().where(
        earlier.id < OutgoingEmail.id,
        earlier.calendar.is_not(None),
        earlier.about_kind == OutgoingEmail.about_kind,
        earlier.about_id == OutgoingEmail.about_id,
        earlier.recipient_address == OutgoingEmail.recipient_address,
        or_(
            earlier.state.in_(OPEN),
            and_(earlier.state == MailState.HELD, earlier.dropped_at.is_(None)),
        ),
    )
    return and_(
        # Read in the order in which they are due: by the index of states, everything that waits
        # would be sorted for each claim.
        func.coalesce(OutgoingEmail.state, OutgoingEmail.state).in_(OPEN),
        OutgoingEmail.next_attempt_at <= at,
        or_(OutgoingEmail.claimed_until.is_(None), OutgoingEmail.claimed_until < at),
        or_(OutgoingEmail.calendar.is_(None), ~held_back),
    )


def _letter(email: OutgoingEmail) -> transport.Letter:
    reply_to = None
    if email.reply_to_address:
        reply_to = (email.reply_to_name, email.reply_to_address)
    return transport.Letter(
        message_id=email.message_id,
        sender=(email.sender_name, email.sender_address),
        recipient=(email.recipient_name, email.recipient_address),
        reply_to=reply_to,
        subject=email.subject,
        text=email.text,
        html=email.html,
        calendar=email.calendar,
        calendar_method=email.calendar_method,
        headers=dict(email.headers),
        made_at=email.created_at.timestamp(),
        attachments=tuple(
            Attachment(each.file_key, each.file_name, each.media_type, each.size)
            for each in email.attachments
        ),
    )
