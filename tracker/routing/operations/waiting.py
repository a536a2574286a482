"""Give a contact more time, within limits."""

import datetime as dt

from tracker.accounts.models import Person
from tracker.accounts.rules import PRESSED_AGAIN
from tracker.applications.models import Application
from tracker.applications.operations import clean_text
from tracker.core.db import db, now
from tracker.core.errors import DomainError
from tracker.routing import queries, rules
from tracker.routing.models import Assignment, MoreTime
from tracker.routing.operations.deciding import deciding


def ask_more_time(
    application: Application, *, until: dt.datetime, note: str, by: Person
) -> Assignment:
    """Put off until when a contact is waited for; reminders and escalation wait as long.

    It is a look: the contact has seen the application. Raises `DomainError` for one that has
    ended, and past the limits, which `rules.check_more_time` says in words.
    """
    if application.outcome is not None:
        raise DomainError("This application has ended, so nothing waits for you.")
    assignment = deciding(application, by)
    given, at = queries.more_time_of(assignment), now()
    if given and given[-1].until == until and given[-1].asked_at > at - PRESSED_AGAIN:
        return assignment  # pressed twice: it was given, and counts once
    asked = [each.asked_at for each in given]
    rules.check_more_time(until, at=at, asked=asked)
    db.session.add(
        MoreTime(assignment=assignment, asked_at=at, until=until, note=clean_text(note).strip())
    )
    assignment.later_until = until
    db.session.flush()
    return assignment
