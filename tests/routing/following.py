"""A position's contact, what it is told of as time passes, and by which steps."""

import datetime as dt

import time_machine
from sqlalchemy import select

from tests.postings import factories as postings
from tracker.accounts.models import Person
from tracker.core.db import db
from tracker.core.jobs import run_now
from tracker.notifications.models import OutgoingEmail
from tracker.notifications.rules import MailState
from tracker.organization.models import Position
from tracker.postings.models import Posting
from tracker.routing.models import Escalation
from tracker.routing.rules import Step

Clock = time_machine.Traveller
DAY = dt.timedelta(days=1)
IDA, KIM, CORA = "ida.moreno@example.org", "kim.odell@example.org", "cora.field@example.org"


def at_position(**values: int | None) -> Posting:
    """An open posting whose contact is a position: Ida holds it, Kim is her deputy."""
    postings.coordinator()
    position = Position(
        title="Head of Youth",
        holder_id=postings.person(IDA).id,
        deputy_id=postings.person(KIM).id,
    )
    for name, value in values.items():
        setattr(position, name, value)
    db.session.add(position)
    db.session.commit()
    return postings.open_posting(contact_position_id=position.id)


def follow_up() -> None:
    db.session.rollback()
    run_now("follow_up")
    db.session.rollback()


def mails(since: int = 0) -> list[tuple[str, str]]:
    """What contacts were mailed: which message, and to whom; receipts are the candidates'."""
    rows = db.session.scalars(
        select(OutgoingEmail).where(OutgoingEmail.id > since).order_by(OutgoingEmail.id)
    )
    return [
        (each.message.removeprefix("application_").removeprefix("applications_"),
         each.recipient_address)
        for each in rows
        if each.message != "application_received"
    ]  # fmt: skip


def steps() -> list[tuple[Step, list[str], str]]:
    rows = db.session.scalars(select(Escalation).order_by(Escalation.id))
    return [(each.step, [told.person.email for told in each.notices], each.note) for each in rows]


def person(email: str) -> Person:
    return db.session.scalars(select(Person).where(Person.email == email)).one()


def lose_mail(message: str, state: MailState = MailState.FAILED) -> None:
    for each in db.session.scalars(select(OutgoingEmail).where(OutgoingEmail.message == message)):
        each.state, each.next_attempt_at, each.last_answer = state, None, "550 no such user"
    db.session.commit()
