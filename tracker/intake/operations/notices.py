"""Tell a sender that their mail could not be opened, within what strangers may cause."""

import datetime as dt

from sqlalchemy import func, select

from tracker.core.db import db
from tracker.intake import emails, limits, queries
from tracker.intake.models import IncomingEmail
from tracker.intake.operations.decisions import Decision
from tracker.intake.operations.opened import Opened, language_in

COUNTING_LOCK = 0x6E6F7469  # any number of our own, for PostgreSQL's advisory locks


def notify(email: IncomingEmail, opened: Opened, decision: Decision, *, at: dt.datetime) -> None:
    """Tell a sender, once a day at most, that their mail could not be opened.

    Last of what a mail brings with it: whoever counts has their turn until the transaction ends.
    """
    _wait_to_count()
    if not queries.may_notify(emails.UNOPENED.name, email.from_address, at):
        return
    kind = emails.Unopened.LARGE if email.size > limits.largest_mail() else emails.Unopened.DAMAGED
    if opened.found.encrypted:
        kind = emails.Unopened.ENCRYPTED
    elif opened.found.tnef:
        kind = emails.Unopened.OUTLOOK
    language = language_in(opened, decision)
    emails.mail_unopened(email, kind, thread=decision.head.thread, language=language)


def _wait_to_count() -> None:
    """Let those who count the notices of an hour follow each other; SQLite has one writer."""
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(select(func.pg_advisory_xact_lock(COUNTING_LOCK)))
