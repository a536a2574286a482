"""Who may decide on an application, and how a form that decides loads it."""

from flask_login import current_user

from tracker.accounts.models import Person
from tracker.applications import queries
from tracker.applications.models import Application
from tracker.core.db import db, lock
from tracker.routing import queries as routing
from tracker.routing.rules import ReadOnlyError

__all__ = ["ReadOnlyError", "lock_to_decide", "may_move", "read_to_decide"]
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
