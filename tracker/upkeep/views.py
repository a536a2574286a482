"""The desk, where a working day begins, and the sign of life."""

import datetime as dt
from dataclasses import dataclass
from functools import partial
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.exc import SQLAlchemyError

from tracker.accounts.models import Person
from tracker.core.access import Action, Role, allows, public, requires
from tracker.core.db import now
from tracker.documents import queries as documents
from tracker.intake import conversations
from tracker.intake import queries as incoming
from tracker.interviews import queries as interviews
from tracker.interviews.models import Interview
from tracker.interviews.rules import KIND_WORDS
from tracker.notifications.queries import MOST_COUNTED, sender
from tracker.organization import queries as organization
from tracker.postings import queries as postings
from tracker.routing import queries as routing
from tracker.upkeep import queries

bp = Blueprint("upkeep", __name__)
blueprints = (bp,)
DAYS_AHEAD = 7
SCAN_PATIENCE = dt.timedelta(minutes=5)


@bp.get("/staff")
@requires(Action.USE_DESK)
def desk() -> ResponseReturnValue:
    """Show what waits for the person signed in, oldest first."""
    person, at, zone = current_user, now(), sender().time_zone
    administers = person.role is Role.ADMINISTRATOR
    moves = allows(person.role, Action.MOVE_APPLICATIONS)
    coming = _coming(person, at, zone)
    return render_template(
        "upkeep/desk.html",
        zone=zone,
        age=partial(_age, at=at, zone=zone),
        kinds=KIND_WORDS,
        unseen=routing.unseen_by(person, limit=queries.SHOWN),
        interviews=coming,
        waiting=interviews.waiting_for_mail(
            [each for day in coming for each in day.interviews], at
        ),
        unanswered=queries.unanswered(person, at=at) if moves else None,
        written=conversations.waiting_for_answer(person, limit=queries.SHOWN) if moves else [],
        by_hand=queries.to_tell_by_hand(person) if moves else [],
        most_counted=MOST_COUNTED,
        unsorted=incoming.count_waiting() if allows(person.role, Action.SORT_MAIL) else None,
        failed=queries.failed_mail(person) if allows(person.role, Action.SEE_MESSAGES) else None,
        held=queries.held_mail(person) if allows(person.role, Action.SEE_MESSAGES) else [],
        closing=queries.closing_soon(person, at=at)
        if allows(person.role, Action.SEE_POSTINGS)
        else None,
        approvals=postings.awaiting_approval(person)
        if allows(person.role, Action.PUBLISH_POSTINGS)
        else [],
        unreachable=queries.without_contact(at=at) if administers else None,
        unconfirmed=queries.unconfirmed_people()
        if allows(person.role, Action.CONFIRM_PEOPLE)
        else None,
        unscanned=documents.unscanned(before=at - SCAN_PATIENCE) if administers else None,
        begins=administers and organization.employer() is None,
    )


def _age(moment: dt.datetime, *, at: dt.datetime, zone: str) -> int:
    """Count the days between two moments as the employer's calendar does."""
    here = ZoneInfo(zone)
    return (at.astimezone(here).date() - moment.astimezone(here).date()).days


@dataclass(frozen=True)
class Day:
    """A day of the employer's calendar with its interviews."""

    on: dt.date
    is_today: bool
    interviews: list[Interview]


def _coming(person: Person, at: dt.datetime, zone: str) -> list[Day]:
    """Interviews of today, past ones too, and of the week ahead; days without any left out."""
    today = at.astimezone(ZoneInfo(zone)).date()
    start = dt.datetime.combine(today, dt.time(), ZoneInfo(zone))
    end = dt.datetime.combine(today + dt.timedelta(days=DAYS_AHEAD), dt.time(), ZoneInfo(zone))
    days: dict[dt.date, list[Interview]] = {}
    for each in interviews.between(person, start, end):
        days.setdefault(each.starts_at.astimezone(ZoneInfo(zone)).date(), []).append(each)
    return [Day(on, on == today, found) for on, found in days.items()]


@bp.get("/healthz")
@public
def health() -> ResponseReturnValue:
    """Say "ok" when the database answers, 503 when not; nothing else is told to strangers."""
    try:
        well = queries.answers_database()
    except SQLAlchemyError:
        well = False
    answer = Response("ok\n" if well else "unavailable\n", mimetype="text/plain")
    answer.status_code = 200 if well else 503
    answer.headers["Cache-Control"] = "no-store"
    return answer
