"""Who may decide on an application, and how a form that decides loads it."""

from flask_login import current_user

from tracker.accounts.models import Person
from tracker.applications import queries
from tracker.applications.models import Application
from tracker.core.access import Action, allows
from tracker.core.db import db, lock
from tracker.core.errors import DomainError
from tracker.routing import queries as routing
from tracker.routing.rules import MAY_DECIDE


class ReadOnlyError(DomainError):
    """The person sees the application and has no say in it."""

    status = 403

    def __init__(self) -> None:
        super().__init__(
            "You may read this application; others decide on it. Write to the contact of its"
            " posting if you think that something should happen."
        )


def may_move(person: Person, application: Application) -> bool:
    """Tell whether a person decides: by their place on the posting, or since it is with them.

    A seat on the panel or a copied mail lets a manager read, and no more.
    """
    if not allows(person.role, Action.MOVE_APPLICATIONS):
        return False
    if queries.is_run_by(person, application):
        return True
    assignment = routing.assignment_of(application.id, person.id)
    return assignment is not None and assignment.why in MAY_DECIDE


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
