"""Delivery: claim what is due, send it without holding any lock, write down what happened.

Mails are claimed in one short transaction and their outcomes recorded in another, as many at
once as there are. Between them no database is locked, and a worker that dies there leaves
claims that end by themselves, or at once when the next run on that machine finds it dead: the
mail goes again, under the same Message-ID.
"""

import datetime as dt
import time
from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from flask import Flask, current_app
from sqlalchemy import ColumnElement, and_, exists, func, or_, select, true, update
from sqlalchemy.orm import aliased

from tracker.core.db import db, now, writing
from tracker.core.processes import is_gone, own_name
from tracker.notifications import pace, transport
from tracker.notifications.connection import PATIENCE_S, TIMEOUT_S
from tracker.notifications.lanes import Claimed, Done, Lanes, Outcome
from tracker.notifications.models import OutgoingEmail
from tracker.notifications.recording import record, record_all
from tracker.notifications.rules import (
    OPEN,
    AttemptResult,
    MailState,
)

BATCH = 20
CLAIM = dt.timedelta(minutes=10)
AHEAD = 4
"""So many mails for each lane are claimed at a time."""

NAP_S = 1.0
LINGER_S = 240.0
"""How long a run goes on for mail that only the pace holds up."""

log = structlog.get_logger(__name__)


@dataclass
class Report:
    """What a run did; `trouble` says why the server could not be used, where it could not."""

    sent: int = 0
    delayed: int = 0
    failed: int = 0
    trouble: str | None = None


def deliver_due(
    *,
    worker: str | None = None,
    timeout_s: float = TIMEOUT_S,
    patience_s: float = PATIENCE_S,
    lingers: bool = False,
) -> Report:
    """Send everything that is due now. Without a mail server nothing is touched.

    `worker` names who claims; unset, a name nobody else has. A run that `lingers` goes on for
    some minutes with what the pace holds up. Raises `MailUrlError` where MAIL_URL cannot be
    read. Commits by itself, in short transactions.
    """
    server = transport.configured_server()
    report = Report()
    if server is None:
        return report
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001
    most = max(int(app.config["MAIL_CONNECTIONS"]), 1)
    lanes = Lanes(app, server, most=most, timeout_s=timeout_s, patience_s=patience_s)
    _release_dead()
    try:
        _Run(worker or own_name(), lanes, report).go(
            until=time.monotonic() + LINGER_S if lingers else None
        )
    finally:
        lanes.close()
    return report


def deliver_one(email_id: int, *, timeout_s: float = TIMEOUT_S) -> Outcome | None:
    """Send one mail now, and no other; how it ended, or None where it is not due or no server is.

    Commits by itself. Raises `MailUrlError`.
    """
    server = transport.configured_server()
    worker = own_name()
    if server is None or not (claimed := claim_due(worker, limit=1, only=email_id)):
        return None
    lanes = Lanes(
        current_app._get_current_object(),  # type: ignore[attr-defined]  # noqa: SLF001
        server,
        most=1,
        timeout_s=timeout_s,
        patience_s=PATIENCE_S,
    )
    lanes.give(claimed)
    lanes.open_more()
    while not (ended := lanes.ended()):
        pass
    lanes.close()
    outcome = ended[0].outcome
    if outcome is not None:
        record(email_id, worker, outcome)
    return outcome


class _Run:
    """One worker's run: what it claims, what its lanes say, what it writes down."""

    def __init__(self, worker: str, lanes: Lanes, report: Report) -> None:
        self.worker, self.lanes, self.report = worker, lanes, report
        self.broken = 0

    def go(self, *, until: float | None) -> None:
        """Go on until nothing is due, the server cannot be used, or the process shall end."""
        while True:
            self._feed()
            if self.lanes.under_way:
                self._hear(self.lanes.ended())
            elif self._ends or until is None or time.monotonic() > until or not is_paced():
                return
            else:
                time.sleep(NAP_S)

    @property
    def _ends(self) -> bool:
        return self.report.trouble is not None or is_stopping()

    def _feed(self) -> None:
        """Claim more before the lanes run out; once it ends, take back what is not begun."""
        if self._ends:
            _give_back(self.lanes.take_back(), self.worker)
            return
        if self.lanes.waiting <= self.lanes.open:
            limit = max(BATCH, self.lanes.open * AHEAD)
            self.lanes.give(claim_due(self.worker, limit=limit))
        self.lanes.open_more()

    def _hear(self, ended: Sequence[Done]) -> None:
        """Write down what the lanes say; a server that is away, or keeps breaking off, is left."""
        tried = [(each.claimed, each.outcome) for each in ended if each.outcome is not None]
        for state in record_all([(each.email_id, said) for each, said in tried], self.worker):
            _count(self.report, state)
        _give_back([each.claimed for each in ended if each.outcome is None], self.worker)
        for each in ended:
            if each.outcome is None:
                continue
            if each.outcome.result is not AttemptResult.UNREACHABLE:
                self.broken = 0
                continue
            self.broken += 1
            if not each.opened or self.broken > max(self.lanes.open, 1):
                self.report.trouble = each.outcome.words


def is_stopping() -> bool:
    """Tell whether this process has been asked to end: what is not begun is left to others."""
    flag = current_app.extensions.get("stopping")
    return flag is not None and bool(flag.is_set())


def is_paced() -> bool:
    """Tell whether mail is due that goes only once the pace allows it."""
    if not (current_app.config["MAIL_PACE"] or current_app.config["MAIL_DOMAIN_PACE"]):
        return False
    due = db.session.scalar(select(OutgoingEmail.id).where(_is_due(now())).limit(1))
    db.session.rollback()
    return due is not None


def _release_dead() -> None:
    """End the claims of workers that died on this machine; those of others end by themselves."""
    claimed = OutgoingEmail.claimed_by
    held = select(claimed).where(claimed.is_not(None)).distinct()
    names = db.session.scalars(held).all()
    dead = [name for name in names if name is not None and is_gone(name)]
    if not dead:
        db.session.rollback()
        return
    with writing():
        db.session.execute(
            update(OutgoingEmail)
            .where(claimed.in_(dead))
            # To the end of the line: where one mail after the other kills a worker, or
            # workers die often, it is not the same one that is under way each time.
            .values(claimed_by=None, claimed_until=None, next_attempt_at=now())
        )
        db.session.commit()
    log.info("claims_released", dead=len(dead))


def _count(report: Report, state: MailState) -> None:
    if state is MailState.SENT:
        report.sent += 1
    elif state is MailState.FAILED:
        report.failed += 1
    else:
        report.delayed += 1


def claim_due(worker: str, *, limit: int = BATCH, only: int | None = None) -> list[Claimed]:
    """Claim mails that are due, oldest first: each is one worker's alone until the claim ends.

    On PostgreSQL rows that another worker is claiming are skipped; on SQLite there is one
    writer. A later calendar mail waits for the earlier one about the same matter to the same
    recipient: a cancellation must not overtake its invitation (RFC 5546).
    """
    at = now()
    with writing():
        emails = _due_within(pace.current(at), at, limit, only)
        claimed = [Claimed(email.id, at + CLAIM, _letter(email)) for email in emails]
        if emails:
            db.session.execute(
                update(OutgoingEmail)
                .where(OutgoingEmail.id.in_([email.id for email in emails]))
                .values(claimed_by=worker, claimed_until=at + CLAIM),
                execution_options={"synchronize_session": False},
            )
            db.session.commit()
    return claimed


def _due_within(
    allowed: pace.Pace, at: dt.datetime, limit: int, only: int | None
) -> list[OutgoingEmail]:
    """Load what is due and may go now; a domain that has had its share holds up no other."""
    found: list[OutgoingEmail] = []
    refused: set[int] = set()
    while len(found) < limit and allowed.left != 0:
        statement = (
            select(OutgoingEmail)
            .where(
                _is_due(at),
                true() if only is None else OutgoingEmail.id == only,
                allowed.open_domains(),
                OutgoingEmail.id.not_in([*refused, *(email.id for email in found)]),
            )
            .order_by(OutgoingEmail.next_attempt_at, OutgoingEmail.id)
            .limit(limit - len(found))
            .with_for_update(skip_locked=True, of=OutgoingEmail)
        )
        emails = db.session.scalars(statement).all()
        going = [email for email in emails if allowed.take(email.recipient_address)]
        found += going
        refused |= {email.id for email in emails} - {email.id for email in going}
        if allowed.is_free or not emails:
            break
    return found


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
    )


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
