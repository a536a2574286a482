"""Who may decide on an application, and how a form that decides loads it."""

from flask_babel import gettext
from flask_login import current_user

from tracker.accounts.models import Person
from tracker.applications import queries
from tracker.applications.models import Application, StageChange
from tracker.core.db import db, lock, now
from tracker.interviews import queries as interviews
from tracker.notifications import queries as outbox
from tracker.routing import queries as routing
from tracker.routing.rules import ReadOnlyError

__all__ = [
    "ReadOnlyError",
    "lock_to_decide",
    "may_move",
    "read_to_decide",
    "words_of_drop",
    "words_of_interviews",
    "words_of_mail",
]
may_move = routing.decides_on


def lock_to_decide(application_id: int) -> tuple[Application, Person]:
    """Load an application under its lock, and who is signed in, inside `writing()`.

    Raises `NotFoundError` where they may not see it, and `ReadOnlyError` where they may not
    decide on it.
    """
    person = db.session.get_one(Person, current_user.id)
    queries.get_visible(person, application_id)
    application: Application = lock(Application, application_id)
    if not may_move(person, application):
        raise ReadOnlyError
    return application, person


def read_to_decide(application_id: int) -> Application:
    """Load an application whose form the person signed in may open; raises as above."""
    application = queries.get_visible(current_user, application_id)
    if not may_move(current_user, application):
        raise ReadOnlyError
    return application


def words_of_mail(change: StageChange) -> str:
    """Say of a move just made what becomes of the mail to the candidate; '' where there is none."""
    if change.email_id is None:
        return ""
    if outbox.held_among([change.email_id]):
        waits = str(gettext("The mail to the candidate waits for a look before it goes."))
        return f"{waits} {words_of_interviews(change)}".strip()
    return str(gettext("A mail to the candidate is on its way."))


def words_of_interviews(change: StageChange) -> str:
    """Say of interviews that stand because a candidate was not told of an end; '' for none."""
    if change.new_outcome is None or not interviews.ahead_of([change.application_id], now()):
        return ""
    return str(gettext("Until then what is booked for an interview stands."))


def words_of_drop(change: StageChange) -> str:
    """Say of a move that was taken back that the mail about it does not go; '' where it went."""
    email = outbox.dropped(change.email_id)
    if email is None:
        return ""
    if email.words is None:
        return str(gettext("The mail about it had not gone yet, and is dropped."))
    dropped = str(gettext("The mail about it, which waited for a look, is dropped."))
    if change.new_outcome is None or not interviews.ahead_of([change.application_id], now()):
        return dropped
    stands = gettext("The candidate knows nothing of it: what was booked stands.")
    return f"{dropped} {stands}"
