"""Delivery: claim what is due, send it without holding any lock, write down what happened.

Mails are claimed in one short transaction and their outcomes recorded in another, as many at
once as there are. Between them no database is locked; what becomes of the mail of a worker
that dies there stands in `claiming`.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from flask import Flask, current_app
from sqlalchemy import update

from tracker.core.db import db, writing
from tracker.core.processes import own_name
from tracker.notifications import transport
from tracker.notifications.claiming import BATCH, claim_due, is_any_due, release_dead
from tracker.notifications.connection import PATIENCE_S, TIMEOUT_S
from tracker.notifications.lanes import Claimed, Done, Lanes, Outcome
from tracker.notifications.models import OutgoingEmail
from tracker.notifications.recording import record, record_all
from tracker.notifications.rules import AttemptResult, MailState

AHEAD = 4
"""So many mails for each lane are claimed at a time."""

NAP_S = 1.0
SHORT_NAP_S = 0.2
LINGER_S = 240.0
"""How long a run goes on for mail that only the pace holds up."""

STEADY_S = 3.0
"""A process that has sent mail for so long is trusted with mail that may have gone already."""


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
    release_dead()
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
        self.doubtful: int | None = None
        self.steady_at: float = STEADY_S + current_app.extensions.setdefault(
            "mail_since", time.monotonic()
        )
        self.looked_at = 0.0

    def go(self, *, until: float | None) -> None:
        """Go on until nothing is due, the server cannot be used, or the process shall end."""
        while True:
            self._feed()
            if self.lanes.under_way:
                self._hear(self.lanes.ended())
            elif not self._ends and not self._is_steady and is_any_due(doubtful=True):
                time.sleep(SHORT_NAP_S)
            elif self._ends or until is None or time.monotonic() > until or not is_paced():
                return
            else:
                time.sleep(NAP_S)

    @property
    def _ends(self) -> bool:
        return self.report.trouble is not None or is_stopping()

    @property
    def _is_steady(self) -> bool:
        return time.monotonic() >= self.steady_at

    def _feed(self) -> None:
        """Claim more before the lanes run out; once it ends, take back what is not begun."""
        if self._ends:
            _give_back(self.lanes.take_back(), self.worker)
            return
        if self.lanes.waiting <= self.lanes.open:
            limit = max(BATCH, self.lanes.open * AHEAD)
            self.lanes.give(claim_due(self.worker, limit=limit, doubtful=False))
        self._feed_doubtful()
        self.lanes.open_more()

    def _feed_doubtful(self) -> None:
        """Take up one mail that may have gone: one at a time, and not in a worker's first moments.

        Where workers die one after the other, each would otherwise begin with the same mails.
        """
        at = time.monotonic()
        if self.doubtful is not None or not self._is_steady or at - self.looked_at < NAP_S:
            return
        claimed = claim_due(self.worker, limit=1, doubtful=True)
        if claimed:
            self.doubtful = claimed[0].email_id
            self.lanes.give(claimed)
        else:
            self.looked_at = at

    def _hear(self, ended: Sequence[Done]) -> None:
        """Write down what the lanes say; a server that is away, or keeps breaking off, is left."""
        tried = [(each.claimed, each.outcome) for each in ended if each.outcome is not None]
        for state in record_all([(each.email_id, said) for each, said in tried], self.worker):
            _count(self.report, state)
        _give_back([each.claimed for each in ended if each.outcome is None], self.worker)
        for each in ended:
            if each.claimed.email_id == self.doubtful:
                self.doubtful = None
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
    return is_any_due()


def _count(report: Report, state: MailState) -> None:
    if state is MailState.SENT:
        report.sent += 1
    elif state is MailState.FAILED:
        report.failed += 1
    else:
        report.delayed += 1


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
