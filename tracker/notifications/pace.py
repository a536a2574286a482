"""How many mails may go in a minute, altogether and to one domain. The rows decide.

What was tried within the last minute and what is claimed now is counted in the tables, so that
all workers share one pace; they take turns at counting, and a restart forgets nothing.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from flask import current_app
from sqlalchemy import ColumnElement, and_, func, select, text, true

from tracker.core.db import db
from tracker.notifications.models import DeliveryAttempt, OutgoingEmail

WINDOW = dt.timedelta(minutes=1)
_TURN = 7_146_251
"""PostgreSQL's number for the lock of whoever counts; SQLite has one writer anyway."""


@dataclass
class Pace:
    """What may still go now; 0 for a limit means that there is none."""

    overall: int
    each_domain: int
    gone: Counter[str] = field(default_factory=Counter)

    @property
    def is_free(self) -> bool:
        """Whether there is no limit at all."""
        return not self.overall and not self.each_domain

    @property
    def left(self) -> int | None:
        """How many more may go altogether; None for any number."""
        return max(self.overall - self.gone.total(), 0) if self.overall else None

    def take(self, address: str) -> bool:
        """Count a mail to an address, if it may go."""
        domain = domain_of(address)
        if self.left == 0 or (self.each_domain and self.gone[domain] >= self.each_domain):
            return False
        self.gone[domain] += 1
        return True

    def open_domains(self) -> ColumnElement[bool]:
        """Make the condition that leaves out the domains which have had theirs."""
        full = [name for name, count in self.gone.items() if count >= self.each_domain]
        if not self.each_domain or not full:
            return true()
        address = func.lower(OutgoingEmail.recipient_address)
        return and_(*(~address.endswith(f"@{name}", autoescape=True) for name in full))


def domain_of(address: str) -> str:
    """The domain of an address, as it is counted."""
    return address.rpartition("@")[2].lower()


def current(at: dt.datetime) -> Pace:
    """Count what has gone within the last minute and what is under way.

    Inside `writing()`; whoever counts has their turn until the transaction ends.
    """
    pace = Pace(current_app.config["MAIL_PACE"], current_app.config["MAIL_DOMAIN_PACE"])
    if pace.is_free:
        return pace
    if db.engine.dialect.name == "postgresql":
        db.session.execute(text("SELECT pg_advisory_xact_lock(:turn)"), {"turn": _TURN})
    tried = select(DeliveryAttempt.recipient_address).where(DeliveryAttempt.at > at - WINDOW)
    claimed = select(OutgoingEmail.recipient_address).where(
        OutgoingEmail.claimed_by.is_not(None), OutgoingEmail.claimed_until > at
    )
    for statement in (tried, claimed):
        _count(pace, db.session.scalars(statement))
    return pace


def _count(pace: Pace, addresses: Iterable[str]) -> None:
    pace.gone.update(domain_of(each) for each in addresses)
