"""Delivery: claim what is due, send it without holding any lock, write down what happened.

A mail is claimed in one short transaction and its outcome recorded in another. Between them
no database is locked, and a worker that dies there leaves a claim that ends by itself, or at
once when the next run on that machine finds it dead: the mail goes again, under the same
Message-ID.
"""

import datetime as dt
from dataclasses import dataclass

import structlog
from sqlalchemy import ColumnElement, and_, exists, or_, select, update
from sqlalchemy.orm import aliased, selectinload

from tracker.core.db import db, lock, now, writing
from tracker.core.errors import UnavailableError
from tracker.core.processes import is_gone, own_name
from tracker.notifications import transport
from tracker.notifications.headers import AddressError
from tracker.notifications.models import DeliveryAttempt, OutgoingEmail
from tracker.notifications.rules import (
    Attachment,
    AttemptResult,
    MailState,
    gives_up,
    pause_after,
    result_of_code,
)

BATCH = 20
CLAIM = dt.timedelta(minutes=10)
# A mail is begun only while this much of its claim is left: longer than one conversation.
ENOUGH = dt.timedelta(minutes=4)
log = structlog.get_logger(__name__)


@dataclass
class Report:
    """What a run did; `trouble` says why the server could not be used, where it could not."""

    sent: int = 0
    delayed: int = 0
    failed: int = 0
    trouble: str | None = None


@dataclass(frozen=True)
class Claimed:
    """A mail that is this worker's for a while, as plain data: no transaction stays open."""

    email_id: int
    until: dt.datetime
    letter: transport.Letter


@dataclass(frozen=True)
class Outcome:
    """How one try ended."""

    result: AttemptResult
    code: int | None
    words: str


def deliver_due(*, worker: str | None = None, timeout_s: float = transport.TIMEOUT_S) -> Report:
    """Send everything that is due now. Without a mail server nothing is touched.

    `worker` names who claims; unset, a name nobody else has. Raises `MailUrlError` where
    MAIL_URL cannot be read. Commits by itself, in short transactions.
    """
    server = transport.configured_server()
    report = Report()
    if server is None:
        return report
    name = worker or own_name()
    _release_dead()
    with transport.Connection(server, timeout_s=timeout_s) as connection:
        while report.trouble is None and (claimed := claim_due(name)):
            _deliver_batch(connection, claimed, name, report)
    return report


def _release_dead() -> None:
    """End the claims of workers that died on this machine; those of others end by themselves."""
    claimed = OutgoingEmail.claimed_by
    open_ones = OutgoingEmail.state.in_((MailState.WAITING, MailState.DELAYED))
    held = select(claimed).where(open_ones, claimed.is_not(None)).distinct()
    names = db.session.scalars(held).all()
    dead = [name for name in names if name is not None and is_gone(name)]
    if not dead:
        db.session.rollback()
        return
    with writing():
        db.session.execute(
            update(OutgoingEmail)
            .where(claimed.in_(dead))
            .values(claimed_by=None, claimed_until=None)
        )
        db.session.commit()
    log.info("claims_released", dead=len(dead))


def _deliver_batch(
    connection: transport.Connection, claimed: list[Claimed], worker: str, report: Report
) -> None:
    """Send a batch; a server that is away, or breaks off twice in a row, ends the run.

    What has not been tried is given back at once, so that the next run begins with it.
    """
    broken = 0
    for place, each in enumerate(claimed):
        if each.until - now() < ENOUGH:
            _give_back(claimed[place:], worker)
            return
        try:
            outcome, opened = _try(connection, each), True
        except transport.UnreachableError as error:
            outcome = Outcome(AttemptResult.UNREACHABLE, None, str(error))
            opened, broken = error.opened, broken + 1
        else:
            broken = 0
        _count(report, record(each.email_id, worker, outcome))
        if not opened or broken > 1:
            report.trouble = outcome.words
            _give_back(claimed[place + 1 :], worker)
            return


def _try(connection: transport.Connection, claimed: Claimed) -> Outcome:
    try:
        message = transport.build(claimed.letter)
        answers = connection.deliver(message)
    except AddressError as error:
        return Outcome(AttemptResult.REFUSED, None, error.message)
    except transport.AttachmentError as error:
        return Outcome(AttemptResult.REFUSED, None, str(error))
    except UnavailableError as error:  # the store is away: the mail can wait
        return Outcome(AttemptResult.REFUSED_FOR_NOW, None, error.message)
    except transport.HeaderError:
        return Outcome(
            AttemptResult.REFUSED, None, "The mail's headers are not in order; nothing was sent."
        )
    (answer,) = answers.values()
    return Outcome(result_of_code(answer.code), answer.code, answer.words)


def _count(report: Report, state: MailState) -> None:
    if state is MailState.SENT:
        report.sent += 1
    elif state is MailState.FAILED:
        report.failed += 1
    else:
        report.delayed += 1


def claim_due(worker: str, *, limit: int = BATCH) -> list[Claimed]:
    """Claim mails that are due, oldest first: each is one worker's alone until the claim ends.

    On PostgreSQL rows that another worker is claiming are skipped; on SQLite there is one
    writer. A later calendar mail waits for the earlier one about the same matter to the same
    recipient: a cancellation must not overtake its invitation (RFC 5546).
    """
    at = now()
    statement = (
        select(OutgoingEmail)
        .where(_is_due(at))
        .order_by(OutgoingEmail.next_attempt_at, OutgoingEmail.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .options(selectinload(OutgoingEmail.attachments))
    )
    with writing():
        emails = db.session.scalars(statement).all()
        claimed = [Claimed(email.id, at + CLAIM, _letter(email)) for email in emails]
        for email in emails:
            email.claimed_by, email.claimed_until = worker, at + CLAIM
        db.session.commit()
    return claimed


def _is_due(at: dt.datetime) -> ColumnElement[bool]:
    earlier = aliased(OutgoingEmail)
    held_back = exists().where(
        earlier.id < OutgoingEmail.id,
        earlier.calendar.is_not(None),
        earlier.about_kind == OutgoingEmail.about_kind,
        earlier.about_id == OutgoingEmail.about_id,
        earlier.recipient_address == OutgoingEmail.recipient_address,
        earlier.state.in_((MailState.WAITING, MailState.DELAYED)),
    )
    return and_(
        OutgoingEmail.state.in_((MailState.WAITING, MailState.DELAYED)),
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


def record(email_id: int, worker: str, outcome: Outcome) -> MailState:
    """Write down a try and where the mail stands now; commits.

    A worker whose claim has ended meanwhile still says what it saw; that a server has taken
    the mail counts whoever brought it.
    """
    with writing():
        email: OutgoingEmail = lock(OutgoingEmail, email_id)
        db.session.add(
            DeliveryAttempt(
                email=email,
                recipient_address=email.recipient_address,
                result=outcome.result,
                code=outcome.code,
                answer=outcome.words,
            )
        )
        accepted = outcome.result is AttemptResult.ACCEPTED
        if email.state is not MailState.SENT and (accepted or email.claimed_by == worker):
            _move(email, outcome)
        state = email.state
        db.session.commit()
    log.info("mail_tried", email=email_id, result=outcome.result.value, state=state.value)
    return state


def _move(email: OutgoingEmail, outcome: Outcome) -> None:
    email.attempts_count += 1
    email.claimed_by = email.claimed_until = None
    email.next_attempt_at = None
    email.last_answer = outcome.words
    if outcome.result is AttemptResult.ACCEPTED:
        email.state, email.sent_at = MailState.SENT, now()
    elif outcome.result is AttemptResult.REFUSED or gives_up(email.attempts_count):
        email.state = MailState.FAILED
    else:
        email.state = MailState.DELAYED
        email.next_attempt_at = now() + pause_after(email.attempts_count)


def _give_back(claimed: list[Claimed], worker: str) -> None:
    """End claims on mails that were not tried."""
    if not claimed:
        return
    with writing():
        db.session.execute(
            update(OutgoingEmail)
            .where(
                OutgoingEmail.id.in_([each.email_id for each in claimed]),
                OutgoingEmail.claimed_by == worker,
            )
            .values(claimed_by=None, claimed_until=None)
        )
        db.session.commit()
