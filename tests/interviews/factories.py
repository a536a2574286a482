"""Interviews and the plans that make them."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from tests.postings import factories as postings
from tracker.accounts.models import Person
from tracker.applications.models import Application
from tracker.core.db import db, now, writing
from tracker.interviews import operations
from tracker.interviews.models import Interview
from tracker.interviews.operations import Plan
from tracker.interviews.rules import InterviewKind

ZONE = "America/New_York"


def next_week(hour: int = 15) -> dt.datetime:
    """A whole hour on a day of next week, in UTC."""
    return (now() + dt.timedelta(days=7)).replace(hour=hour, minute=0, second=0, microsecond=0)


def plan(panel: Sequence[Person], **values: Any) -> Plan:
    """A plan for 45 minutes in a room."""
    starts_at = values.pop("starts_at", next_week())
    known: dict[str, Any] = {
        "kind": InterviewKind.IN_PERSON,
        "round": 1,
        "starts_at": starts_at,
        "ends_at": starts_at + dt.timedelta(minutes=45),
        "time_zone": ZONE,
        "place": "Main library, room 204",
        "link": "",
        "notes_for_candidate": "Bring a picture book.",
        "panel": panel,
    }
    return Plan(**{**known, **values})


def scheduled(application_id: int, panel: Sequence[Person], **values: Any) -> Interview:
    """An interview as the pages book it. Commits."""
    ids = [person.id for person in panel]
    by_id = postings.coordinator().id
    with writing():
        seated = [db.session.get_one(Person, each) for each in ids]
        interview = operations.schedule(
            db.session.get_one(Application, application_id),
            plan(seated, **values),
            by=db.session.get_one(Person, by_id),
        )
        db.session.commit()
    return interview
